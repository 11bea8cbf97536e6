"""report_sort.py PAGE PROFILE: the table of a sweep's points sorts by the keyboard alone, and says so; without a script it is as
long. Nothing is said on the console and nothing is asked of the network."""
import sys

from browser import Browser

PAGE, PROFILE = sys.argv[1:]
COLUMN = """[...document.querySelector('table.sortable').tBodies[0].rows].map(
    row => row.cells[%d].dataset.value ?? row.cells[%d].textContent)"""
SORT = "[...document.querySelectorAll('table.sortable thead th')].map(cell => cell.getAttribute('aria-sort'))"
FOCUS = "document.activeElement.tagName + ' ' + document.activeElement.textContent"

with Browser(PROFILE) as browser:
    browser.visit(PAGE)
    headings = browser.evaluate("[...document.querySelectorAll('table.sortable thead th')].map(cell => cell.textContent)")
    accuracy, states = headings.index("test accuracy"), headings.index("device.states")
    assert set(browser.evaluate(SORT)) == {"none"}
    before = browser.evaluate(COLUMN % (0, 0))
    assert before == [str(point) for point in range(len(before))] and len(before) == 20

    def reach(wanted):
        for _ in range(400):
            browser.tab()
            if browser.evaluate(FOCUS) == f"BUTTON {wanted}":
                return
        raise AssertionError(f"no key leads to {wanted}")

    def values(column):
        return [float(value) for value in browser.evaluate(COLUMN % (column, column))]

    reach("device.states")
    reach("test accuracy")
    browser.enter()
    assert values(accuracy) == sorted(values(accuracy)) and len(set(values(accuracy))) > 10
    assert browser.evaluate(SORT)[accuracy] == "ascending"
    assert browser.evaluate(FOCUS) == "BUTTON test accuracy", "the focus is lost"
    spoken = browser.spoken()
    said = [name for role, name in spoken if role in ("StaticText", "InlineTextBox") and name and name.startswith("Sorted by")]
    assert "Sorted by test accuracy, smallest first" in said and any(role == "status" for role, _ in spoken), said
    assert any(role == "columnheader" and name == "test accuracy" for role, name in spoken)
    browser.enter()
    assert values(accuracy) == sorted(values(accuracy), reverse=True)
    assert browser.evaluate(SORT)[accuracy] == "descending" and browser.evaluate(SORT).count("none") == len(headings) - 1
    browser.evaluate("document.querySelector('table.sortable thead button').focus()")
    browser.enter()
    assert browser.evaluate(COLUMN % (0, 0)) == before, "back in the order of the points"

    # What is unknown stands last, whichever way.
    unknown = headings.index("against the best") + 1
    browser.evaluate(f"document.querySelectorAll('table.sortable thead button')[{unknown}].focus()")
    for _ in range(2):
        browser.enter()
        assert browser.evaluate(COLUMN % (unknown, unknown))[-1] == "–"

    browser.scripts(False)
    browser.visit(PAGE)
    rows = sum(role == "row" for role, _ in browser.spoken())
    buttons = sum(role == "button" and name == "test accuracy" for role, name in browser.spoken())
    assert rows > 20 and buttons == 0, (rows, buttons)
    assert not browser.said and not browser.asked, (browser.said, browser.asked)

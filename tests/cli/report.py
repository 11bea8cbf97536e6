"""report.py check PAGE TITLE SECTION...: a page of a run is whole: tags nest, ids are unique and found, nothing is fetched or
run, every figure has a title, a description and its numbers, and the sections are these.
report.py sweep PAGE TITLE FIGURES POINTS SECTION...: the same of a sweep, whose one script sorts its table of points.
report.py markup RESULT.h5: puts markup into every name of a result. report.py stop RESULT.h5: as a run that was stopped.
report.py requests LOG: prints what a page asked the network for, of a browser's log of the network."""
import json
import re
import sys
from html.parser import HTMLParser

VOID = {"meta", "img", "br", "link", "input", "hr"}


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.wanted, self.sections = [], [], [], []
        self.figures, self.text, self.heading, self.scripts, self.rows = [], "", "", 0, None
        self.tables, self.caption = {}, ""  # rows of cells by caption
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        assert not any(name.startswith("on") for name in attrs), (tag, attrs)
        assert tag != "script" or not attrs, attrs
        self.scripts += tag == "script"
        if tag == "caption":
            self.caption = ""
        if tag == "tbody":
            self.tables[self.caption] = []
        if tag == "tr" and self.open[-1] == "tbody":
            self.tables[self.caption].append([])
        if tag in ("td", "th") and "tbody" in self.open:
            self.tables[self.caption][-1].append("")
        if tag == "table" and attrs.get("class") == "sortable":
            assert self.rows is None
            self.rows = 0
        if tag == "tr" and "table" in self.open and self.rows is not None and "points" in self.sections[-1:]:
            self.rows += self.open[-1] == "tbody"
        for name in "src", "href", "xlink:href", "action":
            value = attrs.get(name, "#")
            assert value.startswith("#") or value.startswith("data:image/png;base64,"), value
            self.wanted += [value[1:]] if value.startswith("#") and len(value) > 1 else []
        if "id" in attrs:
            self.ids.append(attrs["id"])
        self.wanted += attrs.get("aria-labelledby", "").split()
        if tag == "section":
            self.sections.append(attrs["id"])
        if tag == "figure":
            self.figures.append(set())
        if self.figures and "figure" in self.open:
            self.figures[-1].add(tag)
        if tag == "img":
            assert len(attrs["alt"]) > 10
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open, self.getpos())
        self.open.pop()

    def handle_data(self, data):
        self.text += data
        if "caption" in self.open:
            self.caption += data
        if "tbody" in self.open and {"td", "th"} & set(self.open):
            self.tables[self.caption][-1][-1] += data.replace("\xa0", " ")
        if self.open and self.open[-1] == "h1":
            self.heading += data


def check(path, title, *sections):
    page = whole(path, title, sections)
    assert len(page.figures) >= 4 and page.scripts == 0


def sweep(path, title, figures, points, *sections):
    page = whole(path, title, sections)
    assert len(page.figures) == int(figures), len(page.figures)
    assert page.scripts == 1 and page.rows == int(points), (page.scripts, page.rows)


def tables(path):
    with open(path, encoding="utf-8") as stream:
        return Page(stream.read()).tables


def whole(path, title, sections):
    with open(path, encoding="utf-8") as stream:
        source = stream.read()
    page = Page(source)
    assert not page.open, page.open
    assert page.heading == title, page.heading
    assert page.sections == list(sections), page.sections
    assert len(set(page.ids)) == len(page.ids), sorted(page.ids)
    assert set(page.wanted) <= set(page.ids), set(page.wanted) - set(page.ids)
    for tags in page.figures:
        assert {"figcaption", "svg", "title", "desc", "table"} <= tags and tags & {"path", "polygon"}, tags
    assert "rgb(" not in source and not re.search(r"\b(nan|inf)\b", page.text, re.I)
    assert not re.search(r"https?://(?!www\.w3\.org/)", re.sub(r"<pre.*?</pre>", "", source, flags=re.S))
    return page


def markup(path):
    import h5py

    evil = "<script>alert(1)<!-- \"'`&]]>"
    layer = "<img src=x onerror='alert(2)'>`touch x`\\"
    with h5py.File(path, "r+") as file:
        file["config"].attrs["experiment"] = evil
        file["config"].attrs["yaml"] = "</pre>" + evil
        file["config/dataset"].attrs["name"] = evil
        file["code"].attrs["cpu"] = "</dd>" + evil
        old = file["config/network/layers/0"].attrs["name"]
        file["config/network/layers/0"].attrs["name"] = layer
        for group in "train", "wear", "conductance", "layers", "result/layers":
            file.move(f"{group}/{old}", f"{group}/{layer}")


def stop(path):
    import h5py

    with h5py.File(path, "r+") as file:
        for group in "result", "ledger", "wear", "conductance", "layers":
            del file[group]


def requests(path):
    with open(path, encoding="utf-8") as stream:
        text = stream.read()
    try:
        log = json.loads(text)
    except ValueError:  # the browser was in a hurry to leave
        log = json.loads(text.rstrip().rstrip(",") + "]}")
    for event in log["events"]:
        asked = event.get("params", {})
        # The browser asks for things of its own, without an origin.
        if asked.get("initiator", "not an origin") != "not an origin" and not asked["url"].startswith(("file:", "data:")):
            print(asked["url"])


if __name__ == "__main__":
    {"check": check, "sweep": sweep, "markup": markup, "stop": stop, "requests": requests}[sys.argv[1]](*sys.argv[2:])

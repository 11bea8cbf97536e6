/* Tables whose columns sort: a button in each heading, by mouse or keyboard, and a word to screen readers. */
"use strict";
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const status = document.createElement("p");
  status.className = "unseen";
  status.setAttribute("role", "status");
  table.parentNode.after(status);
  const headings = [...table.tHead.rows[0].cells];
  const value = (row, column) => {
    const cell = row.cells[column], text = cell.textContent.trim();
    const number = cell.dataset.value !== undefined ? cell.dataset.value : text;
    return number !== "" && isFinite(number) ? Number(number) : text === "–" ? undefined : text;
  };
  const compare = (a, b) => typeof a === "number" && typeof b === "number" ? a - b
    : String(a).localeCompare(String(b), "en", { numeric: true });
  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    heading.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => {
      const descending = heading.getAttribute("aria-sort") === "ascending";
      const rows = [...body.rows].map(row => [value(row, column), row]);
      const known = rows.filter(row => row[0] !== undefined), unknown = rows.filter(row => row[0] === undefined);
      known.sort((a, b) => descending ? compare(b[0], a[0]) : compare(a[0], b[0]));
      body.append(...[...known, ...unknown].map(row => row[1]));
      headings.forEach(other => other.setAttribute("aria-sort", "none"));
      heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
      status.textContent = `Sorted by ${button.textContent}, ${descending ? "largest" : "smallest"} first`;
    });
  });
}

"""Style and script of the page ``signoff.html``.

On a phone each row of a table is a block, and each cell a line with the name of its column. A
link or the search opens what is folded around its target.
"""

STYLE = """
:root { color-scheme: light dark; --line: #ccc; --good: #1a7f37; --bad: #c62828; --idle: #8a6d00;
  --soft: #f4f4f4; --quiet: #666; }
@media (prefers-color-scheme: dark) { :root { --line: #444; --good: #5fd27a; --bad: #ff8a80;
  --idle: #e0c060; --soft: #222; --quiet: #aaa; } }
body { font: 15px/1.45 system-ui, sans-serif; margin: 1rem auto; max-width: 90rem;
  padding: 0 .8rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
h3 { display: inline; font-size: 1rem; font-weight: 400; }
nav ul { columns: 9rem; margin: 0; padding-left: 1.2rem; }
summary { cursor: pointer; padding: .2rem 0; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .5rem; text-align: left;
  vertical-align: top; }
th.number { text-align: right; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td { min-width: 4rem; } td.number, td.short { min-width: 0; }
th button { all: unset; cursor: pointer; font-weight: 600; }
th button:focus-visible { outline: 2px solid; }
th[aria-sort=ascending] button::after { content: " \\25b2"; }
th[aria-sort=descending] button::after { content: " \\25bc"; }
.proved, .done { color: var(--good); } .refuted, .vacuous, .failed { color: var(--bad); }
.alive, .holes, .open, .missing, .stale, .part { color: var(--idle); }
.tests { color: var(--quiet); }
.state { font-weight: 600; white-space: nowrap; }
td.text { overflow-wrap: break-word; min-width: 14rem; }
code { font-size: .85em; } .short span { white-space: nowrap; }
td.hash code, p code { overflow-wrap: anywhere; }
input { font: inherit; width: 100%; box-sizing: border-box; padding: .3rem; margin: .5rem 0; }
pre { background: var(--soft); overflow-x: auto; padding: .5rem; }
pre a { color: var(--quiet); text-decoration: none; }
pre span:target { background: #ffe08a; color: #000; }
@media (max-width: 40rem) {
  table, tbody, tr, td { display: block; }
  thead { display: none; }
  .searched thead { display: block; } .searched thead::before { content: "sort by:"; }
  thead tr { display: flex; flex-wrap: wrap; } th { border: 0; padding: .1rem .4rem .1rem 0; }
  th button { text-decoration: underline; }
  tr[hidden] { display: none; }
  tbody tr { border-bottom: 1px solid var(--line); padding: .4rem 0; }
  td, td.number, td.text { border: 0; min-width: 0; overflow-wrap: anywhere; padding: 0;
    text-align: left; white-space: normal; }
  td::before { color: var(--quiet); content: attr(data-head) ": "; font-weight: 400; }
  td:empty { display: none; }
  .state { white-space: normal; } }
"""

SCRIPT = """
for (const table of document.querySelectorAll("table")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => head.firstChild.addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") === "ascending";
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const value = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
    const compare = (a, b) => value(a).localeCompare(value(b), "en", { numeric: true });
    const rows = [...table.tBodies[0].rows].sort(compare);
    table.tBodies[0].append(...(down ? rows.reverse() : rows));
  }));
}
const unfold = (place) => {
  for (let each = place; each; each = each.parentElement)
    if (each.localName === "details") each.open = true;
};
const arrive = () => {
  const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!place) return;
  unfold(place);
  place.scrollIntoView();
};
addEventListener("hashchange", arrive);
addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='#']");
  if (link && link.hash === location.hash) arrive();
});
arrive();
const filter = document.querySelector("input");
filter.addEventListener("input", () => {
  for (const table of document.querySelectorAll(".searched table")) {
    let shown = 0;
    for (const row of table.tBodies[0].rows) {
      row.hidden = !row.textContent.includes(filter.value);
      shown += !row.hidden;
    }
    if (filter.value && shown) unfold(table);
  }
});
"""

"""The page in a real browser: it sorts, filters, unfolds, asks for nothing, fits a phone and
follows the dark.
"""

import html
import re
from pathlib import Path

import pytest

from scegrad.signoff import page, summary
from scegrad.signoff.places import ROOT
from tests.docs.browser import CHROMIUM, served, visit

needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")

LADDER = [
    {"level": "V2", "item": "b", "evidence": "formal", "state": "done", "detail": "2 of 2 proved"},
    {"level": "V1", "item": "a", "evidence": "tests/tb", "state": "tests", "detail": "make test"},
]
CASES = [
    {
        "case": f"unit/{name}",
        "group": "unit",
        "verdict": verdict,
        "claim": "a claim of some length that a phone must break into lines " * 3,
        "source": "formal/fifo.sv",
        "detail": "induction over 2 cycles, " * 9,
        "seconds": seconds,
        "time": "2026-01-01T00:00:00Z",
        "subject": "0123456789abcdef",
        "new": 0,
        "seed": 14,
        "again": f"scegrad signoff unit/{name}",
    }
    for name, verdict, seconds in (
        ("a", "proved", 9.5),
        ("b", "refuted", 1100.0),
        ("c@ecp5_demo-shared-reads", "open", 20.0),
    )
]
LONG = CASES[2]["case"]
HOLE = {
    "case": "mutants/lane32/000",
    "mutant": "inv lane.round.empty_0[3] at Y[0]",
    "why": "no proof in time",
    "unit": "",
    "new": True,
    "place": "rtl/datapath/round.py#L20",
}
MISSED = {
    "case": "coverage/ecp5_demo",
    "point": "toggle core_dma_writer_requests:75 outstanding[5]:0->1",
    "place": "rtl/dma/writer.py#L100",
}
FOUND = {
    "version": summary.VERSION,
    "cases": CASES,
    "groups": [{"group": "unit", "cases": 3, "verdicts": {"proved": 3}, "seconds": 129.5}],
    "ladder": LADDER,
    "mutants": [
        {"design": "lane32", "groups": 320, "judged": 1, "mutants": 468, "ends": {"equal": 9}}
    ],
    "holes": [HOLE],
    "coverage": [
        {"design": "ecp5_demo", "kind": "toggle", "points": 90, "hit": 80, "excluded": 7},
        {"design": "lane32", "kind": "line", "points": 100, "hit": 100, "excluded": 0},
    ],
    "excluded": [{"design": "ecp5_demo", "points": 7, "reason": "bit 0 of addresses is 0"}],
    "missed": [MISSED],
    "functional": [
        {"case": "soak/a", "platform": "a", "jobs": 900, "bins": 70, "hit": 69, "last_new": 800}
    ],
    "impossible": [{"platform": "a", "reason": "a rule of some length", "bins": 30}],
    "unhit": [{"case": "soak/a", "bin": "format fp32, memory shared, mask all, length 0"}],
    "designs": [{"design": "lane of fp32", "verilog": "0123456789abcdef" * 4}],
    "tools": ["prover 1.0"],
}

ACTIONS = """
<script type="module">
const HOLE = "empty_0";
const order = () => [...document.querySelectorAll("#cases tbody tr")]
  .filter((row) => !row.hidden).map((row) => row.cells[0].textContent.trim()).join(" ");
const buttons = document.querySelectorAll("#cases th button");
const told = document.body.dataset;
buttons[4].click(); told.up = order();
buttons[4].click(); told.down = order();
const search = document.querySelector("input");
search.value = "unit/b"; search.dispatchEvent(new Event("input")); told.filtered = order();
const folds = document.querySelector("#holes").closest("details");
told.folded = [...document.querySelectorAll("details")].every((each) => !each.open);
search.value = HOLE; search.dispatchEvent(new Event("input")); told.unfolded = folds.open;
search.value = ""; search.dispatchEvent(new Event("input"));
const links = [...document.querySelectorAll("nav a, #standing a")];
told.links = links.length;
told.led = links.every((link) => document.getElementById(link.hash.slice(1))?.localName === "h2");
told.named = [...document.querySelectorAll("h1, h2, h3")].every((each) => each.id);
told.first = document.querySelector("#part-cases").getBoundingClientRect().top < 4 * 900;
told.head = document.querySelector("#ladder thead").getBoundingClientRect().height;
told.empty = [...document.querySelectorAll("td")]
  .filter((cell) => !cell.textContent && cell.getBoundingClientRect().height).length;
told.width = document.documentElement.scrollWidth; told.room = document.documentElement.clientWidth;
told.dark = matchMedia("(prefers-color-scheme: dark)").matches;
told.good = getComputedStyle(document.querySelector(".proved")).color;
told.tests = getComputedStyle(document.querySelector("#ladder .tests")).color;
const source = document.getElementById("rtl/datapath/round.py").closest("details");
told.closed = !source.open;
document.querySelector("#holes a").click();
await new Promise((done) => addEventListener("hashchange", () => setTimeout(done)));
told.opened = source.open;
const line = document.querySelector("pre :target");
told.line = line?.textContent.trim() ?? "none";
told.seen = line ? Math.abs(line.getBoundingClientRect().top) < innerHeight : false;
const pieces = (word) => {
  const range = document.createRange();
  range.selectNode(word);
  return range.getClientRects().length;
};
told.code = [...document.querySelectorAll("#cases td:first-child code")]
  .every((code) => [...code.childNodes].every((word) => !word.length || pieces(word) === 1));
</script>
"""


def told(folder: Path, *options: str) -> dict[str, str]:
    """What the page says after the actions."""
    text = page.page(FOUND).replace("</body>", f"{ACTIONS}</body>")
    (folder / "page").mkdir(parents=True)
    (folder / "page" / "signoff.html").write_text(text, encoding="utf-8")
    with served(folder / "page") as base:
        found = visit(f"{base}/signoff.html", folder, *options)
        assert not [url for url in found.requests if not url.startswith(base)]
    assert not [line for line in found.console if "favicon" not in line]
    body = re.search(r"<body[^>]*>", found.dom)
    assert body
    return dict(re.findall(r'data-(\w+)="([^"]*)"', body[0]))


@needs_browser
def test_it_sorts_and_filters(tmp_path):
    found = told(tmp_path)
    assert found["up"] == f"unit/a {LONG} unit/b"
    assert found["down"] == f"unit/b {LONG} unit/a"
    assert found["filtered"] == "unit/b"


@needs_browser
def test_it_fits_a_phone_and_follows_the_dark(tmp_path):
    found = told(tmp_path, "--window-size=500,900", "--blink-settings=preferredColorScheme=0")
    assert int(found["width"]) <= int(found["room"]) <= 500
    assert found["dark"] == "true"
    assert found["good"] == "rgb(95, 210, 122)"


@needs_browser
def test_a_hole_leads_to_its_line(tmp_path):
    found = told(tmp_path)
    path, _, number = HOLE["place"].partition("#L")
    line = (ROOT / path).read_text().splitlines()[int(number) - 1]
    assert html.unescape(found["line"]) == f"{number} {line}".strip()
    assert found["seen"] == "true"


@needs_browser
def test_what_is_folded_opens_for_links_and_the_search(tmp_path):
    found = told(tmp_path)
    assert found["folded"] == found["unfolded"] == "true"
    assert found["closed"] == found["opened"] == "true"


@needs_browser
def test_the_contents_lead_to_every_part(tmp_path):
    found = told(tmp_path)
    assert found["led"] == found["named"] == "true"
    assert int(found["links"]) == page.page(FOUND).count("<h2 ") + 1  # one to what is not proved


@needs_browser
def test_a_phone_shows_no_empty_cell_and_no_head(tmp_path):
    found = told(tmp_path, "--window-size=500,900")
    assert found["empty"] == found["head"] == "0"
    assert found["first"] == "true"
    wide = told(tmp_path / "wide", "--window-size=1400,900")
    assert float(wide["head"]) > 0


@needs_browser
def test_a_name_breaks_between_its_parts_alone(tmp_path):
    found = told(tmp_path, "--window-size=1280,900")
    assert found["code"] == "true"
    assert int(found["width"]) <= int(found["room"])


@needs_browser
def test_what_ran_elsewhere_is_not_green(tmp_path):
    found = told(tmp_path)
    assert found["tests"] != found["good"]


def test_groups_that_were_not_judged_are_told():
    assert "Only 1 of 320 groups of mutants are judged" in page.page(FOUND)
    (mutants,) = FOUND["mutants"]
    judged = FOUND | {"mutants": [mutants | {"judged": 320}]}
    assert "are judged" not in page.page(judged)
    assert '<p id="holes">None.</p>' in page.page(judged | {"holes": []})


def test_it_begins_with_what_there_is():
    text = page.page(FOUND)
    first = text[text.index('id="standing"') : text.index("<nav")]
    assert ">1 of 3 cases are proved<" in first and ">2 ran, not proved<" in first
    known = CASES[1] | {"verdict": "alive"}
    rows = [CASES[0], known, *(CASES[2] | {"group": "x", "verdict": v} for v in ("stale", "stale"))]
    text = page.page(FOUND | {"cases": rows})
    assert "in 1 more, mutants live that are known (docs/signoff-alive.json): see" in text
    assert 'see <a href="#part-holes">' in text
    assert ">2 stale</span>, among them x/*: run" in text
    assert ">1 of 1 cases are proved</span>.</p>" in page.page(FOUND | {"cases": rows[:1]})


def test_thousands_have_commas():
    assert ">1,100.0</td>" in page.page(FOUND)


def test_a_failure_leads_to_its_assertions_and_its_waves():
    detail = "formal/planner.sv:12: assert (a < b); waves: /a/b/waves/unit-planner@x.vcd"
    wrong = {**FOUND["cases"][0], "verdict": "refuted", "detail": detail}
    text = page.page({**FOUND, "cases": [wrong]})
    assert '<a href="#formal/planner.sv-L12">formal/planner.sv:12</a>: assert (a &lt; b)' in text
    assert '<a href="waves/unit-planner@x.vcd">waves/unit-planner@x.vcd</a>' in text
    assert '<span id="formal/planner.sv-L12">' in text

"""The page in a real browser: it sorts, filters, asks for nothing, fits a phone and follows the
dark.
"""

import re
from pathlib import Path

import pytest

from scegrad.signoff import page, summary
from tests.docs.browser import CHROMIUM, served, visit

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")

LADDER = [
    {"level": "V2", "item": "b", "evidence": "formal", "state": "done", "detail": "2 of 2 proved"},
    {"level": "V1", "item": "a", "evidence": "tests/tb", "state": "tests", "detail": "make test"},
]
CASES = [
    {
        "case": f"unit/{name}",
        "verdict": verdict,
        "claim": "a claim of some length that a phone must break into lines",
        "source": "formal/fifo.sv",
        "detail": "induction over 2 cycles",
        "seconds": seconds,
        "time": "2026-01-01T00:00:00Z",
        "subject": "0123456789abcdef",
        "new": 0,
        "seed": 14,
        "again": f"scegrad signoff unit/{name}",
    }
    for name, verdict, seconds in (
        ("a", "proved", 9.5),
        ("b", "refuted", 100.0),
        ("c", "open", 20.0),
    )
]
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
<script>
const order = () => [...document.querySelectorAll("#cases tbody tr")]
  .filter((row) => !row.hidden).map((row) => row.cells[0].textContent.trim()).join(" ");
const buttons = document.querySelectorAll("#cases th button");
const told = document.body.dataset;
buttons[4].click(); told.up = order();
buttons[4].click(); told.down = order();
const search = document.querySelector("input");
search.value = "unit/b"; search.dispatchEvent(new Event("input")); told.filtered = order();
told.width = document.documentElement.scrollWidth; told.room = document.documentElement.clientWidth;
told.dark = matchMedia("(prefers-color-scheme: dark)").matches;
told.good = getComputedStyle(document.querySelector(".proved")).color;
</script>
"""


def told(folder: Path, *options: str) -> dict[str, str]:
    """What the page says after the actions."""
    text = page.page(FOUND).replace("</body>", f"{ACTIONS}</body>")
    (folder / "page").mkdir()
    (folder / "page" / "signoff.html").write_text(text, encoding="utf-8")
    with served(folder / "page") as base:
        found = visit(f"{base}/signoff.html", folder, *options)
        assert not [url for url in found.requests if not url.startswith(base)]
    assert not [line for line in found.console if "favicon" not in line]
    body = re.search(r"<body[^>]*>", found.dom)
    assert body
    return dict(re.findall(r'data-(\w+)="([^"]*)"', body[0]))


def test_it_sorts_and_filters(tmp_path):
    found = told(tmp_path)
    assert found["up"] == "unit/a unit/c unit/b"
    assert found["down"] == "unit/b unit/c unit/a"
    assert found["filtered"] == "unit/b"


def test_it_fits_a_phone_and_follows_the_dark(tmp_path):
    found = told(tmp_path, "--window-size=500,900", "--blink-settings=preferredColorScheme=0")
    assert int(found["width"]) <= int(found["room"]) <= 500
    assert found["dark"] == "true"
    assert found["good"] == "rgb(95, 210, 122)"

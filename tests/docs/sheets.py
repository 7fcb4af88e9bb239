"""Every page of the site as pictures: ``python -m tests.docs.sheets out/docs out/sheets``.

A sheet shows strips of pages side by side, at the width of a phone or a desktop, in the light or
the dark theme. So a person can look at all pages in minutes. Pages wider than their window are
named.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from html import unescape
from pathlib import Path

from tests.docs.browser import CHROMIUM, VIRTUAL_MS, served, visit

WIDTHS = {"phone": 390, "desktop": 1200}

STRIP, SCALE, SHEET = 3000, 0.5, 2800
"""Height of a strip, what it is multiplied by, and the width of a sheet in pixels."""

FRAMES = """<!doctype html><body style="margin:0"><script>
const shown = {shown}, width = {width}, theme = "{theme}", strip = {strip}, result = [];
for (const [page, offset] of shown) {{
  const cut = document.createElement("div"), frame = document.createElement("iframe");
  cut.style = `float:left;overflow:hidden;border-right:4px solid red;`
      + `width:${{width}}px;height:${{strip}}px;zoom:{scale}`;
  frame.style = `border:0;width:${{width}}px;height:900px`;
  frame.src = page;
  frame.onload = () => {{
    const inside = frame.contentDocument;
    inside.body.dataset.theme = theme;
    const wide = inside.documentElement.scrollWidth, high = inside.documentElement.scrollHeight;
    frame.style.height = `${{high}}px`;
    frame.style.marginTop = `${{-offset}}px`;
    result.push([page, wide, high]);
    document.title = JSON.stringify(result);
  }};
  cut.append(frame);
  document.body.append(cut);
}}
</script>"""


def frames(site: Path, shown: list[tuple[str, int]], width: int, theme: str, scale: float) -> str:
    """Write a page of the site that shows strips of others; returns its name."""
    text = FRAMES.format(
        shown=json.dumps(shown), width=width, theme=theme, strip=STRIP, scale=scale
    )
    (site / "frames.html").write_text(text, "utf-8")
    return "frames.html"


def heights(site: Path, base: str, pages: list[str], width: int) -> dict[str, int]:
    """The height of each page at a width; names those that are wider."""
    name = frames(site, [(page, 0) for page in pages], width, "light", 1)
    with tempfile.TemporaryDirectory() as folder:
        dom = visit(f"{base}/{name}", Path(folder)).dom
    title = re.search(r"<title>(.*?)</title>", dom)
    found = {}
    for page, wide, high in json.loads(unescape(title[1])) if title else []:
        found[page] = high
        if wide > width:
            print(f"{page} is {wide} pixels wide in a window of {width}")
    return found


def sheet(base: str, name: str, picture: Path) -> None:
    """Take a picture of a page."""
    with tempfile.TemporaryDirectory() as folder:
        options = [f"--user-data-dir={folder}", "--headless", "--no-sandbox", "--disable-gpu"]
        options += [f"--window-size={SHEET},{int(STRIP * SCALE)}", "--hide-scrollbars"]
        options += [f"--screenshot={picture}", f"--virtual-time-budget={VIRTUAL_MS}"]
        command = [CHROMIUM or "chromium", *options, f"{base}/{name}"]
        subprocess.run(command, check=True, capture_output=True, timeout=300)


def main(site: Path, out: Path) -> None:
    """Make the sheets of a site."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    pages = sorted(
        str(page.relative_to(site))
        for page in site.rglob("*.html")
        if page.name not in ("frames.html", "genindex.html")
    )
    with served(site) as base:
        for name, width in WIDTHS.items():
            tall = heights(site, base, pages, width)
            strips = [(page, y) for page in pages for y in range(0, tall[page], STRIP)]
            count = int(SHEET / (width * SCALE + 2))
            for theme in ("light", "dark"):
                for first in range(0, len(strips), count):
                    shown = strips[first : first + count]
                    made = frames(site, shown, width, theme, SCALE)
                    picture = out.absolute() / f"{name}-{theme}-{first // count:02}.png"
                    sheet(base, made, picture)
                    print(picture.name, *(f"{page}@{y}" for page, y in shown))
    (site / "frames.html").unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

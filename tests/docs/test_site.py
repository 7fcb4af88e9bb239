"""The site: it builds without a warning, and works in a browser without the network."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from scegrad.generate.maker import ROOT
from tests.docs.browser import CHROMIUM, served, visit

pytestmark = pytest.mark.whole

NOTE = "This is the source of "

needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as ``make docs`` builds it; a warning fails."""
    made = tmp_path_factory.mktemp("site")
    sphinx = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "--quiet"]
    done = subprocess.run(
        [*sphinx, "-d", str(made / "trees"), str(ROOT / "docs"), str(made / "pages")],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return made / "pages"


def test_every_page_is_in_the_site(site: Path) -> None:
    pages = [path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")]
    assert not [page for page in pages if not (site / page).with_suffix(".html").is_file()]


def test_notes_for_those_without_the_site_are_not_in_it(site: Path) -> None:
    noted = [page for page in (ROOT / "docs").rglob("*.md") if NOTE in page.read_text("utf-8")]
    assert len(noted) > 5
    assert not [page for page in site.rglob("*.html") if NOTE in page.read_text("utf-8")]


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    """Links may lead to other sites; pictures, scripts and style sheets must be the site's own."""
    loads = re.compile(r'(?:<(?:script|img|iframe)[^>]*src|<link[^>]*href)="((?:https?:)?//[^"]*)"')
    found = {
        f"{page.relative_to(site)}: {address}"
        for page in site.rglob("*.html")
        for address in loads.findall(page.read_text("utf-8"))
    }
    assert not found


@needs_browser
def test_the_search_finds_core_mask(site: Path, tmp_path: Path) -> None:
    with served(site) as base:
        found = visit(f"{base}/search.html?q=core_mask", tmp_path)
    assert "registers.html" in re.findall(r'<li class="kind[^>]*><a href="([^"#?]*)', found.dom)
    assert not found.console
    assert not [address for address in found.requests if not address.startswith(base)]


@needs_browser
def test_the_first_page_works_alone(site: Path, tmp_path: Path) -> None:
    with served(site) as base:
        first = visit(f"{base}/index.html", tmp_path)
    assert "binary cross entropy with logits" in first.dom
    assert not first.console
    assert first.requests
    assert not [address for address in first.requests if not address.startswith(base)]

"""The pages: one sentence per line, links that lead somewhere, and a glossary of words
that are used.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scegrad.generate.maker import ROOT

PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]

TWO_SENTENCES = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!^\d)[.!?] +[A-Z`\[(]")

PER = re.compile(
    r"\b(results?|elements?|beats?|bytes|bits|chunks?|pairs?) an? (cycle|clock|second)\b"
)
"""``per`` is the word for this."""


def prose(page: Path) -> Iterator[tuple[int, str]]:
    """Lines outside of code, tables and generated blocks, with their numbers."""
    fenced = made = False
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        fenced ^= line.startswith("```")
        made = line.startswith("<!-- begin") or (made and not line.startswith("<!-- end"))
        if not (fenced or made or line.startswith(("    ", "|", "```", "<!--", "#"))):
            yield number, line


def anchors(page: Path) -> set[str]:
    """The names that a link may have after ``#``, as GitHub makes them from headings."""
    headings = re.findall(r"^#+ +(.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {text.replace(" ", "-") for text in plain}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_one_sentence_per_line(page: Path) -> None:
    lists = re.compile(r"^\s*(\d+\.|-) ")
    long = [
        f"{page.name}:{number}: {line[:60]}"
        for number, line in prose(page)
        if TWO_SENTENCES.search(re.sub(r"`[^`]*`", "x", line)) and not lists.match(line)
    ]
    assert not long


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{page.name} links to {target}"
        assert not anchor or anchor in anchors(file), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_per_is_said_as_per(page: Path) -> None:
    found = [f"{page.name}:{n}: {line[:60]}" for n, line in prose(page) if PER.search(line)]
    assert not found


def test_every_term_of_the_glossary_is_used() -> None:
    """A term that no page uses was renamed, or is not needed."""
    glossary = ROOT / "docs" / "glossary.md"
    others = " ".join(page.read_text(encoding="utf-8") for page in PAGES if page != glossary)
    rows = re.findall(r"^\| ([^|]+) \| ", glossary.read_text(encoding="utf-8"), re.MULTILINE)
    terms = {term.strip("` ") for row in rows for term in row.split(", ")} - {"term", "---"}
    assert len(terms) > 50
    unused = [term for term in terms if not re.search(rf"\b{re.escape(term)}", others, re.I)]
    assert not unused


def test_files_that_pages_name_are_there() -> None:
    """Paths in back ticks that begin with a folder of the checkout."""
    folders = "|".join(["rtl", "model", "tb", "tests", "sw", "board", "src", "docs", "tools"])
    named = re.compile(rf"`((?:{folders})/[\w./-]+)`")
    missing = []
    for page in PAGES:
        for path in named.findall(page.read_text(encoding="utf-8")):
            if not (ROOT / path).exists() and not list(ROOT.glob(f"{path}*")):
                missing.append(f"{page.name}: {path}")
    assert not missing

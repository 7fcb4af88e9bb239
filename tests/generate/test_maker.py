"""Files that are made from others: in their places, and compared."""

from pathlib import Path

import pytest

from scegrad.generate.maker import Generator

PAGE = Path("docs/page.md")
TEXT = """# Page
<!-- begin one, made by scegrad generate it -->
1
<!-- end one -->
between
<!-- begin two, made by scegrad generate it -->
<!-- end two -->
<!-- begin three, made by another -->
3
<!-- end three -->
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with the page."""
    (tmp_path / PAGE).parent.mkdir()
    (tmp_path / PAGE).write_text(TEXT)
    return tmp_path


def maker(**blocks: str) -> Generator:
    made = Generator(
        "it",
        "data.json",
        lambda root: {PAGE: made.page(PAGE, blocks, root), Path("whole/file"): "whole\n"},
    )
    return made


def test_stale_files_are_named_then_made(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = maker(one="1\n", two="a\\1\nb\n")
    assert made.run(root, check=True) == 2
    assert (root / PAGE).read_text() == TEXT
    assert not (root / "whole").exists()
    mend = "does not agree with data.json: run `scegrad generate it`"
    assert capsys.readouterr().err.splitlines() == [f"{PAGE} {mend}", f"whole/file {mend}"]
    assert made.run(root, check=False) == 0
    assert (root / PAGE).read_text() == TEXT.replace("<!-- end two", "a\\1\nb\n<!-- end two")
    assert made.run(root, check=True) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("# none\n", "no place"),
        (TEXT.replace("end two", "end tow"), "places for one"),
        (TEXT + TEXT, "places for one, two, one, two"),
    ],
)
def test_every_block_has_one_place(root: Path, text: str, places: str) -> None:
    (root / PAGE).write_text(text)
    with pytest.raises(
        ValueError,
        match=f"^{PAGE} has {places}.* made by scegrad generate it, but must have one each for"
        " one, two$",
    ):
        maker(one="", two="").run(root, check=False)

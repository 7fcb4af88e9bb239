"""Every page and file with the version has the same one."""

import re

from scegrad.generate.maker import ROOT
from scegrad.registers import VERSION


def test_the_citation_has_todays_version() -> None:
    text = (ROOT / "CITATION.cff").read_text("utf-8")
    assert re.findall(r"^version: (.*)$", text, re.MULTILINE) == [VERSION]


def test_the_changes_name_todays_version() -> None:
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    released = [heading for heading in headings if heading[0].isdigit()]
    assert released[0].startswith(VERSION)

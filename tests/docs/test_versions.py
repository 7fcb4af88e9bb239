"""The page that no generator writes has today's version."""

import re

from scegrad.generate.maker import ROOT
from scegrad.registers import VERSION


def test_the_changes_name_todays_version() -> None:
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    released = [heading for heading in headings if heading[0].isdigit()]
    assert released[0].startswith(VERSION), f"CHANGELOG.md has no heading {VERSION}"

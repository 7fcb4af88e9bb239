"""The lanes as the sources have them now, made once in a process."""

from functools import cache

from scegrad.formats import FORMATS
from scegrad.sweep.unit import LaneDesign, design


@cache
def lane_design(fmt_name: str) -> LaneDesign:
    """The lane of a format."""
    return design(FORMATS[fmt_name])

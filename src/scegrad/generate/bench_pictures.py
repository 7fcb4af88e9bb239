"""Draws the pictures of ``docs/bench/`` again from the measurements in that folder."""

from pathlib import Path

from scegrad.bench.measure import Measurement
from scegrad.bench.pictures import write_pictures
from scegrad.generate.bench import MEASURED
from scegrad.generate.maker import ROOT, recorded


def main() -> list[Path]:
    """Write the pictures; returns the files."""
    results = recorded(MEASURED)
    parts = ([Measurement.of(record) for record in results[name]] for name in ("lines", "sweeps"))
    return write_pictures((ROOT / MEASURED).parent, *parts)

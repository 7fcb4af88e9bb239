"""``scegrad sweep speed``: results per second and core with everything checked, beside the bare
lane.
"""

import statistics
import time
from collections.abc import Callable, Mapping
from functools import partial

from scegrad.show.table import Column, Sheet, output_console, show
from scegrad.sweep.native import Lane
from scegrad.sweep.shard import run_shard
from scegrad.sweep.spaces import HALVES, STAGE, Space
from scegrad.sweep.unit import design

SPACES = (
    Space("fp16-pairs"),
    Space("fp32-logits", label=0),
    Space("fp32-logits", label=1),
    Space(HALVES),
    Space(STAGE),
    Space("fp32-random", count=1 << 30, seed=1),
)


def _seconds(what: Callable[[], object]) -> float:
    """Processor time of a call."""
    start = time.process_time()
    what()
    return time.process_time() - start


def measure(space: Space, shards: int) -> tuple[float, float]:
    """Results per second of the sweep, and of the bare lane, on ``shards`` shards spread over the
    space.

    Both are run in turn, so that a load on the machine slows both.
    """
    lane = Lane(design(space.fmt))
    run_shard(space, 0, lane)
    swept, bare = [], []
    for k in range(shards):
        swept.append(
            _seconds(partial(run_shard, space, (2 * k + 1) * space.shards // (2 * shards), lane))
        )
        bare.append(_seconds(partial(lane.bare, space.shard_size)))
    return space.shard_size / statistics.median(swept), space.shard_size / statistics.median(bare)


def main(shards: int) -> None:
    """Measure every space and print a table."""
    show(sheet({space: measure(space, shards) for space in SPACES}), output_console())


def sheet(measured: Mapping[Space, tuple[float, float]]) -> Sheet:
    """A line for each space."""
    headings = ("million results per second", "bare lane", "ratio")
    columns = [Column("space", text=True), *map(Column, headings)]
    rows = []
    for space, (swept, bare) in measured.items():
        name = f"{space.name} --label {space.label}" if space.label is not None else space.name
        rows.append((name, f"{swept / 1e6:.2f}", f"{bare / 1e6:.2f}", f"{swept / bare:.2f}"))
    return Sheet("processor time of a sweep beside that of its lane", columns, rows)

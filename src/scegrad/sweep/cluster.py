"""Shards on a running Dask cluster.

The unit goes to every worker as Verilog, to those that join later too; each builds it once (or finds it in its cache) and checks its hash.
The workers need this package, a C++ compiler and a cache directory that they can write. What a lost worker had underway is done again
by the others.
"""

import threading
from collections.abc import Iterable, Iterator

from distributed import Client, WorkerPlugin, as_completed, get_worker
from distributed.worker import Worker

from scegrad.errors import RequestError, SimulationError
from scegrad.sweep.native import Lane
from scegrad.sweep.shard import Record, run_shard
from scegrad.sweep.spaces import Space
from scegrad.sweep.unit import Design

AHEAD = 3
"""Shards that wait for each thread of the cluster."""

FEWEST = 64
"""Shards that are given out at least, for workers that join later."""

LOSSES = 5
"""Workers that may be lost on the same shard."""

PATIENCE = 30
"""Seconds to wait for the scheduler to answer."""


class _Unit(WorkerPlugin):
    """What the workers need of the design."""

    def __init__(self, design: Design):
        self.design = design
        self.name = f"scegrad-{design.rtl}"
        self.lanes = threading.local()

    def __getstate__(self) -> dict[str, object]:
        return {"design": self.design, "name": self.name}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__ |= state
        self.lanes = threading.local()

    def setup(self, worker: Worker) -> None:
        """Nothing yet: the lane is built by the first task, outside the worker's event loop."""

    def lane(self) -> Lane:
        """The lane of this thread, built now where it is not there."""
        if not hasattr(self.lanes, "lane"):
            self.lanes.lane = Lane(self.design)
        lane: Lane = self.lanes.lane
        return lane


def _work(space: Space, shard: int, rtl: str) -> Record:
    unit = get_worker().plugins[f"scegrad-{rtl}"]
    assert isinstance(unit, _Unit)
    return run_shard(space, shard, unit.lane())


def run(space: Space, shards: Iterable[int], design: Design, address: str) -> Iterator[Record]:
    """Records of the shards, in the order in which they are done.

    Raises ``RequestError`` where there is no scheduler at ``address``, ``SimulationError`` where a shard cannot be done.
    """
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise RequestError(f"no Dask scheduler answers at {address}: {error}") from error
    with client:
        client.register_plugin(_Unit(design))
        todo = iter(shards)

        def submit() -> list:
            """The next shard, underway; nothing where none is left."""
            return [
                client.submit(_work, space, shard, design.rtl, pure=False, retries=LOSSES)
                for shard in [next(todo, None)]
                if shard is not None
            ]

        ahead = max(AHEAD * sum(client.nthreads().values()), FEWEST)
        queue = as_completed(
            [future for _ in range(ahead) for future in submit()], loop=client.loop
        )
        for future in queue:
            try:
                record: Record = future.result()
            except Exception as error:
                raise SimulationError(f"a shard failed on the cluster: {error}") from error
            future.release()
            for following in submit():
                queue.add(following)
            yield record

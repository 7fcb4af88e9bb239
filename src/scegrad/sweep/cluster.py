"""Shards on a running Dask cluster.

The unit goes to every worker as Verilog, to those that join later too; each builds it once (or
finds it in its cache) and checks its hash. The workers need this package in this version, a C++
compiler and a cache directory that they can write. Other workers repeat the shards of a lost
worker.

Dask sends pickles both ways: anyone who runs the scheduler, or can reach its port, can run any
program here and on the workers.
"""

import threading
from collections.abc import Iterable, Iterator
from queue import Empty, SimpleQueue
from typing import Any

import cloudpickle
from distributed import Client, Future, WorkerPlugin, get_worker
from distributed.worker import Worker

from scegrad.errors import RequestError, SimulationError
from scegrad.sweep import probe as probe_module
from scegrad.sweep.native import Lane
from scegrad.sweep.shard import Record, run_shard
from scegrad.sweep.spaces import Space
from scegrad.sweep.unit import LaneDesign
from scegrad.sweep.version import code
from scegrad.sweep.watch import Watch, connected, waited

AHEAD = 3
"""Shards that wait for each thread of the cluster."""

FEWEST = 64
"""Shards that are given out at least, for workers that join later."""

NAMED = 3
"""Workers that a message names."""

cloudpickle.register_pickle_by_value(probe_module)


class _Unit(WorkerPlugin):
    """What the workers need of the design."""

    def __init__(self, design: LaneDesign):
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
        """The lane of this thread, built now if it is not there."""
        if not hasattr(self.lanes, "lane"):
            self.lanes.lane = Lane(self.design)
        lane: Lane = self.lanes.lane
        return lane


def _work(space: Space, shard: int, rtl: str, wanted: str) -> Record | str:
    """The record of a shard, or what is wrong with this worker."""
    worker = get_worker()
    if code() != wanted:
        return _other(str(worker.name), code(), wanted)
    unit = worker.plugins[f"scegrad-{rtl}"]
    assert isinstance(unit, _Unit)
    try:
        return run_shard(space, shard, unit.lane())
    except Exception as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise SimulationError(f"worker {worker.name}: {said}") from None


def _other(name: str, found: str, wanted: str) -> str:
    return f"worker {name} has another version of scegrad (code {found}, here {wanted})"


def run(space: Space, shards: Iterable[int], design: LaneDesign, address: str) -> Iterator[Record]:
    """Records of the shards, in the order in which they are done.

    Raises ``RequestError`` if there is no scheduler at ``address`` or if a worker's code is not
    this one, ``SimulationError`` if a shard cannot be done or the scheduler is lost.
    """
    with connected(address) as (client, watch):
        _refuse(client, watch)
        waited(lambda: client.register_plugin(_Unit(design)), watch)
        todo, done, underway = iter(shards), SimpleQueue[Future](), set[Future]()

        def submit() -> None:
            """Give out the next shard, if one is left."""
            for shard in [number for number in [next(todo, None)] if number is not None]:
                future = client.submit(_work, space, shard, design.rtl, code(), pure=False)
                underway.add(future)
                future.add_done_callback(done.put)

        for _ in range(max(AHEAD * sum(client.nthreads().values()), FEWEST)):
            submit()
        while underway:
            try:
                future = done.get(timeout=watch.step)
            except Empty:
                watch.look()
                continue
            yield _record(future, client, watch)
            underway.remove(future)
            submit()


def _record(future: Future, client: Client, watch: Watch) -> Record:
    """The record of a shard."""
    try:
        result: Record | str = future.result()
    except Exception as error:
        watch.look()  # the scheduler is lost: report this instead
        _refuse(client, watch)  # or a worker that joined later has no such package
        raise SimulationError(f"a shard failed on the cluster: {error}") from error
    if isinstance(result, str):
        raise RequestError(result)
    return result


def _refuse(client: Client, watch: Watch) -> None:
    """Raise ``RequestError`` with the names of the workers whose code is not this one."""
    answers: dict[str, Any] = waited(
        lambda: client.run(probe_module.probe, on_error="return"), watch
    )
    names = {address: str(worker["name"]) for address, worker in watch.workers().items()}
    wrong = []
    for address, answer in answers.items():
        name = names.get(address, address)
        if not isinstance(answer, dict) or "error" in answer:
            said = answer["error"] if isinstance(answer, dict) else answer
            wrong.append(f"worker {name} cannot load scegrad ({said})")
        elif answer["code"] != code():
            wrong.append(_other(name, answer["code"], code()))
    if wrong:
        wrong.sort()
        more = [f"and {len(wrong) - NAMED} more"] if len(wrong) > NAMED else []
        raise RequestError("; ".join(wrong[:NAMED] + more))

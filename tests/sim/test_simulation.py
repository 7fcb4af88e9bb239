"""The fast simulator around a design that copies: time, memory, windows, faults, pauses, events,
waves.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from scegrad.axi import Resp
from scegrad.errors import SimulationError
from scegrad.registers import SHARED, Status, unit_offset
from scegrad.sim.simulation import Channel, Direction, Memory, Simulation
from tests.sim import copier
from tests.sim.copier import COPIER, SOURCE, TARGET, finish, start

WORDS = 4000
BEATS = WORDS * 4 // 64


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copier.library(tmp_path_factory.mktemp("copier"))


@pytest.fixture
def data(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 1 << 32, WORDS, np.uint32)


@pytest.fixture
def sim(library: Path, data: np.ndarray) -> Iterator[Simulation]:
    with Simulation(library) as simulation:
        simulation.write(SOURCE, data)
        yield simulation


def copied(sim: Simulation, target: int = TARGET) -> np.ndarray:
    return sim.read(target, WORDS * 4).view(np.uint32)


@pytest.mark.parametrize("latency", [0, 1, 40])
def test_one_beat_a_cycle_after_the_latency(
    sim: Simulation, latency: int, data: np.ndarray
) -> None:
    sim.set_memory(Memory(latency=latency))
    start(sim, WORDS)
    status, cycles = finish(sim)
    assert status is Status.DONE
    assert (copied(sim) == data).all()
    assert cycles == BEATS + 4 + 2 * latency
    assert sim.traffic(0).read_beats == sim.traffic(0).write_beats == BEATS
    assert sim.traffic(0).write_bytes == WORDS * 4
    assert not sim.violations()


def test_few_bursts_in_flight_wait_for_their_answers(sim: Simulation, data: np.ndarray) -> None:
    sim.set_memory(Memory(latency=40, outstanding=1))
    start(sim, WORDS)
    _, cycles = finish(sim)
    assert cycles > BEATS + 40 * (BEATS // 16)
    assert (copied(sim) == data).all()


def test_private_port_is_64_bits_wide(sim: Simulation, data: np.ndarray) -> None:
    source, target = COPIER.l2[0].base, COPIER.l2[0].base + 0x8000
    sim.write(source, data)
    start(sim, 999, private=True, source=source, target=target)
    status, cycles = finish(sim, private=True)
    assert (status, cycles) == (Status.DONE, 500 + 4)
    assert (sim.read(target, 999 * 4).view(np.uint32) == data[:999]).all()
    assert not sim.read(target + 999 * 4, 64).any()


def test_handles_are_independent_and_repeat_to_the_cycle(
    library: Path, data: np.ndarray, seed: int
) -> None:
    cycles = []
    with Simulation(library) as first, Simulation(library) as second:
        for sim, latency in ((first, 3), (second, 17)):
            sim.write(SOURCE, data)
            sim.set_memory(Memory(latency=latency, stall=100, seed=seed + latency))
            start(sim, WORDS)
        while not (first.irq and second.irq):
            first.run(7, until_irq=True)
            second.run(11, until_irq=True)
        cycles = [first.cycle, second.cycle]
        assert (copied(first) == data).all()
        assert (copied(second) == data).all()
    for latency, cycle in zip((3, 17), cycles, strict=True):
        with Simulation(library) as alone:
            alone.write(SOURCE, data)
            alone.set_memory(Memory(latency=latency, stall=100, seed=seed + latency))
            start(alone, WORDS)
            alone.run(1_000_000, until_irq=True)
            assert alone.cycle == cycle


def test_pauses_follow_the_seed(library: Path, data: np.ndarray) -> None:
    def cycles(seed: int) -> int:
        with Simulation(library) as sim:
            sim.write(SOURCE, data)
            sim.set_memory(Memory(latency=5, stall=128, seed=seed))
            start(sim, WORDS)
            status, count = finish(sim)
            assert status is Status.DONE
            assert (copied(sim) == data).all()
            assert not sim.violations()
            return count

    # Fixed: with other seeds two counts may be equal by chance.
    counts = [cycles(seed) for seed in (1, 1, 2)]
    assert counts[0] == counts[1] != counts[2]
    assert counts[0] > 1.5 * BEATS


def test_memory_is_what_is_touched(library: Path) -> None:
    with Simulation(library) as sim:
        assert sim.used_bytes == 0
        sim.write(0xFFFF_FFFF, b"\x07")
        assert sim.used_bytes == 4096
        assert sim.read(0xFFFF_F000, 4096).sum() == 7
        sim.write(SOURCE, np.zeros(1 << 20, np.uint8))
        assert sim.used_bytes == 4096 + (1 << 20)
        assert not sim.read(TARGET, 100_000).any()
        assert sim.used_bytes == 4096 + (1 << 20)
        sim.release(0, 1 << 32)
        assert sim.used_bytes == 0
        assert not sim.read(0xFFFF_FFFF, 1).any()


NO_ROOM = """
import resource, sys
from pathlib import Path
from scegrad.sim.simulation import Simulation
with Simulation(Path(sys.argv[1])) as sim:
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + (64 << 20), resource.RLIM_INFINITY))
    data = bytes(8 << 20)
    for address in range(1 << 31, 1 << 32, len(data)):
        sim.write(address, data)
"""


def test_no_room_for_the_memories(library: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", NO_ROOM, str(library)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.endswith("MemoryError: the simulated memories found no more room\n")


def test_attached_arrays_are_used_in_place(sim: Simulation) -> None:
    content, result = np.arange(4096, dtype=np.uint32), np.zeros(4096, np.uint32)
    sim.attach(SOURCE, content)
    sim.attach(TARGET, result)
    start(sim, content.size)
    assert finish(sim)[0] is Status.DONE
    assert (result == content).all()
    assert sim.used_bytes == 0


@pytest.mark.parametrize(
    ("source_room", "target_room", "status"),
    [(-64, 0, Status.READ_DECERR), (0, -4, Status.WRITE_DECERR), (0, 0, Status.DONE)],
)
def test_windows_refuse_all_else(
    sim: Simulation, source_room: int, target_room: int, status: Status
) -> None:
    sim.allow(SOURCE, WORDS * 4 + source_room, Direction.READ)
    sim.allow(TARGET, WORDS * 4 + target_room, Direction.WRITE)
    start(sim, WORDS)
    assert finish(sim)[0] is status
    assert len(sim.violations()) == (status is not Status.DONE)
    for violation in sim.violations():
        assert violation.startswith("OUTSIDE_WINDOW on port 0")
    sim.clear_violations()
    sim.clear_windows()
    start(sim, WORDS)
    assert finish(sim)[0] is Status.DONE
    assert not sim.violations()


def test_a_read_may_take_the_rest_of_a_bus_word(sim: Simulation) -> None:
    sim.allow(SOURCE, 4, Direction.READ)
    sim.allow(TARGET, 4, Direction.WRITE)
    start(sim, 1)
    assert finish(sim)[0] is Status.DONE
    assert not sim.violations()
    start(sim, 17)
    assert finish(sim)[0] is not Status.DONE
    assert sim.violations()


def test_a_port_reaches_its_own_memory_only(sim: Simulation) -> None:
    start(sim, 16, target=COPIER.l2[0].base)
    assert finish(sim)[0] is Status.WRITE_DECERR
    assert sim.violations()[0].startswith("OUTSIDE_REGION on port 0: WRITE at 0x10800000")
    assert not sim.read(COPIER.l2[0].base, 64).any()


def test_a_burst_across_4_kib_is_reported(sim: Simulation) -> None:
    start(sim, WORDS, target=TARGET + 64)
    assert finish(sim)[0] is Status.WRITE_DECERR
    assert sim.violations()[0].startswith("BAD_BURST on port 0: WRITE at 0xa0000c40")


@pytest.mark.parametrize("access", [Direction.READ, Direction.WRITE])
@pytest.mark.parametrize("response", [Resp.SLVERR, Resp.DECERR])
def test_injected_errors(
    sim: Simulation, access: Direction, response: Resp, data: np.ndarray
) -> None:
    at = (SOURCE if access is Direction.READ else TARGET) + 130 * 4
    sim.fault(at, 4, access, response)
    start(sim, WORDS)
    status, _ = finish(sim)
    assert status is Status[f"{access.name}_{response.name}"]
    if access is Direction.READ:
        assert sim.read32(unit_offset(SHARED, "FAULT_ADDRESS")) == SOURCE + 128 * 4
    else:
        assert not copied(sim)[130]
    assert not sim.violations()
    sim.clear_faults()
    start(sim, WORDS)
    assert finish(sim)[0] is Status.DONE
    assert (copied(sim) == data).all()


def test_reset_in_mid_job(sim: Simulation, data: np.ndarray) -> None:
    sim.set_memory(Memory(latency=30))
    start(sim, WORDS)
    sim.run(100)
    sim.reset()
    assert sim.read32(unit_offset(SHARED, "STATUS")) == Status.IDLE
    start(sim, WORDS)
    status, cycles = finish(sim)
    assert (status, cycles) == (Status.DONE, BEATS + 4 + 2 * 30)
    assert (copied(sim) == data).all()


def test_events_tell_every_accepted_beat(sim: Simulation) -> None:
    sim.record(10_000)
    start(sim, WORDS)
    finish(sim)
    events = sim.events()
    assert (np.diff(events["cycle"].astype(int)) >= 0).all()
    addresses = {
        channel: events["address"][events["channel"] == channel].astype(np.int64)
        for channel in Channel
    }
    assert (addresses[Channel.R] == SOURCE + 64 * np.arange(BEATS + 1)[:BEATS]).all()
    assert (addresses[Channel.W] == TARGET + 64 * np.arange(BEATS)).all()
    assert events["beats"][events["channel"] == Channel.AR].sum() == BEATS
    assert len(addresses[Channel.AW]) == len(addresses[Channel.B])
    read = events[events["channel"] == Channel.R]["cycle"].astype(int)
    assert (np.diff(read) == 1).all(), "one beat a cycle"
    assert sim.events_lost == 0
    sim.record(10)
    start(sim, WORDS)
    finish(sim)
    assert len(sim.events()) == 10
    assert sim.events_lost == len(events) - 10


def test_bad_requests_are_refused(sim: Simulation) -> None:
    for request, message in (
        (lambda: sim.write(0xFFFF_FFFF, b"ab"), "not inside the 32-bit address space"),
        (lambda: sim.set_memory(Memory(outstanding=0)), "outstanding is 0, but must be 1 to 256"),
        (lambda: sim.set_memory(Memory(latency=-1)), "latency is -1"),
        (lambda: sim.set_memory(Memory(), port=9), "there is no port 9"),
        (lambda: sim.fault(0, 1, Direction.READ, Resp.OKAY), "must be 2"),
        (lambda: sim.attach(SOURCE + 4, np.zeros(4096, np.uint8)), "whole 4 KiB pages"),
        (lambda: sim.open_waves(Path("x.fst")), "built without waves"),
    ):
        with pytest.raises(SimulationError, match=message):
            request()
    start(sim, WORDS)
    sim.run(10)
    with pytest.raises(SimulationError, match="bursts are in flight on port 0"):
        sim.set_memory(Memory())
    sim.close()
    with pytest.raises(SimulationError, match="closed"):
        sim.run(1)


def test_not_a_library(tmp_path: Path) -> None:
    path = tmp_path / "lib.so"
    path.write_text("nothing")
    with pytest.raises(SimulationError, match="is not a simulator library"):
        Simulation(path)

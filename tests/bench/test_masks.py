"""Every core mask and every memory: results, guards and cycles; and that a wrong job is counted."""

from typing import Any

import numpy as np
import pytest

from scegrad.bench import masks
from scegrad.bench.masks import ELEMENTS, MaskBench, MaskLine, measure_masks
from scegrad.errors import SimulationError
from scegrad.formats import FORMATS
from scegrad.generate.bench import MEASURED
from scegrad.generate.maker import recorded
from scegrad.job.job import Counters, Job
from scegrad.platforms import ECP5_DEMO, MT7004, PLATFORMS

KEPT = [MaskLine(**record) for record in recorded(MEASURED)["masks"]]


@pytest.mark.whole
@pytest.mark.parametrize("name", PLATFORMS)
def test_every_mask_and_memory_as_published(name: str) -> None:
    assert measure_masks(name) == [line for line in KEPT if line.platform == name]


@pytest.mark.whole
@pytest.mark.parametrize("elements", [1, 5, 67])
@pytest.mark.parametrize("name", PLATFORMS)
def test_fewer_elements_than_cores_have_places_for(name: str, elements: int) -> None:
    assert {line.wrong for line in measure_masks(name, elements)} == {0}


@pytest.mark.parametrize("name", PLATFORMS)
def test_what_is_published_is_everything(name: str) -> None:
    platform = PLATFORMS[name]
    for fmt in platform.formats:
        mine = [line for line in KEPT if (line.platform, line.fmt) == (name, fmt)]
        for region in platform.shared:
            jobs = [line.jobs for line in mine if line.memory == region.name]
            assert (len(jobs), sum(jobs)) == (platform.cores, platform.all_cores)
        for memory in platform.private:
            assert [line.jobs for line in mine if line.memory == memory.name] == [platform.cores]
        assert {line.wrong for line in mine} == {0}


class FakeSimulation:
    """A memory without hardware: the golden model carries out a job at once, and then the result is
    damaged.
    """

    def __init__(self, damage: dict[int, int]) -> None:
        self.bytes: dict[int, int] = {}
        self.damage = damage
        self.read32 = self.write32 = None

    def write(self, address: int, data: Any) -> None:
        content = np.frombuffer(data, "u1") if isinstance(data, bytes) else data.view("u1")
        self.bytes.update(enumerate(content.tolist(), address))

    def read(self, address: int, size: int) -> np.ndarray:
        return np.array([self.bytes.get(address + k, 0) for k in range(size)], "u1")

    def violations(self) -> list[str]:
        return []

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: None

    def carry_out(self, job: Job) -> Counters:
        x, y = (self.read(a, job.size).view(job.fmt.dtype) for a in (job.logits, job.labels))
        self.write(job.gradient, masks.golden.gradient(x, y))
        for offset, value in self.damage.items():
            self.bytes[job.gradient + offset] = value
        return Counters(100 + job.core_mask.bit_count(), job.length, *[0] * 6)


@pytest.mark.parametrize(
    ("damage", "wrong"), [({}, 0), ({7: 1, 8: 1}, 1), ({-1: 0}, 1), ({ELEMENTS * 2: 0}, 1)]
)
def test_wrong_results_and_guards_are_counted(
    damage: dict[int, int], wrong: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulation: Any = FakeSimulation(damage)
    monkeypatch.setattr(masks.sequence, "identify_and_enable", lambda platform: None)
    monkeypatch.setattr(masks.sequence, "run", lambda job: job)
    monkeypatch.setattr(
        masks.sequence, "execute", lambda job, access: job and simulation.carry_out(job)
    )
    found = list(MaskBench(simulation, ECP5_DEMO, FORMATS["fp16"]).lines())
    assert [(line.memory, line.cores, line.jobs, line.wrong) for line in found] == [
        ("DDR", 1, 1, wrong),
        ("SMC", 1, 1, wrong),
        ("L2", 1, 1, wrong),
    ]
    if wrong:
        with pytest.raises(SimulationError, match="3 jobs on some core mask or memory went wrong"):
            masks.check(found)
    else:
        masks.check(found)


def test_memories_that_are_alike_share_a_row() -> None:
    def line(memory: str, cores: int, jobs: int, most: int = 1100) -> MaskLine:
        return MaskLine("mt7004", "fp16", memory, cores, jobs, 1100, most, 0)

    found = masks.rows([line("DDR", 2, 6), line("SMC", 2, 6), line("L2", 1, 4), line("AM", 1, 4)])
    assert MT7004.cores == 4
    assert found == [
        ("mt7004", "fp16", "DDR, SMC", "2", "12", "1,100", "0"),
        ("mt7004", "fp16", "each L2 and each AM", "private", "8", "1,100", "0"),
    ]
    apart = masks.rows([line("DDR", 2, 6), line("SMC", 2, 6, 1200)])
    assert [row[-2] for row in apart] == ["1,100", "1,100 to 1,200"]

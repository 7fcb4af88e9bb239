"""The placement of arrays: the first private memory, more than one if they do not fit there, and
guards beside the output.
"""

import pytest

from scegrad.formats import FP16, FP32
from scegrad.job.job import Job
from scegrad.job.placement import Place, place
from scegrad.platforms import MT7004, Platform
from scegrad.registers import Status


def names(platform: Platform, where: Place) -> list[str]:
    """The memory of each array."""
    return [
        next(region.name for region in platform.regions if region.holds(address, where.size))
        for address in (where.logits, where.labels, where.gradient)
    ]


def test_private_arrays_go_to_more_than_one_memory_if_they_must() -> None:
    l2, am = "L2 of core 2", "AM of core 2"
    for length, where in (
        (0, [l2, l2, l2]),
        (0xAAAA, [l2, l2, l2]),
        (0xAAAC, [l2, l2, am]),
        (0x10000, [l2, l2, am]),
        (0x10004, [l2, am, "none"]),
    ):
        if "none" in where:
            with pytest.raises(
                ValueError,
                match=r"do not fit L2 of core 2 \(524288 bytes\) and AM of core 2 \(524288 bytes\)",
            ):
                place(MT7004, FP32, length, core=2)
            continue
        found = place(MT7004, FP32, length, core=2)
        assert names(MT7004, found) == where
        arrays = (found.logits, found.labels, found.gradient)
        assert Job(MT7004, FP32, True, *arrays, length).check() is Status.ACCEPTED
    assert names(MT7004, place(MT7004, FP16, 0x40000, core=2, in_place="labels")) == [l2, am, am]


def test_guards_lie_beside_the_output_in_its_own_memory() -> None:
    found = place(MT7004, FP32, 0xF000, core=0)
    memory = next(region for region in MT7004.regions if region.holds(found.gradient, 0))
    assert memory.name == "AM of core 0"
    assert found.guards == (
        (found.gradient - 64, 64),
        (found.gradient + found.size, 64),
    )

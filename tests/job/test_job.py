"""Jobs and the driver's sequence, on a register file in Python."""

import re
from dataclasses import fields

import pytest

from scegrad import registers
from scegrad.formats import FP16, FP32
from scegrad.job.job import BusError, Counters, Job, JobAborted, JobRefused
from scegrad.job.sequence import execute, identify_and_enable, run, start
from scegrad.platforms import FT78NE, MT7004, Platform
from scegrad.registers import ID_VALUE, SHARED, Status, offset, unit_offset

COUNTERS = Counters(**{field.name: 100 + number for number, field in enumerate(fields(Counters))})


class Registers:
    """The registers of hardware that ends every job at the first wait, with a given outcome."""

    def __init__(
        self,
        platform: Platform,
        *,
        request: Status = Status.ACCEPTED,
        status: Status = Status.DONE,
        unit: int = SHARED,
    ):
        self.values = {
            offset("ID"): ID_VALUE,
            offset("CAPABILITIES"): registers.capabilities_value(platform),
            offset("WIDTHS"): registers.widths_value(platform),
        }
        self.values |= {
            offset("REQUEST"): request,
            unit_offset(unit, "STATUS"): status,
            unit_offset(unit, "FAULT_ADDRESS"): 0x8000_0040,
        }
        self.values |= {
            unit_offset(unit, name.upper()): getattr(COUNTERS, name)
            for name in COUNTERS.__dataclass_fields__
        }
        self.unit = unit
        self.written: list[tuple[int, int]] = []

    def read32(self, address: int) -> int:
        return int(self.values.get(address, 0))

    def write32(self, address: int, value: int) -> None:
        assert 0 <= value < 1 << 32
        self.written.append((address, value))

    def wait(self, limit: int) -> None:
        self.values[offset("IRQ_PENDING")] = 1 << self.unit


SHARED_JOB = Job(MT7004, FP16, False, 0xA000_0000, 0xA010_0000, 0xC000_0000, 1024, 0xF)
PRIVATE_JOB = Job(MT7004, FP32, True, 0x1381_0000, 0x1382_0000, 0x1383_0000, 1024)


@pytest.mark.parametrize(("job", "unit", "mode"), [(SHARED_JOB, SHARED, 2), (PRIVATE_JOB, 3, 1)])
def test_a_job_is_written_started_and_acknowledged(job: Job, unit: int, mode: int) -> None:
    registers = Registers(MT7004, unit=unit)
    assert execute(run(job), registers) == COUNTERS
    values = (job.logits, job.labels, job.gradient, job.length, job.core_mask, mode, 1, 1 << unit)
    names = ("LOGITS", "LABELS", "GRADIENT", "LENGTH", "CORE_MASK", "MODE", "START", "IRQ_PENDING")
    assert registers.written == [
        (offset(name), value) for name, value in zip(names, values, strict=True)
    ]


def test_negative_length_is_written_in_twos_complement() -> None:
    registers = Registers(FT78NE, request=Status.LENGTH_NEGATIVE)
    with pytest.raises(JobRefused):
        execute(start(Job(FT78NE, FP32, False, 0, 0, 0, -1, 1)), registers)
    assert (offset("LENGTH"), 0xFFFF_FFFF) in registers.written


def test_refusal_is_one_clear_line() -> None:
    with pytest.raises(JobRefused) as error:
        execute(run(SHARED_JOB), Registers(MT7004, request=Status.OVERLAP))
    assert error.value.status is Status.OVERLAP
    assert error.value.job is SHARED_JOB
    assert str(error.value) == (
        "job refused: the output overlaps an input without being exactly that input (OVERLAP: "
        "logits 0xa0000000, labels 0xa0100000, gradient 0xc0000000, 1024 elements of fp16,"
        " core_mask 0xf)"
    )


def test_bus_error_is_one_clear_line() -> None:
    with pytest.raises(
        BusError, match=r"^bus error: a write was answered SLVERR at 0x80000040 \(WRITE_SLVERR\)$"
    ) as error:
        execute(run(SHARED_JOB), Registers(MT7004, status=Status.WRITE_SLVERR))
    assert error.value.fault_address == 0x8000_0040
    assert error.value.counters == COUNTERS


def test_an_aborted_job_is_one_clear_line() -> None:
    with pytest.raises(JobAborted, match=r"^the job of unit 16 was aborted$") as error:
        execute(run(SHARED_JOB), Registers(MT7004, status=Status.ABORTED))
    assert error.value.counters == COUNTERS


def test_a_job_out_of_time_is_aborted_before_the_error() -> None:
    """The sequence writes ABORT and acknowledges the end; it raises the time-out."""

    class Late(Registers):
        def wait(self, limit: int) -> None:
            if (offset("ABORT"), 1 << SHARED) not in self.written:
                raise TimeoutError(f"after {limit}")
            super().wait(limit)

    registers = Late(MT7004)
    with pytest.raises(TimeoutError, match=r"^after 500$"):
        execute(run(SHARED_JOB, 500), registers)
    assert registers.written[-2:] == [
        (offset("ABORT"), 1 << SHARED),
        (offset("IRQ_PENDING"), 1 << SHARED),
    ]


def test_impossible_end_is_an_error() -> None:
    with pytest.raises(
        RuntimeError,
        match=r"^unit 16 has ended with status RUNNING, but must be DONE, ABORTED or a bus error$",
    ):
        execute(run(SHARED_JOB), Registers(MT7004, status=Status.RUNNING))


def test_prepare_wants_the_platform_that_it_is_for() -> None:
    registers = Registers(MT7004)
    execute(identify_and_enable(MT7004), registers)
    assert registers.written == [(offset("IRQ_ENABLE"), 0x1_000F)]
    with pytest.raises(
        RuntimeError, match=r"^register CAPABILITIES reads 0x00000304, but ft78ne has 0x00000108$"
    ):
        execute(identify_and_enable(FT78NE), registers)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"logits": -1}, "logits is -0x1, but must be 0 to 0xffffffff"),
        ({"gradient": 1 << 32}, "gradient is 0x100000000, but must be 0 to 0xffffffff"),
        ({"core_mask": 1 << 32}, "core_mask is 0x100000000, but must be 0 to 0xffffffff"),
        ({"length": 1 << 31}, "length is 2147483648, but must be at most 2147483647 elements"),
    ],
)
def test_what_no_register_holds_is_refused(change: dict[str, int], message: str) -> None:
    arguments = {"logits": 0, "labels": 0, "gradient": 0, "length": 0} | change
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Job(FT78NE, FP32, False, **arguments)


def test_derived_numbers() -> None:
    assert (SHARED_JOB.size, SHARED_JOB.mode, SHARED_JOB.core) == (2048, 2, None)
    assert (PRIVATE_JOB.size, PRIVATE_JOB.mode, PRIVATE_JOB.core) == (4096, 1, 3)
    assert SHARED_JOB.check() is PRIVATE_JOB.check() is Status.ACCEPTED

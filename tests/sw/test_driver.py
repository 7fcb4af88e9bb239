"""The driver on a fake device: errors of every kind, jobs that never end, threads,
sanitizers.
"""

import itertools
import shutil
from pathlib import Path

import pytest

from scegrad.build.driver import compile_driver, software_directory
from scegrad.build.simulator import linkable
from scegrad.build.toolchain import Toolchain
from scegrad.registers import SHARED as SHARED_UNIT
from scegrad.registers import Status, offset, unit_offset
from tests.tb.platforms import TINY

from .programs import HERE, compile_program, execute, outcomes

SOFTWARE = software_directory()
INCLUDES = [f"-I{SOFTWARE / part}" for part in ("include", "access")]


def build(directory: Path, name: str, *options: str, access: str = "fake") -> Path:
    """A test program with the driver inside."""
    directory.mkdir(exist_ok=True)
    objects = compile_driver(directory, TINY, access, ["-Werror", *options])
    objects += [linkable(TINY)] if access == "sim" else []
    sources = [directory / f"{name}.o", *objects]
    fake = ["-DFAKE"] if access == "fake" else []
    compile_program(
        sources[0],
        [HERE / f"{name}.c"],
        ["-c", "-O1", "-Wall", "-Werror", *fake, *options, *INCLUDES],
    )
    return compile_program(
        directory / name, sources, ["-pthread", *options], list(Toolchain.find().cxx)
    )


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(
        tmp_path_factory.mktemp("driver"),
        "driver",
        "-fsanitize=address,undefined",
        "-fno-sanitize-recover=all",
    )


def scenario(driver: Path, *words: str) -> tuple[list[int], str, str]:
    """The statuses, starts and aborted jobs; the first call's fault address and its message."""
    run = execute(driver, *words, SCEGRAD_QUIET="1")
    assert (run.returncode, run.stderr) == (0, "")
    first, second = run.stdout.splitlines()
    status, fault, message = first.split(" ", 2)
    return [int(status), *map(int, second.split())], fault, message


@pytest.mark.parametrize(
    "status", [status for status in Status if status.refusal], ids=lambda status: status.name
)
def test_a_refusal_is_handed_on(driver: Path, status: Status) -> None:
    numbers, _, message = scenario(driver, "request", str(int(status)))
    assert numbers == [status, 0, 2, 0]
    assert message.endswith(
        "(Input0 0xa0000000, Input1 0xa0000000, output 0xa0000000, length 8, core_mask 0x1)"
    )


@pytest.mark.parametrize(
    "status", [status for status in Status if status.bus_error], ids=lambda status: status.name
)
def test_a_bus_error_is_handed_on_with_its_address(driver: Path, status: Status) -> None:
    numbers, fault, message = scenario(driver, "ended", str(int(status)))
    assert (numbers, fault) == ([status, 0, 2, 0], "a0000010")
    assert f"bus error: {status.description} at 0xa0000010" in message


@pytest.mark.parametrize("code", [2, 3, 99])
def test_nonsense_in_request(driver: Path, code: int) -> None:
    numbers, _, message = scenario(driver, "request", str(code))
    assert numbers == [67, 0, 2, 0]
    assert "REQUEST has an impossible value" in message


@pytest.mark.parametrize("code", [2, 99])
def test_nonsense_in_status(driver: Path, code: int) -> None:
    numbers, _, message = scenario(driver, "ended", str(code))
    assert numbers == [67, 0, 2, 0]
    assert f"the unit ended with status {code}" in message


def test_a_job_that_never_ends(driver: Path) -> None:
    numbers, _, message = scenario(driver, "never")
    assert numbers == [64, 0, 2, 1]
    assert (
        "time-out after 5000 cycles; shared unit: ELEMENTS 0, READ_BEATS 0, WRITE_BEATS 0; aborted"
        " (" in message
    )


@pytest.mark.parametrize(
    ("words", "numbers"), [("deaf", [64, 0, 2, 1]), ("deaf-still", [64, Status.BUSY, 1, 0])]
)
def test_a_job_that_an_abort_does_not_end(driver: Path, words: str, numbers: list[int]) -> None:
    """The unit takes no other job before the hardware says that the job has ended; then its
    interrupt is cleared.
    """
    found, _, message = scenario(driver, words)
    assert found == numbers
    assert "WRITE_BEATS 0; aborted without effect, since memory does not answer (" in message


@pytest.mark.parametrize("words", ["stuck", "stopped"])
def test_hardware_in_which_nothing_happens(driver: Path, words: str) -> None:
    """An interrupt that is high with nothing pending, and time that stands still."""
    numbers, _, message = scenario(driver, words)
    assert numbers == [64, 0, 2, 1]
    assert "time-out after 100512 cycles" in message


def test_a_wait_that_fails(driver: Path) -> None:
    """The outcome of the job is unknown: if its unit still runs it, the job is ended before the
    next one.
    """
    numbers, _, message = scenario(driver, "wait")
    assert numbers == [67, 0, 2, 1]
    assert "the fake was told to fail" in message


def test_no_time_out_at_all(driver: Path) -> None:
    assert scenario(driver, "forever")[0] == [0, 0, 2, 0]


def test_a_job_that_may_have_been_started(driver: Path) -> None:
    """REQUEST cannot be read after a start; the next job's end is not taken for that of this
    one.
    """
    assert scenario(driver, "lost")[0] == [67, 0, 2, 0]


def test_an_interrupt_of_an_earlier_job_ends_none(driver: Path) -> None:
    """The unit still runs when its interrupt is seen: the call waits for the job's own."""
    assert scenario(driver, "stale")[0] == [0, 0, 2, 0]


def test_a_job_out_of_time_has_ended_when_its_call_returns(driver: Path) -> None:
    assert scenario(driver, "late")[0] == [64, 0, 0, 3, 1]


READS = [
    offset("REQUEST"),
    *(
        unit_offset(SHARED_UNIT, name)
        for name in ("STATUS", "FAULT_ADDRESS", "CYCLES", "STALL_PORT")
    ),
]
WRITES = [
    offset(name)
    for name in (
        "LOGITS",
        "LABELS",
        "GRADIENT",
        "LENGTH",
        "CORE_MASK",
        "MODE",
        "START",
        "IRQ_PENDING",
    )
]


@pytest.mark.parametrize(
    ("kind", "register"),
    [*itertools.product(["read"], READS), *itertools.product(["write"], WRITES)],
)
def test_registers_that_cannot_be_accessed(driver: Path, kind: str, register: int) -> None:
    numbers, _, message = scenario(driver, kind, str(register))
    assert numbers[0] == 67
    assert "the fake was told to fail" in message


@pytest.mark.parametrize(
    "words",
    [
        ("identity",),
        ("read", "0"),
        *(("read", str(offset(name))) for name in ("BUSY", "IRQ_PENDING")),
        *(("write", str(offset(name))) for name in ("ABORT", "IRQ_ENABLE")),
    ],
)
def test_hardware_that_cannot_be_opened(driver: Path, words: tuple[str, ...]) -> None:
    numbers, _, message = scenario(driver, *words)
    assert numbers == [66, 66, 0, 0]
    assert (
        "register ID reads 0x12345678, but tiny has 0x53434547"
        if words == ("identity",)
        else "told to fail"
    ) in message


def test_threads_on_the_fake(tmp_path: Path) -> None:
    """No job ends before two run at once, and there is no time limit: however the threads are
    scheduled, they overlap.
    """
    threads = build(tmp_path / "build", "threads", "-fsanitize=thread")
    run = execute(threads)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.splitlines()[-1] == "most busy 2"
    for register in (offset("IRQ_PENDING"), offset("REQUEST")):
        run = execute(threads, str(register), SCEGRAD_QUIET="1")
        assert (run.returncode, run.stderr) == (1, "")
        assert " 0 failures" not in run.stdout


@pytest.fixture(scope="module")
def mishaps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("mishaps"), "mishaps")


ABORTED = int(Status.ABORTED)
MISHAPS = {
    "cancel": (0, f"1 {ABORTED} 0 0 0"),
    "cancel-at-once": (0, "1 -1 0 0 0"),
    "call": (0, f"{ABORTED} 0 0 0"),
    "same": (0, f"{ABORTED} 0 0 0"),
    "jump": (0, "-1 0 0 0"),
    "leave": (0, "-1 -1 0 0"),
    "fork": (0, f"{ABORTED} -1 0 0"),
    "forks": (0, "0 " * 20 + f"{ABORTED} -1 0 0"),
    "exit": (7, ""),
    "return": (5, ""),
}
"""Exit status, and what is printed: the statuses of the calls, -1 if one did not return to who made
it.
"""


@pytest.mark.parametrize("mishap", MISHAPS)
def test_nobody_hangs_whatever_befalls_a_caller(mishaps: Path, mishap: str) -> None:
    """Cancelled threads; signal handlers that call, jump, fork, end thread or process; a fork and
    an end beside a call.
    """
    run = execute(mishaps, mishap)
    assert (run.returncode, run.stdout.strip()) == MISHAPS[mishap]
    # At the end of the process, the other thread may or may not come to its line.
    said = ("_p: the job was aborted (", "_p: the hardware was closed, since the process ends (")
    assert all(any(text in line for text in said) for line in run.stderr.splitlines())


def test_threads_on_the_simulated_hardware(tmp_path: Path) -> None:
    run = execute(build(tmp_path / "build", "threads", "-fsanitize=thread", access="sim"))
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.count(" 0 failures") == TINY.cores + 2


def test_private_memory_under_address_sanitizer(tmp_path: Path) -> None:
    call = build(tmp_path / "build", "call", "-fsanitize=address", access="sim")
    run = execute(
        call, "fp:0x10810000:0x10820000:0x10830000:1024", "fs:0xA0000000:0xA0000000:0xA0000000:8:1"
    )
    assert [outcome.status for outcome in outcomes(run.stdout)] == [0, 65]
    assert "DDR (0x80000000 .. 0xffffffff) cannot be mapped" in run.stderr


@pytest.mark.whole
def test_no_leak_and_no_bad_access_under_valgrind(call: Path) -> None:
    if shutil.which("valgrind") is None:
        pytest.skip(
            "valgrind is not installed, and the project does not need it: AddressSanitizer and"
            " ThreadSanitizer run everywhere"
        )
    words = [
        "fs:0xA0000000:0xA0100000:0xC0000000:100:3",
        "fp:0x10810000:0x10820000:0x10830000:100",
        "fs:m:m:m:8:1",
    ]
    run = execute(
        Path("/usr/bin/env"),
        "valgrind",
        "--leak-check=full",
        "--error-exitcode=9",
        "-q",
        str(call),
        *words,
        SCEGRAD_QUIET="1",
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert [outcome.status for outcome in outcomes(run.stdout)] == [0, 0, Status.OUTSIDE_MEMORY]

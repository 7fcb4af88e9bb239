"""The access layer of a board, with a file in place of /dev/mem or of a UIO device: windows,
registers at their offsets, interrupts.
"""

import struct
from pathlib import Path

import pytest

from scegrad.build.driver import compile_driver, software_directory
from scegrad.lib import command
from scegrad.lib.command import build_libraries, build_library
from scegrad.registers import SHARED, Status, capabilities_value, offset, unit_offset, widths_value
from tests.tb.platforms import TINY

from .programs import EXAMPLES, HERE, compile_program, execute, flags, outcomes

REGISTERS = 0x4000_0000


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("board")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)  # the compiler runs elsewhere: a relative path must do
        library = folder / build_library(Path(), TINY, "board")[0]
    return compile_program(
        library.parent / "call",
        [HERE / "call.c", EXAMPLES / "exchange.c"],
        ["-DFP16", *flags(library)],
    )


def test_library_in_a_folder_that_is_named_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The C compiler links, too: ``CC`` may be another machine's, and g++ is not asked."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CXX", "g++-of-this-machine-is-not-asked")
    files = build_libraries(Path("out"), "ecp5_demo", "board")
    assert Path("out/libscegrad_ecp5_demo.so") in files and all(path.is_file() for path in files)


def test_headers_have_the_mode_of_any_new_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installed package may be read-only for everybody: a second library beside the first one
    would then be refused.
    """
    for name in command.HEADERS:
        path = tmp_path / "sw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(0o444)

    def link_library(work: Path, *_: object) -> Path:
        (work / "lib").touch()
        return work / "lib"

    monkeypatch.setattr(command, "software_directory", lambda: tmp_path / "sw")
    monkeypatch.setattr(command, "link_library", link_library)
    build_library(tmp_path, TINY, "board")
    (tmp_path / "new").touch()
    headers = list(tmp_path.glob("*.h"))
    assert len(headers) == len(command.HEADERS)
    assert {path.stat().st_mode for path in headers} == {(tmp_path / "new").stat().st_mode}


VALUES = {
    offset("ID"): 0x5343_4547,
    offset("CAPABILITIES"): capabilities_value(TINY),
    offset("WIDTHS"): widths_value(TINY),
    offset("REQUEST"): Status.ACCEPTED,
    unit_offset(SHARED, "STATUS"): Status.DONE,
    unit_offset(SHARED, "CYCLES"): 1234,
    unit_offset(SHARED, "ELEMENTS"): 8,
}
"""Registers of a unit that answers every start with a job that has ended."""


def write_registers(path: Path, size: int, base: int) -> Path:
    with path.open("wb") as file:
        file.truncate(size)
        for register, value in VALUES.items():
            file.seek(base + register)
            file.write(struct.pack("<I", value))
    return path


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    """Four GiB of which nothing but the registers is there."""
    return write_registers(tmp_path / "memory", 1 << 32, REGISTERS)


@pytest.fixture(scope="module")
def uio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program of ``uio.c``, the driver inside."""
    work = tmp_path_factory.mktemp("uio")
    objects = compile_driver(work, TINY, "board")
    wrapped = [f"-Wl,--wrap={name}" for name in ("read", "write", "ppoll")]
    options = ["-Wall", "-Werror", f"-I{software_directory() / 'include'}", "-pthread", *wrapped]
    return compile_program(work / "uio", [HERE / "uio.c", *objects], options)


def run(call: Path, memory: Path, **settings: str) -> tuple[list[int], str]:
    settings = {"SCEGRAD_MEM": str(memory), "SCEGRAD_REGISTERS": hex(REGISTERS), **settings}
    done = execute(call, "fs:0xA0000000:0xA0100000:0xC0000000:8:3", **settings)
    assert done.returncode == 0, done.stderr
    return [outcome.status for outcome in outcomes(done.stdout)], done.stderr


def test_registers_and_windows_are_those_of_memory(
    call: Path, memory: Path, tmp_path: Path
) -> None:
    with memory.open("r+b") as file:
        file.seek(REGISTERS + offset("IRQ_PENDING"))
        file.write(struct.pack("<I", 1 << SHARED))
        file.seek(0xC000_0000)
        file.write(b"as on the board")
    done = execute(
        call,
        "fs:0xA0000000:0xA0100000:0xC0000000:8:3",
        save={0xC000_0000: (15, tmp_path / "seen")},
        SCEGRAD_MEM=str(memory),
        SCEGRAD_REGISTERS=hex(REGISTERS),
    )
    (outcome,) = outcomes(done.stdout)
    assert (outcome.status, outcome.cycles, outcome.elements, done.stderr) == (0, 1234, 8, "")
    assert (tmp_path / "seen").read_bytes() == b"as on the board"
    with memory.open("rb") as file:
        file.seek(REGISTERS + offset("LOGITS"))
        assert struct.unpack("<6I", file.read(24)) == (
            0xA000_0000,
            0xA010_0000,
            0xC000_0000,
            8,
            3,
            0,
        )
        file.seek(REGISTERS + offset("START"))
        assert struct.unpack("<I", file.read(4)) == (1,)


def test_time_out_in_cycles_of_the_clock(call: Path, memory: Path) -> None:
    statuses, message = run(call, memory, SCEGRAD_TIMEOUT="150000")
    assert statuses == [64]
    assert "time-out after 150000 cycles" in message


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"SCEGRAD_REGISTERS": ""}, "neither SCEGRAD_UIO nor SCEGRAD_REGISTERS"),
        ({"SCEGRAD_UIO": "/nowhere/uio0"}, "the registers at /nowhere/uio0 cannot be mapped"),
        ({"SCEGRAD_CLOCK_HZ": "fast"}, "must be a frequency"),
        (
            {"SCEGRAD_REGISTERS": "0x50000000"},
            "register ID reads 0x00000000, but tiny has 0x53434547",
        ),
        (
            {"SCEGRAD_MEM": "/nowhere/mem", "SCEGRAD_UIO": "/nowhere/uio0"},
            "/nowhere/mem cannot be opened",
        ),
    ],
)
def test_bad_settings(call: Path, memory: Path, settings: dict[str, str], message: str) -> None:
    statuses, text = run(call, memory, **settings)
    assert statuses == [66]
    assert message in text


@pytest.mark.parametrize(
    ("way", "expected", "message"),
    [
        ("sleeps", (0, 2, 2, 1), ""),
        ("races", (0, 1, 0, 0), ""),
        ("polls", (0, 1, 0, 0), ""),
        ("breaks", (67, 2, 2, 1), "could not be read"),
    ],
)
def test_interrupts_of_a_uio_device(
    uio: Path, memory: Path, tmp_path: Path, way: str, expected: tuple[int, ...], message: str
) -> None:
    """Status, and how often the interrupt was unmasked, waited for and read."""
    device = write_registers(tmp_path / "uio", 4096, 0)
    done = execute(
        uio, way, SCEGRAD_UIO=str(device), SCEGRAD_MEM=str(memory), SCEGRAD_CLOCK_HZ="1000000"
    )
    assert (done.returncode, tuple(map(int, done.stdout.split()))) == (0, expected)
    assert message in done.stderr


def test_memory_is_sparse(memory: Path) -> None:
    assert memory.stat().st_blocks * 512 < 1 << 20

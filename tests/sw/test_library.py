"""Programs on the library of a small platform: results, refusals, settings."""

from pathlib import Path

import numpy as np
import pytest

from scegrad.model import golden
from scegrad.registers import Status
from scegrad.sim.dram import PRESETS
from tests.tb.platforms import TINY

from .programs import (
    GRADIENT,
    HERE,
    LABELS,
    LOGITS,
    check,
    compile_program,
    execute,
    flags,
    operands,
    outcomes,
)

L2 = [region.base for region in TINY.l2]
SMC = 0x0C00_0000


@pytest.mark.parametrize(("kind", "dtype"), [("fs", np.float32), ("hs", np.float16)])
@pytest.mark.parametrize("mask", [1, 2, 3])
def test_shared(call: Path, tmp_path: Path, seed: int, kind: str, dtype: type, mask: int) -> None:
    check(call, tmp_path, kind, dtype, (LOGITS, LABELS, GRADIENT), 1024, seed, mask)


@pytest.mark.parametrize(("kind", "dtype"), [("fp", np.float32), ("hp", np.float16)])
@pytest.mark.parametrize("core", [0, 1])
def test_private(call: Path, tmp_path: Path, seed: int, kind: str, dtype: type, core: int) -> None:
    base = L2[core]
    check(call, tmp_path, kind, dtype, (base + 0x10000, base + 0x20000, base + 0x30000), 1024, seed)


def test_all_of_an_l2(call: Path, tmp_path: Path, seed: int) -> None:
    check(
        call,
        tmp_path,
        "fp",
        np.float32,
        (L2[0] + 4, L2[0] + 0x11000, L2[0] + 0x22004),
        16_384,
        seed,
    )


def test_across_memories_and_at_any_element(call: Path, tmp_path: Path, seed: int) -> None:
    check(call, tmp_path, "fs", np.float32, (SMC, 0xFFFF_0000, 0x8000_0FFC), 777, seed)
    check(call, tmp_path, "hs", np.float16, (SMC + 2, 0x8000_0000, 0x9000_0FF6), 777, seed)


def test_last_bytes_of_the_address_space(call: Path, tmp_path: Path) -> None:
    np.zeros(256, np.float32).tofile(tmp_path / "zeros")
    end = 0xFFFF_FC00
    run = execute(
        call, f"fs:{end:#x}:{end:#x}:{end:#x}:256:1", save={end: (1024, tmp_path / "after")}
    )
    assert outcomes(run.stdout)[0].status == 0
    assert (np.fromfile(tmp_path / "after", np.float32) == 0.5).all()


@pytest.mark.parametrize("index", [0, 1])
def test_in_place(call: Path, tmp_path: Path, seed: int, index: int) -> None:
    logits, labels = operands(500, np.float32, seed)
    logits.tofile(tmp_path / "logits")
    labels.tofile(tmp_path / "labels")
    target = (LOGITS, LABELS)[index]
    load = {LOGITS: tmp_path / "logits", LABELS: tmp_path / "labels"}
    run = execute(
        call,
        f"fs:{LOGITS:#x}:{LABELS:#x}:{target:#x}:500:3",
        load=load,
        save={target: (2000, tmp_path / "after")},
    )
    assert outcomes(run.stdout)[0].status == 0
    assert (tmp_path / "after").read_bytes() == golden.gradient(logits, labels).tobytes()


FINE = (LOGITS, LABELS, GRADIENT)
BAD = [
    ("fs", FINE, -1, 3, Status.LENGTH_NEGATIVE),
    ("fs", FINE, 8, 0, Status.CORE_MASK_INVALID),
    ("fs", FINE, 8, 4, Status.CORE_MASK_INVALID),
    ("fs", FINE, 8, 0xFFFF_FFFC, Status.CORE_MASK_INVALID),
    ("fs", (LOGITS + 2, LABELS, GRADIENT), 8, 3, Status.MISALIGNED),
    ("hs", (LOGITS, LABELS + 1, GRADIENT), 8, 3, Status.MISALIGNED),
    ("fs", (0, LABELS, GRADIENT), 8, 3, Status.OUTSIDE_MEMORY),
    ("fs", (LOGITS, LABELS, 0), 0, 3, Status.OUTSIDE_MEMORY),
    ("fs", ("m", LABELS, GRADIENT), 8, 3, Status.OUTSIDE_MEMORY),
    ("fp", (L2[0], "m", L2[0]), 8, 3, Status.OUTSIDE_MEMORY),
    ("fs", (LOGITS, LABELS, 0xFFFF_FFF0), 8, 3, Status.OUTSIDE_MEMORY),
    ("fp", (L2[0], L2[0], L2[0] + 0x7_FFFC), 8, 3, Status.OUTSIDE_MEMORY),
    ("fs", (LOGITS, L2[0], GRADIENT), 8, 3, Status.MIXED_MEMORIES),
    ("fp", FINE, 8, 3, Status.MIXED_MEMORIES),
    ("fp", (L2[0], L2[1], L2[0]), 8, 3, Status.MIXED_MEMORIES),
    ("fs", (LOGITS, LABELS, LOGITS + 4), 8, 3, Status.OVERLAP),
    ("hp", (L2[0], L2[0] + 0x1000, L2[0] + 0x1002), 8, 3, Status.OVERLAP),
]


@pytest.mark.parametrize(("kind", "places", "length", "mask", "status"), BAD)
def test_refusals(
    call: Path, kind: str, places: tuple[int | str, ...], length: int, mask: int, status: Status
) -> None:
    word = ":".join(
        [
            kind,
            *(place if isinstance(place, str) else hex(place) for place in places),
            str(length),
            hex(mask),
        ]
    )
    run = execute(call, word, f"fs:{LOGITS:#x}:{LABELS:#x}:{GRADIENT:#x}:8:3")
    refused, after = outcomes(run.stdout)
    assert (refused.status, refused.cycles, refused.elements) == (status, 0, 0)
    assert after.status == 0
    (line,) = run.stderr.splitlines()
    assert line.startswith(f"scegrad: {kind[0]}p_sigmoidcrossentropywithlogitsgrad_{kind[1]}: ")
    assert f"length {length}" in line


def test_no_line_when_told_so(call: Path) -> None:
    run = execute(call, "fs:0:0:0:8:3", SCEGRAD_QUIET="1")
    assert (outcomes(run.stdout)[0].status, run.stderr) == (Status.OUTSIDE_MEMORY, "")


def test_length_zero(call: Path) -> None:
    (outcome,) = outcomes(execute(call, f"fs:{LOGITS:#x}:{LABELS:#x}:{GRADIENT:#x}:0:3").stdout)
    assert (outcome.status, outcome.elements) == (0, 0)


def test_bits_beyond_the_cores_take_no_part(call: Path) -> None:
    """The operator library's programs pass 0xff to any number of cores; the cycles are those of the
    existing cores.
    """
    word = f"fs:{LOGITS:#x}:{LABELS:#x}:{GRADIENT:#x}:1000"
    masks = (3, 0xFF, 0xFFFF_FFFF, 2, 0xFE)
    run = execute(call, *(f"{word}:{mask:#x}" for mask in masks))
    three, ff, all_ones, two, fe = outcomes(run.stdout)
    assert three == ff == all_ones
    assert two == fe != three
    assert (three.status, two.status, run.stderr) == (0, 0, "")


def test_nothing_at_every_edge_of_every_memory(call: Path) -> None:
    """Length 0 at the base and at the very end of each memory, in place and apart."""
    words, gone = [], 1 << 32
    for region in TINY.regions:
        kinds = ("fs", "hs") if region in TINY.shared else ("fp", "hp")
        for kind in kinds:
            for edge in (region.base, region.end):
                words.append(f"{kind}:{edge:#x}:{edge:#x}:{edge:#x}:0:3")
                words.append(f"{kind}:{edge:#x}:{region.base:#x}:{region.end:#x}:0:3")
    assert any(hex(gone) in word for word in words)
    run = execute(
        call,
        *words,
        f"fp:{L2[0]:#x}:{L2[0]:#x}:{L2[0]:#x}:4",
        f"fs:{gone:#x}:{SMC:#x}:{SMC:#x}:1:1",
    )
    found = [outcome.status for outcome in outcomes(run.stdout)]
    assert found == [*(0 for _ in words), 0, Status.OUTSIDE_MEMORY]


def test_verbose(call: Path) -> None:
    words = (
        f"fs:{LOGITS:#x}:{LABELS:#x}:{GRADIENT:#x}:512:0xff",
        f"hp:{L2[1]:#x}:{L2[1]:#x}:{L2[1]:#x}:0",
        f"fs:{LOGITS:#x}:{LABELS:#x}:{GRADIENT:#x}:512:0",
    )
    run = execute(call, *words, SCEGRAD_VERBOSE="1")
    shared, private, refused = run.stderr.splitlines()
    cycles = [outcome.cycles for outcome in outcomes(run.stdout)]
    assert shared == (
        "scegrad: fp_sigmoidcrossentropywithlogitsgrad_s: 512 elements of fp32, shared memory, "
        f"cores 0x3, {cycles[0]} cycles"
    )
    assert private == (
        "scegrad: hp_sigmoidcrossentropywithlogitsgrad_p: 0 elements of fp16, private memory, "
        f"cores 0x2, {cycles[1]} cycles"
    )
    assert "core_mask is 0" in refused
    assert execute(call, *words[:2], SCEGRAD_VERBOSE="0").stderr == ""


def test_a_job_out_of_time_is_over_when_its_call_returns(call: Path, tmp_path: Path) -> None:
    word = f"fs:{LOGITS:#x}:{LABELS:#x}:{GRADIENT:#x}:512:3"
    run = execute(call, word, word, f"fp:{L2[1]:#x}:{L2[1]:#x}:{L2[1]:#x}:1", SCEGRAD_TIMEOUT="100")
    assert [outcome.status for outcome in outcomes(run.stdout)] == [64, 64, 0]
    assert all(
        "time-out after 100 cycles; shared unit: ELEMENTS" in line
        for line in run.stderr.splitlines()
    )
    assert outcomes(execute(call, word).stdout)[0].status == 0


@pytest.mark.parametrize(
    ("fault", "address", "kind", "status"),
    [
        ("read:0xA0100104:4", 0xA010_0100, "fs", Status.READ_SLVERR),
        ("write:0xC0000FFC:4", 0xC000_0FC0, "fs", Status.WRITE_SLVERR),
        (f"read:{L2[1] + 0x20000:#x}:8", L2[1] + 0x20000, "fp", Status.READ_SLVERR),
    ],
)
def test_a_bus_error(call: Path, fault: str, address: int, kind: str, status: Status) -> None:
    """The unit tells the bus word of a read or the burst of a write that was answered so, and takes
    the next job.
    """
    places = (
        (LOGITS, LABELS, GRADIENT) if kind == "fs" else (L2[1], L2[1] + 0x20000, L2[1] + 0x40000)
    )
    word = ":".join([kind, *map(hex, places), "1024", "3"])
    run = execute(call, word, f"fs:{SMC:#x}:{SMC:#x}:{SMC:#x}:8:3", SCEGRAD_FAULT=fault)
    failed, after = outcomes(run.stdout)
    assert (failed.status, failed.fault_address, after.status) == (status, address, 0)
    assert f"bus error: {status.description} at 0x{address:08x}" in run.stderr


def test_hardware_that_hangs(call: Path) -> None:
    word = f"fs:{LOGITS:#x}:{LABELS:#x}:{GRADIENT:#x}:512:3"
    run = execute(call, word, word, SCEGRAD_MEMORY="stuck", SCEGRAD_TIMEOUT="5000")
    assert [outcome.status for outcome in outcomes(run.stdout)] == [64, Status.BUSY]
    assert (
        "time-out after 5000 cycles; shared unit: ELEMENTS 0, READ_BEATS 0, WRITE_BEATS 0; "
        "aborted without effect, since memory does not answer" in run.stderr
    )


def test_two_runs_take_the_same_cycles(call: Path) -> None:
    words = [f"fs:{LOGITS:#x}:{LABELS:#x}:{GRADIENT:#x}:1000:{mask}" for mask in (1, 2, 3)]
    first, second = (execute(call, *words).stdout for _ in range(2))
    assert first == second
    assert all(outcome.cycles > 500 for outcome in outcomes(first))


def test_waves(call: Path, tmp_path: Path) -> None:
    word = f"fs:{LOGITS:#x}:{LABELS:#x}:{GRADIENT:#x}:100:3"
    run = execute(call, word, SCEGRAD_WAVES=str(tmp_path / "waves.fst"))
    assert (outcomes(run.stdout), run.stderr) == (outcomes(execute(call, word).stdout), "")
    assert (tmp_path / "waves.fst").stat().st_size > 10_000


def test_waves_that_cannot_be_written(call: Path, tmp_path: Path) -> None:
    """With a full disk there are no waves, but one line at the end, the right results and status,
    and no partial file.
    """
    word = f"fs:{LOGITS:#x}:{LABELS:#x}:{GRADIENT:#x}:100:3"
    run = execute(call, word, word, SCEGRAD_WAVES="/dev/full", TMPDIR=str(tmp_path))
    assert (run.returncode, outcomes(run.stdout)) == (
        0,
        outcomes(execute(call, word, word).stdout),
    )
    (line,) = run.stderr.splitlines()
    assert line == "scegrad: waves cannot be written to /dev/full: No space left on device"
    assert not list(tmp_path.iterdir())


def test_out_of_memory_is_a_status(call: Path, library: Path) -> None:
    """With less and less address space the hardware cannot be opened, or its memory cannot be
    allocated; the program never crashes.
    """
    word = f"fs:{SMC:#x}:{SMC:#x}:{SMC:#x}:8:3"
    seen = set()
    for kilobytes in range(3000, 60_000, 1500):
        run = execute(
            Path("/bin/sh"),
            "-c",
            f"ulimit -v {kilobytes} && exec {call} {word}",
            SCEGRAD_WINDOWS="1",
        )
        if "shared libraries" in run.stderr or (not run.stdout and run.returncode in (126, 127)):
            continue  # not even the program could be loaded
        assert run.returncode == 0, (kilobytes, run.returncode, run.stderr[-300:])
        (outcome,) = outcomes(run.stdout)
        seen.add(outcome.status)
        assert outcome.status in (0, 65, 66, 67), kilobytes
        assert outcome.status == 0 or "scegrad: fp_sigmoid" in run.stderr
    assert 66 in seen and (0 in seen or 65 in seen), seen


MEMORIES = " or ".join(("ideal", "stuck", *PRESETS))
NO_MEMORY = f'SCEGRAD_MEMORY is "core", but must be {MEMORIES}'
FAULT_FORM = "must be read:ADDRESS:BYTES or write:ADDRESS:BYTES"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("SCEGRAD_WAVES", "/nowhere/waves.fst", "waves cannot be written to /nowhere/waves.fst"),
        ("SCEGRAD_MEMORY", "core", NO_MEMORY),
        ("SCEGRAD_CORE_MHZ", "0", 'SCEGRAD_CORE_MHZ is "0", but must be 1 to 10000'),
        ("SCEGRAD_CORE_MHZ", "1e3", "must be 1 to 10000"),
        ("SCEGRAD_FAULT", "read:0xA0000000", FAULT_FORM),
        ("SCEGRAD_FAULT", "fetch:0xA0000000:4", FAULT_FORM),
        ("SCEGRAD_FAULT", "write:0xFFFFFFFF:4", "are not inside the 32-bit address space"),
        ("SCEGRAD_TIMEOUT", "soon", "must be a number"),
        ("SCEGRAD_TIMEOUT", " -5", "must be a number"),
        ("SCEGRAD_TIMEOUT", "1" * 30, "must be a number"),
    ],
)
def test_bad_settings_refuse_every_call(call: Path, name: str, value: str, message: str) -> None:
    word = f"fs:{LOGITS:#x}:{LABELS:#x}:{GRADIENT:#x}:8:3"
    run = execute(call, word, word, **{"SCEGRAD_MEMORY": "ddr3-1600", name: value})
    assert [outcome.status for outcome in outcomes(run.stdout)] == [66, 66]
    assert message in run.stderr.splitlines()[0]


def test_memory_by_name(call: Path) -> None:
    shared, private = (
        f"fs:{LOGITS:#x}:{LABELS:#x}:{GRADIENT:#x}:100:3",
        f"fp:{L2[0]:#x}:{L2[0]:#x}:{L2[0]:#x}:100",
    )
    plain, ideal, slow, again = (
        outcomes(execute(call, shared, private, SCEGRAD_MEMORY=name).stdout)
        for name in ("", "ideal", "ddr3-1600", "ddr3-1600")
    )
    assert plain == ideal
    assert slow == again
    assert slow[0].cycles > ideal[0].cycles
    assert slow[1].cycles == ideal[1].cycles


def test_nothing_is_mapped_over(library: Path, tmp_path: Path) -> None:
    program = compile_program(tmp_path / "occupied", [HERE / "occupied.c"], flags(library))
    run = execute(program)
    assert run.returncode == 0, run.stderr
    mapping, refusal = run.stderr.splitlines()
    assert mapping.startswith("scegrad: SMC (0x0c000000 .. 0x0c3fffff) cannot be mapped: ")
    assert "which could not be mapped" in refusal


def test_a_heap_in_a_window_is_another_after_a_restart(library: Path, tmp_path: Path) -> None:
    program = compile_program(
        tmp_path / "heap", [HERE / "heap.c"], ["-fno-pie", "-no-pie", *flags(library)]
    )
    runs = [execute(program, "100") for _ in range(100)]
    assert [(run.returncode, run.stderr) for run in runs] == [(0, "")] * 100
    assert {run.stdout.replace("start\n", "") for run in runs} == {""}
    assert max(run.stdout.count("start") for run in runs) > 1


def test_restarts_end(library: Path, tmp_path: Path) -> None:
    """A heap that always reaches into DDR."""
    options = ["-DHEAP_MIB=2048", "-fno-pie", "-no-pie", *flags(library)]
    run = execute(compile_program(tmp_path / "heap", [HERE / "heap.c"], options), "100")
    assert run.stdout == "start\n" * 16
    assert "DDR (0x80000000 .. 0xffffffff) cannot be mapped: [heap] at 0x" in run.stderr


def test_no_restart_of_a_program_that_runs(library: Path, tmp_path: Path) -> None:
    run = execute(
        compile_program(tmp_path / "later", [HERE / "later.c"], ["-fno-pie", "-no-pie"]),
        str(library),
    )
    assert (run.returncode, run.stdout) == (0, "start\n")
    assert "DDR (0x80000000 .. 0xffffffff) cannot be mapped: [heap] at 0x" in run.stderr


def test_no_windows_when_told_so(call: Path) -> None:
    word = f"fs:{LOGITS:#x}:{LABELS:#x}:{GRADIENT:#x}:8:3"
    assert outcomes(execute(call, word, SCEGRAD_WINDOWS="0").stdout)[0].status == 65
    assert outcomes(execute(call, word, SCEGRAD_WINDOWS="1").stdout)[0].status == 0


def test_forked_processes_have_hardware_of_their_own(library: Path, tmp_path: Path) -> None:
    program = compile_program(tmp_path / "forks", [HERE / "forks.c"], ["-pthread", *flags(library)])
    run = execute(program, "12", SCEGRAD_WAVES=str(tmp_path / "waves.fst"))
    assert (run.returncode, run.stdout, run.stderr) == (0, "0 children failed, 0 wrong\n", "")
    assert (tmp_path / "waves.fst").stat().st_size > 10_000

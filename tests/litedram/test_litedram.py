"""The unit behind LiteDRAM: results, guard bytes, unaligned arrays, speed; impossible chips."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scegrad.bench import litedram as bench
from scegrad.errors import RequestError
from scegrad.formats import FORMATS
from scegrad.job import sequence
from scegrad.job.job import Job
from scegrad.job.placement import GUARD_BYTES, place
from scegrad.litedram import bench as wrapper
from scegrad.litedram.chip import Chip
from scegrad.model import golden
from scegrad.platforms import FT78NE
from scegrad.sim.litedram import LiteDramSimulation, Manner

NARROW, WIDE = bench.PLATFORMS[:2]

GUARD = 0xA5


def chip_of(port_bits: int) -> Chip:
    return Chip(bench.CHIP, bench.MHZ, port_bits)


@pytest.mark.whole
@pytest.mark.parametrize(
    "platform", [NARROW, replace(WIDE, name="litedram_one", cores=1)], ids=["64", "128"]
)
def test_results_guard_bytes_and_unaligned_arrays(platform, seed: int) -> None:
    fmt, rng = FORMATS["fp32"], np.random.default_rng(seed)
    offsets = [(0, 0, 0), (4, 60, 20), tuple(4 * rng.integers(0, 16, 3))]
    with LiteDramSimulation(platform, chip_of(platform.shared_data_bits)) as simulation:
        sequence.execute(sequence.identify_and_enable(platform), simulation)
        for length in (1, 3, 1000, int(rng.integers(5000, 9000))):
            for misalignment in offsets:
                where = place(platform, fmt, length, misalignment=misalignment)
                x, y = rng.integers(0, 1 << 32, (2, length), "u4").view("f4")
                first, size = where.gradient - GUARD_BYTES, where.size + 2 * GUARD_BYTES
                simulation.write(where.logits, x)
                simulation.write(where.labels, y)
                simulation.write(first, np.full(size, GUARD, "u1"))
                addresses = (where.logits, where.labels, where.gradient)
                job = Job(platform, fmt, False, *addresses, length, platform.all_cores)
                counters = sequence.execute(sequence.run(job), simulation)
                found = simulation.read(first, size)
                result = found[GUARD_BYTES:-GUARD_BYTES]
                assert result.tobytes() == golden.gradient(x, y).tobytes()
                guards = np.concatenate((found[:GUARD_BYTES], found[-GUARD_BYTES:]))
                assert (guards == GUARD).all()
                assert counters.elements == length
                for address, array in ((where.logits, x), (where.labels, y)):
                    assert simulation.read(address, array.nbytes).tobytes() == array.tobytes()


@pytest.mark.whole
def test_the_share_of_an_ideal_manager() -> None:
    platform, chip = NARROW, chip_of(64)
    ways = [Manner(1024, 4096, 4096, 16), Manner(2048, 4096, 0, 4), Manner(2048, 16384, 1024, 16)]
    with LiteDramSimulation(platform, chip) as simulation:
        line = bench.behind_litedram(simulation, platform, chip, ways)
    assert line.cycles >= line.peak_cycles
    assert line.ideal_cycles >= line.peak_cycles
    assert line.share >= 0.95


def test_the_host_has_the_port_with_its_handshakes_alone() -> None:
    text = wrapper.wrapper(FT78NE)
    assert "u_rvalid = x_rvalid & ~host, host_rvalid = x_rvalid & host;" in text
    assert "x_awaddr = (host ? host_awaddr : u_awaddr) - 32'h80000000;" in text
    assert "x_awsize = host ? 6 : u_awsize;" in text
    assert ".m_axi_l2_7_rvalid(0)" in text


@pytest.mark.parametrize(
    ("name", "mhz", "port_bits", "message"),
    [
        ("MT41K", 100, 128, "chip is 'MT41K', but must be a chip of litedram.modules"),
        ("log2_int", 100, 128, "chip is 'log2_int', but must be a chip of litedram.modules"),
        ("DDR3Module", 100, 128, "DDR3Module is not a chip of a type"),
        ("MT41K64M16", 0, 128, "the chip's mhz is 0, but must be 1 to 1000"),
        ("MT41K64M16", 1001, 128, "the chip's mhz is 1001, but must be 1 to 1000"),
        ("MT41K64M16", 400, 128, "LiteDRAM has no DDR3 timings for 1600 MHz"),
        ("MT41K64M16", 100, 32, "a port of 32 bits takes a DDR3 bus of 4 bits"),
    ],
)
def test_a_chip_that_cannot_be(name: str, mhz: int, port_bits: int, message: str) -> None:
    with pytest.raises(RequestError, match=message.replace("(", r"\(")) as caught:
        Chip(name, mhz, port_bits)
    assert "\n" not in str(caught.value)


def test_arrays_that_do_not_fit_are_refused_before_anything_is_built(tmp_path: Path) -> None:
    path = tmp_path / "tiny.toml"
    path.write_text(
        'name = "tiny"\ncores = 1\nformats = ["fp32"]\nshared_data_bits = 64\nprivate = []\n'
        '[[shared]]\nname = "BRAM"\nbase = 0\nsize = 0x4000\n'
    )
    with pytest.raises(RequestError, match=r"the bench's 3 arrays .* do not fit BRAM"):
        bench.main(tmp_path / "out", platform=str(path), chip=None, mhz=None)
    small = Chip("M12L16161A", 100, 16)
    with pytest.raises(RequestError, match=r"M12L16161A has 2097152 bytes: too few"):
        bench.check_fits(NARROW, small)
    assert not (tmp_path / "out").exists()


def test_chips() -> None:
    chip = chip_of(128)
    assert (chip.memtype, chip.memory_mhz, chip.data_bits, chip.size) == ("DDR3", 400, 16, 1 << 27)
    assert Chip("MT48LC16M16", 75, 16).size == 1 << 25
    model = bench.like(chip_of(512))
    assert model is not None
    assert (model.cl, model.trcd, model.trefi, model.bus_bytes) == (6, 6, 3125, 8)
    assert bench.like(chip) is None
    assert bench.like(Chip("MT48LC16M16", 75, 64)) is None

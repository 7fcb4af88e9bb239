"""Waves of the fast simulator: FST that a reader understands, and the same cycles as without."""

from pathlib import Path

import pytest

from scegrad.errors import WavesError
from scegrad.sim.simulation import Simulation
from tests.sim import copier
from tests.sim.copier import finish, start
from tests.sim.fst import fst_blocks, lz4_block


@pytest.mark.whole
def test_waves_are_fst(tmp_path: Path) -> None:
    path = tmp_path / "waves.fst"
    with Simulation(copier.library(tmp_path, waves=True)) as sim:
        sim.open_waves(path)
        start(sim, 4000)
        _, cycles = finish(sim)
    assert cycles == 4000 * 4 // 64 + 4
    blocks = fst_blocks(path.read_bytes())
    assert {0, 3, 6, 8} <= set(blocks), "header, geometry, hierarchy, values"
    names = lz4_block(blocks[6][8:])
    assert len(names) == int.from_bytes(blocks[6][:8], "big")
    assert b"m_axi_shared_arvalid" in names


@pytest.mark.whole
def test_waves_on_a_full_disk(tmp_path: Path) -> None:
    sim = Simulation(copier.library(tmp_path, waves=True))
    sim.open_waves(Path("/dev/full"))
    start(sim, 4000)
    finish(sim)
    with pytest.raises(WavesError, match="written to /dev/full: No space left"):
        sim.close()
    with (
        pytest.raises(WavesError, match="written to /no/where: No such file"),
        Simulation(copier.library(tmp_path, waves=True)) as other,
    ):
        other.open_waves(Path("/no/where"))

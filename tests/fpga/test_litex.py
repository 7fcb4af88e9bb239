"""The LiteX module of ``platforms/litex``: a system with LiteDRAM runs a job."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from scegrad.platforms import FT78NE, Region
from scegrad.rtl.verilog import write_verilog
from scegrad.tb.designs import Design
from scegrad.tb.runner import run_bench

SOC = Path(__file__).parents[2] / "platforms" / "litex" / "soc.py"

TINY = replace(
    FT78NE,
    name="tiny_litex",
    cores=1,
    formats=("fp16",),
    shared=(Region("DDR", 0x4000_0000, 0x100_0000),),
    shared_data_bits=64,
    private=(),
)
"""Like ``platforms/ecp5_128.toml``, but smaller, for simulation."""


@pytest.mark.whole
def test_a_job_in_a_litex_system(tmp_path: Path, seed: int) -> None:
    pytest.importorskip("litedram", reason="LiteX: pip install litex litedram migen")
    unit, _ = write_verilog(TINY, tmp_path)
    made = subprocess.run(
        [sys.executable, str(SOC), str(unit), "64"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    found = re.search(r"scegrad +: Origin: (0x[0-9a-f]+), Size: 0x00001000", made.stderr)
    assert found is not None
    design = Design("soc", made.stdout + unit.read_text("ascii"), TINY)
    given = {"registers": int(found[1], 16), "words": 12, "seed": seed}
    assert run_bench(design, "tests.fpga.litex_bench", "verilator", given).tests

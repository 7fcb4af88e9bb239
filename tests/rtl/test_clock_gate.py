"""Clock gates: they pass the edges that they must, and the unit does the same with and without."""

import random
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scegrad.axi import Resp
from scegrad.build import simulator as build
from scegrad.build.model_text import clock_gates
from scegrad.registers import SHARED, UNIT_REGISTERS, offset, unit_offset
from scegrad.rtl.clock_gate import ClockGate
from scegrad.rtl.verilog import to_verilog
from scegrad.sim.simulation import ALL_PORTS, Direction, Memory, Simulation
from tests.tb.platforms import TINY

LINGER = 3

BENCH = """
module bench;
  reg clk = 0, rst = 0, active = 0;
  wire gated;
  integer edges = 0, k;
  gate dut(.clk(clk), .rst(rst), .active(active), .gated(gated));
  always @(posedge gated) edges = edges + 1;
  task cycles(input integer count);
    for (k = 0; k < count; k = k + 1) begin
      #5 clk = 1;
      #5 clk = 0;
    end
  endtask
  initial begin
    cycles(10);                                  // the edges after power-up
    $display("%0d", edges); edges = 0;
    cycles(10);
    $display("%0d", edges);
    #1 active = 1; cycles(1); #1 active = 0; cycles(10);
    $display("%0d", edges); edges = 0;
    #1 rst = 1; cycles(2); #1 rst = 0; cycles(10);
    $display("%0d", edges); edges = 0;
    #5 clk = 1; #1 active = 1; #1 active = 0; #3 clk = 0;  // active while the clock is high
    #1 active = 1; #1 active = 0; cycles(2);
    $display("%0d", edges);
  end
endmodule
"""


@pytest.mark.parametrize(
    ("form", "edges"),
    [
        (clock_gates, [LINGER, 0, 1 + LINGER, 2 + LINGER, 0]),
        (str, [10, 10, 21, 12, 3]),
    ],
    ids=["gate", "wire"],
)
def test_edges(tmp_path: Path, form: Callable[[str], str], edges: list[int]) -> None:
    (tmp_path / "gate.v").write_text(form(to_verilog(ClockGate(linger=LINGER), "gate")) + BENCH)
    command = ["iverilog", "-g2005", "-o", "gate", "gate.v"]
    subprocess.run(command, cwd=tmp_path, check=True)
    done = subprocess.run(
        ["vvp", "-n", "gate"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert [int(word) for word in done.stdout.split()] == edges


class Pair:
    """Two simulations that do the same; what they answer must be the same."""

    def __init__(self, gated: Simulation, plain: Simulation) -> None:
        self._both = gated, plain

    def __call__(self, name: str, *arguments: Any, **options: Any) -> Any:
        one, two = (getattr(sim, name)(*arguments, **options) for sim in self._both)
        assert np.array_equal(one, two), (name, arguments, one, two)
        assert self._both[0].cycle == self._both[1].cycle
        return one

    def compare(self) -> None:
        """What was accepted when, and every register of every unit."""
        assert len(self("events")) > 0
        for unit in (SHARED, *range(TINY.cores)):
            for register in UNIT_REGISTERS:
                self("read32", unit_offset(unit, register.name))
        for name in ("BUSY", "IRQ_PENDING", "REQUEST"):
            self("read32", offset(name))


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    """TINY with gates, and with wires in their place."""
    source = tmp_path / "wires.v"
    text = build.verilog(TINY).read_text()
    assert clock_gates(text) != text
    # Of this form, the build makes no gate.
    source.write_text(text.replace("assign gated = clk;", "assign gated = clk & 1'h1;"))
    with (
        Simulation(build.library(TINY)) as gated,
        Simulation(build.library(TINY, source=source)) as plain,
    ):
        yield Pair(gated, plain)


SHARED_BASE = TINY.shared[0].base
BYTES = 0x3000


def start_any_job(pair: Pair, rng: random.Random) -> None:
    """A job of any kind, which the unit may well refuse."""
    base = rng.choice([SHARED_BASE, *(TINY.l2[core].base for core in range(TINY.cores))])
    third = BYTES // 3
    places = [base + k * third + 4 * rng.randrange(100) for k in range(3)]
    values = {
        "LOGITS": places[0],
        "LABELS": places[1],
        "GRADIENT": places[2],
        "LENGTH": rng.choice([0, 1, 2, rng.randrange(40), rng.randrange(700)]),
        "CORE_MASK": rng.choice([1, 2, 3, 3, rng.randrange(8)]),
        "MODE": (base != SHARED_BASE) + 2 * rng.randrange(2),
    }
    for name, value in values.items():
        pair("write32", offset(name), value)
    pair("write32", offset("START"), 1)


def test_the_same_with_and_without(pair: Pair, seed: int) -> None:
    """Jobs in both formats, aborted, reset, with bus errors, after pauses long and short."""
    rng, bits = random.Random(seed), np.random.default_rng(seed)
    for base in (SHARED_BASE, *(region.base for region in TINY.l2)):
        pair("write", base, bits.integers(0, 256, BYTES, np.uint8))
    pair("write32", offset("IRQ_ENABLE"), 0xFFFF_FFFF)
    for _ in range(8):
        # All the units come to rest, and their clocks with them.
        pair("run", 40_000)
        pair("set_memory", Memory(rng.choice([0, 1, 30]), 64, rng.choice([0, 60])), ALL_PORTS)
        pair("record", 200_000)
        pair("clear_faults")
        if rng.random() < 0.5:
            access = rng.choice([Direction.READ, Direction.WRITE])
            pair("fault", SHARED_BASE + rng.randrange(BYTES), 1, access, Resp.SLVERR)
        start_any_job(pair, rng)
        for _ in range(40):
            match rng.randrange(12):
                case 0:
                    pair("write32", offset("ABORT"), 1 << rng.choice([0, 1, SHARED]))
                case 1 | 2:
                    pair("write32", offset("IRQ_PENDING"), 0xFFFF_FFFF)
                case 3 if rng.random() < 0.2:
                    pair("reset", rng.randrange(1, 4))
                case 4 | 5 | 6 | 7:
                    start_any_job(pair, rng)
                case _:
                    pair("run", rng.choice([1, 2, 3, 5, 8, rng.randrange(60), rng.randrange(900)]))
        pair.compare()
    for base in (SHARED_BASE, *(region.base for region in TINY.l2)):
        pair("read", base, BYTES)

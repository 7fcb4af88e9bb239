"""Coverage: what a model counts, what is excluded, and the regression under which it counts."""

import random
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from scegrad.build.simulator import library
from scegrad.signoff import coverage, coverage_long, coverage_model, coverage_runs, coverages
from scegrad.signoff.coverage import Point
from scegrad.signoff.exclusions import EXCLUSIONS, Exclusion
from scegrad.signoff.places import ROOT, place_of_point
from scegrad.signoff.result import Verdict
from scegrad.sim.simulation import Memory, Simulation
from scegrad.soak.registers import SoakError
from scegrad.sweep.native import Lane
from scegrad.sweep.unit import LaneDesign
from tests.tb.platforms import TINY

TOY = """// one line before the module
module scegrad_lane(clk, rst, valid, logit, label, done, gradient);
  input clk, rst, valid;
  input [15:0] logit, label;
  output reg done;
  output reg [15:0] gradient;
  always @(posedge clk)
    if (rst) done <= 1'h0;
    else done <= valid;
  always @(posedge clk)
    if (logit == 16'h7777) gradient <= 16'h0;
    else gradient <= logit ^ label;
endmodule
"""
TOY_EXCLUSIONS = [Exclusion("labels of a byte", "top", "label", bits=frozenset(range(8, 16)))]


def toy_points(seed: int) -> dict[Point, int]:
    """What a small lane counts that gets operands of one byte."""
    design = LaneDesign("fp16", TOY, 1, 1)
    path = coverage_model.lane_model(design)
    values = np.arange(256, dtype=np.uint16)
    lane = Lane(design, path)
    for _ in range(2):
        lane.run(values, np.random.default_rng(seed).integers(0, 256, 256, np.uint16))
    return coverage.points(coverage_model.counts(path), TOY, LaneDesign.TOP)


def test_a_model_counts_what_runs_and_what_does_not(seed):
    found = coverage.figures(toy_points(seed), TOY_EXCLUSIONS)
    assert found["reasons"] == {"labels of a byte": 16}
    assert found["kinds"]["line"]["points"] == found["kinds"]["line"]["hit"] > 0
    branches = [hole for hole in found["holes"] if hole.startswith("branch")]
    assert branches == ["branch top:10 if"], found["holes"]
    toggles = {hole.split()[2] for hole in found["holes"] if hole.startswith("toggle")}
    assert "logit[8]:0->1" in toggles
    assert not [each for each in toggles if re.match(r"(logit|label|gradient)\[[0-7]\]", each)]


def test_a_hole_leaves_the_case_with_holes():
    hits = Counter({Point("line", "top", 1, "block"): 3, Point("toggle", "top", 2, "a[3]:0->1"): 0})
    result = coverages.result_of("lane32", lambda: (7, hits), "pairs")
    assert result.verdict is Verdict.HOLES
    assert result.data["holes"] == ["toggle top:2 a[3]:0->1"]
    assert result.detail == "7 pairs: line 1 of 1, toggle 0 of 1; 1 holes"


def test_what_runs_wrong_is_refuted():
    def measure():
        raise SoakError("hangs")

    assert coverages.result_of("lane32", measure, "pairs").verdict is Verdict.REFUTED


def test_modules_that_are_left_out():
    text = "module a_lane_round(x);\nendmodule\nmodule a_core(x);\nendmodule\n"
    control = coverage_model.left_out(text, coverage_model.LANES)
    assert re.findall(r"-lines (\S+)", control) == ["1-2"]


@pytest.mark.parametrize("module", ["x_half_lane_0", "x_lane_sigmoid_rom", "x_datapath_rom"])
def test_parts_of_lanes_are_left_out(module):
    assert coverage_model.LANES.search(module)
    assert not coverage_model.LANES.search("x_core_datapath_results")


def test_exclusions_are_for_some_bits_alone():
    each = Exclusion("why", "dma", "address", bits=frozenset({0, 1}))
    assert each.holds("toggle", "dma", "address[1]:1->0")
    assert not each.holds("toggle", "dma", "address[2]:1->0")
    assert not each.holds("expr", "dma", "address[1]")
    assert all(each.reason for found in EXCLUSIONS.values() for each in found)


def test_exclusions_of_a_platform_with_a_wide_port():
    def why(platform: str, signal: str) -> str:
        point = Point("toggle", "cluster_dma_writer_buffer", 1, f"{signal}:0->1")
        return coverage.reason(point, EXCLUSIONS[platform])

    assert not why("mt7004", "address[1]")  # fp16 has it
    assert why("ft78ne", "address[1]")
    assert not any("0x10800000" in each.reason for each in EXCLUSIONS["mt7004"])


def test_a_point_has_its_place_in_the_sources():
    for point, file in (
        ("toggle core_dma_writer_requests:9 outstanding[5]:0->1", "rtl/dma/writer.py"),
        ("expr control_job_checker_overlap_labels:9 (a==1) => 1", "rtl/control/checker.py"),
        ("branch lane_round:12 if", "rtl/datapath/round.py"),
        ("toggle top:1 irq:0->1", "rtl/top.py"),
    ):
        path, _, line = place_of_point(point).partition("#L")
        assert path == file
        assert 0 < int(line) <= len(Path(ROOT / path).read_text().splitlines())
    assert (
        "outstanding"
        in Path(ROOT / "rtl/dma/writer.py")
        .read_text()
        .splitlines()[
            int(
                place_of_point("toggle core_dma_writer_requests:9 outstanding[5]:0->1").split("#L")[
                    1
                ]
            )
            - 1
        ]
    )


def test_the_regression_runs(monkeypatch):
    monkeypatch.setattr(coverage_long, "LATE", Memory(latency=30))  # buffers are small here
    with Simulation(library(TINY)) as simulation:
        assert coverage_runs.run_regression(TINY, simulation, 1) > 20
        assert coverage_long.run_long(TINY, simulation) >= 2 * len(TINY.formats)


def test_a_wrong_register_is_told(monkeypatch, seed):
    with Simulation(library(TINY)) as simulation:
        monkeypatch.setattr(Simulation, "read32", lambda *_: 5)
        with pytest.raises(SoakError, match="is 0x5, but must be"):
            coverage_runs.registers(random.Random(seed), TINY, simulation)

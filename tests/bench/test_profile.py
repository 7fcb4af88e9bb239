"""The profile: samples of C++ functions become shares of the design's parts."""

import pytest

from scegrad.bench.profile import Profile, rows, shares

VERILOG = """\
module t(a);
endmodule
module t_cluster_dma_reader(a);
  assign b = a;
endmodule
module t_core(a);
endmodule
module t_core_datapath_lane_round(a);
endmodule
module t_core_dma(a);
endmodule
"""

FLAT = """\
Flat profile:

Each sample counts as 0.01 seconds.
  %   cumulative   self              self     total
 time   seconds   seconds    calls  Ts/call  Ts/call  name
 40.00      0.40     0.40            Vtop_t_core___nba_sequent__TOP__9__PROF__t__l8(Vtop_t_core*)
 20.00      0.60     0.20            Vtop___024root___nba_comb__TOP__1__PROF__t__l4(Vtop___024root*)
 20.00      0.80     0.20   5  0.04  0.04  Vtop_t_core___ico_sequent__TOP__9__PROF__t__l10(...)
 10.00      0.90     0.10            Vtop___024root___eval_act(Vtop___024root*)
  5.00      0.95     0.05            sce::AxiPort::respond(unsigned long)
  5.00      1.00     0.05            Vtop_t_core___nba_sequent__TOP__9__PROF__t__l7(Vtop_t_core*)
"""


def test_samples_by_part() -> None:
    assert shares(FLAT, VERILOG, "t") == {
        "fp32 lanes": 0.4,
        "shared DMA": 0.2,
        "private DMAs": 0.2,
        "ports and scheduling": 0.1,
        "memory and clock": 0.05,
        "rest of the cores": 0.05,
    }


def test_rows_compare_times_per_cycle() -> None:
    wires = Profile("p", "fp32", False, {"fp32 lanes": 3.0, "private DMAs": 1.0}, 1000, 10)
    gates = Profile("p", "fp32", True, {"fp32 lanes": 3.0}, 2000, 15)
    assert rows([wires, gates]) == [
        ("p", "fp32", "fp32 lanes", "75.0", "75.0"),
        ("p", "fp32", "private DMAs", "25.0", "0.0"),
        ("p", "fp32", "all", "100.0", "75.0"),
    ]


def test_pairs_are_needed() -> None:
    with pytest.raises(ValueError, match="shorter"):
        rows([Profile("p", "fp32", False, {"fp32 lanes": 1.0}, 1, 1)])

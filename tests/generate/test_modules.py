"""The table of the hardware's modules: every module is in it, with its latency and a test."""

import inspect
import re

from amaranth.lib import wiring

from scegrad.generate import modules
from scegrad.generate.maker import ROOT

APART = {"BlackBox"}
"""It stands for others."""


def test_every_module_of_rtl_is_in_the_table() -> None:
    declared = {
        name
        for path in (ROOT / "rtl").rglob("*.py")
        for name in re.findall(
            r"^class ([A-Z]\w*)\(wiring.Component\)", path.read_text("utf-8"), re.M
        )
    }
    assert len(declared) > 25
    assert declared - APART <= {kind.__name__ for kind in modules.parts()}


def test_latencies_are_those_of_the_instances() -> None:
    rows = {kind.__name__: modules.latency(found) for kind, found in modules.parts().items()}
    assert rows["Lane32"] == "40"
    assert rows["Subtract"] == "8 or 9"
    assert rows["Reader"].endswith(", 2 to the request")
    assert rows["Datapath"] == "43 in fp32, 29 in fp16"


def test_a_summary_is_the_first_sentence() -> None:
    class Module(wiring.Component):
        """Takes ``a`` or |b|: one
        of them. Never both.
        """

    assert modules.summary(Module) == r"Takes `a` or \|b\|: one of them"
    assert all(inspect.getdoc(kind) for kind in modules.parts())

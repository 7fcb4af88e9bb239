"""The proofs of ``Control`` with the cores of a platform: each unit has its own bits."""

from collections.abc import Iterator, Mapping

from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In

from scegrad.platforms import MACHINES
from scegrad.rtl.control.control import Control
from scegrad.signoff.proofs import BY_NAME
from scegrad.signoff.unit import Proof

_HOOKS = (
    *("h_w_ready", "h_check", "h_request", "h_enable", "h_pending", "h_common"),
    "h_shared_cores",
)
"""Of those of the proof of one core."""


class ControlOfCores(wiring.Component):
    """``Control`` of the platform with these, with one port for busy and one for done of all
    units.
    """

    def __init__(self, cores: int, formats: int):
        due = (cores, formats)
        platform = next(each for each in MACHINES if (each.cores, len(each.formats)) == due)
        self._control = Control(platform)
        names = ("axil", "irq", "start", "abort", "job", "core_format", "core_shared")
        members = {name: self._control.signature.members[name] for name in names}
        super().__init__(members | {"busy": In(cores + 1), "done": In(cores + 1)})

    def elaborate(self, platform: object) -> Module:
        """Join the ports."""
        m = Module()
        m.submodules.control = control = self._control
        wiring.connect(m, wiring.flipped(self.axil), control.axil)
        for name in ("irq", "start", "abort", "job", "core_format", "core_shared"):
            m.d.comb += getattr(self, name).eq(getattr(control, name))
        for k, unit in enumerate(control.units):
            m.d.comb += [unit.busy.eq(self.busy[k]), unit.done.eq(self.done[k])]
        return m


def _inside(names: Mapping[str, str]) -> dict[str, str]:
    """Signals of ``Control`` in here."""
    return {port: signal.replace("inner.", "inner.control.", 1) for port, signal in names.items()}


def _proofs() -> Iterator[Proof]:
    """A proof for each of the operator library's platforms."""
    small = BY_NAME["control"]
    for platform in MACHINES:
        hooks = {name: small.hooks[name] for name in _HOOKS}
        hooks["h_busy"] = "inner.job_checker.port_0"
        if len(platform.formats) > 1:
            units = range(platform.cores + 1)
            hooks |= {f"h_half_{k}": f"inner.readout.port_{k}" for k in units}
        yield Proof(
            "control_cores",
            ControlOfCores,
            "each unit has its own interrupt, abort, job and format",
            depth=6,
            covers=16,
            hooks=_inside(hooks),
            cuts=_inside(small.cuts),
            sizes={"cores": platform.cores, "formats": len(platform.formats)},
            at=platform.name,
        )


CONTROL_CORES = tuple(_proofs())

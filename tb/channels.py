"""The two sides of a valid/ready channel, as a cocotb bench sees them on the rising edge of the
clock.

Both are called once per cycle, first ``sample`` and then ``drive``: the sampled values are those
before the edge, the driven values appear after it.
"""

from collections.abc import Callable, Sequence

from cocotb.handle import SimHandleBase
from cocotb.types import Logic

LOW, HIGH = Logic("0"), Logic("1")
"""Each value of ``Logic`` is one object."""

Report = Callable[[str], None]
"""A function that takes one sentence about a breach of the rules."""


class Inbound:
    """A channel on which the design is the source; reports X, a VALID that falls and a payload that
    changes before READY.

    ``prefix`` and ``fields`` name the signals, as in ``m_axi_shared_ar`` and ``("id", "addr")``.
    ``waiting``: VALID without READY on the last edge. ``waited``: cycles that the current or last
    transfer was stalled.
    """

    def __init__(
        self, dut: SimHandleBase, prefix: str, fields: Sequence[str], report: Report
    ) -> None:
        self.name = prefix
        self.waiting = False
        self.waited = 0
        self._valid = getattr(dut, f"{prefix}valid")
        self._ready = getattr(dut, f"{prefix}ready")
        self._payload = [getattr(dut, f"{prefix}{field}") for field in fields]
        self._report = report
        self._held: tuple[str, ...] | None = None
        self._driven = False
        self._ready.value = 0

    def sample(self) -> tuple[str, ...] | None:
        """The payload, each field as a string of bits, if one is transferred on this edge."""
        valid = self._valid.value  # most of a bench's time: no strings
        self.waiting = False
        if valid is not HIGH:
            if valid is not LOW:
                self._report(f"{self.name}valid is {valid}")
            elif self._held is not None:
                self._report(f"{self.name}valid fell before {self.name}ready")
            self._held = None
            return None
        payload = tuple(str(field.value) for field in self._payload)
        if self._held is not None and payload != self._held:
            self._report(
                f"{self.name} changed from {self._held} to {payload} before {self.name}ready"
            )
        self.waited = self.waited + 1 if self._held is not None else 0
        self.waiting = not self._driven
        self._held = payload if self.waiting else None
        return None if self.waiting else payload

    def drive(self, ready: bool) -> None:
        """Set READY from this edge on."""
        if ready != self._driven:
            self._ready.value = int(ready)
            self._driven = ready

    def clear(self) -> None:
        """Discard the waiting transfer, and accept nothing."""
        self._held = None
        self.waiting = False
        self.drive(False)

    def check_silent(self) -> None:
        """Report VALID in reset, because AXI requires it to be low."""
        if self._valid.value is not LOW:
            self._report(f"{self.name}valid is {self._valid.value} in reset")


class Outbound:
    """A channel on which the bench is the source. The payload is not zero while VALID is low, to
    catch a design that uses it then.
    """

    def __init__(self, dut: SimHandleBase, prefix: str, fields: Sequence[str]) -> None:
        self.name = prefix
        self.idle = True
        self._valid = getattr(dut, f"{prefix}valid")
        self._ready = getattr(dut, f"{prefix}ready")
        self._payload = [getattr(dut, f"{prefix}{field}") for field in fields]
        self._ones = [(1 << len(handle)) - 1 for handle in self._payload]
        self._last = [-1] * len(self._payload)
        self._low = False
        self.drive(None)

    def sample(self) -> bool:
        """Whether the offer is transferred on this edge; then ``idle`` is true again."""
        if self.idle or self._ready.value is not HIGH:
            return False
        self.idle = True
        return True

    def drive(self, payload: Sequence[int] | None) -> None:
        """Offer ``payload``, or nothing; call it only while ``idle``."""
        if payload is None:
            if not self._low:  # a write of the same value takes as long as any other
                self._valid.value = 0
                self._set(self._ones)
                self._low = True
            return
        self._low = False
        self.idle = False
        self._valid.value = 1
        self._set(payload)

    def clear(self) -> None:
        """Withdraw the offer, which only a reset permits."""
        self.idle = True
        self.drive(None)

    def _set(self, payload: Sequence[int]) -> None:
        for index, value in enumerate(payload):
            if value != self._last[index]:
                self._payload[index].value = value
                self._last[index] = value

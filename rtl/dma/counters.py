"""Counters: the beats that the DMA moved in a job, and its waits by cause."""

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from scegrad.rtl.dma.job import CountersLayout

EVENTS = tuple(
    name for name in dict(CountersLayout.members) if name not in ("cycles", "written_bytes")
)
"""The counters that are incremented by a signal of the same name."""


class CounterBank(wiring.Component):
    """Counts the cycles, beats and stalls of a job (``CountersLayout``).

    Latency: ``cycles`` counts at once, the others one cycle late, so that no handshake signal
    steers a carry chain.

    Members
    -------
    clear : In(1)
    running : In(1), counted in ``cycles``
    events : In(1) each, see ``EVENTS``
    bytes : In, bytes of the beat that ``write_beats`` signals
    counts : Out(CountersLayout)
    """

    def __init__(self, *, data_bits: int):
        super().__init__(
            {
                "clear": In(1),
                "running": In(1),
                **{event: In(1) for event in EVENTS},
                "bytes": In(range(data_bits // 8 + 1)),
                "counts": Out(CountersLayout),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        steps = {event: Signal(name=f"{event}_seen") for event in EVENTS}
        written = Signal.like(self.bytes)
        m.d.sync += [step.eq(getattr(self, event)) for event, step in steps.items()]
        with m.If(self.write_beats):
            m.d.sync += written.eq(self.bytes)
        with m.If(self.clear):
            m.d.sync += self.counts.eq(0)
        with m.Else():
            m.d.sync += self.counts.cycles.eq(self.counts.cycles + self.running)
            with m.If(steps["write_beats"]):
                m.d.sync += self.counts.written_bytes.eq(self.counts.written_bytes + written)
            for event, step in steps.items():
                m.d.sync += self.counts[event].eq(self.counts[event] + step)
        return m

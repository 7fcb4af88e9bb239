"""The datapath of a core: chunks of logits and labels in, chunks of gradients out, in order."""

from collections.abc import Mapping

from amaranth.hdl import Cat, DomainRenamer, Elaboratable, Module, Mux, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from scegrad.formats import FP16, FP32
from scegrad.model.design import SIGMOID16
from scegrad.platforms import CHUNK_BITS
from scegrad.rtl.datapath.lane import Lane16, Lane32
from scegrad.rtl.datapath.rom import Rom
from scegrad.rtl.fifo import Fifo

OPERANDS = data.StructLayout({"logits": CHUNK_BITS, "labels": CHUNK_BITS})
"""A chunk of logits and the labels that belong to them; the first element in the lowest bits."""


class Datapath(wiring.Component):
    """Computes chunks through an fp32 lane, two fp16 lanes, or either, as ``formats`` says.

    Throughput: a chunk in two cycles, which is one fp32 or two fp16 results per cycle. The lanes
    never wait: a chunk is taken only when there is room for its result, ``depth`` chunks being
    under way or waiting at most. Latency, from the cycle in which a chunk is first offered to that
    in which its result is: ``latency`` of the format.

    ``domains`` are the clock domains of the lanes by format, if not that of the rest: they run in
    the same cycles while their format is selected, and are reset with the rest.

    ``half`` selects fp16; it may change when nothing is under way. ``operands``: ``OPERANDS``;
    ``gradients``: chunks.
    """

    depth = 32

    def __init__(self, formats: tuple[str, ...], domains: Mapping[str, str] | None = None):
        self.formats = formats
        self._domains = domains or {}
        self.lanes = [Lane32()] if FP32.name in formats else []
        self.half_lanes = [Lane16(), Lane16()] if FP16.name in formats else []
        super().__init__(
            {
                "half": In(1),
                "operands": In(stream.Signature(OPERANDS)),
                "gradients": Out(stream.Signature(CHUNK_BITS)),
            },
        )

    def latency(self, fmt: str) -> int:
        """Cycles from the offer of a chunk to that of its result, in the format of this name."""
        return (self.lanes if fmt == FP32.name else self.half_lanes)[0].latency + 3

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.results = results = Fifo(width=CHUNK_BITS, depth=self.depth)
        room = Signal(range(self.depth + 1), init=self.depth)
        second = Signal()
        feed = Signal()
        m.d.comb += [
            feed.eq(self.operands.valid & (second | room.any())),
            self.operands.ready.eq(feed & second),
        ]
        m.d.sync += second.eq(second ^ feed)
        m.d.sync += room.eq(room + results.freed - self.operands.ready)
        self._feed(m, feed, second)
        self._collect(m, results)
        connect(m, results.o, flipped(self.gradients))
        return m

    def _feed(self, m: Module, feed: Signal, second: Signal) -> None:
        """Half a chunk per cycle: one fp32 element or two fp16 elements of each array."""
        logits, labels = (
            Mux(second, chunk[CHUNK_BITS // 2 :], chunk[: CHUNK_BITS // 2])
            for chunk in self._chunks()
        )
        for lane in self.lanes:
            m.submodules.lane = self._clocked(FP32.name, lane)
            m.d.comb += [
                lane.i.valid.eq(feed & ~self.half),
                lane.i.payload.logit.eq(logits),
                lane.i.payload.label.eq(labels),
            ]
        if self.half_lanes:
            rom = Rom(FP16.name, SIGMOID16.widths, ports=len(self.half_lanes))
            m.submodules.rom = self._clocked(FP16.name, rom)
        for i, lane in enumerate(self.half_lanes):
            m.submodules[f"half_lane_{i}"] = self._clocked(FP16.name, lane)
            m.d.comb += [
                rom.address[i].eq(lane.address),
                lane.entry.eq(rom.data[i]),
                lane.i.valid.eq(feed & self.half),
            ]
            m.d.comb += [
                lane.i.payload.logit.eq(logits.word_select(i, 16)),
                lane.i.payload.label.eq(labels.word_select(i, 16)),
            ]

    def _clocked(self, fmt: str, part: wiring.Component) -> Elaboratable:
        """``part`` in the clock domain of its format."""
        return DomainRenamer(self._domains[fmt])(part) if fmt in self._domains else part

    def _chunks(self) -> tuple:
        return self.operands.payload.logits, self.operands.payload.labels

    def _collect(self, m: Module, results: Fifo) -> None:
        """Two halves make a chunk."""
        valid = Signal()
        value = Signal(CHUNK_BITS // 2)
        first = Signal(CHUNK_BITS // 2, reset_less=True)
        waiting = Signal()
        for lanes, half in ((self.lanes, 0), (self.half_lanes, 1)):
            if lanes:
                with m.If(self.half == half):
                    m.d.comb += [
                        valid.eq(lanes[0].o.valid),
                        value.eq(Cat(lane.o.payload for lane in lanes)),
                    ]
        with m.If(valid):
            m.d.sync += [waiting.eq(~waiting), first.eq(value)]
        m.d.comb += [results.i.valid.eq(valid & waiting), results.i.payload.eq(Cat(first, value))]

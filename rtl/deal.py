"""Deal and gather: a shared job's chunks go round the cores of ``core_mask``, and back in order.

Chunk j goes to core number j mod n of the n cores in the mask, lowest first. A *step* is what
moves in one cycle: the next g chunks of a block, to the next g cores. g is the greatest power of
two within n and within the chunks of a block, so a block always takes whole steps; and g chunks
per cycle are at least what n cores compute, since each takes a chunk in two cycles. For n = 3
cores and blocks of 8 chunks (g = 2), a column for each step:

    chunk          0 1 | 2 3 | 4 5 | 6 7 | 0 1 | ...      the block's chunks; 4 steps per block
    core           A B | C A | B C | A B | C A | ...      the cores of the mask, in turn
    distance of A   0  |  1  |  2  |  0  |  1  | ...      chunks from the step's first to A's next
    distance of B   1  |  2  |  0  |  1  |  2  | ...      served if less than g
    distance of C   2  |  0  |  1  |  2  |  0  | ...

A core that is served (distance < g) is n - g further from its next chunk after the step, any
other one g nearer. ``Grant`` keeps this, once for ``Deal`` and once for ``Gather``; nothing else
passes between the two, so results may come any number of cycles later.

The names deal and gather (distribute and collect elsewhere) are also those of the modules in the
generated Verilog, which waves and constraints of users name.
"""

from typing import Any

from amaranth.hdl import Array, Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from scegrad.platforms import CHUNK_BITS
from scegrad.rtl.datapath.datapath import OPERANDS
from scegrad.rtl.dma.job import block_layout


class Grant(wiring.Component):
    """Selects the cores that get the next chunks, and the places of these chunks in the block.

    Latency: two cycles from ``start`` to the first grant; the next one is there in the cycle after
    ``step``.

    Members
    -------
    start, core_mask: begin again with these cores
    step: the grant has been used
    served: the cores that are granted
    distance: the place of each of them among the chunks of the step
    position: the step's first chunk in the block
    group: chunks in a step, one-hot by their binary logarithm; 0 before the first grant
    last: the step ends the block
    """

    def __init__(self, cores: int, chunks: int):
        self._cores = cores
        self._chunks = chunks
        self._sizes = [1 << i for i in range(min(cores, chunks).bit_length())]
        super().__init__(
            {
                "start": In(1),
                "core_mask": In(cores),
                "step": In(1),
                "served": Out(cores),
                "distance": Out(range(cores)).array(cores),
                "position": Out(range(chunks)),
                "group": Out(len(self._sizes)),
                "last": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        mask = Signal(self._cores)
        count = Signal(range(self._cores + 1))
        starting = Signal()
        m.d.sync += starting.eq(self.start)
        with m.If(self.start):
            m.d.sync += [mask.eq(self.core_mask), count.eq(sum(self.core_mask))]
        size = Signal(range(self._sizes[-1] + 1))
        for i, value in enumerate(self._sizes):
            bigger = count >= self._sizes[i + 1] if i + 1 < len(self._sizes) else Const(0)
            m.d.comb += self.group[i].eq((count >= value) & ~bigger & ~starting)
        m.d.comb += size.eq(Cat(self.group))
        for k in range(self._cores):
            distance = self.distance[k]
            m.d.comb += self.served[k].eq(mask[k] & (distance < size))
            with m.If(starting):
                m.d.sync += distance.eq(sum(mask[:k]) if k else 0)
            with m.Elif(self.step):
                m.d.sync += distance.eq(
                    Mux(distance < size, distance + count - size, distance - size)
                )
        m.d.comb += self.last.eq(self.position + size == self._chunks)
        with m.If(starting):
            m.d.sync += self.position.eq(0)
        with m.Elif(self.step):
            m.d.sync += self.position.eq(self.position + size)
        return m


class _RoundRobin(wiring.Component):
    """A component that serves the cores in order; its user drives ``start`` and ``core_mask``."""

    def __init__(self, cores: int, data_bits: int, members: dict[str, Any]):
        self._chunks = data_bits // CHUNK_BITS
        self._grant = Grant(cores, self._chunks)
        super().__init__({"start": In(1), "core_mask": In(cores), **members})

    def _add_grant(self, m: Module) -> Grant:
        grant = m.submodules.turn = self._grant  # the name that the Verilog has
        m.d.comb += [grant.start.eq(self.start), grant.core_mask.eq(self.core_mask)]
        return grant


class Deal(_RoundRobin):
    """Deals blocks of operands.

    ``operands``: blocks; ``cores``: chunks for each core, offered to all that are served or to
    none. Throughput: a step per cycle. Latency: none; a chunk is offered in the cycle in which its
    block is.
    """

    def __init__(self, cores: int, data_bits: int):
        super().__init__(
            cores,
            data_bits,
            {
                "operands": In(stream.Signature(block_layout(data_bits))),
                "cores": Out(stream.Signature(OPERANDS)).array(cores),
            },
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        grant = self._add_grant(m)
        ready = Cat(core.ready for core in self.cores)
        m.d.comb += grant.step.eq(
            self.operands.valid & grant.group.any() & (ready | ~grant.served).all()
        )
        m.d.comb += self.operands.ready.eq(grant.step & grant.last)
        for k, core in enumerate(self.cores):
            # For a core that is not served, place is arbitrary and valid is 0.
            place = (grant.position + grant.distance[k])[: len(grant.position)]
            m.d.comb += core.valid.eq(grant.step & grant.served[k])
            m.d.comb += [
                core.payload[name].eq(Array(chunks_of(self.operands.payload[name]))[place])
                for name in ("logits", "labels")
            ]
        return m


class Gather(_RoundRobin):
    """Gathers results to blocks.

    ``cores``: a stream of chunks from each core; ``gradients``: blocks.
    Throughput: a step per cycle. Latency 1 from a block's last chunk to the block.
    """

    def __init__(self, cores: int, data_bits: int):
        super().__init__(
            cores,
            data_bits,
            {
                "cores": In(stream.Signature(CHUNK_BITS)).array(cores),
                "gradients": Out(stream.Signature(data_bits)),
            },
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        grant = self._add_grant(m)
        valid = Cat(core.valid for core in self.cores)
        room = ~self.gradients.valid | self.gradients.ready
        m.d.comb += grant.step.eq(room & grant.group.any() & (valid | ~grant.served).all())
        m.d.comb += [
            core.ready.eq(grant.step & grant.served[k]) for k, core in enumerate(self.cores)
        ]
        with m.If(room):
            m.d.sync += self.gradients.valid.eq(grant.step & grant.last)
        with m.If(grant.step):
            for place, chunk in enumerate(chunks_of(self.gradients.payload)):
                self._take(m, place, chunk)
        return m

    def _take(self, m: Module, place: int, chunk: Value) -> None:
        """Write the chunk at ``place`` of the block if the step reaches it.

        The step begins at ``position``, a multiple of its size g: it reaches ``place`` if that is
        in the same multiple of g, and the core at distance ``place`` mod g brings the chunk.
        """
        grant = self._grant
        sizes = [1 << i for i in range(len(grant.group))]
        reached = Cat(
            (grant.position == place // size * size) & grant.group[i]
            for i, size in enumerate(sizes)
        ).any()
        distances = Cat(
            (grant.group[i] & (grant.distance[k] == place % size))
            for k in range(len(self.cores))
            for i, size in enumerate(sizes)
        )
        selected = [
            distances[k * len(sizes) : (k + 1) * len(sizes)].any() & grant.served[k]
            for k in range(len(self.cores))
        ]
        value: Value = Const(0, CHUNK_BITS)
        for core, mine in zip(self.cores, selected, strict=True):
            value = value | Mux(mine, core.payload, 0)
        with m.If(reached):
            m.d.sync += chunk.eq(value)


def chunks_of(block: Value) -> list[Value]:
    """The chunks of a block, the first element's first."""
    return [block[first : first + CHUNK_BITS] for first in range(0, len(block), CHUNK_BITS)]

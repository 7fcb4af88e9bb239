"""Register reads: one multiplexer over all registers, in three steps."""

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from scegrad.formats import FP16, FP32
from scegrad.platforms import Platform
from scegrad.registers import (
    ADDRESS_BITS,
    CORE_BLOCK,
    CORE_BLOCK_STRIDE,
    MAX_CORES,
    REGISTERS,
    SHARED_BLOCK,
    UNIT_REGISTERS,
)
from scegrad.rtl.control.axi_lite import READ_LAYOUT
from scegrad.rtl.dma.job import UnitSignature

INDEX_BITS = ADDRESS_BITS - 2
_UNIT_BITS = (CORE_BLOCK_STRIDE // 4).bit_length() - 1
_SHARED, _CORE = SHARED_BLOCK // CORE_BLOCK_STRIDE, CORE_BLOCK // CORE_BLOCK_STRIDE

CommonLayout = data.StructLayout({register.name: 32 for register in REGISTERS})
"""The registers that exist once, as they are read, under their names in the table."""


def mapped(index: Value) -> Value:
    """Whether a register is at this word address, on this platform or another."""
    common = [register.offset // 4 for register in REGISTERS]
    inside = index[:_UNIT_BITS].matches(*(register.offset // 4 for register in UNIT_REGISTERS))
    block = index >> _UNIT_BITS
    return index.matches(*common) | (
        inside & ((block == _SHARED) | ((block >= _CORE) & (block < _CORE + MAX_CORES)))
    )


class Readout(wiring.Component):
    """Answers register reads. An address without a register reads 0 with an error; the registers of
    cores that the platform lacks read 0.

    Latency: ``latency`` cycles from ``reads`` to ``read_data``. One read at a time.

    Parameters
    ----------
    platform: number of cores and formats

    Members
    -------
    common: the registers that exist once
    units: core k at k, the cluster at ``cores``
    half: bit k: the last job of ``units[k]`` was in fp16, so that its elements are counted in two
        bytes
    """

    latency = 3

    def __init__(self, platform: Platform):
        self._count = platform.cores + 1
        super().__init__(
            {
                "reads": In(stream.Signature(INDEX_BITS)),
                "read_data": Out(stream.Signature(READ_LAYOUT)),
                "common": In(CommonLayout),
                "units": In(UnitSignature()).array(self._count),
                "half": In(self._count),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Build the selection, a multiplexer in each block, and one over the blocks; each is a
        cycle.
        """
        m = Module()
        index = self.reads.payload
        steps = Signal(2)
        m.d.comb += self.reads.ready.eq(~steps.any() & ~self.read_data.valid)
        m.d.sync += steps.eq(Cat(self.reads.valid & self.reads.ready, steps))

        error = Signal()
        picked = Signal(len(UNIT_REGISTERS))
        chosen = Signal(self._count)
        blocks = [*range(_CORE, _CORE + self._count - 1), _SHARED]
        m.d.sync += error.eq(~mapped(index))
        m.d.sync += picked.eq(
            Cat(index[:_UNIT_BITS] == register.offset // 4 for register in UNIT_REGISTERS)
        )
        m.d.sync += chosen.eq(Cat(index >> _UNIT_BITS == block for block in blocks))
        common = self._common(m, index)
        values = [self._unit(m, unit, picked) for unit in range(self._count)]

        answer = self.read_data.payload
        with m.If(steps[1]):
            data = common
            for choice, value in zip(chosen, values, strict=True):
                data |= choice.replicate(32) & value
            m.d.sync += [self.read_data.valid.eq(1), answer.error.eq(error), answer.data.eq(data)]
        with m.If(self.read_data.valid & self.read_data.ready):
            m.d.sync += self.read_data.valid.eq(0)
        return m

    def _common(self, m: Module, index: Value) -> Signal:
        """The register that exists once at this word address, one cycle later and on; 0 if there
        is none.
        """
        value = Signal(32, name="common_value")
        m.d.sync += value.eq(0)
        with m.Switch(index):
            for register in REGISTERS:
                with m.Case(register.offset // 4):
                    m.d.sync += value.eq(self.common[register.name])
        return value

    def _unit(self, m: Module, number: int, picked: Signal) -> Signal:
        """The register of this unit that is picked, one cycle later; 0 if none is."""
        unit = self.units[number]
        written = unit.counters.written_bytes
        registers: dict[str, Value] = {
            "STATUS": unit.status,
            "FAULT_ADDRESS": unit.fault_address,
            "ELEMENTS": Mux(self.half[number], written // FP16.bytes, written // FP32.bytes),
        }
        value = Signal(32, name=f"value{number}")
        selected: Value = Const(0, 32)
        for pick, register in zip(picked, UNIT_REGISTERS, strict=True):
            source = (
                registers[register.name]
                if register.name in registers
                else unit.counters[register.name.lower()]
            )
            selected |= pick.replicate(32) & source
        m.d.sync += value.eq(selected)
        return value


def in_unit_bits(units: Value) -> Value:
    """A vector of one bit per unit, cores first, in the places that ``BUSY`` and the interrupt
    registers have for them.
    """
    cores = len(units) - 1
    return Cat(units[:cores], Value.cast(0).replicate(MAX_CORES - cores), units[cores])

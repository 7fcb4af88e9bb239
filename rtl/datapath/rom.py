"""A table of coefficients in block RAM."""

from amaranth.hdl import Cat, Const, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from scegrad.model.tables import coefficients


class Rom(wiring.Component):
    """The table ``name`` of ``model.tables``, read through ``ports`` addresses at once.

    Latency 2: the memory's own register and one behind it. ``data`` packs an entry's coefficients,
    constant first, in ``widths``.
    """

    latency = 2

    def __init__(self, name: str, widths: tuple[int, ...], ports: int = 1):
        self.table = coefficients(name)
        self.widths = widths
        self.ports = ports
        address = range(len(self.table))
        super().__init__(
            {"address": In(address).array(ports), "data": Out(sum(widths)).array(ports)}
        )

    def _entry(self, row: list[int]) -> int:
        fields = [
            Const(int(value) & (1 << width) - 1, width)
            for value, width in zip(row, self.widths, strict=True)
        ]
        return Const.cast(Cat(*fields)).value

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.memory = memory = Memory(
            shape=sum(self.widths),
            depth=len(self.table),
            init=[self._entry(row) for row in self.table],
        )
        for i in range(self.ports):
            port = memory.read_port()
            output = Signal(sum(self.widths), name=f"output_{i}", reset_less=True)
            m.d.comb += [port.addr.eq(self.address[i]), self.data[i].eq(output)]
            m.d.sync += output.eq(port.data)
        return m

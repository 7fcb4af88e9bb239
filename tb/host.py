"""The host of a cocotb bench: an AXI4-Lite manager on ``s_axil_*`` and the irq line, as
``jobs.execute_async`` wants it.
"""

import random

from cocotb.handle import SimHandleBase
from cocotb.task import current_task
from cocotb.triggers import Lock, RisingEdge

from scegrad.axi import Resp
from scegrad.platforms import REGISTERS_BUS
from scegrad.tb.channels import HIGH, Inbound, Outbound

RESPONSE_LIMIT = 200
"""Cycles within which a register access must be answered."""


class HostError(AssertionError):
    """The register port broke a rule or gave no answer."""


class Host:
    """Register accesses with one word each; several tasks may use it, one access at a time.

    ``rng``     decides in which order and with what delay the channels of an access are served;
                without it there are no delays
    ``prefix``  of the port, where it is not the unit's own
    """

    def __init__(
        self, dut: SimHandleBase, rng: random.Random | None = None, prefix: str = REGISTERS_BUS
    ) -> None:
        self._dut = dut
        self._rng = rng
        self._lock = Lock()
        self._aw = Outbound(dut, f"{prefix}_aw", ("addr", "prot"))
        self._w = Outbound(dut, f"{prefix}_w", ("data", "strb"))
        self._ar = Outbound(dut, f"{prefix}_ar", ("addr", "prot"))
        self._b = Inbound(dut, f"{prefix}_b", ("resp",), self._broken)
        self._r = Inbound(dut, f"{prefix}_r", ("data", "resp"), self._broken)

    async def read32(self, offset: int) -> int:
        """The value of a register; raises ``HostError`` unless the answer is OKAY."""
        async with self._lock:
            data, response = await self._access(
                [(self._ar, (offset, 0))], self._r, f"read of {offset:#x}"
            )
        self._expect_okay(response, f"read of {offset:#x}")
        return int(data, 2)

    async def write32(self, offset: int, value: int) -> None:
        """Write a register; raises ``HostError`` unless the answer is OKAY."""
        async with self._lock:
            parts = [(self._aw, (offset, 0)), (self._w, (value, 0xF))]
            if self._rng is not None:
                self._rng.shuffle(parts)
            (response,) = await self._access(parts, self._b, f"write to {offset:#x}")
        self._expect_okay(response, f"write to {offset:#x}")

    async def wait(self, limit: int) -> None:
        """Wait until irq is high; raises ``TimeoutError`` after ``limit`` cycles."""
        irq, edge = self._dut.irq, RisingEdge(self._dut.clk)
        for _ in range(limit):
            if irq.value is HIGH:
                return
            await edge
        raise TimeoutError(
            f"irq is not high after {limit} cycles (task {current_task().get_name()})"
        )

    def clear(self) -> None:
        """Abandon the current access: only during reset."""
        for channel in (self._aw, self._w, self._ar, self._b, self._r):
            channel.clear()
        self._lock = Lock()

    def _delay(self) -> int:
        return self._rng.choice((0, 0, 0, 1, 5)) if self._rng is not None else 0

    async def _access(
        self, parts: list[tuple[Outbound, tuple[int, int]]], answer: Inbound, what: str
    ) -> tuple[str, ...]:
        """Offer ``parts``, each after its own delay, and take the answer after another delay."""
        starts = [self._delay() for _ in parts]
        patience = self._delay()
        for cycle in range(RESPONSE_LIMIT):
            for (channel, payload), start in zip(parts, starts, strict=True):
                if cycle == start:
                    channel.drive(payload)
            answer.drive(cycle >= patience)
            await RisingEdge(self._dut.clk)
            for channel, _ in parts:
                if channel.sample():
                    channel.drive(None)
            answered = answer.sample()
            if answered is not None:
                if cycle < max(starts) or not all(channel.idle for channel, _ in parts):
                    self._broken(f"{what} was answered before it was asked")
                answer.drive(False)
                return answered
        raise HostError(f"{what} was not answered within {RESPONSE_LIMIT} cycles")

    def _expect_okay(self, response: str, what: str) -> None:
        if int(response, 2) != Resp.OKAY:
            raise HostError(f"{what} was answered {Resp(int(response, 2)).name}")

    def _broken(self, what: str) -> None:
        raise HostError(what)

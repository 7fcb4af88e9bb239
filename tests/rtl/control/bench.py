"""An AXI4-Lite manager, units that only pretend, and a bench for ``Control`` made of them."""

import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from amaranth.hdl import ResetInserter, Signal
from amaranth.lib.wiring import PureInterface
from amaranth.sim import Simulator, SimulatorContext

from scegrad.axi import Resp
from scegrad.formats import FP32, Format
from scegrad.job.job import Job
from scegrad.platforms import FT78NE, Platform
from scegrad.registers import MAX_CORES, REGISTERS, SHARED, UNIT_REGISTERS, Status, unit_offset
from scegrad.rtl.control.control import Control

MAPPED = {
    *(register.offset for register in REGISTERS),
    *(
        unit_offset(unit, register.name)
        for unit in (SHARED, *range(MAX_CORES))
        for register in UNIT_REGISTERS
    ),
}
"""Where there is a register, on some platform."""


class Manager:
    """An AXI4-Lite manager; with ``rng`` every valid and ready comes when it likes, without it at
    once.
    """

    def __init__(self, port: PureInterface, rng: random.Random | None = None):
        self._port = port
        self._rng = rng

    def _ready(self) -> bool:
        return self._rng is None or self._rng.random() < 0.4

    def _delay(self) -> int:
        return 0 if self._rng is None else self._rng.choice((0, 0, 1, 2, 7))

    async def write(
        self, ctx: SimulatorContext, address: int, value: int, strobes: int = 0b1111
    ) -> Resp:
        """One write; AW and W come independently."""
        aw, w, b = self._port.aw, self._port.w, self._port.b
        waits = {id(aw): self._delay(), id(w): self._delay()}
        ctx.set(aw.payload.addr, address)
        ctx.set(w.payload.data, value)
        ctx.set(w.payload.strb, strobes)
        for _ in range(1000):
            for channel in (aw, w):
                ctx.set(channel.valid, waits[id(channel)] == 0)
                waits[id(channel)] -= 1
            ctx.set(b.ready, self._ready())
            taking = ctx.get(b.ready)
            *_, aw_ready, w_ready, answered, resp = await ctx.tick().sample(
                aw.ready, w.ready, b.valid, b.payload.resp
            )
            for channel, ready in ((aw, aw_ready), (w, w_ready)):
                if ctx.get(channel.valid) and not ready:
                    waits[id(channel)] = 0
            if answered and taking:
                assert all(wait < 0 for wait in waits.values()), "answered before both of AW and W"
                ctx.set(b.ready, 0)
                return Resp(resp)
        raise AssertionError(f"the write of {address:#x} was never answered")

    async def read(self, ctx: SimulatorContext, address: int) -> tuple[int, Resp]:
        """One read."""
        ar, r = self._port.ar, self._port.r
        wait = self._delay()
        ctx.set(ar.payload.addr, address)
        for _ in range(1000):
            ctx.set(ar.valid, wait == 0)
            wait -= 1
            ctx.set(r.ready, self._ready())
            taking = ctx.get(r.ready)
            *_, ready, answered, value, resp = await ctx.tick().sample(
                ar.ready, r.valid, r.payload.data, r.payload.resp
            )
            if ctx.get(ar.valid) and not ready:
                wait = 0
            if answered and taking:
                assert wait < 0, "answered before AR"
                ctx.set(r.ready, 0)
                return value, Resp(resp)
        raise AssertionError(f"the read of {address:#x} was never answered")


async def watch(ctx: SimulatorContext, port: PureInterface, reset: Signal) -> None:
    """Assert that an answer, once offered, stays as it is until it is taken or reset; for a
    background testbench.
    """
    offered: dict[str, Any] = {}
    signals = (
        port.b.valid,
        port.b.ready,
        port.b.payload.resp,
        port.r.valid,
        port.r.ready,
        port.r.payload,
    )
    while True:
        *_, b_valid, b_ready, resp, r_valid, r_ready, data = await ctx.tick().sample(*signals)
        if ctx.get(reset):
            offered.clear()
            continue
        for name, valid, ready, payload in (
            ("b", b_valid, b_ready, resp),
            ("r", r_valid, r_ready, (data.data, data.resp)),
        ):
            assert name not in offered or (valid and payload == offered[name]), (
                f"{name} was withdrawn or changed"
            )
            offered.pop(name, None)
            if valid and not ready:
                offered[name] = payload


@dataclass
class Started:
    """What ``Control`` showed in the cycle of a start."""

    unit: int
    job: dict[str, int]
    core_format: int
    core_shared: int


@dataclass
class Units:
    """Stand-ins for the units: a job begins with ``start`` and ends when the test calls ``end``."""

    control: Control
    started: list[Started] = field(default_factory=list)
    aborted: list[int] = field(default_factory=list)

    async def run(self, ctx: SimulatorContext) -> None:
        """Take starts; a background testbench."""
        control = self.control
        while True:
            shown = (control.start, control.job, control.core_format, control.core_shared)
            *_, start, job, core_format, core_shared, abort = await ctx.tick().sample(
                *shown, control.abort
            )
            self.aborted += [unit for unit in range(len(control.units)) if abort >> unit & 1]
            for unit in range(len(control.units)):
                if start >> unit & 1:
                    arrays = {
                        name: getattr(job, name)
                        for name in ("logits", "labels", "gradient", "size", "core_mask", "format")
                    }
                    self.started.append(Started(unit, arrays, core_format, core_shared))
                    assert not ctx.get(control.units[unit].busy), "started while busy"
                    ctx.set(control.units[unit].busy, 1)
                    ctx.set(control.units[unit].status, Status.RUNNING)

    async def end(self, ctx: SimulatorContext, *units: int, status: Status = Status.DONE) -> None:
        """End the jobs of some units in one cycle."""
        for unit in units:
            ctx.set(self.control.units[unit].busy, 0)
            ctx.set(self.control.units[unit].done, 1)
            ctx.set(self.control.units[unit].status, status)
        await ctx.tick()
        for unit in units:
            ctx.set(self.control.units[unit].done, 0)


class Bench:
    """``Control`` of a platform with a manager, stand-in units and the protocol's watcher; ``run``
    simulates a test's coroutines.
    """

    def __init__(self, platform: Platform, seed: int | None = None):
        self.control = Control(platform)
        self.units = Units(self.control)
        self.manager = Manager(self.control.axil, None if seed is None else random.Random(seed))
        self.reset = Signal()

    def run(self, *tests: Callable[[SimulatorContext], Coroutine[Any, Any, None]]) -> None:
        """Simulate until every test has ended."""
        simulator = Simulator(ResetInserter(self.reset)(self.control))
        simulator.add_clock(1e-6)
        simulator.add_testbench(self.units.run, background=True)
        simulator.add_testbench(self._watch, background=True)
        for test in tests:
            simulator.add_testbench(test)
        simulator.run()

    async def _watch(self, ctx: SimulatorContext) -> None:
        await watch(ctx, self.control.axil, self.reset)

    async def write(
        self, ctx: SimulatorContext, address: int, value: int, strobes: int = 0b1111
    ) -> None:
        """A write that must be answered OKAY."""
        assert await self.manager.write(ctx, address, value, strobes) is Resp.OKAY

    async def read(self, ctx: SimulatorContext, address: int) -> int:
        """A read that must be answered OKAY."""
        value, resp = await self.manager.read(ctx, address)
        assert resp is Resp.OKAY
        return value


class BenchAccess:
    """The registers of a bench as the driver sees them."""

    def __init__(self, bench: Bench, ctx: SimulatorContext):
        self._bench = bench
        self._ctx = ctx

    async def read32(self, address: int) -> int:
        return await self._bench.read(self._ctx, address)

    async def write32(self, address: int, value: int) -> None:
        await self._bench.write(self._ctx, address, value)

    async def wait(self, limit: int) -> None:
        for _ in range(limit):
            if self._ctx.get(self._bench.control.irq):
                return
            await self._ctx.tick()
        raise TimeoutError(f"irq did not rise in {limit} cycles")


def shared(
    core_mask: int = 1, *, length: int = 1, fmt: Format = FP32, platform: Platform = FT78NE
) -> Job:
    """A shared job that is accepted, if mask, length and format are."""
    base = platform.shared[0].base
    return Job(platform, fmt, False, base, base + 0x1000, base + 0x2000, length, core_mask)


def private(core: int, *, length: int = 1, fmt: Format = FP32, platform: Platform = FT78NE) -> Job:
    """A private job that is accepted, if length and format are."""
    base = platform.l2[core].base
    return Job(platform, fmt, True, base, base + 0x1000, base + 0x2000, length)

"""The register port: any timing, any strobes, any address."""

import random

import pytest
from amaranth.sim import SimulatorContext

from scegrad.axi import Resp
from scegrad.registers import (
    ADDRESS_BITS,
    ID_VALUE,
    REGISTERS,
    Access,
    offset,
)
from scegrad.rtl.control.axi_lite import AxiLite
from scegrad.rtl.verilog import to_verilog

from .bench import MAPPED, Bench
from .requests import ONE


@pytest.mark.parametrize("pauses", [False, True])
def test_writes_with_any_strobes_and_timing(pauses: bool, seed: int) -> None:
    """Registers hold what was written to them and no others, while reads of them go on beside the
    writes.
    """
    bench = Bench(ONE, seed if pauses else None)
    rng = random.Random(seed)
    kept = {r.offset: r.writable for r in REGISTERS if r.access is Access.RW} | {
        offset("IRQ_ENABLE"): 0x1_0001
    }
    fixed = {r.offset: r.reset_on(ONE) for r in REGISTERS if r.reset is not None}
    counting = {r.offset for r in REGISTERS} - {*fixed}
    model = dict.fromkeys(MAPPED, 0) | fixed
    others = [
        address
        for address in range(0, 0x700, 4)
        if address not in {*kept, *counting, offset("START")}
    ]
    done = []

    async def writes(ctx: SimulatorContext) -> None:
        for _ in range(150):
            address = rng.choice(sorted(kept) if rng.random() < 0.8 else others)
            value, strobes = rng.randrange(1 << 32), rng.randrange(16)
            resp = await bench.manager.write(ctx, address | rng.randrange(4), value, strobes)
            assert resp is (Resp.OKAY if address in MAPPED else Resp.SLVERR), hex(address)
            mask = sum(0xFF << 8 * byte for byte in range(4) if strobes >> byte & 1) & kept.get(
                address, 0
            )
            model[address] = model.get(address, 0) & ~mask | value & mask
            assert await bench.manager.read(ctx, address) == (model[address], resp), hex(address)
        done.append(True)
        for address in fixed:
            assert await bench.read(ctx, address) == model[address], hex(address)
        assert not bench.units.started

    bench.run(writes)
    assert done


def test_reads_and_writes_at_once(seed: int) -> None:
    """Neither direction waits for the other: both end although one of them is stopped in
    between.
    """
    bench = Bench(ONE, seed)

    async def writes(ctx: SimulatorContext) -> None:
        for value in range(100):
            await bench.write(ctx, offset("LOGITS"), value)

    async def reads(ctx: SimulatorContext) -> None:
        last = 0
        for _ in range(100):
            value = await bench.read(ctx, offset("LOGITS"))
            assert last <= value < 100
            last = value
        assert last > 0

    bench.run(writes, reads)


def test_unaccepted_answers_stop_one_direction_alone() -> None:
    bench = Bench(ONE)
    port = bench.control.axil

    async def test(ctx: SimulatorContext) -> None:
        ctx.set(port.aw.valid, 1)
        ctx.set(port.w.valid, 1)
        await ctx.tick().repeat(20)
        assert ctx.get(port.b.valid)
        assert not ctx.get(port.aw.ready)
        assert not ctx.get(port.w.ready)
        assert await bench.read(ctx, offset("ID")) == ID_VALUE
        ctx.set(port.aw.valid, 0)
        ctx.set(port.w.valid, 0)

    bench.run(test)


def test_becomes_verilog() -> None:
    assert "module register_port" in to_verilog(AxiLite(address_bits=ADDRESS_BITS), "register_port")

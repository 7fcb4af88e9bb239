"""Drives one stage of the datapath alone, in Amaranth's simulator, and reads what it gives."""

import random
from collections.abc import Iterator, Sequence

import numpy as np
from amaranth.hdl import Elaboratable, Shape, Value
from amaranth.lib import data, wiring
from amaranth.sim import Simulator, SimulatorContext

Columns = dict[str, np.ndarray]
"""Payloads by field, an array each; the fields of a nested field as ``outer.inner``."""


def fields(
    layout: data.Layout, before: str = "", first: int = 0
) -> Iterator[tuple[str, int, Shape]]:
    """Name, lowest bit and shape of every field that has no fields itself."""
    for name, field in layout:
        if isinstance(field.shape, data.Layout):
            yield from fields(field.shape, f"{before}{name}.", first + field.offset)
        else:
            yield f"{before}{name}", first + field.offset, Shape.cast(field.shape)


def packed(layout: data.Layout, columns: Columns) -> list[int]:
    """Payloads as one integer each; every field must be among the columns, and hold its values."""
    values = [0] * len(next(iter(columns.values())))
    for name, first, shape in fields(layout):
        for i, value in enumerate(columns[name].tolist()):
            value = int(value)
            assert value.bit_length() <= shape.width, f"{name} has no room for {value}"
            values[i] |= (value & (1 << shape.width) - 1) << first
    return values


def unpacked(layout: data.Layout, values: Sequence[int]) -> Columns:
    """The other way round."""
    columns = {}
    for name, first, shape in fields(layout):
        found = [value >> first & (1 << shape.width) - 1 for value in values]
        if shape.signed:
            found = [value - ((value >> shape.width - 1) << shape.width) for value in found]
        columns[name] = np.array(found, np.int64)
    return columns


def assert_same(found: Columns, expected: Columns, note: str) -> None:
    """All columns alike; the first that is not is named."""
    assert set(found) == set(expected)
    for name, column in found.items():
        due = expected[name].astype(np.int64)
        np.testing.assert_array_equal(column, due, err_msg=f"{name}, {note}")


def outputs(
    dut: wiring.Component,
    payloads: Sequence[int],
    seed: int,
    early: tuple[Value, int] | None = None,
    top: Elaboratable | None = None,
) -> list[int]:
    """What the stage makes of ``payloads`` (as ``packed``).

    With ``early``, what that signal holds so many cycles before.

    The payloads come with pauses, in which the input holds anything. Each result must come
    ``latency`` cycles after its payload, and none besides. ``top`` is the stage with what it needs
    around it.
    """
    rng = random.Random(seed)
    given: list[int | None] = []
    for payload in payloads:
        given += [None] * (rng.random() < 0.2) + [payload]
    source, (target, ahead) = Value.cast(dut.i.payload), early or (Value.cast(dut.o.payload), 0)
    valids, seen = [], []

    async def test(ctx: SimulatorContext) -> None:
        for payload in [*given, *[None] * (dut.latency + 1)]:
            ctx.set(dut.i.valid, payload is not None)
            ctx.set(source, rng.getrandbits(len(source)) if payload is None else payload)
            valids.append(ctx.get(dut.o.valid))
            seen.append(ctx.get(target))
            await ctx.tick()

    simulator = Simulator(top or dut)
    simulator.add_clock(1e-9)
    simulator.add_testbench(test)
    simulator.run()
    when = [cycle + dut.latency for cycle, payload in enumerate(given) if payload is not None]
    assert [cycle for cycle, valid in enumerate(valids) if valid] == when
    return [seen[cycle - ahead] for cycle in when]

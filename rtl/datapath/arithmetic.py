"""Parts of stages: shifters two levels at a time, sums in two halves, leading zeros in groups."""

from collections.abc import Iterator

from amaranth.hdl import Array, Cat, Const, Mux, Value, ValueLike

from scegrad.rtl.datapath.pipeline import Pipeline

LEVELS = 2
"""Levels of a shifter in one stage."""

GROUP = 8
"""Bits of a group; a leading one is searched for in all bits of a group at once."""


def shift_stages(bits: int) -> int:
    """Stages that a shifter takes for an amount of ``bits`` bits."""
    return -(-bits // LEVELS)


def _levels(bits: int) -> list[list[int]]:
    order = list(reversed(range(bits)))
    return [order[first : first + LEVELS] for first in range(0, bits, LEVELS)]


def shift_right(pipe: Pipeline, *names: str) -> None:
    """Shift each of ``names`` right by ``name_shift``; ``name_lost`` says whether a one was lost.
    All shifts have equally many bits.
    """
    for _ in right_shifter(pipe, *names):
        pipe.step()


def right_shifter(pipe: Pipeline, *names: str) -> Iterator[None]:
    """The stages of ``shift_right`` one by one, for a shift beside other work: each ``next`` writes
    what the current stage does.
    """
    lost: dict[str, Value] = {name: Const(0, 1) for name in names}
    for levels in _levels(len(getattr(pipe, f"{names[0]}_shift"))):
        for name in names:
            value, amount = getattr(pipe, name), getattr(pipe, f"{name}_shift")
            for level in levels:
                lost[name] = lost[name] | (amount[level] & value[: 1 << level].any())
                value = Mux(amount[level], value[1 << level :], value)[: len(value)]
            setattr(pipe, name, value)
            setattr(pipe, f"{name}_lost", lost[name])
        yield
        lost = {name: getattr(pipe, f"{name}_lost") for name in names}


def shift_left(pipe: Pipeline, name: str) -> None:
    """Shift ``name`` left by ``name_shift``, inside its width."""
    for levels in _levels(len(getattr(pipe, f"{name}_shift"))):
        value, amount = getattr(pipe, name), getattr(pipe, f"{name}_shift")
        for level in levels:
            value = Mux(amount[level], Cat(Const(0, 1 << level), value)[: len(value)], value)
        setattr(pipe, name, value)
        pipe.step()


def add_in_halves(pipe: Pipeline, name: str, a: str, b: ValueLike, carry: ValueLike) -> None:
    """``name`` = ``a`` + ``b`` + ``carry``, modulo the width of ``a``: two steps, each with half
    the carry chain. ``b`` is read now.
    """
    width = len(getattr(pipe, a))
    half = width // 2
    first, second = getattr(pipe, a), Value.cast(b)
    pipe.low = (first[:half] + second[:half] + carry)[: half + 1]
    pipe.first_high, pipe.second_high = first[half:], second[half:]
    pipe.step()
    high = (pipe.first_high + pipe.second_high + pipe.low[half])[: width - half]
    setattr(pipe, name, Cat(pipe.low[:half], high))
    pipe.step()


def count_leading_zeros(pipe: Pipeline, name: str) -> None:
    """``name_zeros``: zeros before the first one of ``name``; two steps.

    If there is none: the width, or one less if that is a multiple of ``GROUP``.
    """
    value = getattr(pipe, name)
    padding = -len(value) % GROUP
    padded = Cat(Const((1 << padding) - 1, padding), value)
    groups = [padded[first : first + GROUP] for first in range(0, len(padded), GROUP)][::-1]
    pipe.empty = Cat(*(~group.any() for group in groups))
    pipe.inner = Cat(*(_zeros(group) for group in groups))
    pipe.step()
    index = _first(~pipe.empty)
    inner = Array(pipe.inner[first : first + 3] for first in range(0, 3 * len(groups), 3))[index]
    setattr(pipe, f"{name}_zeros", Cat(inner, index))
    pipe.step()


def _zeros(group: Value) -> Value:
    """Zeros before the first one of an eight-bit group; 7 if there is none."""
    return _first(Cat(*reversed([group[i] for i in range(GROUP)])))


def _first(flags: Value) -> Value:
    """Index of the lowest one among ``flags``; the last if there is none."""
    index: Value = Const(len(flags) - 1, range(len(flags)))
    for i in range(len(flags) - 2, -1, -1):
        index = Mux(flags[i], Const(i, range(len(flags))), index)
    return index

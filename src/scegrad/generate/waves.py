"""Waveforms of real simulations, read for the drawings."""

import json
from collections.abc import Collection, Iterator, Mapping
from io import BytesIO
from pathlib import Path

from vcd.reader import TokenKind, tokenize

CLOCK = "clk"


def samples(vcd: str, names: Collection[str]) -> tuple[list[int], dict[str, list[int]]]:
    r"""Signals of a waveform's outermost module in each cycle of ``clk``, by name.

    The first result is the list of times at which the cycles begin, in the unit of the waveform.

        clk   __/--\__/--\__/
        data  aaaXbbbbbXccccc      "b" stands beside the time of the first edge

    An unknown bit counts as 0. Raises ``ValueError`` if a signal is missing.
    """
    now = dict.fromkeys((*names, CLOCK), 0)
    times: list[int] = []
    seen: dict[str, list[int]] = {name: [] for name in names}
    edge = 0
    for time, new in _steps(vcd, now):
        if new.get(CLOCK) and not now[CLOCK]:
            times.append(edge)
            edge = time
            for name, values in seen.items():
                values.append(now[name])
        now |= new
    return times, seen


def _steps(vcd: str, names: Collection[str]) -> Iterator[tuple[int, dict[str, int]]]:
    """The changes of each time; the order of changes at the same time has no meaning."""
    codes: dict[str, list[str]] = {}
    new: dict[str, int] = {}
    depth = time = 0
    for token in tokenize(BytesIO(vcd.encode())):
        match token.kind:
            case TokenKind.SCOPE:
                depth += 1
            case TokenKind.UPSCOPE:
                depth -= 1
            case TokenKind.VAR if depth == 1 and token.var.reference in names:
                codes.setdefault(token.var.id_code, []).append(token.var.reference)
            case TokenKind.ENDDEFINITIONS:
                found = {name for each in codes.values() for name in each}
                if missing := sorted(set(names) - found):
                    raise ValueError(f"the waveform lacks {', '.join(missing)}")
            case TokenKind.CHANGE_TIME:
                yield time, new
                time, new = token.time_change, {}
            case TokenKind.CHANGE_SCALAR:
                change = token.scalar_change
                new |= dict.fromkeys(codes.get(change.id_code, ()), int(change.value == "1"))
            case TokenKind.CHANGE_VECTOR:
                bits = token.vector_change
                value = bits.value if isinstance(bits.value, int) else 0
                new |= dict.fromkeys(codes.get(bits.id_code, ()), value)
            case _:
                pass
    yield time, new


def keep(values: Mapping[str, list[int]], path: Path) -> None:
    """Write a trace as JSON, one signal per line."""
    lines = (f'  "{name}": {json.dumps(each)}' for name, each in values.items())
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")

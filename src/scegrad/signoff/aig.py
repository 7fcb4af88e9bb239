"""And-inverter graphs from Yosys's AIGER files: inputs made constant, written as clauses, or
evaluated.

A literal is twice the number of a node, plus one for its complement; 0 is false and 1 is true.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Literal = int


@dataclass
class Cnf:
    """Clauses over ``variables``; ``inputs`` names the variables of the inputs that matter."""

    variables: int
    clauses: list[tuple[int, ...]]
    inputs: dict[str, int]

    def dimacs(self) -> str:
        """The text that SAT solvers read."""
        lines = [f"p cnf {self.variables} {len(self.clauses)}"]
        lines += [" ".join(map(str, clause)) + " 0" for clause in self.clauses]
        return "\n".join(lines) + "\n"


@dataclass
class Aig:
    """A combinational graph: literals by name of input and output bit (``x[3]``), and the gates in
    order.

    Gate i, of the two literals ``gates[i]``, is node ``1 + len(inputs) + i``.
    """

    inputs: dict[str, Literal] = field(default_factory=dict)
    outputs: dict[str, Literal] = field(default_factory=dict)
    gates: list[tuple[Literal, Literal]] = field(default_factory=list)

    @classmethod
    def read(cls, data: bytes) -> "Aig":
        """Take an AIGER file (binary, with symbols) without latches."""
        header, _, _ = data.partition(b"\n")
        _, _, inputs, latches, outputs, gates, *_ = header.split()
        assert int(latches) == 0, "the design still has registers"
        position = len(header) + 1
        literals = []
        for _ in range(int(outputs)):
            end = data.index(b"\n", position)
            literals.append(int(data[position:end]))
            position = end + 1
        aig = cls(gates=[])
        first = 1 + int(inputs)
        for node in range(first, first + int(gates)):
            pair, last = [], 2 * node
            for _ in range(2):
                delta, position = _number(data, position)
                last -= delta
                pair.append(last)
            aig.gates.append((pair[0], pair[1]))
        for line in data[position:].decode().splitlines():
            if line == "c":
                break
            number, name = line[1:].split(" ", 1)
            if line[0] == "i":
                aig.inputs[_with_bit(name)] = 2 * (1 + int(number))
            else:
                aig.outputs[_with_bit(name)] = literals[int(number)]
        return aig

    def specialised(self, constants: Mapping[str, bool]) -> "Aig":
        """The graph with inputs made constant, equal gates merged and those that fold away gone."""
        result = Aig()
        images = [0] * (1 + len(self.inputs))  # of each node: a literal of the result
        for name, literal in self.inputs.items():
            if name in constants:
                images[literal >> 1] = int(constants[name])
            else:
                result.inputs[name] = images[literal >> 1] = 2 * (1 + len(result.inputs))
        known: dict[tuple[Literal, Literal], Literal] = {}
        for a, b in self.gates:
            x, y = images[a >> 1] ^ (a & 1), images[b >> 1] ^ (b & 1)
            images.append(result.gate(x, y, known))
        for name, literal in self.outputs.items():
            result.outputs[name] = images[literal >> 1] ^ (literal & 1)
        return result

    def gate(
        self, x: Literal, y: Literal, known: dict[tuple[Literal, Literal], Literal]
    ) -> Literal:
        """The conjunction of two literals, by one more gate if it is none of ``known``."""
        if x > y:
            x, y = y, x
        if x == 0 or x == (y ^ 1):
            return 0
        if x in (1, y):
            return y
        if (x, y) not in known:
            known[x, y] = 2 * (1 + len(self.inputs) + len(self.gates))
            self.gates.append((x, y))
        return known[x, y]

    def cnf(self, output: str) -> Cnf | bool:
        """Clauses that hold where the output is 1; a truth value if that is a constant. Only what
        the output needs.
        """
        target = self.outputs[output]
        if target < 2:
            return bool(target)
        first = 1 + len(self.inputs)
        needed = bytearray(first + len(self.gates))
        needed[target >> 1] = 1
        for node in range(len(needed) - 1, first - 1, -1):
            if needed[node]:
                for literal in self.gates[node - first]:
                    needed[literal >> 1] = 1
        numbers = [0] * len(needed)
        count = 0
        for node in range(1, len(needed)):
            if needed[node]:
                count += 1
                numbers[node] = count

        def signed(literal: Literal) -> int:
            return -numbers[literal >> 1] if literal & 1 else numbers[literal >> 1]

        clauses: list[tuple[int, ...]] = []
        for node in range(first, len(needed)):
            if needed[node]:
                a, b = (signed(literal) for literal in self.gates[node - first])
                clauses += [(-numbers[node], a), (-numbers[node], b), (numbers[node], -a, -b)]
        clauses.append((signed(target),))
        names = {name: numbers[literal >> 1] for name, literal in self.inputs.items()}
        return Cnf(count, clauses, {name: number for name, number in names.items() if number})

    def evaluate(self, words: Mapping[str, NDArray[np.uint64]]) -> dict[str, NDArray[np.uint64]]:
        """The outputs for 64 patterns per word; inputs without a name in ``words`` are 0."""
        size = len(next(iter(words.values())))
        ones = np.uint64(0xFFFFFFFFFFFFFFFF)
        values: list[NDArray[np.uint64]] = [np.zeros(size, np.uint64)]
        ordered = sorted(self.inputs, key=self.inputs.__getitem__)
        values += [words.get(name, values[0]) for name in ordered]
        masks = (np.uint64(0), ones)
        for a, b in self.gates:
            values.append((values[a >> 1] ^ masks[a & 1]) & (values[b >> 1] ^ masks[b & 1]))
        return {
            name: values[literal >> 1] ^ masks[literal & 1]
            for name, literal in self.outputs.items()
        }


def constant(name: str, width: int, value: int) -> dict[str, bool]:
    """The bits of an input, for ``Aig.specialised``."""
    return {f"{name}[{i}]": bool(value >> i & 1) for i in range(width)}


def pack(name: str, width: int, values: NDArray) -> dict[str, NDArray[np.uint64]]:
    """The bits of an input as words of 64 patterns, for ``Aig.evaluate``; a multiple of 64
    values.
    """
    bits = (values[:, None] >> np.arange(width, dtype=values.dtype)) & 1
    packed = np.packbits(bits.astype(np.uint8), axis=0, bitorder="little")
    return {
        f"{name}[{i}]": np.ascontiguousarray(packed[:, i]).view("<u8").astype(np.uint64)
        for i in range(width)
    }


def unpack(words: Mapping[str, NDArray[np.uint64]], name: str, width: int) -> NDArray[np.int64]:
    """The values of an output of ``Aig.evaluate``."""
    total: NDArray[np.int64] = np.zeros(1, np.int64)
    for i in range(width):
        bits = np.unpackbits(words[f"{name}[{i}]"].astype("<u8").view(np.uint8), bitorder="little")
        total = total + (bits.astype(np.int64) << i)
    return total


def value(model: Iterable[bool], cnf: Cnf, name: str, width: int) -> int:
    """The value of an input in a solution; bits that do not matter are 0."""
    values = list(model)
    return sum(
        values[cnf.inputs[f"{name}[{i}]"]] << i
        for i in range(width)
        if f"{name}[{i}]" in cnf.inputs
    )


def _number(data: bytes, position: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[position]
        position += 1
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return number, position


def _with_bit(name: str) -> str:
    return name if name.endswith("]") else f"{name}[0]"

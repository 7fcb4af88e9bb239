"""Whether a mutant of a platform is equal to it in one step, by SAT.

    inputs, registers, what memories and lanes give ──► outputs, next values, what these are given

Equal in one step from any state is equal for ever. A mutant that differs in no state that is ever
reached is not found equal by this: it is told what differs.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scegrad.signoff import tools
from scegrad.signoff.aig import Aig, Literal, constant
from scegrad.signoff.logic import Known, Logic
from scegrad.signoff.mutant_platform import condition
from scegrad.signoff.mutation import SELECT_BITS, Mutant, Population

LIMIT = 10
"""Seconds that the solver may take for a mutant."""

_GATES = """
read_json cut.json
hierarchy -top {top}
techmap
opt
setundef -zero
aigmap
opt_clean -purge
select -assert-none t:$*ff* t:$*latch*
write_aiger -symbols result.aig
"""


class Steps:
    """The netlist of a group as one step; ``difference`` looks at one mutant after the other."""

    def __init__(self, population: Population, mutants: list[Mutant]) -> None:
        self._graph, self._names = _read(population, mutants)
        self._base = Aig()
        for name in self._graph.inputs:
            if not name.startswith("mutsel"):
                self._base.inputs[name] = 2 * (1 + len(self._base.inputs))
        self._known: Known = {}
        self._due = self._copy(self._base, self._known, 0)

    def difference(self, number: int) -> str | None:
        """Why a mutant is not found equal: what differs in some state; None if it is equal."""
        graph = Aig(dict(self._base.inputs), {}, list(self._base.gates))
        known = dict(self._known)
        found = self._copy(graph, known, number)
        logic = Logic(graph, known)
        parts = {
            name: logic.both(logic.differ([(due, found[name])]), self._counts(logic, name))
            for name, due in self._due.items()
            if due != found[name]
        }
        graph.outputs["differs[0]"] = logic.some(parts.values())
        cnf = graph.cnf("differs[0]")
        if isinstance(cnf, bool):
            solution: list[bool] | bool | None = cnf
        else:
            with TemporaryDirectory(prefix="scegrad-") as work:
                solution = tools.kissat(cnf, Path(work), LIMIT)
        if solution is False:
            return None
        pins = sorted(
            {self._names.get(pin, pin) for pin in (name.rpartition("[")[0] for name in parts)}
        )
        shown = ", ".join(pins[:3]) + (" and more" if len(pins) > 3 else "")
        what = "no proof in time for" if solution is None else "the trace shows no difference in"
        return f"{what} {shown}"

    def _copy(self, into: Aig, known: Known, number: int) -> dict[str, Literal]:
        """Add the gates of a mutant to a graph; returns the literals of its outputs by name."""
        select = constant("mutsel", SELECT_BITS, number)
        images = [0]
        images += [
            int(select[name]) if name in select else into.inputs[name]
            for name in self._graph.inputs
        ]
        for a, b in self._graph.gates:
            images.append(into.gate(images[a >> 1] ^ (a & 1), images[b >> 1] ^ (b & 1), known))
        return {
            name: images[literal >> 1] ^ (literal & 1)
            for name, literal in self._graph.outputs.items()
        }

    def _counts(self, logic: Logic, name: str) -> Literal:
        """When a bit of an output counts: by the pins that say so, in the platform itself."""
        pin, _, rest = name.rpartition("[")
        bit = int(rest[:-1])
        pins = condition(pin)
        literals = []
        for other in pins:
            place = f"{other}[{bit // 8 if other.endswith('wstrb') else 0}]"
            literals.append(self._due.get(place, self._base.inputs.get(place, 1)))
        return logic.every(literals)


def _read(population: Population, mutants: list[Mutant]) -> tuple[Aig, dict[str, str]]:
    """The step, and the names of what registers hold by those of its outputs."""
    with TemporaryDirectory(prefix="scegrad-") as work:
        directory = Path(work)
        rest = "opt_clean\ndffunmap\nwrite_json net.json"
        design = json.loads(population.run(mutants, rest, "net.json", directory))
        module = design["modules"][population.top]
        names = cut(module)
        design["modules"] = {population.top: module}
        (directory / "cut.json").write_text(json.dumps(design), encoding="utf-8")
        tools.yosys(_GATES.format(top=population.top), directory)
        graph = Aig.read((directory / "result.aig").read_bytes())
        return graph.specialised({}), names  # inputs are named in another order than they have


def cut(module: dict[str, Any]) -> dict[str, str]:
    """Turn the registers, memories and instances of a module, as Yosys writes it in JSON, into
    ports: what they give into inputs, what they are given into outputs.

    Returns what each output stands for: a register by its wire, anything else by its cell.
    """
    wires = {
        bit: name
        for name, wire in module["netnames"].items()
        if not wire.get("hide_name")
        for bit in wire["bits"]
    }
    kept, names = {}, {}
    for number, (name, cell) in enumerate(module["cells"].items()):
        kind, ports = cell["type"], cell["connections"]
        if kind.startswith("$") and not kind.startswith("$mem") and kind != "$dff":
            kept[name] = cell
            continue
        for port, bits in ports.items():
            given = cell["port_directions"][port] == "output"
            pin = f"cut{number}_{port}"
            module["ports"][pin] = {"direction": "input" if given else "output", "bits": bits}
            names[pin] = wires.get(ports["Q"][0], name) if kind == "$dff" else name
    module["cells"] = kept
    return names

"""A netlist in RTLIL, the text that Amaranth writes and Yosys reads, made fit for Verilog that
people and tools like to read.
"""

import re
from collections import Counter

_MODULE = re.compile(r"^module (\\\S+)\n\n(.*?)^end\n", re.MULTILINE | re.DOTALL)
_MODULE_SOURCE = re.compile(
    r"^(attribute \\src .*\n)(?:attribute \\top 1\n)?module (\\\S+)$", re.MULTILINE
)
_CELL = re.compile(r"^  cell (\\\S+) ", re.MULTILINE)
_PORT = re.compile(r"^  wire width \d+ (?:input|output) (\d+)  ?(?:signed )?\\(\S+)$", re.MULTILINE)
_NUMBERED = re.compile(r"\\port\$(\d+)\$(\d+)(?!\S)")
_CONNECT = re.compile(r"^(    connect )(\\\S+)(.*)$", re.MULTILINE)

_NAME = re.compile(r"\\[A-Za-z_$][A-Za-z0-9_.$]*")
_INITIAL = re.compile(r"(?<=parameter \\INIT_VALUE )\d+'x+$", re.MULTILINE)
_OUTPUT = re.compile(r"^  wire width (\d+) output \d+  ?(?:signed )?(\\\S+)$", re.MULTILINE)
_DRIVE = re.compile(r"^connect (\\\S+) (\{.*\})$", re.MULTILINE)
_SOURCE = re.compile(r"^ *attribute \\src .*\n", re.MULTILINE)
_FIRST_SOURCES = re.compile(r"(?: *attribute \\src .*\n)*")
_BITS = re.compile(r"(\S+) \[(\d+)(?::(\d+))?\]")

Names = dict[str, str]


def start_with_zeros(text: str) -> str:
    """The RTLIL ``text`` with memory outputs that start as 0, as in Amaranth's simulator, where
    Amaranth writes X.
    """
    return _INITIAL.sub(lambda match: match.group().replace("x", "0"), text)


def merge_modules(text: str, order: list[str]) -> str:
    """The RTLIL ``text`` with equal modules merged, of which Amaranth writes one for every instance
    of a component.

    Two modules are equal if they differ only in their own name, in the names of the modules inside,
    in the order of ports, in those names of ports that Amaranth made up from the numbers of cells,
    and in the places in the sources. They are compared leaves first. Ports are in ``order`` as far
    as it names them, then sorted by name.

    Where one module stands for several, the numbers in its path are left out, if that leaves its
    name unique.
    """
    modules = _MODULE.findall(text)
    sources = {name: source for source, name in _MODULE_SOURCE.findall(text)}
    kept: Names = {}  # body without places: name of the first module that has it
    bodies: Names = {}
    stands_for: Names = {}
    ports: dict[str, Names] = {}  # per module, new names of numbered ports
    for name, body in reversed(modules):
        ports[name] = _number(body)
        body = _canonical(body, stands_for, ports, ports[name], order)
        stands_for[name] = kept.setdefault(_SOURCE.sub("", body), name)
        bodies[name] = body
    final = _short_names([*reversed(kept.values())], modules[0][0])
    merged = []
    for name in reversed(kept.values()):
        body = _CELL.sub(lambda cell: f"  cell {final.get(cell[1], cell[1])} ", bodies[name])
        merged.append(f"{sources.get(name, '')}module {final[name]}\n\n{body}end\n")
    return "attribute \\top 1\n" + "\n".join(merged)


def _number(body: str) -> Names:
    """New names for the numbered ports of a module, counted from 0 in the order of Amaranth's
    numbers.
    """
    found = {match.group(): (int(match[1]), int(match[2])) for match in _NUMBERED.finditer(body)}
    return {
        name: f"\\port_{index}" for index, name in enumerate(sorted(found, key=found.__getitem__))
    }


def _canonical(
    body: str, modules: Names, ports: dict[str, Names], own: Names, order: list[str]
) -> str:
    """The module ``body`` with ports first and in order, and with cells that name the modules that
    stand for others.

    ``ports`` holds the new names of the numbered ports of the modules inside, ``own`` those of this
    one.
    """
    rank = {name: index for index, name in enumerate(order)}
    found, rest = [], []
    for item in body.split("\n\n"):
        cell = _CELL.match(item, _sources(item))
        if cell:
            item = _rename_cell(item, modules.get(cell[1], cell[1]), ports.get(cell[1], {}), own)
        else:
            item = _NUMBERED.sub(lambda match: own[match.group()], item)
        port = _PORT.search(item)
        if port:
            found.append(
                (
                    (rank.get(port[2], len(order)), port[2]),
                    item[: port.start(1)],
                    item[port.end(1) :],
                )
            )
        else:
            rest.append(item)
    found.sort()
    return "\n\n".join(
        [f"{before}{index}{after}" for index, (_, before, after) in enumerate(found, start=1)]
        + rest
    )


def _sources(item: str) -> int:
    """Where an item goes on behind the attributes that tell its places in the sources."""
    found = _FIRST_SOURCES.match(item)
    return found.end() if found else 0


def _rename_cell(item: str, module: str, ports: Names, own: Names) -> str:
    """A cell of ``module``, with its connections sorted."""

    def connect(match: re.Match[str]) -> str:
        return (
            match[1]
            + ports.get(match[2], match[2])
            + _NUMBERED.sub(lambda name: own[name.group()], match[3])
        )

    item = _CONNECT.sub(connect, _CELL.sub(lambda _: f"  cell {module} ", item))
    start = _sources(item)
    first, *lines, last = item[start:].split("\n")
    return item[:start] + "\n".join([first, *sorted(lines), last])


def _short_names(names: list[str], top: str) -> Names:
    """For every module's path a legal identifier that starts with ``top``, whose own numbers stay.

    The numbers behind it are left out where that leaves the name unique.
    """

    def identifier(path: str) -> str:
        return top + re.sub(r"[.$]", "_", path)

    inner = {name: name[len(top) :] for name in names if name == top or name.startswith(f"{top}.")}
    inner |= {name: f".{name[1:]}" for name in names if name not in inner}
    short = {
        name: identifier(re.sub(r"[_$]\d+(?=[.$]|$)", "", path)) for name, path in inner.items()
    }
    count = Counter(short.values())
    return {
        name: short[name] if count[short[name]] == 1 else identifier(path)
        for name, path in inner.items()
    }


def separate_outputs(text: str) -> str:
    """The RTLIL ``text`` with outputs that repeat bits of a wire driven through a cell that Yosys
    keeps.

    Otherwise Yosys names the wire after the output and copies bits of the output to others, which
    simulators take for a loop.
    """
    return _MODULE.sub(_separate, text)


def _separate(module: re.Match[str]) -> str:
    widths = {match[2]: match[1] for match in _OUTPUT.finditer(module[2])}

    def copy(drive: re.Match[str]) -> str:
        bits = [
            f"{part[1]} {bit}"
            for part in _BITS.finditer(drive[2])
            for bit in range(int(part[3] or part[2]), int(part[2]) + 1)
        ]
        if drive[1] not in widths or len(set(bits)) == len(bits):
            return drive.group()
        width = widths[drive[1]]
        parameters = {"A_SIGNED": 0, "A_WIDTH": width, "Y_WIDTH": width}
        lines = [f"    parameter \\{name} {value}" for name, value in parameters.items()]
        lines += [f"    connect \\A {drive[2]}", f"    connect \\Y {drive[1]}"]
        return "\n".join(
            [
                "  attribute \\keep 1",
                f"  cell $pos $copy{drive[1].replace(chr(92), '$')}",
                *lines,
                "  end",
                "",
            ]
        )

    return f"module {module[1]}\n\n{_DRIVE.sub(copy, module[2])}end\n"


def tidy_names(text: str) -> str:
    """The RTLIL ``text`` with public names that are plain identifiers, each with the same new name
    everywhere.
    """
    found = sorted(set(_NAME.findall(text)))
    taken = {name for name in found if not re.search(r"[.$]", name)}
    final = {name: name for name in taken}
    for name in found:
        if name not in final:
            plain = re.sub(r"[.$]+", "_", name)
            while plain in taken:
                plain += "_"
            taken.add(plain)
            final[name] = plain
    return _NAME.sub(lambda match: final[match.group()], text)

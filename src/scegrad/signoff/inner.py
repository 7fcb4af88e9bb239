"""Inner signals of a unit that a proof sees or drives: the commands of Yosys for them.

A *hook* is an output that shows a signal, a *cut* an input that drives one in place of what does in
the unit. Both map the port's name to the signal. ``memory[3:0][7:0]`` is a memory of four bytes;
its hook has the first in the lowest bits.
"""

import re
from collections.abc import Mapping

_MEMORY = re.compile(r"(\S+)\[(\d+):0\]\[(\d+):0\]")


def kept(hooks: Mapping[str, str], cuts: Mapping[str, str]) -> str:
    """Lines that keep what is named, even in a unit that is broken and does not use it, and make
    registers of memories if one is named.
    """
    memories = ["memory_map"] if any(map(_MEMORY.fullmatch, hooks.values())) else []
    signals = [word for signal in hooks.values() for word in _words(signal)]
    signals += cuts.values()
    return "\n".join([*memories, *(f"setattr -set keep 1 w:{signal}" for signal in signals)])


def _words(signal: str) -> list[str]:
    """The signal itself, or the words of a memory, the last first."""
    memory = _MEMORY.fullmatch(signal)
    if not memory:
        return [signal]
    return [f"{memory[1]}[{i}]" for i in reversed(range(int(memory[2]) + 1))]


def shown(hooks: Mapping[str, str], cuts: Mapping[str, str]) -> str:
    """Lines that make ports of the module ``unit``; they fail if it has no such signal."""
    lines = []
    for port, signal in hooks.items():
        words = _words(signal)
        lines += [f"select -assert-count 1 w:{word}" for word in words]
        if memory := _MEMORY.fullmatch(signal):
            width = len(words) * (int(memory[3]) + 1)
            lines += ["cd unit", f"add -output {port} {width}"]
            lines += [f"connect -set {port} {','.join(words)}", "cd .."]
        else:
            lines += [f"expose w:{signal}", "cd unit", f"rename {signal} {port}", "cd .."]
    for port, signal in cuts.items():
        lines += [f"select -assert-count 1 w:{signal}", f"expose -cut w:{signal}", "cd unit"]
        lines += [f"rename {signal} cut_{port}", f"rename {signal}.i {port}", "cd .."]
    return "\n".join(lines)

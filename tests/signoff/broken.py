"""Designs that are broken on purpose: a method or function with some words of its source
replaced.
"""

import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import NamedTuple
from unittest import mock


class Breakage(NamedTuple):
    """In the source of ``owner.method``, ``old`` becomes ``new``; blanks and line breaks do not
    matter.
    """

    owner: type | ModuleType
    method: str
    old: str
    new: str


@contextmanager
def broken(breakage: Breakage) -> Iterator[None]:
    """The design is broken while the context lasts."""
    owner, method, old, new = breakage
    source = textwrap.dedent(inspect.getsource(getattr(owner, method)))
    pattern = r"\s+".join(map(re.escape, old.split()))
    changed, count = re.subn(pattern, lambda _: new, source)
    assert count == 1, f"{owner.__name__}.{method} has {old!r} {count} times"
    namespace: dict = {}
    exec(
        changed,
        vars(owner if isinstance(owner, ModuleType) else sys.modules[owner.__module__]),
        namespace,
    )
    with mock.patch.object(owner, method, namespace[method]):
        yield

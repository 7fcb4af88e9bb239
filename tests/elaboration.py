"""Elaboratables that a test makes but never elaborates: refused ones, or a top module of which
only the ports are looked at.
"""

import gc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from amaranth.hdl import UnusedElaboratable


@contextmanager
def never_elaborated() -> Iterator[None]:
    """Keep Amaranth from warning of them; a decorator of the test, or a context inside it.

    The warning comes when such an object is freed, which for a cycle of references is at any
    later time, in another test: so they are freed here, while the warning is ignored.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnusedElaboratable)
        yield
        gc.collect()

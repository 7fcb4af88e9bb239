"""What passes between Python and the two libraries of a sweep."""

import weakref

import numpy as np

from scegrad.sweep.native import pointer


def test_an_array_lives_as_long_as_a_pointer_to_it() -> None:
    """Two threads that fill a cache at once each get an array of their own, and the cache keeps one
    of them: a worker of two threads judged its first shard by memory that was no longer a table.
    """
    table = np.arange(1 << 16)
    alive = weakref.ref(table)
    held = pointer(table)
    del table
    assert alive() is not None
    del held
    assert alive() is None

"""What passes between Python and the two libraries of a sweep."""

import weakref

import numpy as np

from scegrad.sweep.native import pointer


def test_an_array_lives_as_long_as_a_pointer_to_it() -> None:
    """Two threads that fill a cache at the same time get an array each, and the cache keeps one of
    them. Once a worker of two threads compared its first shard with memory that was no longer a
    table.
    """
    table = np.arange(1 << 16)
    alive = weakref.ref(table)
    held = pointer(table)
    del table
    assert alive() is not None
    del held
    assert alive() is None

"""Slabs of an image on several threads: compiled functions release the interpreter, so plain threads do.

Compiling a function for numba's own parallel loops takes three times as long, for every type of array.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import prod

from numba import get_num_threads

SMALLEST_VOXELS = 1 << 18
"""A slab with fewer voxels is done before a thread for it has started."""


def in_slabs(shape: tuple[int, ...], work: Callable[[int, int, int], None], most: int | None = None) -> None:
    """Call ``work(slab, first, stop)`` for one slab of layers per thread, at most `most`, and wait for all."""
    layers, slabs = shape[0], slab_count(shape, most)
    edges = [slab * layers // slabs for slab in range(slabs + 1)]
    if slabs == 1:
        work(0, 0, layers)
        return
    with ThreadPoolExecutor(slabs) as threads:
        # reading the results raises what a thread raised
        list(threads.map(work, range(slabs), edges[:-1], edges[1:]))


def slab_count(shape: tuple[int, ...], most: int | None = None) -> int:
    """Return how many slabs `in_slabs` makes: as many as numba may use threads, but none that is tiny."""
    layers = shape[0]
    return max(1, min(get_num_threads(), layers, prod(shape) // SMALLEST_VOXELS, layers if most is None else most))

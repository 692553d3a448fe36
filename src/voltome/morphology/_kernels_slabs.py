"""Slabs of an image on several threads: compiled functions release the interpreter, so plain threads do.

Compiling a function for numba's own parallel loops takes three times as long, for every type of array.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from numba import get_num_threads


def in_slabs(layers: int, work: Callable[[int, int, int], None], most: int | None = None) -> None:
    """Call ``work(slab, first, stop)`` for one slab of layers per thread, at most `most`, and wait for all."""
    slabs = slab_count(layers, most)
    edges = [slab * layers // slabs for slab in range(slabs + 1)]
    if slabs == 1:
        work(0, 0, layers)
        return
    with ThreadPoolExecutor(slabs) as threads:
        # reading the results raises what a thread raised
        list(threads.map(work, range(slabs), edges[:-1], edges[1:]))


def slab_count(layers: int, most: int | None = None) -> int:
    """Return how many slabs `in_slabs` makes: as many as numba may use threads."""
    return max(1, min(get_num_threads(), layers, layers if most is None else most))

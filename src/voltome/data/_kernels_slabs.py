"""Slabs of an image on several threads: compiled functions release the interpreter, so plain threads do.

Compiling a function for numba's own parallel loops takes three times as long, for every type of array.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from math import prod

from numba import config, get_num_threads

SMALLEST_VOXELS = 1 << 18
"""A slab with fewer voxels is done before a thread for it has started."""

_MOST: int = config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]
"""Threads that numba may use at most."""

_POOLS: dict[int, ThreadPoolExecutor] = {}
"""The threads of each process: kept, as starting them takes longer than many a kernel; a forked process has none."""

_HERE = threading.local()
"""Whether this thread works on a slab."""


def in_slabs(shape: tuple[int, ...], work: Callable[[int, int, int], None], most: int | None = None) -> None:
    """Call ``work(slab, first, stop)`` for one slab of layers per thread, at most `most`, and wait for all."""
    layers, slabs = shape[0], slab_count(shape, most)
    edges = [slab * layers // slabs for slab in range(slabs + 1)]
    if slabs == 1 or getattr(_HERE, "at_work", False):  # inside a slab all threads have work already
        for slab in range(slabs):
            work(slab, edges[slab], edges[slab + 1])
        return
    others = [_pool().submit(_at_work, work, slab, edges[slab], edges[slab + 1]) for slab in range(1, slabs)]
    try:
        _at_work(work, 0, 0, edges[1])
    finally:
        wait(others)
    for other in others:
        other.result()  # raises what a thread raised


def _at_work(work: Callable[[int, int, int], None], slab: int, first: int, stop: int) -> None:
    """Work on one slab, and say so meanwhile."""
    _HERE.at_work = True
    try:
        work(slab, first, stop)
    finally:
        _HERE.at_work = False


def _pool() -> ThreadPoolExecutor:
    """Return the threads of this process beside the one that asks."""
    process = os.getpid()
    if process not in _POOLS:
        _POOLS.clear()
        _POOLS[process] = ThreadPoolExecutor(max(1, _MOST - 1), "voltome-slab")
    return _POOLS[process]


def slab_count(shape: tuple[int, ...], most: int | None = None) -> int:
    """Return how many slabs `in_slabs` makes: as many as numba may use threads, but none that is tiny."""
    layers = shape[0]
    return max(1, min(get_num_threads(), layers, prod(shape) // SMALLEST_VOXELS, layers if most is None else most))

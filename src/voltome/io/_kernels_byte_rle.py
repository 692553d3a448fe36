"""Runs of bytes as Avizo packs them: a count below 128 and the byte to repeat, or 128 + count and these bytes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

LONGEST = 127

SHORTEST = 3
"""Bytes worth a run: two would save nothing, and between others they would cost."""


@njit(cache=True, nogil=True)
def unpack(packed: Bytes, values: Bytes) -> Any:
    """Fill `values`; return (bytes of `packed` used, values filled), which differ from both lengths on a fault."""
    place, filled = 0, 0
    while place < packed.size and filled < values.size:
        control = int(packed[place])
        if control < 128:
            count, needed = control, 2
        else:
            count, needed = control - 128, control - 127
        if place + needed > packed.size or filled + count > values.size:
            break
        if control < 128:
            for index in range(count):
                values[filled + index] = packed[place + 1]
        else:
            for index in range(count):
                values[filled + index] = packed[place + 1 + index]
        place += needed
        filled += count
    return place, filled


@njit(cache=True, nogil=True)
def pack(values: Bytes, packed: Bytes) -> Any:
    """Fill `packed` and return how many of its bytes are used: of n values, at most n + n // 127 + 1."""
    used, place = 0, 0
    while place < values.size:
        count = _run(values, place)
        if count >= SHORTEST:
            packed[used] = count
            packed[used + 1] = values[place]
            used += 2
            place += count
            continue
        start = place
        while place < values.size and place - start < LONGEST and _run(values, place) < SHORTEST:
            place += 1
        packed[used] = 128 + place - start
        for index in range(place - start):
            packed[used + 1 + index] = values[start + index]
        used += 1 + place - start
    return used


@njit(cache=True, nogil=True)
def _run(values: Bytes, place: Any) -> Any:
    """Return how many equal bytes begin at `place`, up to the longest run."""
    end = min(place + LONGEST, values.size)
    after = place + 1
    while after < end and values[after] == values[place]:
        after += 1
    return after - place

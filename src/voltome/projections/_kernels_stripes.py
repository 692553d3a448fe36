# mypy: disable-error-code="no-untyped-def"
"""Running medians along lines."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


def running_medians(lines: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """Return the median of `size` values (an odd number) around every value of each line, mirrored at its ends.

    The mirror stands beyond the last value, so that it is repeated: c b a | a b c.
    """
    half = size // 2
    wide = np.pad(np.ascontiguousarray(lines, np.float32), ((0, 0), (half, half)), mode="symmetric")
    found = np.empty(lines.shape, np.float32)
    _fill(wide, size, found)
    return found


@njit(cache=True, nogil=True)
def _place(ordered, count, value):
    """Return how many of the first `count` values, in order, are below `value`."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if ordered[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True, nogil=True)
def _fill(wide, size, found):
    """Keep the values of the window in order, and exchange one of them at each step."""
    count, length = found.shape
    ordered = np.empty(size, np.float32)
    for line in range(count):
        values = wide[line]
        ordered[:] = np.sort(values[:size])
        found[line, 0] = ordered[size // 2]
        for place in range(1, length):
            out, new = values[place - 1], values[place + size - 1]
            at = _place(ordered, size, out)
            if new > out:
                while at + 1 < size and ordered[at + 1] < new:
                    ordered[at] = ordered[at + 1]
                    at += 1
            else:
                while at > 0 and ordered[at - 1] > new:
                    ordered[at] = ordered[at - 1]
                    at -= 1
            ordered[at] = new
            found[line, place] = ordered[size // 2]

# mypy: disable-error-code="no-untyped-def"
"""Medians of the neighbours of every pixel of a sinogram, without the pixel itself."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


def medians_of_neighbours(lines: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """Return the median of up to `reach` neighbours before and behind every value of each line, without it.

    At the ends of a line those beyond are left out.
    """
    found = np.empty_like(lines)
    _fill(lines, reach, found)
    return found


@njit(cache=True, nogil=True)
def _fill(lines, reach, found):
    count, length = lines.shape
    ordered = np.empty(2 * reach, np.float32)
    for line in range(count):
        for place in range(length):
            taken = 0
            for other in range(max(place - reach, 0), min(place + reach + 1, length)):
                if other == place:
                    continue
                value = lines[line, other]
                at = taken
                while at > 0 and ordered[at - 1] > value:
                    ordered[at] = ordered[at - 1]
                    at -= 1
                ordered[at] = value
                taken += 1
            middle = taken // 2
            if taken % 2:
                found[line, place] = ordered[middle]
            else:
                found[line, place] = np.float32(0.5) * (ordered[middle - 1] + ordered[middle])

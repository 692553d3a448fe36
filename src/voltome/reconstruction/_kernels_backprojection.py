"""Direct backprojection: every voxel adds, over the views, what the line through it holds, between two of its samples.

The slices are the innermost axis: place and weights are worked out once for all of them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(nogil=True, cache=True)
def backproject_rows(
    lines: NDArray[Any],
    before: float,
    cosines: NDArray[Any],
    sines: NDArray[Any],
    ys: NDArray[Any],
    xs: NDArray[Any],
    found: NDArray[Any],
    first: int,
    stop: int,
) -> None:
    """Fill the rows `first` to `stop` of found[y, x, slice] from lines[view, sample, slice].

    A place of 0 on a line is its sample `before`; every place of a voxel lies within the samples.
    """
    slices = lines.shape[2]
    for y in range(first, stop):
        found[y] = 0
        for view in range(lines.shape[0]):
            start = before + ys[y] * sines[view]
            step = cosines[view]
            for x in range(found.shape[1]):
                place = start + xs[x] * step
                sample = math.floor(place)
                upper = np.float32(place - sample)
                lower = np.float32(1.0) - upper
                voxel, left, right = found[y, x], lines[view, sample], lines[view, sample + 1]
                for each in range(slices):
                    voxel[each] += lower * left[each] + upper * right[each]

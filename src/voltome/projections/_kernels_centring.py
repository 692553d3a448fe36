"""Back projection of a part of one slice: small, and only for finding the axis of rotation."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True)
def backproject_part(
    filtered: NDArray[Any],
    cosines: NDArray[Any],
    sines: NDArray[Any],
    axis_px: float,
    first_y: float,
    first_x: float,
    found: NDArray[Any],
) -> None:
    """Sum filtered lines over the pixels of `found`, whose first one lies at (first_y, first_x) pixels from the axis.

    Between columns linear; what the detector does not see adds nothing.
    """
    views, columns = filtered.shape
    height, width = found.shape
    for row in range(height):
        y = first_y + row
        for view in range(views):
            place = axis_px + first_x * cosines[view] + y * sines[view]
            step = cosines[view]
            for column in range(width):
                lower = np.int64(np.floor(place))
                if 0 <= lower < columns - 1:
                    share = place - lower
                    found[row, column] += filtered[view, lower] * (1 - share) + filtered[view, lower + 1] * share
                place += step

"""Views worked on one by one, on all cores: the same bits for any number of threads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import Projections
from voltome.data._kernels_slabs import in_slabs

Frame = NDArray[np.float64]


def each_view(projections: Projections, change: Callable[[Frame], NDArray[Any]]) -> NDArray[np.float32]:
    """Return ``change(view)`` of every view as float32; a lazy scan is read a view at a time."""
    found = np.empty(projections.values.shape, np.float32)

    def work(_: int, first: int, stop: int) -> None:
        for view in range(first, stop):
            found[view] = change(np.asarray(projections.values[view], np.float64))

    in_slabs(found.shape, work)
    return found


def minus_logarithm(
    projections: Projections, shares: NDArray[np.float32], lowest: float
) -> tuple[NDArray[np.float32], str]:
    """Return minus the logarithm of shares of the beam, in place, and what the history says of those held."""
    held = 0
    for view in shares:
        held += int(np.count_nonzero(view < lowest))
        np.log(np.maximum(view, np.float32(lowest), out=view), out=view)
        np.negative(view, out=view)
    return shares, f", {held:,} of {projections.values.size:,} pixels held at {lowest:g}" if held else ""

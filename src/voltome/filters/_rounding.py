"""Numbers computed as floats, back in the type of the image; what does not fit is clipped and counted."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.errors import ValuesError

EXACT_IN_FLOAT64 = 2**53


def in_type(computed: NDArray[np.floating[Any]], dtype: np.dtype[Any]) -> tuple[NDArray[Any], int]:
    """Return `computed` in an image's type, rounded and clipped in place for integers, and how many were clipped."""
    native = dtype.newbyteorder("=")
    if dtype.kind == "f":
        return computed.astype(native, copy=False), 0
    limits = np.iinfo(native)
    np.rint(computed, out=computed)
    # the largest 64-bit integer is no float, and its nearest float would wrap around
    high = float(limits.max) if native.itemsize < 8 else np.nextafter(float(limits.max), 0.0)
    clipped = int(np.count_nonzero(computed < limits.min)) + int(np.count_nonzero(computed > high))
    np.clip(computed, float(limits.min), high, out=computed)
    return computed.astype(native), clipped


def clipped_in_words(clipped: int, dtype: np.dtype[Any], voxels: int) -> str:
    """Return what the history says about clipped voxels; nothing where there are none."""
    if not clipped:
        return ""
    limits = np.iinfo(dtype)
    return f"; {clipped:,} voxels ({clipped / voxels:.2%}) clipped to {limits.min}..{limits.max}"


def check_exact(values: NDArray[Any], *, terms: int = 1) -> None:
    """Refuse integers of which float64 does not hold a sum of `terms` exactly."""
    if values.dtype.kind == "f" or values.dtype.itemsize < 8:
        return
    low, high, most = int(values.min()), int(values.max()), EXACT_IN_FLOAT64 // terms
    if low < -most or high > most:
        raise ValuesError(
            f"the values run from {low} to {high}; expected at most {most} in size, as float64 would not hold the "
            f"result exactly. Convert the volume to the type that the scanner wrote."
        )

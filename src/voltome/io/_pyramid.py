"""Smaller and smaller copies of an image, so that a viewer opens a large one at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

LONGEST_EDGE = 256
"""The last level has no edge longer than this."""


def levels(values: NDArray[Any], *, labels: bool) -> Iterator[tuple[NDArray[Any], tuple[int, int, int]]]:
    """Yield each level with the factors by which its voxels are larger along (z, y, x); the first is the image.

    Grey values are averaged over 2 x 2 x 2 voxels (integers rounded half to even, the last plane of an odd extent
    over the voxels there are); of labels, which have no mean, every second voxel is taken.
    """
    factors = (1, 1, 1)
    yield values, factors
    while max(values.shape) > LONGEST_EDGE:
        z, y, x = (factor * (2 if extent > 1 else 1) for factor, extent in zip(factors, values.shape, strict=True))
        factors = (z, y, x)
        values = smaller(values, labels=labels)
        yield values, factors


def smaller(values: NDArray[Any], *, labels: bool) -> NDArray[Any]:
    """Return the next level: means of 2 x 2 x 2 voxels, or every second voxel of labels."""
    # the float64 mean of 64-bit integers would not be exact, so they are thinned like labels
    thin = labels or values.dtype.kind == "b" or (values.dtype.kind in "ui" and values.dtype.itemsize == 8)
    return values[::2, ::2, ::2] if thin else halved(values)


def halved(values: NDArray[Any]) -> NDArray[Any]:
    """Return the means of blocks of 2 x 2 x 2 voxels."""
    z, y, x = ((extent + 1) // 2 for extent in values.shape)
    means = np.empty((z, y, x), values.dtype)
    for index, plane in enumerate(means):
        pair = values[2 * index : 2 * index + 2].astype(np.float64)
        mean = _pair_means(_pair_means(_pair_means(pair, 0), 1), 2)[0]
        plane[...] = np.rint(mean) if values.dtype.kind in "ui" else mean
    return means


def _pair_means(values: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """Return the means of neighbours along an axis; an odd last one stays as it is."""
    moved = np.moveaxis(values, axis, 0)
    even = moved[: moved.shape[0] // 2 * 2]
    means = 0.5 * even[0::2] + 0.5 * even[1::2]
    if moved.shape[0] % 2:
        means = np.concatenate([means, moved[-1:]])
    return np.moveaxis(means, 0, axis)

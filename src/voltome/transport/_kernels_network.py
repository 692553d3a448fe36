# mypy: disable-error-code="no-untyped-def"
"""Pores and throats as sums and largest values over voxels and the faces between them.

Sums are whole numbers and the rest are largest values, so the order in which layers are done changes no bit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs, slab_count

MOMENTS = 10
"""Voxels; sums of z, y, x; of zz, yy, xx, zy, zx, yx."""


@dataclass(frozen=True, slots=True)
class NetworkSums:
    """What one pass finds.

    Attributes
    ----------
    moments : numpy.ndarray
        (pore, `MOMENTS`), of the indices of voxels.
    pore_squared : numpy.ndarray
        Largest squared distance to the wall in each pore.
    crossed : numpy.ndarray
        (throat, 3): faces of voxels across z, y, x, positive where the first pore comes first.
    throat_squared : numpy.ndarray
        For each throat the largest of the smaller squared distance on both sides of a face.
    """

    moments: NDArray[np.int64]
    pore_squared: NDArray[np.float32]
    crossed: NDArray[np.int64]
    throat_squared: NDArray[np.float32]


@njit(cache=True, nogil=True)
def _throat_of(starts, ends, a, b):
    """Return the place of the pair a < b in a list sorted by both."""
    low, high = starts[a], starts[a + 1]
    while low < high:
        middle = (low + high) >> 1
        if ends[middle] < b:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True, nogil=True)
def _meet(a, b, axis, here, there, starts, ends, crossed, throat_squared):
    """Add the face between a voxel of pore a and the next one along an axis, of pore b."""
    first = a < b
    throat = _throat_of(starts, ends, min(a, b), max(a, b))
    crossed[throat, axis] += 1 if first else -1
    throat_squared[throat] = max(throat_squared[throat], min(here, there))


@njit(cache=True, nogil=True)
def _sum_layers(labels, squared, first, stop, starts, ends, moments, pore_squared, crossed, throat_squared):
    """Add some layers of voxels, and the faces to the next layer."""
    depth, height, width = labels.shape
    for z in range(first, stop):
        for y in range(height):
            for x in range(width):
                a = np.int64(labels[z, y, x]) - 1
                if a < 0:
                    continue
                one = moments[a]
                one[0] += 1
                one[1] += z
                one[2] += y
                one[3] += x
                one[4] += z * z
                one[5] += y * y
                one[6] += x * x
                one[7] += z * y
                one[8] += z * x
                one[9] += y * x
                here = squared[z, y, x]
                if here > pore_squared[a]:
                    pore_squared[a] = here
                if z + 1 < depth:
                    b = np.int64(labels[z + 1, y, x]) - 1
                    if b >= 0 and b != a:
                        _meet(a, b, 0, here, squared[z + 1, y, x], starts, ends, crossed, throat_squared)
                if y + 1 < height:
                    b = np.int64(labels[z, y + 1, x]) - 1
                    if b >= 0 and b != a:
                        _meet(a, b, 1, here, squared[z, y + 1, x], starts, ends, crossed, throat_squared)
                if x + 1 < width:
                    b = np.int64(labels[z, y, x + 1]) - 1
                    if b >= 0 and b != a:
                        _meet(a, b, 2, here, squared[z, y, x + 1], starts, ends, crossed, throat_squared)


def sum_network(
    labels: NDArray[np.int32], squared: NDArray[np.float32], pores: int, pairs: NDArray[np.int64]
) -> NetworkSums:
    """Return the sums over pores 1 to `pores` of an image, and over the throats between `pairs` (places, sorted)."""
    slabs, throats = slab_count(labels.shape), len(pairs)
    starts = np.searchsorted(pairs[:, 0], np.arange(pores + 1)).astype(np.int64)
    ends = np.ascontiguousarray(pairs[:, 1])
    moments = np.zeros((slabs, pores, MOMENTS), np.int64)
    crossed = np.zeros((slabs, throats, 3), np.int64)
    pore_squared, throat_squared = np.zeros((slabs, pores), np.float32), np.zeros((slabs, throats), np.float32)

    def add(slab: int, first: int, stop: int) -> None:
        into = moments[slab], pore_squared[slab], crossed[slab], throat_squared[slab]
        _sum_layers(labels, squared, first, stop, starts, ends, *into)

    in_slabs(labels.shape, add)
    return NetworkSums(moments.sum(axis=0), pore_squared.max(axis=0), crossed.sum(axis=0), throat_squared.max(axis=0))

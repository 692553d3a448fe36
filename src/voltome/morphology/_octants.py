"""The scatter of a measure among the octants of one image: its standard error."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from voltome.data import ImageNoun
from voltome.errors import ValuesError

FROM_ONE_IMAGE = (
    "From the scatter among up to 8 octants of this one image; too small where the structure is coarser than an octant."
)


@dataclass(frozen=True, slots=True)
class Octants:
    """The box around the sample, cut in the middle of every axis.

    Attributes
    ----------
    lower, upper : numpy.ndarray of int64
        First and one past the last voxel of the box along (z, y, x).
    split : numpy.ndarray of int64
        First voxel of the second half along (z, y, x); an axis of one voxel has no second half.
    """

    lower: NDArray[np.int64]
    upper: NDArray[np.int64]
    split: NDArray[np.int64]

    def blocks(self, overlap: int = 0) -> list[tuple[slice, slice, slice]]:
        """Return the eight octants (some may be empty), `overlap` voxels longer where another octant follows."""
        halves = []
        for low, middle, high in zip(self.lower.tolist(), self.split.tolist(), self.upper.tolist(), strict=True):
            halves.append((slice(low, min(middle + overlap, high)), slice(middle, high)))
        return [(z, y, x) for z, y, x in product(*halves)]


def octants_of(image: ImageNoun) -> Octants:
    """Return the octants of the box around the sample of `image`."""
    lower, upper = np.zeros(3, np.int64), np.array(image.shape, np.int64)
    if image.mask is not None:
        for axis in range(3):
            others = tuple(other for other in range(3) if other != axis)
            inside = np.flatnonzero(image.mask.any(axis=others))
            lower[axis], upper[axis] = inside[0], inside[-1] + 1
    split = lower + (upper - lower + 1) // 2
    return Octants(lower, upper, split)


def standard_error(amounts: NDArray[np.float64], volumes: NDArray[np.float64]) -> float:
    """Return the standard error of ``sum(amounts) / sum(volumes)`` from parts of unequal volume.

    With w the share of a part in the volume and n the number of parts: ``sqrt(sum(w (f - mean)^2) / (n - 1))``,
    which for parts of equal volume is their standard deviation over sqrt(n), and which has the right mean
    where the variance of a part goes as one over its volume.
    """
    filled = volumes > 0
    parts = int(np.count_nonzero(filled))
    if parts < 2:
        raise ValuesError(
            "the sample is one voxel; expected at least two, as the standard error comes from the scatter inside it. "
            "Check the crop and the mask."
        )
    shares = volumes[filled] / volumes.sum()
    densities = amounts[filled] / volumes[filled]
    mean = float(shares @ densities)
    return float(np.sqrt(shares @ (densities - mean) ** 2 / (parts - 1)))

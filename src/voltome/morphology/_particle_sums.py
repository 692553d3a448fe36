"""The particles of an image as sums over their voxels: what every table of particles starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import ParticleImage
from voltome.errors import ValuesError
from voltome.morphology import _kernels_labels as kernels
from voltome.morphology._crofton import area_per_exit_um2


@dataclass(frozen=True, slots=True)
class Summed:
    """The particles inside the mask, in the order of their numbers.

    Attributes
    ----------
    values : numpy.ndarray
        The image with labels that can index accumulators.
    indices : numpy.ndarray
        Label of each particle in `values`.
    labels : numpy.ndarray
        Its number in the image.
    sums : numpy.ndarray
        Its accumulators, (n, `kernels.WIDTH`).
    touches_border : numpy.ndarray
        Whether it reaches an end of an axis (of more than one voxel) or the edge of the mask.
    label_count : int
        One more than the highest label in `values`.
    """

    values: NDArray[Any]
    indices: NDArray[np.int64]
    labels: NDArray[np.int64]
    sums: NDArray[np.int64]
    touches_border: NDArray[np.bool_]
    label_count: int

    def surfaces_um2(self, voxel_size_um: tuple[float, float, float]) -> NDArray[np.float64]:
        """Return the surface of every particle by Crofton's formula on 13 directions."""
        area: NDArray[np.float64] = self.sums[:, kernels.EXITS] @ area_per_exit_um2(voxel_size_um)
        return area

    def covariances_um2(self, voxel_size_um: tuple[float, float, float]) -> NDArray[np.float64]:
        """Return the covariances of the voxel centres, shape (n, 3, 3)."""
        first, second = self.sums[:, kernels.FIRST_MOMENTS], self.sums[:, kernels.SECOND_MOMENTS]
        lowest = self.sums[:, kernels.LOWEST]
        return covariance_um2(self.sums[:, kernels.COUNT], first, second, lowest, np.array(voxel_size_um))


def summed(particles: ParticleImage) -> Summed:
    """Return the sums over the voxels of every particle inside the mask; refuse an image without one."""
    values, label_count, numbers = compact_labels(particles.values)
    found = kernels.accumulate(values, particles.mask, label_count)
    measured = np.flatnonzero(found[:, kernels.COUNT])
    measured = measured[measured > 0]
    if not measured.size:
        raise ValuesError(
            "there is no particle inside the sample: every label there is 0. Check the threshold, the smallest size "
            "kept, whether all particles touched the border and were dropped, and the mask."
        )
    labels = measured if numbers is None else numbers[measured]
    order = np.argsort(labels, kind="stable")
    rows = measured[order]
    sums = found[rows]
    shape = np.array(particles.shape)
    at_faces = ((sums[:, kernels.LOWEST] == 0) | (sums[:, kernels.HIGHEST] == shape - 1)) & (shape > 1)
    touches = at_faces.any(axis=1) | _touches_mask(values, particles.mask, len(found))[rows]
    return Summed(values, rows, labels[order], sums, touches, label_count)


def compact_labels(values: NDArray[Any]) -> tuple[NDArray[Any], int, NDArray[np.int64] | None]:
    """Return labels that can index accumulators, how many, and their original numbers where they were renumbered."""
    if not values.dtype.isnative:  # as TIFF files may hold; kernels know the byte order of this machine only
        values = values.astype(values.dtype.newbyteorder("="))
    highest = int(values.max())
    if highest < max(1 << 16, values.size // 10) and highest < 1 << 31:
        return values, highest + 1, None
    import fastremap  # only here: most images need no renumbering

    numbered, new_of_old = fastremap.renumber(values, in_place=False, preserve_zero=True)
    numbers = np.zeros(len(new_of_old) + 1, np.int64)
    numbers[np.fromiter(new_of_old.values(), np.int64)] = np.fromiter(new_of_old.keys(), np.int64)
    return numbered, len(numbers), numbers


def _touches_mask(values: NDArray[Any], mask: NDArray[np.bool_] | None, count: int) -> NDArray[np.bool_]:
    """Return, for every label, whether it shares a face with a voxel outside the mask."""
    if mask is None:
        return np.zeros(count, np.bool_)
    touches: NDArray[np.bool_] = kernels.touches_mask(values, mask, count)
    return touches


def covariance_um2(
    voxels: NDArray[np.int64],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    lowest: NDArray[np.int64],
    edges: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the covariances of the voxel centres, shape (n, 3, 3), in um2."""
    pairs = np.array([(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)]).T
    a, b = pairs
    count = voxels[:, np.newaxis]
    # exact in whole numbers: moments about the corner of the bounding box, so that little cancels afterwards
    near_second = second - lowest[:, a] * first[:, b] - lowest[:, b] * first[:, a] + count * lowest[:, a] * lowest[:, b]
    mean = (first - count * lowest) / count
    moments = (near_second / count - mean[:, a] * mean[:, b]) * edges[a] * edges[b]
    covariance = np.empty((len(voxels), 3, 3))
    covariance[:, a, b] = moments
    covariance[:, b, a] = moments
    return covariance


def ellipsoid(covariance: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the semi-axes, longest first, and the unit vector of the longest, of the ellipsoid of equal inertia."""
    values, vectors = np.linalg.eigh(covariance)
    semi_axes = np.sqrt(5 * np.maximum(values[:, ::-1], 0.0))
    longest = vectors[:, :, 2]
    largest = np.take_along_axis(longest, np.abs(longest).argmax(axis=1)[:, np.newaxis], axis=1)
    return semi_axes, longest * np.sign(largest)

"""Which particles of two images on one grid lie in the same place, and how much of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import ParticleImage
from voltome.morphology import _kernels_labels as kernels
from voltome.morphology._particle_sums import compact_labels

_SLAB_VOXELS = 1 << 20
"""Voxels that are compared at once: a few arrays of them take little memory beside the images."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """The particles of one scan, as far as all scans see them.

    Attributes
    ----------
    index_of : numpy.ndarray of int
        The image with labels 1, 2, 3 ...; rows of what follows, of which row 0 is the background.
    labels : numpy.ndarray of int64
        Number of each in the image that was given.
    voxels : numpy.ndarray of int64
        How many voxels of it all scans see; 0 for one that lies where another scan sees nothing.
    centroid_um : numpy.ndarray
        Centroid (z, y, x) in the frame of the scan.
    at_border : numpy.ndarray of bool
        Whether it reaches the border of what all scans see.
    """

    index_of: NDArray[Any]
    labels: NDArray[np.int64]
    voxels: NDArray[np.int64]
    centroid_um: NDArray[np.float64]
    at_border: NDArray[np.bool_]


def common_mask(images: Sequence[ParticleImage]) -> NDArray[np.bool_] | None:
    """Return where all scans see, or None where they see everything."""
    masks = [image.mask for image in images if image.mask is not None]
    return np.logical_and.reduce(masks) if masks else None


def seen(image: ParticleImage, mask: NDArray[np.bool_] | None) -> Seen:
    """Return the particles of one scan inside `mask`."""
    values, count, numbers = compact_labels(image.values)
    found = kernels.accumulate(values, mask, count)
    voxels = found[:, kernels.COUNT].copy()
    voxels[0] = 0
    middle = found[:, kernels.FIRST_MOMENTS] / np.maximum(voxels, 1)[:, np.newaxis]
    centroid = np.array(image.origin_um) + (middle + 0.5) * np.array(image.voxel_size_um)
    shape = np.array(image.shape)
    at_faces = ((found[:, kernels.LOWEST] == 0) | (found[:, kernels.HIGHEST] == shape - 1)) & (shape > 1)
    at_border = at_faces.any(axis=1)
    if mask is not None:
        at_border |= kernels.touches_mask(values, mask, count)
    labels = np.arange(count, dtype=np.int64) if numbers is None else numbers
    return Seen(values, labels, voxels, centroid, at_border & (voxels > 0))


def overlaps(
    before: NDArray[Any], after: NDArray[Any], mask: NDArray[np.bool_] | None
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return every pair of labels that share voxels inside `mask`, and how many, in the order of the pairs.

    Neighbouring voxels mostly hold the same pair, so runs of them are counted and not voxels.
    """
    planes = max(1, _SLAB_VOXELS // max(1, before[0].size))
    base = np.int64(after.max(initial=0)) + 1
    keys, counts = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for first in range(0, len(before), planes):
        here, there = (image[first : first + planes].ravel().astype(np.int64) for image in (before, after))
        both = (here > 0) & (there > 0)
        if mask is not None:
            both &= mask[first : first + planes].ravel()
        pair = here[both] * base + there[both]
        starts = np.flatnonzero(np.diff(pair, prepend=-1))
        keys.append(pair[starts])
        counts.append(np.diff(np.append(starts, pair.size)))
    pairs, which = np.unique(np.concatenate(keys), return_inverse=True)
    voxels = np.zeros(pairs.size, np.int64)
    np.add.at(voxels, which, np.concatenate(counts))
    return pairs // base, pairs % base, voxels

"""Labels as the kernels and the functions on one particle after the other want them."""

from __future__ import annotations

import fastremap
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import ParticleImage

HIGHEST = np.iinfo(np.int32).max


def compact_labels(particles: ParticleImage, wanted: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return labels as int32, 0 outside the mask, and the numbers that the wanted particles have among them."""
    values = particles.values
    if int(values.max()) <= HIGHEST:
        labels, numbers = values.astype(np.int32, copy=particles.mask is not None), wanted.astype(np.int64)
    else:
        native = values.astype(values.dtype.newbyteorder("="), copy=False)
        renumbered, new_of_old = fastremap.renumber(native, in_place=False, preserve_zero=True)
        labels = renumbered.astype(np.int32, copy=False)
        numbers = np.array([new_of_old[label] for label in wanted.tolist()], np.int64)
    if particles.mask is not None:
        labels[~particles.mask] = 0
    return labels, numbers


def boxes_of(particles: ParticleImage, bodies: pd.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first voxel of every particle of a table along (z, y, x), and the one behind its last."""
    edges, origin = np.asarray(particles.voxel_size_um), np.asarray(particles.origin_um)
    low, high = (
        np.rint((bodies[[f"{axis}_{end}_um" for axis in "zyx"]].to_numpy() - origin) / edges).astype(np.int64)
        for end in ("min", "max")
    )
    return low, high

"""The volume of voids from the grey values that they take from the solid: blur moves these, but loses none."""

from __future__ import annotations

import edt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import ParticleImage, Volume
from voltome.morphology._grey_levels import greys_of
from voltome.morphology._labels import boxes_of, compact_labels

Where = NDArray[np.bool_]

REACH_VOXELS = 3.0
"""How far from a void its blurred edge is looked for."""

SKIN_VOXELS = 2.0
"""How far inside the particle's own surface the grey value is that of the solid again."""


def dead_volumes_um3(
    particles: ParticleImage, grey: Volume, voids: Where, bodies: pd.DataFrame, owners: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the volume of the voids of every particle.

    The missing grey value, over the contrast between solid and void, summed over the voids and `REACH_VOXELS` around
    them, inside the particle and away from its own surface.

    Parameters
    ----------
    particles : ParticleImage
        The particles with their voids filled.
    grey : Volume
        On the same grid.
    voids : numpy.ndarray of bool
        The voids that count.
    bodies : pandas.DataFrame
        The table of `measure_particles`.
    owners : numpy.ndarray of bool
        Which of these have a void that counts; the others get 0.
    """
    found = np.zeros(len(bodies))
    chosen = np.flatnonzero(owners)
    if not chosen.size:
        return found
    labels, numbers = compact_labels(particles, bodies["label"].to_numpy()[chosen])
    low, high = boxes_of(particles, bodies.iloc[chosen])
    solid = np.where(voids, np.int32(0), labels)  # a void is background, as the pores around the particle are
    greys = greys_of(particles, grey, solid, numbers, low, high - 1)
    smallest = min(particles.voxel_size_um)
    z, y, x = (edge / smallest for edge in particles.voxel_size_um)
    for index, row in enumerate(chosen):
        box = tuple(slice(a, b) for a, b in zip(low[index], high[index], strict=True))
        own = labels[box] == numbers[index]
        here = voids[box] & own
        near = edt.edt(~here, anisotropy=(z, y, x), black_border=False, parallel=1) <= REACH_VOXELS
        deep = edt.edt(np.pad(own, 1), anisotropy=(z, y, x), parallel=1)[1:-1, 1:-1, 1:-1] > SKIN_VOXELS
        missing = greys.inside[index] - grey.values[box][near & own & (deep | here)].astype(np.float64)
        contrast = greys.inside[index] - greys.outside[index]
        # without a contrast there was no void to be seen
        found[row] = max(0.0, missing.sum() / contrast) * particles.voxel_volume_um3 if contrast else 0.0
    return found

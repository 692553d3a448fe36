"""The volume of voids from the grey values that they take from the solid: blur moves these, but loses none."""

from __future__ import annotations

import edt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import ParticleImage, Volume
from voltome.errors import ValuesError
from voltome.morphology._grey_levels import Greys, greys_of
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
    # a void is background, as the pores around the particle are
    greys = greys_of(particles, grey, labels, numbers, low, high - 1, hidden=voids)
    solid = _solid(greys)
    counted = _around(voids, labels, particles)
    order = np.argsort(numbers)
    own, values = labels[counted], grey.values[counted].astype(np.float64)
    places = np.minimum(np.searchsorted(numbers[order], own), numbers.size - 1)
    known = numbers[order][places] == own
    rows = order[places[known]]
    voxels = np.bincount(rows, minlength=numbers.size)
    missing = solid * voxels - np.bincount(rows, values[known], minlength=numbers.size)
    contrast = solid - greys.outside
    # without a contrast there was no void to be seen
    shares = np.divide(missing, contrast, out=np.zeros(numbers.size), where=contrast != 0)
    found[chosen] = np.maximum(shares, 0.0) * particles.voxel_volume_um3
    return found


def _solid(greys: Greys) -> NDArray[np.float64]:
    """Return the grey value of the solid of every particle, that of the others for one that is void throughout."""
    known = np.isfinite(greys.inside)
    if not known.any():
        raise ValuesError(
            "no particle with a void has a voxel of solid, so the grey value of the solid is unknown; expected "
            "particles around their voids. Look at the phases, or leave grey out to count voxels."
        )
    solid = np.where(known, greys.inside, np.median(greys.inside[known]))
    if (solid == greys.outside).all():
        raise ValuesError(
            "the grey values of solid and voids do not differ, so they show no dead volume; expected the volume from "
            "which the phases were segmented. Leave grey out to count voxels."
        )
    return solid


def _around(voids: Where, labels: NDArray[np.int32], particles: ParticleImage) -> Where:
    """Return the voxels of the voids and of their blurred edges, inside particles and away from their own surface."""
    smallest = min(particles.voxel_size_um)
    z, y, x = (edge / smallest for edge in particles.voxel_size_um)
    near = edt.edt(~voids, anisotropy=(z, y, x), black_border=False, parallel=1) <= REACH_VOXELS
    deep: Where = edt.edt(labels.view(np.uint32), anisotropy=(z, y, x), black_border=False, parallel=1) > SKIN_VOXELS
    deep |= voids
    deep &= near
    deep &= labels > 0
    return deep

"""The grey values inside and around every particle, away from its blurred edge."""

from __future__ import annotations

from typing import Any, NamedTuple

import edt
import numpy as np
from numpy.typing import NDArray

from voltome.data import ParticleImage, Volume
from voltome.morphology._kernels_greys import medians

EDGE_VOXELS = 2.0
"""How far from every border between labels a voxel must be to have the grey value of one side alone."""

AROUND_VOXELS = 5
"""How far around the box of a particle its surroundings are looked at."""

FEWEST_VOXELS = 8
"""Fewer voxels give no median: those that lie deepest are taken instead."""


class Greys(NamedTuple):
    """The grey values of the two sides of every particle's surface, shape (particles,)."""

    inside: NDArray[np.float64]
    outside: NDArray[np.float64]


def greys_of(
    particles: ParticleImage,
    grey: Volume,
    labels: NDArray[np.int32],
    numbers: NDArray[np.int64],
    lowest: NDArray[np.int64],
    highest: NDArray[np.int64],
    *,
    hidden: NDArray[np.bool_] | None = None,
) -> Greys:
    """Return the median grey value inside each particle and in the background around it.

    Voxels that are `hidden` are background, whatever their label.

    Inside: its voxels further than `EDGE_VOXELS` voxels from every other label, or the deepest where there are few.
    Outside: the voxels of no particle as far from every particle, within `AROUND_VOXELS` of the particle's box, or the
    furthest there. Where a particle has no background around it, the median of the background of all others is taken.
    """
    shifted = np.add(labels, 1, dtype=np.uint32, casting="unsafe")
    if hidden is not None:
        shifted[hidden] = 1
    depths = _depths(shifted, particles)
    shifted -= 1  # in place: no second copy of the labels beside the distances
    inside, outside = medians(
        plain_values(grey),
        shifted.view(np.int32),
        particles.mask,
        depths,
        numbers,
        lowest,
        highest,
        around=AROUND_VOXELS,
        edge=EDGE_VOXELS,
        fewest=FEWEST_VOXELS,
    )
    known = np.isfinite(outside)
    if known.any():
        outside[~known] = np.median(outside[known])
    return Greys(inside, outside)


def plain_values(grey: Volume) -> NDArray[Any]:
    """Return grey values of a type that the kernels are compiled for."""
    known = (np.uint8, np.uint16, np.float32)
    return grey.values if grey.values.dtype in known else grey.values.astype(np.float32)


def _depths(shifted: NDArray[np.uint32], particles: ParticleImage) -> NDArray[np.float32]:
    """Return the distance of every voxel to the nearest of another label, in smallest voxel edges.

    Labels are one higher than those of the particles: the background is then a label as others are, and one pass
    serves both sides.
    """
    smallest = min(particles.voxel_size_um)
    z, y, x = (edge / smallest for edge in particles.voxel_size_um)
    depth: NDArray[np.float32] = edt.edt(shifted, anisotropy=(z, y, x), black_border=False, parallel=1)
    return depth

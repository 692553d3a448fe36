"""Surface as the integral of the gradient of a phase, as TauFactor 2 measures it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voltome.data import PhaseImage
from voltome.morphology._octants import Octants
from voltome.morphology._triangles import Block, smoothed_phase, thin, widened


def gradient_um2(phases: PhaseImage, label: int, octants: Octants, *, smoothed: bool) -> NDArray[np.float64]:
    """Return the integral of the length of the gradient over each octant.

    The gradient is the mean of the differences to both neighbours along an axis, or the one to a neighbour that is in
    the sample.
    """
    areas = np.zeros(8)
    for octant, block in enumerate(octants.blocks()):
        for slab in thin(block, overlap=0):
            if min(part.stop - part.start for part in slab) > 0:
                areas[octant] += _lengths(phases, label, slab, octants, smoothed=smoothed).sum()
    return areas * phases.voxel_volume_um3


def _lengths(phases: PhaseImage, label: int, slab: Block, octants: Octants, *, smoothed: bool) -> NDArray[np.float64]:
    """Return the length of the gradient in every voxel of a slab, in 1/um."""
    wide, place = widened(slab, 2, octants)
    here = phases.values[wide] == label
    values = smoothed_phase(here) if smoothed else here.astype(np.float64)
    inside = np.ones(values.shape, np.bool_) if phases.mask is None else phases.mask[wide]
    squares = np.zeros(values.shape)
    for axis, edge_um in enumerate(phases.voxel_size_um):
        squares += (_slopes(values, inside, axis) / edge_um) ** 2
    lengths: NDArray[np.float64] = np.sqrt(squares)[place][inside[place]]
    return lengths


def _slopes(values: NDArray[np.float64], inside: NDArray[np.bool_], axis: int) -> NDArray[np.float64]:
    """Return the mean difference to the neighbours along an axis that are inside."""
    values, inside = np.moveaxis(values, axis, 0), np.moveaxis(inside, axis, 0)
    both = inside[1:] & inside[:-1]
    differences = np.where(both, np.diff(values, axis=0), 0.0)
    total, parts = np.zeros(values.shape), np.zeros(values.shape)
    total[1:] += differences
    total[:-1] += differences
    parts[1:] += both
    parts[:-1] += both
    return np.moveaxis(total / np.maximum(parts, 1), 0, axis)

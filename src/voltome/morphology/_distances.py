"""How far the voxels of a phase are from its surroundings, and the largest balls that follow."""

from __future__ import annotations

import edt
import numpy as np
from numpy.typing import NDArray

from voltome.data import PhaseImage
from voltome.data._kernels_slabs import slab_count
from voltome.errors import PhaseError
from voltome.morphology import _kernels_thickness as kernels


def largest_squared_radii(phases: PhaseImage, phase: str) -> tuple[NDArray[np.float32], float]:
    """Return the squared radius of the largest ball that holds each voxel, and the length in um that is its unit."""
    squared, edges, unit_um = squared_distances(phases, phase)
    return kernels.largest_balls(squared, edges), unit_um


def squared_distances(phases: PhaseImage, phase: str) -> tuple[NDArray[np.float32], kernels.Triple, float]:
    """Return the squared distances to the nearest voxel of another phase, 0 outside the phase, edges and unit.

    The edges of a voxel are in the unit of length of the distances; that unit, the shortest edge, is in um.
    """
    solid, other = solid_and_other(phases, phase)
    unit_um, edges = edges_of(phases)
    np.logical_not(other, out=other)
    squared = edt.edtsq(other, anisotropy=edges, black_border=False, parallel=slab_count(solid.shape))
    squared[~solid] = 0
    return squared, edges, unit_um


def edges_of(phases: PhaseImage) -> tuple[float, kernels.Triple]:
    """Return the shortest edge of a voxel in um, and all edges in it, so that the unit of length is no matter."""
    unit_um = min(phases.voxel_size_um)
    z, y, x = (round(edge / unit_um, 6) for edge in phases.voxel_size_um)
    return unit_um, (z, y, x)


def solid_and_other(phases: PhaseImage, phase: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the voxels of a phase and those of the others in the sample; refuse where one of them has none."""
    solid = phases.is_phase(phase)
    where = "the sample" if phases.mask is None else "the mask"
    if not solid.any():
        raise PhaseError(
            f"phase {phase!r} has no voxel in {where}, so it has no thickness. Check the intervals of the threshold, "
            f"the crop and the mask."
        )
    other = ~solid if phases.mask is None else phases.mask & ~solid
    if not other.any():
        raise PhaseError(
            f"phase {phase!r} fills {where} whole: nothing bounds it, so it has no thickness; expected at least one "
            f"voxel of another phase. Check the intervals of the threshold and the crop."
        )
    return solid, other

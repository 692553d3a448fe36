"""Radii of largest balls by the grey values: which levels bound a phase, and whether they fit the image."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from voltome.data import PhaseImage, Volume
from voltome.errors import GeometryError, ParameterError, ValuesError
from voltome.morphology import _kernels_subvoxel as kernels
from voltome.morphology._distances import edges_of, solid_and_other
from voltome.morphology._grey_levels import plain_values
from voltome.morphology._kernels_bends import blur_of

LEAST_CROSSED = 0.5
"""Share of the surface at which the level must lie between the grey values of the two sides."""


def subvoxel_radii(
    phases: PhaseImage, phase: str, grey: Volume, level: float | None
) -> tuple[NDArray[np.float32], float, str]:
    """Return the radius of the largest ball that holds each voxel, the length in um that is its unit, and how."""
    solid, other = solid_and_other(phases, phase)
    _check_grid(phases, grey)
    levels = _levels(phases, phase, level)
    unit_um, edges = edges_of(phases)
    values = plain_values(grey)
    surface = kernels.surface_at_level(solid, other, values, np.array(levels, np.float64), edges)
    if surface.crossed_share < LEAST_CROSSED:
        raise ValuesError(
            f"the grey value {_in_words(levels)} lies between the two sides of the surface of {phase!r} at "
            f"{100 * surface.crossed_share:.3g} % of it; expected at least {100 * LEAST_CROSSED:g} %. Give the volume "
            f"from which the phases were cut as grey, and their threshold as level."
        )
    how = (
        f"sub-voxel: surface at the grey value {_in_words(levels)}, which lies between both sides at "
        f"{100 * surface.crossed_share:.3g} % of it, half-way elsewhere"
    )
    blur = blur_of(solid, other, values, edges)
    how += f"; put back what an edge blurred by {blur * unit_um:.3g} um takes where it is curved"
    return kernels.largest_free_balls(surface, edges, values, blur), unit_um, how


def _check_grid(phases: PhaseImage, grey: Volume) -> None:
    """Refuse a volume on another grid."""
    same = grey.shape == phases.shape and np.allclose(grey.voxel_size_um, phases.voxel_size_um, rtol=1e-6)
    if not (same and np.allclose(grey.origin_um, phases.origin_um, atol=1e-3 * min(phases.voxel_size_um))):
        raise GeometryError(
            f"the grey values are on another grid: found {grey.grid_in_words} from {grey.origin_um} um, expected "
            f"{phases.grid_in_words} from {phases.origin_um} um. Crop and align both in the same way."
        )


def _levels(phases: PhaseImage, phase: str, level: float | None) -> list[float]:
    """Return the grey values at which a phase ends: as given, or those of the threshold that made the phases."""
    if level is not None:
        if isinstance(level, bool) or not math.isfinite(level):
            raise ParameterError(f"level is {level!r}; expected a finite grey value.")
        return [float(level)]
    intervals = phases.grey_intervals or {}
    chosen = [intervals[phase]] if phase in intervals else list(intervals.values())
    found = sorted({float(end) for ends in chosen for end in ends if end is not None})
    if not found:
        raise ParameterError(
            f"level is not given, and the phases do not say at which grey value {phase!r} was cut; expected a grey "
            f"value half-way between the two sides of its surface. Give level."
        )
    return found


def _in_words(levels: list[float]) -> str:
    """Return the levels as they are written."""
    return " or ".join(f"{level:g}" for level in levels)

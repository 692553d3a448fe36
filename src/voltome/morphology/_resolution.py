"""How many voxels a particle needs for its surface and its shape, and what is said where it has fewer."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SHAPE_RADIUS_VOXELS = 5.0
"""A diameter of 10 voxels. Below it the surface along 13 directions reads more than 0.7 % too little on balls, and
sphericity and shape scatter by more between places on the grid than between particles."""

_ROUNDING = 1e-9


def radius_voxels(voxels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the equivalent radius in units of the cube root of the volume of a voxel."""
    radius: NDArray[np.float64] = np.cbrt(3 * voxels / (4 * np.pi))
    return radius


def resolved(frame: pd.DataFrame, minimum_radius_voxels: float) -> NDArray[np.bool_]:
    """Return which particles of a table have at least this equivalent radius in voxels."""
    large: NDArray[np.bool_] = frame["radius_voxels"].to_numpy() >= minimum_radius_voxels * (1 - _ROUNDING)
    return large


def too_small_for_surfaces(frame: pd.DataFrame) -> tuple[str, ...]:
    """Return the warning about particles whose surface reads low and whose shape is the grid's, if there are any."""
    small = ~resolved(frame, SHAPE_RADIUS_VOXELS)
    if not small.any():
        return ()
    return (
        f"{counted(frame, small)} an equivalent diameter under {2 * SHAPE_RADIUS_VOXELS:g} voxels, too few for a "
        f"shape, and surfaces by crofton13 that read low by more than 0.7 %. Use surface_area_corrected_um2 "
        f"(surface: corrected), or voxels that are smaller.",
    )


def too_small_for_shapes(frame: pd.DataFrame) -> tuple[str, ...]:
    """Return the warning about the particles that the mean sphericity is of, if these are not all."""
    large = resolved(frame, SHAPE_RADIUS_VOXELS)
    if large.all():
        return ()
    limit = f"an equivalent diameter of at least {2 * SHAPE_RADIUS_VOXELS:g} voxels"
    if np.count_nonzero(large) < 2:
        return (f"There is no mean sphericity: it takes two particles; {counted(frame, large)} {limit}.",)
    return (f"The mean sphericity leaves small particles out: {counted(frame, large)} {limit}.",)


def too_small_to_show_shape(frame: pd.DataFrame, kept: NDArray[np.bool_], minimum: float) -> tuple[str, ...]:
    """Return the warning about particles that are left out of the table of shapes, if there are any."""
    if kept.all():
        return ()
    return (
        f"{counted(frame, ~kept)} an equivalent diameter under {2 * minimum:g} voxels or only one layer of voxels, "
        f"too few for a shape, and {'is' if np.count_nonzero(~kept) == 1 else 'are'} left out of the shapes. Smaller "
        f"voxels would resolve more; minimum_radius_voxels = {minimum:g} sets the limit.",
    )


def counted(frame: pd.DataFrame, chosen: NDArray[np.bool_]) -> str:
    """Return how many of the particles are meant, and with how much of the volume, up to the verb."""
    volume = frame["volume_um3"].to_numpy()
    share = 100 * volume[chosen].sum() / volume.sum()
    count = int(np.count_nonzero(chosen))
    shown = f"{share:.0f}" if share >= 10 else f"{share:.2g}"
    return f"{count} of {len(frame)} particles ({shown} % of the volume) {'has' if count == 1 else 'have'}"

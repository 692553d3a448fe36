"""How many voxels a particle needs for its surface and its shape, and what is said where it has fewer."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SURFACE_RADIUS_VOXELS = 5.0
"""Below this the surface along 13 directions reads more than 0.7 % too little on balls."""

SHAPE_RADIUS_VOXELS = 10.0
"""Below this sphericity and shape scatter by more between places on the grid than between particles."""

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
    """Return the warning about particles whose surface reads low, if there are any."""
    small = ~resolved(frame, SURFACE_RADIUS_VOXELS)
    if not small.any():
        return ()
    return (
        f"{counted(frame, small)} an equivalent radius under {SURFACE_RADIUS_VOXELS:g} voxels: their surfaces by "
        f"crofton13 read low by more than 0.7 %. Use surface_area_corrected_um2 (surface: corrected), or voxels that "
        f"are smaller.",
    )


def too_small_for_shapes(frame: pd.DataFrame) -> tuple[str, ...]:
    """Return the warning about particles that the mean sphericity leaves out, if there are any."""
    small = ~resolved(frame, SHAPE_RADIUS_VOXELS)
    if not small.any():
        return ()
    rest = int(np.count_nonzero(~small))
    what = "there is no mean sphericity, which takes two" if rest < 2 else f"the mean sphericity is of the other {rest}"
    return (
        f"{counted(frame, small)} an equivalent radius under {SHAPE_RADIUS_VOXELS:g} voxels, too few voxels for a "
        f"shape: {what}. Smaller voxels would resolve more.",
    )


def too_small_to_show_shape(frame: pd.DataFrame, kept: NDArray[np.bool_], minimum: float) -> tuple[str, ...]:
    """Return the warning about particles that are left out of the table of shapes, if there are any."""
    if kept.all():
        return ()
    return (
        f"{counted(frame, ~kept)} an equivalent radius under {minimum:g} voxels or only one layer of voxels, too few "
        f"for a shape, and {'is' if np.count_nonzero(~kept) == 1 else 'are'} left out of the shapes. Smaller voxels "
        f"would resolve more; minimum_radius_voxels sets the limit.",
    )


def counted(frame: pd.DataFrame, chosen: NDArray[np.bool_]) -> str:
    """Return how many of the particles are meant, and with how much of the volume, up to the verb."""
    volume = frame["volume_um3"].to_numpy()
    share = 100 * volume[chosen].sum() / volume.sum()
    count = int(np.count_nonzero(chosen))
    shown = f"{share:.0f}" if share >= 10 else f"{share:.2g}"
    return f"{count} of {len(frame)} particles ({shown} % of the volume) {'has' if count == 1 else 'have'}"

"""The inside of a phase, away from its edges, where a grey value is that of one material."""

from __future__ import annotations

import edt
import numpy as np
from numpy.typing import NDArray

from voltome.data import PhaseImage, Volume
from voltome.data._grids import check_one_grid
from voltome.data._parameters import check_not_negative
from voltome.errors import ValuesError

FEWEST_VOXELS = 100
"""With fewer, a standard deviation is known to worse than 7 %."""


def interior(volume: Volume, phases: PhaseImage, phase: str, erode_um: float) -> NDArray[np.bool_]:
    """Return the voxels of `phase` farther than `erode_um` from what is not, inside both masks.

    Distances are between centres of voxels; the border of the image is no edge of the phase.
    """
    check_one_grid(
        {"volume": volume, "phases": phases}, mend="Segment this volume, or crop both with voltome.filters.crop."
    )
    reach = check_not_negative("erode_um", erode_um)
    here = phases.is_phase(phase)
    if volume.mask is not None:
        here &= volume.mask
    if reach > 0 and not here.all():
        squared = edt.edtsq(here, anisotropy=phases.voxel_size_um, black_border=False, parallel=1)
        inside: NDArray[np.bool_] = squared > reach**2
    else:
        inside = here
    found = int(np.count_nonzero(inside))
    if found < FEWEST_VOXELS:
        raise ValuesError(
            f"{phase} has {np.count_nonzero(here):,} voxels, of which {found:,} are more than {reach:g} um from its "
            f"edge; expected {FEWEST_VOXELS} or more. Give a smaller erode_um, or a larger image."
        )
    return inside


def mean_and_deviation(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the mean and the standard deviation of values, by one over their number less one."""
    return float(values.mean()), float(values.std(ddof=1))

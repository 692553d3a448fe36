"""At which grey values a phase ends: as its user says, or as it was cut."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from voltome.data import PhaseImage, Volume
from voltome.data._grids import check_one_grid
from voltome.errors import ParameterError
from voltome.morphology._triangles import GreyLevels


def grey_levels(phases: PhaseImage, phase: str, grey: Volume | None, level: float | None) -> GreyLevels:
    """Return the grey values and the levels at which `phase` ends, or refuse what cannot be.

    An interval of whole numbers ends half way to the next one.
    """
    if grey is None:
        raise ParameterError(
            "iso_surface needs the grey values that the phases were cut from; expected grey=, the Volume that was "
            "segmented (in a study file grey: with the name of the step that made it). Or use estimator='crofton13'."
        )
    check_one_grid(
        {"phases": phases, "grey": grey}, mend="Give the volume that the phases were cut from, cropped as they are."
    )
    levels = _levels_of_interval(phases, phase, grey) if level is None else (_checked(level),)
    low, high = float(grey.values.min()), float(grey.values.max())
    outside = [value for value in levels if not low < value <= high]
    if outside:
        raise ParameterError(
            f"level is {outside[0]:g}, but the grey values go from {low:g} to {high:g}; expected a level between "
            f"them. Is this the volume that the phases were cut from?"
        )
    return GreyLevels(grey.values, levels)


def _checked(level: float) -> float:
    """Return a level that is a finite number."""
    if isinstance(level, bool) or not math.isfinite(level):
        raise ParameterError(f"level is {level!r}; expected a finite number, a grey value.")
    return float(level)


def _levels_of_interval(phases: PhaseImage, phase: str, grey: Volume) -> tuple[float, ...]:
    """Return the ends of the grey interval of a phase."""
    low, high = (phases.grey_intervals or {}).get(phase, (None, None))
    if low is None and high is None:
        raise ParameterError(
            f"it is not known at which grey value {phase!r} ends, as the image was not cut there by grey value; "
            f"expected level=, the grey value half way between the phase and what is around it."
        )
    whole = grey.values.dtype.kind in "iu"
    levels = []
    if low is not None:
        levels.append(math.ceil(low) - 0.5 if whole else float(low))
    if high is not None:
        # both ends belong to the phase; in the type of the grey values, as coarser steps would leave their range
        kind = grey.values.dtype.type
        levels.append(math.floor(high) + 0.5 if whole else float(_after(_after(kind(high)))))
    return tuple(levels)


def _after(value: np.floating[Any]) -> np.floating[Any]:
    """Return the next larger number of the same type."""
    larger: np.floating[Any] = np.nextafter(value, type(value)(np.inf))
    return larger

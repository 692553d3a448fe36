"""At which grey values a phase ends: as its user says, or as it was cut."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from voltome.data import PhaseImage, Volume
from voltome.data._grids import check_one_grid
from voltome.errors import ParameterError, ValuesError
from voltome.morphology._triangles import GreyLevels

LEAST_CROSSED = 0.05
"""Share of the surface at which a level must lie between both sides: little, as of a shell one surface may be asked."""


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
    mixed, crossed = np.sum([_crossed_pairs(phases, phase, grey, levels, axis) for axis in range(3)], axis=0)
    if not mixed:
        return GreyLevels(grey.values, levels)  # a piece inside the phase has no surface, whatever its grey values
    low, high = float(grey.values.min()), float(grey.values.max())
    outside = [value for value in levels if not low < value <= high]
    if outside:
        raise ParameterError(
            f"level is {outside[0]:g}, but the grey values go from {low:g} to {high:g}; expected a level between "
            f"them. Is this the volume that the phases were cut from?"
        )
    _check_crossed(phase, levels, crossed / mixed)
    return GreyLevels(grey.values, levels)


def _check_crossed(phase: str, levels: tuple[float, ...], share: float) -> None:
    """Refuse levels that lie beside the surface of the phase, where triangles would be missing without a word."""
    if share < LEAST_CROSSED:
        raise ValuesError(
            f"level is {' or '.join(f'{level:g}' for level in levels)}, which lies between the grey values on both "
            f"sides of the surface of {phase!r} at {share:.0%} of it; expected at least {LEAST_CROSSED:.0%}. Give as "
            f"level the grey value half way between the phase and what is around it, and as grey the volume that the "
            f"phases were cut from."
        )


def _crossed_pairs(
    phases: PhaseImage, phase: str, grey: Volume, levels: tuple[float, ...], axis: int
) -> tuple[int, int]:
    """Return how many neighbours along an axis are of the phase and not, and between how many of these a level lies."""
    label, mixed, crossed = phases.label_of(phase), 0, 0
    values, greys = np.moveaxis(phases.values, axis, 0), np.moveaxis(grey.values, axis, 0)
    mask = None if phases.mask is None else np.moveaxis(phases.mask, axis, 0)
    for first in range(len(values) - 1):  # by planes: nothing as large as the image is made
        here = (values[first] == label) != (values[first + 1] == label)
        if mask is not None:
            here &= mask[first] & mask[first + 1]
        one, other = greys[first][here], greys[first + 1][here]
        mixed += len(one)
        crossed += int(np.any([(one >= level) != (other >= level) for level in levels], axis=0).sum())
    return mixed, crossed


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

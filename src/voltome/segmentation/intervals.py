"""Named intervals of grey value, checked before there is a volume."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from voltome.errors import ParameterError, PhaseError

MOST_PHASES = 256


def check_intervals(intervals: Mapping[str, tuple[float | None, float | None]], rest: str | None = None) -> None:
    """Raise what `threshold` would raise about its parameters alone, before there is a volume.

    Parameters
    ----------
    intervals : dict of str to (float or None, float or None)
        Lowest and highest grey value of each phase, both included; None is an open end.
    rest : str, optional
        Name of the phase of every other voxel.

    Raises
    ------
    PhaseError
        Intervals that overlap, a name used twice, an empty name, no interval, or more than 256 phases.
    ParameterError
        An end that is not a finite number or None, or a lowest value above the highest.

    Examples
    --------
    >>> check_intervals({"pore": (None, 100), "sulfur": (100, None)})
    Traceback (most recent call last):
    voltome.errors.PhaseError: the intervals of 'pore' and 'sulfur' overlap at 100; both ends are included: ...
    """
    _check_names(intervals, rest)
    bounds = sorted((*_checked_interval(name, interval), name) for name, interval in intervals.items())
    for (_, upper, below), (lower, end, above) in pairwise(bounds):
        if lower <= upper:
            raise PhaseError(
                f"the intervals of {below!r} and {above!r} overlap {_overlap_in_words(lower, min(upper, end))}; "
                f"both ends are included: begin one above where the other ends."
            )


def _check_names(intervals: Any, rest: Any) -> None:
    """Refuse intervals and a rest that do not give each phase a name of its own."""
    if not isinstance(intervals, Mapping) or not intervals:
        raise PhaseError(f"intervals is {intervals!r}; expected at least one phase, such as {{'sulfur': (150, None)}}.")
    names = [*intervals] if rest is None else [rest, *intervals]
    unnamed = [name for name in names if not isinstance(name, str) or not name.strip()]
    if unnamed:
        raise PhaseError(f"the phases {unnamed} have no name; expected a text for every phase.")
    if rest in intervals:
        raise PhaseError(f"rest is {rest!r}, which is also an interval; expected another name for the other voxels.")
    if len(names) > MOST_PHASES:
        raise PhaseError(f"there are {len(names)} phases; expected at most {MOST_PHASES}.")


def _checked_interval(name: str, interval: Any) -> tuple[float, float]:
    """Return the interval with open ends as infinities, or say what is wrong with it."""
    if not isinstance(interval, Sequence) or isinstance(interval, str) or len(interval) != 2:
        raise ParameterError(f"the interval of {name!r} is {interval!r}; expected (lowest, highest), None = open end.")
    for end in interval:
        number = isinstance(end, int | float | np.integer | np.floating) and not isinstance(end, bool)
        if end is not None and not (number and math.isfinite(end)):
            raise ParameterError(
                f"the interval of {name!r} is {interval!r}; expected finite numbers, or None for an open end."
            )
    lowest, highest = interval
    if lowest is not None and highest is not None and lowest > highest:
        raise ParameterError(
            f"the interval of {name!r} runs from {lowest} down to {highest}; expected the lowest value first."
        )
    return -math.inf if lowest is None else lowest, math.inf if highest is None else highest


def _overlap_in_words(lower: float, upper: float) -> str:
    """Return the overlapping grey values in words."""
    if lower == upper:
        return f"at {lower}"
    low = "everything" if math.isinf(lower) else f"from {lower}"
    return f"{low} up to {upper}" if math.isfinite(upper) else f"{low} upwards"

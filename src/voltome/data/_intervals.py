"""An interval of grey values that a person chose: checked, and found in an image."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.errors import ParameterError

GreyInterval = tuple[float | None, float | None]


def check_interval(name: str, interval: Any) -> GreyInterval:
    """Return (lowest, highest) with at least one of them a number, or say what is wrong with it."""
    if not isinstance(interval, Sequence) or isinstance(interval, str) or len(interval) != 2:
        raise ParameterError(f"{name} is {interval!r}; expected grey values (lowest, highest), None = open end.")
    lowest, highest = interval
    for end in interval:
        number = isinstance(end, int | float | np.integer | np.floating) and not isinstance(end, bool)
        if end is not None and not (number and math.isfinite(end)):
            raise ParameterError(f"{name} is {interval!r}; expected finite grey values, or None for an open end.")
    if lowest is None and highest is None:
        raise ParameterError(
            f"{name} is open at both ends, which is every grey value; expected at least one end, such as (200, None)."
        )
    if lowest is not None and highest is not None and lowest > highest:
        raise ParameterError(f"{name} runs from {lowest} down to {highest}; expected the lowest grey value first.")
    return lowest, highest


def is_inside(values: NDArray[Any], interval: GreyInterval) -> NDArray[np.bool_]:
    """Return where the values lie in a checked interval, both ends included, compared in the type of the values."""
    lowest, highest = (None if end is None else _in_type(values.dtype, end) for end in interval)
    inside = np.ones(values.shape, np.bool_)
    if lowest is not None:
        inside &= values >= lowest
    if highest is not None:
        inside &= values <= highest
    return inside


def in_words(interval: GreyInterval) -> str:
    """Return an interval as ``[100, ...]``."""
    low, high = ("..." if end is None else f"{end:.10g}" for end in interval)
    return f"[{low}, {high}]"


def _in_type(dtype: np.dtype[Any], end: float) -> Any:
    """Return an end so that it compares in the type of the values, without overflow."""
    if dtype.kind != "f":
        return int(end) if float(end).is_integer() else float(end)
    limits = np.finfo(dtype)
    return dtype.type(min(max(float(end), float(limits.min)), float(limits.max)))

"""Types of parameters with their range: read by people, by mypy, and by the study file's checker.

A function that takes one of these still checks it itself (`check_positive`), for callers in Python.
"""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Le

from voltome.errors import AxisError, ParameterError, did_you_mean

AxisName = Literal["z", "y", "x"]
AXES: tuple[AxisName, AxisName, AxisName] = ("z", "y", "x")

Positive = Annotated[float, Gt(0)]
NonNegative = Annotated[float, Ge(0)]
Share = Annotated[float, Gt(0), Le(1)]

PhaseName = Annotated[str, "phase"]
"""A phase of the image that the step works on; the study checks it against the known phases."""

ScanName = Annotated[str, "scan"]
"""A scan of the study; the study checks it against the scans it has."""


def axis_index(axis: str) -> int:
    """Return 0, 1, 2 for z, y, x."""
    if axis not in AXES:
        raise AxisError(f"unknown axis {axis!r}; expected one of 'z', 'y', 'x' (array order).")
    return AXES.index(axis)


def check_positive(name: str, value: float) -> float:
    """Return `value` if it is a finite number above zero."""
    if not (_is_finite(value) and value > 0):
        raise ParameterError(f"{name} is {value!r}; expected a finite number above 0.")
    return float(value)


def check_not_negative(name: str, value: float) -> float:
    """Return `value` if it is a finite number, zero or above."""
    if not (_is_finite(value) and value >= 0):
        raise ParameterError(f"{name} is {value!r}; expected a finite number, 0 or above.")
    return float(value)


def check_share(name: str, value: float) -> float:
    """Return `value` if it is a share: above 0, at most 1."""
    if not (_is_finite(value) and 0 < value <= 1):
        raise ParameterError(f"{name} is {value!r}; expected a share above 0, at most 1.")
    return float(value)


def check_seed(seed: Any) -> int:
    """Return `seed` if it is a whole number, 0 or above: without one, random numbers would not come back."""
    if isinstance(seed, bool) or not isinstance(seed, Integral) or seed < 0:
        raise ParameterError(f"seed is {seed!r}; expected a whole number, 0 or above.")
    return int(seed)


def check_choice(name: str, value: str, choices: tuple[str, ...]) -> str:
    """Return `value` if it is one of `choices`."""
    if value not in choices:
        known = ", ".join(map(repr, choices))
        raise ParameterError(f"{name} is {value!r}; expected one of {known}.{did_you_mean(value, choices)}")
    return value


def _is_finite(value: Any) -> bool:
    """Say whether `value` is a number, and neither NaN nor infinite; True and False are no numbers here."""
    return not isinstance(value, bool) and isinstance(value, Real) and math.isfinite(value)

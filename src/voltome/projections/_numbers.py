"""Whole numbers that functions of this room take."""

from __future__ import annotations

from numbers import Integral
from typing import Annotated, Any

from annotated_types import Ge

from voltome.errors import ParameterError

Whole = Annotated[int, Ge(0)]
Counted = Annotated[int, Ge(1)]


def check_whole(name: str, value: Any, *, least: int = 1) -> int:
    """Return `value` if it is a whole number, `least` or above."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise ParameterError(f"{name} is {value!r}; expected a whole number, {least} or above.")
    return int(value)

"""Fields of a text header: there or not, whole numbers, numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from voltome.errors import FileFormatError, GeometryError


def required(fields: Mapping[str, str], name: str) -> str:
    """Return a field that must be there."""
    if name not in fields:
        raise FileFormatError(f"its header has no {name!r}; found {', '.join(fields) or 'nothing'}. Copy it again.")
    return fields[name]


def whole_numbers(name: str, text: str) -> list[int]:
    """Return the whole numbers of a field."""
    words = text.split()
    if not words or not all(re.fullmatch(r"[+-]?\d{1,18}", word) for word in words):
        raise FileFormatError(f"{name!r} in its header is {text[:80]!r}; expected whole numbers. Copy it again.")
    return [int(word) for word in words]


def numbers(name: str, words: Sequence[str]) -> list[float]:
    """Return the numbers of a field; NaN is one."""
    try:
        found = [float(word) for word in words]
    except ValueError:
        found = []
    if not words or len(found) != len(words):
        raise FileFormatError(f"{name!r} in its header is {' '.join(words)[:80]!r}; expected numbers. Copy it again.")
    return found


def finite(name: str, words: Sequence[str]) -> list[str]:
    """Return the numbers of a field as they are written, after refusing NaN and infinity."""
    if not all(math.isfinite(number) for number in numbers(name, words)):
        raise GeometryError(f"{name!r} in its header is {' '.join(words)[:80]!r}; expected finite numbers. Correct it.")
    return [word.strip() for word in words]

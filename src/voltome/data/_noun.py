"""What all nouns share: being one, and being found by name when a store is read back."""

from __future__ import annotations

from typing import Any

_TYPES: dict[str, type[Noun]] = {}


class Noun:
    """Base of everything that a step of a study takes and returns.

    A noun is a frozen, slotted dataclass whose fields are arrays, numbers, strings, None, or tuples and
    mappings of these; so one store writes and reads every noun (`voltome.io.write`, `voltome.io.read`).
    """

    __slots__ = ()

    def __init_subclass__(cls, **options: Any) -> None:
        """Register the noun under its class name."""
        super().__init_subclass__(**options)
        _TYPES[cls.__name__] = cls


def noun_types() -> dict[str, type[Noun]]:
    """Return every noun by its class name.

    Examples
    --------
    >>> import voltome as vt
    >>> noun = vt.data.Volume
    >>> vt.data.noun_types()["Volume"] is noun
    True
    """
    return dict(_TYPES)

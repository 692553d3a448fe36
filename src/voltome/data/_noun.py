"""What all nouns share: being one, and being found by name when a store is read back."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

from voltome.errors import ParameterError

_TYPES: dict[str, type[Noun]] = {}


class Noun:
    """Base of everything that a step of a study takes and returns.

    A noun is a frozen, slotted dataclass whose fields are arrays, numbers, strings, None, or tuples and
    mappings of these; so one store writes and reads every noun (`voltome.io.write`, `voltome.io.read`).
    """

    __slots__ = ()

    def __init_subclass__(cls, **options: Any) -> None:
        """Register the noun under its class name, and refuse changes with words.

        ``slots=True`` makes every class twice, so this runs twice; the second class, which has the slots, stays.
        """
        super().__init_subclass__(**options)
        known = _TYPES.setdefault(cls.__name__, cls)
        if known.__module__ != cls.__module__:
            raise ParameterError(
                f"a noun named {cls.__name__!r} exists already ({known.__module__}.{known.__qualname__}); expected "
                f"another name, because files are read back by it."
            )
        _TYPES[cls.__name__] = cls
        if "__dataclass_fields__" in cls.__dict__:
            # what a frozen dataclass with slots has of its own says nothing useful about unknown attributes
            cls.__setattr__ = _refuse_change  # type: ignore[assignment,method-assign]
            cls.__delattr__ = _refuse_change  # type: ignore[assignment,method-assign]


def _refuse_change(noun: Noun, name: str, *_value: Any) -> None:
    """Raise `FrozenInstanceError` that says how a changed copy is made."""
    raise FrozenInstanceError(
        f"cannot change {name!r}: a {type(noun).__name__} is frozen. Make a changed copy with dataclasses.replace, "
        f"or, for an image, with its method derive, which also keeps the history."
    )


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

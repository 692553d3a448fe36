"""How far the pipeline of one scan is planned, and what it has made by then."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from voltome.study.entries import Entry
from voltome.study.model import Output
from voltome.study.problems import Place

__all__ = ["ScanState"]


@dataclass(slots=True)
class ScanState:
    """How far one scan is planned.

    Attributes
    ----------
    entries : sequence of Entry
        Its pipeline.
    overrides : mapping of str to (Place, value)
        What the scan sets differently, by ``step.parameter``.
    made : list of Output
        What it has so far, oldest first.
    certain : bool
        False after a step that is unknown: then what follows cannot be judged, and is not.
    """

    name: str
    entries: Sequence[Entry]
    overrides: Mapping[str, tuple[Place, Any]]
    made: list[Output] = field(default_factory=list)
    cursor: int = 0
    certain: bool = True
    used_overrides: set[str] = field(default_factory=set)

    @property
    def current(self) -> Entry | None:
        """The next entry, or None at the end."""
        return self.entries[self.cursor] if self.cursor < len(self.entries) else None

    def has_name(self, name: str, *, front: bool = False, fields: Sequence[str] = ()) -> bool:
        """Say whether a noun has this name, or one of the names that are made from it.

        With `front`, any that begins with it, as those of a sweep; with `fields`, those of a step's further nouns.
        """
        names = [output.ref.name for output in self.made]
        made_from_it = any(f"{name}-{each}" in names for each in fields)
        return name in names or made_from_it or (front and any(other.startswith(f"{name}-") for other in names))

    def free_name(self, wanted: str, *, front: bool = False, fields: Sequence[str] = ()) -> str:
        """Return `wanted`, or ``wanted-2`` where it is taken."""
        candidates = (wanted if n == 1 else f"{wanted}-{n}" for n in itertools.count(1))
        return next(name for name in candidates if not self.has_name(name, front=front, fields=fields))

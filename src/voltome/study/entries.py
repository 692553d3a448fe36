"""Entries of a pipeline as they are written: which step, what stands behind it, and where."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voltome.study.model import SOURCE, Ref
from voltome.study.problems import Place, Problems

__all__ = ["Entry", "entry_of", "is_noun_name", "named_in_other_scans", "parameter_path", "replaced", "wanted_name"]

COMPARISON = "comparison-"
"""What the names of the tables that compare scans begin with."""

_NOUN_NAME = re.compile(r"\w[\w +-]*")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a pipeline: the step's name, what stands behind it, and where."""

    step: str
    given: Any
    place: Place


def is_noun_name(name: Any) -> bool:
    """Say whether a step may be named so: it becomes a file's name, and dots part STEP.PARAMETER."""
    if not isinstance(name, str) or not _NOUN_NAME.fullmatch(name) or len(name.encode()) > 100:
        return False
    return name != SOURCE and not name.startswith(COMPARISON)


def wanted_name(entry: Entry) -> str:
    """Return the name that the noun of an entry will have."""
    named = entry.given.get("name") if isinstance(entry.given, Mapping) else None
    return str(named or entry.step)


def named_in_other_scans(entry: Entry) -> list[Ref]:
    """Return the nouns of other scans (``scan/noun``) that an entry may name."""
    values = entry.given.values() if isinstance(entry.given, Mapping) else ()
    parts = [value.rpartition("/") for value in values if isinstance(value, str)]
    return [Ref(scan, noun) for scan, slash, noun in parts if slash]


def entry_of(item: Any, place: Place, problems: Problems) -> Entry | None:
    """Return one entry of a pipeline: ``step`` alone, or ``step: {parameters}``."""
    if isinstance(item, str):
        return Entry(item, {}, place)
    if isinstance(item, Mapping) and len(item) == 1:
        ((name, given),) = item.items()
        return Entry(str(name), given, place)
    problems.add(place, f"found {item!r}; expected one step, as 'name: {{parameters}}' or 'name'.")
    return None


def parameter_path(key: str) -> list[str]:
    """Return the way to a parameter from ``STEP.PARAMETER``, also deeper.

    Raises
    ------
    LookupError
        The key names a step and no parameter.

    Examples
    --------
    >>> parameter_path("threshold.intervals.sulfur.0")
    ['intervals', 'sulfur', '0']
    """
    _, *path = key.split(".")
    if not path:
        raise LookupError(key)
    return path


def replaced(given: Any, path: Sequence[str], value: Any) -> Any:
    """Return a copy of nested mappings and lists with the entry at `path` replaced.

    Raises
    ------
    LookupError
        There is no such path.

    Examples
    --------
    >>> replaced({"intervals": {"sulfur": [31000, None]}}, ["intervals", "sulfur", "0"], 30000)
    {'intervals': {'sulfur': [30000, None]}}
    """
    if not path:
        return value
    head, rest = path[0], path[1:]
    if isinstance(given, Mapping) and (head in given or not rest):
        return {**given, head: replaced(given.get(head), rest, value)}
    if isinstance(given, list | tuple) and head.isdecimal() and int(head) < len(given):
        index = int(head)
        return [*given[:index], replaced(given[index], rest, value), *given[index + 1 :]]
    raise LookupError(head)

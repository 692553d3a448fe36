"""Mistakes in a study file, collected so that all are said at once, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from voltome.errors import StudyFileError, did_you_mean

__all__ = ["Place", "Problems", "validated"]

Place = tuple[str | int, ...]
"""Where in the study file: keys and list positions from the top."""


@dataclass(slots=True)
class Problems:
    """The mistakes found so far in one study file.

    Attributes
    ----------
    file : str
        The study file, as it stands in the messages.
    lines : dict of Place to int
        Line of every entry, counted from 1.
    """

    file: str
    lines: dict[Place, int] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)

    def add(self, place: Place, text: str) -> None:
        """Note a mistake at `place`; the same mistake is noted once."""
        where = ".".join(map(str, place)) or "the file"
        line = self.line_of(place)
        entry = f"{self.file}:{line}: {where}: {text}" if line else f"{self.file}: {where}: {text}"
        if entry not in self.found:
            self.found.append(entry)

    def add_unknown(self, place: Place, known: Iterable[str], what: str) -> None:
        """Note a name that is none of `known`."""
        name, names = str(place[-1]), list(known)
        listed = ", ".join(names)
        self.add(place, f"unknown {what} {name!r}; expected one of {listed}.{did_you_mean(name, names)}")

    def line_of(self, place: Place) -> int | None:
        """Return the line of `place`, or of the nearest entry around it."""
        for length in range(len(place), -1, -1):
            if place[:length] in self.lines:
                return self.lines[place[:length]]
        return None

    def raise_if_any(self) -> None:
        """Raise `StudyFileError` with every mistake, if there is one."""
        if not self.found:
            return
        count = len(self.found)
        head = "1 mistake" if count == 1 else f"{count} mistakes"
        raise StudyFileError(f"{head} in the study file; nothing was run.\n" + "\n".join(f"  {e}" for e in self.found))


def validated(model: type[BaseModel], given: Any, place: Place, problems: Problems) -> dict[str, Any] | None:
    """Return `given` as the parameters that `model` describes, or note every mistake and return None."""
    if given is None:
        given = {}
    if not isinstance(given, Mapping):
        problems.add(place, f"found {given!r}; expected parameters as 'name: value' lines, or {{}} for none.")
        return None
    try:
        checked = model.model_validate(_as_json_types(given))
    except ValidationError as error:
        _add_faults(model, given, error, place, problems)
        return None
    return {name: getattr(checked, name) for name in type(checked).model_fields}


def _add_faults(
    model: type[BaseModel], given: Mapping[str, Any], error: ValidationError, place: Place, problems: Problems
) -> None:
    """Note every fault that pydantic found, in the words of the study file."""
    told: dict[Place, list[str]] = {}
    found: dict[Place, Any] = {}
    for fault in error.errors():
        location = _place_in_file(given, fault["loc"])
        if fault["type"] == "extra_forbidden":
            problems.add_unknown((*place, *location), model.model_fields, "parameter")
        elif fault["type"] == "missing" and len(fault["loc"]) == 1:
            name = str(fault["loc"][0])
            meaning = model.model_fields[name].description or ""
            problems.add(place, f"the parameter {name!r} is missing. {meaning}".rstrip())
        else:
            told.setdefault(location, []).append(_in_words(fault))
            found[location] = fault["input"] if "[key]" in fault["loc"] else _value_at(given, location)
    for location, faults in told.items():  # a parameter that may be of two types has a fault for each
        problems.add((*place, *location), f"found {found[location]!r}; {' or '.join(dict.fromkeys(faults))}.")


def _in_words(fault: Any) -> str:
    """Return what was expected."""
    if fault["type"] == "missing":
        return f"entry {int(fault['loc'][-1]) + 1} is missing"
    if fault["type"] == "tuple_type":
        return "expected a list in square brackets"
    message = str(fault["msg"]).removesuffix(".")
    hint = ""
    if fault["type"] == "literal_error":
        hint = did_you_mean(str(fault["input"]), re.findall(r"'([^']*)'", message)).removesuffix("?")
    return f"{message[0].lower()}{message[1:]}{';' + hint.lower() if hint else ''}"


def _place_in_file(given: Any, location: Place) -> Place:
    """Return the part of pydantic's location that is in the file, without the names of the types it tried."""
    place: list[str | int] = []
    node = given
    for part in location:
        if isinstance(node, Mapping) and (part in node or not place):
            place.append(part)
            node = node.get(part)
        elif isinstance(node, list | tuple) and isinstance(part, int) and part < len(node):
            place.append(part)
            node = node[part]
    return tuple(place)


def _value_at(given: Any, place: Place) -> Any:
    """Return what stands at `place`."""
    for part in place:
        given = given[part]
    return given


def _as_json_types(value: Any) -> Any:
    """Return YAML's lists as tuples, which is what signatures of immutable parameters ask for."""
    if isinstance(value, Mapping):
        return {key: _as_json_types(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_as_json_types(item) for item in value)
    return value

"""A noun <-> arrays and JSON: how every noun is stored, whatever its fields are.

JSON as it is: None, booleans, finite floats, integers, strings, mappings with text keys. A tuple is a JSON list.
The rest is marked by a key that begins with ``$``: arrays (by name), lists, other mappings, numpy scalars,
floats that JSON lacks, arrays of text, data frames, dataclasses and nouns inside nouns.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, get_args, get_type_hints

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import voltome.data
from voltome.data import Noun, noun_types
from voltome.errors import FileFormatError, ValuesError

Arrays = dict[str, NDArray[Any]]


def dismantle(noun: Noun, *, without: tuple[str, ...] = ()) -> tuple[dict[str, Any], Arrays]:
    """Return the fields of a noun as JSON, and the arrays that the JSON names."""
    taker = _Taker(_dataclasses_in(type(noun)))
    return taker.fields(noun, "", without), taker.arrays


def assemble(noun: str, fields: Mapping[str, Any], array: Callable[[str], NDArray[Any]], **more: Any) -> Noun:
    """Return the noun of this class name from its JSON; `array` gives the array of a name."""
    cls = noun_class(noun)
    maker = _Maker(_dataclasses_in(cls), array)
    made = maker.instance(cls, fields, more)
    assert isinstance(made, Noun)  # noqa: S101 - for the type checker
    return made


def noun_class(name: str) -> type[Noun]:
    """Return the noun of this name; those of `voltome.data` need not have been imported."""
    known = noun_types()
    found = known.get(name) or getattr(voltome.data, name, None) if name.isidentifier() else None
    if not (isinstance(found, type) and issubclass(found, Noun)):
        raise FileFormatError(
            f"holds a {name!r}, which is not known here; known are {', '.join(sorted(known))}. "
            f"Import the module that defines it before, or update voltome."
        )
    return found


class _Taker:
    """Takes a noun apart, collecting its arrays under names made from their place."""

    def __init__(self, known: Mapping[str, type]) -> None:
        self.known = known
        self.arrays: Arrays = {}

    def fields(self, instance: Any, place: str, without: tuple[str, ...] = ()) -> dict[str, Any]:
        """Return the fields of a dataclass as JSON."""
        names = [field.name for field in dataclasses.fields(instance) if field.init and field.name not in without]
        return {name: self.value(getattr(instance, name), f"{place}.{name}" if place else name) for name in names}

    def value(self, value: Any, place: str) -> Any:
        """Return one value as JSON."""
        if value is None or type(value) in (bool, int, str):
            return value
        if type(value) is float:
            return value if math.isfinite(value) else {"$float": repr(value)}
        if isinstance(value, np.ndarray):
            return self._array(value, place)
        if isinstance(value, np.generic):
            return {"$scalar": [str(value.dtype), self.value(value.item(), place)]}
        if type(value) is tuple:
            return [self.value(entry, f"{place}.{index}") for index, entry in enumerate(value)]
        if type(value) is list:
            return {"$list": [self.value(entry, f"{place}.{index}") for index, entry in enumerate(value)]}
        if isinstance(value, Mapping):
            return self._mapping(value, place)
        return self._structure(value, place)

    def _array(self, array: NDArray[Any], place: str) -> dict[str, Any]:
        if array.dtype.kind == "U":
            return {"$text": [str(array.dtype), list(array.shape), [str(text) for text in array.ravel()]]}
        if array.dtype.kind not in "buifc":
            raise ValuesError(f"{place} is an array of {array.dtype}; expected numbers, booleans or text to store it.")
        name = re.sub(r"[^\w.-]", "_", place)
        while name in self.arrays:
            name += "_"
        self.arrays[name] = array
        return {"$array": name}

    def _mapping(self, mapping: Mapping[Any, Any], place: str) -> dict[str, Any]:
        if all(type(key) is str and not key.startswith("$") for key in mapping):
            return {key: self.value(entry, f"{place}.{key}") for key, entry in mapping.items()}
        pairs = [[self.value(key, place), self.value(entry, f"{place}.{key}")] for key, entry in mapping.items()]
        return {"$mapping": pairs}

    def _structure(self, value: Any, place: str) -> dict[str, Any]:
        if isinstance(value, pd.DataFrame):
            return {"$frame": [self._column(str(name), value[name], place) for name in value.columns]}
        name = type(value).__name__
        if isinstance(value, Noun) or (dataclasses.is_dataclass(value) and self.known.get(name) is type(value)):
            self.known = {**self.known, **_dataclasses_in(type(value))}
            return {"$dataclass": name, "fields": self.fields(value, place)}
        raise ValuesError(
            f"{place} is a {name}, which cannot be stored; expected arrays, numbers, text, None, tuples or mappings of "
            f"these, tables, nouns, or dataclasses named in the annotations of the noun."
        )

    def _column(self, name: str, column: pd.Series[Any], place: str) -> list[Any]:
        if isinstance(column.dtype, np.dtype) and column.dtype.kind in "buif":
            return [name, str(column.dtype), self._array(column.to_numpy(), f"{place}.{name}")]
        return [name, str(column.dtype), [self.value(entry, f"{place}.{name}") for entry in column]]


class _Maker:
    """Puts a noun together again."""

    def __init__(self, known: Mapping[str, type], array: Callable[[str], NDArray[Any]]) -> None:
        self.known = known
        self.array = array

    def instance(self, cls: type, fields: Mapping[str, Any], more: Mapping[str, Any]) -> Any:
        """Return an instance of a dataclass from its fields."""
        return cls(**{name: self.value(entry) for name, entry in fields.items()}, **more)

    def value(self, value: Any) -> Any:
        """Return one value from its JSON."""
        if isinstance(value, list):
            return tuple(self.value(entry) for entry in value)
        if not isinstance(value, dict):
            return value
        marks = [key for key in value if key.startswith("$")]
        if not marks:
            return {key: self.value(entry) for key, entry in value.items()}
        return self._marked(marks[0], value[marks[0]], value)

    def _marked(self, mark: str, content: Any, whole: Mapping[str, Any]) -> Any:
        match mark:
            case "$array":
                return self.array(content)
            case "$float":
                return float(content)
            case "$scalar":
                return np.dtype(content[0]).type(self.value(content[1]))
            case "$list":
                return [self.value(entry) for entry in content]
            case "$mapping":
                return {self.value(key): self.value(entry) for key, entry in content}
            case "$text":
                return np.array(content[2], dtype=content[0]).reshape(content[1])
            case "$frame":
                return pd.DataFrame({name: self._column(dtype, entry) for name, dtype, entry in content})
            case "$dataclass":
                return self._dataclass(content, whole["fields"])
        raise FileFormatError(f"has the unknown mark {mark!r}; it was written by a newer voltome. Update voltome.")

    def _column(self, dtype: str, entry: Any) -> Any:
        if isinstance(entry, dict):
            return self.value(entry)
        return pd.Series([self.value(each) for each in entry], dtype=dtype)

    def _dataclass(self, name: str, fields: Mapping[str, Any]) -> Any:
        cls = self.known.get(name) or noun_class(name)
        self.known = {**self.known, **_dataclasses_in(cls)}
        return self.instance(cls, fields, {})


def _dataclasses_in(cls: Any) -> Mapping[str, type]:
    """Return the dataclasses that the annotations of a dataclass name: only these are made from a file."""
    return _named_in(cls)


@cache  # annotations are text, and reading them takes longer than reading a table
def _named_in(cls: Any) -> Mapping[str, type]:
    """Return the dataclasses that the annotations of a dataclass name, and theirs."""
    found: dict[str, type] = {}
    waiting = _hints(cls)
    while waiting:
        hint = waiting.pop()
        waiting.extend(get_args(hint))
        if isinstance(hint, type) and dataclasses.is_dataclass(hint) and hint.__name__ not in found:
            found[hint.__name__] = hint
            waiting.extend(_hints(hint))
    return found


def _hints(cls: type) -> list[Any]:
    """Return the annotations of a class; none where they exist for the type checker alone."""
    try:
        return list(get_type_hints(cls).values())
    except NameError:
        return []

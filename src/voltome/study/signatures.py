"""What a function takes and gives, read from its signature and docstring: the only description of a step.

The first parameter is the noun that a step works on; further parameters of a noun type are given by name in the
study file; every other parameter becomes a field of the step's pydantic model, with its default, its range and
its sentence from the docstring.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import textwrap
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from voltome.data import Noun, ResultTable

__all__ = ["Port", "Product", "Signature", "parameter_texts", "read_signature"]

_CONFIG = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


@dataclass(frozen=True, slots=True)
class Port:
    """One noun that a function takes.

    Attributes
    ----------
    name : str
        Parameter name.
    types : tuple of type
        Nouns it may be.
    required : bool
        False where the parameter has a default.
    across : bool
        True where it takes the nouns of all scans at once, as a mapping from scan to noun.
    """

    name: str
    types: tuple[type[Noun], ...]
    required: bool
    across: bool


@dataclass(frozen=True, slots=True)
class Product:
    """One noun that a function gives.

    Attributes
    ----------
    field : str
        Field of the result that holds it; empty where the result is the noun itself.
    noun : type of Noun or None
        What it is; None: the same as the first input.
    across : bool
        True where there is one for every scan, as a mapping.
    """

    field: str
    noun: type[Noun] | None
    across: bool


@dataclass(frozen=True, slots=True)
class Signature:
    """What a function takes and gives.

    Attributes
    ----------
    inputs : tuple of Port
        The nouns it takes; the first is the one it works on. Empty for a reader of files.
    parameters : type of pydantic.BaseModel
        Every other parameter, with type, range, default and description.
    products : tuple of Product
        The nouns it gives: one, or the fields of a dataclass, of which the first is the main one.
    phase_parameters : tuple of str
        The parameters that name a phase of the first input.
    scan_parameters : tuple of str
        The parameters that name a scan.
    summary : str
        First sentence of the docstring.
    """

    inputs: tuple[Port, ...]
    parameters: type[BaseModel]
    products: tuple[Product, ...]
    phase_parameters: tuple[str, ...]
    scan_parameters: tuple[str, ...]
    summary: str

    @property
    def across(self) -> bool:
        """Whether the function works on all scans at once."""
        return bool(self.inputs) and self.inputs[0].across


def read_signature(function: Callable[..., Any], *, skip: tuple[str, ...] = ()) -> Signature:
    """Read what `function` takes and gives.

    Parameters
    ----------
    function : callable
        A public function of voltome, or one like it: annotated, nouns in and out.
    skip : tuple of str
        Parameters that are neither nouns nor parameters of a step (the path of a reader).

    Raises
    ------
    TypeError
        A parameter without annotation, or a result that is no noun: a fault of the function, not of the user.
    """
    hints = typing.get_type_hints(function, include_extras=True)
    texts = parameter_texts(inspect.getdoc(function) or "")
    inputs: list[Port] = []
    fields: dict[str, Any] = {}
    named: dict[str, list[str]] = {"phase": [], "scan": []}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name in skip:
            continue
        hint = hints.get(parameter.name)
        if hint is None:
            raise TypeError(f"{function.__qualname__}: the parameter {parameter.name!r} has no type.")
        required = parameter.default is inspect.Parameter.empty
        nouns, across = _nouns_of(hint)
        if nouns:
            inputs.append(Port(parameter.name, nouns, required, across))
            continue
        for what, names in named.items():
            if what in _marks(hint):
                names.append(parameter.name)
        default = ... if required else parameter.default
        fields[parameter.name] = (hint, Field(default, description=texts.get(parameter.name, "")))
    products = _products_of(hints.get("return"), inputs, function)
    model = create_model(f"{function.__name__}_parameters", __config__=_CONFIG, **fields)
    summary = (inspect.getdoc(function) or "").strip().split("\n", 1)[0]
    return Signature(tuple(inputs), model, products, tuple(named["phase"]), tuple(named["scan"]), summary)


def parameter_texts(docstring: str) -> dict[str, str]:
    """Return the description of every parameter in a numpydoc docstring.

    Examples
    --------
    >>> parameter_texts('''Summary.
    ...
    ... Parameters
    ... ----------
    ... low, high : float
    ...     Ends, both inclusive.
    ... ''')
    {'low': 'Ends, both inclusive.', 'high': 'Ends, both inclusive.'}
    """
    section = re.search(r"^Parameters\n-+\n(.*?)(?=^\S[^\n]*\n-{3,}\n|\Z)", docstring, re.MULTILINE | re.DOTALL)
    if section is None:
        return {}
    texts: dict[str, str] = {}
    entries = re.split(r"^(?=\S)", section.group(1), flags=re.MULTILINE)
    for entry in filter(str.strip, entries):
        head, _, body = entry.partition("\n")
        text = " ".join(textwrap.dedent(body).split())
        for name in head.split(":")[0].split(","):
            texts[name.strip()] = text
    return texts


def _nouns_of(hint: Any) -> tuple[tuple[type[Noun], ...], bool]:
    """Return the nouns that a type admits, and whether it is a mapping from scan to noun."""
    if typing.get_origin(hint) in (Mapping, dict) and typing.get_args(hint)[0] is str:
        inner, _ = _nouns_of(typing.get_args(hint)[1])
        return inner, bool(inner)
    if isinstance(hint, typing.TypeVar):
        allowed = hint.__constraints__ or ((hint.__bound__,) if hint.__bound__ else ())
        return tuple(noun for option in allowed for noun in _nouns_of(option)[0]), False
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        options = [option for option in typing.get_args(hint) if option is not type(None)]
        found = [_nouns_of(option)[0] for option in options]
        return (tuple(noun for nouns in found for noun in nouns), False) if all(found) else ((), False)
    if isinstance(hint, type) and issubclass(hint, Noun):
        return (hint,), False
    return (), False


def _marks(hint: Any) -> tuple[Any, ...]:
    """Return how a type is annotated, or the items of a sequence, the keys of a mapping or the options of a union."""
    origin, items = typing.get_origin(hint), typing.get_args(hint)
    if origin is Mapping:
        items = items[:1]
    elif origin not in (tuple, list, Sequence, typing.Union, types.UnionType):
        items = ()
    own: tuple[Any, ...] = getattr(hint, "__metadata__", ())
    return (*own, *(mark for item in items for mark in _marks(item)))


def _products_of(hint: Any, inputs: list[Port], function: Callable[..., Any]) -> tuple[Product, ...]:
    """Return the nouns that a function gives: its result, or the fields of its result."""
    several = dataclasses.is_dataclass(hint) and not hasattr(hint, "to_table") and not _nouns_of(hint)[0]
    if not several:
        return (_product_of("", hint, inputs, function),)
    assert isinstance(hint, type)  # noqa: S101 - an annotation names a class and not an instance of one
    hints = typing.get_type_hints(hint)
    return tuple(_product_of(each.name, hints[each.name], inputs, function) for each in dataclasses.fields(hint))


def _product_of(field: str, hint: Any, inputs: list[Port], function: Callable[..., Any]) -> Product:
    """Return one noun that a function gives, alone or for every scan."""
    if typing.get_origin(hint) in (Mapping, dict):
        return dataclasses.replace(_product_of(field, typing.get_args(hint)[1], inputs, function), across=True)
    if isinstance(hint, typing.TypeVar) and inputs:
        return Product(field, None, across=False)
    if isinstance(hint, type) and hasattr(hint, "to_table"):
        return Product(field, ResultTable, across=False)
    if isinstance(hint, type) and issubclass(hint, Noun):
        return Product(field, hint, across=False)
    raise TypeError(
        f"{function.__qualname__} gives {hint}; expected a noun, a result with to_table(), each for every scan, "
        f"or a dataclass of these."
    )

"""Every public function and class says what it does, what it takes and gives, and shows it."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest
from house import PublicName, public_names

import voltome

SECTIONS = ("Parameters", "Attributes", "Returns", "Raises", "Notes", "References", "Examples")
UNDERLINED = re.compile(r"^(\w[\w ]*)\n-{3,}$", re.MULTILINE)
ENTRY = re.compile(r"^(\*{0,2}\w+(?:, \*{0,2}\w+)*)(?: :|$)", re.MULTILINE)


def everything() -> list[tuple[str, Any]]:
    """Return every public function and class with its full name."""
    named = [(str(name), _load(name)) for name in public_names() if _can_be_loaded(name)]
    named += [(f"errors.{name}", getattr(voltome.errors, name)) for name in voltome.errors.__all__]
    named += [(f"runtime.{name}", getattr(voltome.runtime, name)) for name in voltome.runtime.__all__]
    return [(name, thing) for name, thing in named if inspect.isfunction(thing) or inspect.isclass(thing)]


def _can_be_loaded(name: PublicName) -> bool:
    """Say whether the rooms that a name needs are there; where they are not, test_exports fails."""
    try:
        _load(name)
    except ModuleNotFoundError as missing:
        if str(missing.name).startswith("voltome."):
            return False
        raise
    return True


def _load(name: PublicName) -> Any:
    return getattr(importlib.import_module(f"voltome.{name.room}"), name.name)


EVERYTHING = everything()
FUNCTIONS = [(name, thing) for name, thing in EVERYTHING if inspect.isfunction(thing)]
CLASSES = [
    (name, thing)
    for name, thing in EVERYTHING
    if inspect.isclass(thing) and not issubclass(thing, Exception) and not getattr(thing, "_is_protocol", False)
]


def sections(documented: object) -> dict[str, str]:
    """Return the docstring as {section: text}; the part before the first section is called Summary."""
    parts = UNDERLINED.split(inspect.getdoc(documented) or "")
    return {"Summary": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def described(text: str) -> list[str]:
    """Return the names that a Parameters or Attributes section describes."""
    return [name.strip(" *") for line in ENTRY.findall(text) for name in line.split(",")]


def returns_something(function: Callable[..., Any]) -> bool:
    return inspect.signature(function).return_annotation not in ("None", None)


@pytest.mark.parametrize(("name", "thing"), EVERYTHING, ids=[name for name, _ in EVERYTHING])
def test_the_summary_is_one_sentence_and_the_sections_are_known_and_in_order(name: str, thing: Any) -> None:
    found = sections(thing)
    summary = found.pop("Summary").strip().split("\n\n")[0]
    assert summary, f"{name} has no docstring"
    assert summary.endswith((".", "::")) or "``" in summary, f"{name}: the summary is no sentence: {summary!r}"
    assert [title for title in found if title not in SECTIONS] == []
    assert list(found) == [title for title in SECTIONS if title in found]


@pytest.mark.parametrize(("name", "function"), FUNCTIONS, ids=[name for name, _ in FUNCTIONS])
def test_a_function_describes_its_parameters_returns_and_errors(name: str, function: Callable[..., Any]) -> None:
    found = sections(function)
    summary_only = name in WITHOUT_SECTIONS
    if parameters := list(inspect.signature(function).parameters):
        assert summary_only or described(found.get("Parameters", "")) == parameters
    if returns_something(function):
        assert summary_only or found.get("Returns", "").strip(), f"{name} does not say what it returns"
    assert "Raises" in found or name in CANNOT_FAIL, f"{name} says neither what it raises nor why nothing (CANNOT_FAIL)"
    assert ">>>" in found.get("Examples", "") or name in WITHOUT_EXAMPLE, f"{name} has no example"


@pytest.mark.parametrize(("name", "thing"), CLASSES, ids=[name for name, _ in CLASSES])
def test_a_class_describes_its_fields(name: str, thing: Any) -> None:
    found = sections(thing)
    fields = [field for field in getattr(thing, "__dataclass_fields__", {}) if not field.startswith("_")]
    inherited = {field for base in thing.__mro__[1:] for field in getattr(base, "__dataclass_fields__", {})}
    own = [field for field in fields if field not in inherited]
    if own:
        assert described(found.get("Attributes", "") or found.get("Parameters", "")) == own


@pytest.mark.parametrize("table", ["CANNOT_FAIL", "WITHOUT_EXAMPLE", "WITHOUT_SECTIONS"])
def test_every_exception_is_of_a_function_that_exists_and_has_a_reason(table: str) -> None:
    exceptions = globals()[table]
    assert [name for name in exceptions if name not in dict(FUNCTIONS)] == []
    assert [name for name, reason in exceptions.items() if len(reason) < 10] == []


CANNOT_FAIL = {
    "data.noun_types": "it copies a table",
    "errors.did_you_mean": "it compares texts, and takes anything that has one",
    "report.figure_histogram": "the histogram that it draws was checked when it was made",
    "report.png_bytes": "every figure can be written",
    "report.svg_bytes": "every figure can be written",
    "runtime.compiled_before": "it looks whether files are there",
    "runtime.available_memory_bytes": "where nothing can be read it returns the largest number",
    "runtime.silent": "it does nothing",
    "study.schema": "the table of steps is checked by tests, not when it is read",
    "twins.true_particles": "a scene is checked when it is made",
    "transport.measure_pores": "the network was checked when it was made",
    "transport.measure_throats": "the network was checked when it was made",
}
"""Functions without a Raises section, and why they raise nothing."""

WITHOUT_EXAMPLE = {
    "study.load_results": "it needs the folder of a finished run; docs/study.md has one",
    "runtime.silent": "it does nothing that could be shown",
}
"""Functions without an example, and why."""

WITHOUT_SECTIONS = {
    "data.noun_types": "the summary says what it returns",
    "errors.did_you_mean": "the summary says what it takes and returns",
    "runtime.available_memory_bytes": "the summary says what it returns, and in which unit",
    "runtime.silent": "the summary says all",
}
"""Functions whose summary says what they take and return, and why that is enough."""

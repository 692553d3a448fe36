"""The tree of errors: its shape, the built-in error that each also is, and how it prints."""

from __future__ import annotations

import pickle

import pytest

from voltome import errors

BUILT_IN = {
    "AxisError": ValueError,
    "ConvergenceError": RuntimeError,
    "FileFormatError": ValueError,
    "GeometryError": ValueError,
    "MemoryEstimateError": MemoryError,
    "MissingDependencyError": ImportError,
    "MissingFileError": FileNotFoundError,
    "ParameterError": ValueError,
    "PhaseError": KeyError,
    "ResultsFolderError": OSError,
    "StudyFileError": ValueError,
    "ValuesError": ValueError,
    "VoxelSizeError": ValueError,
}


def test_every_error_is_in_the_tree_and_in_the_drawing() -> None:
    kinds = {name for name in errors.__all__ if name.endswith("Error")} - {"VoltomeError"}
    assert kinds == set(BUILT_IN)
    drawing = str(errors.__doc__)
    assert [kind for kind in kinds if f"── {kind} ({BUILT_IN[kind].__name__})" not in drawing] == []


@pytest.mark.parametrize(("name", "built_in"), BUILT_IN.items())
def test_an_error_can_be_caught_as_voltome_and_as_built_in(name: str, built_in: type[Exception]) -> None:
    kind = getattr(errors, name)
    assert issubclass(kind, errors.VoltomeError)
    assert issubclass(kind, built_in)


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_an_error_prints_its_message_and_nothing_else(name: str) -> None:
    # a KeyError would print its message in quotes, and its quotes and line ends escaped
    message = "unknown phase 'sulfr';\nthis image has 'pore'"
    raised = getattr(errors, name)(message)
    assert str(raised) == message
    copied = pickle.loads(pickle.dumps(raised))  # noqa: S301 - errors cross from worker processes
    assert (type(copied), str(copied)) == (type(raised), message)


def test_a_phase_error_without_a_message_prints_nothing() -> None:
    assert str(errors.PhaseError()) == ""


@pytest.mark.parametrize(
    ("found", "known", "said"),
    [
        ("sulfr", ["pore", "sulfur"], " Did you mean 'sulfur'?"),
        ("Sulfur", ["pore", "sulfur"], " Did you mean 'sulfur'?"),
        ("binder", ["pore", "sulfur"], ""),
        ("pore", [], ""),
        ("", ["pore"], ""),
    ],
)
def test_did_you_mean_names_the_nearest_or_nothing(found: str, known: list[str], said: str) -> None:
    assert errors.did_you_mean(found, known) == said

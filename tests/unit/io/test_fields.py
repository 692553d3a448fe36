"""Any noun, whatever its fields are: made up here, as later rooms make theirs."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

import voltome as vt
from voltome.errors import ValuesError


@dataclass(frozen=True, slots=True)
class Beam:
    energy_kev: float
    parts: tuple["Beam", ...] = ()


@dataclass(frozen=True, slots=True)
class Stranger:
    number: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class MadeUpSpectrum(vt.data.Noun):
    """A noun with a field of every kind."""

    counts: NDArray[Any]
    beam: Beam
    label: str = "Fe K-alpha, µ"
    nothing: None = None
    yes: bool = True
    number: int = 2**70
    small: float = 0.1
    wild: tuple[float, ...] = (math.inf, -math.inf, -0.0, 5e-324)
    nested: tuple[Any, ...] = (1, (2.0, ("three", None)), ())
    by_name: Mapping[str, Any] = field(default_factory=lambda: {"b": 1, "a": {"deep": (1, 2)}, "": 0})
    by_number: Mapping[int, Any] = field(default_factory=lambda: {3: "x", 1: (None,)})
    by_mark: Mapping[str, Any] = field(default_factory=lambda: {"$array": "not an array"})
    listed: list[Any] = field(default_factory=lambda: [1, [2]])
    scalars: tuple[Any, ...] = (np.float32(0.1), np.int8(-3), np.bool_(True), np.float64(np.inf), np.str_("a"))
    arrays: tuple[Any, ...] = (np.arange(3), {"a/b": np.ones(2), "a_b": np.zeros(2), "..": np.ones(1)})
    words: NDArray[Any] = field(default_factory=lambda: np.array([["pore", "é"], ["", "x"]]))
    table: vt.data.ResultTable | None = None
    frame: Any = None
    inner: vt.data.Noun | None = None


@dataclass(frozen=True, slots=True, eq=False)
class MadeUpMap(vt.data.ImageNoun):
    """An image noun with fields of its own."""

    lines: tuple[str, ...] = ()
    errors: NDArray[Any] | None = None


def same(left: Any, right: Any) -> bool:
    """Say whether two values are equal, in type and bits."""
    if isinstance(left, np.ndarray):
        return left.dtype == right.dtype and left.shape == right.shape and left.tobytes() == right.tobytes()
    if isinstance(left, pd.DataFrame):
        pd.testing.assert_frame_equal(left, right, check_exact=True)
        return True
    if type(left) is not type(right):
        return False
    if hasattr(left, "__dataclass_fields__"):
        return all(same(getattr(left, name), getattr(right, name)) for name in left.__dataclass_fields__)
    if isinstance(left, tuple | list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    return repr(left) == repr(right)


def spectrum(**more: Any) -> MadeUpSpectrum:
    return MadeUpSpectrum(np.arange(24.0).reshape(2, 3, 4), Beam(8.05, (Beam(6.4),)), **more)


def table() -> vt.data.ResultTable:
    frame = pd.DataFrame(
        {
            "phase": ["pore", "solid"],
            "volume_um3": [0.1, 1e300],
            "count": np.array([1, 2**62]),
            "inside": [True, False],
            "small": np.array([1, 2], np.float32) / 3,
        }
    )
    units = ("", "um3", "1", "", "1")
    columns = tuple(vt.data.Column(name, unit, "Meaning.") for name, unit in zip(frame, units, strict=True))
    return vt.data.ResultTable(frame, columns=columns, kind="volumes", method="count", history=("crop",))


@pytest.mark.parametrize("ngff", ["0.5", "0.4"])
@pytest.mark.parametrize(
    "noun",
    [
        spectrum(),
        spectrum(table=table(), frame=table().frame),
        spectrum(inner=vt.data.Volume(np.ones((2, 3, 4), np.uint8), voxel_size_um=1)),
        table(),
        MadeUpMap(np.ones((2, 3, 4)), voxel_size_um=1, lines=("a", "b"), errors=np.zeros((5, 2))),
    ],
    ids=["fields", "tables", "a noun inside", "a table", "an image"],
)
def test_every_field_comes_back(noun: Any, ngff: Any, tmp_path: Path) -> None:
    path = vt.io.write(noun, tmp_path / "noun.zarr", ngff=ngff)
    assert same(noun, vt.io.read(path))
    assert vt.io.describe(path).noun == type(noun).__name__


@pytest.mark.parametrize("dtype", ["?", "i1", "u2", "i8", "u8", "f2", "f4", "f8", "c8", "c16"])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3, 4, 5)], ids=str)
def test_arrays_of_every_type_and_shape(dtype: str, shape: tuple[int, ...], tmp_path: Path) -> None:
    array = (np.random.default_rng(1).random(shape) * 3).astype(dtype)
    noun = MadeUpSpectrum(np.asarray(array), Beam(1.0))
    back = vt.io.read(vt.io.write(noun, tmp_path / "noun.zarr"))
    assert isinstance(back, MadeUpSpectrum)
    assert same(noun.counts, back.counts)


def test_nan_in_an_array_keeps_its_bits(tmp_path: Path) -> None:
    noun = MadeUpSpectrum(np.array([np.nan, np.inf, -0.0]), Beam(1.0))
    assert same(noun, vt.io.read(vt.io.write(noun, tmp_path / "noun.zarr")))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (Path("x"), "label is a .*Path, which cannot be stored"),
        ({1, 2}, "label is a set, which cannot be stored"),
        (Stranger(), "label is a Stranger, which cannot be stored; .*dataclasses named in the annotations"),
        (np.array([{}]), "label is an array of object; expected numbers"),
        (np.array(["2020"], "M8[D]"), r"label is an array of datetime64\[D\]"),
        ((1, {"k": 1j}), "label.1.k is a complex, which cannot be stored"),
    ],
    ids=str,
)
def test_what_cannot_be_stored_names_its_place(value: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(ValuesError, match=message):
        vt.io.write(spectrum(label=value), tmp_path / "noun.zarr")
    assert list(tmp_path.iterdir()) == []


def test_describe_lists_the_arrays_of_a_noun(tmp_path: Path) -> None:
    found = vt.io.describe(vt.io.write(spectrum(), tmp_path / "noun.zarr"))
    assert found.metadata["array counts"] == "float64 (2, 3, 4)"
    assert (found.shape, found.voxel_size_um, found.missing) == ((), None, ())
    assert "MadeUpSpectrum" in str(found)

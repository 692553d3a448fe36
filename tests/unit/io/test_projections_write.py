"""Projections that voltome wrote come back bit for bit, and other programs find what they look for."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import voltome as vt
from voltome.data import ConeBeam, LazyArray, ParallelBeam, Projections
from voltome.errors import FileFormatError, GeometryError, ResultsFolderError

RNG = np.random.default_rng(8)

GEOMETRIES = [
    ParallelBeam(0.65, rotation_axis_px=3.25),
    ParallelBeam((0.65, 0.7)),
    ConeBeam((200, 210), source_to_axis_um=1e5, source_to_detector_um=2e5, central_row_px=2.5),
]

NAMES = ["scan.h5", "scan.nxs", "scan.zarr"]


def scan(geometry: Any = GEOMETRIES[0], dtype: Any = np.uint16, kind: Any = "counts") -> Projections:
    values = (RNG.random((31, 9, 7)) * 200).astype(dtype)
    return Projections(
        values,
        angles_deg=np.cumsum(RNG.random(31)),
        geometry=geometry,
        kind=kind,
        flats=values[:3].astype(np.float32),
        darks=values[:1],
        frame_times_s=np.arange(31.0),
        shifts_px=RNG.random((31, 2)),
        energy_kev=25.1,
        history=("simulated: ein Maß µ", "second"),
    )


def assert_same(found: Any, expected: Projections) -> None:
    """Compare every field, bit for bit."""
    assert isinstance(found, Projections)
    for field in fields(expected):
        one, other = getattr(found, field.name), getattr(expected, field.name)
        one, other = (each[:] if isinstance(each, LazyArray) else each for each in (one, other))
        if isinstance(other, np.ndarray):
            assert one.dtype == other.dtype, field.name
            assert np.array_equal(one, other), field.name
        else:
            assert one == other, field.name


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_every_field_comes_back(geometry: Any, name: str, tmp_path: Path) -> None:
    expected = scan(geometry)
    path = vt.io.write(expected, tmp_path / name)
    assert_same(vt.io.read(path), expected)
    assert_same(vt.io.read_projections(path), expected)
    lazy = vt.io.read_projections(path, lazy=True)
    assert lazy.is_lazy
    assert_same(lazy, expected)
    assert_same(lazy.rows(2, 5), expected.rows(2, 5))
    assert vt.io.describe(path).noun == "Projections"


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint32, np.float32, np.float64])
def test_every_type_comes_back(dtype: Any, tmp_path: Path) -> None:
    expected = scan(dtype=dtype)
    found = vt.io.read(vt.io.write(expected, tmp_path / "scan.h5"))
    assert isinstance(found, Projections)
    assert found.values.dtype == dtype
    assert np.array_equal(found.values, expected.values[:])


@pytest.mark.parametrize("name", NAMES)
def test_lazy_projections_are_written_as_those_in_memory(name: str, tmp_path: Path) -> None:
    expected = scan()
    lazy = vt.io.read_projections(vt.io.write(expected, tmp_path / "first.h5"), lazy=True)
    path = vt.io.write(lazy, tmp_path / name)
    assert_same(vt.io.read(path), expected)


def test_the_same_scan_gives_the_same_bytes(tmp_path: Path) -> None:
    expected = scan()
    one, two = (vt.io.write(expected, tmp_path / name).read_bytes() for name in ("one.h5", "two.h5"))
    assert one == two


def test_other_programs_find_data_exchange(tmp_path: Path) -> None:
    expected = scan()
    with h5py.File(vt.io.write(expected, tmp_path / "scan.h5"), "r") as file:
        assert np.array_equal(file["exchange/data"], expected.values[:])
        assert np.array_equal(file["exchange/data_white"], expected.flats)  # type: ignore[arg-type]
        assert file["exchange/data_dark"].shape == (1, 9, 7)
        assert (file["exchange/theta"].attrs["units"], file["exchange/data"].attrs["units"]) == (b"degrees", b"counts")
        assert np.array_equal(file["exchange/theta"], expected.angles_deg)
        assert file["measurement/instrument/detection_system/objective/resolution"][()] == 0.65
        assert file["measurement/instrument/monochromator/energy"][()] == 25.1
        assert file["implements"][()] == b"exchange:measurement"
    with h5py.File(vt.io.write(scan(kind="absorbance"), tmp_path / "log.h5"), "r") as file:
        assert "units" not in file["exchange/data"].attrs


def test_a_stranger_reads_the_same_through_data_exchange_alone(tmp_path: Path) -> None:
    expected = scan()
    path = vt.io.write(expected, tmp_path / "scan.h5")
    with h5py.File(path, "a") as file:
        for key in list(file["exchange"].attrs):
            del file["exchange"].attrs[key]
    found = vt.io.read_projections(path)
    assert np.array_equal(found.values, expected.values[:])
    assert np.array_equal(found.angles_deg, expected.angles_deg)
    assert (found.geometry, found.energy_kev) == (ParallelBeam(0.65), 25.1)
    with pytest.raises(FileFormatError, match=r"holds a raw scan, not written by voltome\. Read it with .*read_proj"):
        vt.io.read(path)


@pytest.mark.parametrize("name", NAMES)
def test_what_the_caller_says_must_agree(name: str, tmp_path: Path) -> None:
    path = vt.io.write(scan(GEOMETRIES[2]), tmp_path / name)
    assert vt.io.read_projections(path, beam="cone", pixel_size_um=(200, 210), kind="counts").energy_kev == 25.1
    wrong: list[dict[str, Any]] = [
        {"beam": "parallel"},
        {"kind": "absorbance"},
        {"pixel_size_um": 200},
        {"source_to_axis_um": 1.0},
        {"angles_deg": (0, 180)},
    ]
    for given in wrong:
        with pytest.raises(GeometryError, match=f"two statements of {next(iter(given))} that differ"):
            vt.io.read_projections(path, **given)
    parallel = vt.io.write(scan(), tmp_path / f"parallel-{name}")
    with pytest.raises(GeometryError, match="two statements of source_to_axis_um that differ: None in the file"):
        vt.io.read_projections(parallel, source_to_axis_um=5.0)


@pytest.mark.parametrize(("source", "target"), [("a.h5", "b.zarr"), ("a.zarr", "b.h5")])
def test_a_scan_is_converted(source: str, target: str, tmp_path: Path) -> None:
    expected = scan()
    path = vt.io.write(expected, tmp_path / source)
    assert_same(vt.io.read(vt.io.convert(path, tmp_path / target)), expected)


def test_a_scan_is_no_image_and_has_a_file_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"TIFF cannot hold a Projections; expected one of .*\.h5"):
        vt.io.write(scan(), tmp_path / "scan.tif")
    with pytest.raises(ResultsFolderError, match="a scan has a file of its own"):
        vt.io.write(scan(), f"{tmp_path / 'scan.h5'}::/place")
    path = vt.io.write(scan(), tmp_path / "scan.h5")
    with pytest.raises(FileFormatError, match="holds a Projections; expected an image"):
        vt.io.read_volume(path, voxel_size_um=1)


def test_any_letter_of_the_history_comes_back(tmp_path: Path) -> None:
    expected = scan().derive("half \ud800 a letter, \0 and \n")
    assert_same(vt.io.read(vt.io.write(expected, tmp_path / "scan.h5")), expected)


def test_damage_is_said(tmp_path: Path) -> None:
    path = vt.io.write(scan(), tmp_path / "scan.h5")
    with h5py.File(path, "a") as file:
        del file["exchange/shifts_px"]
    with pytest.raises(FileFormatError, match="name an array 'shifts_px', which is missing"):
        vt.io.read_projections(path)
    with h5py.File(path, "a") as file:
        file["exchange"].attrs["voltome_format"] = 9
    with pytest.raises(FileFormatError, match="written by a newer voltome"):
        vt.io.read(path)

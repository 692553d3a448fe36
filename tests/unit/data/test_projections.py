from __future__ import annotations

import numpy as np
import pytest

import voltome as vt
from voltome.data import ConeBeam, LazyArray, ParallelBeam, Projections
from voltome.errors import AxisError, GeometryError, ValuesError

ANGLES = np.linspace(0, 180, 10)


def scan(values=None, **fields):
    counts = np.arange(10 * 4 * 6, dtype=np.uint16).reshape(10, 4, 6) if values is None else values
    return Projections(counts, **{"angles_deg": ANGLES, "geometry": ParallelBeam(0.5)} | fields)


def test_what_it_holds():
    found = scan(flats=np.ones((3, 4, 6), np.float32), flat_times_s=[0, 1, 2], energy_kev=5.4)
    assert (found.view_count, found.row_count, found.column_count) == (10, 4, 6)
    assert found.kind == "counts"
    assert not found.is_lazy
    assert not found.simulated
    assert repr(found) == (
        "Projections(10 views of 4 x 6 pixels (row, column), uint16, counts, 0 to 180 degrees, parallel beam)"
    )


def test_a_sinogram_becomes_one_row():
    assert scan(np.ones((10, 6), np.float32)).values.shape == (10, 1, 6)


def test_rows_are_cut_with_their_flats_and_darks():
    whole = scan(
        flats=np.arange(24.0).reshape(1, 4, 6),
        darks=np.zeros((2, 4, 6)),
        geometry=ConeBeam(1, source_to_axis_um=5, source_to_detector_um=9, central_row_px=1.5),
    )
    slab = whole.rows(1, 3)
    assert np.array_equal(slab.values, whole.values[:, 1:3])
    assert np.array_equal(slab.flats, whole.flats[:, 1:3])
    assert slab.darks.shape == (2, 2, 6)
    assert slab.geometry.central_row_px == 0.5


@pytest.mark.parametrize(("first", "stop"), [(-1, 2), (2, 2), (0, 5)])
def test_rows_that_are_not_there(first, stop):
    with pytest.raises(AxisError, match="rows"):
        scan().rows(first, stop)


def test_lazy_values_are_read_by_rows_and_checked_then():
    stored = np.ones((10, 4, 6), np.float32)
    stored[3, 2, 1] = np.nan
    lazy = scan(LazyArray(stored.shape, stored.dtype, lambda box: stored[box], "a made file"))
    assert lazy.is_lazy
    assert not lazy.rows(0, 2).is_lazy
    with pytest.raises(ValuesError, match="1 NaN or infinite pixels, the first in frame 3, row 0, column 1"):
        lazy.rows(2, 3)
    with pytest.raises(ValuesError, match="NaN"):
        lazy.in_memory()


def test_the_axis_is_set_on_a_copy():
    assert scan().with_rotation_axis(2.25).geometry == ParallelBeam(0.5, rotation_axis_px=2.25)


@pytest.mark.parametrize("axis", [-0.6, 5.6, 100])
def test_an_axis_beside_the_detector_is_refused(axis):
    with pytest.raises(GeometryError, match="the detector has the columns 0 to 5"):
        scan(geometry=ParallelBeam(1, rotation_axis_px=axis))


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        ({"angles_deg": ANGLES[:9]}, GeometryError, r"angles_deg has the shape \(9,\); expected \(10,\)"),
        ({"angles_deg": None}, GeometryError, "angles_deg is missing"),
        ({"angles_deg": [*ANGLES[:9], np.nan]}, GeometryError, "not finite"),
        ({"angles_deg": ["a"] * 10}, GeometryError, "expected numbers"),
        ({"geometry": 0.5}, GeometryError, "expected a voltome.data.ParallelBeam"),
        ({"kind": "sinogram"}, ValuesError, "kind is 'sinogram'"),
        ({"flats": np.ones((1, 4, 5))}, GeometryError, "those of the same detector"),
        ({"darks": np.ones((1, 4, 6), complex)}, ValuesError, "complex"),
        ({"flats": np.full((1, 4, 6), np.inf)}, ValuesError, "flats hold 24 NaN or infinite"),
        ({"frame_times_s": [1, 2]}, GeometryError, "frame_times_s has the shape"),
        ({"flat_times_s": [1.0]}, GeometryError, "flat_times_s has the shape"),
        ({"shifts_px": np.zeros(10)}, GeometryError, "shifts_px has the shape"),
        ({"history": "made"}, ValuesError, "history"),
    ],
)
def test_fields_that_do_not_fit(fields, error, message):
    with pytest.raises(error, match=message):
        scan(**fields)


@pytest.mark.parametrize(
    "values", [np.ones((10, 4, 6), bool), np.ones((10, 0, 6)), np.ones(10), np.full((10, 4, 6), np.nan), [1]]
)
def test_values_that_are_none(values):
    with pytest.raises((ValuesError, AxisError)):
        scan(values)


@pytest.mark.parametrize("span", [np.pi, 2 * np.pi])
@pytest.mark.parametrize("closed", [True, False])
def test_angles_in_radians_are_refused(span, closed):
    angles = np.linspace(0, span, 181, endpoint=closed)
    with pytest.raises(GeometryError, match="in radians; expected degrees"):
        scan(np.ones((181, 1, 6)), angles_deg=angles)


def test_a_few_views_within_three_degrees_are_no_radians():
    assert scan(angles_deg=np.linspace(0, np.pi, 10)).view_count == 10


@pytest.mark.parametrize(
    "geometry",
    [
        ParallelBeam((1, 2), rotation_axis_px=2.0),
        ConeBeam(3, source_to_axis_um=5, source_to_detector_um=9, central_row_px=1.0),
    ],
)
def test_all_fields_come_back_from_a_file(tmp_path, geometry):
    made = scan(
        geometry=geometry,
        flats=np.full((2, 4, 6), 9, np.uint16),
        darks=np.zeros((1, 4, 6), np.float32),
        frame_times_s=np.arange(10.0),
        flat_times_s=[-1, 11],
        dark_times_s=[12],
        shifts_px=np.full((10, 2), 0.25),
        energy_kev=5.4,
        history=("simulated: a twin",),
    )
    back = vt.io.read(vt.io.write(made, tmp_path / "scan.zarr"))
    assert isinstance(back, Projections)
    assert back.geometry == geometry
    assert (back.kind, back.energy_kev, back.history) == (made.kind, made.energy_kev, made.history)
    assert back.simulated
    for name in (
        "values",
        "angles_deg",
        "flats",
        "darks",
        "frame_times_s",
        "flat_times_s",
        "dark_times_s",
        "shifts_px",
    ):
        assert np.array_equal(getattr(back, name), getattr(made, name))
        assert getattr(back, name).dtype == getattr(made, name).dtype

import numpy as np
import pytest

import voltome as vt
from voltome.data import LazyArray

bin_pixels = vt.projections.bin_pixels


def a_scan(values, **changes):
    values = np.asarray(values)
    given = {
        "angles_deg": np.arange(len(values)) * 10.0,
        "geometry": vt.data.ParallelBeam((0.5, 0.4), rotation_axis_px=3.0),
    }
    return vt.data.Projections(values, **given | changes)


def test_counts_are_added_in_a_type_that_holds_them():
    found = bin_pixels(a_scan(np.full((2, 4, 8), 65_535, np.uint16)), rows=2, columns=4)
    assert found.values.dtype == np.uint32
    assert np.all(found.values == 65_535 * 8)
    assert found.values.shape == (2, 2, 2)


@pytest.mark.parametrize(("given", "summed"), [(np.uint8, np.uint16), (np.int16, np.int32), (np.uint32, np.int64)])
def test_every_integer_type_has_one_that_holds_its_sums(given, summed):
    assert bin_pixels(a_scan(np.ones((1, 2, 4), given)), rows=2, columns=2).values.dtype == summed


def test_transmission_is_averaged():
    values = np.arange(8.0).reshape(1, 1, 8)
    found = bin_pixels(a_scan(values, kind="transmission"), rows=1, columns=4)
    assert found.values.tolist() == [[[1.5, 5.5]]]
    assert found.values.dtype == np.float32


def test_flats_darks_geometry_and_shifts_are_those_of_the_larger_pixels():
    scan = a_scan(
        np.ones((1, 4, 8), np.uint8),
        flats=np.full((3, 4, 8), 2, np.uint8),
        darks=np.full((1, 4, 8), 1, np.uint8),
        shifts_px=np.array([[4.0, 6.0]]),
    )
    found = bin_pixels(scan, rows=4, columns=2)
    assert np.all(found.flats == 16)
    assert np.all(found.darks == 8)
    assert found.geometry == vt.data.ParallelBeam((2.0, 0.8), rotation_axis_px=1.25)
    assert found.shifts_px.tolist() == [[1.0, 3.0]]
    assert found.history == ("bin_pixels: sum of 4 x 2 pixels (row, column)",)


def test_the_middle_of_the_detector_stays_the_middle():
    scan = a_scan(np.ones((1, 1, 8)), geometry=vt.data.ParallelBeam(1.0, rotation_axis_px=3.5))
    assert bin_pixels(scan, rows=1, columns=4).geometry.rotation_axis_px == 0.5


def test_a_cone_beam_keeps_its_distances():
    beam = vt.data.ConeBeam(
        100, source_to_axis_um=1e5, source_to_detector_um=5e5, rotation_axis_px=3.5, central_row_px=1.5
    )
    found = bin_pixels(a_scan(np.ones((1, 4, 8)), geometry=beam), rows=2, columns=2).geometry
    assert (found.central_row_px, found.rotation_axis_px, found.pixel_size_um) == (0.5, 1.5, (200.0, 200.0))
    assert found.source_to_detector_um == 5e5


def test_what_does_not_fill_a_pixel_is_left_out_and_said():
    found = bin_pixels(a_scan(np.ones((1, 5, 8))), rows=2, columns=3)
    assert found.values.shape == (1, 2, 2)
    assert "1 rows and 2 columns at the end left out" in found.history[-1]


def test_a_few_rows_alone_give_the_same_bits():
    values = np.random.default_rng(1).random((3, 8, 9))
    scan = a_scan(values, kind="transmission")
    whole = bin_pixels(scan, rows=2, columns=3).values
    assert np.array_equal(bin_pixels(scan.rows(4, 6), rows=2, columns=3).values, whole[:, 2:3])


def test_values_that_lie_in_a_file_are_read_view_by_view():
    values = np.arange(64, dtype=np.uint16).reshape(4, 4, 4)
    lazy = LazyArray((4, 4, 4), values.dtype, lambda box: values[box], "a file")
    stored = vt.data.Projections(lazy, angles_deg=np.arange(4.0), geometry=vt.data.ParallelBeam(1.0))
    assert np.array_equal(
        bin_pixels(stored, rows=2, columns=2).values, bin_pixels(a_scan(values), rows=2, columns=2).values
    )


@pytest.mark.parametrize(
    ("rows", "columns", "message"),
    [
        (0, 1, "rows is 0; expected a whole number, 1 or above"),
        (1, 2.0, "columns is 2.0"),
        (9, 1, "rows is 9, the det"),
    ],
)
def test_messages(rows, columns, message):
    with pytest.raises(vt.errors.ParameterError, match=message):
        bin_pixels(a_scan(np.ones((1, 4, 8))), rows=rows, columns=columns)

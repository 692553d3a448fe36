import numpy as np
import pytest

import voltome as vt

undo_shifts = vt.projections.undo_shifts


def a_scan(values, shifts, kind="absorbance"):
    values = np.asarray(values, np.float32)
    return vt.data.Projections(
        values,
        angles_deg=np.arange(len(values)) * 10.0,
        geometry=vt.data.ParallelBeam(0.5),
        kind=kind,
        shifts_px=None if shifts is None else np.asarray(shifts, float),
    )


@pytest.mark.parametrize("interpolation", ["linear", "cubic"])
def test_whole_pixels_are_moved_without_a_change(interpolation):
    image = np.random.default_rng(1).random((12, 15)).astype(np.float32)
    seen = np.roll(image, (2, -3), axis=(0, 1))  # shifted by 2 rows and -3 columns on the detector
    found = undo_shifts(a_scan([seen], [[2, -3]]), interpolation=interpolation)
    assert np.array_equal(found.values[0, :-2, 3:], image[:-2, 3:])
    assert found.shifts_px is None
    assert found.history == (f"undo_shifts: up to 2 rows and 3 columns, {interpolation} interpolation",)


def test_what_comes_from_beyond_the_edge_is_the_edge_repeated():
    found = undo_shifts(a_scan([[[1, 2, 3, 4]]], [[0, 2]])).values
    assert found.tolist() == [[[3, 4, 4, 4]]]


def test_half_a_pixel_is_the_mean_of_two_where_linear():
    found = undo_shifts(a_scan([[[0, 2, 4, 4]]], [[0, 0.5]]), interpolation="linear").values
    assert found.tolist() == [[[1, 3, 4, 4]]]


def test_negative_parts_of_a_pixel_go_the_other_way():
    found = undo_shifts(a_scan([[[0, 2, 4, 8]]], [[0, -0.25]]), interpolation="linear").values
    assert found.tolist() == [[[0, 1.5, 3.5, 7]]]


def test_views_that_are_not_shifted_keep_their_bits():
    values = np.random.default_rng(1).random((2, 5, 8)).astype(np.float32)
    found = undo_shifts(a_scan(values, [[0, 0], [0.3, 0.2]])).values
    assert np.array_equal(found[0], values[0])


def test_a_constant_stays_constant_to_the_last_digits():
    found = undo_shifts(a_scan(np.full((1, 30, 40), 0.7), [[1.3, -7.6]])).values
    assert np.abs(found - np.float32(0.7)).max() < 1e-6


def test_rows_alone_give_the_same_bits_where_only_columns_shift():
    values = np.random.default_rng(1).random((6, 5, 40))
    shifts = np.stack([np.zeros(6), np.linspace(-3, 3, 6)], axis=1)
    scan = a_scan(values, shifts)
    whole = undo_shifts(scan).values
    assert np.array_equal(undo_shifts(scan.rows(1, 3)).values, whole[:, 1:3])


def test_messages():
    values = np.ones((2, 4, 6))
    with pytest.raises(vt.errors.GeometryError, match="found no shifts_px; expected the shift of every view"):
        undo_shifts(a_scan(values, None))
    with pytest.raises(vt.errors.GeometryError, match="view 1 is shifted by -6 columns, the detector has 6"):
        undo_shifts(a_scan(values, [[0, 0], [0, -6]]))
    with pytest.raises(vt.errors.ParameterError, match="interpolation is 'nearest'"):
        undo_shifts(a_scan(values, [[0, 0], [0, 1]]), interpolation="nearest")
    with pytest.raises(vt.errors.ValuesError, match="undo_shifts takes transmission or absorbance"):
        undo_shifts(a_scan(values, [[0, 0], [0, 1]], "counts"))

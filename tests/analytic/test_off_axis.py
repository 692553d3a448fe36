"""Whole turns beside the axis, cut out of exact wide sinograms: overlap, axis and joined views are known."""

from dataclasses import replace

import discs
import numpy as np
import pytest

import voltome as vt

TURN = np.arange(0, 360, 3.0)
WIDE = 150
BODY = [
    replace(d, x_um=d.x_um + 3, y_um=d.y_um - 4)
    for d in discs.body_with_inclusions(radius_um=64, inclusions=25, seed=2)
]


def seen(axis_px: float, columns: int = 90, angles_deg: np.ndarray = TURN, rows: int = 2) -> vt.data.Projections:
    """Return a scan of a body 128 pixels wide on a detector of 90 columns, transmission, whose axis is not known."""
    full = discs.scan([BODY] * rows, angles_deg=angles_deg, columns=columns, rotation_axis_px=axis_px)
    return replace(full, geometry=vt.data.ParallelBeam(1.0))


def noisy(projections: vt.data.Projections, share: float) -> vt.data.Projections:
    noise = np.random.default_rng(5).standard_normal(projections.values.shape, np.float32)
    return replace(projections, values=projections.values + share * projections.values.max() * noise)


@pytest.mark.parametrize("axis_px", [70.0, 70.5, 76.3, 19.0, 12.75])
@pytest.mark.parametrize("share", [0.0, 0.02])
def test_side_and_overlap_are_found_to_half_a_pixel(axis_px: float, share: float):
    """The overlap is twice the way from the axis to the outer edge of the detector, at -0.5 or 89.5."""
    row = vt.projections.find_overlap(noisy(seen(axis_px), share)).frame.iloc[0]
    assert row.side == ("right" if axis_px > 44.5 else "left")
    assert row.overlap_px == pytest.approx(2 * min(axis_px + 0.5, 89.5 - axis_px), abs=0.5)
    assert row.rotation_axis_px == pytest.approx(axis_px, abs=0.25)
    assert row.correlation > 0.8


@pytest.mark.parametrize("axis_px", [70.0, 70.5, 76.3, 19.0, 12.75])
def test_a_sample_that_the_detector_cuts_does_not_draw_the_axis_to_its_side(axis_px: float):
    """Smoothed slopes are too small where the sample goes on beyond the detector: such columns say nothing."""
    found = vt.projections.find_overlap(noisy(seen(axis_px), 0.002)).frame.rotation_axis_px[0]
    assert found == pytest.approx(axis_px, abs=0.03)


@pytest.mark.parametrize("axis_px", [70.0, 70.5, 76.3, 19.0, 12.75])
def test_joined_views_are_those_of_a_detector_twice_as_wide(axis_px: float):
    """A wide detector with the axis at the same place sees the same; a mirrored half is read between columns."""
    wide = vt.projections.join_off_axis(seen(axis_px)).join_off_axis
    axis, columns = wide.geometry.rotation_axis_px, wide.column_count
    assert columns > 128
    exact = discs.sinogram(BODY, angles_deg=TURN[:60], columns=columns, rotation_axis_px=axis)
    assert wide.angles_deg.tolist() == TURN[:60].tolist()
    error = wide.values[:, 0] - exact
    assert np.sqrt((error**2).mean()) < 0.01 * exact.max()


def test_a_whole_number_of_half_pixels_is_joined_without_interpolation():
    """With the axis at 70.5 the mirrored columns lie on columns: the views are exact to float32."""
    wide = vt.projections.join_off_axis(seen(70.5), overlap_px=38, side="right").join_off_axis
    exact = discs.sinogram(BODY, angles_deg=TURN[:60], columns=142, rotation_axis_px=70.5)
    assert wide.values.shape == (60, 2, 142)
    assert wide.values[:, 0] == pytest.approx(exact, abs=1e-6)


def test_views_in_any_order_and_from_any_angle_are_joined_by_their_angles():
    angles = np.random.default_rng(0).permutation(TURN) - 100
    wide = vt.projections.join_off_axis(seen(70.5, angles_deg=angles), overlap_px=38, side="right").join_off_axis
    assert wide.angles_deg.tolist() == sorted(angles)[:60]
    exact = discs.sinogram(BODY, angles_deg=wide.angles_deg, columns=142, rotation_axis_px=70.5)
    assert wide.values[:, 0] == pytest.approx(exact, abs=1e-6)


def test_opposites_that_were_not_taken_are_interpolated():
    """In 121 steps of 2.975 degrees no view is opposite to another."""
    angles = np.arange(121) * (360 / 121)
    found = vt.projections.join_off_axis(seen(70.5, angles_deg=angles))
    assert found.overlap.frame.overlap_px[0] == pytest.approx(38, abs=0.5)
    exact = discs.sinogram(BODY, angles_deg=found.join_off_axis.angles_deg, columns=142, rotation_axis_px=70.5)
    assert np.sqrt(((found.join_off_axis.values[:, 0, :141] - exact[:, :141]) ** 2).mean()) < 0.04 * exact.max()


def test_a_slab_of_rows_gives_the_bits_of_the_whole():
    scan = seen(76.3, rows=4)
    scan = replace(scan, values=scan.values * np.array([1, 2, 3, 4], np.float32)[:, None])
    options = {"overlap_px": 26.4, "side": "right"}
    whole = vt.projections.join_off_axis(scan, **options).join_off_axis
    slab = vt.projections.join_off_axis(scan.rows(1, 3), **options).join_off_axis
    assert np.array_equal(whole.values[:, 1:3], slab.values)

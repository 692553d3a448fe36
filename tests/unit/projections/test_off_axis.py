"""What is said when the halves of a whole turn cannot be joined."""

from dataclasses import replace

import numpy as np
import pytest

import voltome as vt
from voltome.errors import GeometryError, ParameterError, ValuesError

ANGLES = np.arange(0, 360, 6.0)
COLUMNS = np.arange(64)


def scan(angles_deg: np.ndarray = ANGLES, **changes) -> vt.data.Projections:
    """Return three rods that turn about column 52."""
    places = 52 + 40 * np.cos(np.deg2rad(angles_deg[:, None] - np.array([0, 130, 250])))
    seen = np.exp(-(((COLUMNS - places[:, :, None]) / 4) ** 2)).sum(axis=1)[:, None].astype(np.float32)
    made = vt.data.Projections(seen, angles_deg=angles_deg, geometry=vt.data.ParallelBeam(1), kind="absorbance")
    return replace(made, **changes)


def join(projections: vt.data.Projections, **options):
    return vt.projections.join_off_axis(projections, **options)


def test_flats_times_and_kind_go_with_the_views():
    times = np.arange(60.0)
    found = join(scan(frame_times_s=times, flats=np.ones((1, 1, 64))), overlap_px=23, side="right").join_off_axis
    assert found.flats is None
    assert found.frame_times_s.tolist() == times[:30].tolist()
    assert found.kind == "absorbance"
    assert found.values.dtype == np.float32
    assert found.history[-1].startswith("join_off_axis: 30 views joined to those half a turn on, axis right")


def test_half_a_turn_is_refused():
    with pytest.raises(GeometryError, match=r"cover 174 degrees, so 29 of the 30 .* expected a whole turn"):
        join(scan(angles_deg=np.arange(0, 180, 6.0)))


def test_counts_are_refused():
    with pytest.raises(ValuesError, match="join_off_axis takes transmission or absorbance"):
        join(scan(kind="counts"))


def test_blank_images_are_refused():
    with pytest.raises(ValuesError, match="find_overlap finds the same value in all columns"):
        vt.projections.find_overlap(scan(values=np.ones((60, 1, 64), np.float32)))


def test_the_wrong_side_fits_worse_than_the_right_one():
    left = vt.projections.find_overlap(scan(), side="left", smallest_overlap_px=10).frame.iloc[0]
    found = vt.projections.find_overlap(scan(), smallest_overlap_px=10).frame.iloc[0]
    assert (left.side, found.side) == ("left", "right")
    assert left.correlation < found.correlation


def test_halves_that_have_nothing_in_common_are_warned_of():
    noise = np.random.default_rng(1).standard_normal((60, 1, 64)).astype(np.float32)
    table = vt.projections.find_overlap(scan(values=noise))
    assert any("correlation of" in warning for warning in table.warnings)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"overlap_px": 20}, "side is 'auto' beside overlap_px"),
        ({"overlap_px": 65, "side": "left"}, "expected at most the 64 columns"),
        ({"overlap_px": 0, "side": "left"}, "overlap_px is 0"),
        ({"side": "rigth"}, "Did you mean 'right'"),
        ({"smallest_overlap_px": 40}, "at most half of the detector, which has 64 columns"),
    ],
)
def test_parameters_out_of_range_are_refused(options: dict, says: str):
    with pytest.raises(ParameterError, match=says):
        join(scan(), **options)


def test_a_cone_beam_is_refused():
    cone = vt.data.ConeBeam(1, source_to_axis_um=10, source_to_detector_um=20)
    with pytest.raises(GeometryError, match="takes a parallel beam"):
        join(scan(geometry=cone), overlap_px=20, side="left")


def test_an_overlap_smaller_than_what_is_looked_at_is_refused_in_its_own_words():
    with pytest.raises(GeometryError, match=r"at the end of the range .* Give a smaller smallest_overlap_px, or the"):
        vt.projections.find_overlap(scan(), side="right", smallest_overlap_px=24)

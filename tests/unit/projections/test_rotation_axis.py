"""Where the axis of rotation is looked for, and what is said when it cannot be found."""

from dataclasses import replace

import numpy as np
import pytest

import voltome as vt
from voltome.errors import AxisError, GeometryError, ParameterError, ValuesError

ANGLES = np.arange(0, 180, 3.0)
COLUMNS = np.arange(64)


def scan(axis_px: float = 30.0, angles_deg: np.ndarray = ANGLES, **changes) -> vt.data.Projections:
    """Return a rod that turns about an axis."""
    places = axis_px + 14 * np.cos(np.deg2rad(angles_deg - 30))
    seen = np.exp(-(((COLUMNS - places[:, None, None]) / 4) ** 2)).astype(np.float32)
    made = vt.data.Projections(seen, angles_deg=angles_deg, geometry=vt.data.ParallelBeam(1), kind="absorbance")
    return replace(made, **changes)


def find(projections: vt.data.Projections, **options):
    return vt.projections.find_rotation_axis(projections, **options)


def test_the_first_row_is_the_result_and_each_method_lists_its_parts():
    frame = find(scan()).frame
    assert frame.method[0] == "result"
    assert set(frame.method) == {"result", "fourier", "pairs", "sharpness"}
    assert (frame.uncertainty_px >= 0).all()
    assert frame.from_middle_px[0] == pytest.approx(frame.rotation_axis_px[0] - 31.5)


def test_the_axis_is_set_and_the_history_says_it():
    centred = vt.projections.set_rotation_axis(scan(), method="fourier")
    assert centred.set_rotation_axis.geometry.rotation_axis_px == centred.rotation_axis.frame.rotation_axis_px[0]
    assert centred.set_rotation_axis.history[-1].startswith("set_rotation_axis: column 30.0")


def test_a_given_axis_is_taken_and_a_lazy_scan_stays_lazy():
    plain = scan()
    lazy = vt.data.LazyArray(plain.values.shape, plain.values.dtype, lambda box: plain.values[box], "memory")
    centred = vt.projections.set_rotation_axis(replace(plain, values=lazy), rotation_axis_px=20.5)
    assert centred.set_rotation_axis.is_lazy
    assert centred.rotation_axis.frame.iloc[0].tolist() == ["given", "the whole scan", 20.5, 0.0, -11.0]


def test_a_given_axis_outside_the_detector_is_refused():
    with pytest.raises(GeometryError, match=r"at column 64\.5, the detector has the columns 0 to 63"):
        vt.projections.set_rotation_axis(scan(), rotation_axis_px=64.5)


@pytest.mark.parametrize("method", ["all", "fourier", "pairs", "sharpness"])
def test_blank_images_are_refused(method: str):
    blank = scan(values=np.ones((60, 1, 64), np.float32))
    with pytest.raises(ValuesError, match=r"same value in all columns .* blank images"):
        find(blank, method=method)


def test_counts_need_flats():
    with pytest.raises(ValuesError, match="counts without flats"):
        find(scan(kind="counts"), method="fourier")


def test_flats_as_dark_as_darks_are_refused():
    black = np.zeros((1, 1, 64), np.float32)
    with pytest.raises(ValuesError, match="nowhere brighter than the darks"):
        find(scan(kind="counts", flats=black, darks=black), method="fourier")


def test_a_pixel_whose_flat_is_dark_counts_as_its_neighbour():
    light = np.full((1, 1, 64), 100, np.float32)
    light[..., 40] = 0
    seen = scan()
    counts = replace(seen, values=np.exp(-seen.values) * 100, kind="counts", flats=light)
    assert find(counts, method="fourier").frame.rotation_axis_px[0] == pytest.approx(30, abs=0.1)


def test_less_than_half_a_turn_is_refused():
    with pytest.raises(GeometryError, match=r"cover 117 degrees in steps of 3; expected half a turn or more"):
        find(scan(angles_deg=np.arange(0, 120, 3.0)), method="fourier")
    with pytest.raises(GeometryError, match=r"no view of 0 to 117 degrees has another one half a turn on"):
        find(scan(angles_deg=np.arange(0, 120, 3.0)), method="pairs")


def test_a_handful_of_views_is_refused():
    with pytest.raises(GeometryError, match="3 different angles; expected at least 4"):
        find(scan(angles_deg=np.array([0.0, 90.0, 180.0])), method="fourier")


def test_with_all_methods_the_unused_ones_are_named():
    """Beyond 176 degrees one view is missing: no half turn in steps of 3, but views that are opposite."""
    broken = np.concatenate([np.arange(0, 120, 3.0), [180.0, 183.0]])
    table = find(scan(angles_deg=broken))
    assert set(table.frame.method) >= {"result", "pairs"}


def test_an_axis_outside_the_range_is_refused():
    with pytest.raises(GeometryError, match=r"at the end of the range of columns .* larger search_px"):
        find(scan(axis_px=20), method="fourier", search_px=6)


def test_a_range_outside_of_the_detector_is_refused():
    with pytest.raises(GeometryError, match="expected a range of two pixels or more on the detector"):
        find(scan(), around_px=200)


def test_a_cone_beam_is_refused():
    cone = vt.data.ConeBeam(1, source_to_axis_um=10, source_to_detector_um=20)
    with pytest.raises(GeometryError, match="takes a parallel beam"):
        find(scan(geometry=cone))


def test_shifted_views_are_refused():
    with pytest.raises(GeometryError, match=r"shifted on the detector by up to 2 pixels.*undo_shifts"):
        find(scan(shifts_px=np.full((60, 2), -2.0)))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"method": "forier"}, "Did you mean 'fourier'"),
        ({"rows": 0}, "rows is 0; expected a whole number, 1 or more"),
        ({"rows": 2.5}, "rows is 2.5"),
        ({"search_px": -1}, "search_px is -1"),
        ({"around_px": float("nan")}, "around_px is nan"),
    ],
)
def test_parameters_out_of_range_are_refused(options: dict, says: str):
    with pytest.raises(ParameterError, match=says):
        find(scan(), **options)


def test_methods_that_disagree_are_said():
    """The rod turns about 30, but the first and last view were exchanged for those of an axis 4 pixels on."""
    angles = np.arange(0, 183, 3.0)
    seen = scan(angles_deg=angles)
    values = seen.values.copy()
    values[[0, -1]] = scan(axis_px=34, angles_deg=angles).values[[0, -1]]
    table = find(replace(seen, values=values))
    assert any("methods disagree by" in warning and "pairs 34.0" in warning for warning in table.warnings)
    assert table.frame.rotation_axis_px[0] == pytest.approx(30, abs=1)  # Fourier sees the first view, too


def candidates(projections: vt.data.Projections, **options):
    return vt.projections.axis_candidates(projections, **options)


def test_candidates_lie_about_the_axis_that_is_known():
    known = scan().with_rotation_axis(29.0)
    frame = candidates(known, step_px=0.5, candidates=3).candidate_scores.frame
    assert frame.rotation_axis_px.tolist() == [28.5, 29.0, 29.5]


def test_candidates_without_an_axis_lie_about_the_one_that_is_found():
    frame = candidates(scan()).candidate_scores.frame
    assert frame.rotation_axis_px[4] == pytest.approx(30, abs=0.1)


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"candidates": 2}, ParameterError, "candidates is 2; expected 3 or more"),
        ({"step_px": 0}, ParameterError, "step_px is 0"),
        ({"row": 1}, AxisError, "row is 1; expected a row of the detector, 0 to 0"),
        ({"step_px": 20}, ParameterError, "run from column -50 to 110"),
    ],
)
def test_candidates_that_cannot_be_are_refused(options: dict, error: type, says: str):
    with pytest.raises(error, match=says):
        candidates(scan(), **{"around_px": 30, **options})


@pytest.mark.parametrize("method", ["all", "fourier", "pairs", "sharpness"])
def test_nan_in_a_file_is_refused(method: str):
    values = scan().values.copy()
    values[0, 0, 7] = np.nan
    lazy = vt.data.LazyArray(values.shape, values.dtype, lambda box: values[box], "a file")
    with pytest.raises(ValuesError, match=r"rows 0.* hold 1 NaN or infinite pixels; expected finite numbers"):
        find(scan(values=lazy), method=method)

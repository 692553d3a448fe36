import numpy as np
import pytest

import voltome as vt

inspect_views = vt.projections.inspect_views


def a_scan(views=36, angles=None, values=None, **changes):
    if values is None:
        values = np.random.default_rng(3).normal(1000, 5, (views, 3, 40))
    shape = values.shape[1:]
    given = {
        "angles_deg": np.arange(len(values)) * 180 / len(values) if angles is None else np.asarray(angles, float),
        "geometry": vt.data.ParallelBeam(0.5),
        "flats": np.full((2, *shape), 2000.0),
        "darks": np.full((2, *shape), 10.0),
    }
    return vt.data.Projections(values, **given | changes)


def test_a_sound_scan_has_no_warnings():
    table = inspect_views(a_scan())
    assert table.warnings == ()
    assert table.kind == "views"
    assert table.measured_on == "counts of 36 views of 3 x 40 pixels"
    frame = table.frame
    assert frame.view.tolist() == list(range(36))
    assert not frame[["repeats_angle", "repeats_image", "before_gap", "stands_out"]].any().any()
    assert frame.step_deg.iloc[:-1].to_numpy() == pytest.approx(5.0)
    assert frame.step_deg.iloc[-1] == 0
    assert frame.relative_brightness.median() == pytest.approx(1)


def test_a_camera_that_did_not_read_out_is_seen():
    values = a_scan().values.copy()
    values[8] = values[7]
    table = inspect_views(a_scan(values=values))
    assert np.flatnonzero(table.frame.repeats_image).tolist() == [8]
    assert "1 view has the very pixels of an earlier one, number 8: the camera did not read out." in table.warnings[0]


def test_repeated_and_missing_views_are_seen_in_any_order_of_angles():
    angles = np.array([20, 0, 10, 30, 30, 90, 80, 70, *range(100, 180, 10)])
    table = inspect_views(a_scan(views=len(angles), angles=angles))
    assert np.flatnonzero(table.frame.repeats_angle).tolist() == [4]
    assert np.flatnonzero(table.frame.before_gap).tolist() == [4]
    assert table.warnings == (
        "1 view repeats the angle of an earlier one, number 4. Leave it out, or it counts twice.",
        "3 views are missing: between 30 and 70 degrees there is none, where the usual step is 10 degrees.",
    )


def test_several_gaps_are_counted_together():
    angles = np.delete(np.arange(0, 180, 5.0), [6, 7, 20])
    assert inspect_views(a_scan(views=33, angles=angles)).warnings == (
        "3 views are missing: between 25 and 40 degrees there is none, and in 1 other gaps, where the usual step is 5 "
        "degrees.",
    )


@pytest.mark.parametrize(
    ("last", "says"), [(150, "cover 150 degrees"), (180, None), (185, None), (240, "cover 240 degrees"), (360, None)]
)
def test_a_range_that_is_neither_half_nor_a_whole_turn_is_warned_of(last, says):
    warnings = inspect_views(a_scan(views=last // 5, angles=np.arange(0, last, 5.0))).warnings
    assert [says in warning for warning in warnings] == ([True] if says else [])


def test_a_closed_shutter_and_a_jump_of_the_beam_are_seen():
    values = a_scan().values.copy()
    values[5] *= 0.01
    values[20] *= 1.08
    table = inspect_views(a_scan(values=values))
    assert [warning[:35] for warning in table.warnings] == [
        "1 view is dark, number 5: without b",
        "1 view stands out in brightness fro",
    ]
    assert np.flatnonzero(table.frame.stands_out).tolist() == [5, 20]


def test_saturated_pixels_and_flats_without_beam_are_seen():
    values = np.full((36, 3, 40), 1000, np.uint16) + np.arange(36, dtype=np.uint16)[:, None, None]
    values[:, 0, :4] = 65_535
    flats = np.full((3, 3, 40), 2000.0)
    flats[1] = 10
    warnings = inspect_views(a_scan(values=values, flats=flats)).warnings
    assert warnings == (
        "3.33% of the pixels are saturated, at 65535 counts or more: they say nothing.",
        "1 of 3 flats hold no beam, the first number 1. Leave them out.",
    )


def test_absent_flats_and_darks_are_said():
    assert inspect_views(a_scan(flats=None)).warnings == (
        "There are no flats, images of the beam without sample, to divide by.",
    )
    assert inspect_views(a_scan(darks=None)).warnings == (
        "There are no darks: what the detector shows without beam counts as beam.",
    )


def test_transmission_needs_no_flats():
    values = np.random.default_rng(3).normal(0.5, 0.01, (36, 3, 40))
    assert inspect_views(a_scan(values=values, kind="transmission", flats=None, darks=None)).warnings == ()


def test_a_single_view_can_be_looked_at():
    assert len(inspect_views(a_scan(views=1)).frame) == 1


def test_messages():
    with pytest.raises(vt.errors.ParameterError, match="gap_steps is 0"):
        inspect_views(a_scan(), gap_steps=0)
    with pytest.raises(vt.errors.ParameterError, match="saturated_at is -1"):
        inspect_views(a_scan(), saturated_at=-1)


def test_too_few_views_for_the_detector_are_said():
    # directions of half a turn are a pixel apart at views / pi pixels: 6 / pi = 1.9
    wide = np.random.default_rng(2).normal(0.5, 0.01, (8, 2, 32))
    few = vt.data.Projections(
        wide[:6], angles_deg=np.arange(6) * 30.0, geometry=vt.data.ParallelBeam(1), kind="transmission"
    )
    assert inspect_views(few).warnings == (
        "There are 6 directions for 32 columns: details of a pixel are seen up to 1.9 pixels from the axis, beyond "
        "are streaks. Take about as many views as columns, or use fista_tv.",
    )
    eight = vt.data.Projections(
        wide, angles_deg=np.arange(8) * 22.5, geometry=vt.data.ParallelBeam(1), kind="transmission"
    )
    assert inspect_views(eight).warnings == ()


def test_a_view_with_nan_in_a_file_is_refused_by_its_number():
    scan = a_scan()
    values = scan.values.copy()
    values[5, 1, 2] = np.nan
    lazy = vt.data.LazyArray(values.shape, values.dtype, lambda box: values[box], "a file")
    with pytest.raises(vt.errors.ValuesError, match="1 of 36 views hold NaN or infinite pixels, the first number 5"):
        inspect_views(a_scan(values=lazy, flats=scan.flats, darks=scan.darks))

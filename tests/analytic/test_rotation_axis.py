"""The axis of rotation of exact sinograms of discs, planted anywhere, found to a quarter of a pixel and better."""

from dataclasses import replace

import discs
import numpy as np
import pytest

import voltome as vt

METHODS = ["fourier", "pairs", "sharpness"]
HALF = np.arange(0, 180, 2.0)


def scan(axis_px: float, *, columns: int = 96, angles_deg: np.ndarray = HALF, rows: int = 2, fills: float = 0.9):
    """Return a body with inclusions beside the axis; its radius is a share of what fits on the detector."""
    reach = min(axis_px, columns - 1 - axis_px)
    slices = []
    for seed in range(rows):
        body = discs.body_with_inclusions(radius_um=reach * fills * 0.85, inclusions=12, seed=seed)
        slices.append([replace(d, x_um=d.x_um + 0.06 * reach, y_um=d.y_um - 0.08 * reach) for d in body])
    return discs.scan(slices, angles_deg=angles_deg, columns=columns, rotation_axis_px=axis_px)


def noisy(projections: vt.data.Projections, share: float, seed: int = 0) -> vt.data.Projections:
    """Return projections with Gaussian noise of a share of the largest value."""
    noise = np.random.default_rng(seed).standard_normal(projections.values.shape, np.float32)
    return replace(projections, values=projections.values + share * projections.values.max() * noise)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("axis_px", [47.5, 48.0, 44.25, 53.7])
def test_a_planted_axis_is_found_to_a_tenth_of_a_pixel(method: str, axis_px: float):
    table = vt.projections.find_rotation_axis(scan(axis_px), method=method)
    assert table.frame.rotation_axis_px[0] == pytest.approx(axis_px, abs=0.1)


@pytest.mark.parametrize("method", METHODS)
def test_with_noise_of_two_percent_it_is_found_to_a_quarter_of_a_pixel_and_to_its_uncertainty(method: str):
    found = [
        vt.projections.find_rotation_axis(noisy(scan(44.25), 0.02, seed), method=method).frame.iloc[0]
        for seed in range(4)
    ]
    for row in found:
        assert row.rotation_axis_px == pytest.approx(44.25, abs=0.25)
        assert abs(row.rotation_axis_px - 44.25) < 4 * row.uncertainty_px


@pytest.mark.parametrize("method", METHODS)
def test_a_whole_turn_is_two_half_turns(method: str):
    turned = scan(50.3, angles_deg=np.arange(0, 360, 2.0) + 17.0)
    found = vt.projections.find_rotation_axis(turned, method=method).frame.rotation_axis_px[0]
    assert found == pytest.approx(50.3, abs=0.1)


@pytest.mark.parametrize("method", METHODS)
def test_views_in_any_order_give_the_same(method: str):
    rising = scan(44.25)
    order = np.random.default_rng(1).permutation(len(HALF))
    mixed = replace(rising, values=rising.values[order], angles_deg=HALF[order])
    one, other = (vt.projections.find_rotation_axis(each, method=method).frame for each in (rising, mixed))
    assert one.rotation_axis_px[0] == other.rotation_axis_px[0]


@pytest.mark.parametrize("method", ["pairs", "sharpness", "all"])
def test_a_sample_wider_than_the_detector_does_not_draw_the_axis_to_the_middle(method: str):
    """The body has 1.7 times the radius that fits: no view shows its edge."""
    found = vt.projections.find_rotation_axis(scan(42.6, fills=2.0), method=method).frame.rotation_axis_px[0]
    assert found == pytest.approx(42.6, abs=0.25)


@pytest.mark.parametrize("fills", [1.6, 2.0, 3.0])
def test_of_a_wide_sample_the_fourier_method_knows_that_it_knows_little(fills: float):
    """The wedge reaches as far as the sample, which the detector does not show: little is left outside of it."""
    row = vt.projections.find_rotation_axis(scan(42.6, fills=fills, rows=4), method="fourier").frame.iloc[0]
    assert abs(row.rotation_axis_px - 42.6) < 4 * row.uncertainty_px


def test_an_offset_of_all_pixels_and_stripes_of_single_columns_change_little():
    """Both stand still, as if their axis were the middle of the detector, 47.5."""
    plain = scan(42.6)
    stripes = 0.05 * plain.values.max() * np.random.default_rng(3).standard_normal(96).astype(np.float32)
    found = vt.projections.find_rotation_axis(replace(plain, values=plain.values + stripes + 0.3))
    assert found.frame.rotation_axis_px[0] == pytest.approx(42.6, abs=0.25)


def test_the_end_of_half_a_turn_may_be_there_or_not():
    """Without it the opposite of the first view is continued; taken as it is, the axis would be 0.5 to 1 pixel off."""
    ends = [
        vt.projections.find_rotation_axis(scan(44.25, angles_deg=np.arange(0, stop, 2.0)), method="pairs")
        for stop in (180, 182)
    ]
    for table in ends:
        assert table.frame.rotation_axis_px[0] == pytest.approx(44.25, abs=0.15)


def test_the_methods_agree_and_the_result_lies_among_them():
    table = vt.projections.find_rotation_axis(noisy(scan(44.25), 0.01))
    wholes = table.frame[table.frame.part.str.startswith("all")]
    assert list(wholes.method) == METHODS
    result = table.frame.iloc[0]
    assert wholes.rotation_axis_px.min() <= result.rotation_axis_px <= wholes.rotation_axis_px.max()
    assert result.rotation_axis_px == pytest.approx(44.25, abs=0.1)
    assert table.warnings == ()


def test_counts_and_transmission_give_what_absorbance_gives():
    plain = scan(44.25)
    seen = replace(plain, values=np.exp(-plain.values), kind="transmission")
    light, dark = np.float32(9000), np.float32(100)
    counts = replace(
        plain,
        values=seen.values * light + dark,
        kind="counts",
        flats=np.full((3, 2, 96), light + dark),
        darks=np.full((2, 2, 96), dark),
    )
    found = [
        vt.projections.find_rotation_axis(each, method="fourier").frame.rotation_axis_px[0]
        for each in (plain, seen, counts)
    ]
    assert found == pytest.approx([found[0]] * 3, abs=1e-3)


def test_a_turned_detector_is_said():
    """From row 0 to 7 the axis moves by 2.8 pixels, arctan(0.4) = 21.8 degrees."""
    rows = [scan(46.0 + 0.4 * row, rows=1).values for row in range(8)]
    turned = replace(scan(46.0, rows=1), values=np.concatenate(rows, axis=1))
    table = vt.projections.find_rotation_axis(turned, method="fourier")
    assert any("moves by +2." in warning and "turned by +2" in warning for warning in table.warnings)


@pytest.mark.parametrize("method", METHODS)
def test_threads_and_lazy_scans_change_no_bit(method: str):
    plain = scan(44.25)
    lazy = vt.data.LazyArray(plain.values.shape, plain.values.dtype, lambda box: plain.values[box], "memory")
    tables = [
        vt.projections.find_rotation_axis(each, method=method) for each in (plain, replace(plain, values=lazy), plain)
    ]
    assert tables[0].frame.equals(tables[1].frame)
    assert tables[0].frame.equals(tables[2].frame)


def test_the_sharpest_candidate_is_the_true_axis_and_its_slice_has_the_attenuation():
    body = [discs.Disc(4.0, -6.0, 20.0, 100.0)]
    plain = discs.scan([body], angles_deg=HALF, columns=64, rotation_axis_px=30.0)
    sheet = vt.projections.axis_candidates(plain, around_px=31, candidates=7)
    frame = sheet.candidate_scores.frame.set_index("rotation_axis_px")
    assert [frame[name].idxmin() for name in frame] == [30.0, 30.0, 30.0]
    best = sheet.axis_candidates.values[list(frame.index).index(30.0)]
    middle = (np.asarray(best.shape) - 1) / 2
    inside = np.hypot(*(np.indices(best.shape) - middle[:, None, None] - np.array([4, -6])[:, None, None])) < 15
    assert best[inside].mean() == pytest.approx(100, rel=0.02)


@pytest.mark.parametrize("repeated", [slice(None), slice(7), slice(-5, None)])
def test_views_taken_twice_change_nothing(repeated: slice):
    """The opposite beyond the last view is continued from two different angles, not from the same one twice."""
    once = scan(44.25)
    twice = replace(
        once,
        values=np.concatenate([once.values, once.values[repeated]]),
        angles_deg=np.concatenate([HALF, HALF[repeated]]),
    )
    row = vt.projections.find_rotation_axis(twice, method="pairs").frame.iloc[0]
    assert row.rotation_axis_px == pytest.approx(44.25, abs=0.1)
    assert row.uncertainty_px < 0.2


@pytest.mark.parametrize("method", ["pairs", "all"])
@pytest.mark.parametrize("angles_deg", [HALF, np.arange(0, 360, 3.0)])
def test_noise_alone_has_an_axis_anywhere_and_says_so(method: str, angles_deg: np.ndarray):
    """Whatever column noise prefers is chance: the uncertainty is that of the range that was looked at."""
    noise = 0.1 * np.random.default_rng(0).standard_normal((len(angles_deg), 3, 96))
    blank = replace(scan(47.5, rows=3, angles_deg=angles_deg), values=noise)
    table = vt.projections.find_rotation_axis(blank, method=method)
    assert table.frame.uncertainty_px[0] > 4
    assert any("pixels only" in warning for warning in table.warnings)


def test_a_sample_under_noise_is_not_placed_elsewhere_with_a_small_uncertainty():
    for seed in range(6):
        row = vt.projections.find_rotation_axis(noisy(scan(44.25), 0.3, seed), method="pairs").frame.iloc[0]
        assert abs(row.rotation_axis_px - 44.25) < 4 * row.uncertainty_px


def test_a_cylinder_about_the_axis_shows_it_by_its_sides():
    """Nothing turns, yet the sides are mirrored about the axis in every view."""
    cylinder = discs.scan([[discs.Disc(0, 0, 30, 100)]], angles_deg=HALF, columns=96, rotation_axis_px=45.3)
    row = vt.projections.find_rotation_axis(noisy(cylinder, 0.02)).frame.iloc[0]
    assert abs(row.rotation_axis_px - 45.3) < min(0.3, 4 * row.uncertainty_px)


@pytest.mark.parametrize(("seed", "axis_px"), [(1, 70.0), (1, 65.0), (2, 70.0), (2, 12.0), (3, 65.0), (3, 12.0)])
def test_an_axis_beyond_the_columns_looked_at_is_not_found_elsewhere_with_a_small_uncertainty(
    seed: int, axis_px: float
):
    """Near a side of 81 columns it is outside the middle half, in which methods see some lowest point nevertheless."""
    body = discs.body_with_inclusions(radius_um=55, inclusions=14, seed=seed)
    beside = discs.scan([body] * 3, angles_deg=np.arange(0, 360, 3.0), columns=81, rotation_axis_px=axis_px)
    table = vt.projections.find_rotation_axis(noisy(beside, 0.005))
    row = table.frame.iloc[0]
    assert abs(row.rotation_axis_px - axis_px) < 3 * row.uncertainty_px
    assert any("found by find_overlap" in each or "methods disagree" in each for each in table.warnings)

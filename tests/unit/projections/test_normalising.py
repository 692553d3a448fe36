import numpy as np
import pytest

import voltome as vt
from voltome.data import LazyArray


def a_scan(counts, **changes):
    """Return counts with flats of 1000 and darks of 100, unless others are given."""
    counts = np.asarray(counts)
    shape = counts.shape[1:]
    given = {
        "flats": np.full((2, *shape), 1000, np.uint16),
        "darks": np.full((2, *shape), 100, np.uint16),
        "angles_deg": np.linspace(0, 170, len(counts)),
        "geometry": vt.data.ParallelBeam(0.5),
    }
    return vt.data.Projections(counts, **given | changes)


def random_scan(views=12, rows=5, columns=9, seed=4):
    random = np.random.default_rng(seed)
    flats = random.integers(800, 1200, (7, rows, columns)).astype(np.uint16)
    flats[:, 2, 3:5] = 50  # below the dark
    darks = random.integers(90, 110, (4, rows, columns)).astype(np.uint16)
    counts = random.integers(200, 1000, (views, rows, columns)).astype(np.uint16)
    return a_scan(
        counts,
        flats=flats,
        darks=darks,
        frame_times_s=np.arange(views) + 10.0,
        flat_times_s=np.array([0, 1, 2, 15.5, 15.6, 30, 31]),
    )


def test_the_share_of_the_beam_is_counts_above_dark_over_flat_above_dark():
    found = vt.projections.normalise(a_scan(np.full((3, 2, 4), 325, np.uint16)))
    assert found.values.dtype == np.float32
    assert np.all(found.values == np.float32(225) / np.float32(900))
    assert found.kind == "transmission"
    assert found.flats is None
    assert found.darks is None
    assert found.history == ("normalise: by the mean of 2 flats, mean of 2 darks",)


def test_counts_below_the_dark_and_above_the_flat_are_kept_as_they_are():
    found = vt.projections.normalise(a_scan(np.array([[[10, 100, 1900]]], np.uint16)))
    assert found.values[0, 0].tolist() == pytest.approx([-0.1, 0.0, 2.0])


def test_without_darks_the_detector_shows_0_in_the_dark_and_the_history_says_so():
    found = vt.projections.normalise(a_scan(np.full((2, 1, 3), 250, np.uint16), darks=None))
    assert np.all(found.values == 0.25)
    assert found.history == ("normalise: by the mean of 2 flats, no darks",)


def test_the_median_drops_a_hit_of_a_single_flat():
    flats = np.full((5, 1, 3), 1100, np.uint16)
    flats[2, 0, 1] = 30_000
    scan = a_scan(np.full((2, 1, 3), 600, np.uint16), flats=flats)
    assert np.all(vt.projections.normalise(scan, flats="median").values == 0.5)
    assert vt.projections.normalise(scan).values[0, 0, 1] < 0.1


def test_flats_that_drift_linearly_are_interpolated_exactly():
    times, flat_times = np.arange(11.0), np.array([-0.4, -0.2, -0.1, 4.3, 4.6, 10.5, 10.9])
    ones = np.ones((1, 2, 3))
    counts = (100 + 0.5 * (900 + 20 * times))[:, None, None] * ones
    flats = (1000 + 20 * flat_times)[:, None, None] * ones
    scan = a_scan(counts, flats=flats, frame_times_s=times, flat_times_s=flat_times)
    found = vt.projections.normalise(scan, flats="interpolated")
    assert found.values == pytest.approx(np.full((11, 2, 3), 0.5), rel=1e-6)
    assert "flats in 3 groups, interpolated in time" in found.history[-1]


def test_beyond_the_first_and_last_flats_the_nearest_are_taken():
    flats = np.stack([np.full((1, 2), 1100.0), np.full((1, 2), 2100.0)])
    scan = a_scan(
        np.full((3, 1, 2), 600.0),
        flats=flats,
        frame_times_s=np.array([-50.0, 5.0, 90.0]),
        flat_times_s=np.array([0.0, 10.0]),
    )
    found = vt.projections.normalise(scan, flats="interpolated").values[:, 0, 0]
    assert found.tolist() == pytest.approx([0.5, 500 / 1500, 0.25])


def test_pixels_without_a_usable_flat_are_interpolated_along_their_row_and_counted():
    flats = np.full((1, 1, 6), 1100, np.uint16)
    flats[0, 0, [0, 3]] = 80  # below the dark of 100
    counts = np.array([[[900, 200, 400, 900, 600, 100]]], np.uint16)
    found = vt.projections.normalise(a_scan(counts, flats=flats))
    assert found.values[0, 0].tolist() == pytest.approx([0.1, 0.1, 0.3, 0.4, 0.5, 0.0])
    assert "2 pixels without a usable flat from their neighbours" in found.history[-1]


def test_a_saturated_flat_is_not_usable():
    flats = np.full((1, 1, 5), 1100, np.uint16)
    flats[0, 0, 2] = 65_535
    found = vt.projections.normalise(a_scan(np.full((1, 1, 5), 600, np.uint16), flats=flats))
    assert found.values[0, 0].tolist() == pytest.approx([0.5] * 5)


def test_saturated_pixels_of_views_are_counted():
    counts = np.full((10, 2, 50), 600, np.uint16)
    counts[4, 1, :3] = 65_535
    assert "3 pixels of views saturated" in vt.projections.normalise(a_scan(counts)).history[-1]


def test_a_scan_with_many_saturated_pixels_is_refused():
    counts = np.full((10, 2, 50), 600, np.uint16)
    counts[:2] = 4095
    with pytest.raises(vt.errors.ValuesError, match=r"20\.00% of the pixels .* at 4095 counts .* shorter exposure"):
        vt.projections.normalise(a_scan(counts), saturated_at=4095)
    kept = vt.projections.normalise(a_scan(counts), saturated_at=4095, largest_saturated_share=0.2)
    assert "200 pixels of views saturated" in kept.history[-1]


def test_floating_point_counts_are_never_taken_for_saturated():
    assert "saturated" not in vt.projections.normalise(a_scan(np.full((3, 1, 2), 65_535.0))).history[-1]


@pytest.mark.parametrize("flats", ["mean", "median", "interpolated"])
def test_a_few_rows_alone_give_the_same_bits_as_within_the_whole(flats):
    scan = random_scan()
    whole = vt.projections.normalise(scan, flats=flats, darks="median").values
    for first, stop in ((0, 1), (2, 3), (1, 5)):
        part = vt.projections.normalise(scan.rows(first, stop), flats=flats, darks="median").values
        assert np.array_equal(part, whole[:, first:stop])


def test_values_that_lie_in_a_file_are_read_view_by_view():
    scan, read = random_scan(), []

    def box(part):
        read.append(part)
        return scan.values[part]

    lazy = LazyArray(scan.values.shape, scan.values.dtype, box, "a file")
    stored = vt.data.Projections(
        lazy, angles_deg=scan.angles_deg, geometry=scan.geometry, flats=scan.flats, darks=scan.darks
    )
    assert np.array_equal(vt.projections.normalise(stored).values, vt.projections.normalise(scan).values)
    assert [part[0].stop - part[0].start for part in read] == [1] * 12


def test_messages():
    good = a_scan(np.full((3, 1, 4), 600, np.uint16))
    cases = [
        (a_scan(np.full((3, 1, 4), 600, np.uint16), flats=None), {}, r"no flats; .*flats=.*kind='transmission'"),
        (a_scan(np.full((3, 1, 4), 600, np.uint16), flats=np.zeros((2, 1, 4))), {}, "2 of 2 flats hold no beam"),
        (good, {"flats": "interpolated"}, "frame_times_s and flat_times_s missing"),
        (good, {"flats": "middle"}, "flats is 'middle'; expected one of 'mean'"),
        (good, {"darks": "interpolated"}, "darks is 'interpolated'; expected one of"),
        (good, {"largest_saturated_share": 2}, "largest_saturated_share is 2"),
        (good, {"saturated_at": 0}, "saturated_at is 0"),
    ]
    for scan, options, message in cases:
        with pytest.raises(vt.errors.VoltomeError, match=message):
            vt.projections.normalise(scan, **options)


def test_a_flat_with_the_shutter_closed_is_named():
    flats = np.full((4, 1, 3), 1000, np.uint16)
    flats[2] = 100
    with pytest.raises(vt.errors.ValuesError, match="1 of 4 flats hold no beam, the first number 2"):
        vt.projections.normalise(a_scan(np.full((2, 1, 3), 500, np.uint16), flats=flats))


def test_flats_on_one_side_of_the_views_cannot_be_interpolated():
    scan = a_scan(np.full((2, 1, 3), 500.0), frame_times_s=np.array([5.0, 6.0]), flat_times_s=np.array([0.0, 1.0]))
    with pytest.raises(vt.errors.ValuesError, match="on one side of the views"):
        vt.projections.normalise(scan, flats="interpolated")


def test_too_few_usable_flats_are_refused():
    flats = np.full((1, 2, 4), 1000, np.uint16)
    flats[0, 0] = 90
    with pytest.raises(vt.errors.ValuesError, match=r"row 0 of the detector .* \(1 such rows\)"):
        vt.projections.normalise(a_scan(np.full((2, 2, 4), 500, np.uint16), flats=flats))
    flats[0, 1, :1] = 90
    with pytest.raises(vt.errors.ValuesError, match="5 of 8 pixels have a flat"):
        vt.projections.normalise(a_scan(np.full((2, 2, 4), 500, np.uint16), flats=flats))


def test_transmission_is_not_normalised_again():
    done = vt.projections.normalise(a_scan(np.full((2, 1, 3), 500, np.uint16)))
    with pytest.raises(vt.errors.ValuesError, match="normalise takes counts, these projections are transmission"):
        vt.projections.normalise(done)


def test_flats_scaled_to_the_exposure_of_the_views_are_not_taken_for_saturated():
    # flats of 40000 counts in half the time are 80000 in the time of the views, more than 16 bits hold
    counts = np.full((3, 1, 4), 20_000, np.uint16)
    flats = np.full((2, 1, 4), 80_000, np.float32)
    found = vt.projections.normalise(a_scan(counts, flats=flats, darks=None))
    assert np.all(found.values == 0.25)
    assert "neighbours" not in found.history[-1]


def test_saturated_flats_are_found_beside_views_of_another_type():
    flats = np.full((2, 1, 4), 50_000, np.uint16)
    flats[:, 0, 1] = 65_535
    found = vt.projections.normalise(a_scan(np.full((3, 1, 4), 25_000, np.float32), flats=flats, darks=None))
    assert np.all(found.values == 0.5)
    assert "1 pixels without a usable flat" in found.history[-1]

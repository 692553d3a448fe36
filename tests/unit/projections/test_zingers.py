import numpy as np
import pytest

import voltome as vt

remove_zingers = vt.projections.remove_zingers


def a_scan(values, kind="counts"):
    values = np.asarray(values)
    angles = np.arange(len(values)) * 180 / len(values)
    return vt.data.Projections(values, angles_deg=angles, geometry=vt.data.ParallelBeam(0.5), kind=kind)


def noisy(shape=(40, 2, 60), seed=2):
    return np.random.default_rng(seed).normal(1000, 10, shape)


@pytest.mark.parametrize("neighbours", ["views", "columns", "both"])
@pytest.mark.parametrize("place", [(0, 0, 0), (20, 1, 30), (39, 1, 59), (5, 0, 59)])
def test_a_spot_is_found_anywhere_by_any_neighbours(neighbours, place):
    values = noisy()
    values[place] = 2000
    found = remove_zingers(a_scan(values), neighbours=neighbours)
    changed = found.values != values
    assert changed[place]
    assert changed.sum() <= 2
    assert found.values[place] == pytest.approx(1000, abs=60)


def test_counts_keep_their_type_and_stay_whole():
    values = noisy().astype(np.uint32)
    values[7, 0, 9] = 2**31
    found = remove_zingers(a_scan(values)).values
    assert found.dtype == np.uint32
    assert 900 < found[7, 0, 9] < 1100
    assert np.count_nonzero(found != values) == 1


def test_dark_spots_only_count_where_they_are_asked_for():
    values = noisy()
    values[7, 0, 9] = 100
    assert remove_zingers(a_scan(values)).values[7, 0, 9] == 100
    assert remove_zingers(a_scan(values), spots="any").values[7, 0, 9] == pytest.approx(1000, abs=60)


def test_a_sharp_edge_that_stands_still_sticks_out_of_its_row_only():
    values = np.ones((20, 1, 30))
    values[:, :, 14] = 9.0  # a bright column: a stripe, no zinger
    assert np.array_equal(remove_zingers(a_scan(values)).values, values)
    assert np.all(remove_zingers(a_scan(values), neighbours="columns").values == 1)


def test_two_bright_pixels_beside_each_other_are_both_found():
    values = noisy()
    values[10, 0, 20:22] = 5000
    assert np.all(remove_zingers(a_scan(values)).values[10, 0, 20:22] < 1100)


def test_less_than_the_least_share_is_left_alone():
    values = np.ones((9, 1, 9))
    values[4, 0, 4] = 1.2
    assert remove_zingers(a_scan(values), least_share=0.3).values[4, 0, 4] == 1.2
    assert remove_zingers(a_scan(values), least_share=0.1).values[4, 0, 4] == 1.0


def test_a_few_rows_alone_give_the_same_bits():
    values = noisy((30, 6, 40))
    values[3:9:2, 2:5, 7:30:6] = 1900
    whole = remove_zingers(a_scan(values)).values
    assert np.array_equal(remove_zingers(a_scan(values).rows(2, 4)).values, whole[:, 2:4])


def test_the_history_counts_them():
    values = noisy((30, 1, 40)).astype(np.uint16)
    values[3, 0, 5], values[8, 0, 9] = 9000, 9000
    assert remove_zingers(a_scan(values)).history == (
        "remove_zingers: 2 of 1,200 pixels (bright, 8 sigmas of both neighbours)",
    )


def test_messages():
    scan = a_scan(np.ones((5, 1, 5)))
    with pytest.raises(vt.errors.ValuesError, match="remove_zingers takes counts or transmission"):
        remove_zingers(a_scan(np.ones((5, 1, 5)), "absorbance"))
    with pytest.raises(vt.errors.GeometryError, match="compares views, of which there are 2; expected at least 3"):
        remove_zingers(a_scan(np.ones((2, 1, 5))))
    with pytest.raises(vt.errors.GeometryError, match="compares columns, of which there are 2"):
        remove_zingers(a_scan(np.ones((5, 1, 2))), neighbours="columns")
    for options in ({"sigmas": 0}, {"least_share": -1}, {"reach_px": 0}, {"neighbours": "rows"}, {"spots": "dark"}):
        with pytest.raises(vt.errors.ParameterError, match=next(iter(options))):
            remove_zingers(scan, **options)

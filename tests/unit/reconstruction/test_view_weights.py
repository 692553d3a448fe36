from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voltome.reconstruction._view_weights import view_weights


def degrees(angles):
    return np.degrees(view_weights(np.asarray(angles, float)).weights_rad)


def test_even_views_over_half_a_turn_count_alike():
    assert degrees([0, 45, 90, 135]) == pytest.approx([45] * 4)


def test_both_ends_of_half_a_turn_are_one_direction():
    assert degrees([0, 60, 120, 180]) == pytest.approx([30, 60, 60, 30])


def test_opposite_views_of_a_whole_turn_share_their_direction():
    found = view_weights(np.arange(0, 360, 45.0))
    assert np.degrees(found.weights_rad) == pytest.approx([22.5] * 8)
    assert (found.directions, found.missing_deg) == (4, 0)


def test_a_view_counts_by_half_the_angle_to_each_neighbour_in_whatever_order_they_came():
    """Directions 0, 10, 40, 100: gaps 10, 30, 60, 80."""
    assert degrees([100, 10, 0, 220]) == pytest.approx([70, 20, 45, 45])


def test_repeated_views_share_what_one_would_count():
    assert degrees([0, 60, 60, 120, 240]) == pytest.approx([60, 20, 20, 60, 20])


def test_a_wedge_is_not_bridged_and_said():
    """Every degree from 0 to 120: the gap of 60 counts as one of 1 for the views at its rim."""
    found = view_weights(np.arange(0, 121.0))
    assert np.degrees(found.weights_rad) == pytest.approx([1.0] * 121)
    assert found.missing_deg == pytest.approx(59)


def test_a_few_lost_views_are_bridged():
    angles = np.delete(np.arange(0, 180.0), np.arange(50, 57))
    found = view_weights(angles)
    assert found.missing_deg == 0
    assert np.degrees(found.weights_rad).max() == pytest.approx(4.5)


def test_round_off_at_half_a_turn_is_no_direction_of_its_own():
    assert view_weights(np.array([0.0, 90.0, 180.0 - 1e-12, -1e-12])).directions == 2


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-720, 720), min_size=2, max_size=40), st.floats(-180, 180))
def test_weights_are_positive_and_fill_what_is_not_missing(angles, turn):
    found = view_weights(np.asarray(angles))
    assert (found.weights_rad > 0).all()
    assert np.degrees(found.weights_rad.sum()) + found.missing_deg == pytest.approx(180)
    turned = view_weights(np.asarray(angles) + turn)
    if turned.directions == found.directions:
        assert turned.missing_deg == pytest.approx(found.missing_deg, abs=1e-3)

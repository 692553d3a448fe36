"""Clusters in a box whose sides are joined, and the ways on which they go around it."""

from __future__ import annotations

import numpy as np
import pytest

from voltome.transport._clusters import clusters_of

ALL = (True, True, True)


def winding(values: np.ndarray) -> list[bool]:
    """Return along which axes anything winds."""
    return clusters_of(values, periodic=ALL).winds.any(axis=0).tolist()


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_straight_channel_winds_along_its_axis(axis):
    values = np.zeros((4, 5, 6), np.uint8)
    np.moveaxis(values, axis, 0)[:, 1, 2] = 1
    assert winding(values) == [axis == other for other in range(3)]


def test_a_body_cut_by_a_side_does_not_wind():
    values = np.zeros((5, 5, 5), np.uint8)
    values[[0, 4], 2, 2] = 1
    found = clusters_of(values, periodic=ALL)
    assert not found.winds.any()
    assert found.group[1] == found.group[2]  # one body


def test_a_diagonal_staircase_winds_along_both_axes():
    values = np.zeros((4, 2, 4), np.uint8)
    for step in range(4):
        values[step, 0, step] = values[step, 0, (step + 1) % 4] = 1
    assert winding(values) == [True, False, True]


def test_an_axis_of_one_voxel_is_gone_around_by_any_voxel():
    assert winding(np.ones((1, 1, 1), np.uint8)) == [True, True, True]


def test_a_channel_that_closes_only_after_two_turns_winds():
    # two straight pieces whose ends are swapped by bends inside the box: going along one comes back on the other
    values = np.zeros((8, 8, 3), np.uint8)
    values[:4, 1, 0] = values[4:, 5, 0] = 1  # first piece, from column 1 to column 5 in plane 0
    values[4, 1:6, 0] = 1
    values[:4, 5, 0] = values[4:, 1, 2] = 1  # second, back from column 5 to column 1 in plane 2
    values[2, 5, :3] = values[2, 1:6, 2] = values[2:5, 1, 2] = 1
    values[7, 1, :3] = 1
    assert winding(values)[0]


def test_sides_that_are_not_joined_do_not_join():
    values = np.zeros((5, 5, 5), np.uint8)
    values[[0, 4], 2, 2] = 1
    found = clusters_of(values, periodic=(False, True, True))
    assert found.group[1] != found.group[2]
    assert found.touching(found.labels[0]).sum() == 1
    assert found.where(found.touching(found.labels[0])).sum() == 1


def test_an_empty_box_has_no_cluster():
    found = clusters_of(np.zeros((2, 2, 2), np.uint8), periodic=ALL)
    assert not found.winds.any()
    assert not found.where(found.touching(found.labels[0])).any()

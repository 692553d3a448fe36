from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt, gaussian_filter

from voltome.data import _kernels_slabs
from voltome.morphology import _kernels_thickness
from voltome.morphology._kernels_thickness import TIE, largest_balls

CUBE = (1.0, 1.0, 1.0)


def random_phase(shape, coarseness, share, seed):
    field = gaussian_filter(np.random.default_rng(seed).standard_normal(shape), coarseness)
    return field > np.quantile(field, 1 - share)


def squared_distance(solid, edges):
    return distance_transform_edt(solid, sampling=edges) ** 2


def painted_one_by_one(solid, edges):
    """The definition: the ball of every voxel is painted, and the largest value stays."""
    squared = squared_distance(solid, edges)
    grid = np.indices(solid.shape)
    largest = np.zeros(solid.shape)
    for centre in np.argwhere(solid):
        away = sum((edge * (places - at)) ** 2 for edge, places, at in zip(edges, grid, centre, strict=True))
        own = squared[tuple(centre)]
        inside = solid & (away < own * (1 - TIE))
        largest[inside] = np.maximum(largest[inside], own)
    return largest


@pytest.mark.parametrize(("coarseness", "share"), [(0.5, 0.5), (1.0, 0.8), (2.0, 0.4), (2.0, 0.95), (0.0, 0.97)])
@pytest.mark.parametrize("edges", [CUBE, (2.0, 1.0, 1.0), (1.0, 1.3, 1.7), (3.0, 1.0, 2.0), (1.0, 1.0, 8.0)])
def test_it_equals_painting_the_ball_of_every_voxel(edges, coarseness, share):
    solid = random_phase((13, 17, 15), coarseness, share, seed=int(100 * share))
    found = largest_balls(squared_distance(solid, edges).astype(np.float32), edges)
    assert found == pytest.approx(painted_one_by_one(solid, edges), rel=1e-6)
    if edges in (CUBE, (2.0, 1.0, 1.0), (3.0, 1.0, 2.0)):  # whole numbers are exact
        assert np.array_equal(found, painted_one_by_one(solid, edges).round())


def test_it_equals_painting_every_ball_where_rims_are_cut_short(monkeypatch):
    monkeypatch.setattr(_kernels_thickness, "_LONGEST_RIM", 2)
    monkeypatch.setattr(_kernels_thickness, "_MOST_LEVELS", 40)
    for edges in (CUBE, (1.0, 1.3, 1.7)):
        solid = random_phase((15, 15, 15), 2.0, 0.7, seed=5)
        found = largest_balls(squared_distance(solid, edges).astype(np.float32), edges)
        assert found == pytest.approx(painted_one_by_one(solid, edges), rel=1e-6)


@pytest.mark.parametrize("edges", [CUBE, (1.0, 1.3, 1.7)])
def test_slabs_change_nothing(monkeypatch, edges):
    solid = random_phase((33, 24, 70), 2.0, 0.6, seed=1)
    squared = squared_distance(solid, edges).astype(np.float32)
    whole = largest_balls(squared, edges)
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 64)
    monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda: 5)
    assert _kernels_slabs.slab_count(solid.shape) == 5
    assert np.array_equal(largest_balls(squared, edges), whole)


def test_rows_longer_than_a_word_of_bits_are_painted():
    # a plate 9 voxels thick along x with rows of 200: its balls of radius 5 hold all of it
    solid = np.zeros((3, 9 + 12, 200), np.bool_)
    solid[:, 6:15] = True
    found = largest_balls(squared_distance(solid, CUBE).astype(np.float32), CUBE)
    assert set(found[solid]) == {25.0}
    assert not found[~solid].any()

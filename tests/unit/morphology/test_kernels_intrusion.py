from __future__ import annotations

from collections import deque
from itertools import product

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt, gaussian_filter, label

from voltome.data import _kernels_slabs
from voltome.morphology._kernels_intrusion import inner_voxels, narrow_to_ways
from voltome.morphology._kernels_thickness import INNER, TIE, largest_balls

CUBE = (1.0, 1.0, 1.0)
ALL_EDGES = [CUBE, (2.0, 1.0, 1.0), (1.0, 1.3, 1.7), (1.0, 1.0, 4.0)]


def random_phase(shape, coarseness, share, seed):
    field = gaussian_filter(np.random.default_rng(seed).standard_normal(shape), coarseness)
    return field > np.quantile(field, 1 - share)


def squared_distance(solid, edges):
    return (distance_transform_edt(solid, sampling=edges) ** 2).astype(np.float32)


def first_face(shape):
    return np.flatnonzero(np.indices(shape)[0] == 0)


def ways(squared, edges, seeds=None):
    found = squared.copy()
    narrow_to_ways(found, first_face(squared.shape) if seeds is None else seeds, edges)
    return found


def widest_by_trying(squared, edges):
    """The definition: for every width, what is connected to the first face through voxels at least that wide."""
    shape = squared.shape
    wall = np.zeros(shape, np.bool_)
    for axis, step in product(range(3), (-1, 1)):
        beside = np.roll(squared, -step, axis)
        edge = [slice(None)] * 3
        edge[axis] = -1 if step == 1 else 0
        beside[tuple(edge)] = 1
        wall |= beside == 0
    access = np.zeros(shape, np.float32)
    for width in np.unique(squared[squared > 0])[::-1]:
        allowed = squared >= width
        waiting = deque(zip(*np.nonzero(allowed[:1]), strict=True))
        seen = np.zeros(shape, np.bool_)
        for place in waiting:
            seen[place] = True
        while waiting:
            here = waiting.popleft()
            for move in product((-1, 0, 1), repeat=3):
                there = tuple(a + b for a, b in zip(here, move, strict=True))
                if any(not 0 <= a < n for a, n in zip(there, shape, strict=True)) or seen[there] or not allowed[there]:
                    continue
                if sum(map(abs, move)) > 1 and (wall[here] or wall[there]):
                    continue
                seen[there] = True
                waiting.append(there)
        access[(access == 0) & seen] = width
    seeds = np.nonzero(squared[0])
    assert (access[0][seeds] > 0).all()
    return access


@pytest.mark.parametrize("edges", ALL_EDGES)
@pytest.mark.parametrize(("coarseness", "share"), [(1.0, 0.6), (1.2, 0.4), (0.0, 0.8)])
def test_ways_are_as_wide_as_trying_every_width_says(edges, coarseness, share):
    squared = squared_distance(random_phase((9, 8, 11), coarseness, share, seed=3), edges)
    assert np.array_equal(ways(squared, edges), widest_by_trying(squared, edges))


def test_above_one_voxel_ways_are_the_components_of_26_neighbours():
    squared = squared_distance(random_phase((24, 24, 24), 2.5, 0.5, seed=7), CUBE)
    found = ways(squared, CUBE)
    for width in np.unique(squared[squared > 1]):
        parts, _ = label(squared >= width, np.ones((3, 3, 3)))
        entered = np.isin(parts, np.setdiff1d(parts[0], [0]))
        assert np.array_equal(found >= width, entered)


def test_a_way_does_not_pass_the_corners_of_a_thin_wall():
    pore = np.ones((6, 6, 1), np.bool_)
    pore[np.arange(6), np.arange(6)] = False  # a slanting wall that touches itself at edges only
    squared = squared_distance(pore, CUBE)
    found = ways(squared, CUBE, seeds=np.array([5]))  # the far corner of one side
    assert (found > 0).sum() == 15
    assert (found[np.tril_indices(6, -1)] == 0).all()


@pytest.mark.parametrize("edges", ALL_EDGES)
def test_inner_voxels_need_no_ball_of_their_own(edges):
    for seed, coarseness in ((1, 1.5), (2, 2.0), (3, 1.0)):
        pore = random_phase((20, 18, 22), coarseness, 0.6, seed=seed)
        access = ways(squared_distance(pore, edges), edges)
        inner = inner_voxels(access)
        assert set(np.unique(inner)) <= {0, INNER}
        found = largest_balls(access, edges, inner)
        assert found == pytest.approx(largest_balls(access, edges), rel=2 * TIE)
        if edges == CUBE:
            assert np.array_equal(found, largest_balls(access, edges))


def test_a_plateau_is_inner_but_for_its_rim():
    access = np.zeros((9, 9, 9), np.float32)
    access[1:8, 1:8, 1:8] = 4
    assert (inner_voxels(access) == INNER).sum() == 5**3


@pytest.mark.parametrize("edges", [CUBE, (1.0, 1.3, 1.7)])
def test_slabs_change_nothing(monkeypatch, edges):
    squared = squared_distance(random_phase((33, 24, 40), 2.0, 0.5, seed=1), edges)
    whole = ways(squared, edges)
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 64)
    monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda: 5)
    assert _kernels_slabs.slab_count(squared.shape) == 5
    again = ways(squared, edges)
    assert np.array_equal(again, whole)
    inner = inner_voxels(whole)
    assert np.array_equal(largest_balls(whole, edges, inner.copy()), largest_balls(again, edges, inner.copy()))

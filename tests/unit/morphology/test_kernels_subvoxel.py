from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from voltome.data import _kernels_slabs
from voltome.morphology import _kernels_subvoxel as kernels

ALL_EDGES = [(1.0, 1.0, 1.0), (2.0, 1.0, 1.0), (1.0, 1.3, 1.7)]


def field(shape, seed):
    return gaussian_filter(np.random.default_rng(seed).standard_normal(shape), 2.0).astype(np.float32)


def surface(grey, edges):
    phase = grey > 0
    return kernels.surface_at_level(phase, ~phase, grey, np.array([0.0]), edges)


@pytest.mark.parametrize("edges", ALL_EDGES)
def test_distances_are_those_to_the_nearest_point_of_all(edges):
    grey = field((14, 15, 16), 3)
    found = surface(grey, edges)
    points = []
    for axis in range(3):
        low, high = (np.moveaxis(grey, axis, 0)[part].astype(float) for part in (slice(None, -1), slice(1, None)))
        at = np.argwhere((low > 0) != (high > 0)).astype(float)
        share = (low / (low - high))[(low > 0) != (high > 0)]
        at[:, 0] += share
        order = [axis, *[other for other in range(3) if other != axis]]
        points.append(at[:, np.argsort(order)])
    everywhere = np.concatenate(points) * edges
    for place in np.argwhere(grey > 0)[::7]:
        away = np.sqrt(((everywhere - place * np.array(edges)) ** 2).sum(axis=1)).min()
        # the nearest point belongs to a voxel beside the nearest one but for rare cases, where it is hardly nearer
        assert found.distance[tuple(place)] == pytest.approx(max(away, 1e-3), abs=0.15)
        assert found.distance[tuple(place)] >= away - 0.01 * max(edges)
    assert found.crossed_share == 1


@pytest.mark.parametrize("edges", ALL_EDGES[::2])
def test_slabs_change_nothing(monkeypatch, edges):
    grey = field((33, 24, 40), 1)
    whole = kernels.largest_free_balls(surface(grey, edges), edges, grey, 0.8)
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 64)
    monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda: 5)
    assert _kernels_slabs.slab_count(grey.shape) == 5
    assert np.array_equal(kernels.largest_free_balls(surface(grey, edges), edges, grey, 0.8), whole)
    assert (whole[grey > 0] >= surface(grey, edges).distance[grey > 0]).all()
    assert (whole[grey <= 0] == 0).all()

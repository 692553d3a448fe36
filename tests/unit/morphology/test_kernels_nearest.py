from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from voltome.data import _kernels_slabs
from voltome.morphology._kernels_nearest import write_nearest


def nearest_of(other, edges):
    found = np.empty(other.shape, np.int32)
    write_nearest(other, edges, found)
    return found


@pytest.mark.parametrize("edges", [(1.0, 1.0, 1.0), (2.0, 1.0, 1.0), (1.0, 1.3, 1.7)])
@pytest.mark.parametrize("share", [0.5, 0.03, 0.002])
def test_it_is_as_near_as_the_distance_transform_says(edges, share):
    other = np.random.default_rng(0).random((9, 11, 13)) < share
    other[4, 5, 6] = True
    found = np.stack(np.unravel_index(nearest_of(other, edges), other.shape), axis=-1)
    away = np.sqrt((((found - np.moveaxis(np.indices(other.shape), 0, -1)) * edges) ** 2).sum(axis=-1))
    assert other[tuple(np.moveaxis(found, -1, 0))].all()
    assert away == pytest.approx(distance_transform_edt(~other, sampling=edges))


def test_where_there_is_none_it_is_minus_one():
    assert set(nearest_of(np.zeros((3, 4, 5), np.bool_), (1.0, 1.0, 1.0)).ravel()) == {-1}


def test_slabs_change_nothing(monkeypatch):
    other = np.random.default_rng(2).random((30, 30, 30)) < 0.01
    whole = nearest_of(other, (1.0, 1.3, 1.7))
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 64)
    monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda: 4)
    assert np.array_equal(nearest_of(other, (1.0, 1.3, 1.7)), whole)

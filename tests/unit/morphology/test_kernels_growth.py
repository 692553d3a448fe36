import cc3d
import numpy as np
import pytest

from voltome.data import _kernels_slabs
from voltome.morphology._kernels_growth import clusters_by_level


def labelled(levels: np.ndarray, count: int, connectivity: int, axis: int, lower: int, upper: int) -> np.ndarray:
    """Return the same by labelling every level anew."""
    rows = []
    for level in range(count):
        labels = cc3d.connected_components((levels <= level).astype(np.uint8), connectivity=connectivity)
        sizes = np.bincount(labels.ravel().astype(np.int64))
        sizes[0] = 0
        layers = np.moveaxis(labels, axis, 0)
        both = np.intersect1d(layers[lower], layers[upper - 1])
        rows.append([sizes.sum(), sizes.max(), sizes[both].sum(), np.count_nonzero(sizes)])
    return np.array(rows)


@pytest.mark.parametrize("connectivity", [6, 18, 26])
@pytest.mark.parametrize("shape", [(9, 10, 11), (1, 9, 20), (5, 1, 7)])
def test_every_level_is_as_if_labelled_anew(connectivity, shape):
    rng = np.random.default_rng(connectivity)
    for axis in range(3):
        levels = rng.integers(0, 12, shape).astype(np.uint8)
        levels.ravel()[:3] = 99
        lower, upper = np.zeros(3, np.int64), np.array(shape)
        found = clusters_by_level(levels, 9, connectivity, axis, lower, upper)
        np.testing.assert_array_equal(found, labelled(levels, 9, connectivity, axis, 0, shape[axis]))


def test_the_faces_are_those_of_the_sample():
    levels = np.full((6, 3, 3), 9, np.uint8)
    levels[2:5, 1, 1] = 0
    whole = clusters_by_level(levels, 1, 6, 0, np.zeros(3, np.int64), np.array([6, 3, 3]))
    inside = clusters_by_level(levels, 1, 6, 0, np.array([2, 0, 0]), np.array([5, 3, 3]))
    assert whole.tolist() == [[3, 3, 0, 1]]
    assert inside.tolist() == [[3, 3, 3, 1]]


def test_the_number_of_threads_changes_nothing(monkeypatch):
    levels = np.random.default_rng(4).integers(0, 9, (7, 8, 9)).astype(np.uint8)
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 1)
    found = []
    for threads in (1, 2):
        monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda threads=threads: threads)
        found.append(clusters_by_level(levels, 8, 6, 0, np.zeros(3, np.int64), np.array(levels.shape)))
    np.testing.assert_array_equal(*found)

from __future__ import annotations

import numpy as np
import pytest

from voltome.data import _kernels_slabs
from voltome.morphology import _kernels_cubes as kernels
from voltome.morphology._crofton import CLASSES, area_per_exit_um2
from voltome.morphology._kernels_phases import mixed_pairs
from voltome.morphology._lindblad import _by_pairs_um2

SHAPES = [(7, 8, 9), (1, 6, 7), (5, 1, 6), (4, 5, 1), (1, 1, 5), (2, 2, 2)]


def scene(shape, masked):
    rng = np.random.default_rng(3)
    values = rng.integers(0, 4, shape).astype(np.uint8)
    mask = rng.random(shape) < 0.8 if masked else None
    lower, upper = np.zeros(3, np.int64), np.array(shape, np.int64)
    return values, mask, (lower, upper, (upper + 1) // 2)


@pytest.fixture(params=[1, 3])
def slabs(request, monkeypatch):
    monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda: request.param)
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 1)
    return request.param


@pytest.mark.usefixtures("slabs")
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("masked", [False, True])
def test_pairs_of_all_phases_are_those_of_each_phase(shape, masked):
    values, mask, box = scene(shape, masked)
    counts = kernels.pair_counts(values, np.arange(256), 4, mask, *box)
    for label in range(4):
        one = mixed_pairs(values, label, mask, *box)[:, :7] * kernels.QUARTERS
        others = counts[:, label].sum(axis=1) + counts[:, :, label].sum(axis=1)
        assert others.sum(axis=0).tolist() == one.sum(axis=0).tolist()
        assert others.tolist() == one.tolist()


@pytest.mark.usefixtures("slabs")
def test_configurations_hold_the_pairs_that_they_consist_of():
    # away from the border the surface by lines is the sum over cubes of what their pairs give, each shared by its cubes
    values = np.pad((np.random.default_rng(5).random((6, 7, 8)) < 0.5).astype(np.uint8), 2)
    size, shape = (0.7, 1.0, 1.3), np.array(values.shape)
    box = np.zeros(3, np.int64), shape, (shape + 1) // 2
    seen = kernels.configuration_counts(values, 1, None, *box).sum(axis=0)
    pairs = mixed_pairs(values, 1, None, *box).sum(axis=0)[: len(CLASSES)]
    assert seen @ _by_pairs_um2(size) / 8 == pytest.approx(pairs @ area_per_exit_um2(size) / 4, rel=1e-12)


@pytest.mark.parametrize("masked", [False, True])
def test_any_number_of_threads_counts_the_same(masked, monkeypatch):
    values, mask, box = scene((40, 30, 20), masked)
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 1)
    found = []
    for threads in (1, 2, 5):
        monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda threads=threads: threads)
        found.append(
            (
                kernels.pair_counts(values, np.arange(256), 4, mask, *box).tobytes(),
                kernels.configuration_counts(values, 1, mask, *box).tobytes(),
            )
        )
    assert found[0] == found[1] == found[2]


def test_a_cube_inside_counts_from_each_of_its_voxels():
    values = np.zeros((6, 6, 6), np.uint8)
    values[2, 3, 2] = 1
    box = np.zeros(3, np.int64), np.full(3, 6), np.full(3, 6)
    seen = kernels.configuration_counts(values, 1, None, *box).sum(axis=0)
    expected = np.zeros(256, np.int64)
    expected[[1 << bit for bit in range(8)]] = 8
    assert seen.tolist() == expected.tolist()


def test_an_image_goes_on_as_it_is_at_its_border():
    # half the image: the plane makes the configuration of a face all along, also where a cube is half outside
    values = np.zeros((4, 5, 6), np.uint8)
    values[2:] = 1
    box = np.zeros(3, np.int64), np.array([4, 5, 6]), np.array([2, 3, 3])
    seen = kernels.configuration_counts(values, 1, None, *box)
    assert seen.sum() == seen[:, 0b11110000].sum() == 2 * 4 * 5 * 6

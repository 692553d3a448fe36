import edt
import numpy as np
import pytest
from scipy import ndimage

import voltome as vt
from voltome.data import _kernels_slabs
from voltome.segmentation import _basins, _kernels_basins, _kernels_flooding
from voltome.segmentation._basins import basins_of

CUBES, UNLIKE = (1.0, 1.0, 1.0), (1.0, 1.5, 0.75)


def smooth_noise(seed, shape=(30, 34, 38)):
    field = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=shape), 2.0)
    return field > 0.4 * field.std()


def phases(solid, voxel_size_um=1.0, **grid):
    return vt.data.PhaseImage(
        np.asarray(solid, np.uint8), voxel_size_um=voxel_size_um, phases={0: "pore", 1: "sulfur"}, **grid
    )


def height_of(solid, edges=CUBES, **grid):
    image = phases(solid, edges, **grid)
    edges = _basins._in_smallest_edges(image.voxel_size_um)
    return _basins._height(image, image.is_phase("sulfur"), edges)[1:-1, 1:-1, 1:-1], edges


@pytest.mark.parametrize("seed", [1, 2])
def test_the_height_on_cubes_is_the_exact_distance(seed):
    solid = smooth_noise(seed)
    assert np.array_equal(height_of(solid)[0], edt.edt(solid, black_border=False))


def test_the_height_on_other_voxels_is_the_distance_rounded():
    solid = smooth_noise(3)
    height, edges = height_of(solid, UNLIKE)
    exact = edt.edt(solid, anisotropy=edges, black_border=False)
    assert np.abs(height - exact).max() <= 0.5 / _basins.LEVELS_PER_UNIT  # the square by half a level, distances >= 1


def test_a_layer_without_surface_takes_the_distance_from_others():
    solid = np.ones((9, 5, 5))
    solid[0, 2, 2] = 0
    height, _ = height_of(solid)
    z, y, x = np.indices(solid.shape)
    assert np.allclose(height, np.sqrt(z**2 + (y - 2) ** 2 + (x - 2) ** 2), rtol=1e-6)


def test_only_other_phases_inside_the_mask_are_surface():
    solid = np.ones((1, 1, 9))
    solid[0, 0, [0, 5]] = 0
    mask = np.ones(solid.shape, np.bool_)
    mask[0, 0, 5:] = False
    assert height_of(solid, mask=mask)[0].tolist() == [[[0, 1, 2, 3, 4, 0, 0, 0, 0]]]


@pytest.mark.parametrize("edges", [CUBES, UNLIKE])
@pytest.mark.parametrize("threads", [2, 3, 7])
def test_any_number_of_slabs_gives_the_same_bits(monkeypatch, threads, edges):
    image = phases(smooth_noise(4), edges)
    expected = basins_of(image, phase="sulfur")
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 1)
    monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda: threads)
    found = basins_of(image, phase="sulfur")
    for name in ("labels", "peaks", "first", "second", "depths"):
        assert np.array_equal(getattr(found, name), getattr(expected, name)), name
    assert found.count > 10
    assert np.array_equal(found.particles(0.5), expected.particles(0.5))


def test_plateaus_that_cross_slabs_give_the_same_bits(monkeypatch):
    solid = np.zeros((40, 7, 7))
    solid[1:-1, 2:5, 2:5] = 1  # a rod along the slabs: its middle is one plateau, wider at one end
    solid[-6:-1, 1:6, 1:6] = 1
    expected = basins_of(phases(solid), phase="sulfur")
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 1)
    monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda: 5)
    found = basins_of(phases(solid), phase="sulfur")
    assert np.array_equal(found.labels, expected.labels)
    assert np.array_equal(found.labels[1:-1, 1:-1, 1:-1] > 0, solid > 0)


@pytest.mark.parametrize("edges", [CUBES, UNLIKE])
def test_every_depth_is_a_cut_of_one_tree(edges):
    basins = basins_of(phases(smooth_noise(5), edges), phase="sulfur")
    assert basins.depths.size > 20
    finer = basins.particles(1e-6)
    for depth in (0.3, 0.5, 1.0, 2.0, 50.0):
        coarser = basins.particles(depth)
        assert coarser.max() == basins.particle_count(depth) <= finer.max()
        pairs = np.unique(np.stack([finer.ravel(), coarser.ravel()]), axis=1)
        assert pairs.shape[1] == finer.max() + 1  # each finer particle lies in one coarser one, and so the outside
        finer = coarser


def test_basins_are_numbered_from_the_highest_peak_which_they_hold():
    basins = basins_of(phases(smooth_noise(6)), phase="sulfur")
    height = np.pad(height_of(smooth_noise(6))[0], 1)
    highest = ndimage.maximum(height, basins.labels, np.arange(1, basins.count + 1))
    assert np.array_equal(highest, basins.peaks[1:])
    assert (np.diff(basins.peaks[1:]) <= 0).all()
    assert (basins.depths > 0).all()


def test_indices_of_voxels_are_64_bits_wide():
    # 2 bytes of rows and of layers: the step from layer to layer is above 2^31, and no image of that size is needed
    neighbours, _ = _basins._neighbourhood((4, 1 << 16, 1 << 16), CUBES)
    assert neighbours.dtype == np.int64
    assert neighbours[0] == -((1 << 32) + (1 << 16) + 1)
    assert neighbours[26] == -neighbours[0]
    voxels, basins = (np.zeros(343, dtype) for dtype in (np.float32, np.int32))
    small, weights = _basins._neighbourhood((7, 7, 7), CUBES)
    state = np.zeros(343, np.uint32)
    tops = _kernels_flooding.look_around(voxels, state, basins, small, 7, 49, 49, 294)
    above = _kernels_flooding.flood(voxels, basins, state, small, weights, tops, 49, 294)
    ready = _kernels_flooding.release(above, basins, state, small, 49, 294)
    firsts = _kernels_basins.first_voxels(basins.reshape(7, 7, 7), np.zeros(1, np.int32), 0, 5)
    keys, _ = _kernels_basins.passes(voxels, basins, small[small > 0], 3, 7, 49, 49, 294)
    assert {array.dtype for array in (tops, above, ready, firsts, keys)} == {np.dtype(np.int64)}


def test_pairs_of_very_many_basins_are_told_apart():
    # keys are products of two numbers up to 2^31; the table of passes grows past its first 1,024 places
    count = 2_000_000_000
    labels = np.zeros((3, 3, 1202), np.int32)
    labels[1, 1, 1:-1] = count - np.arange(1200)
    height = (labels > 0).astype(np.float32)
    forward = np.array([1], np.int64)
    keys, levels = _kernels_basins.passes(height.ravel(), labels.ravel(), forward, count, 1202, 3606, 3606, 7212)
    low = count - 1 - np.arange(1199, dtype=np.int64)
    assert sorted(keys) == sorted(low * (count + 1) + low + 1)
    assert (levels == 1).all()

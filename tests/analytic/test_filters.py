"""Filters where the answer is known: what the median does to edges, plates and noise."""

import numpy as np
import pytest

import voltome as vt


def median(values, size):
    return vt.filters.median(vt.data.Volume(values, voxel_size_um=1), size_voxels=size).values


@pytest.mark.parametrize("size", [3, 5])
@pytest.mark.parametrize("axis", range(3))
def test_a_plane_edge_stays_in_place(size, axis):
    # on either side most of the cube, (size + 1) / 2 of size layers, is of that side
    values = (np.indices((12, 12, 12))[axis] >= 6).astype(np.uint8)
    assert np.array_equal(median(values, size), values)


@pytest.mark.parametrize("size", [3, 5])
@pytest.mark.parametrize("axis", range(3))
def test_plates_stay_from_half_the_cube_on_and_thinner_ones_vanish(size, axis):
    place = np.indices((16, 16, 16))[axis] - 6
    for thickness in range(1, size + 1):
        plate = ((place >= 0) & (place < thickness)).astype(np.float32)
        # in the middle of a plate, thickness of size layers are of it; on its faces (size + 1) / 2 if it is so thick
        expected = plate if 2 * thickness > size else np.zeros_like(plate)
        assert np.array_equal(median(plate, size), expected)


@pytest.mark.parametrize(("size", "tolerance"), [(3, 0.015), (5, 0.035)])
def test_the_median_lowers_white_noise_as_theory_says(size, tolerance):
    # variance of the median of n normal numbers: pi / (2 (n - 1) + pi) to within 0.5 % from n = 27 on; neighbours share
    # values, so these medians scatter about as 60^3 / size^3 independent ones would: 0.8 % and 1.7 % in the deviation.
    # Near the faces voxels are repeated, and count for fewer
    noise = np.random.default_rng(0).normal(0, 1, (64, 64, 64)).astype(np.float32)
    expected = np.sqrt(np.pi / (2 * (size**3 - 1) + np.pi))
    assert median(noise, size)[2:-2, 2:-2, 2:-2].std() == pytest.approx(expected, rel=tolerance)


def test_a_mean_over_voxels_alike_keeps_the_mean_of_the_image():
    # weights are the same both ways, so what one voxel gains another loses but for their different totals: no bias
    values = np.random.default_rng(1).normal(100, 10, (32, 32, 32)).astype(np.float32)
    found = vt.filters.denoise_nlm(vt.data.Volume(values, voxel_size_um=1), noise=10).values
    assert found.mean() == pytest.approx(values.mean(), abs=3 * 10 / 32**1.5)

import numpy as np
import pytest

import voltome as vt
from voltome.errors import ParameterError, ValuesError
from voltome.filters import gaussian, median


def noise(shape, dtype, seed=0):
    return np.random.default_rng(seed).integers(0, 100, shape).astype(dtype)


@pytest.mark.parametrize("size", [3, 5])
def test_the_median_is_that_of_the_cube_around_a_voxel(size):
    values, half = noise((7, 8, 9), np.uint16), size // 2
    found = median(vt.data.Volume(values, voxel_size_um=1), size_voxels=size)
    cube = values[3 - half : 4 + half, 4 - half : 5 + half, 4 - half : 5 + half]
    assert found.values[3, 4, 4] == np.median(cube)
    corner = np.pad(values, half, mode="edge")[:size, :size, :size]
    assert found.values[0, 0, 0] == np.median(corner)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.float32, np.float64])
def test_the_type_the_grid_and_the_unit_are_kept(dtype):
    mask = np.ones((4, 5, 6), np.bool_)
    volume = vt.data.Volume(
        noise((4, 5, 6), dtype), voxel_size_um=(1, 2, 3), quantity="attenuation", unit="1/cm", mask=mask
    )
    for found in (median(volume), gaussian(volume, sigma_um=1)):
        assert found.values.dtype == np.dtype(dtype).newbyteorder("=")
        assert (found.voxel_size_um, found.unit, found.quantity) == ((1, 2, 3), "1/cm", "attenuation")
        assert found.mask is mask
        assert len(found.history) == 1


def test_one_slice_gives_the_median_in_two_dimensions():
    values = noise((1, 6, 7), np.uint8)
    found = median(vt.data.Volume(values, voxel_size_um=1)).values
    assert found[0, 2, 3] == np.median(values[0, 1:4, 2:5])


def test_the_gaussian_has_its_width_in_um_on_anisotropic_voxels():
    # variance of a blurred point along each axis = sigma^2; the cut at 4 sigma makes it less, by below 0.5 %
    values = np.zeros((41, 81, 161), np.float64)
    values[20, 40, 80] = 1.0
    found = gaussian(vt.data.Volume(values, voxel_size_um=(1.0, 0.5, 0.25)), sigma_um=2.0).values
    assert found.sum() == pytest.approx(1.0)
    for axis, edge in enumerate((1.0, 0.5, 0.25)):
        profile = found.sum(axis=tuple(other for other in range(3) if other != axis))
        place = (np.arange(profile.size) - profile.size // 2) * edge
        assert (profile * place**2).sum() == pytest.approx(4.0, rel=0.005)


def test_the_gaussian_of_one_slice_is_two_dimensional_however_thick_it_is():
    values = noise((1, 20, 20), np.float32)
    thin, thick = (vt.data.Volume(values, voxel_size_um=(z, 1, 1)) for z in (0.01, 10))
    assert np.array_equal(gaussian(thin, sigma_um=1.5).values, gaussian(thick, sigma_um=1.5).values)


def test_integers_are_rounded_not_cut_and_a_constant_stays():
    for value in (7, 255):
        constant = vt.data.Volume(np.full((6, 7, 8), value, np.uint8), voxel_size_um=1)
        assert (gaussian(constant, sigma_um=1.3).values == value).all()
    values = noise((9, 9, 9), np.int16) - 50
    as_float = gaussian(vt.data.Volume(values.astype(np.float64), voxel_size_um=1), sigma_um=1).values
    found = gaussian(vt.data.Volume(values, voxel_size_um=1), sigma_um=1).values
    assert np.abs(found - as_float).max() <= 0.5 + 1e-4
    assert abs((found - as_float).mean()) < 0.03  # cut towards zero it would be off by 0.5


@pytest.mark.parametrize("sigma", [0, -1, float("nan"), float("inf")])
def test_a_sigma_that_is_no_width_is_refused(sigma):
    with pytest.raises(ParameterError, match=r"sigma_um is .* above 0"):
        gaussian(vt.data.Volume(noise((3, 3, 3), np.uint8), voxel_size_um=1), sigma_um=sigma)


def test_a_sigma_larger_than_the_image_is_refused():
    with pytest.raises(ParameterError, match=r"larger than the image of 3 x 3 x 3 um .* micrometres"):
        gaussian(vt.data.Volume(noise((3, 3, 3), np.uint8), voxel_size_um=1), sigma_um=3.5)


@pytest.mark.parametrize("size", [0, 2, 4, -3, 7, True])
def test_a_median_of_another_size_is_refused(size):
    with pytest.raises(ParameterError, match="expected 3 or 5"):
        median(vt.data.Volume(noise((3, 3, 3), np.uint8), voxel_size_um=1), size_voxels=size)


def test_integers_beyond_float64_are_refused():
    values = np.full((2, 2, 2), 2**53 + 2, np.int64)
    with pytest.raises(ValuesError, match="expected at most 9007199254740992 in size"):
        gaussian(vt.data.Volume(values, voxel_size_um=1), sigma_um=1)


@pytest.mark.parametrize("dtype", [np.int64, np.uint64])
@pytest.mark.parametrize("size", [3, 5])
def test_medians_of_integers_beyond_float64_are_exact(dtype, size):
    values = np.full((3, 3, 3), 2**60 + 1, dtype)  # float64 holds 2^60 only
    values[0, 0, 0] = 0
    assert (median(vt.data.Volume(values, voxel_size_um=1), size_voxels=size).values == 2**60 + 1).all()

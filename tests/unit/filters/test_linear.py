import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import voltome as vt
from voltome.errors import ParameterError, ValuesError
from voltome.filters import box, gaussian, unsharp_mask


def noise(shape, dtype, seed=0):
    return np.random.default_rng(seed).integers(0, 100, shape).astype(dtype)


@pytest.mark.parametrize("size", [3, 5, 7])
def test_the_box_is_the_mean_of_the_cube_around_a_voxel(size):
    values, half = noise((9, 10, 11), np.float64), size // 2
    found = box(vt.data.Volume(values, voxel_size_um=1), size_voxels=size).values
    cube = np.pad(values, half, mode="edge")
    for z, y, x in ((0, 0, 0), (4, 5, 5), (8, 9, 10), (0, 5, 10)):
        assert found[z, y, x] == pytest.approx(cube[z : z + size, y : y + size, x : x + size].mean(), rel=1e-12)


@given(seed=st.integers(0, 99), size=st.sampled_from([3, 5, 7]), bits=st.sampled_from([8, 16, 32]))
def test_the_mean_of_integers_is_the_nearest_integer(seed, size, bits):
    # the sum of size^3 integers over an odd number is never halfway between two, so there is one nearest
    top = 2**bits - 1
    values = np.random.default_rng(seed).integers(0, top, (6, 7, 8), endpoint=True).astype(f"uint{bits}")
    found = box(vt.data.Volume(values, voxel_size_um=1), size_voxels=size).values
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(values, size // 2, mode="edge"), (size,) * 3)
    sums = windows.astype(np.uint64).sum(axis=(3, 4, 5))
    assert np.array_equal(found, (2 * sums + size**3) // (2 * size**3))


def test_the_box_lowers_independent_noise_by_the_root_of_its_voxels():
    # standard deviation of the mean of n independent values = sigma / sqrt(n); here n = 27 and 125
    values = np.random.default_rng(1).normal(0, 1, (60, 60, 60))
    for size in (3, 5):
        inner = box(vt.data.Volume(values, voxel_size_um=1), size_voxels=size).values[3:-3, 3:-3, 3:-3]
        assert inner.std() == pytest.approx(size**-1.5, rel=0.05)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.int32, np.float32, np.float64])
def test_the_type_the_grid_and_the_unit_are_kept_and_a_constant_stays(dtype):
    mask = np.ones((4, 5, 6), np.bool_)
    volume = vt.data.Volume(
        np.full((4, 5, 6), 99, dtype), voxel_size_um=(1, 2, 3), quantity="attenuation", unit="1/cm", mask=mask
    )
    for found in (box(volume, size_voxels=5), unsharp_mask(volume, sigma_um=1.7, amount=2.5)):
        assert found.values.dtype == dtype
        assert np.allclose(found.values, 99, rtol=1e-6)
        assert (found.voxel_size_um, found.unit, found.quantity) == ((1, 2, 3), "1/cm", "attenuation")
        assert found.mask is mask
        assert len(found.history) == 1


def test_one_slice_gives_the_mean_in_two_dimensions():
    values = noise((1, 6, 7), np.float64)
    found = box(vt.data.Volume(values, voxel_size_um=1)).values
    assert found[0, 2, 3] == pytest.approx(values[0, 1:4, 2:5].mean())


@pytest.mark.parametrize("size", [0, 1, 2, 4, -3, 17, True])
def test_a_box_of_another_size_is_refused(size):
    with pytest.raises(ParameterError, match="expected an odd number from 3 to 15"):
        box(vt.data.Volume(noise((3, 3, 3), np.uint8), voxel_size_um=1), size_voxels=size)


def test_integers_whose_sum_is_not_exact_are_refused():
    values = np.full((3, 3, 3), 2**53 // 27 + 1, np.int64)
    with pytest.raises(ValuesError, match=r"expected at most \d+ in size"):
        box(vt.data.Volume(values, voxel_size_um=1))
    assert (box(vt.data.Volume(values - 1, voxel_size_um=1)).values == values - 1).all()


def test_the_unsharp_mask_adds_what_the_gaussian_takes_away():
    volume = vt.data.Volume(noise((8, 9, 10), np.float64), voxel_size_um=(1, 0.5, 2))
    smooth = gaussian(volume, sigma_um=1.5).values
    found = unsharp_mask(volume, sigma_um=1.5, amount=0.7).values
    assert np.allclose(found, volume.values + 0.7 * (volume.values - smooth), rtol=0, atol=1e-10)


def test_clipped_voxels_are_counted_in_the_history():
    values = np.zeros((1, 1, 8), np.uint8)
    values[..., 4:] = 255  # the step overshoots on either side: every voxel within 4 sigma = 2 voxels is clipped
    found = unsharp_mask(vt.data.Volume(values, voxel_size_um=1), sigma_um=0.5, amount=20)
    assert np.array_equal(found.values, values)
    assert found.history == ("unsharp_mask: sigma 0.5 um, amount 20; 4 voxels (50.00%) clipped to 0..255",)
    as_float = unsharp_mask(vt.data.Volume(values.astype(np.float32), voxel_size_um=1), sigma_um=0.5)
    assert as_float.history == ("unsharp_mask: sigma 0.5 um, amount 1",)
    assert as_float.values.min() < 0
    assert as_float.values.max() > 255


@pytest.mark.parametrize(("name", "given_"), [("sigma_um", {"sigma_um": 0}), ("amount", {"sigma_um": 1, "amount": -1})])
def test_a_width_or_an_amount_that_is_not_above_zero_is_refused(name, given_):
    with pytest.raises(ParameterError, match=f"{name} is .* above 0"):
        unsharp_mask(vt.data.Volume(noise((3, 3, 3), np.uint8), voxel_size_um=1), **given_)


def test_a_sigma_larger_than_the_image_and_inexact_integers_are_refused():
    with pytest.raises(ParameterError, match=r"larger than the image of 3 x 3 x 3 um .* micrometres"):
        unsharp_mask(vt.data.Volume(noise((3, 3, 3), np.uint8), voxel_size_um=1), sigma_um=3.5)
    with pytest.raises(ValuesError, match="expected at most 9007199254740992 in size"):
        unsharp_mask(vt.data.Volume(np.full((2, 2, 2), 2**53 + 2, np.int64), voxel_size_um=1), sigma_um=1)


def test_the_largest_integers_are_clipped_and_do_not_wrap_around():
    from voltome.filters._rounding import in_type

    for dtype in (np.int64, np.uint64, np.int32, np.uint8):
        limits = np.iinfo(dtype)
        values, clipped = in_type(np.array([-1e30, 7.5, 1e30]), np.dtype(dtype))
        assert clipped == 2
        assert values[0] == limits.min
        assert values[1] == 8
        assert values[2] > 0.99 * float(limits.max)

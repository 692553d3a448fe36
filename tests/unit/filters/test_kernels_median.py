"""Medians equal to scipy's, voxel by voxel, for every type and shape."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import median_filter

from voltome.data import _kernels_slabs
from voltome.filters._kernels_median import median_of_27, median_of_125

BOTH = [(median_of_27, 3), (median_of_125, 5)]
TYPES = [np.uint8, np.int8, np.uint16, np.int16, np.uint32, np.int32, np.uint64, np.int64, np.float32, np.float64]


def image(shape, dtype, seed, levels):
    """Return values all over the range of a type, in so many levels: few make ties."""
    rng, dtype = np.random.default_rng(seed), np.dtype(dtype)
    if dtype.kind == "f":
        return (rng.choice(rng.normal(0, 1e3, levels), shape) * rng.choice([1e-3, 1, 1e3], shape)).astype(dtype)
    # scipy computes in float64, which holds integers up to 2^53
    ends = [max(np.iinfo(dtype).min, -(2**53)), min(np.iinfo(dtype).max, 2**53)]
    return rng.choice(rng.integers(*ends, levels, dtype, endpoint=True), shape)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize(("filtered", "size"), BOTH)
def test_it_is_the_median_that_scipy_finds_for_every_type(filtered, size, dtype):
    values = image((5, 6, 9), dtype, 0, 50)
    found = filtered(values)
    assert found.dtype == values.dtype
    assert np.array_equal(found, median_filter(values, size, mode="nearest"))


@given(
    shape=st.tuples(*[st.integers(1, 7)] * 3),
    dtype=st.sampled_from([np.uint8, np.uint16, np.float32]),
    seed=st.integers(0, 2**32),
    levels=st.sampled_from([1, 2, 5, 1000]),
)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_it_is_the_median_that_scipy_finds_for_every_shape(shape, dtype, seed, levels):
    values = image(shape, dtype, seed, levels)
    for filtered, size in BOTH:
        assert np.array_equal(filtered(values), median_filter(values, size, mode="nearest"))


@pytest.mark.parametrize("width", [1, 2, 31, 32, 315, 316, 317, 318, 319, 320, 321, 640])
@pytest.mark.parametrize(("filtered", "size"), BOTH)
def test_rows_that_are_cut_into_strips_have_no_seams(filtered, size, width):
    values = image((2, 3, width), np.uint8, width, 256)
    assert np.array_equal(filtered(values), median_filter(values, size, mode="nearest"))


@pytest.mark.parametrize(("filtered", "size"), BOTH)
def test_slabs_have_no_seams(filtered, size, monkeypatch):
    values = image((9, 5, 6), np.uint16, 1, 1000)
    whole = filtered(values)
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 1)
    for slabs in (2, 3, 9):
        monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda slabs=slabs: slabs)
        assert filtered(values).tobytes() == whole.tobytes()


@pytest.mark.parametrize(("filtered", "size"), BOTH)
def test_a_view_is_filtered_as_its_copy_and_left_alone(filtered, size):
    values = image((8, 9, 10), np.float32, 2, 1000)
    view, before = values[::2, 1:, ::-1], values.copy()
    view.flags.writeable = False
    assert np.array_equal(filtered(view), filtered(view.copy()))
    assert np.array_equal(values, before)


@pytest.mark.parametrize("place", range(27))
def test_each_of_27_places_can_hold_the_median(place):
    # 13 voxels below it, 13 above it: any network that forgets a place fails
    rng = np.random.default_rng(place)
    others = rng.permutation([*range(13), *range(14, 27)])
    values = np.insert(others, place, 13).reshape(3, 3, 3).astype(np.uint8)
    assert median_of_27(values)[1, 1, 1] == 13


@pytest.mark.parametrize("ones", range(126))
def test_the_median_of_zeros_and_ones_is_what_most_are(ones):
    # a sorting network is right for all values if it is for zeros and ones
    values = np.zeros(125, np.uint8)
    values[:ones] = 1
    values = np.random.default_rng(ones).permutation(values).reshape(5, 5, 5)
    assert median_of_125(values)[2, 2, 2] == (ones >= 63)
    cube = values[1:4, 1:4, 1:4]
    assert median_of_27(cube)[1, 1, 1] == (cube.sum() >= 14)

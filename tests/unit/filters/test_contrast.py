import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import voltome as vt
from voltome.errors import ParameterError, ValuesError
from voltome.filters import equalise_histogram


def two_materials(dtype=np.uint16, seed=0):
    rng = np.random.default_rng(seed)
    grey = np.where(rng.random((12, 13, 14)) < 0.3, 30_000, 12_000) + rng.normal(0, 3_000, (12, 13, 14))
    return vt.data.Volume(grey.astype(dtype), voxel_size_um=1)


def test_equal_shares_become_equal_steps():
    # 0, 1, ..., 15 once each and 16 levels: the share at most v is (v + 1) / 16, so (15 (v + 1 - 1)) / (16 - 1) = v
    values = np.random.default_rng(2).permutation(16).reshape(1, 4, 4).astype(np.uint8)
    spread = equalise_histogram(vt.data.Volume(values**2, voxel_size_um=1), levels=16)  # any monotonic curve before it
    assert np.array_equal(spread.values, values)
    assert spread.history == ("equalise_histogram: 16 levels",)


@pytest.mark.parametrize("dtype", [np.int16, np.uint16, np.int32, np.float32, np.float64])
def test_the_result_does_not_depend_on_the_type_or_on_a_shift_and_scale(dtype):
    volume = two_materials()
    as_other = vt.data.Volume((volume.values // 4 - 500).astype(dtype), voxel_size_um=1)
    as_wide = vt.data.Volume((volume.values // 4).astype(np.float64) * 7.5e-3, voxel_size_um=1)
    assert np.array_equal(equalise_histogram(as_other).values, equalise_histogram(as_wide).values)


@given(seed=st.integers(0, 99), share=st.floats(0.05, 0.95))
def test_thresholds_at_equal_percentiles_select_the_same_voxels(seed, share):
    volume = two_materials(seed=seed)
    spread = equalise_histogram(volume)

    def brightest(values):
        return values >= np.quantile(values, share, method="inverted_cdf")

    # 2,184 voxels on 65,536 levels: no two grey values are merged, so the selection is exactly the same
    assert np.unique(spread.values).size == np.unique(volume.values).size
    assert np.array_equal(brightest(volume.values), brightest(spread.values))


def test_the_levels_are_used_alike_over_the_whole_range():
    spread = equalise_histogram(two_materials()).values
    counts, _ = np.histogram(spread, bins=8, range=(0, 65_536))
    assert np.abs(counts / spread.size - 1 / 8).max() < 0.01


def test_one_very_bright_voxel_changes_nothing_else():
    volume = vt.data.Volume(two_materials().values.astype(np.float32), voxel_size_um=1)
    spoilt = volume.values.copy()
    spoilt[0, 0, 0] = 1e30
    difference = equalise_histogram(volume).values - equalise_histogram(
        vt.data.Volume(spoilt, voxel_size_um=1)
    ).values.astype(np.int64)
    assert np.abs(difference.ravel()[1:]).max() <= 65_535 / volume.values.size + 1  # the rank of one voxel


def test_only_the_sample_makes_the_curve_and_the_rest_follows_it():
    values = np.array([[5, 10, 20, 30, 25, 99]], np.uint8)
    mask = np.array([[False, True, True, True, False, False]])
    spread = equalise_histogram(vt.data.Volume(values, voxel_size_um=1, mask=mask), levels=3)
    assert spread.values.tolist() == [[[0, 0, 1, 2, 1, 2]]]
    assert spread.mask is not None


def test_merged_grey_values_are_counted_and_the_unit_is_dropped():
    volume = vt.data.Volume(
        np.arange(1000.0).reshape(10, 10, 10), voxel_size_um=1, quantity="attenuation", unit="1/cm", history=("made",)
    )
    spread = equalise_histogram(volume, levels=256)
    assert spread.history == ("made", "equalise_histogram: 256 levels, 1,000 grey values became 256")
    assert (spread.quantity, spread.unit, spread.values.dtype) == ("attenuation", "", np.uint16)


@pytest.mark.parametrize("levels", [0, 1, 65_537, 2.5, True])
def test_a_number_of_levels_that_cannot_be_is_refused(levels):
    with pytest.raises(ParameterError, match="expected a whole number from 2 to 65,536"):
        equalise_histogram(two_materials(), levels=levels)


def test_a_single_grey_value_is_refused():
    values = np.full((2, 2, 2), 7, np.int16)
    values[0, 0, 0] = 3
    mask = values == 7
    with pytest.raises(ValuesError, match="the single grey value 7; expected at least two"):
        equalise_histogram(vt.data.Volume(values, voxel_size_um=1, mask=mask))

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import voltome as vt
from voltome.errors import ParameterError, ValuesError
from voltome.filters import equalise_adaptive
from voltome.filters.adaptive import _clipped


def drifting(shape=(32, 32, 64), seed=0):
    """Two materials whose brightness rises along x by more than they differ."""
    rng = np.random.default_rng(seed)
    solid = rng.random(shape) < 0.4
    grey = 100 * solid + 10 * np.arange(shape[2]) + rng.normal(0, 5, shape)
    return solid, vt.data.Volume((1000 + grey).astype(np.uint16), voxel_size_um=1)


def test_a_limit_of_one_is_the_straight_line_from_black_to_white():
    values = np.random.default_rng(0).gamma(2, 50, (20, 24, 28))
    found = equalise_adaptive(vt.data.Volume(values, voxel_size_um=1), tile_um=10, clip_limit=1).values
    line = (values - values.min()) / (values.max() - values.min()) * 65_535
    assert np.abs(found - line).max() < 1  # rounding of float32 curves to whole levels


@given(seed=st.integers(0, 99), limit=st.floats(1, 40), spread=st.sampled_from([0.02, 0.3, 5.0]))
def test_clipped_shares_stay_shares_and_none_is_above_the_limit(seed, limit, spread):
    shares = np.random.default_rng(seed).dirichlet(np.full(256, spread))
    found = _clipped(shares, limit)
    assert found.sum() == pytest.approx(1.0)
    assert found.max() == pytest.approx(min(limit / 256, shares.max()), rel=1e-9)
    assert found.min() >= 0
    order = np.argsort(shares, kind="stable")
    assert (np.diff(found[order]) >= -1e-15).all()  # a fuller bin stays at least as full


def test_one_tile_and_no_limit_is_the_equalised_histogram():
    # within a bin of 1/256 of the range: the curve of the adaptive one has bins, that of the other does not
    values = np.random.default_rng(3).normal(500, 40, (16, 16, 16))
    volume = vt.data.Volume(values, voxel_size_um=1)
    adaptive = equalise_adaptive(volume, tile_um=16, clip_limit=1e6).values.astype(np.int64)
    whole = vt.filters.equalise_histogram(volume).values
    largest_bin = np.histogram(values, bins=256)[0].max() / values.size
    assert np.abs(adaptive - whole).max() <= 65_535 * largest_bin + 1


def test_a_drift_is_evened_out_and_so_no_threshold_of_the_whole_volume_is_kept():
    solid, volume = drifting()
    before = [volume.values[solid & (np.arange(64) // 32 == half)].mean() for half in (0, 1)]
    found = equalise_adaptive(volume, tile_um=8, clip_limit=20)
    after = [found.values[solid & (np.arange(64) // 32 == half)].mean() for half in (0, 1)]
    assert before[1] - before[0] == pytest.approx(320, rel=0.02)  # three times the contrast of 100
    contrast = found.values[solid].mean() - found.values[~solid].mean()
    assert abs(after[1] - after[0]) < 0.2 * contrast
    order = np.argsort(volume.values.ravel(), kind="stable")
    assert (np.diff(found.values.ravel()[order].astype(np.int64)) < 0).any()  # not monotonic, unlike the global one


def test_what_is_outside_the_mask_does_not_change_what_is_inside():
    _, volume = drifting()
    mask = np.ones(volume.shape, np.bool_)
    mask[:, :, :20] = False
    spoilt = volume.values.copy()
    spoilt[~mask] = 60_000
    found = [
        equalise_adaptive(vt.data.Volume(values, voxel_size_um=1, mask=mask), tile_um=8).values
        for values in (volume.values, spoilt)
    ]
    assert np.array_equal(found[0][mask], found[1][mask])


def test_tiles_are_lengths_on_uneven_voxels_and_one_slice_has_one_layer_of_them():
    values = np.random.default_rng(0).normal(0, 1, (16, 32, 32))
    uneven = equalise_adaptive(vt.data.Volume(values, voxel_size_um=(2, 1, 1)), tile_um=16)
    assert uneven.history == ("equalise_adaptive: 2 x 2 x 2 tiles, clip limit 3",)
    flat = equalise_adaptive(vt.data.Volume(values[:1], voxel_size_um=1), tile_um=8)
    assert flat.history == ("equalise_adaptive: 1 x 4 x 4 tiles, clip limit 3",)
    assert equalise_adaptive(vt.data.Volume(values[:5, :5, :5], voxel_size_um=1)).values.dtype == np.uint16
    default = equalise_adaptive(vt.data.Volume(values, voxel_size_um=1))
    assert default.history == ("equalise_adaptive: 2 x 4 x 4 tiles, clip limit 3",)


def test_tiles_and_limits_that_cannot_be_are_refused():
    _, volume = drifting((16, 16, 16))
    with pytest.raises(ParameterError, match=r"7 voxels along z; expected at least 8 voxels \(8 um\)"):
        equalise_adaptive(volume, tile_um=7)
    with pytest.raises(ParameterError, match="tile_um is 0; expected a finite number above 0"):
        equalise_adaptive(volume, tile_um=0)
    for limit in (0.9, float("nan"), float("inf"), True):
        with pytest.raises(ParameterError, match=r"clip_limit is .*; expected a finite number, 1 or above"):
            equalise_adaptive(volume, clip_limit=limit)
    with pytest.raises(ValuesError, match="the single grey value 3; expected at least two"):
        equalise_adaptive(vt.data.Volume(np.full((8, 8, 8), 3.0), voxel_size_um=1))

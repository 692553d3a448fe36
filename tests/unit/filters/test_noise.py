import numpy as np
import pytest

import voltome as vt
from voltome.errors import ValuesError
from voltome.filters import estimate_noise


def volume(values, **more):
    return vt.data.Volume(values, voxel_size_um=(2, 1, 0.5), **more)


@pytest.mark.parametrize("sd", [0.01, 5.0, 3000.0])
@pytest.mark.parametrize("shape", [(60, 60, 60), (1, 500, 500), (2, 400, 400), (200, 1, 1000)])
def test_the_noise_of_a_flat_image_is_recovered(sd, shape):
    # the median of n independent sizes scatters by 1.17 / sqrt(n); here they share voxels, and the sum of their squared
    # correlations is (1 + 2 (4/6)^2 + 2 (1/6)^2)^axes, at most 7.3: 3.2 / sqrt(n), 0.7 % or less
    noisy = np.random.default_rng(1).normal(1e4, sd, shape)
    assert estimate_noise(volume(noisy)) == pytest.approx(sd, rel=0.02)


def test_slopes_and_edges_along_the_axes_are_no_noise():
    z, y, x = np.indices((50, 50, 50))
    smooth = 3.0 * z - 2.0 * y + 0.1 * y**2 + 100.0 * (x > 20)
    noisy = smooth + np.random.default_rng(2).normal(0, 4, smooth.shape)
    assert estimate_noise(volume(noisy)) == pytest.approx(4, rel=0.03)
    assert estimate_noise(volume(np.rint(smooth * 10).astype(np.int32))) == 0


def test_particles_raise_it_little_and_never_lower_it():
    # edges only add to the size of residuals, so the bias is upwards
    z, y, x = np.indices((60, 60, 60)) % 20 - 9.5
    balls = np.where(z**2 + y**2 + x**2 < 64, 170.0, 60.0)
    noisy = balls + np.random.default_rng(3).normal(0, 18, balls.shape)
    found = estimate_noise(volume(noisy))
    assert 18 * 0.99 < found < 18 * 1.35


def test_rounding_to_integers_is_part_of_the_noise():
    values = np.rint(np.random.default_rng(4).normal(100, 2, (60, 60, 60))).astype(np.uint8)
    assert estimate_noise(volume(values)) == pytest.approx(np.sqrt(4 + 1 / 12), rel=0.02)


def test_smooth_noise_is_underestimated():
    # (a + b) / sqrt(2) of neighbours has the same sd, but along x its second difference has a variance of 2, not of 6
    white = np.random.default_rng(5).normal(0, 1, (40, 40, 301))
    smooth = (white[..., 1:] + white[..., :-1]) / np.sqrt(2)
    assert estimate_noise(volume(smooth)) == pytest.approx(np.sqrt(2 / 6), rel=0.03)


def test_a_constant_image_has_no_noise():
    assert estimate_noise(volume(np.full((14, 14, 14), 7, np.uint8))) == 0


def test_only_the_sample_counts():
    values = np.zeros((30, 80, 80), np.float32)
    mask = np.zeros(values.shape, np.bool_)
    mask[5:25, 10:60, 10:60] = True  # 18 x 48 x 48 with their neighbours inside: 1.6 %
    values[mask] = np.random.default_rng(6).normal(50, 5, mask.sum())
    assert estimate_noise(volume(values)) == 0
    assert estimate_noise(volume(values, mask=mask)) == pytest.approx(5, rel=0.04)


def test_a_large_image_is_estimated_from_layers_all_over_it(monkeypatch):
    values = np.random.default_rng(7).normal(0, 1, (64, 50, 50)) * np.linspace(1, 3, 64)[:, None, None]
    whole = estimate_noise(volume(values))
    monkeypatch.setattr("voltome.filters.noise.MOST_VOXELS", 16 * 2500)
    assert estimate_noise(volume(values)) == pytest.approx(whole, rel=0.03)


@pytest.mark.parametrize("shape", [(2, 2, 2), (1, 1, 50), (11, 12, 12)])
def test_an_image_that_is_too_small_is_refused(shape):
    with pytest.raises(ValuesError, match=r"cannot be estimated: \d+ voxels .* at least 1000\. Give the noise"):
        estimate_noise(volume(np.zeros(shape, np.float32)))

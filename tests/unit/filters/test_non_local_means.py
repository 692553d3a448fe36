"""Non-local means against its definition, voxel by voxel, and what must hold for it."""

import itertools

import numpy as np
import pytest

import voltome as vt
from voltome.data import _kernels_slabs
from voltome.errors import ParameterError, ValuesError
from voltome.filters import denoise_nlm


def volume(values, voxel_size_um=1.0, **more):
    return vt.data.Volume(values, voxel_size_um=voxel_size_um, **more)


def grey(shape=(9, 13, 17), noise=10.0, seed=0):
    """Return two flat halves with noise, in float64."""
    values = np.full(shape, 100.0)
    values[shape[0] // 2 :] = 180
    return values + np.random.default_rng(seed).normal(0, noise, shape)


def slowly(values, noise, strength=0.8, radius=(3, 3, 3), patch=3):
    """Return the definition, pair by pair of displacements, in float64."""
    half = patch // 2
    padded = np.pad(values.astype(np.float64), half, mode="edge")
    total, weights = np.zeros(values.shape), np.zeros(values.shape)
    for t in itertools.product(*[range(-r, r + 1) for r in radius]):
        own = tuple(slice(max(0, -k), n - max(0, k)) for k, n in zip(t, values.shape, strict=True))
        other = tuple(slice(max(0, k), n - max(0, -k)) for k, n in zip(t, values.shape, strict=True))
        if any(abs(k) >= n for k, n in zip(t, values.shape, strict=True)):
            continue
        squared = 0.0
        for o in itertools.product(range(patch), repeat=3):
            at = padded[tuple(slice(s.start + k, s.stop + k) for s, k in zip(own, o, strict=True))]
            to = padded[tuple(slice(s.start + k, s.stop + k) for s, k in zip(other, o, strict=True))]
            squared = squared + (at - to) ** 2
        weight = np.exp(-np.maximum(squared / patch**3 - 2 * noise**2, 0) / (strength * noise) ** 2)
        total[own] += weight * values[other]
        weights[own] += weight
    return total / weights


@pytest.mark.parametrize(
    ("shape", "radius", "patch"),
    [
        ((9, 13, 17), (3, 3, 3), 3),
        ((9, 13, 17), (2, 2, 2), 5),
        ((5, 3, 2), (4, 2, 1), 3),  # the search reaches beyond the image
        ((1, 14, 15), (0, 3, 3), 3),
        ((7, 1, 9), (3, 0, 3), 5),
        ((3, 60, 9), (2, 2, 2), 3),  # two tiles along y
        ((18, 3, 5), (2, 2, 2), 5),  # two tiles along z
        ((2, 3, 517), (1, 1, 2), 3),  # three tiles along x
    ],
)
@pytest.mark.parametrize("strength", [0.3, 0.8, 5.0])
def test_it_is_its_definition(shape, radius, patch, strength):
    # weights are off by up to 6e-5, of some tens of neighbours that count, each within some sd: 0.01 sd in all
    values = grey(shape)
    size = tuple(12 / r if r else 1.0 for r in radius)
    found = denoise_nlm(
        volume(values, size), noise=10, strength=strength, search_radius_um=12, patch_voxels=patch
    ).values
    assert np.abs(found - slowly(values, 10, strength, radius, patch)).max() < 0.01 * 10


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.int32, np.float32, np.float64])
def test_the_type_is_kept_and_integers_are_rounded(dtype):
    values = np.rint(grey()).astype(dtype)
    mask = np.ones(values.shape, np.bool_)
    image = volume(values, (1, 2, 3), quantity="attenuation", unit="1/cm", mask=mask)
    found = denoise_nlm(image, noise=10)
    assert found.values.dtype == dtype
    assert (found.voxel_size_um, found.unit, found.quantity) == ((1, 2, 3), "1/cm", "attenuation")
    assert found.mask is mask
    expected = slowly(values.astype(np.float64), 10)
    allowed = 0.1 + (0.5 if np.dtype(dtype).kind != "f" else 0)
    assert np.abs(found.values - expected).max() < allowed
    assert abs((found.values - expected).mean()) < 0.05  # cut towards zero it would be off by 0.5


def test_the_search_radius_is_in_um_along_each_axis():
    values = grey()
    found = denoise_nlm(volume(values, (2.0, 1.0, 0.7)), noise=10, search_radius_um=2.1)
    assert "search 3 x 5 x 7 voxels" in found.history[-1]
    assert np.abs(found.values - slowly(values, 10, radius=(1, 2, 3))).max() < 0.1


@pytest.mark.parametrize("patch", [3, 5])
@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_threads_and_slabs_change_no_bit(patch, dtype, monkeypatch):
    image = volume(grey((19, 12, 11)).astype(dtype))
    whole = denoise_nlm(image, noise=10, patch_voxels=patch).values
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 1)
    for slabs in (2, 3, 19):
        monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda slabs=slabs: slabs)
        assert denoise_nlm(image, noise=10, patch_voxels=patch).values.tobytes() == whole.tobytes()


def test_an_image_and_its_mirror_image_give_the_same():
    values = grey()
    found = denoise_nlm(volume(values), noise=10).values
    for axis in range(3):
        mirrored = denoise_nlm(volume(np.flip(values, axis).copy()), noise=10).values
        assert np.abs(np.flip(mirrored, axis) - found).max() < 1e-3


def test_another_grey_scale_gives_the_same_in_it():
    values = grey()
    found = denoise_nlm(volume(values), noise=10).values
    for scale, offset in ((1e-12, 0.0), (1e12, 0.0), (0.5, 1e6)):
        scaled = denoise_nlm(volume(values * scale + offset), noise=10 * scale).values
        assert np.abs((scaled - offset) / scale - found).max() < 1e-3


def test_a_strong_filter_is_the_mean_of_the_search_box():
    # with h = 100 s every weight is within (d^2 - 2 s^2) / h^2 of 1: 0.001 here, where d^2 is below 12 s^2
    values = np.random.default_rng(1).normal(50, 2, (12, 12, 12))
    found = denoise_nlm(volume(values), noise=2, strength=100).values
    assert found[5, 6, 5] == pytest.approx(values[2:9, 3:10, 2:9].mean(), abs=0.002)
    assert found[0, 0, 0] == pytest.approx(values[:4, :4, :4].mean(), abs=0.002)


def test_noise_of_a_flat_image_falls_as_that_of_a_mean():
    # all 343 weights are near 1: sd 5 / sqrt(343) = 0.27
    values = np.random.default_rng(2).normal(50, 5, (40, 40, 40)).astype(np.float32)
    found = denoise_nlm(volume(values), noise=5, strength=20).values[4:-4, 4:-4, 4:-4]
    assert found.std() == pytest.approx(5 / np.sqrt(343), rel=0.1)
    assert found.mean() == pytest.approx(50, abs=0.1)


def test_edges_stay_where_they_are():
    # across the edge d^2 is at least a third of 80^2, 21 s^2, so that no weight reaches exp(-(21 - 2) / 0.64)
    values = grey((16, 20, 20), noise=10)
    found = denoise_nlm(volume(values), noise=10).values
    below, above = found[7, 4:-4, 4:-4], found[8, 4:-4, 4:-4]
    assert below.mean() == pytest.approx(100, abs=1.5)
    assert above.mean() == pytest.approx(180, abs=1.5)


def test_means_stay_within_the_grey_values():
    for values in (grey(), np.rint(grey()).astype(np.uint8)):
        for strength in (0.01, 0.8, 100):
            found = denoise_nlm(volume(values), noise=10, strength=strength).values
            assert values.min() <= found.min() <= found.max() <= values.max()


@pytest.mark.parametrize("noise", [None, 3.0])
@pytest.mark.parametrize("value", [0, 7, 255])
def test_a_constant_image_stays_as_it_is_and_says_so(noise, value):
    image = volume(np.full((6, 7, 8), value, np.uint8))
    found = denoise_nlm(image, noise=noise)
    assert np.array_equal(found.values, image.values)
    assert "constant and stays so" in found.history[-1]


def test_the_estimated_noise_is_used_and_said():
    image = volume(grey((16, 16, 16)))
    estimate = vt.filters.estimate_noise(image)
    found = denoise_nlm(image)
    assert found.history == (
        f"denoise_nlm: strength 0.8, search 7 x 7 x 7 voxels, patch 3 voxels, noise {estimate:.6g} (estimated)",
    )
    assert np.array_equal(found.values, denoise_nlm(image, noise=estimate).values)


def test_an_image_that_is_mostly_empty_needs_a_mask_or_a_noise():
    values = np.zeros((14, 30, 30), np.float32)
    values[:, 4:17, 4:17] = grey((14, 13, 13))
    with pytest.raises(ValuesError, match=r"estimated as 0.* Crop or mask .* or give the noise"):
        denoise_nlm(volume(values))
    mask = values > 0
    assert "(estimated)" in denoise_nlm(volume(values, mask=mask)).history[-1]


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"strength": 0}, "strength is 0; expected a finite number above 0"),
        ({"strength": 1000}, "strength is 1000; expected 0.01 to 100 times the noise"),
        ({"strength": 0.001}, "expected 0.01 to 100"),
        ({"patch_voxels": 4}, "patch_voxels is 4; expected 3 or 5"),
        ({"patch_voxels": True}, "patch_voxels is True; expected 3 or 5"),
        ({"noise": 0}, "noise is 0; expected a finite number above 0"),
        ({"noise": 1e4}, "noise is 10000, while the grey values have a range of .* in the unit of the grey values"),
        ({"noise": 1e-9}, "noise is 1e-09, while the grey values have a range"),
        ({"search_radius_um": -1}, "search_radius_um is -1; expected a finite number above 0"),
        ({"search_radius_um": 0.3}, "search_radius_um is 0.3, less than half a voxel of 1 x 1 x 1 um .* micrometres"),
        ({"search_radius_um": 99}, "search_radius_um is 99, 99 voxels .* at most 15 voxels along each axis"),
    ],
)
def test_parameters_that_cannot_be_are_refused(parameters, says):
    with pytest.raises(ParameterError, match=says):
        denoise_nlm(volume(grey()), **parameters)


def test_integers_beyond_float64_are_refused():
    values = np.full((3, 3, 3), 2**53 + 2, np.int64)
    with pytest.raises(ValuesError, match=r"expected at most 9007199254740992"):
        denoise_nlm(volume(values), noise=1)


def test_a_patch_of_its_own_kind_is_cleaned_where_a_box_would_blur():
    # an image that repeats every four voxels: the voxels alike are averaged, the pattern is kept
    pattern = np.random.default_rng(3).uniform(0, 200, (4, 4, 4))
    clean = np.tile(pattern, (5, 5, 5))
    noisy = clean + np.random.default_rng(4).normal(0, 5, clean.shape)
    found = denoise_nlm(volume(noisy), noise=5, search_radius_um=4).values
    inner = (slice(6, -6),) * 3
    assert (found - clean)[inner].std() < 0.3 * (noisy - clean)[inner].std()

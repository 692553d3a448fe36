import numpy as np
import pytest
from textures import textured

from voltome.errors import ValuesError
from voltome.segmentation import _features, _kernels_forest
from voltome.segmentation._features import Features, names_of_features


def whole(volume, scales, **options):
    made = Features(volume, scales, slice_wise=options.pop("slice_wise", False), offset=options.pop("offset", 100.0))
    out = np.empty((*volume.shape, made.count), np.float32)
    for box in made.tiles():
        out[box] = made.of_tile(box).reshape(out[box].shape)
    return out


@pytest.mark.parametrize("slice_wise", [False, True])
def test_features_do_not_depend_on_the_tiles(monkeypatch, slice_wise):
    volume, _ = textured((12, 30, 26), voxel_size_um=(2, 1, 1))
    at_once = whole(volume, (1, 2, 4), slice_wise=slice_wise)
    monkeypatch.setattr(_features, "TILE", (5, 7, 11))
    monkeypatch.setattr(_features, "FLAT_TILE", (1, 9, 13))
    np.testing.assert_array_equal(whole(volume, (1, 2, 4), slice_wise=slice_wise), at_once)
    assert np.isfinite(at_once).all()


def test_names_and_features_are_as_many():
    assert len(names_of_features((1, 2), slice_wise=True)) == 17
    assert len(names_of_features((1, 2), slice_wise=False)) == 21
    assert names_of_features((0.5,), slice_wise=True)[:3] == (
        "grey value",
        "mean, 0.5 um",
        "standard deviation, 0.5 um",
    )


def test_a_constant_image_has_no_texture_and_no_nan():
    volume, _ = textured((5, 6, 7))
    found = whole(volume.derive("flat", values=np.full((5, 6, 7), 130, np.uint8)), (1, 2, 4))
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found[..., 0], 30)
    np.testing.assert_allclose(found[..., 3], 0, atol=1e-4)


@pytest.mark.parametrize("shape", [(1, 1, 40), (1, 40, 1), (3, 1, 1), (2, 2, 2)])
def test_thin_images_have_features(shape):
    volume, _ = textured((40, 40, 40))
    cut = volume.values[: shape[0], : shape[1], : shape[2]].copy()
    found = whole(volume.derive("cut", values=cut), (1, 4), slice_wise=shape[0] == 1)
    assert np.isfinite(found).all()


def test_eigenvalues_are_those_of_numpy():
    random = np.random.default_rng(1)
    parts = random.normal(size=(6, 50)).astype(np.float32)
    parts[:, 0], parts[1:3, 1], parts[4, 1] = 0, 0, 0  # all equal, and diagonal
    zz, zy, zx, yy, yx, xx = parts
    matrices = np.array([[zz, zy, zx], [zy, yy, yx], [zx, yx, xx]]).transpose(2, 0, 1).astype(float)
    out = np.empty((50, 3), np.float32)
    _kernels_forest.eigenvalues_of_three(zz, zy, zx, yy, yx, xx, out)
    np.testing.assert_allclose(out, np.linalg.eigvalsh(matrices)[:, ::-1], atol=1e-5)
    flat = np.empty((50, 2), np.float32)
    _kernels_forest.eigenvalues_of_two(yy, yx, xx, flat)
    np.testing.assert_allclose(flat, np.linalg.eigvalsh(matrices[:, 1:, 1:])[:, ::-1], atol=1e-5)


def test_a_coarse_grid_is_read_linearly_between_its_centres():
    # cells of two voxels with centres at 1, 3, 5: voxel 2 lies at 2.5, three quarters of the way from 1 to 3
    coarse = np.array([0.0, 8.0, 16.0], np.float32).reshape(1, 1, 3, 1)
    out = np.full((6, 2), -1, np.float32)
    shape, steps = np.array([1, 1, 6]), np.array([1, 1, 2])
    _kernels_forest.interpolate(coarse, np.zeros(3, np.int64), shape, steps, out, 1)
    assert out[:, 1].tolist() == [0, 2, 6, 10, 14, 16]
    assert (out[:, 0] == -1).all()


def test_grey_values_whose_squares_overflow_are_refused():
    volume, _ = textured((1, 8, 8))
    with pytest.raises(ValuesError, match=r"expected at most 1e\+18 in size"):
        whole(volume.derive("huge", values=volume.values * np.float32(1e30)), (1,))

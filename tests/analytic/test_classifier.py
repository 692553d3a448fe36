"""Features whose value is known without a computer, and phases that no threshold can tell apart."""

import numpy as np
import pytest
from textures import brushed, textured

import voltome as vt
from voltome.segmentation._features import Features, names_of_features

SLICE = ["mean", "deviation", "slope", "curvature", "larger", "smaller", "texture", "weaker"]
VOLUME = ["mean", "deviation", "slope", "curvature", "1", "2", "3", "texture", "t2", "t3"]


def at_centre(values, scale_um, *, voxel_size_um=1.0, slice_wise=False, offset=0.0):
    """Return the features of the central voxel at one scale, by name."""
    volume = vt.data.Volume(values.astype(np.float32), voxel_size_um=voxel_size_um)
    made = Features(volume, (scale_um,), slice_wise=slice_wise, offset=offset)
    whole = np.empty((*volume.shape, made.count), np.float32)
    for box in made.tiles():
        whole[box] = made.of_tile(box).reshape(whole[box].shape)
    assert len(names_of_features((scale_um,), slice_wise=slice_wise)) == made.count
    middle = tuple(count // 2 for count in volume.shape)
    return dict(zip(SLICE if slice_wise else VOLUME, whole[middle][1:].tolist(), strict=True))


@pytest.mark.parametrize("scale_um", [1.5, 4.0], ids=["on the voxels", "on a coarse grid"])
def test_a_ramp_has_its_slope_times_the_scale_and_no_curvature(scale_um):
    # grey = 3 per um along x: Gaussian mean = the value itself, slope per standard deviation = 3 s, texture the same;
    # the standard deviation of x under a Gaussian that ends at 3 s is a little below s (0.987 s): the bias is negative
    x = np.broadcast_to(np.arange(141), (41, 41, 141))
    found = at_centre(3.0 * x * 0.5, scale_um, voxel_size_um=(1, 1, 0.5))
    assert found["mean"] == pytest.approx(3 * 0.5 * 70, rel=1e-5)
    assert found["slope"] == pytest.approx(3 * scale_um, rel=1e-4)
    assert found["texture"] == pytest.approx(3 * scale_um, rel=1e-3)
    assert [found[name] for name in ("curvature", "1", "2", "3", "t2", "t3")] == pytest.approx([0] * 6, abs=0.05)
    assert 0.97 * 3 * scale_um < found["deviation"] < 3 * scale_um


@pytest.mark.parametrize("scale_um", [2.0, 6.0], ids=["on the voxels", "on a coarse grid"])
def test_a_bowl_has_the_eigenvalues_of_its_hessian(scale_um):
    # grey = z^2 - y^2 / 2 + x^2 / 4 in um2: second derivatives 2, -1, 1/2, each times s^2; their sum is the curvature
    z, y, x = (np.indices((61, 61, 61)) - 30.0) * np.array([1.0, 1.0, 2.0])[:, None, None, None]
    found = at_centre(z**2 - y**2 / 2 + x**2 / 4, scale_um, voxel_size_um=(1, 1, 2), offset=5.0)
    expected = np.array([2.0, 0.5, -1.0]) * scale_um**2
    assert [found["1"], found["2"], found["3"]] == pytest.approx(expected.tolist(), rel=0.01)
    assert found["curvature"] == pytest.approx(expected.sum(), rel=0.01)
    # flat at the bottom; between the cells of a coarse grid a slope is interpolated, so there it is too large
    assert 0 <= found["slope"] < (0.01 if scale_um < 3 else 0.2) * 2 * scale_um**2


def test_slices_do_not_look_at_their_neighbours():
    # along z grey rises by 100 for each slice; in the slice it is y^2 / 2, second derivative 1
    z, y, _ = np.indices((9, 41, 41)) - 20.0
    found = at_centre(100 * z + y**2 / 2, 2.0, slice_wise=True)
    assert found["larger"] == pytest.approx(4, rel=0.01)
    assert found["smaller"] == pytest.approx(0, abs=0.01)
    assert found["slope"] == pytest.approx(0, abs=0.01)


def test_white_noise_has_its_standard_deviation():
    # under a wide Gaussian the deviation is that of the noise; the mean takes 1 / (4 pi s^2) of the variance, below 1 %
    noise = np.random.default_rng(3).normal(1000, 20, (1, 400, 400))
    assert at_centre(noise, 12.0, offset=990)["deviation"] == pytest.approx(20, rel=0.05)


def test_phases_of_one_histogram_are_told_apart_by_their_texture():
    volume, rough = textured((1, 160, 160))
    greys = volume.values
    best = max(np.mean((greys > cut) == rough) for cut in np.percentile(greys, range(101)))
    assert max(best, 1 - best) < 0.53  # no threshold does much better than a coin
    trained = vt.segmentation.train_classifier(volume, brush=brushed(rough, every=32), trees=30)
    found = vt.segmentation.classify(volume, classifier=trained.classifier).is_phase("rough")
    assert np.mean(found == rough) > 0.93
    other, truth = textured((1, 160, 160), seed=2)  # the same phases elsewhere, on which nothing was brushed
    again = vt.segmentation.classify(other, classifier=trained.classifier).is_phase("rough")
    assert np.mean(again == truth) > 0.92


def test_phases_are_told_apart_in_volumes_of_uneven_voxels():
    volume, rough = textured((12, 48, 48), voxel_size_um=(2, 1, 1))
    trained = vt.segmentation.train_classifier(volume, brush=brushed(rough, voxel_size_um=(2, 1, 1)), trees=30)
    found = vt.segmentation.classify(volume, classifier=trained.classifier).is_phase("rough")
    assert np.mean(found == rough) > 0.9

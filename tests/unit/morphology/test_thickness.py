from __future__ import annotations

import numpy as np
import pytest

import voltome as vt
from voltome.errors import ParameterError, PhaseError, ValuesError

NAMES = {0: "pore", 1: "solid", 2: "binder"}


def image(values, voxel_size_um=1.0, **more):
    return vt.data.PhaseImage(np.asarray(values, np.uint8), voxel_size_um=voxel_size_um, phases=NAMES, **more)


def plates():
    """Plates of 4 and of 8 voxels across z, with pore between."""
    values = np.zeros((20, 20, 20), np.uint8)
    values[2:6] = values[10:18] = 1
    return values


def sizes(phases, **parameters):
    return vt.morphology.continuous_size_distribution(phases, phase="solid", **parameters)


def test_it_is_a_volume_in_um_on_the_grid_of_the_phases():
    phases = image(plates(), 0.5, origin_um=(1.0, 2.0, 3.0), history=("threshold: by hand",))
    thickness = vt.morphology.local_thickness(phases, phase="solid")
    assert isinstance(thickness, vt.data.Volume)
    assert (thickness.quantity, thickness.unit, thickness.values.dtype) == ("local thickness", "um", np.float32)
    assert (thickness.voxel_size_um, thickness.origin_um) == ((0.5, 0.5, 0.5), (1.0, 2.0, 3.0))
    assert thickness.history[0] == "threshold: by hand"
    assert thickness.history[1].startswith("local_thickness: of solid")
    assert set(thickness.values[2:6].ravel()) == {2.0}
    assert set(thickness.values[10:18].ravel()) == {4.0}
    assert set(thickness.values[phases.values == 0]) == {0.0}


def test_what_is_outside_the_mask_neither_counts_nor_bounds():
    values = np.ones((9, 9, 21), np.uint8)
    values[:, :, 0] = 0
    values[:, :, 12:] = 2
    mask = np.ones(values.shape, np.bool_)
    mask[:, :, 11:] = False
    thickness = vt.morphology.local_thickness(image(values, mask=mask), phase="solid")
    assert thickness.mask is mask
    assert set(thickness.values[~mask]) == {0.0}
    # a half space that begins at x = 1, seen up to x = 10: the last layer is 10 from the pore
    assert thickness.values[4, 4, 10] == 20
    assert vt.morphology.local_thickness(image(values), phase="solid").values.max() == 12


def test_a_phase_that_is_cut_by_the_image_goes_on():
    values = np.zeros((8, 6, 6), np.uint8)
    values[4:] = 1
    assert vt.morphology.local_thickness(image(values), phase="solid").values[4:].max() == 8


def test_one_slice_has_discs_and_one_voxel_the_smallest_ball():
    y, x = np.ogrid[:25, :25]
    disc = ((y - 12) ** 2 + (x - 12) ** 2 <= 8**2)[np.newaxis]
    assert vt.morphology.local_thickness(image(disc), phase="solid").values.max() == pytest.approx(17, abs=1)
    values = np.zeros((3, 3, 3), np.uint8)
    values[1, 1, 1] = 1
    assert vt.morphology.local_thickness(image(values, 0.5), phase="solid").values[1, 1, 1] == 1.0


@pytest.mark.parametrize("function", [vt.morphology.local_thickness, vt.morphology.continuous_size_distribution])
def test_nothing_to_measure_and_nothing_that_bounds(function):
    with pytest.raises(PhaseError, match="phase 'binder' has no voxel in the sample, so it has no thickness"):
        function(image(plates()), phase="binder")
    with pytest.raises(PhaseError, match="phase 'solid' fills the sample whole: nothing bounds it"):
        function(image(np.ones((3, 3, 3))), phase="solid")
    with pytest.raises(PhaseError, match="unknown phase 'sold'"):
        function(image(plates()), phase="sold")
    mask = plates() == 1
    with pytest.raises(PhaseError, match="phase 'solid' fills the mask whole"):
        function(image(plates(), mask=mask), phase="solid")
    with pytest.raises(PhaseError, match="phase 'pore' has no voxel in the mask"):
        function(image(plates(), mask=mask), phase="pore")


def test_shares_of_the_volume_and_what_balls_cover():
    found = sizes(image(plates(), 0.5), bins=2, scale="linear")
    frame = found.frame
    assert found.kind == "continuous_size_distribution"
    assert frame.radius_from_um.tolist() == [1, 1.5]
    assert frame.radius_to_um.tolist() == [1.5, 2]
    assert frame.radius_um.tolist() == [1.25, 1.75]
    assert frame.share.tolist() == pytest.approx([1 / 3, 2 / 3])
    assert frame.density_per_um.tolist() == pytest.approx([2 / 3, 4 / 3])
    assert frame.coverable_share.tolist() == pytest.approx([1, 2 / 3])
    assert frame.volume_weighted_mean_radius_um.tolist() == pytest.approx([5 / 3, 5 / 3])
    assert set(frame.r50_um) == {2.0}
    assert set(frame.excluded_volume_fraction) == {0.0}
    assert "mean radius 1.667 um, r50 2 um" in found.method
    assert "left out" not in found.method


def test_the_distribution_is_that_of_the_thickness():
    values = np.random.default_rng(0).random((20, 20, 20)) < 0.9
    phases = image(values, (1.0, 2.0, 1.5))
    radii = vt.morphology.local_thickness(phases, phase="solid").values[values].astype(float) / 2
    frame = sizes(phases, bins=5).frame
    assert frame.volume_weighted_mean_radius_um[0] == pytest.approx(radii.mean(), rel=1e-6)
    assert frame.r50_um[0] == pytest.approx(np.median(radii), rel=1e-6)
    for low, covered in zip(frame.radius_from_um, frame.coverable_share, strict=True):
        assert covered == pytest.approx((radii >= low * (1 - 1e-6)).mean())


def test_small_radii_are_left_out_and_their_share_is_said():
    found = sizes(image(plates(), 0.7), minimum_radius_um=2.1, bins=3)
    assert found.frame.excluded_volume_fraction.tolist() == pytest.approx([1 / 3] * 3)
    assert found.frame.share.sum() == pytest.approx(1)
    assert found.frame.volume_weighted_mean_radius_um[0] == pytest.approx(2.8)
    assert "radii below 2.1 um left out: 33.3 % of the volume" in found.method
    # 0.7 x 2 is not a hair below 1.4
    assert sizes(image(plates(), 0.7), minimum_radius_um=1.4).frame.excluded_volume_fraction[0] == 0
    with pytest.raises(ValuesError, match=r"largest ball of minimum_radius_um = 3 um or more; the largest has 2\.8 um"):
        sizes(image(plates(), 0.7), minimum_radius_um=3)


def test_equal_radii_fall_in_the_bins():
    values = np.zeros((8, 8, 8), np.uint8)
    values[2:6] = 1
    frame = sizes(image(values), bins=3).frame
    assert frame.share.sum() == 1
    assert (frame.radius_from_um[0], frame.radius_to_um[2]) == pytest.approx((np.sqrt(2), 2 * np.sqrt(2)))


def test_wrong_parameters():
    phases = image(plates())
    with pytest.raises(ParameterError, match="bins is 0; expected a whole number, 1 or above"):
        sizes(phases, bins=0)
    with pytest.raises(ParameterError, match="scale is 'cubic'; expected one of 'linear', 'log'"):
        sizes(phases, scale="cubic")
    with pytest.raises(ParameterError, match="minimum_radius_um is -1"):
        sizes(phases, minimum_radius_um=-1)

from __future__ import annotations

import numpy as np
import pytest

import voltome as vt
from voltome.errors import ParameterError, PhaseError

NAMES = {0: "solid", 1: "pore", 2: "binder"}


def image(values, voxel_size_um=1.0, **more):
    return vt.data.PhaseImage(np.asarray(values, np.uint8), voxel_size_um=voxel_size_um, phases=NAMES, **more)


def bottle(deep=8):
    """A throat of 2 x 2 voxels into a chamber of 8 x 8, and a void beside it."""
    values = np.zeros((6 + deep + 2, 20, 20), np.uint8)
    values[:6, 9:11, 9:11] = 1
    values[6 : 6 + deep, 6:14, 6:14] = 1
    values[4:8, 1:4, 1:4] = 1
    return values


def radius(phases, **parameters):
    return vt.morphology.intrusion_radius(phases, phase="pore", **parameters)


def intrusion(phases, **parameters):
    return vt.morphology.mercury_intrusion(phases, phase="pore", **parameters)


def test_it_is_a_volume_in_um_on_the_grid_of_the_phases():
    found = radius(image(bottle(), 0.5, history=("threshold: by hand",)), inlet="z-")
    assert (found.quantity, found.unit, found.values.dtype) == ("intrusion radius", "um", np.float32)
    assert found.history[-1] == (
        "intrusion_radius: into pore through the first face along z, largest ball that arrives"
    )
    assert set(found.values[bottle() == 0]) == {0.0}
    assert set(found.values[6:14, 6:14, 6:14].ravel()) == {0.5}
    assert set(found.values[4:8, 1:4, 1:4][:, 0].ravel()) == {0.0}  # the void is never reached


def test_every_face_can_be_the_inlet_and_the_others_are_closed():
    values = bottle()[:14]  # the chamber is open at the last z
    assert radius(image(values), inlet="z+").values[12, 10, 10] == 4
    assert radius(image(values)).values[12, 10, 10] == 4
    assert radius(image(values), inlet="z-").values[12, 10, 10] == 1
    for axis, name in enumerate("zyx"):
        turned = np.ascontiguousarray(np.moveaxis(values, 0, axis))
        assert radius(image(turned), inlet=f"{name}+").values.max() == 4
        assert radius(image(turned), inlet=f"{name}-").values.max() == 1
        assert radius(image(np.flip(turned, axis)), inlet=f"{name}-").values.max() == 4


def test_with_a_mask_the_inlet_is_the_first_voxel_inside_it_and_nothing_passes_outside():
    values = np.zeros((12, 9, 20), np.uint8)
    values[:, 2:6, 2:6] = values[:, 2:6, 12:16] = 1
    values[5:9, 2:6, 2:16] = 1  # joins the two
    mask = np.ones(values.shape, np.bool_)
    mask[:3] = False
    mask[:, :, 12:] = False
    found = radius(image(values, mask=mask), inlet="z-")
    assert found.mask is mask
    assert set(found.values[~mask]) == {0.0}
    assert (found.values[mask & (values == 1)] > 0).all()
    mask[:, :, 7:9] = False
    mask[:, :, 9:] = True
    mask[:11, :, 9:12] = False  # a way on the far side, that is no longer joined
    row = intrusion(image(values, mask=mask), inlet="x-").frame.iloc[0]
    assert row.never_intruded_fraction > 0.3


def test_shares_are_of_the_phase_and_percentiles_of_what_is_reached():
    found = intrusion(image(bottle()), inlet="z-", bins=4)
    frame = found.frame
    throat, chamber, void = 24, 512, 36
    whole = throat + chamber + void
    assert (frame.phase[0], frame.inlet[0], found.kind) == ("pore", "z-", "mercury_intrusion")
    assert frame.share.sum() == pytest.approx((throat + chamber) / whole)
    assert frame.intruded_share[0] == pytest.approx((throat + chamber) / whole)
    assert frame.share[0] == frame.intruded_share[0]  # all at radius 1
    assert (frame.density_per_um * (frame.radius_to_um - frame.radius_from_um)).sum() == pytest.approx(
        frame.share.sum()
    )
    assert frame.coverable_share[0] == 1
    assert (frame.radius_from_um[0], frame.radius_to_um[3]) == (1, 4)
    assert frame.never_intruded_fraction.tolist() == pytest.approx(4 * [void / whole])
    row = frame.iloc[0]
    assert (row.r10_um, row.r50_um, row.r90_um, row.continuous_r50_um) == (1, 1, 1, 4)
    assert (row.bottleneck_ratio, row.constrictivity) == (0.25, 0.0625)
    assert "first face along z" in found.method
    assert "bottleneck ratio 0.25" in found.method
    (warning,) = found.warnings
    assert "6.29 % of the volume of pore is never reached through the first face along z" in warning


def test_without_what_is_cut_off_there_is_no_warning():
    values = bottle()
    values[4:8, 1:4, 1:4] = 0
    found = intrusion(image(values), scale="linear", bins=2)
    assert found.warnings == ()
    assert found.frame.inlet[0] == "all"
    assert "all faces" in found.method


def test_intrusion_is_nowhere_wider_than_the_largest_ball():
    values = np.random.default_rng(0).random((16, 18, 20)) < 0.9
    phases = image(values, (1.0, 2.0, 1.5))
    free = vt.morphology.local_thickness(phases, phase="pore").values / 2
    for inlet in ("all", "z-", "x+"):
        found = radius(phases, inlet=inlet).values
        assert (found <= free * (1 + 1e-6)).all()
        assert ((found > 0) <= values).all()


def test_one_slice_has_no_inlet_at_its_two_faces():
    values = np.zeros((1, 12, 12), np.uint8)
    values[0, :8, 4:6] = 1
    values[0, 10, 10] = 1
    found = radius(image(values))
    assert set(found.values[0, :8, 4:6].ravel()) == {1.0}
    assert found.values[0, 10, 10] == 0
    with pytest.raises(ParameterError, match="inlet is 'z-', but the image has one voxel along z"):
        radius(image(values), inlet="z-")


@pytest.mark.parametrize("function", [vt.morphology.intrusion_radius, vt.morphology.mercury_intrusion])
def test_nothing_to_fill_and_nothing_to_enter_by(function):
    with pytest.raises(PhaseError, match="phase 'binder' has no voxel in the sample"):
        function(image(bottle()), phase="binder")
    with pytest.raises(PhaseError, match="unknown phase 'por'"):
        function(image(bottle()), phase="por")
    with pytest.raises(PhaseError, match="phase 'pore' fills the sample whole"):
        function(image(np.ones((4, 4, 4))), phase="pore")
    with pytest.raises(
        PhaseError, match="phase 'pore' has no voxel at the inlet, the last face along z, so nothing can enter"
    ):
        function(image(bottle()), phase="pore", inlet="z+")
    with pytest.raises(ParameterError, match="inlet is 'top'; expected one of 'all', 'z-'"):
        function(image(bottle()), phase="pore", inlet="top")


def test_wrong_bins_and_scale():
    with pytest.raises(ParameterError, match="bins is 0"):
        intrusion(image(bottle()), bins=0)
    with pytest.raises(ParameterError, match="scale is 'cubic'"):
        intrusion(image(bottle()), scale="cubic")

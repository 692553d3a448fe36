from __future__ import annotations

import numpy as np
import pytest

import voltome as vt
from voltome.errors import AxisError, ParameterError, PhaseError, ValuesError

NAMES = {0: "pore", 1: "sulfur", 7: "binder"}


def image(values, voxel_size_um=(0.5, 1.0, 2.0), **more):
    return vt.data.PhaseImage(np.asarray(values, np.uint8), voxel_size_um=voxel_size_um, phases=NAMES, **more)


def loading(phases, **parameters):
    given = {"phase": "sulfur", "density_g_per_cm3": 2.0, **parameters}
    return vt.morphology.areal_loading(phases, **given).frame.iloc[0]


@pytest.fixture
def layered():
    """Four layers of 2 x 3 voxels of 1 um3, two of them sulfur."""
    values = np.zeros((4, 2, 3))
    values[2:] = 1
    return image(values, history=("threshold: by hand",))


def test_one_row_with_volume_mass_area_and_loading(layered):
    table = vt.morphology.areal_loading(layered, phase="sulfur", density_g_per_cm3=2.0)
    row = table.frame.iloc[0]
    assert (table.kind, len(table.frame), table.history) == ("areal_loading", 1, ("threshold: by hand",))
    assert (row.phase, row.volume_um3, row.density_g_per_cm3, row.area_um2) == ("sulfur", 12, 2, 12)
    assert row.mass_mg == pytest.approx(12e-12 * 2 * 1e3)
    assert row.loading_mg_per_cm2 == pytest.approx(1e-4 * 2 * 1e3)  # 1 um of 2 g/cm3
    assert row.loading_standard_error_mg_per_cm2 == pytest.approx(0, abs=1e-12)  # every quarter has the same
    assert table.column("loading_mg_per_cm2").unit == "mg/cm2"
    assert "thickness along z, area of the sample seen along it" in table.method


@pytest.mark.parametrize(("axis", "area"), [("z", 12), ("y", 12), ("x", 4)])
def test_the_area_lies_across_the_axis(layered, axis, area):
    row = loading(layered, axis=axis)
    assert row.area_um2 == area
    assert row.loading_mg_per_cm2 == pytest.approx(row.mass_mg / (area * 1e-8))


def test_a_given_area_replaces_that_of_the_image_and_keeps_the_relative_error():
    values = np.random.default_rng(2).random((6, 8, 8)) < 0.4
    own, given = loading(image(values)), loading(image(values), area_um2=1000)
    assert given.area_um2 == 1000
    assert given.loading_mg_per_cm2 == pytest.approx(own.loading_mg_per_cm2 * 128 / 1000)
    assert given.loading_standard_error_mg_per_cm2 / given.loading_mg_per_cm2 == pytest.approx(
        own.loading_standard_error_mg_per_cm2 / own.loading_mg_per_cm2
    )


def test_the_standard_error_is_that_of_the_quarters_and_not_of_the_layers():
    values = np.zeros((4, 4, 4))
    values[:, :2, :2] = 1  # one quarter of four: loads 4, 0, 0, 0 of 2 um each; standard deviation half of it, over 2
    row = loading(image(values, voxel_size_um=1))
    assert row.loading_standard_error_mg_per_cm2 == pytest.approx(4 * 0.5 / 2 * 0.2)
    values = np.zeros((4, 4, 4))
    values[:2] = 1
    assert loading(image(values)).loading_standard_error_mg_per_cm2 == pytest.approx(0, abs=1e-12)


def test_the_standard_error_is_right_on_average_for_independent_voxels():
    # n layers of which each voxel is solid with p: the volume of N voxels has the variance N p (1 - p)
    rng = np.random.default_rng(4)
    rows = [loading(image(rng.random((5, 9, 10)) < 0.3, voxel_size_um=1)) for _ in range(300)]
    variance = np.mean([row.loading_standard_error_mg_per_cm2**2 for row in rows])
    assert variance == pytest.approx(450 * 0.3 * 0.7 / 90**2 * 0.2**2, rel=0.1)


def test_with_a_mask_the_area_is_its_shadow():
    values = np.ones((4, 6, 6))
    mask = np.zeros((4, 6, 6), np.bool_)
    mask[1:3, 1:5, 2:6] = True
    mask[0, 1, 2] = True  # above another one: no area of its own
    row = loading(image(values, mask=mask))
    assert (row.volume_um3, row.area_um2) == (33, 16 * 2)
    assert row.loading_mg_per_cm2 == pytest.approx(33 / 32 * 0.2)


def test_an_absent_phase_has_no_mass_and_a_slice_has_a_loading(layered):
    row = loading(layered, phase="binder")
    assert (row.volume_um3, row.mass_mg, row.loading_mg_per_cm2, row.loading_standard_error_mg_per_cm2) == (0, 0, 0, 0)
    assert loading(image(np.ones((1, 2, 2)))).loading_mg_per_cm2 == pytest.approx(0.5 * 0.2)
    with pytest.raises(PhaseError, match="unknown phase 'sulfr'"):
        loading(layered, phase="sulfr")


@pytest.mark.parametrize("shape", [(1, 1, 1), (5, 1, 1)])
def test_a_sample_one_voxel_wide_has_no_standard_error(shape):
    with pytest.raises(ValuesError, match="one voxel wide across the axis z; expected at least two"):
        loading(image(np.ones(shape)))


def test_wrong_parameters(layered):
    with pytest.raises(ParameterError, match="density_g_per_cm3 is 0; expected a finite number above 0"):
        loading(layered, density_g_per_cm3=0)
    with pytest.raises(ParameterError, match="area_um2 is -1; expected a finite number above 0"):
        loading(layered, area_um2=-1)
    with pytest.raises(AxisError, match="unknown axis 'w'"):
        loading(layered, axis="w")
    with pytest.raises(TypeError, match="density_g_per_cm3"):
        vt.morphology.areal_loading(layered, phase="sulfur")

from __future__ import annotations

import numpy as np
import pytest

import voltome as vt
from voltome.errors import ParameterError, PhaseError


@pytest.fixture
def grey():
    grid = np.indices((18, 18, 18)) - 8.4
    return vt.data.Volume(np.clip(8 - np.sqrt((grid**2).sum(axis=0)), 0, 1).astype(np.float32), voxel_size_um=0.5)


@pytest.fixture
def phases(grey):
    return vt.segmentation.threshold(grey, intervals={"solid": (0.5, None)}, rest="pore")


def test_every_estimator_has_a_row_with_the_number_that_it_gives_alone(grey, phases):
    table = vt.morphology.surface_areas(phases, phase="solid", grey=grey)
    assert table.kind == "surface_areas"
    assert table.names("key") == ["phase", "estimator"]
    assert table.history == phases.history
    for row in table.frame.itertuples():
        estimator, _, smoothed = row.estimator.partition(", ")
        more = {"grey": grey} if estimator == "iso_surface" else {"smoothed": bool(smoothed)}
        alone = vt.morphology.surface_area(phases, phase="solid", estimator=estimator, **more)
        assert row.area_um2 == alone.area_um2
        assert row.area_per_total_volume_standard_error_per_um == alone.area_per_total_volume_standard_error_per_um
    ratios = table.frame.set_index("estimator").ratio_to_crofton13
    assert ratios["crofton13"] == 1
    assert ratios["faces"] == pytest.approx(1.5, abs=0.05)
    assert len(table.frame) == 8


def test_the_least_biased_comes_first(phases):
    frame = vt.morphology.surface_areas(phases, phase="solid").frame
    assert frame.estimator.tolist()[:2] == ["crofton13", "lindblad"]
    assert frame.estimator.tolist()[-1] == "faces"
    assert frame.bias_on_spheres.is_monotonic_increasing
    assert "iso_surface" not in frame.estimator.tolist()


def test_nothing_is_smoothed_across_the_edge_of_a_mask(phases):
    masked = phases.derive("masked", mask=np.ones(phases.shape, np.bool_))
    assert vt.morphology.surface_areas(masked, phase="solid").frame.estimator.tolist() == [
        "crofton13",
        "lindblad",
        *[name for name in vt.morphology.surface_areas(phases, phase="solid").frame.estimator if "," not in name][2:],
    ]


def test_a_phase_that_fills_the_image_has_no_surface_by_any_estimator():
    whole = vt.data.PhaseImage(np.ones((5, 5, 5), np.uint8), voxel_size_um=1, phases={0: "pore", 1: "solid"})
    frame = vt.morphology.surface_areas(whole, phase="solid").frame
    assert (frame.area_um2 == 0).all()
    assert (frame.ratio_to_crofton13 == 1).all()


def test_a_level_without_grey_values_and_an_unknown_phase_are_refused(phases):
    with pytest.raises(ParameterError, match="level is 3 but grey is not given"):
        vt.morphology.surface_areas(phases, phase="solid", level=3)
    with pytest.raises(PhaseError, match="Did you mean 'solid'"):
        vt.morphology.surface_areas(phases, phase="sold")

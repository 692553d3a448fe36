from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import voltome as vt
from voltome.data import ResultTable
from voltome.errors import ParameterError, ValuesError
from voltome.morphology.columns import PARTICLES


def table_of(diameters):
    """A table of balls of these diameters, whose corrected surface is a tenth larger."""
    diameters = np.array(diameters, float)
    frame = pd.DataFrame({column.name: np.zeros(len(diameters)) for column in PARTICLES})
    frame["label"] = np.arange(1, len(diameters) + 1)
    frame["equivalent_diameter_um"], frame["volume_um3"] = diameters, np.pi / 6 * diameters**3
    frame["surface_area_um2"] = np.pi * diameters**2
    frame["surface_area_corrected_um2"] = 1.1 * np.pi * diameters**2
    frame["phase"] = "sulfur"
    return ResultTable(frame, columns=PARTICLES, kind="particles", measured_on="image", method="made", history=("a",))


def test_bins_on_a_linear_scale_by_number_and_by_volume():
    table = table_of([1, 1, 2, 5])
    found = vt.morphology.size_distribution(table, weight="number", bins=4, scale="linear")
    assert found.kind == "size_distribution"
    assert found.frame.diameter_from_um.tolist() == [1, 2, 3, 4]
    assert found.frame.diameter_to_um.tolist() == [2, 3, 4, 5]
    assert found.frame.diameter_um.tolist() == [1.5, 2.5, 3.5, 4.5]
    assert found.frame.share.tolist() == [0.5, 0.25, 0, 0.25]
    assert found.frame.cumulative_share.tolist() == [0.5, 0.75, 0.75, 1]
    by_volume = vt.morphology.size_distribution(table, bins=2, scale="linear").frame
    assert by_volume.share.tolist() == pytest.approx([10 / 135, 125 / 135])
    assert by_volume.density_per_um.tolist() == pytest.approx([5 / 135, 62.5 / 135])


def test_bins_on_a_log_scale_have_one_ratio_and_lose_no_particle():
    table = table_of(np.random.default_rng(0).lognormal(0, 1, 500))
    frame = vt.morphology.size_distribution(table).frame
    assert len(frame) == 30
    ratio = frame.diameter_to_um / frame.diameter_from_um
    assert ratio.to_numpy() == pytest.approx(ratio[0])
    assert (frame.density_per_um * (frame.diameter_to_um - frame.diameter_from_um)).sum() == pytest.approx(1)
    assert frame.diameter_um.to_numpy() == pytest.approx(np.sqrt(frame.diameter_from_um * frame.diameter_to_um))


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_equal_particles_fall_in_the_bins(scale):
    frame = vt.morphology.size_distribution(table_of([2, 2]), bins=3, scale=scale).frame
    assert frame.share.sum() == 1
    assert (frame.diameter_from_um[0], frame.diameter_to_um[2]) == pytest.approx((2 / np.sqrt(2), 2 * np.sqrt(2)))


@pytest.mark.parametrize("bins", [0, -3, 2.5, True])
def test_bins_that_are_no_number_of_bins(bins):
    with pytest.raises(ParameterError, match=r"bins is .*; expected a whole number, 1 or above"):
        vt.morphology.size_distribution(table_of([1, 2]), bins=bins)


def test_unknown_weight_and_scale():
    with pytest.raises(ParameterError, match="weight is 'mass'"):
        vt.morphology.size_distribution(table_of([1, 2]), weight="mass")
    with pytest.raises(ParameterError, match="scale is 'logarithmic'"):
        vt.morphology.size_distribution(table_of([1, 2]), scale="logarithmic")


@pytest.mark.parametrize("function", [vt.morphology.size_distribution, vt.morphology.surface_to_volume_distribution])
def test_small_particles_are_left_out_of_the_shares_and_their_share_is_said(function):
    found = function(table_of([1, 2, 3, 4]), bins=3, minimum_radius_um=1)
    assert found.frame.share.sum() == pytest.approx(1)
    assert set(found.frame.excluded_particles) == {1}
    assert found.frame.excluded_volume_fraction.tolist() == pytest.approx([0.01] * 3)
    assert "radius below 1 um left out: 1 of 4, 1 % of the volume" in found.method
    with pytest.raises(ValuesError, match=r"no particle has an equivalent radius .* the largest of 4 has 2 um"):
        function(table_of([1, 2, 3, 4]), minimum_radius_um=9)


def test_surface_over_volume_by_number_volume_and_area():
    # 6 / d: 6, 6, 3 and 1.5 1/um; areas as 1, 1, 4, 16; volumes as 1, 1, 8, 64
    table = table_of([1, 1, 2, 4])
    found = vt.morphology.surface_to_volume_distribution(table, bins=3, scale="linear")
    frame = found.frame
    assert found.kind == "surface_to_volume_distribution"
    assert (found.measured_on, found.history) == ("image", ("a",))
    assert frame.surface_to_volume_from_per_um.tolist() == pytest.approx([1.5, 3, 4.5])
    assert frame.surface_to_volume_to_per_um.tolist() == pytest.approx([3, 4.5, 6])
    assert frame.surface_to_volume_per_um.tolist() == pytest.approx([2.25, 3.75, 5.25])
    assert frame.share.tolist() == [0.25, 0.25, 0.5]
    assert frame.density_um.tolist() == pytest.approx([0.25 / 1.5, 0.25 / 1.5, 0.5 / 1.5])
    assert frame.cumulative_share.tolist() == [0.25, 0.5, 1]
    by_area = vt.morphology.surface_to_volume_distribution(table, weight="area", bins=3, scale="linear").frame
    assert by_area.share.tolist() == pytest.approx([16 / 22, 4 / 22, 2 / 22])
    by_volume = vt.morphology.surface_to_volume_distribution(table, weight="volume", bins=3, scale="linear").frame
    assert by_volume.share.tolist() == pytest.approx([64 / 74, 8 / 74, 2 / 74])


def test_surface_over_volume_by_the_corrected_surface_and_wrong_choices():
    table = table_of([1, 2, 4])
    frame = vt.morphology.surface_to_volume_distribution(table, surface="corrected").frame
    assert len(frame) == 30
    assert frame.surface_to_volume_to_per_um.iloc[-1] == pytest.approx(6.6)
    with pytest.raises(ParameterError, match="weight is 'mass'; expected one of 'number', 'volume', 'area'"):
        vt.morphology.surface_to_volume_distribution(table, weight="mass")
    with pytest.raises(ParameterError, match="surface is 'faces'"):
        vt.morphology.surface_to_volume_distribution(table, surface="faces")
    with pytest.raises(ParameterError, match="bins is 0"):
        vt.morphology.surface_to_volume_distribution(table, bins=0)
    with pytest.raises(ParameterError, match="weight is 'area'; expected one of 'number', 'volume'"):
        vt.morphology.size_distribution(table, weight="area")

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import voltome as vt
from voltome.data import ResultTable
from voltome.errors import ParameterError, ValuesError
from voltome.morphology.columns import PARTICLES


def table_of(diameters, sphericity=None):
    """A table of balls of these diameters."""
    diameters = np.array(diameters, float)
    volume = np.pi / 6 * diameters**3
    frame = pd.DataFrame({column.name: np.zeros(len(diameters)) for column in PARTICLES})
    frame["label"] = np.arange(1, len(diameters) + 1)
    frame["equivalent_diameter_um"], frame["volume_um3"] = diameters, volume
    frame["sphericity"] = 1.0 if sphericity is None else sphericity
    frame["surface_area_um2"] = np.pi * diameters**2
    frame["surface_to_volume_per_um"] = 6 / diameters
    frame["phase"] = "sulfur"
    return ResultTable(frame, columns=PARTICLES, kind="particles", measured_on="image", method="made", history=("a",))


def test_statistics_by_hand():
    found = vt.morphology.particle_statistics(table_of([1, 2, 3], sphericity=[0.8, 0.9, 1.0]))
    row = found.frame.iloc[0]
    assert found.kind == "particle_statistics"
    assert (found.measured_on, found.history) == ("image", ("a",))
    assert (row.phase, row.particles) == ("sulfur", 3)
    assert row.total_volume_um3 == pytest.approx(np.pi / 6 * 36)
    assert (row.mean_diameter_um, row.mean_diameter_standard_error_um) == pytest.approx((2, 1 / np.sqrt(3)))
    assert row.volume_weighted_mean_diameter_um == pytest.approx((1 + 16 + 81) / 36)
    assert row.sauter_mean_diameter_um == pytest.approx(36 / 14)
    # cumulative volumes 1/36, 9/36, 36/36
    assert (row.d10_um, row.d50_um, row.d90_um) == (2, 3, 3)
    assert (row.mean_sphericity, row.mean_sphericity_standard_error) == pytest.approx((0.9, 0.1 / np.sqrt(3)))
    assert row.total_surface_to_volume_per_um == pytest.approx(6 * 14 / 36)
    assert row.mean_surface_to_volume_per_um == pytest.approx((6 + 3 + 2) / 3)
    assert len(found.names("standard_error")) == 2


def test_a_share_that_is_met_exactly_is_met():
    row = vt.morphology.particle_statistics(table_of([2] * 10)).frame.iloc[0]
    assert (row.d10_um, row.d90_um) == (2, 2)
    ten = table_of([2] * 5 + [2.0000001] * 5)
    assert vt.morphology.particle_statistics(ten).frame.d50_um[0] == pytest.approx(2, abs=1e-6)


def test_one_particle_has_no_standard_error():
    with pytest.raises(ValuesError, match="the table has 1 particle; expected at least two"):
        vt.morphology.particle_statistics(table_of([1]))


@pytest.mark.parametrize("function", [vt.morphology.particle_statistics, vt.morphology.size_distribution])
def test_other_tables_are_refused(function):
    image = vt.data.PhaseImage(np.zeros((2, 2, 2), np.uint8), voxel_size_um=1, phases={0: "pore"})
    with pytest.raises(ValuesError, match="the table is of kind 'phase_fractions'; expected 'particles'"):
        function(vt.morphology.phase_fractions(image))
    with pytest.raises(ValuesError, match="the table of particles has no row"):
        function(table_of([]))


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

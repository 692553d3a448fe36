from __future__ import annotations

from dataclasses import replace

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


def with_border(diameters, touches, weights):
    """A table of balls of which some touch the border."""
    table = table_of(diameters)
    frame = table.frame.assign(touches_border=touches, miles_lantuejoul_weight=weights)
    return replace(table, frame=frame)


def test_particles_at_the_border_are_kept_left_out_or_made_up_for():
    table = with_border([1, 1, 2, 4], [False, False, False, True], [1.5, 1.5, 3.0, 0.0])
    kept, killed, weighted = (
        vt.morphology.size_distribution(table, weight="number", bins=2, scale="linear", border=border)
        for border in ("kept", "killed", "miles_lantuejoul")
    )
    assert kept.frame.share.tolist() == [0.75, 0.25]
    assert killed.frame.share.tolist() == pytest.approx([2 / 3, 1 / 3])
    assert weighted.frame.share.tolist() == [0.5, 0.5]
    assert killed.frame.diameter_to_um.tolist() == [1.5, 2]
    assert "touch" not in kept.method
    assert "3 particles; 1 of 4 particles touch the border and do not count; bands" in killed.method
    assert "the others weighted by 1 / (chance to be whole)" in weighted.method
    by_volume = vt.morphology.size_distribution(table, bins=2, scale="linear", border="miles_lantuejoul").frame
    assert by_volume.share.tolist() == pytest.approx([3 / 27, 24 / 27])


def test_borders_that_cannot_be():
    cut = with_border([1, 2], [True, True], [0.0, 0.0])
    with pytest.raises(ValuesError, match=r"all 2 particles touch the border, so none is left .* border = 'killed'"):
        vt.morphology.size_distribution(cut, border="killed")
    masked = with_border([1, 2], [True, False], [0.0, 0.0])
    with pytest.raises(
        ValuesError, match=r"no miles_lantuejoul_weight .* mask that is no box.*or take border = 'killed'"
    ):
        vt.morphology.size_distribution(masked, border="miles_lantuejoul")
    with pytest.raises(ParameterError, match="border is 'dropped'; expected one of 'kept', 'killed'"):
        vt.morphology.size_distribution(cut, border="dropped")


@pytest.mark.parametrize("weight", ["number", "volume"])
def test_bands_hold_the_shares_and_come_back_with_the_seed(weight):
    table = table_of(np.random.default_rng(1).lognormal(0, 0.3, 300))
    found = [vt.morphology.size_distribution(table, weight=weight, bins=6, seed=seed).frame for seed in (3, 3, 4)]
    assert found[0].equals(found[1])
    assert not found[0].equals(found[2])
    frame = found[0]
    assert ((frame.share_low <= frame.share) & (frame.share <= frame.share_high)).all()
    assert (frame.cumulative_low <= frame.cumulative_share + 1e-9).all()
    assert (frame.cumulative_share <= frame.cumulative_high + 1e-9).all()
    assert (frame.cumulative_low.iloc[-1], frame.cumulative_high.iloc[-1]) == pytest.approx((1, 1))


def test_bands_by_number_are_as_wide_as_the_binomial_says():
    # half of 400: the standard deviation of a share is sqrt(0.25 / 400), 95 % lie within 1.96 of them
    table = table_of([1.0] * 200 + [2.0] * 200)
    frame = vt.morphology.size_distribution(table, weight="number", bins=2, resamples=20_000).frame
    half = (frame.share_high - frame.share_low)[0] / 2
    assert half == pytest.approx(1.96 * np.sqrt(0.25 / 400), rel=0.04)


def test_few_particles_are_said_and_resamples_are_checked():
    (warning,) = vt.morphology.size_distribution(table_of([1, 2, 3])).warnings
    assert warning.startswith("The size distribution is of 3 particles: its bands are too narrow below 20.")
    assert vt.morphology.size_distribution(table_of(np.arange(1, 21))).warnings == ()
    for wrong in (0, 2.5, True):
        with pytest.raises(ParameterError, match=r"resamples is .*; expected a whole number, 1 or above"):
            vt.morphology.size_distribution(table_of([1, 2]), resamples=wrong)
    with pytest.raises(ParameterError, match="seed is -1; expected a whole number, 0 or above"):
        vt.morphology.size_distribution(table_of([1, 2]), seed=-1)
    one = vt.morphology.size_distribution(table_of([2]), bins=1)
    assert one.frame.share_low.tolist() == one.frame.share_high.tolist() == [1]
    assert "is of 1 particle:" in one.warnings[0]

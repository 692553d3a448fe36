from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

import voltome as vt
from voltome.data import ResultTable
from voltome.errors import ParameterError, ValuesError
from voltome.morphology.columns import PARTICLES


def table_of(diameters, sphericity=None, radius_voxels=20.0):
    """A table of balls of these diameters."""
    diameters = np.array(diameters, float)
    volume = np.pi / 6 * diameters**3
    frame = pd.DataFrame({column.name: np.zeros(len(diameters)) for column in PARTICLES})
    frame["label"] = np.arange(1, len(diameters) + 1)
    frame["equivalent_diameter_um"], frame["volume_um3"] = diameters, volume
    frame["sphericity"] = 1.0 if sphericity is None else sphericity
    frame["surface_area_um2"] = np.pi * diameters**2
    frame["surface_to_volume_per_um"] = 6 / diameters
    frame["surface_area_corrected_um2"] = 1.1 * np.pi * diameters**2
    frame["radius_voxels"] = radius_voxels
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
    assert (row.mean_radius_um, row.mean_radius_standard_error_um) == pytest.approx((1, 0.5 / np.sqrt(3)))
    # 6, 3, 2 1/um: the squares of their differences from 11/3 sum to 78/9
    assert row.mean_surface_to_volume_standard_error_per_um == pytest.approx(np.sqrt(78 / 9 / 2 / 3))
    # weighted by areas 1, 4, 9
    assert row.area_weighted_mean_surface_to_volume_per_um == pytest.approx((6 + 4 * 3 + 9 * 2) / 14)
    assert (row.excluded_particles, row.excluded_volume_fraction) == (0, 0)
    assert (row.unresolved_particles, row.unresolved_volume_fraction) == (0, 0)
    assert len(found.names("standard_error")) == 4
    assert found.warnings == ()
    assert "left out" not in found.method


def test_a_share_that_is_met_exactly_is_met():
    row = vt.morphology.particle_statistics(table_of([2] * 10)).frame.iloc[0]
    assert (row.d10_um, row.d90_um) == (2, 2)
    ten = table_of([2] * 5 + [2.0000001] * 5)
    assert vt.morphology.particle_statistics(ten).frame.d50_um[0] == pytest.approx(2, abs=1e-6)


def test_the_volume_weighted_mean_of_surface_over_volume_is_that_of_all_together():
    table = table_of(np.random.default_rng(3).lognormal(0, 0.7, 40))
    row = vt.morphology.particle_statistics(table).frame.iloc[0]
    frame = table.frame
    specific = frame.surface_area_um2 / frame.volume_um3
    assert row.total_surface_to_volume_per_um == pytest.approx(np.average(specific, weights=frame.volume_um3))
    # small particles count most by number, least by volume
    by_area = row.area_weighted_mean_surface_to_volume_per_um
    assert row.mean_surface_to_volume_per_um > by_area > row.total_surface_to_volume_per_um


def test_the_surface_is_the_one_asked_for():
    table = table_of([1, 2, 3])
    plain, corrected = (
        vt.morphology.particle_statistics(table, surface=surface).frame.iloc[0]
        for surface in ("crofton13", "corrected")
    )
    for name in (
        "total_surface_to_volume_per_um",
        "mean_surface_to_volume_per_um",
        "mean_surface_to_volume_standard_error_per_um",
        "area_weighted_mean_surface_to_volume_per_um",
    ):
        assert corrected[name] == pytest.approx(1.1 * plain[name])
    assert "by the corrected surface" in vt.morphology.particle_statistics(table, surface="corrected").method
    with pytest.raises(ParameterError, match="surface is 'correct'; expected one of 'crofton13', 'corrected'"):
        vt.morphology.particle_statistics(table, surface="correct")


def test_small_particles_are_left_out_and_their_share_is_said():
    found = vt.morphology.particle_statistics(table_of([1, 2, 3, 4]), minimum_radius_um=1.0)
    row = found.frame.iloc[0]
    assert row.particles == 3  # a radius of exactly 1 um counts
    assert row.mean_radius_um == pytest.approx(1.5)
    assert row.total_volume_um3 == pytest.approx(np.pi / 6 * 99)
    assert (row.excluded_particles, row.excluded_volume_fraction) == (1, pytest.approx(1 / 100))
    assert "radius below 1 um left out: 1 of 4, 1 % of the volume" in found.method


def test_a_smallest_radius_that_leaves_too_little():
    with pytest.raises(ValuesError, match=r"no particle has .* = 5 um or more; the largest of 2 has 1\.5 um"):
        vt.morphology.particle_statistics(table_of([1, 3]), minimum_radius_um=5)
    with pytest.raises(ValuesError, match="has 1 particle of at least minimum_radius_um = 1 um; expected at least two"):
        vt.morphology.particle_statistics(table_of([1, 3]), minimum_radius_um=1)
    with pytest.raises(ParameterError, match="minimum_radius_um is -1; expected a finite number, 0 or above"):
        vt.morphology.particle_statistics(table_of([1, 3]), minimum_radius_um=-1)


def test_the_mean_sphericity_is_of_resolved_particles_only():
    table = table_of([1, 2, 3, 4], sphericity=[1.3, 1.1, 0.9, 0.8], radius_voxels=[3, 4.99, 5, 13])
    found = vt.morphology.particle_statistics(table)
    row = found.frame.iloc[0]
    assert row.particles == 4
    assert (row.mean_sphericity, row.mean_sphericity_standard_error) == pytest.approx((0.85, 0.05))
    # volumes 1, 8, 27, 64
    assert (row.unresolved_particles, row.unresolved_volume_fraction) == (2, pytest.approx(9 / 100))
    assert found.warnings == (
        "The mean sphericity leaves small particles out: 2 of 4 particles (91 % of the volume) have an equivalent "
        "diameter of at least 10 voxels.",
    )
    # of those that count: the smallest is left out before
    rest = vt.morphology.particle_statistics(table, minimum_radius_um=1.0)
    assert rest.frame.unresolved_particles[0] == 1
    assert "2 of 3 particles (92 % of the volume) have an" in rest.warnings[0]


@pytest.mark.parametrize("radii", [[3, 4, 12], [3, 4, 4.9]])
def test_fewer_than_two_resolved_particles_have_no_mean_sphericity(radii):
    found = vt.morphology.particle_statistics(table_of([1, 2, 3], radius_voxels=radii))
    assert "mean_sphericity" not in found.frame
    assert "mean_sphericity_standard_error" not in found.frame
    assert found.frame.unresolved_particles[0] == (2 if 12 in radii else 3)
    (warning,) = found.warnings
    assert warning.startswith("There is no mean sphericity: it takes two particles; ")
    assert ("1 of 3 particles (75 % of the volume) has an" if 12 in radii else "0 of 3 particles (0 %") in warning
    assert found.frame.mean_diameter_um[0] == 2


def test_warnings_of_the_particles_are_passed_on():
    table = dataclasses.replace(table_of([1, 2], radius_voxels=[3, 4]), warnings=("Mind the gap.",))
    first, second = vt.morphology.particle_statistics(table).warnings
    assert first == "Mind the gap."
    assert second.startswith(
        "There is no mean sphericity: it takes two particles; 0 of 2 particles (0 % of the volume) have"
    )


def test_one_particle_has_no_standard_error():
    with pytest.raises(ValuesError, match="the table has 1 particle; expected at least two"):
        vt.morphology.particle_statistics(table_of([1]))


@pytest.mark.parametrize(
    "function",
    [
        vt.morphology.particle_statistics,
        vt.morphology.size_distribution,
        vt.morphology.surface_to_volume_distribution,
    ],
)
def test_other_tables_are_refused(function):
    image = vt.data.PhaseImage(np.zeros((2, 2, 2), np.uint8), voxel_size_um=1, phases={0: "pore"})
    with pytest.raises(ValuesError, match="the table is of kind 'phase_fractions'; expected 'particles'"):
        function(vt.morphology.phase_fractions(image))
    with pytest.raises(ValuesError, match="the table of particles has no row"):
        function(table_of([]))

"""Surface over volume of spheres is 3 / r, and its means over a mixture follow."""

from __future__ import annotations

import numpy as np
import pytest

import voltome as vt

COPIES = 30


def spheres(radii, copies=COPIES, seed=0):
    """Measures of digitised spheres, `copies` of each radius, each with its own random centre."""
    rng = np.random.default_rng(seed)
    size = 2 * int(max(radii)) + 4
    labels = np.zeros((size, size, size * len(radii) * copies), np.int32)
    places = np.stack(np.meshgrid(*[np.arange(size) + 0.5] * 3, indexing="ij"), axis=-1)
    for index, radius in enumerate(np.repeat(radii, copies)):
        centre = size / 2 + rng.uniform(-0.5, 0.5, 3)
        inside = ((places - centre) ** 2).sum(axis=-1) <= radius**2
        labels[:, :, index * size : (index + 1) * size][inside] = index + 1
    return vt.morphology.measure_particles(vt.data.ParticleImage(labels, voxel_size_um=1, phase="sulfur"))


@pytest.mark.parametrize("radius", [3, 4, 5, 8])
def test_the_corrected_surface_gives_three_over_the_radius(radius):
    # of all together: surface -0.1 %, volume 0 on average
    frame = spheres([radius]).frame
    total = frame.surface_area_corrected_um2.sum() / frame.volume_um3.sum()
    assert total == pytest.approx(3 / radius, rel=0.012)
    assert frame.surface_to_volume_corrected_per_um.mean() == pytest.approx(3 / radius, rel=0.012)


@pytest.mark.parametrize("radius", [3, 5, 8])
def test_the_plain_surface_reads_too_little_by_a_sixth_over_the_radius_squared(radius):
    statistics = [
        vt.morphology.particle_statistics(spheres([radius]), surface=surface).frame.iloc[0]
        for surface in ("crofton13", "corrected")
    ]
    ratio = statistics[0].total_surface_to_volume_per_um / statistics[1].total_surface_to_volume_per_um
    assert ratio - 1 == pytest.approx(-0.167 / radius**2, rel=0.15)


def test_the_three_means_of_a_mixture():
    # as many spheres of radius 4 as of 8: by number (3/4 + 3/8) / 2; by area (areas as 1 : 4) (3/4 + 4 x 3/8) / 5;
    # by volume (1 : 8) (3/4 + 8 x 3/8) / 9
    row = vt.morphology.particle_statistics(spheres([4, 8], copies=20), surface="corrected").frame.iloc[0]
    assert row.mean_surface_to_volume_per_um == pytest.approx(0.5625, rel=0.012)
    assert row.area_weighted_mean_surface_to_volume_per_um == pytest.approx(0.45, rel=0.012)
    assert row.total_surface_to_volume_per_um == pytest.approx(0.41667, rel=0.012)
    assert row.mean_radius_um == pytest.approx(6, rel=0.01)


def test_the_distribution_has_its_two_peaks_at_three_over_the_radii():
    table = spheres([4, 8], copies=20)
    found = vt.morphology.surface_to_volume_distribution(table, bins=8, surface="corrected").frame
    assert found.share.iloc[:3].sum() == pytest.approx(0.5)  # the large: about 3/8
    assert found.share.iloc[-3:].sum() == pytest.approx(0.5)
    middle = float((found.share * found.surface_to_volume_per_um).sum())
    assert middle == pytest.approx(0.5625, rel=0.06)
    left_out = vt.morphology.surface_to_volume_distribution(table, bins=4, minimum_radius_um=6).frame
    assert left_out.excluded_volume_fraction[0] == pytest.approx(1 / 9, rel=0.03)
    assert left_out.surface_to_volume_to_per_um.max() < 0.42

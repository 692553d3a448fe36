import dataclasses

import numpy as np
import pytest
from balls import labels_of_balls, particles_of_balls
from scipy.stats import binomtest

import voltome as vt
from voltome.errors import GeometryError, ParameterError, PhaseError, ValuesError
from voltome.morphology import measure_voids
from voltome.morphology._shares import wilson_interval
from voltome.morphology.columns_powder import PARTICLES_WITH_VOIDS, VOID_STATISTICS, VOIDS

SIZE = (40.0, 40.0, 80.0)
BALLS = [((20, 20, 20), 14.0), ((20, 20, 60), 14.0)]
NAMES = {0: "pore", 1: "NMC", 2: "internal void"}


def powder(voids, **fields):
    """Two particles, and voids inside them: as images of particles and of phases."""
    particles = particles_of_balls(BALLS, size=SIZE)
    values = (particles.values > 0).astype(np.uint8)
    values[labels_of_balls(SIZE, (1.0, 1.0, 1.0), voids) > 0] = 2
    phases = vt.data.PhaseImage(values, voxel_size_um=1.0, phases=NAMES)
    return dataclasses.replace(particles, **fields), phases


def test_frequency_dead_volume_and_the_rows_of_voids_and_particles():
    particles, phases = powder([((20, 20, 17), 4.0), ((20, 20, 27), 2.0)])
    found = measure_voids(particles, phases=phases)
    for table, kind, columns in (
        (found.statistics, "void_statistics", VOID_STATISTICS),
        (found.voids, "voids", VOIDS),
        (found.particles_with_voids, "particles_with_voids", PARTICLES_WITH_VOIDS),
    ):
        assert (table.kind, table.columns, table.warnings) == (kind, columns, ())
    row, voids, bodies = found.statistics.frame.iloc[0], found.voids.frame, found.particles_with_voids.frame
    assert (row.particles, row.voided_particles, row.void_frequency, row.voids) == (2, 1, 0.5, 2)
    volumes = [
        np.count_nonzero(labels_of_balls(SIZE, (1.0,) * 3, [void]))
        for void in (((20, 20, 17), 4.0), ((20, 20, 27), 2.0))
    ]
    assert voids.volume_um3.tolist() == volumes
    assert voids.particle.tolist() == [1, 1]
    assert voids.x_um.tolist() == pytest.approx([17, 27])
    assert bodies.voids.tolist() == [2, 0]
    assert bodies.void_volume_um3.tolist() == [sum(volumes), 0]
    one = float(bodies.volume_um3[0])
    assert row.dead_volume_fraction_of_voided_particles == pytest.approx(sum(volumes) / one)
    assert row.dead_volume_fraction_of_all_particles == pytest.approx(sum(volumes) / (2 * one))
    assert row.mean_void_volume_um3 == pytest.approx(sum(volumes) / 2)
    assert row.mean_particle_volume_um3 == one


def test_no_void_is_a_result_with_an_upper_end():
    particles, phases = powder([])
    found = measure_voids(particles, phases=phases)
    row = found.statistics.frame.iloc[0]
    assert (row.void_frequency, row.void_frequency_low, row.mean_void_volume_um3) == (0, 0, 0)
    assert 0.6 < row.void_frequency_high < 0.7  # 2 particles tell little
    assert len(found.voids.frame) == 0


def test_voids_that_are_too_small_count_nowhere_or_have_no_row():
    particles, phases = powder([((20, 20, 17), 4.0), ((20.5, 20.5, 60.5), 0.6)])
    row = measure_voids(particles, phases=phases).statistics.frame.iloc[0]
    assert (row.voids, row.excluded_voids, row.voided_particles) == (1, 1, 1)
    assert row.excluded_void_volume_fraction == pytest.approx(1 / 280, rel=0.1)
    every = measure_voids(particles, phases=phases, minimum_voxels=1)
    assert (every.statistics.frame.voids[0], every.statistics.frame.voided_particles[0]) == (2, 2)
    assert every.voids.frame.void.tolist() == [1]
    assert every.statistics.warnings[0].startswith("1 of 2 voids (0.36% of their volume) have fewer than 10 voxels")


def test_a_void_across_two_labels_is_two_voids_and_one_outside_all_particles_none():
    particles, phases = powder([((20, 20, 20), 4.0)])
    values = particles.values.copy()
    values[:, :, :20][values[:, :, :20] == 1] = 9
    cut = measure_voids(dataclasses.replace(particles, values=values), phases=phases)
    assert cut.voids.frame.particle.tolist() == [9, 1]
    values[...] = 0
    values[30:, :, :] = particles.values[30:]
    away = measure_voids(dataclasses.replace(particles, values=values), phases=phases)
    assert away.statistics.frame.voids[0] == 0


def test_the_mask_and_particles_at_the_border():
    mask = np.zeros((40, 40, 80), np.bool_)
    mask[:, :, :45] = True
    particles, phases = powder([((20, 20, 17), 4.0), ((20, 20, 60), 4.0)], mask=mask)
    found = measure_voids(particles, phases=phases)
    assert found.statistics.frame.particles[0] == 1
    assert found.voids.frame.particle.tolist() == [1]
    mask[:, :, 10:] = False
    mask[:, :, :18] = True
    cut = measure_voids(dataclasses.replace(particles, mask=mask), phases=phases)
    assert cut.statistics.warnings[-1].startswith("1 of 1 particles touch the border")


def test_labels_beyond_32_bits_keep_their_numbers():
    particles, phases = powder([((20, 20, 17), 4.0)])
    far = dataclasses.replace(particles, values=particles.values.astype(np.int64) * 2**40)
    found = measure_voids(far, phases=phases)
    assert found.voids.frame.particle.tolist() == [2**40]
    assert found.particles_with_voids.frame.particle.tolist() == [2**40, 2**41]


def test_grey_values_of_hard_edges_give_the_volume_of_the_voxels():
    particles, phases = powder([((20, 20, 17), 4.0), ((20, 20, 60), 3.0)])
    grey = vt.data.Volume(np.where(phases.values == 1, 200, 50).astype(np.uint8), voxel_size_um=1.0)
    plain, by_grey = (
        measure_voids(particles, phases=phases, **options).particles_with_voids for options in ({}, {"grey": grey})
    )
    assert by_grey.frame.void_volume_um3.to_numpy() == pytest.approx(plain.frame.void_volume_um3.to_numpy())
    assert "grey values that the voids take" in by_grey.method


@pytest.mark.parametrize(("count", "total"), [(0, 5), (5, 5), (11, 20), (1, 300)])
def test_the_interval_is_that_of_scipy(count, total):
    expected = binomtest(count, total).proportion_ci(0.9, method="wilson")
    assert wilson_interval(count / total, total, 0.9) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_what_cannot_be_measured_is_said():
    particles, phases = powder([])
    other = dataclasses.replace(phases, voxel_size_um=2.0)
    grey = vt.data.Volume(np.zeros(particles.shape, np.uint8), voxel_size_um=2.0)
    cases = [
        (particles, {"phases": phases, "void": "viod"}, PhaseError, "unknown phase 'viod'"),
        (particles, {"phases": other}, GeometryError, "different grids.*Make the particles from these phases"),
        (particles, {"phases": phases, "grey": grey}, GeometryError, "different grids.*that was segmented"),
        (particles, {"phases": phases, "minimum_voxels": 0}, ParameterError, "minimum_voxels is 0; expected a whole"),
        (particles, {"phases": phases, "confidence": 1}, ParameterError, "confidence is 1; expected a number above 0"),
        (dataclasses.replace(particles, values=particles.values * 0), {"phases": phases}, ValuesError, "no particle"),
    ]
    for image, options, error, message in cases:
        with pytest.raises(error, match=message):
            measure_voids(image, **options)


def test_grey_values_that_show_no_void_are_refused():
    labels = labels_of_balls((40, 40, 40), (1, 1, 1), [((20, 20, 20), 12.0)])
    void = labels_of_balls((40, 40, 40), (1, 1, 1), [((20, 20, 20), 4.0)]) > 0
    names = {0: "pore", 1: "NMC", 2: "internal void"}
    particles = vt.data.ParticleImage(labels, voxel_size_um=1, phase="NMC")
    phases = vt.data.PhaseImage((labels + void).astype(np.uint8), voxel_size_um=1, phases=names)
    flat = vt.data.Volume(np.full(labels.shape, 7.0), voxel_size_um=1)
    with pytest.raises(ValuesError, match=r"solid and voids do not differ.*Leave grey out to count voxels"):
        measure_voids(particles, phases=phases, grey=flat)
    hollow = vt.data.PhaseImage((2 * labels).astype(np.uint8), voxel_size_um=1, phases=names)
    with pytest.raises(ValuesError, match="has a voxel of solid, so the grey value of the solid is unknown"):
        measure_voids(particles, phases=hollow, grey=flat)


def test_a_particle_that_is_void_throughout_takes_the_grey_value_of_the_solid_from_the_others():
    labels = labels_of_balls((40, 40, 40), (1, 1, 1), [((20, 20, 20), 9.0), ((34, 34, 34), 4.0)])
    dead = (labels_of_balls((40, 40, 40), (1, 1, 1), [((20, 20, 20), 4.0)]) > 0) | (labels == 2)
    names = {0: "pore", 1: "NMC", 2: "internal void"}
    phases = np.where(dead, 2, labels > 0).astype(np.uint8)
    grey = vt.data.Volume(np.where(phases == 1, 200.0, 50.0), voxel_size_um=1)
    found = measure_voids(
        vt.data.ParticleImage(labels, voxel_size_um=1, phase="NMC"),
        phases=vt.data.PhaseImage(phases, voxel_size_um=1, phases=names),
        grey=grey,
    ).particles_with_voids.frame
    # hard edges: the voxels themselves
    assert found.void_volume_um3.tolist() == [np.count_nonzero(dead & (labels == number)) for number in (1, 2)]

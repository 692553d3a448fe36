import dataclasses

import numpy as np
import pytest
from balls import particles_of_balls

import voltome as vt
from voltome.errors import ParameterError, ValuesError
from voltome.morphology import measure_cracks
from voltome.morphology.columns_powder import CRACK_STATISTICS, CRACKED_PARTICLES


def box_with_slot(width=3, voxel=(1.0, 1.0, 1.0), label=1):
    """A box of 30 x 30 x 30 voxels with a slot through y from the top to the middle, as label and as slot."""
    values = np.zeros((40, 40, 40), np.int32)
    values[5:35, 5:35, 5:35] = label
    values[20:35, 5:35, 18 : 18 + width] = 0
    return vt.data.ParticleImage(values, voxel_size_um=voxel, phase="NMC")


def test_a_slot_up_to_the_width_is_crack_and_a_wider_one_is_not():
    # nearly all of 15 x 30 x 3: at its mouth, 60 voxels long, the ball dips in; convex edges are not filled
    particles = box_with_slot().derive("made")
    found = measure_cracks(particles, crack_width_um=6)
    row = found.cracked_particles.frame.iloc[0]
    assert 0.85 < row.crack_volume_um3 / (15 * 30 * 3) <= 1.0
    assert row.crack_volume_fraction == pytest.approx(row.crack_volume_um3 / (row.crack_volume_um3 + row.volume_um3))
    assert (found.statistics.kind, found.cracked_particles.kind) == ("crack_statistics", "cracked_particles")
    assert (found.statistics.columns, found.cracked_particles.columns) == (CRACK_STATISTICS, CRACKED_PARTICLES)
    assert (found.statistics.history, found.statistics.frame.crack_frequency[0]) == (("made",), 1.0)
    assert measure_cracks(particles, crack_width_um=3).cracked_particles.frame.crack_volume_um3[0] > 0.7 * 15 * 30 * 3
    below = measure_cracks(particles, crack_width_um=2).cracked_particles.frame.crack_volume_um3[0]
    assert below < 0.05 * 15 * 30 * 3  # the bottom edges of the slot alone are rounded


def test_uneven_voxels_fill_by_the_width_in_um():
    values = np.repeat(box_with_slot().values, 2, axis=0)
    fine = vt.data.ParticleImage(values, voxel_size_um=(0.5, 1.0, 1.0), phase="NMC")
    whole, cut = (
        float(measure_cracks(image, crack_width_um=6).cracked_particles.frame.crack_volume_um3[0])
        for image in (box_with_slot(), fine)
    )
    assert cut == pytest.approx(whole, rel=0.04)


def test_the_gap_between_two_particles_is_no_crack():
    particles = particles_of_balls([((20, 20, 11), 8.0), ((20, 20, 29), 8.0)])
    together = dataclasses.replace(particles, values=(particles.values > 0).astype(np.int32))
    apart = measure_cracks(particles, crack_width_um=3).statistics.frame
    assert apart.crack_volume_um3[0] < 0.01 * apart.particles[0] * 2145
    assert apart.cracked_particles[0] == 0
    assert measure_cracks(together, crack_width_um=3).statistics.frame.crack_volume_um3[0] > apart.crack_volume_um3[0]


def test_a_particle_near_a_face_is_not_filled_up_to_it():
    particles = particles_of_balls([((20, 20, 9.5), 8.0)])
    assert measure_cracks(particles, crack_width_um=6).cracked_particles.frame.crack_volume_fraction[0] < 0.01


def test_another_particle_and_what_is_outside_the_mask_are_no_crack():
    particles = box_with_slot()
    values = particles.values.copy()
    values[20:35, 5:35, 18:21] = 2**40 * 0 + 7
    filled = dataclasses.replace(particles, values=values)
    frame = measure_cracks(filled, crack_width_um=6).cracked_particles.frame
    assert frame.particle.tolist() == [1, 7]
    assert frame.crack_volume_um3[0] == 0
    mask = np.ones(particles.shape, np.bool_)
    mask[20:, :, 18:21] = False
    masked = dataclasses.replace(particles, mask=mask)
    assert measure_cracks(masked, crack_width_um=6).cracked_particles.frame.crack_volume_um3[0] == 0


def test_labels_beyond_32_bits_give_the_same():
    small = box_with_slot()
    far = dataclasses.replace(small, values=small.values.astype(np.int64) * 2**40)
    expected, found = (measure_cracks(image, crack_width_um=4).cracked_particles.frame for image in (small, far))
    assert found.crack_volume_um3.tolist() == expected.crack_volume_um3.tolist()
    assert found.particle.tolist() == [2**40]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"crack_width_um": 0}, "crack_width_um is 0; expected a finite number above 0"),
        ({"crack_width_um": 0.5}, "smallest voxel edge 1 um: no such crack can be seen; expected at least 1"),
        ({"crack_width_um": 100}, "larger than the image, whose longest edge is 40"),
        ({"crack_width_um": 3, "minimum_fraction": -1}, "minimum_fraction is -1; expected"),
        ({"crack_width_um": 3, "confidence": 0}, "confidence is 0; expected"),
    ],
)
def test_wrong_parameters_are_refused(options, message):
    with pytest.raises(ParameterError, match=message):
        measure_cracks(box_with_slot(), **options)


def test_no_particle_is_said():
    with pytest.raises(ValuesError, match="there is no particle"):
        measure_cracks(box_with_slot(label=0), crack_width_um=3)


def test_a_single_slice_is_closed_by_a_disc_as_a_thick_stack_of_it_is():
    y, x = np.ogrid[:30, :30]
    disc = (y - 14.5) ** 2 + (x - 14.5) ** 2 <= 12**2
    slotted = (disc & ~((np.abs(x - 14.5) < 2.6) & (y > 14))).astype(np.int32)

    def crack(labels):
        image = vt.data.ParticleImage(labels, voxel_size_um=1, phase="NMC")
        return measure_cracks(image, crack_width_um=6).cracked_particles.frame.crack_volume_um3[0]

    # 24 layers away from the ends a ball closes what a disc closes; at the ends it comes in from beside the stack
    thick = crack(np.repeat(slotted[np.newaxis], 48, axis=0)) - crack(np.repeat(slotted[np.newaxis], 24, axis=0))
    assert crack(slotted) == pytest.approx(thick / 24)
    assert crack(slotted.T[:, np.newaxis, :]) == crack(slotted)

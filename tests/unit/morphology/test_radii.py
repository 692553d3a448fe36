import dataclasses

import numpy as np
import pytest
from balls import particles_of_balls

import voltome as vt
from voltome.data import _kernels_slabs
from voltome.errors import AxisError, GeometryError, ParameterError, ValuesError
from voltome.morphology import particle_radii
from voltome.morphology.columns_powder import PARTICLE_RADII, PARTICLE_ROUGHNESS

BALL = ((20.0, 20.5, 19.6), 9.0)


def grey_of(particles, outside=60.0, inside=160.0):
    """Grey values of hard edges: the edge is that of the labels, half a voxel uncertain."""
    values = np.where(particles.values > 0, inside, outside).astype(np.float32)
    return vt.data.Volume(values, voxel_size_um=particles.voxel_size_um, origin_um=particles.origin_um)


def changed(particles, **changes):
    return dataclasses.replace(particles, **changes)


def test_the_tables_have_their_kinds_columns_and_history():
    particles = particles_of_balls([BALL]).derive("made")
    found = particle_radii(particles)
    assert (found.radii.kind, found.particle_roughness.kind) == ("particle_radii", "particle_roughness")
    assert (found.radii.columns, found.particle_roughness.columns) == (PARTICLE_RADII, PARTICLE_ROUGHNESS)
    assert found.radii.history == ("made",)
    assert found.radii.frame.plane.unique().tolist() == ["xy", "xz", "yz"]
    assert found.radii.frame.azimuth_deg.unique().tolist() == [45.0 * step for step in range(8)]
    assert found.radii.warnings == ()


def test_the_axes_of_the_planes_are_as_named():
    labels = np.zeros((21, 41, 61), np.int32)
    labels[8:13, 15:26, 20:41] = 1  # half edges of 2.5, 5.5 and 10.5 voxels along z, y, x
    frame = particle_radii(vt.data.ParticleImage(labels, voxel_size_um=2.0, phase="NMC"), azimuths=4).radii.frame
    radii = frame.set_index(["plane", "azimuth_deg"]).radius_um
    assert radii["xy"].tolist() == pytest.approx([21, 11, 21, 11])
    assert radii["xz"].tolist() == pytest.approx([21, 5, 21, 5])
    assert radii["yz"].tolist() == pytest.approx([11, 5, 11, 5])


def test_numbers_origin_and_unit_of_length_change_nothing_else():
    particles = particles_of_balls([BALL])
    plain = particle_radii(particles, grey=grey_of(particles))
    far = changed(particles, values=particles.values.astype(np.int64) * 2**40, origin_um=(100.0, -5.0, 7.0))
    moved = particle_radii(far, grey=grey_of(far))
    assert moved.radii.frame.particle.unique().tolist() == [2**40]
    assert moved.radii.frame.radius_um.to_numpy() == pytest.approx(plain.radii.frame.radius_um.to_numpy())
    small = changed(particles, voxel_size_um=0.01)
    scaled = particle_radii(small, grey=grey_of(small)).radii.frame.radius_um
    assert scaled.to_numpy() * 100 == pytest.approx(plain.radii.frame.radius_um.to_numpy())


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
def test_every_type_of_grey_value_gives_the_same(dtype):
    particles = particles_of_balls([BALL])
    grey = grey_of(particles)
    expected = particle_radii(particles, grey=grey).radii.frame
    found = particle_radii(particles, grey=changed(grey, values=grey.values.astype(dtype))).radii.frame
    assert found.equals(expected)


def test_a_given_level_moves_the_edge():
    particles = particles_of_balls([BALL])
    grey = grey_of(particles)
    low, high = (
        particle_radii(particles, grey=grey, level=level).particle_roughness.frame.mean_radius_um[0]
        for level in (70, 150)
    )
    assert low - high == pytest.approx(0.8, abs=0.15)  # 80 of the 100 grey values between two voxel centres


def test_rays_at_a_contact_end_at_the_label_and_are_left_out_of_the_means():
    particles = particles_of_balls([((20, 20, 12), 9.0), ((20, 20, 28), 9.0)])
    for options in ({}, {"grey": grey_of(particles)}):
        found = particle_radii(particles, **options)
        contacts = found.radii.frame[found.radii.frame.at_contact]
        places = set(zip(contacts.particle, contacts.plane, contacts.azimuth_deg, strict=True))
        assert places == {(1, "xy", 0.0), (1, "xz", 0.0), (2, "xy", 180.0), (2, "xz", 180.0)}
        centres = vt.morphology.measure_particles(particles).frame.x_um
        ends = [centres[0] + contacts.radius_um.iloc[0], centres[1] - contacts.radius_um.iloc[-1]]
        assert ends == pytest.approx([19, 19])  # where the labels meet
        roughness = found.particle_roughness.frame
        assert roughness.rays_at_contact.tolist() == [2, 2]
        assert roughness.mean_radius_um.tolist() == pytest.approx([9, 9], abs=0.3)


def test_rays_that_leave_the_image_or_its_mask_have_no_row():
    particles = particles_of_balls([((20, 20, 7), 9.0)])
    found = particle_radii(particles)
    gone = {(plane, 180.0) for plane in ("xy", "xz")}
    rows = set(zip(found.radii.frame.plane, found.radii.frame.azimuth_deg, strict=True))
    assert gone.isdisjoint(rows)
    assert found.particle_roughness.frame.rays_left_out[0] == 24 - len(rows)
    mask = np.ones(particles.shape, np.bool_)
    mask[:, :, :12] = False
    whole = particles_of_balls([((20, 20, 20), 9.0)])
    masked = particle_radii(changed(whole, mask=mask))
    rows = set(zip(masked.radii.frame.plane, masked.radii.frame.azimuth_deg, strict=True))
    assert gone.isdisjoint(rows)


def test_small_particles_and_those_at_the_border_are_said():
    particles = particles_of_balls([BALL, ((20.5, 4.5, 4.5), 0.6), ((39, 39, 39), 5.0)])
    found = particle_radii(particles, minimum_radius_voxels=2)
    assert found.particle_roughness.frame.particle.tolist() == [1]
    small, cut = found.radii.warnings
    assert small.startswith("1 of 3 particles (0.032 % of the volume) has an equivalent diameter under 4 voxels and no")
    assert cut.startswith("1 of 2 particles has no roughness, because in some plane half of its rays or more")


def test_a_smaller_limit_lets_all_particles_of_ten_voxels_in():
    particles = particles_of_balls([BALL, ((34.0, 34.0, 34.0), 3.0), ((5.0, 35.0, 5.0), 1.0)])
    assert particle_radii(particles).particle_roughness.frame.particle.tolist() == [1]
    found = particle_radii(particles, minimum_radius_voxels=0)
    assert found.particle_roughness.frame.particle.tolist() == [1, 2]
    # ten voxels have the diameter (60 / pi)^(1/3)
    assert "1 of 3 particles (0.25 % of the volume) has an equivalent diameter under 2.67" in found.radii.warnings[0]
    with pytest.raises(ParameterError, match="minimum_radius_voxels is -1; expected a finite number, 0 or above"):
        particle_radii(particles, minimum_radius_voxels=-1)


def test_the_same_bits_for_any_number_of_threads(monkeypatch):
    balls = [((10.0 + 20 * (n // 4), 10.0 + 20 * (n // 2 % 2), 10.2 + 20 * (n % 2)), 6.0 + 0.2 * n) for n in range(8)]
    particles = particles_of_balls(balls)
    grey = grey_of(particles)
    found = []
    for threads in (1, 2, 5):
        monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 1)
        monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda threads=threads: threads)
        found.append(particle_radii(particles, grey=grey).radii.frame)
    assert found[0].equals(found[1])
    assert found[0].equals(found[2])


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"azimuths": 2}, ParameterError, "azimuths is 2; expected a whole number, 3 or above"),
        ({"azimuths": 8.0}, ParameterError, "azimuths is 8.0; expected a whole number"),
        ({"level": 100}, ParameterError, "level is 100 but there is no grey volume; expected grey"),
    ],
)
def test_wrong_parameters_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        particle_radii(particles_of_balls([BALL]), **options)


def test_what_cannot_be_measured_is_said():
    particles = particles_of_balls([BALL])
    grey = grey_of(particles)
    cases = [
        (particles, {"grey": grey, "level": float("nan")}, ParameterError, "level is nan; expected a finite"),
        (particles, {"grey": changed(grey, voxel_size_um=2.0)}, GeometryError, "different grids.*from which the part"),
        (particles, {"grey": grey_of(particles, 100, 100)}, ValuesError, "inside and around the particles do not diff"),
        (particles, {"grey": grey, "level": 500}, ValuesError, "24 find no edge. Choose level between"),
        (changed(particles, values=particles.values[:1]), {}, AxisError, "at least three voxels along every axis"),
        (
            particles_of_balls([((20.5,) * 3, 0.6)]),
            {},
            ValuesError,
            r"diameter of 10 voxels or more; the largest of 1 has 1\.24. Smaller voxels .* now 5, .* all particles of",
        ),
        (changed(particles, values=particles.values * 0), {}, ValuesError, "there is no particle"),
        (changed(particles, values=particles.values * 0 + 3), {}, ValuesError, "24 leave the image or its mask"),
    ]
    for image, options, error, message in cases:
        with pytest.raises(error, match=message):
            particle_radii(image, **options)


def test_without_any_background_the_level_is_unknown():
    full = particles_of_balls([BALL])
    full = changed(full, values=full.values * 0 + 1)
    with pytest.raises(ValuesError, match="no background around any particle"):
        particle_radii(full, grey=grey_of(full))

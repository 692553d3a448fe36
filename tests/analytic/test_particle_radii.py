"""Radii and roughness of spheres with harmonics against their surface, which is known exactly.

Expected: the level on a blurred sphere lies s^2 / r too far in, which is taken out; bumps of the order l lose about
l (l + 1) s^2 / (2 r^2) of their height, which is given back where there is hardly any noise. Without grey values
the edge is known to a quarter of a voxel, and the largest less the smallest of eight reads too much.
"""

from __future__ import annotations

import numpy as np
import pytest
import rough_spheres

import voltome as vt

PROXIES = ["roughness_proxy_xy_um", "roughness_proxy_xz_um", "roughness_proxy_yz_um"]
ANGLES = np.radians(np.arange(8) * 45.0)
WAYS = np.zeros((3, 8, 3))
for _plane, (_first, _second) in enumerate(((2, 1), (2, 0), (1, 0))):  # xy, xz, yz of (z, y, x)
    WAYS[_plane, :, _first], WAYS[_plane, :, _second] = np.cos(ANGLES), np.sin(ANGLES)


def compared(body, **options):
    """Return the errors of every ray, of the mean radius and of the roughness proxies, in um, and the found row."""
    found = vt.morphology.particle_radii(body.particles, **options)
    centre = vt.morphology.measure_particles(body.particles).frame[["z_um", "y_um", "x_um"]].to_numpy()[0]
    true = body.true_radii_um(centre, WAYS.reshape(-1, 3))
    row = found.particle_roughness.frame.iloc[0]
    rays = found.radii.frame.radius_um.to_numpy() - true
    proxies = row[PROXIES].to_numpy(float) - np.ptp(true.reshape(3, 8), axis=1)
    return rays, row.mean_radius_um - true.mean(), proxies, row


@pytest.mark.parametrize("radius", [6, 10, 20])
@pytest.mark.parametrize("roughness", [0.0, 0.05])
def test_with_grey_values_mean_and_roughness_are_within_a_tenth_of_a_voxel(radius, roughness):
    bodies = [rough_spheres.rough_sphere(radius, roughness=roughness, seed=seed) for seed in range(2)]
    found = [compared(body, grey=body.grey) for body in bodies]
    assert max(abs(mean) for _, mean, _, _ in found) < 0.03
    assert max(rays.std() for rays, *_ in found) < 0.05
    assert abs(np.mean([proxies.mean() for *_, proxies, _ in found])) < 0.1
    row = found[0][3]
    assert row.roughness_proxy_um == pytest.approx(row[PROXIES].to_numpy(float).mean())


def test_bumps_of_every_small_body_have_their_height_within_a_tenth_of_a_voxel():
    # without what is given back: -0.08 in the mean, -0.14 in the worst
    bodies = [rough_spheres.rough_sphere(6, roughness=0.05, seed=seed) for seed in range(6)]
    errors = [compared(body, grey=body.grey)[2].mean() for body in bodies]
    assert max(map(abs, errors)) < 0.1
    assert abs(np.mean(errors)) < 0.05


def test_where_noise_is_seen_nothing_is_raised():
    noisy = rough_spheres.rough_sphere(8, roughness=0.05, seed=1, noise=10.0)
    clean = rough_spheres.rough_sphere(8, roughness=0.05, seed=1)
    said = [vt.morphology.particle_radii(body.particles, grey=body.grey).radii.method for body in (noisy, clean)]
    assert "bumps not, for noise" in said[0]
    assert "of what they lose" in said[1]


def test_on_uneven_voxels_the_mean_is_within_a_tenth_of_the_smallest_edge():
    body = rough_spheres.rough_sphere(20, roughness=0.05, seed=3, voxel_size_um=(1.0, 0.5, 0.7), blur_um=0.45)
    rays, mean, proxies, _ = compared(body, grey=body.grey)
    assert abs(mean) < 0.05
    assert rays.std() < 0.07
    assert abs(proxies.mean()) < 0.1


def test_noise_adds_to_the_scatter_and_not_to_the_mean():
    # noise of 10 grey values on a slope of 100 / (0.86 sqrt(2 pi)) per voxel, averaged by the interpolation: 0.1 voxel
    bodies = [rough_spheres.rough_sphere(10, roughness=0.0, seed=seed, noise=10.0) for seed in range(4)]
    found = [compared(body, grey=body.grey) for body in bodies]
    assert abs(np.mean([mean for _, mean, _, _ in found])) < 0.05
    scatter = np.std(np.concatenate([rays for rays, *_ in found]))
    assert 0.05 < scatter < 0.25
    proxy = np.mean([proxies.mean() for *_, proxies, _ in found])
    assert proxy == pytest.approx(2.85 * scatter, rel=0.35)  # the range of eight numbers of scatter s is 2.85 s


def test_from_labels_alone_small_spheres_read_small_and_rough():
    found = [compared(rough_spheres.rough_sphere(8, roughness=0.0, seed=seed)) for seed in range(6)]
    assert -0.2 < np.mean([mean for _, mean, _, _ in found]) < 0.0
    assert 0.15 < np.std(np.concatenate([rays for rays, *_ in found])) < 0.3
    assert 0.4 < np.mean([proxies.mean() for *_, proxies, _ in found]) < 0.9


def test_a_dark_particle_has_the_radii_of_a_bright_one():
    body = rough_spheres.rough_sphere(8, roughness=0.05, seed=1)
    dark = body.grey.derive("turned round", values=220 - body.grey.values)
    bright = vt.morphology.particle_radii(body.particles, grey=body.grey).radii.frame.radius_um
    assert vt.morphology.particle_radii(body.particles, grey=dark).radii.frame.radius_um.to_numpy() == pytest.approx(
        bright.to_numpy(), abs=1e-4
    )


@pytest.mark.parametrize("azimuths", [3, 5, 36])
def test_any_number_of_azimuths_gives_the_same_mean_radius_of_a_sphere(azimuths):
    body = rough_spheres.rough_sphere(9, roughness=0.0, seed=2)
    found = vt.morphology.particle_radii(body.particles, grey=body.grey, azimuths=azimuths)
    assert found.particle_roughness.frame.mean_radius_um[0] == pytest.approx(9, abs=0.06)
    assert len(found.radii.frame) == 3 * azimuths


def test_a_sphere_is_as_large_as_the_sphere_of_its_mean_radius():
    body = rough_spheres.rough_sphere(15, roughness=0.0, seed=4)
    row = vt.morphology.particle_radii(body.particles, grey=body.grey).particle_roughness.frame.iloc[0]
    # the label is thresholded at the blurred edge: 3 s^2 / r^2 = 0.7 % smaller in volume
    assert row.volume_over_mean_sphere == pytest.approx(1 - 3 * 0.57 / 15**2, abs=0.006)
    assert row.surface_over_mean_sphere == pytest.approx(1, abs=0.015)
    assert row.sphericity == pytest.approx(1, abs=0.01)


def test_the_errors_are_one_voxel_along_each_ray():
    body = rough_spheres.rough_sphere(12, roughness=0.0, seed=3, voxel_size_um=(1.0, 0.5, 0.7), blur_um=0.45)
    found = vt.morphology.particle_radii(body.particles, grey=body.grey)
    errors = found.radii.frame.groupby("plane").radius_error_um
    along_x, along_xy, along_y = errors.get_group("xy").to_numpy()[:3]
    assert (along_x, along_y) == pytest.approx((0.7, 0.5))
    assert along_xy == pytest.approx(np.sqrt((0.7**2 + 0.5**2) / 2))
    row = found.particle_roughness.frame.iloc[0]
    of_planes = [np.sqrt((errors.get_group(plane) ** 2).sum()) / 8 for plane in ("xy", "xz", "yz")]
    assert row.mean_radius_xy_error_um == pytest.approx(of_planes[0])
    assert row.mean_radius_error_um == pytest.approx(np.linalg.norm(of_planes) / 3)

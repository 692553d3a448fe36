"""Solids and their images against formulas."""

import math

import numpy as np
import pytest

from voltome.data import Transform
from voltome.twins import Block, Capsule, Ellipsoid, Scene, Sphere, grey_volume, true_particles, true_phases


def test_an_ellipsoid_of_equal_axes_has_the_area_of_a_sphere():
    # 4 pi r^2
    assert Ellipsoid((0, 0, 0), (3, 3, 3)).surface_area_um2 == pytest.approx(36 * math.pi, rel=1e-13)
    assert Sphere((0, 0, 0), 3).surface_area_um2 == pytest.approx(36 * math.pi, rel=1e-13)


@pytest.mark.parametrize("rotation", [(0, 0, 0), (0.4, 1.1, -2.0)])
def test_prolate_area(rotation):
    # 2 pi a^2 (1 + c / (a e) asin e), e^2 = 1 - a^2 / c^2, c > a
    a, c = 2.0, 5.0
    e = math.sqrt(1 - a**2 / c**2)
    expected = 2 * math.pi * a**2 * (1 + c / (a * e) * math.asin(e))
    assert Ellipsoid((0, 0, 0), (a, c, a), rotation).surface_area_um2 == pytest.approx(expected, rel=1e-13)


def test_oblate_area():
    # 2 pi a^2 (1 + (1 - e^2) / e atanh e), e^2 = 1 - c^2 / a^2, c < a
    a, c = 5.0, 2.0
    e = math.sqrt(1 - c**2 / a**2)
    expected = 2 * math.pi * a**2 * (1 + (1 - e**2) / e * math.atanh(e))
    assert Ellipsoid((0, 0, 0), (a, a, c)).surface_area_um2 == pytest.approx(expected, rel=1e-13)


def test_area_of_three_different_axes_is_the_integral_over_the_surface():
    # area = integral over the unit sphere of |cofactor(diag(a, b, c)) n|, by Gauss-Legendre in cos(theta)
    axes = np.array([1.0, 2.0, 3.0])
    nodes, weights = np.polynomial.legendre.leggauss(200)
    angles = 2 * math.pi * np.arange(400) / 400
    sine = np.sqrt(1 - nodes**2)[:, None]
    normal = np.stack(np.broadcast_arrays(nodes[:, None], sine * np.cos(angles), sine * np.sin(angles)))
    stretch = np.linalg.norm(normal * (axes.prod() / axes)[:, None, None], axis=0)
    expected = (weights @ stretch).sum() * 2 * math.pi / 400
    assert Ellipsoid((0, 0, 0), (1, 2, 3)).surface_area_um2 == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("voxel", [1.0, (2.0, 1.0, 0.5)])
def test_partial_volumes_hold_the_volume_of_the_solid(voxel):
    # mean grey = background + contrast * V / V(scene); sampling error of 3 points per edge < 0.1 % at r >= 8 voxels
    scene = Scene(
        (Sphere((16.2, 15.7, 16.1), 9), Ellipsoid((44.1, 16.3, 15.9), (6, 8, 11), (0.3, 0.4, 0.5))),
        size_um=(64, 32, 32),
    )
    share = sum(solid.volume_um3 for solid in scene.solids) / (64 * 32 * 32)
    volume = grey_volume(scene, voxel_size_um=voxel, grey={"pore": 10000, "solid": 50000}, seed=0)
    assert (volume.values.mean() - 10000) / 40000 == pytest.approx(share, rel=1e-3)


def test_true_phases_hold_the_volume_of_the_solid():
    # counting voxel centres in a sphere of r = 12 voxels: unbiased, scatter about 0.1 %
    scene = Scene((Sphere((16.2, 15.7, 16.1), 12),), size_um=(32, 32, 32))
    inside = np.count_nonzero(true_phases(scene, voxel_size_um=1).values)
    assert inside == pytest.approx(4 / 3 * math.pi * 12**3, rel=4e-3)


def test_true_particles_are_analytic():
    # sphere: sphericity 1; prolate 1:1:2: V = 4/3 pi 2, sphericity = pi^(1/3) (6 V)^(2/3) / A
    scene = Scene((Sphere((5, 5, 5), 2, "a"), Ellipsoid((12, 5, 5), (1, 1, 2), material="b")), size_um=(20, 10, 10))
    frame = true_particles(scene).frame
    e = math.sqrt(3) / 2
    area = 2 * math.pi * (1 + 2 / e * math.asin(e))
    volume = 8 / 3 * math.pi
    assert frame.sphericity.tolist() == pytest.approx([1, math.pi ** (1 / 3) * (6 * volume) ** (2 / 3) / area])
    assert frame.equivalent_diameter_um.tolist() == pytest.approx([4, 2 * 2 ** (1 / 3)])
    assert frame[["z_um", "y_um", "x_um"]].to_numpy().tolist() == [[5, 5, 5], [12, 5, 5]]


def test_a_short_capsule_is_a_sphere():
    capsule = Capsule((5, 5, 5), (5, 5, 5 + 1e-7), 3)
    assert capsule.volume_um3 == pytest.approx(36 * math.pi)
    assert capsule.surface_area_um2 == pytest.approx(36 * math.pi)


@pytest.mark.parametrize(
    "solid",
    [
        Capsule((10.3, 9.8, 4.1), (11.2, 16.4, 18.6), 3.5),
        Block((12.1, 11.8, 12.3), (9, 7, 11), (0.5, -0.3, 0.9)),
    ],
)
def test_points_inside_hold_the_volume(solid):
    # Monte Carlo in the box of 24^3 um: 1e6 points, standard error sqrt(f (1 - f) / n) of the share f
    points = np.random.default_rng(5).uniform(0, 24, (1_000_000, 3))
    share = solid.volume_um3 / 24**3
    assert solid.contains(points).mean() == pytest.approx(share, abs=4 * math.sqrt(share / 1e6))
    low, high = solid.bounds_um
    inside = points[solid.contains(points)]
    assert np.all(inside >= low)
    assert np.all(inside <= high)
    np.testing.assert_allclose(inside.min(axis=0), low, atol=0.35)
    np.testing.assert_allclose(inside.max(axis=0), high, atol=0.35)


@pytest.mark.parametrize(
    "solid",
    [
        Sphere((10, 12, 11), 5),
        Ellipsoid((10, 12, 11), (3, 4, 6), (0.2, 0.5, -0.7)),
        Capsule((8, 9, 7), (12, 13, 14), 2),
        Block((12, 11, 12), (6, 8, 9), (0.5, -0.3, 0.9)),
    ],
)
def test_a_moved_solid_contains_the_moved_points(solid):
    transform = Transform((31, -12, 5), centre_um=(12, 12, 12), shift_um=(1, -2, 0.5))
    points = np.random.default_rng(2).uniform(2, 22, (20_000, 3))
    moved = solid.moved(transform)
    np.testing.assert_array_equal(moved.contains(transform.apply(points)), solid.contains(points))
    assert (moved.volume_um3, moved.surface_area_um2) == pytest.approx((solid.volume_um3, solid.surface_area_um2))
    np.testing.assert_allclose(moved.centre_um, transform.apply(solid.centre_um))


def test_a_moved_scene_keeps_what_reaches_into_its_box():
    scene = Scene(tuple(Sphere((10, 10, x), 2) for x in (3, 10, 17)), size_um=(20, 20, 20))
    moved = scene.moved(Transform((0, 0, 0), shift_um=(0, 0, 4)), size_um=(20, 20, 22))
    assert [solid.centre_um[2] for solid in moved.solids] == [7, 14, 21]
    assert len(scene.moved(Transform((0, 0, 0), shift_um=(0, 0, 6))).solids) == 2, "23 - 2 um is outside 20 um"

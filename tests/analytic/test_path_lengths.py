"""Path lengths of rays against closed forms, against steps along the ray, and against the volume of the solid."""

from __future__ import annotations

import math

import numpy as np
import pytest

from voltome.twins import (
    Block,
    Capsule,
    Cylinder,
    Ellipsoid,
    RoughSphere,
    Scene,
    Shell,
    Sphere,
    line_integrals,
)

BOX = (20.0, 20.0, 20.0)
SOLIDS = {
    "sphere": Sphere((10.1, 9.7, 11.2), 5.3),
    "ellipsoid": Ellipsoid((10.1, 9.7, 11.2), (3, 4, 6), (0.2, 0.5, -0.7)),
    "capsule": Capsule((6, 7, 8), (13, 12, 14.5), 2.2),
    "cylinder": Cylinder((6, 7, 8), (13, 12, 14.5), 2.2),
    "upright cylinder": Cylinder((3, 10, 10), (15, 10, 10), 4.2),
    "block": Block((10, 9, 11), (5, 7, 6), (0.5, -0.3, 0.9)),
    "shell": Shell((10.1, 9.7, 11.2), 5.3, 2.1),
    "rough sphere": RoughSphere((10.1, 9.7, 11.2), 5.0, roughness_um=0.3, correlation_um=1.0, seed=4),
}


def one_ray_per_pixel(solid, angle, *, pixel=0.25, columns=96, rows=80):
    """Path lengths in the middles of the pixels, shape (row, column), and where they are: z and place across."""
    scene = Scene((solid,), size_um=BOX)
    shape = (rows, columns)
    found = line_integrals(scene, angles_deg=[angle], pixel_size_um=pixel, shape=shape, supersampling=1)
    heights = (np.arange(rows) + 0.5) * pixel
    return found.of("solid")[0], heights, (np.arange(columns) - (columns - 1) / 2) * pixel


def places_on(ray_heights, ray_places, angle, along):
    """Points (ray, step, 3) of rays: x cos + y sin is their place from the axis at (10, 10)."""
    sine, cosine = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    z = np.broadcast_to(ray_heights[:, None], (len(ray_heights), len(along)))
    y = 10 + ray_places[:, None] * sine + along * cosine
    x = 10 + ray_places[:, None] * cosine - along * sine
    return np.stack([z, y, x], axis=-1)


@pytest.mark.parametrize("name", SOLIDS)
def test_a_path_length_is_that_of_small_steps_along_the_ray(name):
    # 30 um in 20,000 steps: each end of a piece is right to a step of 1.5e-3 um
    found, heights, places = one_ray_per_pixel(SOLIDS[name], 33)
    rows, columns = np.random.default_rng(0).integers(0, [[80], [96]], (2, 40))
    along = (np.arange(20_000) + 0.5) / 20_000 * 30 - 15
    inside = SOLIDS[name].contains(places_on(heights[rows], places[columns], 33, along))
    np.testing.assert_allclose(found[rows, columns], inside.mean(axis=1) * 30, atol=4e-3)
    assert found[rows, columns].max() > 1


@pytest.mark.parametrize("name", SOLIDS)
def test_the_sum_over_the_detector_is_the_volume(name):
    # sum of path lengths times area of a pixel = volume, at every angle, to the 4 x 4 rays of a pixel
    solid = SOLIDS[name]
    scene = Scene((solid,), size_um=BOX)
    angles = [0, 33, 90] if name != "rough sphere" else [33]
    found = line_integrals(scene, angles_deg=angles, pixel_size_um=0.5, supersampling=4)
    sums = found.of("solid").sum(axis=(1, 2), dtype=np.float64) * 0.5**2
    assert sums == pytest.approx(solid.volume_um3, rel=1e-3)


def test_chords_of_a_sphere_and_of_its_cavity():
    # 2 sqrt(R^2 - b^2) - 2 sqrt(r^2 - b^2), b the distance of the ray from the centre
    found, heights, places = one_ray_per_pixel(Shell((10, 10, 10), 6, 2.5), 71)
    squares = (heights[:, None] - 10) ** 2 + places[None, :] ** 2
    expected = 2 * np.sqrt(np.clip(36 - squares, 0, None)) - 2 * np.sqrt(np.clip(6.25 - squares, 0, None))
    np.testing.assert_allclose(found, expected, atol=2e-6)


def test_an_ellipsoid_has_the_chord_of_the_sphere_that_it_is_stretched_from():
    # semi-axes c along z, b along y, a along x; at 0 degrees rays run along y: 2 b sqrt(1 - (z/c)^2 - (x/a)^2)
    found, heights, places = one_ray_per_pixel(Ellipsoid((10, 10, 10), (3, 5, 7)), 0)
    under = 1 - ((heights[:, None] - 10) / 3) ** 2 - (places[None, :] / 7) ** 2
    np.testing.assert_allclose(found, 10 * np.sqrt(np.clip(under, 0, None)), atol=2e-6)


def test_a_block_on_its_edge_has_triangles_for_chords():
    # a square prism of edge a at 45 degrees: chord a sqrt(2) - 2 |u|
    found, heights, places = one_ray_per_pixel(Block((10, 10, 10), (6, 8, 8)), 45)
    expected = np.clip(8 * math.sqrt(2) - 2 * np.abs(places), 0, None) * (np.abs(heights - 10) <= 3)[:, None]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_cylinder_across_the_beam_and_along_it():
    # across: 2 sqrt(r^2 - u^2) for |z - 10| <= l / 2; along the beam: its length within the circle
    across, heights, places = one_ray_per_pixel(Cylinder((6, 10, 10), (14, 10, 10), 3), 20)
    expected = 2 * np.sqrt(np.clip(9 - places**2, 0, None)) * (np.abs(heights - 10) <= 4)[:, None]
    np.testing.assert_allclose(across, expected, atol=2e-6)
    along, heights, places = one_ray_per_pixel(Cylinder((10, 5, 10), (10, 16, 10), 3), 0)
    within = (heights[:, None] - 10) ** 2 + places[None, :] ** 2 <= 9
    np.testing.assert_allclose(along, 11 * within, atol=1e-5)


def test_a_capsule_along_the_beam_is_a_cylinder_between_half_spheres():
    # l + 2 sqrt(r^2 - b^2)
    found, heights, places = one_ray_per_pixel(Capsule((10, 6, 10), (10, 14, 10), 3), 0)
    squares = (heights[:, None] - 10) ** 2 + places[None, :] ** 2
    expected = np.where(squares <= 9, 8 + 2 * np.sqrt(np.clip(9 - squares, 0, None)), 0)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_where_solids_overlap_the_earlier_is_what_is_there():
    # rays along y through two spheres of radius 4 whose centres are 5 um apart: each chord is 8, the union 13
    spheres = (Sphere((10, 8, 10), 4, "first"), Sphere((10, 13, 10), 4, "second"), Sphere((10, 10, 10), 9, "third"))
    scene = Scene(spheres, size_um=BOX)
    found = line_integrals(scene, angles_deg=[0], pixel_size_um=1e-3, shape=(20_000, 1), supersampling=1)
    middle = {name: found.of(name)[0, 10_000, 0] for name in found.materials}
    assert middle == pytest.approx({"first": 8, "second": 5, "third": 5}, abs=1e-5)


def test_materials_and_background_fill_the_box():
    # every ray: the lengths in all materials add up to the chord of the box, here its edge
    scene = Scene((Sphere((10, 8, 10), 4, "a"), Shell((10, 12, 9), 5, 2, "b")), size_um=BOX)
    found = line_integrals(scene, angles_deg=[0], pixel_size_um=0.5, shape=(40, 40), with_background=True)
    assert found.materials == ("a", "b", "pore")
    np.testing.assert_allclose(found.values_um.sum(axis=0), 20, atol=1e-5)


@pytest.mark.parametrize("angle", [0, 30, 117, 271])
def test_a_point_is_seen_where_the_noun_says(angle):
    # column = axis + (x cos + y sin) / pixel, row = z / pixel - 1/2, plus the shift of the view
    scene = Scene((Sphere((7.3, 12.4, 15.1), 1.5),), size_um=BOX)
    found = line_integrals(
        scene,
        angles_deg=[angle],
        pixel_size_um=(0.4, 0.25),
        shape=(60, 140),
        rotation_axis_px=58.3,
        axis_um=(9.0, 11.0),
        shifts_px=[(1.7, -2.4)],
        supersampling=3,
    ).of("solid")[0]
    row, column = (np.average(np.arange(n), weights=found.sum(axis)) for axis, n in ((1, 60), (0, 140)))
    turned = 4.1 * math.cos(math.radians(angle)) + 3.4 * math.sin(math.radians(angle))
    assert row == pytest.approx(7.3 / 0.4 - 0.5 + 1.7, abs=0.01)
    assert column == pytest.approx(58.3 + turned / 0.25 - 2.4, abs=0.01)


def test_a_rough_sphere_has_the_mean_the_roughness_the_volume_and_the_surface_it_says():
    # radii found by halving `contains` along directions of a grid of equal steps in cos(theta) and phi
    solid = SOLIDS["rough sphere"]
    heights = np.linspace(-1, 1, 141)
    turns = np.linspace(0, 2 * math.pi, 281)
    across = np.sqrt(1 - heights**2)[:, None]
    ways = np.stack(np.broadcast_arrays(heights[:, None], across * np.sin(turns), across * np.cos(turns)), -1)
    low, high = np.full(ways.shape[:2], 3.0), np.full(ways.shape[:2], 7.0)
    for _ in range(18):
        middle = (low + high) / 2
        inside = solid.contains(np.asarray(solid.middle_um) + middle[..., None] * ways)
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    weights = np.ones((141, 280)) / (140 * 280)
    weights[[0, -1]] /= 2
    radii = low[:, :-1]
    assert (weights * radii).sum() == pytest.approx(5.0, abs=2e-4)
    assert math.sqrt((weights * (radii - 5) ** 2).sum()) == pytest.approx(0.3, rel=1e-3)
    assert (weights * radii**3).sum() * 4 / 3 * math.pi == pytest.approx(solid.volume_um3, rel=2e-4)
    points = low[..., None] * ways  # two triangles for each cell, biased low by the facets
    one = np.cross(points[1:, :-1] - points[:-1, :-1], points[:-1, 1:] - points[:-1, :-1])
    two = np.cross(points[1:, :-1] - points[1:, 1:], points[:-1, 1:] - points[1:, 1:])
    area = (np.linalg.norm(one, axis=-1).sum() + np.linalg.norm(two, axis=-1).sum()) / 2
    assert area == pytest.approx(solid.surface_area_um2, rel=3e-3)
    assert area < solid.surface_area_um2


def test_a_rough_sphere_that_is_not_rough_is_a_sphere():
    solid = RoughSphere((10, 10, 10), 5.0, roughness_um=0, correlation_um=1.0, seed=4)
    assert (solid.volume_um3, solid.surface_area_um2) == pytest.approx((500 / 3 * math.pi, 100 * math.pi), rel=1e-12)
    assert solid.centre_um == pytest.approx((10, 10, 10))
    found, heights, places = one_ray_per_pixel(solid, 10)
    squares = (heights[:, None] - 10) ** 2 + places[None, :] ** 2
    np.testing.assert_allclose(found, 2 * np.sqrt(np.clip(25 - squares, 0, None)), atol=1e-5)

"""Surfaces of phases against bodies and media whose surface is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

import voltome as vt
from voltome.morphology._crofton import CLASSES, area_per_exit_um2

BALLS = 48


def balls(radius_voxels, voxel_size_um=(1.0, 1.0, 1.0), margin=2, seed=1):
    """A row of balls of `radius_voxels` x the smallest edge, each with its own random sub-voxel centre."""
    rng = np.random.default_rng(seed)
    edges = np.array(voxel_size_um)
    radius = radius_voxels * edges.min()
    half = np.ceil(radius / edges).astype(int) + margin
    boxes = []
    for _ in range(BALLS):
        offset = rng.uniform(-0.5, 0.5, 3)
        z, y, x = np.meshgrid(*[np.arange(-h, h + 1) for h in half], indexing="ij")
        inside = sum(((i - o) * e) ** 2 for i, o, e in zip((z, y, x), offset, edges, strict=True)) <= radius**2
        boxes.append(inside)
    return np.concatenate(boxes, axis=2).astype(np.uint8), 4 * np.pi * radius**2 * BALLS


def image(values, voxel_size_um=1.0, **more):
    return vt.data.PhaseImage(values, voxel_size_um=voxel_size_um, phases={0: "pore", 1: "solid"}, **more)


def area(values, estimator="crofton13", voxel_size_um=1.0, **more):
    return vt.morphology.surface_area(image(values, voxel_size_um, **more), phase="solid", estimator=estimator).area_um2


@pytest.mark.parametrize(("radius", "tolerance"), [(5, 0.0075), (7, 0.005), (10, 0.005), (20, 0.005)])
def test_crofton_on_balls(radius, tolerance):
    # Chords shorter than a step h are missed in part, which costs pi h^2 / 12 of the projected area pi r^2 in each
    # direction; h^2 is 2.007 voxels^2 on average: -0.167 / r^2, that is -0.67 % at r = 5, -0.46 % at r = 6.
    values, true = balls(radius)
    measured = area(values) / true
    assert measured == pytest.approx(1 - 2.007 / 12 / radius**2, abs=0.0025)
    assert measured == pytest.approx(1, abs=tolerance)


@pytest.mark.parametrize("radius", [5, 10, 20])
def test_faces_read_half_too_much_on_balls(radius):
    # mean of |n_z| + |n_y| + |n_x| over the sphere is 3/2: +50 % at any resolution
    values, true = balls(radius)
    assert area(values, "faces") / true == pytest.approx(1.5, abs=0.02)


@pytest.mark.parametrize("radius", [5, 10, 20])
def test_marching_cubes_read_seven_to_ten_percent_too_much_on_balls(radius):
    values, true = balls(radius)
    assert 1.07 < area(values, "marching_cubes") / true < 1.10


@pytest.mark.parametrize("voxel_size_um", [(2.0, 1.0, 1.0), (1.0, 1.0, 2.0), (0.5, 1.0, 0.5)])
def test_crofton_follows_the_voxel_size(voxel_size_um):
    values, true = balls(12, voxel_size_um)
    assert area(values, voxel_size_um=voxel_size_um) == pytest.approx(true, rel=0.015)


def test_a_body_inside_has_the_area_that_measure_particles_gives():
    voxel_size_um = (0.5, 0.4, 0.3)
    values, _ = balls(6, voxel_size_um, margin=0, seed=3)
    values = np.pad(values, 1)  # a tight box: one voxel of background
    particles = vt.data.ParticleImage(values.astype(np.int32), voxel_size_um=voxel_size_um, phase="solid")
    expected = vt.morphology.measure_particles(particles).frame.surface_area_um2[0]
    assert area(values, voxel_size_um=voxel_size_um) == pytest.approx(expected, rel=1e-12)
    assert area(np.pad(values, 3), voxel_size_um=voxel_size_um) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_plane_that_meets_the_faces_of_the_box_goes_on_straight(axis):
    # per column of voxels one crossing, half an exit and its entry, along each of the nine directions that move along
    # the axis, so for cubic voxels (area_z + 2 area_zy + 2 area_zx + 4 area_zyx) / 2, whatever the box
    values = np.zeros((6, 7, 8), np.uint8)
    np.moveaxis(values, axis, 0)[:3] = 1
    voxel_size_um = (0.7, 1.0, 1.3)
    columns = values.size / values.shape[axis]
    per_column = sum(
        a / 2 * 2 ** (sum(c) - 1) for a, c in zip(area_per_exit_um2(voxel_size_um), CLASSES, strict=True) if c[axis]
    )
    assert area(values, voxel_size_um=voxel_size_um) == pytest.approx(columns * per_column, rel=1e-12)


def test_a_plane_along_the_axes_reads_seven_percent_too_little():
    values = np.zeros((20, 20, 20), np.uint8)
    values[:10] = 1
    assert area(values) / 400 == pytest.approx(0.92662, abs=5e-6)


def test_faces_of_a_plane_are_exact_and_marching_cubes_reach_from_centre_to_centre():
    values = np.zeros((6, 7, 8), np.uint8)
    values[:3] = 1
    assert area(values, "faces", (1, 2, 3)) == 7 * 8 * 2 * 3
    assert area(values, "marching_cubes", (1, 2, 3)) == pytest.approx(6 * 7 * 2 * 3, rel=1e-6)


def test_a_slice_is_a_section_of_a_prism():
    radius, thickness = 12.0, 0.5
    y, x = np.ogrid[-16:17, -16:17]
    slice_ = ((y - 0.2) ** 2 + (x + 0.3) ** 2 <= radius**2).astype(np.uint8)
    tall = np.repeat(slice_[np.newaxis], 9, axis=0)
    size = (thickness, 1.0, 1.0)
    assert area(slice_, voxel_size_um=size) == pytest.approx(area(tall, voxel_size_um=size) / 9, rel=1e-12)
    assert area(slice_, voxel_size_um=size) == pytest.approx(2 * np.pi * radius * thickness, rel=0.05)


@pytest.mark.parametrize(("estimator", "loss"), [("crofton13", 0.69), ("faces", 1.0)])
def test_a_stationary_medium_loses_only_the_surface_on_the_faces_of_the_box(estimator, loss):
    """Boxes of n voxels that tile one period of a random medium see all but the surface on their own faces.

    faces: 1 of n planes, so 1 - 1/n. crofton13: along a direction that leaves the box sideways the surface is
    still seen by its other components, so 1 - 0.69/n; without that it would be 1 - 1.9/n.
    """
    period, voxel_size_um = 96, (1.0, 1.0, 1.0)
    field = gaussian_filter(np.random.default_rng(5).standard_normal((period,) * 3), 3, mode="wrap")
    medium = (field > 0.3 * field.std()).astype(np.uint8)
    true = _periodic_area(medium, estimator, voxel_size_um) / medium.size
    for n in (16, 32):
        starts = range(0, period, n)
        tiles = [medium[z : z + n, y : y + n, x : x + n] for z in starts for y in starts for x in starts]
        seen = sum(area(np.ascontiguousarray(tile), estimator) for tile in tiles) / medium.size
        assert seen / true == pytest.approx(1 - loss / n, abs=0.1 / n)


def _periodic_area(medium, estimator, voxel_size_um):
    """The area of one period, from all pairs of neighbours, those across its faces included."""
    if estimator == "faces":
        return sum(np.count_nonzero(medium != np.roll(medium, 1, axis)) for axis in range(3))
    total = 0.0
    for area_of_exit, kind in zip(area_per_exit_um2(voxel_size_um), CLASSES, strict=True):
        axes = [axis for axis in range(3) if kind[axis]]
        for signs in np.ndindex(*(2,) * (len(axes) - 1)):
            shift = [1, *(1 - 2 * sign for sign in signs)]
            total += area_of_exit * np.count_nonzero(medium != np.roll(medium, shift, axes)) / 2
    return total


@pytest.mark.parametrize("estimator", ["crofton13", "faces", "marching_cubes"])
def test_a_mask_around_a_box_measures_what_the_crop_measures(estimator):
    field = gaussian_filter(np.random.default_rng(2).standard_normal((20, 22, 24)), 2)
    values = (field > 0).astype(np.uint8)
    box = np.s_[3:15, 4:20, 5:17]
    mask = np.zeros(values.shape, np.bool_)
    mask[box] = True
    whole = vt.morphology.surface_area(image(values, (1, 2, 3), mask=mask), phase="solid", estimator=estimator)
    crop = vt.morphology.surface_area(image(values[box], (1, 2, 3)), phase="solid", estimator=estimator)
    for name in ("area_um2", "area_per_phase_volume_per_um", "area_per_total_volume_per_um"):
        assert getattr(whole, name) == pytest.approx(getattr(crop, name), rel=1e-6)
    assert whole.area_per_total_volume_standard_error_per_um == pytest.approx(
        crop.area_per_total_volume_standard_error_per_um, rel=1e-6
    )


@pytest.mark.parametrize("estimator", ["crofton13", "faces", "marching_cubes"])
def test_nothing_outside_a_round_mask_is_seen_and_its_edge_is_no_surface(estimator):
    z, y, x = np.ogrid[:16, :40, :40]
    mask = np.broadcast_to((y - 19.5) ** 2 + (x - 19.5) ** 2 < 17**2, (16, 40, 40)).copy()
    ball = ((z - 7.7) ** 2 + (y - 20.2) ** 2 + (x - 19.1) ** 2 <= 36).astype(np.uint8)
    noisy = np.where(mask, ball, np.random.default_rng(0).integers(0, 2, ball.shape)).astype(np.uint8)
    assert area(noisy, estimator, mask=mask) == pytest.approx(area(ball, estimator), rel=1e-6)
    full = np.ones_like(ball)
    assert area(np.where(mask, full, 0).astype(np.uint8), estimator, mask=mask) == 0

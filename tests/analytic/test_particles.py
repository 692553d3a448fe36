"""The table of particles against spheres and ellipsoids whose measures are known, and against SimpleITK."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK
from scipy.integrate import quad
from scipy.spatial.transform import Rotation

import voltome as vt

BODIES = 24


def ellipsoids(semi_axes_um, voxel_size_um=(1.0, 1.0, 1.0), seed=1):
    """A row of ellipsoids, each with its own random centre and orientation, and their centres and rotations."""
    rng = np.random.default_rng(seed)
    edges, semi_axes = np.array(voxel_size_um), np.array(semi_axes_um)
    shape = 2 * np.ceil(semi_axes.max() / edges).astype(int) + 3
    labels = np.zeros((shape[0], shape[1], shape[2] * BODIES), np.int32)
    centres, axes = [], []
    for body in range(BODIES):
        centre = (shape / 2 + rng.uniform(-0.5, 0.5, 3)) * edges
        rotation = Rotation.random(rng=rng).as_matrix()
        points = np.stack(np.meshgrid(*[np.arange(n) + 0.5 for n in shape], indexing="ij"), axis=-1) * edges
        inside = ((((points - centre) @ rotation) / semi_axes) ** 2).sum(axis=-1) <= 1
        labels[:, :, body * shape[2] : (body + 1) * shape[2]][inside] = body + 1
        centres.append(centre + np.array([0, 0, body * shape[2] * edges[2]]))
        axes.append(rotation[:, 0])
    return labels, np.array(centres), np.array(axes)


def measure(labels, voxel_size_um=1.0, **more):
    particles = vt.data.ParticleImage(labels, voxel_size_um=voxel_size_um, phase="solid", **more)
    return vt.morphology.measure_particles(particles).frame


def spheroid_area(a, c):
    """Surface of the ellipsoid with two semi-axes a and one c, by its integral of revolution about c."""
    return quad(lambda t: 4 * np.pi * a * np.sqrt(c**2 * (1 - t**2) + a**2 * t**2), 0, 1)[0]


@pytest.mark.parametrize(("radius", "tolerance"), [(5, 0.0075), (7, 0.005), (10, 0.005), (20, 0.005)])
def test_spheres(radius, tolerance):
    # the surface is -0.167 / r^2 too small on average (tests/analytic/test_surface_area.py says why)
    frame = measure(ellipsoids((radius,) * 3)[0])
    assert len(frame) == BODIES
    assert frame.surface_area_um2.mean() == pytest.approx(4 * np.pi * radius**2, rel=tolerance)
    assert frame.sphericity.mean() == pytest.approx(1, abs=0.01)
    assert frame.volume_um3.mean() == pytest.approx(4 / 3 * np.pi * radius**3, rel=0.01)
    assert frame.equivalent_diameter_um.mean() == pytest.approx(2 * radius, rel=0.004)
    assert not frame.touches_border.any()


@pytest.mark.parametrize(("radius", "tolerance"), [(3, 0.01), (5, 0.005), (7, 0.005), (10, 0.005), (20, 0.005)])
@pytest.mark.parametrize("ratio", [(1, 1, 1), (2, 1, 1), (2, 2, 1)])
def test_the_corrected_surface_has_no_bias_on_rounded_bodies(radius, tolerance, ratio):
    # the chords that lines miss are added as an ellipsoid of equal volume and inertia has them: expected error 0
    semi_axes = radius * np.array(ratio) / np.cbrt(np.prod(ratio))
    frame = measure(ellipsoids(semi_axes)[0])
    equal, other = (semi_axes[1], semi_axes[0]) if ratio == (2, 1, 1) else (semi_axes[0], semi_axes[2])
    assert frame.surface_area_corrected_um2.mean() == pytest.approx(spheroid_area(equal, other), rel=tolerance)
    assert (frame.surface_area_corrected_um2 > frame.surface_area_um2).all()


def test_the_part_that_is_added_is_that_of_the_sphere():
    # pi d^2 / 12 of the shadow for steps of length d: (pi / 3) sum of w d^2 = 2.10 in all on cubic voxels of 1 um,
    # whatever the radius; the body of voxels is a little longer than their centres, which takes 0.1 % off at r = 20
    frame = measure(ellipsoids((20.0,) * 3)[0])
    assert (frame.surface_area_corrected_um2 - frame.surface_area_um2).mean() == pytest.approx(2.10, rel=0.01)


def test_the_corrected_surface_of_a_single_voxel_and_of_a_plate_is_finite():
    labels = np.zeros((9, 9, 9), np.int32)
    labels[1, 1, 1] = 1
    labels[4, 1:8, 1:8] = 2
    frame = measure(labels)
    assert np.isfinite(frame.surface_area_corrected_um2).all()
    assert (frame.surface_area_corrected_um2 < 2 * frame.surface_area_um2).all()


@pytest.mark.parametrize(("radius", "tolerance"), [(5, 0.01), (10, 0.005), (20, 0.005)])
@pytest.mark.parametrize("ratio", [(2, 1, 1), (2, 2, 1)])
def test_ellipsoids(radius, tolerance, ratio):
    # semi-axes in this ratio, of the volume of a sphere of `radius`
    semi_axes = radius * np.array(ratio) / np.cbrt(np.prod(ratio))
    labels, centres, axes = ellipsoids(semi_axes)
    frame = measure(labels)
    equal, other = (semi_axes[1], semi_axes[0]) if ratio == (2, 1, 1) else (semi_axes[0], semi_axes[2])
    assert frame.surface_area_um2.mean() == pytest.approx(spheroid_area(equal, other), rel=tolerance)
    assert frame.volume_um3.mean() == pytest.approx(4 / 3 * np.pi * radius**3, rel=0.01)
    measured = frame[["semi_axis_a_um", "semi_axis_b_um", "semi_axis_c_um"]].to_numpy()
    # sorting two equal axes parts them by their scatter: compare the pair by its mean
    pairs = [(0,), (1, 2)] if ratio == (2, 1, 1) else [(0, 1), (2,)]
    for pair in pairs:
        assert measured[:, pair].mean() == pytest.approx(semi_axes[list(pair)].mean(), rel=0.01)
    assert np.abs(frame[["z_um", "y_um", "x_um"]].to_numpy() - centres).max() < 0.15
    if ratio == (2, 1, 1):
        along = np.abs((frame[["longest_axis_z", "longest_axis_y", "longest_axis_x"]].to_numpy() * axes).sum(axis=1))
        assert along.min() > np.cos(np.radians(3))


@pytest.mark.parametrize("voxel_size_um", [(2.0, 1.0, 1.0), (1.0, 1.0, 2.0)])
@pytest.mark.parametrize("radius", [10, 14])
def test_spheres_sampled_one_to_two(radius, voxel_size_um):
    labels, centres, _ = ellipsoids((radius,) * 3, voxel_size_um)
    frame = measure(labels, voxel_size_um)
    assert frame.surface_area_um2.mean() == pytest.approx(4 * np.pi * radius**2, rel=0.015)
    assert frame[["semi_axis_a_um", "semi_axis_b_um", "semi_axis_c_um"]].to_numpy().mean() == pytest.approx(
        radius, rel=0.01
    )
    assert np.abs(frame[["z_um", "y_um", "x_um"]].to_numpy() - centres).max() < 0.15


def touching_particles():
    """Overlapping balls in a box that cuts many of them."""
    rng = np.random.default_rng(7)
    labels = np.zeros((40, 50, 60), np.int32)
    grid = np.stack(np.meshgrid(*[np.arange(n) for n in labels.shape], indexing="ij"), axis=-1)
    for label in range(1, 81):
        distance = np.linalg.norm(grid - rng.uniform(0, labels.shape), axis=-1)
        labels[(distance <= rng.uniform(2, 9)) & (labels == 0)] = label
    return labels


def test_equal_to_simpleitk_on_touching_and_cut_particles():
    labels = touching_particles()
    frame = measure(labels).set_index("label")
    oracle = SimpleITK.LabelShapeStatisticsImageFilter()
    oracle.ComputePerimeterOn()
    oracle.Execute(SimpleITK.GetImageFromArray(labels))
    assert sorted(oracle.GetLabels()) == frame.index.tolist()
    assert frame.touches_border.any()
    assert not frame.touches_border.all()
    for label, row in frame.iterrows():
        assert row.surface_area_um2 == pytest.approx(oracle.GetPerimeter(label), rel=1e-9)
        assert row.voxels == oracle.GetNumberOfPixels(label)
        # ITK says x first and where the centres of voxels are; voltome says where in the image, corners included
        assert (row.x_um, row.y_um, row.z_um) == pytest.approx(np.array(oracle.GetCentroid(label)) + 0.5, rel=1e-9)
        moments = np.maximum(oracle.GetPrincipalMoments(label), 0)
        semi_axes = (row.semi_axis_c_um, row.semi_axis_b_um, row.semi_axis_a_um)
        assert semi_axes == pytest.approx(np.sqrt(5 * moments), rel=1e-7, abs=1e-5)
        x, y, z, width, height, depth = oracle.GetBoundingBox(label)
        box = (row.x_min_um, row.y_min_um, row.z_min_um, row.x_max_um, row.y_max_um, row.z_max_um)
        assert box == (x, y, z, x + width, y + height, z + depth)
        assert row.touches_border == bool(oracle.GetNumberOfPixelsOnBorder(label))

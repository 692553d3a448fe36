"""Calipers, hulls and pores of bodies whose measures are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import voltome as vt

BODIES = 10


def row_of(solid, voxel_size_um=(1.0, 1.0, 1.0), seed=1):
    """Bodies side by side, each with its own random centre and direction; `solid` says of points what is inside."""
    rng = np.random.default_rng(seed)
    edges = np.array(voxel_size_um)
    reach, inside = solid
    shape = 2 * np.ceil(reach / edges).astype(int) + 3
    points = np.stack(np.meshgrid(*[np.arange(n) + 0.5 for n in shape], indexing="ij"), axis=-1) * edges
    labels = np.zeros((shape[0], shape[1], shape[2] * BODIES), np.uint8)
    axes = []
    for body in range(BODIES):
        rotation = Rotation.random(rng=rng).as_matrix()
        centre = (shape / 2 + rng.uniform(-0.5, 0.5, 3)) * edges
        part = labels[:, :, body * shape[2] : (body + 1) * shape[2]]
        part[inside((points - centre) @ rotation)] = body + 1
        axes.append(rotation)
    image = vt.data.ParticleImage(labels, voxel_size_um=voxel_size_um, phase="solid")
    # as balls of 10 voxels scatter about that radius
    return vt.morphology.measure_shapes(image, minimum_radius_voxels=9).frame, np.array(axes)


def ellipsoid(radius, ratio):
    half = radius * np.array(ratio) / np.cbrt(np.prod(ratio))
    return half, (half.max(), lambda points: ((points / half) ** 2).sum(axis=-1) <= 1)


def mean_breadth(half):
    """Breadth of an ellipsoid averaged over directions drawn evenly."""
    directions = np.random.default_rng(0).standard_normal((200_000, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return 2 * np.sqrt(((directions * half) ** 2).sum(axis=1)).mean()


@pytest.mark.parametrize("radius", [10, 15])
def test_a_ball_has_its_diameter_in_every_direction(radius):
    # the longest finds a direction almost without a gap; the smallest looks among the grid's planes and reads low
    frame, _ = row_of(ellipsoid(radius, (1, 1, 1))[1])
    assert frame.feret_mean_um.mean() == pytest.approx(2 * radius, abs=0.02)
    assert -0.1 < (frame.feret_maximum_um - 2 * radius).mean() < 0
    assert -0.6 < (frame.feret_minimum_um - 2 * radius).mean() < -0.1
    assert (frame.solidity == 1).all()


@pytest.mark.parametrize("ratio", [(2, 1, 1), (2, 2, 1), (3, 2, 1)])
def test_an_ellipsoid_has_the_diameters_of_its_axes(ratio):
    half, solid = ellipsoid(10, ratio)
    frame, axes = row_of(solid)
    assert frame.feret_mean_um.mean() == pytest.approx(mean_breadth(half), abs=0.05)
    # 0 where one axis is longest; -0.13 where two are equal, which the rule takes for a ball
    assert frame.feret_maximum_um.mean() == pytest.approx(2 * half[0], abs=0.15)
    # 0 where one axis is shortest, -0.2 where two are
    assert -0.35 < (frame.feret_minimum_um - 2 * half[2]).mean() < 0.15
    assert (frame.solidity == 1).all()
    middle = np.sort(half)[::-1]
    # sorting two equal axes parts them a little
    assert frame.elongation.mean() == pytest.approx(middle[1] / middle[0], abs=0.02)
    assert frame.flatness.mean() == pytest.approx(middle[2] / middle[1], abs=0.02)
    if ratio == (3, 2, 1):
        # on a rounded tip the farthest centre is up to sqrt(2 * gap * radius of curvature) to the side
        longest = frame[["feret_maximum_z", "feret_maximum_y", "feret_maximum_x"]].to_numpy()
        shortest = frame[["feret_minimum_z", "feret_minimum_y", "feret_minimum_x"]].to_numpy()
        assert np.abs((longest * axes[:, :, 0]).sum(axis=1)).min() > np.cos(np.radians(12))
        assert np.abs((shortest * axes[:, :, 2]).sum(axis=1)).min() > np.cos(np.radians(12))


def test_a_ball_sampled_one_to_two():
    frame, _ = row_of(ellipsoid(14, (1, 1, 1))[1], (2.0, 1.0, 1.0))
    assert frame.feret_mean_um.mean() == pytest.approx(28, abs=0.05)
    assert -0.15 < (frame.feret_maximum_um - 28).mean() < 0
    assert -0.9 < (frame.feret_minimum_um - 28).mean() < -0.1
    assert (frame.solidity == 1).all()


def test_a_capsule():
    # a rod of 20 with half balls of radius 8: longest 36, narrowest 16, mean breadth 16 + 20 / 2
    def inside(points):
        along = np.clip(points[..., 0], -10, 10)
        return (points[..., 0] - along) ** 2 + points[..., 1] ** 2 + points[..., 2] ** 2 <= 64

    frame, _ = row_of((18, inside))
    assert frame.feret_maximum_um.mean() == pytest.approx(36, abs=0.2)
    # flat along the rod, where less is missed than on the ellipsoid of equal inertia
    assert -0.4 < (frame.feret_minimum_um - 16).mean() < 0.3
    assert frame.feret_mean_um.mean() == pytest.approx(26, abs=0.15)
    assert (frame.solidity == 1).all()


def test_a_box_in_any_direction_reads_short_at_its_corners():
    half = np.array([16.0, 9.0, 9.0])
    frame, _ = row_of((np.linalg.norm(half), lambda points: (np.abs(points) <= half).all(axis=-1)))
    assert -1.3 < (frame.feret_maximum_um - 2 * np.linalg.norm(half)).mean() < -0.3
    assert -1.2 < (frame.feret_mean_um - half.sum()).mean() < -0.4
    # across a flat face nothing is missed, and a quarter of a voxel is added as on a rounded body
    assert 0 < (frame.feret_minimum_um - 18).mean() < 0.4
    assert (frame.solidity == 1).all()


@pytest.mark.parametrize("voxel_size_um", [(1.0, 1.0, 1.0), (0.5, 1.0, 2.0)])
def test_a_box_along_the_axes(voxel_size_um):
    counts, edges = np.array([40, 24, 20]), np.array(voxel_size_um)
    labels = np.zeros(counts + 4, np.int32)
    labels[2:42, 2:26, 2:22] = 7
    image = vt.data.ParticleImage(labels, voxel_size_um=voxel_size_um, phase="solid")
    row = vt.morphology.measure_shapes(image).frame.iloc[0]
    # hull of the centres: each edge one voxel shorter
    between, gap = (counts - 1) * edges, np.sqrt(np.pi / (3 * counts.prod()))
    squares = np.sort(edges**2 * (counts**2 - 1))[::-1]
    longest = np.linalg.norm(between) * (1 + gap * (1 - (squares[1] / squares[0]) ** 2))
    assert row.feret_maximum_um == pytest.approx(longest, rel=1e-9)
    assert row.feret_mean_um == pytest.approx(between.sum() / 2 / (1 - gap), rel=1e-9)
    # full planes of centres: half a voxel on both sides is added, so the smallest edge is right
    smallest = (counts * edges).min()
    at = int(np.argmin(counts * edges))
    assert row.feret_minimum_um == pytest.approx(smallest, abs=0.05 * edges[at])
    assert [row.feret_minimum_z, row.feret_minimum_y, row.feret_minimum_x] == np.eye(3)[at].tolist()
    assert row.convex_hull_volume_um3 == pytest.approx((counts * edges).prod())
    assert (row.solidity, row.porosity) == (1, 0)


def test_the_hull_of_a_body_with_a_notch_is_the_whole_box():
    labels = np.zeros((24, 24, 24), np.int32)
    labels[2:22, 2:22, 2:22] = 1
    labels[2:12, 8:16, 2:22] = 0
    row = vt.morphology.measure_shapes(vt.data.ParticleImage(labels, voxel_size_um=0.5, phase="s")).frame.iloc[0]
    assert row.convex_hull_volume_um3 == 1000
    assert row.solidity == pytest.approx(1 - 10 * 8 * 20 / 8000)
    assert row.enclosed_volume_um3 == 0


def test_pores_inside_a_particle_and_what_is_none():
    labels = np.zeros((26, 26, 80), np.int32)
    labels[2:24, 2:24, 2:26], labels[2:24, 2:24, 28:52], labels[2:24, 2:24, 54:80] = 1, 2, 3
    labels[5:9, 5:9, 5:9] = 0  # a pore of 64 voxels
    labels[12:16, 12:16, 12:18] = 0  # a second of 96
    labels[9:17, 9:17, 34:42] = 0  # open to the outside by a channel
    labels[2:9, 12, 38] = 0
    labels[5:8, 5:8, 30:34] = 0  # holds a voxel of another particle
    labels[6, 6, 31] = 4
    labels[9:17, 9:17, 72:80] = 0  # open to the end of the image
    image = vt.data.ParticleImage(labels, voxel_size_um=0.5, phase="s")
    frame = vt.morphology.measure_shapes(image).frame
    assert frame.label.tolist() == [1, 2, 3]
    assert frame.enclosed_volume_um3.tolist() == [160 / 8, 0, 0]
    assert frame.porosity[0] == pytest.approx(160 / (22 * 22 * 24))
    assert frame.solidity[0] == pytest.approx(1 - 160 / (22 * 22 * 24))
    mask = np.ones(labels.shape, np.bool_)
    mask[6, 6, 6] = False  # nobody knows what is there
    cut = vt.data.ParticleImage(labels, voxel_size_um=0.5, phase="s", mask=mask)
    assert vt.morphology.measure_shapes(cut).frame.enclosed_volume_um3[0] == 96 / 8

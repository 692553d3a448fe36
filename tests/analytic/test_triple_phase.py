"""Lines on which three phases meet, against circles and straight wedges whose length is known."""

from __future__ import annotations

import numpy as np
import pytest

import voltome as vt

NAMES = {0: "pore", 1: "NMC", 2: "binder"}


def measure(values, voxel_size_um=1.0, **more):
    image = vt.data.PhaseImage(values.astype(np.uint8), voxel_size_um=voxel_size_um, phases=NAMES)
    return vt.morphology.triple_phase_boundary(image, **more)


def cut_ball(radius, offset, edges, rng):
    """A ball in pore, cut by a plane at `offset` radii from its centre in a random direction: the line is a circle."""
    half = np.ceil(radius / edges).astype(int) + 2
    centre = rng.uniform(-0.5, 0.5, 3) * edges
    normal = rng.standard_normal(3)
    normal /= np.linalg.norm(normal)
    grid = np.meshgrid(*[np.arange(-h, h + 1) * e for h, e in zip(half, edges, strict=True)], indexing="ij")
    place = [g - c for g, c in zip(grid, centre, strict=True)]
    height = sum(n * p for n, p in zip(normal, place, strict=True)) - offset * radius
    inside = sum(p * p for p in place) <= radius**2
    return np.where(inside, np.where(height < 0, 1, 2), 0), 2 * np.pi * radius * np.sqrt(1 - offset**2)


def ratios(radius_of_circle, offset, edges=(1.0, 1.0, 1.0), repeats=16):
    """Smoothed length and length of edges over that of the circle, means over random places and directions."""
    rng = np.random.default_rng(7)
    edges = np.array(edges)
    smoothed, counted = [], []
    for _ in range(repeats):
        values, true = cut_ball(radius_of_circle / np.sqrt(1 - offset**2), offset, edges, rng)
        found = measure(values, tuple(edges))
        smoothed.append(found.length_um / true)
        counted.append(found.edge_length_um / true)
    return np.mean(smoothed), np.mean(counted)


@pytest.mark.parametrize("offset", [0.0, 0.5])
@pytest.mark.parametrize("radius", [10, 15, 25])
def test_circles_of_ten_voxels_and_more_are_right_within_two_percent(radius, offset):
    # zigzag that is left: +1 to 2 %; voxel edges: 3/2 for a line in all directions, more for detours
    smoothed, counted = ratios(radius, offset, repeats=16 if radius < 20 else 6)
    assert smoothed == pytest.approx(1, abs=0.02)
    assert 1.5 < counted < 1.75


@pytest.mark.parametrize("angle", [37, 45, 60, 90, 120])
@pytest.mark.parametrize("radius", [5, 8, 20, 40])
def test_circles_are_right_within_five_percent_at_every_angle(radius, angle):
    # the tip of a wedge is too thin for voxels, so chains lie 0.5 (37 degrees) to 0.2 voxel (90) inside the circle:
    # 10 % of the length at a radius of 5 and 37 degrees, which is added; what is left is zigzag, +1 to +3 %
    smoothed, counted = ratios(radius, np.cos(np.radians(angle)), repeats={5: 24, 8: 16, 20: 6, 40: 2}[radius])
    assert 0.97 < smoothed < 1.05
    assert counted > 1.45


@pytest.mark.parametrize("edges", [(2.0, 1.0, 1.0), (1.0, 1.0, 0.5)])
def test_circles_on_voxels_that_are_not_cubes(edges):
    # the radius is 12 of the shortest edges
    smoothed, counted = ratios(12 * min(edges), 0.3, edges)
    assert smoothed == pytest.approx(1, abs=0.03)
    assert counted > 1.45


@pytest.mark.parametrize(("least", "most", "tolerance"), [(60, 90, 0.02), (30, 60, 0.03)])
def test_straight_lines_in_all_directions_read_one_to_two_percent_too_much(least, most, tolerance):
    rng = np.random.default_rng(2)
    n, length, edge_length, true = 30, 0.0, 0.0, 0.0
    while true < 900:
        a, b = rng.standard_normal((2, 3))
        a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
        if not least <= np.degrees(np.arccos(abs(a @ b))) <= most:
            continue
        centre = n / 2 + rng.uniform(-0.5, 0.5, 3)
        grid = np.indices((n,) * 3) + 0.5 - centre[:, None, None, None]
        values = np.where(np.tensordot(a, grid, 1) < 0, 0, np.where(np.tensordot(b, grid, 1) < 0, 1, 2))
        line = np.cross(a, b) / np.linalg.norm(np.cross(a, b))
        with np.errstate(divide="ignore"):
            ends = np.sort(np.stack([-centre / line, (n - centre) / line]), axis=0)
        found = measure(values)
        length, edge_length = length + found.length_um, edge_length + found.edge_length_um
        true += ends[1].min() - ends[0].max()
    assert 1 < length / true < 1 + tolerance
    assert edge_length / true > 1.5


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_line_along_an_axis_is_exact(axis):
    values = np.zeros((8, 9, 10), np.uint8)
    view = np.moveaxis(values, axis, 0)
    view[:, 4:, :] = 1
    view[:, 4:, 5:] = 2
    size = (0.5, 0.7, 1.1)
    found = measure(values, size)
    assert found.length_um == pytest.approx(values.shape[axis] * size[axis], rel=1e-12)
    assert found.edge_length_um == pytest.approx(values.shape[axis] * size[axis], rel=1e-12)
    assert found.edges == values.shape[axis]


def test_a_diagonal_staircase_is_its_diagonal():
    # 1 and 2 meet on a plane x = y (a staircase), both lie on pore below: the line is the diagonal of the layer.
    # The mean of 7 edges of a staircase with weights 1..4..1 has 8/16 along either axis: sqrt(1/2) per edge.
    n = 40
    values = np.zeros((6, n, n), np.uint8)
    values[3:] = np.where(np.add.outer(np.arange(n), -np.arange(n)) > 0, 1, 2)
    found = measure(values)
    assert found.edge_length_um == 2 * (n - 1)
    assert found.length_um == pytest.approx(np.sqrt(2) * (n - 1), rel=0.01)


def test_density_and_share_of_edges():
    values = np.zeros((8, 9, 10), np.uint8)
    values[:, 4:], values[:, 4:, 5:] = 1, 2
    found = measure(values, 0.5)
    assert found.length_per_total_volume_per_um2 == pytest.approx(4.0 / (720 / 8), rel=1e-12)
    # all edges with four voxels round them, as TauFactor 2 divides by
    assert found.edge_share == pytest.approx(8 / (8 * 8 * 9 + 9 * 7 * 9 + 10 * 7 * 8), rel=1e-12)


def test_the_active_part_is_that_connected_to_the_ends():
    # two rods of NMC in pore on a floor of binder: one goes up to the last layer, the other is an island
    values = np.zeros((20, 20, 40), np.uint8)
    values[:6] = 2
    values[6:, 6:14, 6:14] = 1  # connected to the end
    values[6:14, 6:14, 26:34] = 1  # ends inside
    found = measure(values)
    assert found.active_share == pytest.approx(0.5, abs=1e-12)
    assert found.inactive_length_um == pytest.approx(found.active_length_um, rel=1e-12)
    assert found.unknown_length_um == 0
    # NMC must now reach the first layer, which only binder does: where NMC reaches the last it is unknown
    other = measure(values, connected={"NMC": "first"})
    assert (other.active_length_um, other.unknown_length_um) == pytest.approx((0, found.active_length_um))
    assert measure(values, connected={"pore": "last", "binder": "first"}).active_share == pytest.approx(0.5)

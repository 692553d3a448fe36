"""The hull in whole numbers against scipy's, and against counting."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import ConvexHull

from voltome.morphology import _kernels_hulls as kernels


def clouds():
    """Points on a grid, with many in a plane and on a line, as voxels are; and whole digital balls."""
    rng = np.random.default_rng(0)
    for trial in range(60):
        edge = int(rng.integers(2, 14))
        if trial % 3:
            points = np.unique(rng.integers(0, edge, (int(rng.integers(4, 200)), 3)), axis=0)
        else:
            grid = np.indices((edge,) * 3).reshape(3, -1).T
            points = grid[((grid - edge / 2 + rng.uniform(0, 1, 3)) ** 2).sum(axis=1) <= (edge / 2) ** 2]
        if len(points) and np.linalg.matrix_rank(points - points[0]) == 3:
            yield points.astype(np.int64)


def test_the_hull_is_that_of_scipy():
    for points in clouds():
        corners, planes, beside = kernels.convex_hull(points)
        expected = ConvexHull(points)
        outside = points @ planes[:, :3].T - planes[:, 3]
        assert (outside <= 0).all()
        assert set(expected.vertices) <= set(corners.ravel())
        volume = np.linalg.det((points[corners] - points[0]).astype(float)).sum() / 6
        assert abs(volume) == pytest.approx(expected.volume)
        # neighbours share an edge, and know of each other
        for face in range(len(corners)):
            for edge in range(3):
                other = beside[face, edge]
                assert {corners[face, edge], corners[face, (edge + 1) % 3]} <= set(corners[other])
                assert face in beside[other]


def test_centres_inside_are_counted_exactly():
    for points in clouds():
        corners, planes, _ = kernels.convex_hull(points)
        shape = points.max(axis=0) + 1
        grid = np.indices(shape).reshape(3, -1).T
        inside = ((grid @ planes[:, :3].T - planes[:, 3]) <= 0).all(axis=1)
        assert kernels.centres_inside(points, corners, planes, shape[0], shape[1]) == inside.sum()


@pytest.mark.parametrize(
    "points",
    [
        [(0, 0, 0)],
        [(0, 0, 0), (1, 1, 1)],
        [(0, 0, 0), (1, 1, 1), (2, 2, 2)],
        [(0, 1, 0), (1, 2, 5), (0, 1, 3), (2, 3, 1)],
    ],
)
def test_points_in_a_plane_have_no_hull(points):
    corners, planes, beside = kernels.convex_hull(np.array(points, np.int64))
    assert len(corners) == len(planes) == len(beside) == 0


def test_the_gap_at_full_planes_is_half_their_distance_and_the_round_one_where_planes_are_empty():
    # m centres on a plane at the depth of one distance: half a distance + 1 / m; sqrt(pi / (2 m)) for few
    table = kernels.gap_table()
    density = np.exp(np.linspace(kernels.LOWEST_LOG, kernels.HIGHEST_LOG, kernels.GAP_STEPS))
    assert table[-1] == pytest.approx(0.5, abs=0.001)
    assert table[density > 20] == pytest.approx(0.5 + 1 / density[density > 20], abs=0.01)
    assert table[density < 0.1] == pytest.approx(np.sqrt(np.pi / (2 * density[density < 0.1])), rel=0.005)
    assert (np.diff(table) < 0).all()

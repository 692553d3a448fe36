"""The kernel that fills images counts the same sample points as `contains` of every solid."""

from __future__ import annotations

import numpy as np
import pytest

import voltome as vt
from voltome.data import Transform
from voltome.twins._kernels_filling import fill

SOLIDS = {
    "sphere": vt.twins.Sphere((4.1, 5.3, 6.2), 3.3),
    "ellipsoid": vt.twins.Ellipsoid((4.1, 5.3, 6.2), (1.2, 3.1, 2.2), rotation=(0.4, -0.7, 0.2)),
    "capsule": vt.twins.Capsule((1.1, 2.3, 3.7), (6.2, 8.4, 7.9), 1.3),
    "block": vt.twins.Block((4.1, 5.3, 6.2), (3.3, 5.1, 2.7), rotation=(0.3, 0.9, -0.4)),
    "cylinder": vt.twins.Cylinder((1.1, 2.3, 3.7), (6.2, 8.4, 7.9), 1.3),
    "shell": vt.twins.Shell((4.1, 5.3, 6.2), 3.3, 1.7),
    "rough": vt.twins.RoughSphere((4.1, 5.3, 6.2), 2.8, roughness_um=0.25, correlation_um=0.9, seed=3),
}
SIZES = np.array([0.5, 1.25, 0.8])
FIRST = np.array([-1, -2, 1])
SHAPE, POINTS = (24, 12, 14), 3


def points_of_voxels() -> np.ndarray:
    """Sample points of all voxels, shape (z, points, y, points, x, points, 3)."""
    axes = [
        (first * POINTS + np.arange(count * POINTS) + 0.5) * size / POINTS
        for first, count, size in zip(FIRST, SHAPE, SIZES, strict=True)
    ]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    return grid.reshape(SHAPE[0], POINTS, SHAPE[1], POINTS, SHAPE[2], POINTS, 3)


@pytest.mark.parametrize("solid", SOLIDS.values(), ids=list(SOLIDS))
@pytest.mark.parametrize("moved", [False, True])
def test_the_share_is_that_of_the_points_which_the_solid_contains(solid, moved) -> None:
    if moved:
        solid = solid.moved(Transform((25, -40, 10), centre_um=(4, 5, 6), shift_um=(0.3, -0.2, 0.4)))
    kind, centre, matrix = solid.numbers.kind, solid.numbers.centre_um, solid.numbers.matrix
    share = np.empty(SHAPE, np.float32)
    fill(kind, centre, matrix, FIRST, SIZES, POINTS, share)
    expected = solid.contains(points_of_voxels()).mean(axis=(1, 3, 5))
    assert abs(share - expected).max() < 1e-6
    assert 0 < share.mean() < 1


@pytest.mark.parametrize("solid", SOLIDS.values(), ids=list(SOLIDS))
def test_the_filled_volume_is_that_of_the_formula(solid) -> None:
    size, shape = np.full(3, 0.2), (60, 60, 60)
    share = np.empty(shape, np.float32)
    fill(solid.numbers.kind, solid.numbers.centre_um, solid.numbers.matrix, np.array([-5, -5, -5]), size, 2, share)
    assert share.sum(dtype=np.float64) * 0.2**3 == pytest.approx(solid.volume_um3, rel=3e-3)

"""The last steps of the alignment: from a voxel off to hundredths, with the same bits, or None."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from voltome.data import Transform, Volume
from voltome.registration import Region, _sampling
from voltome.registration._polishing import polish
from voltome.registration.regions import place_of

SHAPE = (24, 48, 48)
EDGES = np.array([1.0, 1.0, 1.0])
FLAT = np.array([2.0, 1.0, 1.0])
MIDDLE = np.array([12.0, 24.0, 24.0])
TRUE = Transform((0, 0, 0))


def blobs(motion: Transform, *, edges: np.ndarray = EDGES, shape=SHAPE, seed: int = 1) -> np.ndarray:
    """Grey values of round blobs by their formula, in the frame from which `motion` leads to the fixed one."""
    random = np.random.default_rng(seed)
    centres = random.uniform((0, 0, 0), (24, 48, 48), (90, 3))
    widths, heights = random.uniform(1.6, 3.0, 90), random.uniform(40, 160, 90)
    values = np.full(shape, 50.0)
    axes = [(np.arange(n) + 0.5) * e for n, e in zip(shape, edges, strict=True)]
    for centre, width, height in zip(motion.inverse().apply(centres), widths, heights, strict=True):
        along = [np.exp(-((axis - c) ** 2) / (2 * width**2)) for axis, c in zip(axes, centre, strict=True)]
        values += height * along[0][:, None, None] * along[1][:, None] * along[2]
    return values


def off(true: Transform, degrees: float, voxels: float) -> Transform:
    """Return a motion that is wrong by so much."""
    return true.then(Transform((degrees, 0, 0), centre_um=tuple(MIDDLE), shift_um=(0, voxels, 0)))


def worst_um(found: Transform, true: Transform) -> float:
    corners = np.stack(np.meshgrid(*[(m - m / 2, m + m / 2) for m in MIDDLE], indexing="ij"), axis=-1)
    return float(np.abs(found.apply(corners) - true.apply(corners)).max())


MOTION = Transform((17, 0.4, -0.3), centre_um=tuple(MIDDLE), shift_um=(0.4, -1.3, 0.8))
PLACE = Region(box_um=((4, 20), (8, 40), (8, 40)))


@pytest.mark.parametrize(("degrees", "voxels"), [(0.5, 0.0), (0.0, 1.0), (-0.5, -1.0), (0.0, 0.0)])
def test_it_settles_within_two_hundredths_of_a_voxel(degrees, voxels) -> None:
    fixed, moving = (Volume(blobs(m), voxel_size_um=1) for m in (TRUE, MOTION))
    found = polish(fixed, moving, place_of(PLACE, fixed, "z"), off(MOTION, degrees, voxels))
    assert found is not None
    assert worst_um(found, MOTION) < 0.02
    turn = Rotation.from_matrix(found.matrix.T @ MOTION.matrix).magnitude()
    assert np.degrees(turn) < 0.02


def test_gain_offset_and_type_of_the_moving_scan_do_not_matter() -> None:
    fixed = Volume(blobs(TRUE), voxel_size_um=1)
    moving = Volume((-9000 + 31 * blobs(MOTION)).astype(np.int16), voxel_size_um=1)
    found = polish(fixed, moving, place_of(PLACE, fixed, "z"), off(MOTION, 0.5, 1))
    assert found is not None
    assert worst_um(found, MOTION) < 0.02


def test_it_works_where_the_scans_have_other_voxels_than_cubes() -> None:
    fixed = Volume(blobs(TRUE, edges=FLAT, shape=(12, 48, 48)), voxel_size_um=tuple(FLAT))
    moving = Volume(blobs(MOTION), voxel_size_um=1)
    found = polish(fixed, moving, place_of(PLACE, fixed, "z"), off(MOTION, 0.5, 1))
    assert found is not None
    # a layer of 2 um under smoothing of 1 um has less of the small blobs: 5 hundredths of its edge
    assert worst_um(found, MOTION) < 0.1


def test_what_is_outside_the_mask_does_not_count() -> None:
    values, mask = blobs(MOTION), np.ones(SHAPE, np.bool_)
    mask[:, :, 30:] = False
    values[:, :, 34:] = 9e3  # further away than the smoothing of half a voxel reaches
    fixed = Volume(blobs(TRUE), voxel_size_um=1)
    moving = Volume(values, voxel_size_um=1, mask=mask)
    found = polish(fixed, moving, place_of(PLACE, fixed, "z"), off(MOTION, 0.3, 0.5))
    assert found is not None
    assert worst_um(found, MOTION) < 0.05


def test_one_and_many_threads_give_the_same_bits(monkeypatch) -> None:
    fixed, moving = (Volume(blobs(m).astype(np.float32), voxel_size_um=1) for m in (TRUE, MOTION))
    found = []
    for cores in (1, 2, 7):
        monkeypatch.setattr(_sampling.os, "cpu_count", lambda cores=cores: cores)
        found.append(polish(fixed, moving, place_of(PLACE, fixed, "z"), off(MOTION, 0.5, 1)))
    assert found[0] is not None
    assert found[0] == found[1] == found[2]


def test_other_things_and_a_start_outside_give_none() -> None:
    fixed, moving = (Volume(blobs(m), voxel_size_um=1) for m in (TRUE, MOTION))
    place = place_of(PLACE, fixed, "z")
    assert polish(fixed, Volume(np.random.default_rng(1).normal(size=SHAPE), voxel_size_um=1), place, MOTION) is None
    away = replace(MOTION, shift_um=(0.0, 400.0, 0.0))
    assert polish(fixed, moving, place, away) is None


def test_a_region_without_structure_gives_none() -> None:
    fixed = Volume(blobs(TRUE), voxel_size_um=1)
    flat = Volume(np.full(SHAPE, 7.0), voxel_size_um=1)
    assert polish(fixed, flat, place_of(PLACE, fixed, "z"), TRUE) is None
    assert polish(flat, fixed, place_of(PLACE, flat, "z"), TRUE) is None

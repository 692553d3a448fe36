"""Reading an image at the voxels of a turned grid: the splines of scipy, on threads, with the same bits."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import map_coordinates, spline_filter

from voltome.data import Transform, Volume
from voltome.registration import _sampling
from voltome.registration._kernels_sampling import read_cubic, read_linear, read_nearest
from voltome.registration._sampling import Grid, Sampler, grid_of, on_threads

SHAPES = [(7, 9, 11), (1, 9, 11), (7, 1, 11), (7, 9, 1), (2, 3, 2), (1, 1, 8), (1, 1, 1)]
STEPS = np.array([[0.71, 0.13, -0.21], [-0.11, 0.83, 0.31], [0.17, -0.29, 0.61]])
FIRST = np.array([-2.3037, -1.4053, -3.1071])  # outside on every side, and never half way between two voxels
ROOM = (13, 12, 14)


def values_of(shape: tuple[int, int, int]) -> np.ndarray:
    return np.random.default_rng(3).uniform(-100, 100, shape)


def places(first: np.ndarray) -> np.ndarray:
    return np.tensordot(STEPS, np.indices(ROOM), axes=1) + first[:, None, None, None]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("kind", "near"), [(np.float64, 1e-9), (np.float32, 1e-3)])
def test_the_cubic_kernel_is_the_spline_of_scipy_with_its_borders(shape, kind, near) -> None:
    known = spline_filter(values_of(shape), order=3, output=kind)
    found = np.empty(ROOM, kind)
    read_cubic(known, FIRST, STEPS, 0, ROOM[0], found)
    expected = map_coordinates(known.astype(np.float64), places(FIRST), order=3, mode="mirror", prefilter=False)
    assert abs(found - expected).max() < near  # of values to 100, so 1e-5 of the range in 32 bits


@pytest.mark.parametrize("shape", SHAPES)
def test_linear_interpolation_is_that_of_scipy_where_the_image_has_data(shape) -> None:
    known, found = values_of(shape), np.empty(ROOM)
    read_linear(known, FIRST, STEPS, 0, ROOM[0], found)
    at = places(FIRST)
    expected = map_coordinates(known, at, order=1, mode="nearest")
    assert abs(found - expected).max() < 1e-9


@pytest.mark.parametrize("shape", SHAPES)
def test_the_nearest_voxel_is_read_and_inside_means_within_the_outer_faces(shape) -> None:
    known = np.arange(np.prod(shape)).reshape(shape)
    found, inside = np.empty(ROOM, known.dtype), np.empty(ROOM, np.bool_)
    read_nearest(known, FIRST, STEPS, 0.0, 0, ROOM[0], found, inside)
    at, count = places(FIRST), np.reshape(shape, (3, 1, 1, 1))
    assert (inside == ((at >= -0.5) & (at <= count - 0.5)).all(axis=0)).all()
    nearest = np.clip(np.floor(at + 0.5).astype(int), 0, count - 1)
    assert (found == known[tuple(nearest)]).all()


def test_whole_voxels_give_the_values_themselves() -> None:
    volume = Volume(values_of((6, 7, 8)), voxel_size_um=(0.5, 2, 1), origin_um=(3, -4, 5))
    sampler = Sampler(volume, Transform((0, 0, 0)), grid_of(volume))
    assert abs(sampler.greys("cubic") - volume.values).max() < 1e-9
    assert (sampler.greys("linear") == volume.values).all()
    assert (sampler.labels() == volume.values).all()
    assert sampler.inside().all()


def test_a_straight_ramp_stays_a_ramp_on_voxels_that_are_no_cubes() -> None:
    edges, shape = np.array([0.5, 2.0, 1.0]), (40, 12, 24)
    z, y, x = np.meshgrid(*[(np.arange(n) + 0.5) * e for n, e in zip(shape, edges, strict=True)], indexing="ij")
    volume = Volume(3 * z - 2 * y + x, voxel_size_um=tuple(edges))
    motion = Transform((20, 3, -2), centre_um=(10, 12, 12), shift_um=(0.3, 0.4, -0.2))
    grid = Grid((6, 5, 4), (0.7, 0.9, 1.1), (8, 10, 10))
    points = np.stack(np.meshgrid(*[o + (np.arange(n) + 0.5) * e for n, e, o in
                                    zip(grid.shape, grid.voxel_size_um, grid.origin_um, strict=True)],
                                  indexing="ij"), axis=-1)  # fmt: skip
    expected = motion.inverse().apply(points) @ [3, -2, 1]
    sampler = Sampler(volume, motion, grid)
    assert abs(sampler.greys("linear") - expected).max() < 1e-9
    assert abs(sampler.greys("cubic") - expected).max() < 0.01  # the mirrored border bends the ramp, far from here


def test_the_part_that_is_read_is_wide_enough_for_a_spline() -> None:
    volume = Volume(values_of((60, 60, 60)), voxel_size_um=1)
    grid = Grid((3, 3, 3), (1, 1, 1), (28.3, 30.1, 29.7))
    found = Sampler(volume, Transform((0, 0, 0)), grid).greys("cubic")
    at = np.indices((3, 3, 3)) + np.reshape(grid.origin_um, (3, 1, 1, 1))
    assert abs(found - map_coordinates(volume.values, at, order=3, mode="mirror")).max() < 1e-4


def test_any_number_of_threads_gives_the_same_bits(monkeypatch) -> None:
    volume = Volume(values_of((20, 21, 22)).astype(np.float32), voxel_size_um=1)
    sampler = Sampler(volume, Transform((31, 2, 1), centre_um=(10, 10, 10)), grid_of(volume))
    found = []
    for cores in (1, 3, 8):
        monkeypatch.setattr(_sampling.os, "cpu_count", lambda cores=cores: cores)
        found.append((sampler.greys("cubic").tobytes(), sampler.greys("linear").tobytes(), sampler.inside().tobytes()))
    assert found[0] == found[1] == found[2]


def test_a_fault_on_a_thread_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        on_threads(lambda z: [1 / (z - 2)], 4)

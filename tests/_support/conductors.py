"""Images through which something flows, and their effective diffusivity by an independent float64 solver."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.sparse import coo_array, csr_array
from scipy.sparse.linalg import cg

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Conductor:
    """An image, the edges of its voxels, and the axis along which something flows."""

    name: str
    conducting: Mask
    spacing: tuple[float, float, float] = (1.0, 1.0, 1.0)
    axis: int = 0


def blobs(shape: tuple[int, int, int], porosity: float, sigma: float, seed: int) -> Mask:
    """Return smoothed noise above the threshold that gives a porosity."""
    noise = gaussian_filter(np.random.default_rng(seed).normal(size=shape), sigma, mode="wrap")
    return noise < np.quantile(noise, porosity)


def between_spheres(shape: tuple[int, int, int], radius: float, porosity: float, seed: int) -> Mask:
    """Return the space between overlapping spheres, added one by one until less than a porosity is left."""
    rng = np.random.default_rng(seed)
    pore = np.ones(shape, bool)
    grid = np.indices(shape)
    while pore.mean() > porosity:
        centre = rng.uniform(0, shape)
        pore &= sum((grid[axis] - centre[axis]) ** 2 for axis in range(3)) > radius**2
    return pore


def touching_spheres(cells: int, edge: int, overlap: float) -> Mask:
    """Return a simple cubic stack of spheres that just touch, as grains do: `overlap` voxels widen the necks."""
    at = (np.arange(cells * edge) % edge) - (edge - 1) / 2
    squared = at[:, None, None] ** 2 + at[None, :, None] ** 2 + at[None, None, :] ** 2
    return squared < (edge / 2 + overlap) ** 2


def channels(shape: tuple[int, int, int], count: int, seed: int) -> Mask:
    """Return crooked channels one or two voxels wide, each from end to end."""
    rng = np.random.default_rng(seed)
    open_ = np.zeros(shape, bool)
    for _ in range(count):
        y, x = rng.integers(1, shape[1] - 1), rng.integers(1, shape[2] - 1)
        width = rng.integers(1, 3)
        for z in range(shape[0]):
            open_[z, y : y + width, x : x + width] = True
            step = rng.integers(-3, 4, 2)
            ends = np.clip((y + step[0], x + step[1]), 1, (shape[1] - 2, shape[2] - 2))
            open_[z, min(y, ends[0]) : max(y, ends[0]) + 1, x] = True
            open_[z, ends[0], min(x, ends[1]) : max(x, ends[1]) + 1] = True
            y, x = ends
    return open_


def chambers(shape: tuple[int, int, int], spacing: int, seed: int) -> Mask:
    """Return rooms whose walls have one hole of one voxel each: the slowest modes there are."""
    rng = np.random.default_rng(seed)
    open_ = np.ones(shape, bool)
    for axis in range(3):
        walls = np.arange(spacing, shape[axis], spacing)
        np.moveaxis(open_, axis, 0)[walls] = False
    for axis in range(3):
        view = np.moveaxis(open_, axis, 0)
        for wall in range(spacing, shape[axis], spacing):
            for y in range(0, view.shape[1], spacing):
                for x in range(0, view.shape[2], spacing):
                    hole = rng.integers(1, max(2, min(spacing, view.shape[1] - y, view.shape[2] - x)), 2)
                    view[wall, min(y + hole[0], view.shape[1] - 1), min(x + hole[1], view.shape[2] - 1)] = True
    return open_


def varied() -> list[Conductor]:
    """Return thirty images on which iterations behave very differently."""
    found = []
    for seed, (edge, porosity, sigma) in enumerate(
        [
            (24, 0.5, 1.0),
            (32, 0.45, 1.5),
            (40, 0.6, 2.0),
            (48, 0.45, 2.5),
            (32, 0.35, 1.2),
            (32, 0.28, 1.0),
            (40, 0.25, 1.5),
            (24, 0.8, 1.0),
            (48, 0.3, 3.0),
            (32, 0.36, 0.0),
        ]
    ):
        found.append(Conductor(f"blobs-{seed}", blobs((edge,) * 3, porosity, sigma, 100 + seed), axis=seed % 3))
    for seed, (edge, radius, porosity) in enumerate(
        [(32, 5.0, 0.4), (32, 4.0, 0.2), (40, 8.0, 0.4), (48, 8.0, 0.15), (32, 6.0, 0.08), (24, 4.0, 0.6)]
    ):
        pore = between_spheres((edge,) * 3, radius, porosity, 200 + seed)
        found.append(Conductor(f"spheres-{seed}", pore, axis=seed % 3))
    for cells, edge, overlap in [(4, 8, 0.0), (4, 9, 0.3), (3, 14, 0.2), (2, 20, 0.3)]:
        found.append(Conductor(f"grains-{edge}", touching_spheres(cells, edge, overlap)))
    for seed, count in enumerate((1, 4, 12)):
        found.append(Conductor(f"channels-{count}", channels((36, 24, 28), count, 300 + seed)))
    for seed, edge in enumerate((5, 8, 12)):
        found.append(Conductor(f"chambers-{edge}", chambers((36, 36, 36), edge, 400 + seed), axis=seed % 3))
    sides = [(1.0, 1.0, 4.0), (5.0, 1.0, 1.0), (1.0, 3.0, 1.0), (2.0, 1.0, 0.5)]
    for seed, spacing in enumerate(sides):
        pore = blobs((30, 33, 36), 0.4 + 0.05 * seed, 1.5, 500 + seed)
        found.append(Conductor(f"anisotropic-{seed}", pore, spacing, seed % 3))
    return found


def equations(conductor: Conductor) -> tuple[csr_array, NDArray[np.float64], float]:
    """Return matrix, right-hand side and dissipation at zero of the equations with ends on outer faces."""
    mask, axis = conductor.conducting, conductor.axis
    number = np.full(mask.shape, -1)
    number[mask] = np.arange(mask.sum())
    volume = np.prod(conductor.spacing)
    weights = [volume / edge**2 for edge in conductor.spacing]
    diagonal, rows, columns, entries = np.zeros(mask.sum()), [], [], []
    for side in range(3):
        moved = np.moveaxis(number, side, 0)
        one, other = moved[:-1].ravel(), moved[1:].ravel()
        both = (one >= 0) & (other >= 0)
        one, other = one[both], other[both]
        rows += [one, other]
        columns += [other, one]
        entries += [np.full(2 * one.size, -weights[side])]
        np.add.at(diagonal, one, weights[side])
        np.add.at(diagonal, other, weights[side])
    ends = np.moveaxis(number, axis, 0)
    right = np.zeros(mask.sum())
    first, last = ends[0][ends[0] >= 0], ends[-1][ends[-1] >= 0]
    np.add.at(diagonal, first, 2 * weights[axis])
    np.add.at(diagonal, last, 2 * weights[axis])
    right[first] = 2 * weights[axis]
    every = np.arange(mask.sum())
    matrix = coo_array(
        (np.concatenate([*entries, diagonal]), (np.concatenate([*rows, every]), np.concatenate([*columns, every]))),
        shape=(mask.sum(),) * 2,
    ).tocsr()
    return matrix, right, 2 * weights[axis] * first.size


def exact_relative_diffusivity(conductor: Conductor) -> float:
    """Return the effective diffusivity by conjugate gradients in float64; the image is trimmed to what percolates."""
    matrix, right, at_zero = equations(conductor)
    inverse = 1.0 / matrix.diagonal()
    preconditioner = coo_array((inverse, (np.arange(right.size),) * 2), shape=matrix.shape).tocsr()
    potential, failed = cg(matrix, right, rtol=1e-10, atol=0.0, maxiter=20000, M=preconditioner)
    assert failed == 0
    layers = conductor.conducting.shape[conductor.axis]
    weight = np.prod(conductor.spacing) / conductor.spacing[conductor.axis] ** 2
    area = conductor.conducting.size / layers
    return float((at_zero - right @ potential) * layers / area / weight)

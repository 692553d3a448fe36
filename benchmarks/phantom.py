"""The phantom of the benchmarks: touching spheres of active material, binder and pore, with blur and noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

PORE, ACTIVE, BINDER = 0, 1, 2
GREY = np.array([60, 170, 110], np.float32)
"""Grey value of pore, active material and binder."""


@dataclass(frozen=True)
class Phantom:
    """The truth and the scan of it.

    Attributes
    ----------
    grey : numpy.ndarray of uint8
        The scan: blurred by 0.7 voxel, Gaussian noise of 18 grey values.
    phases : numpy.ndarray of uint8
        0 pore, 1 active material, 2 binder.
    labels : numpy.ndarray of int32
        Number of the sphere that owns the voxel, from 1; 0 elsewhere.
    radii : numpy.ndarray of float
        Radius of each sphere in voxels.
    whole : numpy.ndarray of bool
        Whether each sphere has all its voxels: cut neither by the border nor by a sphere painted before.
    """

    grey: NDArray[np.uint8]
    phases: NDArray[np.uint8]
    labels: NDArray[np.int32]
    radii: NDArray[np.float64]
    whole: NDArray[np.bool_]


def make(edge: int = 256, spheres: int = 2400, seed: int = 0, overlap: float = 0.12) -> Phantom:
    """Make spheres of radius 6 to 16 voxels, skewed to small, that may overlap by a share of their radii."""
    rng = np.random.default_rng(seed)
    centres, radii = _pack(edge, spheres, overlap, rng)
    labels = np.zeros((edge,) * 3, np.int32)
    whole = np.ones(spheres, np.bool_)
    for index, (centre, radius) in enumerate(zip(centres, radii, strict=True)):
        whole[index] = _paint(labels, index + 1, centre, radius)
    field = gaussian_filter(rng.standard_normal((edge,) * 3).astype(np.float32), 3)
    phases = np.where(labels > 0, ACTIVE, np.where(field > 1.2 * field.std(), BINDER, PORE)).astype(np.uint8)
    grey = gaussian_filter(GREY[phases], 0.7) + rng.normal(0, 18, phases.shape).astype(np.float32)
    return Phantom(np.clip(np.rint(grey), 0, 255).astype(np.uint8), phases, labels, radii, whole)


def _pack(
    edge: int, spheres: int, overlap: float, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Place spheres at random, the largest first, each where it overlaps no other by more than allowed."""
    radii = np.sort(6 + 10 * rng.beta(1, 5, spheres))[::-1]
    centres = np.empty((spheres, 3))
    for placed, radius in enumerate(radii):
        while True:
            trial = rng.uniform(0, edge, 3)
            apart = np.sqrt(((centres[:placed] - trial) ** 2).sum(axis=1))
            if (apart >= (1 - overlap) * (radii[:placed] + radius)).all():
                centres[placed] = trial
                break
    return centres, radii


def _paint(labels: NDArray[np.int32], label: int, centre: NDArray[np.float64], radius: float) -> bool:
    """Give a sphere the voxels that are free; return whether it got all of its own."""
    low, high = np.floor(centre - radius).astype(int), np.ceil(centre + radius).astype(int) + 1
    box = tuple(slice(max(0, a), min(n, b)) for a, b, n in zip(low, high, labels.shape, strict=True))
    z, y, x = np.ogrid[box]
    inside = sum((i + 0.5 - c) ** 2 for i, c in zip((z, y, x), centre, strict=True)) <= radius**2
    there = labels[box]
    owners = np.unique(there[inside])
    there[inside & (there == 0)] = label
    return bool((low >= 0).all() and (high <= labels.shape[0]).all() and not owners.any())

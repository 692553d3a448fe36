"""The bias of the surface estimators on bodies whose surface is known: ``python -m benchmarks surface_bias``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.spatial.transform import Rotation

import voltome as vt
from voltome.morphology._crofton import CLASSES, area_per_exit_um2
from voltome.morphology._lindblad import spread_over_planes
from voltome.morphology.surfaces_compared import BIAS_ON_SPHERES

ESTIMATORS = tuple(BIAS_ON_SPHERES)
"""Estimator, and whether the phase is smoothed first."""

FINER = 4
"""Points along each edge of a voxel from which its grey value is averaged."""

RADII = (3, 5, 7, 10, 20)
CUBIC = (1.0, 1.0, 1.0)


def main(arguments: Sequence[str]) -> None:
    """Print two tables in Markdown: closed bodies by radius, and planes by direction."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks surface_bias")
    parser.add_argument("--bodies", type=int, default=60, help="bodies per entry, each with its own centre and turn")
    bodies = parser.parse_args(arguments).bodies
    print("| body | estimator | " + " | ".join(f"r = {radius}" for radius in RADII) + " |")
    print("|---|---|" + "---|" * len(RADII), flush=True)
    for name, ratio, voxel_size_um in (
        ("sphere", (1, 1, 1), CUBIC),
        ("ellipsoid 2:1:1", (2, 1, 1), CUBIC),
        ("ellipsoid 2:2:1", (2, 2, 1), CUBIC),
        ("sphere, voxels 2:1:1", (1, 1, 1), (2.0, 1.0, 1.0)),
    ):
        errors = np.array([_errors(radius, np.array(ratio, float), voxel_size_um, bodies) for radius in RADII])
        names = [f"{estimator}, smoothed" if smoothed else estimator for estimator, smoothed in ESTIMATORS]
        for index, estimator in enumerate((*names, "crofton13, corrected")):
            mean, scatter = errors[:, :, index].mean(axis=1), errors[:, :, index].std(axis=1)
            cells = " | ".join(f"{m:+.2%} ({s:.2%})" for m, s in zip(mean, scatter, strict=True))
            print(f"| {name} | {estimator} | {cells} |", flush=True)
    for voxel_size_um in (CUBIC, (2.0, 1.0, 1.0)):
        low, high = _planes(voxel_size_um)
        print(f"\nplanes, crofton13, voxels {voxel_size_um}: {low:+.1%} to {high:+.1%} by direction")
        print(f"planes, lindblad, voxels {voxel_size_um}: standard deviation {spread_over_planes(voxel_size_um):.1%}")


def _errors(
    radius: float, ratio: NDArray[np.float64], voxel_size_um: tuple[float, ...], bodies: int
) -> list[list[float]]:
    """Return the relative errors [body, estimator] for ellipsoids of the volume of a sphere of `radius`."""
    rng = np.random.default_rng(int(radius))
    semi_axes = radius * ratio / np.cbrt(ratio.prod())
    true = ellipsoid_area(semi_axes)
    errors = []
    for _ in range(bodies):
        coverage, values = digitised(semi_axes, np.array(voxel_size_um), rng)
        image = vt.data.PhaseImage(values, voxel_size_um=voxel_size_um, phases={0: "pore", 1: "solid"})
        grey = vt.data.Volume(coverage, voxel_size_um=voxel_size_um)
        found = [_area(image, grey, *which) for which in ESTIMATORS]
        particles = vt.data.ParticleImage(values, voxel_size_um=voxel_size_um, phase="solid")
        found.append(vt.morphology.measure_particles(particles).frame.surface_area_corrected_um2.item())
        errors.append([area / true - 1 for area in found])
    return errors


def digitised(
    semi_axes: NDArray[np.float64], edges: NDArray[np.float64], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Return how much of each voxel an ellipsoid at a random place and turn fills, and whether its centre is inside."""
    half = np.ceil(semi_axes.max() / edges).astype(int) + 2
    turn = Rotation.random(rng=rng).as_matrix()
    centre = rng.uniform(-0.5, 0.5, 3) * edges
    steps = np.meshgrid(*[np.arange(-h, h + 1) for h in half], indexing="ij")
    points = np.stack(steps, axis=-1) * edges - centre
    coverage = np.zeros(steps[0].shape)
    for part in np.ndindex(FINER, FINER, FINER):
        shift = ((np.array(part) + 0.5) / FINER - 0.5) * edges
        coverage += ((((points + shift) @ turn) / semi_axes) ** 2).sum(axis=-1) <= 1
    return coverage / FINER**3, ((((points @ turn) / semi_axes) ** 2).sum(axis=-1) <= 1).astype(np.uint8)


def _area(image: vt.data.PhaseImage, grey: vt.data.Volume, estimator: Any, smoothed: bool) -> float:
    """Return the surface by one estimator."""
    more: dict[str, Any] = {"grey": grey, "level": 0.5} if estimator == "iso_surface" else {"smoothed": smoothed}
    return vt.morphology.surface_area(image, phase="solid", estimator=estimator, **more).area_um2


def ellipsoid_area(semi_axes: NDArray[np.float64]) -> float:
    """Return the surface of an ellipsoid of revolution from its integral along the axis."""
    single = max(semi_axes, key=lambda a: np.abs(semi_axes - a).sum())
    equal = float(np.median(semi_axes))
    return float(quad(lambda t: 4 * np.pi * equal * np.hypot(single * np.sqrt(1 - t * t), equal * t), 0, 1)[0])


def _planes(voxel_size_um: tuple[float, float, float]) -> tuple[float, float]:
    """Return the lowest and highest relative error of crofton13 over the directions of a plane, from its formula.

    A unit of plane with the normal n is crossed by a unit of volume of steps d exactly |d . n| times.
    """
    normals = np.random.default_rng(0).standard_normal((200_000, 3))
    normals = np.concatenate([normals, np.eye(3)])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    edges = np.array(voxel_size_um)
    seen = np.zeros(len(normals))
    for area, kind in zip(area_per_exit_um2(voxel_size_um), CLASSES, strict=True):
        axes = np.flatnonzero(kind)
        for signs in np.ndindex(*(2,) * (len(axes) - 1)):
            step = np.zeros(3)
            step[axes] = np.array([1, *(1 - 2 * np.array(signs))])
            # half an exit, as the body has no entry; V voxels in a unit of volume
            seen += area / 2 * np.abs(normals @ (step * edges)) / edges.prod()
    return float(seen.min() - 1), float(seen.max() - 1)

"""Feret diameters, contacts: voltome and SimpleITK on the same labels; and the bias of every shape on known bodies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import SimpleITK
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

import voltome as vt
from benchmarks import phantom
from benchmarks.measuring import best_of, peak_bytes

Triple = tuple[float, float, float]

RADII = (3, 5, 7, 10, 20)
CUBE: Triple = (1.0, 1.0, 1.0)
BODIES: dict[str, tuple[str, Triple, Triple]] = {
    "ball": ("ellipsoid", (1, 1, 1), CUBE),
    "ellipsoid 2:1:1": ("ellipsoid", (2, 1, 1), CUBE),
    "ellipsoid 2:2:1": ("ellipsoid", (2, 2, 1), CUBE),
    "ellipsoid 3:2:1": ("ellipsoid", (3, 2, 1), CUBE),
    "ball, voxels 2:1:1": ("ellipsoid", (1, 1, 1), (2.0, 1.0, 1.0)),
    "box 2:1:1, any direction": ("box", (2, 1, 1), CUBE),
}
"""Name -> form, ratio of the axes, voxel size."""


def report(scene: phantom.Phantom, times: int) -> None:
    """Print time, memory and the error on whole spheres of calipers, and the time of contacts."""
    image = vt.data.ParticleImage(scene.labels, voxel_size_um=1, phase="active")
    itk = SimpleITK.GetImageFromArray(scene.labels)
    runs: dict[str, Callable[[], Any]] = {
        "voltome measure_shapes, all particles": lambda: vt.morphology.measure_shapes(image, minimum_radius_voxels=0),
        "voltome measure_shapes, from 10 voxels": lambda: vt.morphology.measure_shapes(image),
        "SimpleITK LabelShape, Feret only": lambda: _itk_feret(itk),
        "voltome particle_contacts": lambda: vt.morphology.particle_contacts(image),
        "voltome particle_neighbours": lambda: vt.morphology.particle_neighbours(image),
    }
    for run in runs.values():
        run()
    best, results = best_of(runs, times)
    first = next(iter(runs))
    shapes = results[first].frame
    true = (2 * scene.radii)[shapes["label"] - 1]
    whole = scene.whole[shapes["label"] - 1]
    found = {
        "voltome measure_shapes, all particles": ("feret_maximum_um", shapes["feret_maximum_um"].to_numpy()),
        "SimpleITK LabelShape, Feret only": ("Feret diameter", results["SimpleITK LabelShape, Feret only"]),
    }
    print(f"### Shapes and contacts of {len(shapes)} particles, {int(whole.sum())} whole\n")
    print("| implementation | s | time / voltome | mean error of the largest diameter (whole spheres) | B/voxel |")
    print("|---|---|---|---|---|")
    for name, run in runs.items():
        error = f"{(found[name][1] / true - 1)[whole].mean():+.2%}" if name in found else "-"
        memory = peak_bytes(run) / scene.labels.size
        print(f"| {name} | {best[name]:.2f} | {best[name] / best[first]:.2f} | {error} | {memory:.1f} |")
    print(
        f"\nOn the same spheres: mean breadth {(shapes['feret_mean_um'] / true - 1)[whole].mean():+.2%}, smallest "
        f"{(shapes['feret_minimum_um'] / true - 1)[whole].mean():+.2%}, solidity "
        f"{shapes['solidity'][whole].mean():.4f}.\n",
        flush=True,
    )


def _itk_feret(image: SimpleITK.Image) -> NDArray[np.float64]:
    shapes = SimpleITK.LabelShapeStatisticsImageFilter()
    shapes.ComputeFeretDiameterOn()
    shapes.Execute(image)
    return np.array([shapes.GetFeretDiameter(label) for label in sorted(shapes.GetLabels())])


def report_bias(bodies: int) -> None:
    """Print the mean error of every Feret diameter, and the scatter, on bodies with random places and directions."""
    print(
        f"\n### Mean error in voxels (standard deviation) over {bodies} bodies; in brackets after the semicolon in %\n"
    )
    print(f"| body | measure | {' | '.join(f'r = {radius}' for radius in RADII)} |")
    print(f"|---|---|{'---|' * len(RADII)}")
    names = ("feret_maximum_um", "feret_minimum_um", "feret_mean_um", "solidity")
    for body, (form, ratio, voxel) in BODIES.items():
        cells: dict[str, list[str]] = {name: [] for name in names}
        for radius in RADII:
            frame, true = measured(form, ratio, voxel, float(radius), bodies, seed=radius)
            for name in names:
                error = frame[name] - true[name]
                share = f"; {100 * error.mean() / true[name]:+.1f} %" if name != "solidity" else ""
                cells[name].append(f"{error.mean():+.2f} ({error.std():.2f}{share})")
        for name in names:
            print(f"| {body} | {name.removesuffix('_um')} | {' | '.join(cells[name])} |", flush=True)
    print(flush=True)


def measured(
    form: str, ratio: Triple, voxel: Triple, radius: float, bodies: int, seed: int
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return the shapes of bodies of the volume of a ball of `radius` um, and the truth."""
    rng = np.random.default_rng(seed)
    if form == "ellipsoid":
        half = radius * np.array(ratio) / np.cbrt(np.prod(ratio))
    else:
        half = radius * np.array(ratio) * np.cbrt(np.pi / 6 / np.prod(ratio))
    reach = np.linalg.norm(half) if form == "box" else half.max()
    edges = np.array(voxel)
    shape = 2 * np.ceil(reach / edges).astype(int) + 3
    rows = []
    points = np.stack(np.meshgrid(*[np.arange(n) + 0.5 for n in shape], indexing="ij"), axis=-1) * edges
    for _ in range(bodies):
        centre = (shape / 2 + rng.uniform(-0.5, 0.5, 3)) * edges
        turned = (points - centre) @ Rotation.random(rng=rng).as_matrix() / half
        inside = (turned**2).sum(axis=-1) <= 1 if form == "ellipsoid" else (np.abs(turned) <= 1).all(axis=-1)
        image = vt.data.ParticleImage(inside.astype(np.uint8), voxel_size_um=voxel, phase="solid")
        rows.append(vt.morphology.measure_shapes(image, minimum_radius_voxels=0).frame)
    return pd.concat(rows, ignore_index=True), _truth(form, half)


def _truth(form: str, half: NDArray[np.float64]) -> dict[str, float]:
    """Return the Feret diameters of an ellipsoid or a box with these half axes."""
    if form == "box":
        longest, mean = 2 * np.linalg.norm(half), half.sum()
    else:
        longest, mean = 2 * half.max(), 2 * _mean_support(half)
    return {
        "feret_maximum_um": float(longest),
        "feret_minimum_um": float(2 * half.min()),
        "feret_mean_um": float(mean),
        "solidity": 1.0,
    }


def _mean_support(half: NDArray[np.float64], steps: int = 400) -> float:
    """Return the support of an ellipsoid averaged over all directions."""
    z = (np.arange(steps) + 0.5) / steps
    turn = (np.arange(steps) + 0.5) * np.pi / 2 / steps
    across = np.sqrt(1 - z**2)[:, np.newaxis]
    squares = (half[0] * z[:, np.newaxis]) ** 2 + across**2 * (
        (half[1] * np.cos(turn)) ** 2 + (half[2] * np.sin(turn)) ** 2
    )
    return float(np.sqrt(squares).mean())


def accuracy() -> None:
    """Print the bias of the measures on known bodies."""
    report_bias(40)

"""Particle tables and surfaces: voltome, SimpleITK and scikit-image on the same labels in one process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import SimpleITK
from numpy.typing import NDArray
from skimage.measure import marching_cubes, mesh_surface_area, regionprops_table

import voltome as vt
from benchmarks import phantom
from benchmarks.measuring import best_of, peak_bytes

Areas = NDArray[np.float64]


Prepare = Callable[[phantom.Phantom], Callable[[], Areas]]
"""Bring the scene into the form that a program takes, untimed, and return what is timed: it gives areas."""


@dataclass(frozen=True)
class Case:
    """One task: voltome first, then its peers, all returning the same measure so that it can be compared."""

    task: str
    runs: dict[str, Prepare]
    truth: Callable[[phantom.Phantom], Areas]
    """The true areas of the things measured, NaN where unknown."""


def voltome_particles(scene: phantom.Phantom) -> Callable[[], Areas]:
    image = vt.data.ParticleImage(scene.labels, voxel_size_um=1, phase="active")
    return lambda: vt.morphology.measure_particles(image).frame["surface_area_um2"].to_numpy()


def simpleitk_particles(scene: phantom.Phantom) -> Callable[[], Areas]:
    image = SimpleITK.GetImageFromArray(scene.labels)

    def run() -> Areas:
        shapes = SimpleITK.LabelShapeStatisticsImageFilter()
        shapes.ComputePerimeterOn()
        shapes.Execute(image)
        return np.array([shapes.GetPerimeter(label) for label in sorted(shapes.GetLabels())])

    return run


def skimage_particles(scene: phantom.Phantom) -> Callable[[], Areas]:
    names = ("label", "area", "centroid", "inertia_tensor", "bbox")

    def run() -> Areas:
        table = regionprops_table(scene.labels, properties=names)
        boxes = np.stack([table[f"bbox-{i}"] for i in range(6)], axis=1)
        return np.array([_meshed(scene.labels, *row) for row in zip(table["label"], boxes, strict=True)])

    return run


def _meshed(labels: NDArray[np.int32], label: int, box: NDArray[np.int64]) -> float:
    """Return the area of one label by marching cubes."""
    inside = labels[box[0] : box[3], box[1] : box[4], box[2] : box[5]] == label
    vertices, triangles, _, _ = marching_cubes(np.pad(inside, 1).astype(np.float32), 0.5)
    return float(mesh_surface_area(vertices, triangles))


def sphere_areas(scene: phantom.Phantom) -> Areas:
    present = np.flatnonzero(np.bincount(scene.labels.ravel(), minlength=len(scene.radii) + 1)[1:])
    return np.where(scene.whole, 4 * np.pi * scene.radii**2, np.nan)[present]


def voltome_surface(estimator: Any) -> Prepare:
    def prepare(scene: phantom.Phantom) -> Callable[[], Areas]:
        names = {phantom.PORE: "pore", phantom.ACTIVE: "active", phantom.BINDER: "binder"}
        image = vt.data.PhaseImage(scene.phases, voxel_size_um=1, phases=names)
        return lambda: np.array([vt.morphology.surface_area(image, phase="active", estimator=estimator).area_um2])

    return prepare


def skimage_surface(scene: phantom.Phantom) -> Callable[[], Areas]:
    active = scene.phases == phantom.ACTIVE

    def run() -> Areas:
        vertices, triangles, _, _ = marching_cubes(active.astype(np.float32), 0.5)
        return np.array([mesh_surface_area(vertices, triangles)])

    return run


def unknown(scene: phantom.Phantom) -> Areas:
    return np.array([np.nan])


CASES = [
    Case(
        "table of particles: volume, centroid, inertia, box, surface",
        {
            "voltome measure_particles": voltome_particles,
            "SimpleITK LabelShape with perimeter": simpleitk_particles,
            "scikit-image regionprops + marching cubes": skimage_particles,
        },
        sphere_areas,
    ),
    Case(
        "surface of one phase",
        {
            "voltome surface_area crofton13": voltome_surface("crofton13"),
            "voltome surface_area marching_cubes": voltome_surface("marching_cubes"),
            "scikit-image marching cubes": skimage_surface,
        },
        unknown,
    ),
]


def report(scene: phantom.Phantom, times: int) -> None:
    """Run every case on the phantom and print its rows."""
    for case in CASES:
        _report(case, scene, times)


def _report(case: Case, scene: phantom.Phantom, times: int) -> None:
    """Print the rows of one case: time, ratio to voltome's first row, difference, error against the truth, memory."""
    runs = {name: prepare(scene) for name, prepare in case.runs.items()}
    first = next(iter(runs))
    for run in runs.values():
        run()
    best, areas = best_of(runs, times)
    true = case.truth(scene)
    known = ~np.isnan(true)
    print(f"### {case.task}\n")
    print(
        "| implementation | s | time / voltome | largest difference of areas | mean error of whole spheres | B/voxel |"
    )
    print("|---|---|---|---|---|---|")
    for name, run in runs.items():
        differs = f"{np.abs(areas[name] / areas[first] - 1).max():.1e}" if name != first else "-"
        error = f"{(areas[name][known] / true[known] - 1).mean():+.2%}" if known.any() else "-"
        memory = peak_bytes(run) / scene.labels.size
        print(f"| {name} | {best[name]:.3f} | {best[name] / best[first]:.1f} | {differs} | {error} | {memory:.2f} |")
    print(flush=True)

"""Surfaces, interfaces of every two phases and triple-phase boundaries: ``python -m benchmarks interfaces``.

voltome beside scikit-image's marching cubes and numpy's bit masks, the way in which other programs count; and the error
of both sides on circles, whose length is known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from skimage.measure import marching_cubes, mesh_surface_area

import voltome as vt
from benchmarks import phantom
from benchmarks.measuring import best_of, peak_bytes

NAMES = {phantom.PORE: "pore", phantom.ACTIVE: "active", phantom.BINDER: "binder"}
RADII = (5, 10, 20, 40)
OFFSETS = (0.0, 0.5, 0.8)
"""Distance of the cut from the centre of the ball, in radii: surfaces that meet at 90, 60 and 37 degrees."""


def report(scene: phantom.Phantom, times: int) -> None:
    """Print time, ratio and memory of every case, and what the peers differ by."""
    image = vt.data.PhaseImage(scene.phases, voxel_size_um=1, phases=NAMES)
    active = scene.phases == phantom.ACTIVE
    _table(
        "surface of one phase",
        {
            "voltome surface_area crofton13": lambda: _surface(image, "crofton13"),
            "voltome surface_area lindblad": lambda: _surface(image, "lindblad"),
            "voltome surface_area marching_cubes": lambda: _surface(image, "marching_cubes"),
            "scikit-image marching cubes": lambda: _meshed(active),
        },
        scene.phases.size,
        times,
    )
    _table(
        "surface between every two of three phases (sum of all areas)",
        {
            "voltome interface_areas": lambda: float(vt.morphology.interface_areas(image).frame.area_um2.sum()),
            "numpy, voxel faces by pair": lambda: _faces_by_pair(scene.phases),
        },
        scene.phases.size,
        times,
    )
    _table(
        "triple-phase boundary",
        {
            "voltome triple_phase_boundary (with the connected part)": lambda: _length(image),
            "numpy, voxel edges by bit masks": lambda: float(_edges(scene.phases)),
        },
        scene.phases.size,
        times,
    )


def report_circles(circles: int) -> None:
    """Print the error of lengths on balls that are cut by a plane, smoothed and by voxel edges."""
    print("### length of circles: error of the smoothed length (standard deviation), and of voxel edges\n")
    print("| voxels | surfaces meet at | " + " | ".join(f"r = {radius}" for radius in RADII) + " |")
    print("|---|---|" + "---|" * len(RADII), flush=True)
    for edges in ((1.0, 1.0, 1.0), (2.0, 1.0, 1.0)):
        for offset in OFFSETS:
            cells = [_of_circles(radius, offset, np.array(edges), circles) for radius in RADII]
            angle = np.degrees(np.arccos(offset))
            size = ":".join(f"{edge:g}" for edge in edges)
            print(f"| {size} | {angle:.0f} degrees | " + " | ".join(cells) + " |", flush=True)


def _table(task: str, runs: dict[str, Callable[[], float]], voxels: int, times: int) -> None:
    """Print the rows of one task, the kernels warm."""
    for run in runs.values():
        run()
    best, found = best_of(runs, times)
    first = next(iter(runs))
    print(f"### {task}\n")
    print("| implementation | s | time / voltome | result / voltome | B/voxel |\n|---|---|---|---|---|")
    for name, run in runs.items():
        memory = peak_bytes(run) / voxels
        ratios = f"{best[name] / best[first]:.1f} | {found[name] / found[first]:.3f}"
        print(f"| {name} | {best[name]:.3f} | {ratios} | {memory:.1f} |", flush=True)
    print()


def _surface(image: vt.data.PhaseImage, estimator: Any) -> float:
    return vt.morphology.surface_area(image, phase="active", estimator=estimator).area_um2


def _meshed(active: NDArray[np.bool_]) -> float:
    vertices, triangles, _, _ = marching_cubes(active.astype(np.float32), 0.5)
    return float(mesh_surface_area(vertices, triangles))


def _length(image: vt.data.PhaseImage) -> float:
    return vt.morphology.triple_phase_boundary(image).length_um


def _faces_by_pair(phases: NDArray[np.uint8]) -> float:
    """Return the faces between every two phases: the sum of a table of pairs."""
    pairs = np.zeros(9, np.int64)
    for axis in range(3):
        view = np.moveaxis(phases, axis, 0)
        pairs += np.bincount((3 * view[1:] + view[:-1]).ravel(), minlength=9)
    return float(pairs.sum() - pairs[[0, 4, 8]].sum())


def _edges(phases: NDArray[np.uint8]) -> int:
    """Return the voxel edges with all three phases among the four voxels round them."""
    bits = np.left_shift(np.uint8(1), phases)
    found = 0
    for axis in range(3):
        view = np.moveaxis(bits, axis, 0)
        found += np.count_nonzero((view[:, 1:, 1:] | view[:, :-1, 1:] | view[:, 1:, :-1] | view[:, :-1, :-1]) == 7)
    return found


def _of_circles(radius: float, offset: float, edges: NDArray[np.float64], circles: int) -> str:
    """Return the errors over circles at random places and directions, in words."""
    rng = np.random.default_rng(int(radius))
    smoothed, counted = [], []
    for _ in range(max(4, circles if radius < 30 else circles // 4)):
        values, true = cut_ball(radius / np.sqrt(1 - offset**2), offset, edges, rng)
        image = vt.data.PhaseImage(values, voxel_size_um=tuple(edges), phases=NAMES)
        found = vt.morphology.triple_phase_boundary(image)
        smoothed.append(found.length_um / true - 1)
        counted.append(found.edge_length_um / true - 1)
    return f"{np.mean(smoothed):+.1%} ({np.std(smoothed):.1%}); {np.mean(counted):+.0%}"


def cut_ball(
    radius: float, offset: float, edges: NDArray[np.float64], rng: np.random.Generator
) -> tuple[NDArray[np.uint8], float]:
    """Return a ball of two phases in a third, and the length of the circle on which all three meet."""
    half = np.ceil(radius / edges).astype(int) + 2
    normal = rng.standard_normal(3)
    normal /= np.linalg.norm(normal)
    centre = rng.uniform(-0.5, 0.5, 3) * edges
    grid = np.meshgrid(*[np.arange(-h, h + 1) * e for h, e in zip(half, edges, strict=True)], indexing="ij")
    place = [g - c for g, c in zip(grid, centre, strict=True)]
    below = sum(n * p for n, p in zip(normal, place, strict=True)) < offset * radius
    inside = sum(p * p for p in place) <= radius**2
    values = np.where(inside, np.where(below, phantom.ACTIVE, phantom.BINDER), phantom.PORE)
    return values.astype(np.uint8), float(2 * np.pi * radius * np.sqrt(1 - offset**2))


def accuracy() -> None:
    """Print the errors of the triple-phase boundary on circles."""
    report_circles(20)

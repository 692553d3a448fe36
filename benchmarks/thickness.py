"""Local thickness: voltome and, where they are installed, PoreSpy and localthickness, in one process.

Two questions: how long, on the phases of the phantom, with the difference from the exact answer on the grid; and how
wrong, on spheres of known radius. localthickness is GPL and no dependency of anything here: install it by hand to
compare.
"""

from __future__ import annotations

import importlib.util
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

import voltome as vt
from benchmarks import phantom
from benchmarks.measuring import peak_bytes

Radii = NDArray[np.floating[Any]]
Solid = NDArray[np.bool_]


def voltome_radii(solid: Solid) -> Radii:
    image = vt.data.PhaseImage(solid.view(np.uint8), voxel_size_um=1, phases={0: "rest", 1: "phase"})
    return vt.morphology.local_thickness(image, phase="phase").values / 2


def porespy_radii(solid: Solid) -> Radii:
    import porespy

    return np.asarray(porespy.filters.local_thickness(solid))


def localthickness_radii(solid: Solid) -> Radii:
    import localthickness

    return np.asarray(localthickness.local_thickness(solid))


PEERS: dict[str, tuple[str, Callable[[Solid], Radii]]] = {
    "PoreSpy local_thickness": ("porespy", porespy_radii),
    "localthickness": ("localthickness", localthickness_radii),
}


def report(scene: phantom.Phantom, times: int) -> None:
    """Warm everything, run, and print bias, time and memory of all implementations."""
    runs = {"voltome local_thickness": voltome_radii}
    for name, (module, run) in PEERS.items():
        if importlib.util.find_spec(module) is None:
            print(f"{name} is not installed and is left out")
        else:
            runs[name] = run
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the peers
        _report_bias(runs)
        for name, solid in (
            ("particles", scene.phases == phantom.ACTIVE),
            ("pore", scene.phases == phantom.PORE),
            ("pore and binder", scene.phases != phantom.ACTIVE),
        ):
            _report_time(f"{name}, {solid.shape[0]}^3, {solid.mean():.0%} of the voxels", runs, solid, times)


def _report_bias(runs: dict[str, Callable[[Solid], Radii]]) -> None:
    """Print the mean error of the radius on single spheres with random centres, in voxels."""
    radii = (4, 6, 8, 12)
    print("### Single spheres, mean radius less the true one, in voxels (standard deviation over 12 centres)\n")
    print(f"| implementation | {' | '.join(f'r = {radius}' for radius in radii)} |")
    print(f"|---|{'---|' * len(radii)}")
    for name, run in runs.items():
        cells = []
        for radius in radii:
            rng = np.random.default_rng(radius)
            errors = [float(run(solid)[solid].mean()) - radius for solid in (_sphere(radius, rng) for _ in range(12))]
            cells.append(f"{np.mean(errors):+.2f} ({np.std(errors):.2f})")
        print(f"| {name} | {' | '.join(cells)} |")
    print(flush=True)


def _sphere(radius: int, rng: np.random.Generator) -> Solid:
    """Return a sphere with a random centre."""
    edge = 2 * radius + 5
    places = np.indices((edge,) * 3) + 0.5
    centre = edge / 2 + rng.uniform(-0.5, 0.5, 3)
    inside: Solid = ((places - centre[:, np.newaxis, np.newaxis, np.newaxis]) ** 2).sum(axis=0) <= radius**2
    return inside


def _report_time(title: str, runs: dict[str, Callable[[Solid], Radii]], solid: Solid, times: int) -> None:
    """Print time, processor time of all threads, difference from the exact answer, and memory."""
    print(f"### {title}\n")
    print("| implementation | s | time / voltome | processor s | less exact: mean | largest | B/voxel |")
    print("|---|---|---|---|---|---|---|")
    best = dict.fromkeys(runs, (np.inf, np.inf))
    results: dict[str, Radii] = {name: run(solid) for name, run in runs.items()}
    for _ in range(times):
        for name, run in runs.items():
            wall, used = time.perf_counter(), time.process_time()
            run(solid)
            took = time.perf_counter() - wall, time.process_time() - used
            best[name] = min(best[name][0], took[0]), min(best[name][1], took[1])
    first = next(iter(runs))
    for name, run in runs.items():
        off = results[name][solid] - results[first][solid]
        memory = peak_bytes(lambda run=run: run(solid)) / solid.size
        print(
            f"| {name} | {best[name][0]:.2f} | {best[name][0] / best[first][0]:.2f} | {best[name][1]:.2f} | "
            f"{off.mean():+.3f} | {np.abs(off).max():.2f} | {memory:.1f} |",
            flush=True,
        )
    print()

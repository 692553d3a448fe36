"""Mercury intrusion: voltome and, where it is installed, PoreSpy, in one process.

How long, on the pore and on the particles of the phantom, PoreSpy with 25 sizes and all faces as inlet, as both have
it; and how wrong, against trying every radius one by one with a threshold, connected components and an exact dilation.
"""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable
from typing import Any

import edt
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label

import voltome as vt
from benchmarks import phantom
from benchmarks.measuring import best_of, peak_bytes

Radii = NDArray[np.floating[Any]]
Solid = NDArray[np.bool_]

SIZES = 25
TRIED_EDGE = 64
"""Voxels along the edge of the piece in which every radius is tried."""


def voltome_radii(solid: Solid) -> Radii:
    """Return the intrusion radius through all faces."""
    image = vt.data.PhaseImage(solid.view(np.uint8), voxel_size_um=1, phases={0: "rest", 1: "phase"})
    return vt.morphology.intrusion_radius(image, phase="phase").values


def porespy_radii(solid: Solid) -> Radii:
    """Return the radii of PoreSpy."""
    import porespy

    return np.asarray(porespy.filters.porosimetry(solid, sizes=SIZES))


def report(scene: phantom.Phantom, times: int) -> None:
    """Warm everything, run, and print time, memory and error of all implementations."""
    runs: dict[str, Callable[[Solid], Radii]] = {"voltome intrusion_radius": voltome_radii}
    if importlib.util.find_spec("porespy") is None:
        print("PoreSpy is not installed and is left out")
    else:
        runs[f"PoreSpy porosimetry, {SIZES} sizes"] = porespy_radii
    piece = (slice(0, TRIED_EDGE),) * 3
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the peer
        for run in runs.values():
            run(scene.phases[piece] == phantom.PORE)
        for name, phase in (("pore", phantom.PORE), ("particles", phantom.ACTIVE)):
            solid = scene.phases == phase
            _report_time(f"{name}, {solid.shape[0]}^3, {solid.mean():.0%} of the voxels", runs, solid, times)
            _report_error(name, runs, scene.phases[piece] == phase)


def _report_time(title: str, runs: dict[str, Callable[[Solid], Radii]], solid: Solid, times: int) -> None:
    """Print time and memory."""
    best, _ = best_of({name: lambda run=run: run(solid) for name, run in runs.items()}, times)
    first = next(iter(runs))
    print(f"### Mercury intrusion: {title}\n")
    print("| implementation | s | time / voltome | B/voxel |\n|---|---|---|---|")
    for name, run in runs.items():
        memory = peak_bytes(lambda run=run: run(solid)) / solid.size
        print(f"| {name} | {best[name]:.2f} | {best[name] / best[first]:.2f} | {memory:.1f} |", flush=True)
    print()


def _report_error(name: str, runs: dict[str, Callable[[Solid], Radii]], solid: Solid) -> None:
    """Print the share of the phase that is filled at some radii, and what trying every radius gives."""
    squared = edt.edtsq(solid)
    every = np.unique(squared[squared > 0])[::-1]
    radii = [radius for radius in (2, 3, 4, 5, 7) if radius**2 <= every[0]]
    tried = [_filled_by_trying(squared, every[every >= radius**2]) for radius in radii]
    print(f"### Mercury intrusion: {name}, {TRIED_EDGE}^3, share filled at a radius (error)\n")
    print(f"| implementation | {' | '.join(f'r = {radius}' for radius in radii)} |")
    print(f"|---|{'---|' * len(radii)}")
    print(f"| every radius tried | {' | '.join(f'{share.mean():.4f}' for share in (t[solid] for t in tried))} |")
    for implementation, run in runs.items():
        found = run(solid)
        cells = []
        for radius, truth in zip(radii, tried, strict=True):
            share = float((found[solid] >= radius * (1 - 1e-6)).mean())
            cells.append(f"{share:.4f} ({share - float(truth[solid].mean()):+.4f})")
        print(f"| {implementation} | {' | '.join(cells)} |", flush=True)
    print()


def _filled_by_trying(squared: NDArray[np.float32], widths: NDArray[np.float32]) -> Solid:
    """Return what balls of any of these squared radii fill that can come from the faces of the image."""
    filled = np.zeros(squared.shape, np.bool_)
    for width in widths:
        parts, _ = label(squared >= width, np.ones((3, 3, 3)))
        faces = [np.unique(parts.take(end, axis)) for axis in range(3) for end in (0, -1)]
        entered = np.isin(parts, np.setdiff1d(np.concatenate(faces), [0]))
        if entered.any():
            filled |= edt.edtsq(~entered) < width
    return filled & (squared > 0)

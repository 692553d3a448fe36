"""Diffusion through pores: voltome, TauFactor and PoreSpy in one process, with the error of each.

``python -m benchmarks transport``: times and errors against both peers (``--only peers``), three axes of one large
image (``--only large``) and the cost per voxel as images grow (``--only growth``).
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from benchmarks.measuring import best_of, machine, peak_bytes

Space = NDArray[np.bool_]
SECTIONS = ("peers", "large", "growth")
OWN = "voltome 1e-4"


def blobs(edge: int, porosity: float = 0.45, sigma: float = 4.0, seed: int = 1) -> Space:
    """Return smoothed noise above the threshold that gives a porosity; features have the same size at every edge."""
    noise = gaussian_filter(np.random.default_rng(seed).standard_normal((edge,) * 3, np.float32), sigma, mode="wrap")
    return noise < np.quantile(noise[::2, ::2, ::2], porosity)


def spheres(edge: int, radius: int = 8, porosity: float = 0.4, seed: int = 2) -> Space:
    """Return the space between overlapping spheres whose centres are anywhere."""
    rng = np.random.default_rng(seed)
    pore = np.ones((edge + 2 * radius,) * 3, bool)
    at = np.arange(-radius, radius + 1)
    ball = at[:, None, None] ** 2 + at[None, :, None] ** 2 + at[None, None, :] ** 2 <= radius**2
    # overlapping spheres leave exp(-number density x volume)
    for centre in rng.integers(0, edge, (round(-np.log(porosity) / ball.sum() * edge**3), 3)):
        z, y, x = (slice(at, at + 2 * radius + 1) for at in centre)
        pore[z, y, x] &= ~ball
    return pore[radius:-radius, radius:-radius, radius:-radius].copy()


def own(space: Space, *, axis: int = 0, boundary: Any = "face", tolerance: float = 1e-4) -> float:
    from voltome.transport._diffusion import diffuse

    found = diffuse(space, spacing=(1.0, 1.0, 1.0), axis=axis, boundary=boundary, tolerance=tolerance)
    return found.relative_diffusivity


def taufactor(space: Space, criterion: float) -> float:
    from taufactor import Solver

    solver = Solver(space.astype(np.uint8), device="cpu")
    solver.solve(verbose=False, conv_crit=criterion)
    return float(np.asarray(solver.D_eff).ravel()[0])


def porespy(space: Space, flux_tolerance: float = 1e-3) -> float:
    import porespy

    porespy.settings.tqdm["disable"] = True
    return 1.0 / float(porespy.simulations.tortuosity_fd(space, axis=0, ftol=flux_tolerance).formation_factor)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks transport")
    parser.add_argument("--only", choices=SECTIONS, help="one section; default: all")
    parser.add_argument("--edges", type=int, nargs="*", default=[100, 200], help="edges of the images of `peers`")
    parser.add_argument("--times", type=int, default=3, help="interleaved runs; the best of each counts")
    parser.add_argument("--large", type=int, default=500, help="edge of the image of `large`")
    parser.add_argument("--skip", nargs="*", default=[], choices=("porespy", "taufactor"), help="peers left out")
    options = parser.parse_args(arguments)
    print(f"{machine()}; {os.getloadavg()[0]:.1f} processes waiting\n", flush=True)
    reports: dict[str, Callable[[], None]] = {
        "peers": lambda: peers(options.edges, options.times, options.skip),
        "large": lambda: large(options.large),
        "growth": growth,
    }
    for section in SECTIONS if options.only is None else (options.only,):
        reports[section]()


def peers(edges: Sequence[int], times: int, skipped: Sequence[str]) -> None:
    """Print the seconds, errors and memory of voltome and its peers on the same images."""
    own(blobs(24))
    for edge in edges:
        for make in (blobs, spheres):
            space = make(edge)
            cases: dict[str, Callable[[], float]] = {OWN: lambda space=space: own(space)}
            if "taufactor" not in skipped:
                cases["TauFactor, default (1e-2)"] = lambda space=space: taufactor(space, 1e-2)
                cases["TauFactor, 1e-3"] = lambda space=space: taufactor(space, 1e-3)
            face = own(space, tolerance=1e-7)
            print(f"{make.__name__} {edge}^3, porosity {space.mean():.3f}, ends on faces: D = {face:.7f}\n")
            table(cases, face, times)
            if "porespy" not in skipped:
                ends = own(space, boundary="voxel", tolerance=1e-7)
                print(f"{make.__name__} {edge}^3, ends in voxels: D = {ends:.7f}\n")
                table(
                    {
                        OWN: lambda space=space: own(space, boundary="voxel"),
                        "PoreSpy tortuosity_fd": lambda space=space: porespy(space),
                    },
                    ends,
                    1 if edge > 128 else times,
                )


def table(cases: dict[str, Callable[[], float]], exact: float, times: int) -> None:
    memory = {name: peak_bytes(run) for name, run in cases.items()}
    seconds, found = best_of(cases, times)
    print("| solver | s | ratio | error of D | memory MB | ratio |\n|---|---|---|---|---|---|")
    for name in cases:
        print(
            f"| {name} | {seconds[name]:.3f} | {seconds[name] / seconds[OWN]:.1f} | {found[name] / exact - 1:+.1e} "
            f"| {memory[name] / 1e6:.0f} | {memory[name] / memory[OWN]:.1f} |"
        )
    print(flush=True)


def large(edge: int) -> None:
    """Print the seconds and memory of three axes of one large image."""
    space = blobs(edge, porosity=0.3)
    print(f"blobs {edge}^3, porosity {space.mean():.3f}, tolerance 1e-4\n\n| axis | s | D |\n|---|---|---|")
    every = time.perf_counter()

    def three() -> None:
        for axis in range(3):
            start = time.perf_counter()
            found = own(space, axis=axis)
            print(f"| {'zyx'[axis]} | {time.perf_counter() - start:.1f} | {found:.5f} |", flush=True)

    memory = peak_bytes(three)
    print(f"\nthree axes: {time.perf_counter() - every:.1f} s, {memory / 1e9:.2f} GB\n", flush=True)


def growth() -> None:
    """Print the cost per voxel of a whole solution as the image grows."""
    print("| edge | ns per voxel | D |\n|---|---|---|")
    own(blobs(24))
    for edge in (100, 150, 200, 300, 400):
        space = blobs(edge)
        seconds, found = best_of({OWN: lambda space=space: own(space)}, 3)
        print(f"| {edge} | {seconds[OWN] / edge**3 * 1e9:.1f} | {found[OWN]:.6f} |", flush=True)

"""Iterative parallel-beam reconstruction: voltome beside ASTRA on the CPU, as many iterations, and errors of both.

Exact sinograms of discs. voltome has one slice as ASTRA has, and 16 together, where the threads share them; its kernel
is made anew in every run. The first voltome run compiles and is not counted. Errors: see `benchmarks.reconstruction`.

``python -m benchmarks iterative``; ``--columns 256 --views 401`` for a short one; ``--noise`` adds total variation.
"""

from __future__ import annotations

import argparse
import os
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

import voltome as vt
from benchmarks import discs
from benchmarks.measuring import machine
from benchmarks.reconstruction import Peer, errors, scan_of

SLICES = 16


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks iterative")
    parser.add_argument("--columns", type=int, default=512)
    parser.add_argument("--views", type=int, default=801)
    parser.add_argument("--iterations", type=int, default=10)
    parser.add_argument("--times", type=int, default=3, help="runs of voltome; the best counts. ASTRA runs once")
    parser.add_argument("--noise", type=float, default=0.0, help="standard deviation in absorbance")
    parser.add_argument("--peers", type=int, choices=(0, 1), default=1)
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    print(f"{machine()}; {os.getloadavg()[0]:.1f} processes waiting; {numba.get_num_threads()} threads\n", flush=True)
    angles = np.arange(options.views) * 180.0 / options.views
    scene = discs.scene(options.columns, 60)
    sinogram, true = discs.sinogram(scene, options.columns, angles), discs.truth(scene, options.columns)
    noise = np.random.default_rng(0).normal(0, options.noise or 1e-12, sinogram.shape)
    sinogram = (sinogram + noise).astype(np.float32)
    print(
        f"{options.columns} columns, {options.views} views, {options.iterations} iterations, noise {options.noise:g}\n"
    )
    print(f"{'':28}{'ms/slice':>10}{'CPU ms':>10}{'nRMSE':>8}{'flat':>8}{'slope':>8}")
    for name, run, slices, times in _cases(sinogram, angles, options):
        seconds, worked, found = _timed(run, times)
        error, flat, slope = errors(found, true)
        print(
            f"{name:28}{seconds / slices * 1e3:10.1f}{worked / slices * 1e3:10.1f}{error:8.4f}{flat:8.4f}{slope:8.4f}",
            flush=True,
        )


def _cases(
    sinogram: NDArray[np.float32], angles: NDArray[np.float64], options: argparse.Namespace
) -> list[tuple[str, Callable[[], NDArray[Any]], int, int]]:
    """Return name, what makes a slice, how many slices it makes, and how often it is timed."""
    iterations = options.iterations
    made: list[tuple[str, Callable[[], NDArray[Any]], int, int]] = []
    for slices in (1, SLICES):
        scan = scan_of(sinogram, angles, slices)
        of = "1 slice" if slices == 1 else f"{slices} slices"
        made += [
            (
                f"voltome cgls, {of}",
                lambda scan=scan: vt.reconstruction.cgls(scan, iterations=iterations).values[0],
                slices,
                options.times,
            ),
            (
                f"voltome sirt, {of}",
                lambda scan=scan: vt.reconstruction.sirt(scan, iterations=iterations, relaxation=1.9).values[0],
                slices,
                options.times,
            ),
        ]
    if options.noise:
        scan = scan_of(sinogram, angles, 1)
        spread = float((vt.reconstruction.fbp(scan).values[0] - vt.reconstruction.cgls(scan).values[0]).std())
        made += [
            ("voltome fbp, 1 slice", lambda: vt.reconstruction.fbp(scan).values[0], 1, options.times),
            (
                f"voltome fista_tv {spread:.2g}/cm",
                lambda: vt.reconstruction.fista_tv(scan, weight_per_cm=spread).values[0],
                1,
                1,
            ),
        ]
    if options.peers:
        made += [
            (f"ASTRA {name}", lambda name=name: by_astra(name, iterations)(sinogram, angles), 1, 0)
            for name in ("CGLS", "SIRT")
        ]
    return made


def _timed(run: Callable[[], NDArray[Any]], times: int) -> tuple[float, float, NDArray[Any]]:
    """Return the least time of the clock and of the processors after a first run, or of one run where times is 0."""
    best = busy = float("inf")
    for turn in range(times + 1):
        start, work = time.perf_counter(), time.process_time()
        found = run()
        if turn or not times:
            best, busy = min(best, time.perf_counter() - start), min(busy, time.process_time() - work)
    return best, busy, found


def by_astra(method: str, iterations: int) -> Peer:
    def run(sinogram: NDArray[np.float32], angles: NDArray[np.float64]) -> NDArray[Any]:
        import astra

        columns = sinogram.shape[1]
        beam = astra.create_proj_geom("parallel", 1.0, columns, np.radians(angles))
        grid = astra.create_vol_geom(columns, columns)
        model = astra.create_projector("linear", beam, grid)
        given, made = astra.data2d.create("-sino", beam, sinogram), astra.data2d.create("-vol", grid)
        settings = astra.astra_dict(method)
        settings.update(ProjectorId=model, ProjectionDataId=given, ReconstructionDataId=made)
        task = astra.algorithm.create(settings)
        astra.algorithm.run(task, iterations)
        found: NDArray[Any] = astra.data2d.get(made)
        astra.clear()
        return found

    return run

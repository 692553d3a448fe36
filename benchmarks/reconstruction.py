"""Parallel-beam reconstruction: voltome beside ASTRA (CPU), algotom and scikit-image, with the error of each.

Exact sinograms of discs, the same for all. Peers reconstruct one slice after the other, `--peer-slices` of them, and
voltome all slices of the case. Each result is mirrored, and moved by half a pixel, to where it fits the truth best: so
another convention is no error. algotom's own backprojection runs on one thread: with more its result is wrong.

``python -m benchmarks reconstruction``; ``--only small`` or ``large`` or ``crossover``.
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
from scipy import ndimage

import voltome as vt
from benchmarks import discs
from benchmarks.measuring import best_of, machine, peak_bytes

Sinogram = NDArray[np.float32]
Peer = Callable[[Sinogram, NDArray[np.float64]], NDArray[Any]]

CASES = {"small": (128, 141, 128, 25), "large": (1024, 1601, 16, 60)}
"""Columns, views, slices, discs."""

UM_PER_CM = 1e4

SLOW_S = 20.0
"""What takes longer is timed once."""


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks reconstruction")
    parser.add_argument("--only", choices=[*CASES, "crossover", "projecting"])
    parser.add_argument("--times", type=int, default=3, help="interleaved runs; the best of each counts")
    parser.add_argument("--peer-slices", type=int, default=2)
    parser.add_argument("--programs", default="", help="parts of the names of those to run, with commas; all if empty")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    print(f"{machine()}; {os.getloadavg()[0]:.1f} processes waiting; {numba.get_num_threads()} threads\n", flush=True)
    for name, case in CASES.items():
        if options.only in (None, name):
            compare(name, *case, options.times, options.peer_slices, options.programs.split(","))
    if options.only in (None, "crossover"):
        crossover(options.times)
    if options.only in (None, "projecting"):
        projecting(options.times)


def scan_of(sinogram: Sinogram, angles: NDArray[np.float64], slices: int) -> vt.data.Projections:
    columns = sinogram.shape[1]
    return vt.data.Projections(
        np.repeat(sinogram[:, np.newaxis], slices, axis=1),
        angles_deg=angles,
        geometry=vt.data.ParallelBeam(UM_PER_CM, rotation_axis_px=(columns - 1) / 2),
        kind="absorbance",
    )


def compare(
    name: str, columns: int, views: int, slices: int, count: int, times: int, peer_slices: int, programs: list[str]
) -> None:
    """Print time of the clock and of the processors for each slice, the ratios to voltome, and errors."""
    angles = np.arange(views) * 180.0 / views
    scene = discs.scene(columns, count)
    sinogram, true = discs.sinogram(scene, columns, angles), discs.truth(scene, columns)
    scan = scan_of(sinogram, angles, slices)
    start = time.perf_counter()
    vt.reconstruction.fbp(scan.rows(0, 1))
    print(f"{name}: {columns} columns, {views} views, {slices} slices; first call {time.perf_counter() - start:.2f} s")
    cases: dict[str, Callable[[], Any]] = {
        "voltome nufft": lambda: vt.reconstruction.fbp(scan, method="nufft").values,
        "voltome direct": lambda: vt.reconstruction.fbp(scan, method="direct").values,
    }
    for peer, run in PEERS.items():
        cases[peer] = lambda run=run: np.stack([run(sinogram, angles) for _ in range(peer_slices)])
    cases = {each: run for each, run in cases.items() if any(part in each for part in programs)}
    best, busy, results = timed(cases, times)
    print(f"\n{'':24}{'ms/slice':>10}{'x nufft':>8}{'CPU ms':>10}{'x nufft':>8}{'nRMSE':>8}{'flat':>8}{'slope':>8}")
    own = best["voltome nufft"] / slices, busy["voltome nufft"] / slices
    for each, found in results.items():
        count = slices if each.startswith("voltome") else peer_slices
        seconds, worked = best[each] / count, busy[each] / count
        error, flat, slope = errors(found[0], true)
        print(
            f"{each:24}{seconds * 1e3:10.2f}{seconds / own[0]:8.1f}{worked * 1e3:10.2f}{worked / own[1]:8.1f}"
            f"{error:8.4f}{flat:8.4f}{slope:8.4f}",
            flush=True,
        )
    held = peak_bytes(cases["voltome nufft"])
    volume = slices * columns**2 * 4
    print(f"memory of voltome nufft, beside the projections: {held / 1e6:.0f} MB, its volume {volume / 1e6:.0f} MB\n")


def timed(
    cases: dict[str, Callable[[], Any]], times: int
) -> tuple[dict[str, float], dict[str, float], dict[str, NDArray[Any]]]:
    """Run all in turn; return the least time of the clock and of the processors, and the results."""
    best: dict[str, float] = dict.fromkeys(cases, float("inf"))
    busy, results = dict(best), {}
    for turn in range(times + 1):
        for name, run in cases.items():
            if turn > 1 and best[name] > SLOW_S:
                continue
            start, work = time.perf_counter(), time.process_time()
            results[name] = run()
            if turn:  # the first compiles
                best[name] = min(best[name], time.perf_counter() - start)
                busy[name] = min(busy[name], time.process_time() - work)
    return best, busy, results


def errors(found: NDArray[Any], true: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return the least error over the contrast, the error where the truth is flat, and the slope against the truth."""
    size = len(true)
    y, x = np.indices(true.shape) - (size - 1) / 2
    inside = np.hypot(y, x) < 0.44 * size
    flat = inside & (ndimage.maximum_filter(true, 5) - ndimage.minimum_filter(true, 5) < 1e-9)
    tried = []
    for turned in _turned(found):
        for shift in (
            (0, 0),
            (0.5, 0),
            (0, 0.5),
            (0.5, 0.5),
            (-0.5, 0),
            (0, -0.5),
            (-0.5, -0.5),
            (0.5, -0.5),
            (-0.5, 0.5),
        ):
            moved = ndimage.shift(turned, shift, order=3, mode="nearest") if any(shift) else turned
            tried.append((float(np.sqrt(np.mean((moved - true)[inside] ** 2))), moved))
    error, best = min(tried, key=lambda each: each[0])
    spread = float(np.sqrt(np.mean((best - true)[flat] ** 2)))
    return error / float(true[inside].std()), spread, float(np.polyfit(true[flat], best[flat], 1)[0])


def _turned(found: NDArray[Any]) -> list[NDArray[Any]]:
    """Return the two images, as it is and upside down, that a change of the sense of rotation makes of one."""
    return [found, found[::-1], found[:, ::-1], found[::-1, ::-1]]


def by_astra(projector: str) -> Peer:
    def run(sinogram: Sinogram, angles: NDArray[np.float64]) -> NDArray[Any]:
        import astra

        columns = sinogram.shape[1]
        beam = astra.create_proj_geom("parallel", 1.0, columns, np.radians(angles))
        grid = astra.create_vol_geom(columns, columns)
        model = astra.create_projector(projector, beam, grid)
        given, made = astra.data2d.create("-sino", beam, sinogram), astra.data2d.create("-vol", grid)
        settings = astra.astra_dict("FBP")
        settings.update(ProjectorId=model, ProjectionDataId=given, ReconstructionDataId=made)
        settings["option"] = {"FilterType": "ram-lak"}
        task = astra.algorithm.create(settings)
        astra.algorithm.run(task)
        found: NDArray[Any] = astra.data2d.get(made)
        astra.clear()
        return found

    return run


def by_dfi(sinogram: Sinogram, angles: NDArray[np.float64]) -> NDArray[Any]:
    from algotom.rec import reconstruction as algotom

    center = (sinogram.shape[1] - 1) / 2
    found: NDArray[Any] = algotom.dfi_reconstruction(sinogram, center, angles=np.radians(angles), apply_log=False)
    return found


def by_algotom(sinogram: Sinogram, angles: NDArray[np.float64]) -> NDArray[Any]:
    from algotom.rec import reconstruction as algotom

    center, threads = (sinogram.shape[1] - 1) / 2, numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        found: NDArray[Any] = algotom.fbp_reconstruction(
            sinogram, center, angles=np.radians(angles), apply_log=False, gpu=False, filter_name=None
        )
    finally:
        numba.set_num_threads(threads)
    return found


def by_skimage(sinogram: Sinogram, angles: NDArray[np.float64]) -> NDArray[Any]:
    from skimage.transform import iradon

    found: NDArray[Any] = iradon(sinogram.T, theta=angles, output_size=sinogram.shape[1], circle=False)
    return found


PEERS: dict[str, Peer] = {
    "ASTRA FBP linear": by_astra("linear"),
    "algotom DFI": by_dfi,
    "algotom FBP, 1 thread": by_algotom,
    "scikit-image iradon": by_skimage,
}


def crossover(times: int) -> None:
    """Print milliseconds for each of 16 slices by both methods: where the one overtakes the other."""
    print(
        f"direct / nufft, ms for each of 16 slices\n{'columns':>8}" + "".join(f"{views:>16} views" for views in VIEWS)
    )
    for columns in COLUMNS:
        cells = []
        for views in VIEWS:
            angles = np.arange(views) * 180.0 / views
            scan = scan_of(np.ones((views, columns), np.float32), angles, 16)
            runs = {
                way: lambda way=way, scan=scan: vt.reconstruction.fbp(scan, method=way) for way in ("direct", "nufft")
            }
            best, _ = best_of(runs, 2 * times)
            cells.append(f"{best['direct'] / 16e-3:10.3f} /{best['nufft'] / 16e-3:10.3f}")
        print(f"{columns:>8}" + "".join(cells), flush=True)


VIEWS, COLUMNS = (4, 12, 24, 48, 180), (16, 32, 64, 128, 256, 512)


def projecting(times: int) -> None:
    """Print the time of the forward model and its adjoint, and how far they are from each other's transpose."""
    random = np.random.default_rng(0)
    angles = np.arange(801) * 180.0 / 801
    scan = scan_of(random.random((801, 512), dtype=np.float32), angles, 16)
    volume = vt.reconstruction.fbp(scan)
    best, results = best_of(
        {
            "project": lambda: vt.reconstruction.project(volume, like=scan),
            "backproject": lambda: vt.reconstruction.backproject(scan),
        },
        times,
    )
    one = np.vdot(results["project"].values.astype(float), scan.values)
    other = np.vdot(volume.values.astype(float), results["backproject"].values)
    each = ", ".join(f"{name} {seconds / 16e-3:.1f} ms/slice" for name, seconds in best.items())
    print(f"\n512 columns, 801 views, 16 slices: {each}; <Ax, y> / <x, A'y> - 1 = {one / other - 1:.1e}")


if __name__ == "__main__":
    main([])

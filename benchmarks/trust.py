"""Connectivity and two-point correlation beside scipy, scikit-image and PoreSpy; the interval of a fraction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import fft, ndimage

import voltome as vt
from benchmarks import phantom
from benchmarks.measuring import best_of, peak_bytes

REACH = 32
"""Largest distance of the two-point correlation, in voxels."""


def report(scene: phantom.Phantom, times: int) -> None:
    """Print the tables of both."""
    phases = vt.data.PhaseImage(scene.phases, voxel_size_um=1.0, phases={0: "pore", 1: "active", 2: "binder"})
    _connectivity(phases, times)
    _correlation(phases, times)


def _connectivity(phases: vt.data.PhaseImage, times: int) -> None:
    pore = phases.values == 0
    cases = {
        "voltome connectivity (3 axes)": lambda: vt.morphology.connectivity(phases, phase="pore").frame,
        "scipy.ndimage.label + sums (3 axes)": lambda: _percolating(pore),
    }
    found = _measured(cases, times, phases.values.size, "Connectivity, 6 neighbours", "percolating along z")
    ours, theirs = found.values()
    _print_rows(cases, found, dict.fromkeys(cases, ""), [ours.percolating_fraction[0], theirs[0]])


def _percolating(pore: np.ndarray) -> list[float]:
    """Return the percolating share along each axis from scipy's labels."""
    labels, count = ndimage.label(pore)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    shares = []
    for axis in range(3):
        ends = [np.unique(np.take(labels, end, axis=axis)) for end in (0, -1)]
        through = np.intersect1d(*ends)
        shares.append(float(sizes[through[through > 0]].sum() / pore.sum()))
    return shares


def _correlation(phases: vt.data.PhaseImage, times: int) -> None:
    here = phases.values == 1
    cases: dict[str, Callable[[], Any]] = {
        f"voltome two_point_correlation to {REACH} voxels (counts, 13 directions)": lambda: (
            vt.morphology.two_point_correlation(phases, phase="active", maximum_um=REACH).frame
        ),
        "Fourier transform of the padded image (scipy, 2 threads)": lambda: _by_fourier(here),
        "voltome fraction_confidence": lambda: vt.morphology.fraction_confidence(phases, phase="active").frame,
    }
    found = _measured(cases, times, here.size, "Two-point correlation", "probability along z at 8 voxels")
    table, curve, _ = found.values()
    ours = table[(table.direction == "z") & (table.distance_um == 8)].two_point_probability.iloc[0]
    _print_rows(cases, found, dict.fromkeys(cases, ""), [ours, curve[8], "-"])


def _by_fourier(here: np.ndarray) -> np.ndarray:
    """Return the probability along z from the transform of the whole image, padded against wrapping."""
    shape = [fft.next_fast_len(count + REACH, real=True) for count in here.shape]
    power = np.abs(fft.rfftn(here.astype(np.float32), shape, workers=2)) ** 2
    pairs = fft.irfftn(power, shape, workers=2)[: REACH + 1, 0, 0]
    lag = np.arange(REACH + 1)
    curve: np.ndarray = pairs / ((here.shape[0] - lag) * here.shape[1] * here.shape[2])
    return curve


_TIMES: dict[str, float] = {}
_BYTES: dict[str, float] = {}


def _measured(cases: dict[str, Callable[[], Any]], times: int, voxels: int, title: str, result: str) -> dict[str, Any]:
    """Run all cases and print the head of their table."""
    for run in cases.values():
        run()
    best, found = best_of(cases, times)
    _TIMES.update(best)
    _BYTES.update({name: peak_bytes(run) / voxels for name, run in cases.items()})
    print(f"\n### {title}\n")
    print(f"| implementation | s | ratio to the first | {result} | B/voxel |\n|---|---|---|---|---|")
    return found


def _print_rows(cases: dict[str, Any], found: dict[str, Any], notes: dict[str, str], values: list[Any]) -> None:
    first = _TIMES[next(iter(cases))]
    for name, value in zip(found, values, strict=True):
        shown = f"{value:.6f}" if isinstance(value, float) else str(value)
        seconds = _TIMES[name]
        print(f"| {name}{notes[name]} | {seconds:.3f} | {seconds / first:.2f} | {shown} | {_BYTES[name]:.1f} |")

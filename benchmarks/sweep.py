"""A sweep over thresholds: all values in one pass against one segmentation and one measurement for each.

``python -m benchmarks sweep``. Ratios are to the time of one single measurement (threshold, fractions and crofton13
surface), so 50 means: no gain for 50 thresholds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import cc3d
import numpy as np

import voltome as vt
from benchmarks import phantom
from benchmarks.measuring import best_of, peak_bytes
from voltome.morphology.sweeps import phase_fractions_over_thresholds, surface_areas_over_thresholds

THRESHOLDS = 50
RANGES = {"valley": (116, 165), "whole histogram": (61, 208)}
"""Lowest and highest threshold: between the two upper peaks of the phantom, and across all three."""


def report(scene: phantom.Phantom, times: int) -> None:
    """Print the rows: time, ratio to a single measurement, difference to it, memory."""
    volume = vt.data.Volume(scene.grey, voxel_size_um=1)
    print(f"### sweep of {THRESHOLDS} thresholds: volume fractions and crofton13 surface\n")
    print("| range | implementation | s | time / single measurement | largest relative difference | B/voxel |")
    print("|---|---|---|---|---|---|")
    for name, (low, high) in RANGES.items():
        ends = np.linspace(low, high, THRESHOLDS).round().astype(int).tolist()
        middle = [ends[THRESHOLDS // 2]]
        runs: dict[str, Callable[[], Any]] = {
            "one threshold, measured alone": lambda middle=middle: _singly(volume, middle),
            f"{THRESHOLDS} thresholds in one pass": lambda ends=ends: _together(volume, ends),
        }
        for run in runs.values():
            run()
        best, results = best_of(runs, times)
        single, together = runs
        differs = np.abs(np.array(results[together][THRESHOLDS // 2]) / np.array(results[single][0]) - 1).max()
        for case, run in runs.items():
            ratio, memory = best[case] / best[single], peak_bytes(run) / scene.grey.size
            said = f"{differs:.1e}" if case == together else "-"
            print(f"| {name} | {case} | {best[case]:.3f} | {ratio:.1f} | {said} | {memory:.1f} |", flush=True)
    _report_clusters(scene, volume, times)


def _report_clusters(scene: phantom.Phantom, volume: vt.data.Volume, times: int) -> None:
    """Print the time of `threshold_sensitivity`, with clusters, against labelling one threshold with cc3d."""
    low, high = RANGES["valley"]
    ends = np.linspace(low, high, THRESHOLDS).round().astype(int).tolist()
    runs: dict[str, Callable[[], Any]] = {
        "voltome threshold_sensitivity, 6 neighbours": lambda: vt.morphology.threshold_sensitivity(
            volume, phase="active", interval=(140, None), values=ends
        ),
        f"cc3d, labelled anew for {THRESHOLDS} thresholds (largest cluster only)": lambda: [
            int(np.bincount(cc3d.connected_components(scene.grey >= end, connectivity=6).ravel())[1:].max())
            for end in ends
        ],
    }
    for run in runs.values():
        run()
    best, results = best_of(runs, times)
    ours, anew = runs
    frame = results[ours].frame
    largest = (frame.largest_cluster_fraction * frame.fraction * scene.grey.size).round().astype(int).tolist()
    print(f"\n### clusters at {THRESHOLDS} thresholds\n")
    print("| implementation | s | time / voltome | B/voxel |\n|---|---|---|---|")
    for case, run in runs.items():
        memory = peak_bytes(run) / scene.grey.size
        print(f"| {case} | {best[case]:.3f} | {best[case] / best[ours]:.1f} | {memory:.1f} |")
    print(f"\nLargest clusters equal: {largest == results[anew]}\n", flush=True)


def _singly(volume: vt.data.Volume, ends: Sequence[int]) -> list[list[float]]:
    """Return fraction and surface for every threshold, one segmentation for each."""
    found = []
    for end in ends:
        phases = vt.segmentation.threshold(volume, intervals={"active": (end, None)}, rest="rest")
        fraction = vt.morphology.phase_fractions(phases).frame.fraction.iloc[1]
        found.append([fraction, vt.morphology.surface_area(phases, phase="active").area_um2])
    return found


def _together(volume: vt.data.Volume, ends: Sequence[int]) -> list[list[float]]:
    """Return the same from one pass, as `sweep` of a study makes it."""
    variants = [{"intervals": {"active": (end, None)}, "rest": "rest"} for end in ends]
    fractions = [table.frame.fraction.iloc[1] for table in phase_fractions_over_thresholds(volume, variants=variants)]
    areas = [area.area_um2 for area in surface_areas_over_thresholds(volume, variants=variants, phase="active")]
    return [list(pair) for pair in zip(fractions, areas, strict=True)]

"""How right and how fast the axis of rotation is found, beside algotom: ``python -m benchmarks rotation_axis``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import voltome as vt
from benchmarks.measuring import best_of, machine

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "_support"))
import discs


def scan(columns: int, views: int, axis_px: float, noise: float, *, turn_deg: float) -> vt.data.Projections:
    """Return one exact row of a body with inclusions, with noise of a share of the largest absorbance."""
    reach = max(axis_px, columns - 1 - axis_px) if turn_deg > 180 else min(axis_px, columns - 1 - axis_px)
    body = discs.body_with_inclusions(radius_um=0.9 * reach, inclusions=30, seed=1)
    exact = discs.scan(
        [body], angles_deg=np.arange(views) * turn_deg / views, columns=columns, rotation_axis_px=axis_px
    )
    random = np.random.default_rng(0).standard_normal(exact.values.shape, np.float32)
    return exact.derive("noise", values=exact.values + noise * exact.values.max() * random)


def half_turn(scan: vt.data.Projections) -> dict[str, Callable[[], Any]]:
    """Return the ways to find the axis of half a turn."""
    from algotom.prep.calculation import find_center_vo

    columns, row = scan.column_count, scan.values[:, 0]
    ways: dict[str, Callable[[], Any]] = {
        method: lambda method=method: vt.projections.find_rotation_axis(scan, method=method).frame.iloc[0]
        for method in ("fourier", "pairs", "sharpness")
    }
    ways["algotom find_center_vo"] = lambda: find_center_vo(row, columns // 4, 3 * columns // 4, ncore=1)
    return ways


def whole_turn(scan: vt.data.Projections) -> dict[str, Callable[[], Any]]:
    """Return the ways to find the axis beside the middle of the detector."""
    from algotom.prep.calculation import find_center_360

    row = scan.values[:, 0]
    return {
        "find_overlap": lambda: vt.projections.find_overlap(scan).frame.iloc[0],
        "algotom find_center_360, window 40": lambda: find_center_360(row, 40, ncore=1)[0],
    }


def main(arguments: Sequence[str]) -> None:
    """Print a table in Markdown: the error in pixels, the standard error that is said, and seconds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks rotation_axis")
    parser.add_argument("--times", type=int, default=2)
    parser.add_argument("--columns", type=int, default=256)
    chosen = parser.parse_args(arguments)
    columns = chosen.columns
    print(machine())
    print("| scan | noise | way | error (px) | said | seconds |\n|---|---|---|---|---|---|", flush=True)
    for noise in (0.0, 0.02, 0.05):
        for turn_deg, axis_px, ways in ((180, 0.47 * columns, half_turn), (360, 0.85 * columns, whole_turn)):
            made = scan(columns, round(1.4 * columns * turn_deg / 180), axis_px, noise, turn_deg=turn_deg)
            seconds, found = best_of(ways(made), chosen.times)
            for name, taken in seconds.items():
                row = found[name]
                axis = float(getattr(row, "rotation_axis_px", row))
                said = f"{row.uncertainty_px:.3f}" if hasattr(row, "uncertainty_px") else "-"
                print(
                    f"| {turn_deg} deg, {columns} columns | {noise:.0%} | {name} | {axis - axis_px:+.3f} | {said} | "
                    f"{taken:.3f} |",
                    flush=True,
                )

"""The error of a motion on scans whose motion is known: ``python -m benchmarks registration_accuracy``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import voltome as vt

sys.path.append(str(Path(__file__).parents[1] / "tests" / "_support"))
import remounted  # the made-up cell of the tests

SHAPE = (36, 96, 96)
REGION = vt.registration.Region(box_um=((4, 14), (None, None), (None, None)))
CASES = ((1, 23.4), (2, -117.0), (3, 179.0), (4, 90.0))
"""Seed of the cell, and by how many degrees it is turned."""


def main(arguments: Sequence[str]) -> None:
    """Print one row for every noise and kind of region: the largest errors over all cases."""
    print(
        "| noise | found from | error of the angle | miss | `residual_um` | `correlation` |\n|---|---|---|---|---|---|"
    )
    for noise, region, words in ((8, REGION, "the layer"), (25, REGION, "the layer"), (8, None, "the whole scan")):
        rows = np.array([_errors(seed, angle, noise, region) for seed, angle in CASES])
        turn, miss, residual, correlation = (
            f"{low:.3f} to {high:.3f}" for low, high in zip(*_range(rows), strict=True)
        )
        print(f"| {noise} | {words} | {turn} deg | {miss} um | {residual} | {correlation} |", flush=True)


def _range(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return rows.min(axis=0), rows.max(axis=0)


def _errors(seed: int, angle: float, noise: float, region: vt.registration.Region | None) -> tuple[float, ...]:
    """Return the error of the angle, the miss over the layer, the residual and the correlation."""
    cell = remounted.cell(SHAPE, fibre_layer_um=(3, 15), fibres=90, particles=400, seed=seed)
    true = remounted.motion(angle)
    fixed = remounted.scan(cell, SHAPE, seed=10, noise=noise)
    changed = cell.cycled(0.35, 0.9, 3).drifted((0, 1.5, 0))
    moving = remounted.scan(changed.moved(true.inverse()), SHAPE, seed=20, noise=noise)
    found = vt.registration.find_transform(moving, to=fixed, region=region)
    points = np.random.default_rng(0).uniform((4, 0, 0), (14, 96, 96), (500, 3))
    return (*remounted.error_of(found, true, points), found.residual_um, found.correlation)

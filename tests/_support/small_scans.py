"""Small scans of random numbers, for tests of what is done to every view."""

from __future__ import annotations

from typing import Any

import numpy as np

import voltome as vt
from voltome.data import LazyArray


def a_scan(kind: str, *, shape: tuple[int, int, int] = (3, 6, 20), seed: int = 0, **fields: Any) -> vt.data.Projections:
    """Return shares of the beam between 0.5 and 1, their absorbance, or counts."""
    values = 0.5 + 0.5 * np.random.default_rng(seed).random(shape)
    values = {"transmission": values, "absorbance": -np.log(values), "counts": (1000 * values).astype(np.uint16)}[kind]
    fields = {"geometry": vt.data.ParallelBeam(0.5, rotation_axis_px=9.5), "angles_deg": np.arange(shape[0]), **fields}
    return vt.data.Projections(values, kind=kind, **fields)


def lazily(scan: vt.data.Projections) -> vt.data.Projections:
    """Return the scan as one whose values lie in a file."""
    stored = scan.values[:]
    lazy = LazyArray(stored.shape, stored.dtype, lambda box: stored[box], "a test")
    return vt.data.Projections(
        lazy,
        angles_deg=scan.angles_deg,
        geometry=scan.geometry,
        kind=scan.kind,
        flats=scan.flats,
        darks=scan.darks,
        energy_kev=scan.energy_kev,
    )

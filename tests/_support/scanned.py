"""A raw scan of discs for the steps on projections, and a call for every one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import discs
import numpy as np

import voltome as vt

VIEWS, ROWS, COLUMNS = 40, 9, 48

BODY = (
    discs.Disc(0.0, 0.0, 15.0, 120.0),
    discs.Disc(3.0, -6.0, 4.0, 200.0),
    discs.Disc(-7.0, 4.0, 3.0, -100.0),
)


def absorbance(*, whole_turn: bool = False) -> vt.data.Projections:
    """Return the exact absorbance of discs that are a little larger in every row, with a stripe and some noise."""
    angles = np.arange(VIEWS) * (360 if whole_turn else 180) / VIEWS
    axis = 6.0 if whole_turn else 22.8
    random = np.random.default_rng(5)
    rows = []
    for row in range(ROWS):
        body = [replace(disc, radius_um=disc.radius_um * (1 + 0.01 * row)) for disc in BODY]
        rows.append(discs.sinogram(body, angles_deg=angles, columns=COLUMNS, rotation_axis_px=axis))
    values = np.stack(rows, axis=1) + 0.002 * random.standard_normal((VIEWS, ROWS, COLUMNS))
    values[:, :, 30] += 0.02
    beam = vt.data.ParallelBeam(1.0, rotation_axis_px=None if whole_turn else axis)
    return vt.data.Projections(
        values.astype(np.float32), angles_deg=angles, geometry=beam, kind="absorbance", energy_kev=20.0
    )


def transmission() -> vt.data.Projections:
    """Return the share of the beam that came through."""
    seen = absorbance()
    return replace(seen, values=np.exp(-seen.values), kind="transmission")


def counts() -> vt.data.Projections:
    """Return counts with flats and darks, times and shifts, one zinger and one pixel without beam."""
    seen = transmission()
    random = np.random.default_rng(6)
    beam = 9000 * (1 + 0.1 * np.sin(np.arange(COLUMNS) / 5)) * np.ones((ROWS, 1))
    values = random.poisson(100 + beam * seen.values).astype(np.uint16)
    values[3, 4, 20] = 60_000
    flats = random.poisson(100 + beam, (4, ROWS, COLUMNS)).astype(np.uint16)
    flats[:, 2, 11] = 90
    return replace(
        seen,
        values=values,
        kind="counts",
        flats=flats,
        darks=random.poisson(100, (3, ROWS, COLUMNS)).astype(np.uint16),
        frame_times_s=np.arange(VIEWS) + 10.0,
        flat_times_s=np.array([0.0, 1.0, 60.0, 61.0]),
        shifts_px=random.uniform(-1, 1, (VIEWS, 2)),
    )


def _shifted() -> vt.data.Projections:
    return replace(absorbance(), shifts_px=np.random.default_rng(8).uniform(-1, 1, (VIEWS, 2)))


def _whole_turn() -> vt.data.Projections:
    return absorbance(whole_turn=True)


def _tiles() -> vt.data.Volume:
    """Return four tiles of one radiograph, two by two, that overlap by a quarter."""
    whole = np.random.default_rng(7).random((56, 56)).astype(np.float32)
    places = [(0, 0), (0, 24), (24, 0), (24, 24)]
    tiles = np.stack([whole[y : y + 32, x : x + 32] for y, x in places])
    return vt.data.Volume(tiles, voxel_size_um=1.0)


def _neighbours() -> dict[str, vt.data.Volume]:
    """Return two volumes that overlap."""
    whole = np.random.default_rng(9).random((30, 16, 16)).astype(np.float32)
    return {
        name: vt.data.Volume(whole[at : at + 20], voxel_size_um=1.0, origin_um=(at, 0, 0))
        for name, at in (("low", 0), ("high", 10))
    }


ON_COUNTS: Mapping[str, dict[str, Any]] = {
    "inspect_views": {},
    "normalise": {"flats": "interpolated"},
    "bin_pixels": {"rows": 2, "columns": 3},
    "crop_pixels": {"rows": (1, 8), "columns": (2, 40)},
    "remove_zingers": {},
}
ON_TRANSMISSION: Mapping[str, dict[str, Any]] = {
    "correct_distortion": {"centre_px": (4.0, 23.0), "coefficients": [1.0, 1e-4]},
    "correct_drift": {"air_columns": 3},
    "pad_columns": {"pixels": 8},
    "absorbance": {},
    "retrieve_phase": {"distance_um": 5000.0, "material": "C"},
    "correct_halo": {
        "ring_inner_per_um": 0.05,
        "ring_outer_per_um": 0.1,
        "ring_transmission": 0.5,
        "aperture_per_um": 0.4,
        "delta_over_beta": 20.0,
        "iterations": 1,
    },
}
ON_ABSORBANCE: Mapping[str, dict[str, Any]] = {
    "filter_fresnel": {"ratio": 50.0},
    "linearise_by_polynomial": {"coefficients": [1.0, 0.1]},
    "linearise_by_spectrum": {
        "energies_kev": [20.0, 40.0],
        "weights": [1.0, 1.0],
        "material": "Fe",
        "reference_kev": 30.0,
    },
    "remove_stripes_by_sorting": {"size_px": 5},
    "remove_stripes_by_filtering": {"size_px": 5},
    "remove_stripes_by_fitting": {"size_px": 5},
    "remove_stripes_by_wavelets": {"levels": 2},
    "remove_large_stripes": {"size_px": 9},
    "remove_dead_stripes": {"size_px": 9},
    "remove_all_stripes": {"large_size_px": 9, "small_size_px": 5},
    "find_rotation_axis": {},
    "set_rotation_axis": {},
    "axis_candidates": {"around_px": 22.8, "candidates": 3},
    "fbp": {"filter": "hann", "cutoff": 0.8},
    "backproject": {},
    "cgls": {"iterations": 3},
    "sirt": {"iterations": 3},
    "iteration_curve": {"iterations": 4},
    "fista_tv": {"weight_per_cm": 5.0, "iterations": 3},
    "split_views": {},
}


def _slices() -> vt.data.Volume:
    return vt.reconstruction.fbp(absorbance())


ON_OTHERS: Mapping[str, tuple[Callable[[], Any], dict[str, Any]]] = {
    "undo_shifts": (_shifted, {}),
    "ring_check": (_slices, {}),
    "find_overlap": (_whole_turn, {"smallest_overlap_px": 6.0}),
    "join_off_axis": (_whole_turn, {"overlap_px": 13.0, "side": "left"}),
    "stitch_mosaic": (_tiles, {"grid": (2, 2), "overlap_share": 0.25}),
    "join_volumes": (_neighbours, {"max_shift_um": 2.0}),
}
"""Step -> what it works on, and its parameters."""

KNOWN = {*ON_COUNTS, *ON_TRANSMISSION, *ON_ABSORBANCE, *ON_OTHERS}


def calls(name: str) -> Callable[[], Any]:
    """Return the call of a step; what it works on is made before."""
    step = vt.study.STEPS[name].call
    if name in ON_OTHERS:
        make, parameters = ON_OTHERS[name]
    else:
        make, parameters = next(
            (scan, table[name])
            for scan, table in ((counts, ON_COUNTS), (transmission, ON_TRANSMISSION), (absorbance, ON_ABSORBANCE))
            if name in table
        )
    noun = make()
    return lambda: step(noun, **parameters)

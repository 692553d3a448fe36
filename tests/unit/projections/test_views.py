"""Work on every view: the same bits for any number of threads."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from small_scans import Threads, a_scan

import voltome as vt

# 4 views of 2^17 pixels: enough for two threads
SHAPE = (4, 256, 512)

FUNCTIONS: dict[str, tuple[str, Callable[[vt.data.Projections], vt.data.Projections]]] = {
    "retrieve_phase": (
        "transmission",
        lambda scan: vt.projections.retrieve_phase(scan, distance_um=50.0, energy_kev=20.0, delta_over_beta=100.0),
    ),
    "filter_fresnel": (
        "absorbance",
        lambda scan: vt.projections.filter_fresnel(scan, ratio=20.0, along="rows and columns"),
    ),
    "correct_halo": (
        "transmission",
        lambda scan: vt.projections.correct_halo(
            scan,
            ring_inner_per_um=1.0,
            ring_outer_per_um=1.5,
            ring_transmission=0.5,
            energy_kev=5.4,
            delta_over_beta=14.0,
        ),
    ),
    "linearise_by_polynomial": (
        "absorbance",
        lambda scan: vt.projections.linearise_by_polynomial(scan, coefficients=[1.0, 0.1]),
    ),
    "correct_distortion": (
        "counts",
        lambda scan: vt.projections.correct_distortion(
            scan, centre_px=(127.5, 255.5), coefficients=[1.0, 1e-5], interpolation="linear"
        ),
    ),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_one_thread_gives_the_bits_of_two(name: str) -> None:
    kind, function = FUNCTIONS[name]
    scan = a_scan(kind, shape=SHAPE)
    several = function(scan)
    with Threads(1):
        one = function(scan)
    np.testing.assert_array_equal(one.values, several.values)
    assert one.history == several.history

"""Work on every view: the same bits for any number of threads."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from small_scans import a_scan

import voltome as vt
from voltome.data import _kernels_slabs

SHAPE = (5, 24, 40)

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
            iterations=1,
        ),
    ),
    "linearise_by_polynomial": (
        "absorbance",
        lambda scan: vt.projections.linearise_by_polynomial(scan, coefficients=[1.0, 0.1]),
    ),
    "correct_distortion": (
        "counts",
        lambda scan: vt.projections.correct_distortion(
            scan, centre_px=(12.5, 19.5), coefficients=[1.0, 1e-3], interpolation="linear"
        ),
    ),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_any_number_of_threads_gives_the_same_bits(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kind, function = FUNCTIONS[name]
    scan = a_scan(kind, shape=SHAPE)
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 1)
    found = []
    for threads in (1, 2, 5):
        monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda threads=threads: threads)
        found.append(function(scan))
    for other in found[1:]:
        np.testing.assert_array_equal(other.values, found[0].values)
        assert other.history == found[0].history

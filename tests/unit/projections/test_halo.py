"""Halo correction: what it needs to know, what it says, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_scans import a_scan, lazily

import voltome as vt
from voltome.errors import GeometryError, ParameterError, ValuesError

KNOWN: dict[str, Any] = {
    "ring_inner_per_um": 1.0,
    "ring_outer_per_um": 1.4,
    "ring_transmission": 0.5,
    "energy_kev": 5.4,
    "delta_over_beta": 14.0,
}


def correct(scan: vt.data.Projections | None = None, **options: Any) -> vt.data.Projections:
    return vt.projections.correct_halo(scan or a_scan("transmission"), **{**KNOWN, **options})


def test_the_result_is_absorbance_with_energy_and_history() -> None:
    found = correct()
    assert (found.kind, found.values.dtype, found.energy_kev) == ("absorbance", np.float32, 5.4)
    assert found.history[-1].startswith(
        "correct_halo: ring 1 to 1.4 per um, passing 0.5, positive contrast, delta over beta 14 at 5.4 keV, 0 "
        "iterations (0 of 3 views stopped before), "
    )
    assert found.history[-1].endswith("% of pixels beyond 1 rad")


def test_phases_that_are_too_large_are_counted() -> None:
    flat = np.full((1, 32, 32), np.exp(-0.2))  # 1.4 rad everywhere
    scan = vt.data.Projections(flat, angles_deg=[0.0], geometry=vt.data.ParallelBeam(0.5), kind="transmission")
    assert correct(scan).history[-1].endswith(", 100 % of pixels beyond 1 rad")


@pytest.mark.parametrize("steps", [0, 1])
@pytest.mark.parametrize("contrast", ["positive", "negative"])
def test_a_uniform_view_is_seen_by_its_absorption(contrast: str, steps: int) -> None:
    scan = vt.data.Projections(
        np.full((1, 24, 24), np.exp(-0.01)),
        angles_deg=[0.0],
        geometry=vt.data.ParallelBeam(0.5),
        kind="transmission",
    )
    found = correct(scan, contrast=contrast, iterations=steps)
    np.testing.assert_allclose(found.values, 0.01, rtol=5e-3)


def test_where_a_step_brings_a_view_no_nearer_it_is_not_kept_and_counted() -> None:
    # noise of half the beam is no image that a ring could make
    found = correct(iterations=3, contrast="negative", regularisation=0)
    assert "3 iterations (" in found.history[-1]
    assert "(0 of 3 views" not in found.history[-1]


def test_an_aperture_far_beyond_the_pixels_is_none() -> None:
    scan = a_scan("transmission")
    np.testing.assert_allclose(correct(scan, aperture_per_um=50.0).values, correct(scan).values, atol=1e-7)


def test_a_lazy_scan_gives_the_same_bits() -> None:
    scan = a_scan("transmission")
    np.testing.assert_array_equal(correct(lazily(scan), iterations=1).values, correct(scan, iterations=1).values)


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        (
            {"ring_outer_per_um": 1.0},
            ParameterError,
            "the ring is 1 to 1 periods per um; expected an outer radius above",
        ),
        ({"ring_inner_per_um": -1}, ParameterError, "ring_inner_per_um is -1; expected a finite number, 0 or above"),
        ({"aperture_per_um": 1.2}, ParameterError, r"the ring ends at 1\.4 periods per um, the aperture at 1\.2"),
        ({"ring_transmission": 0}, ParameterError, "ring_transmission is 0; expected a share above 0, at most 1"),
        ({"contrast": "dark"}, ParameterError, "contrast is 'dark'; expected one of 'positive', 'negative'"),
        ({"iterations": 1.5}, ParameterError, r"iterations is 1\.5; expected a whole number, 0 or above"),
        ({"regularisation": -1}, ParameterError, "regularisation is -1; expected a finite number, 0 or above"),
        ({"energy_kev": None}, GeometryError, "correct_halo needs the energy of the photons"),
        ({"delta_over_beta": None}, ParameterError, "expected one of them"),
    ],
)
def test_what_is_missing_or_cannot_be_is_refused(options: dict[str, Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        correct(**options)


def test_other_kinds_and_shares_below_zero_are_refused() -> None:
    with pytest.raises(ValuesError, match="correct_halo takes transmission, these projections are counts"):
        correct(a_scan("counts"))
    below = np.full((1, 4, 4), 0.5)
    below[0, 1, 2] = -0.1
    scan = vt.data.Projections(below, angles_deg=[0.0], geometry=vt.data.ParallelBeam(0.5), kind="transmission")
    with pytest.raises(ValuesError, match=r"a view has 1 pixels that transmit less than 0; .* Check flats and darks"):
        correct(scan)

"""Beam hardening: polynomials and spectra, pixel by pixel."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_scans import a_scan, lazily

import voltome as vt
from voltome.errors import ParameterError, ValuesError

BEAM: dict[str, Any] = {"energies_kev": [20.0, 30.0, 60.0], "weights": [1.0, 2.0, 3.0], "material": "Al"}


def scan_of(*values: float) -> vt.data.Projections:
    return vt.data.Projections(
        np.array(values)[None, None], angles_deg=[0.0], geometry=vt.data.ParallelBeam(1.0), kind="absorbance"
    )


def test_a_polynomial_is_that_of_its_coefficients_and_straight_below_zero() -> None:
    found = vt.projections.linearise_by_polynomial(scan_of(-0.5, 0, 1, 2), coefficients=[0.8, 0.1, 0.05])
    np.testing.assert_allclose(found.values.ravel(), [-0.4, 0, 0.95, 1.6 + 0.4 + 0.4], rtol=1e-6)
    assert found.history[-1] == "linearise_by_polynomial: coefficients 0.8, 0.1, 0.05"


def test_a_polynomial_that_falls_before_the_largest_absorbance_is_refused() -> None:
    said = r"the polynomial falls from 2.5 on, but the absorbance goes up to 3; expected one that grows"
    with pytest.raises(ValuesError, match=said):
        vt.projections.linearise_by_polynomial(scan_of(0, 3), coefficients=[1.0, -0.2])
    vt.projections.linearise_by_polynomial(scan_of(0, 2.4), coefficients=[1.0, -0.2])


@pytest.mark.parametrize("coefficients", [[], [float("nan")], [0.0, 1.0], [[1.0]]])
def test_coefficients_that_are_none_are_refused(coefficients: Any) -> None:
    with pytest.raises(ParameterError, match=r"coefficients are .*; expected finite numbers, the first of them"):
        vt.projections.linearise_by_polynomial(scan_of(1.0), coefficients=coefficients)


def test_one_energy_changes_nothing_but_the_reference() -> None:
    beam = {"energies_kev": [20.0], "weights": [1.0], "material": "Al"}
    scan = a_scan("absorbance")
    same = vt.projections.linearise_by_spectrum(scan, **beam)
    np.testing.assert_allclose(same.values, scan.values, rtol=1e-6)
    assert same.energy_kev == 20
    ratio = np.divide(*[vt.physics.attenuation_per_cm(vt.physics.element("Al"), energy_kev=e) for e in (60.0, 20.0)])
    other = vt.projections.linearise_by_spectrum(scan, **beam, reference_kev=60.0)
    np.testing.assert_allclose(other.values, ratio * scan.values, rtol=1e-6)


@pytest.mark.parametrize("layer_cm", [1e-4, 0.01, 0.3, 2.0, 20.0, 150.0])
def test_every_layer_comes_out_in_proportion_to_its_thickness(layer_cm: float) -> None:
    # also beyond the end of the curve, at an absorbance of 20
    aluminium = vt.physics.element("Al")
    mu = vt.physics.attenuation_per_cm(aluminium, energy_kev=BEAM["energies_kev"])
    shares = np.array(BEAM["weights"]) / 6
    top = (-mu * layer_cm).max()
    seen = -(top + np.log(shares @ np.exp(-mu * layer_cm - top)))
    found = vt.projections.linearise_by_spectrum(scan_of(0.0, seen), **BEAM, reference_kev=30.0)
    assert found.values[0, 0, 1] == pytest.approx(mu[1] * layer_cm, rel=2e-5)
    assert found.values[0, 0, 0] == 0


def test_below_zero_the_slope_is_that_of_thin_layers() -> None:
    found = vt.projections.linearise_by_spectrum(scan_of(-1e-3, 1e-3), **BEAM).values[0, 0]
    assert found[0] == pytest.approx(-found[1], rel=1e-3)


def test_the_history_says_which_spectrum() -> None:
    found = vt.projections.linearise_by_spectrum(scan_of(1.0), **BEAM)
    assert found.history[-1] == "linearise_by_spectrum: 3 energies, mean 43.33 keV, Al, to 43.33 keV"


def test_a_slab_and_a_lazy_scan_give_the_same_bits() -> None:
    scan = a_scan("absorbance")
    for function, options in (
        (vt.projections.linearise_by_spectrum, BEAM),
        (vt.projections.linearise_by_polynomial, {"coefficients": [1.0, 0.1]}),
    ):
        whole = function(scan, **options).values
        np.testing.assert_array_equal(function(scan.rows(1, 4), **options).values, whole[:, 1:4])
        np.testing.assert_array_equal(function(lazily(scan), **options).values, whole)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"weights": [1.0]}, "a spectrum of 3 energies has weights"),
        ({"material": "Zz"}, "'Zz' in the formula"),
        ({"reference_kev": 60_000}, "energy_kev is 60000; expected 0.1 to 800"),
    ],
)
def test_a_spectrum_that_is_none_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        vt.projections.linearise_by_spectrum(scan_of(1.0), **{**BEAM, **options})


def test_other_kinds_are_refused() -> None:
    with pytest.raises(ValuesError, match="linearise_by_spectrum takes absorbance, these projections are transmission"):
        vt.projections.linearise_by_spectrum(a_scan("transmission"), **BEAM)
    with pytest.raises(ValuesError, match="linearise_by_polynomial takes absorbance, these projections are counts"):
        vt.projections.linearise_by_polynomial(a_scan("counts"), coefficients=[1.0])

"""Phase retrieval: what it needs to know, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_scans import a_scan, lazily

import voltome as vt
from voltome.errors import GeometryError, ParameterError, ValuesError

KNOWN: dict[str, Any] = {"distance_um": 100.0, "energy_kev": 20.0, "delta_over_beta": 200.0}


def retrieve(scan: vt.data.Projections | None = None, **options: Any) -> vt.data.Projections:
    return vt.projections.retrieve_phase(scan or a_scan("transmission"), **{**KNOWN, **options})


def test_the_result_is_absorbance_with_energy_and_history_and_keeps_the_rest() -> None:
    scan = a_scan("transmission")
    found = retrieve(scan)
    assert (found.kind, found.values.dtype, found.energy_kev) == ("absorbance", np.float32, 20.0)
    assert found.values.shape == scan.values.shape
    assert found.geometry == scan.geometry
    assert found.history[-1].startswith(
        "retrieve_phase: delta over beta 200 at 20 keV, effective distance 100 um, continuous Laplacian"
    )


def test_a_uniform_view_is_not_changed_but_for_its_logarithm() -> None:
    scan = vt.data.Projections(
        np.full((1, 7, 9), 0.25), angles_deg=[0.0], geometry=vt.data.ParallelBeam(0.5), kind="transmission"
    )
    np.testing.assert_allclose(retrieve(scan).values, -np.log(0.25), rtol=1e-6)


def test_the_mean_transmission_is_kept_and_noise_is_less() -> None:
    scan = a_scan("transmission", shape=(1, 64, 64))
    kept = np.exp(-retrieve(scan).values)
    assert kept.mean() == pytest.approx(scan.values.mean(), rel=0.02)
    assert kept.std() < 0.5 * scan.values.std()


def test_a_larger_distance_smooths_more_and_second_differences_less() -> None:
    scan = a_scan("transmission", shape=(1, 32, 32))
    spread = [retrieve(scan, distance_um=distance).values.std() for distance in (10.0, 100.0, 1000.0)]
    assert spread == sorted(spread, reverse=True)
    assert retrieve(scan, laplacian="discrete").values.std() > retrieve(scan).values.std()


def test_the_energy_of_the_scan_and_the_formula_do_as_well_as_numbers() -> None:
    scan = a_scan("transmission", energy_kev=20.0)
    by_formula = vt.projections.retrieve_phase(scan, distance_um=100.0, material="C")
    ratio = vt.physics.delta_over_beta("C", energy_kev=20.0)
    np.testing.assert_array_equal(by_formula.values, retrieve(scan, delta_over_beta=ratio).values)


def test_a_single_row_is_uniform_along_z() -> None:
    row = a_scan("transmission", shape=(2, 1, 30))
    three = vt.data.Projections(
        np.repeat(row.values[:], 3, axis=1), angles_deg=row.angles_deg, geometry=row.geometry, kind="transmission"
    )
    np.testing.assert_allclose(retrieve(row).values[:, 0], retrieve(three).values[:, 1], atol=1e-6)


def test_a_lazy_scan_gives_the_same_bits() -> None:
    scan = a_scan("transmission")
    np.testing.assert_array_equal(retrieve(lazily(scan)).values, retrieve(scan).values)


def test_pixels_below_the_smallest_transmission_are_held_and_counted() -> None:
    scan = a_scan("transmission")
    found = retrieve(scan, smallest_transmission=0.7)
    assert found.values.max() == pytest.approx(-np.log(0.7), abs=1e-6)
    assert "of 360 pixels held at 0.7" in found.history[-1]
    with pytest.raises(ValuesError, match="all pixels transmit less than smallest_transmission = 2"):
        retrieve(scan, smallest_transmission=2)


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"energy_kev": None}, GeometryError, "retrieve_phase needs the energy of the photons.*Give energy_kev in keV"),
        ({"energy_kev": -1}, ParameterError, "energy_kev is -1; expected a finite number above 0"),
        ({"distance_um": None}, GeometryError, "distance_um is missing: a parallel beam does not say"),
        ({"distance_um": 0}, ParameterError, "distance_um is 0; expected"),
        ({"delta_over_beta": None}, ParameterError, "delta_over_beta is None and material is None; expected one of"),
        ({"material": "C"}, ParameterError, "delta_over_beta is 200.0 and material is 'C'; expected one of them"),
        ({"delta_over_beta": 0.0}, ParameterError, "delta_over_beta is 0.0; expected a finite number above 0"),
        ({"delta_over_beta": None, "material": "Qq"}, ParameterError, "'Qq' in the formula"),
        ({"laplacian": "none"}, ParameterError, "laplacian is 'none'; expected one of 'continuous', 'discrete'"),
        ({"distance_um": 1e7}, ParameterError, "the filter reaches over .* pixels, but the detector has 20 columns"),
    ],
)
def test_what_is_missing_or_cannot_be_is_refused(options: dict[str, Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        retrieve(**options)


def test_a_delta_below_zero_close_to_an_edge_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voltome.projections._optics.of_material", lambda formula, *, energy_kev: -3.0)
    with pytest.raises(ParameterError, match="delta of 'C' is below 0 at 20 keV, close to an absorption edge"):
        retrieve(delta_over_beta=None, material="C")


def test_a_cone_beam_with_the_detector_at_the_axis_has_no_phase() -> None:
    beam = vt.data.ConeBeam(0.5, source_to_axis_um=1000, source_to_detector_um=1000)
    with pytest.raises(GeometryError, match="the detector is at the axis of rotation: there is no phase"):
        retrieve(a_scan("transmission", geometry=beam), distance_um=None)


@pytest.mark.parametrize("kind", ["counts", "absorbance"])
def test_other_kinds_are_refused(kind: str) -> None:
    with pytest.raises(ValuesError, match=f"retrieve_phase takes transmission, these projections are {kind}"):
        retrieve(a_scan(kind))

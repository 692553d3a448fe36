"""Phrases: what was done, readable, without what is too long for a sentence."""

from __future__ import annotations

from voltome.report.summary import PHRASES


def test_a_filter_is_named_with_its_parameters() -> None:
    phrase = PHRASES["retrieve_phase"]({"material": "S", "distance_um": 1000.0})
    assert phrase == "Absorbance was retrieved from phase contrast by Paganin's filter (material S, distance 1000 µm)"


def test_a_spectrum_is_counted_and_not_listed() -> None:
    parameters = {"material": "Fe", "energies_kev": [20.0] * 150, "weights": [1.0] * 150, "reference_kev": 60.0}
    assert PHRASES["linearise_by_spectrum"](parameters) == (
        "Beam hardening was corrected for Fe, from a spectrum of 150 energies to 60 keV"
    )
    assert PHRASES["linearise_by_spectrum"]({**parameters, "reference_kev": None}).endswith("to the mean energy")

"""What was done to phase, spectrum and lens of a scan, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from voltome.report.formatting import parameter_in_print, parameters_in_words

Phrase = Callable[[Mapping[str, Any]], str]


def _with_parameters(words: str) -> Phrase:
    """Return what makes a phrase of these words and the parameters in brackets."""

    def phrase(parameters: Mapping[str, Any]) -> str:
        shown = parameters_in_words(parameters)
        return f"{words} ({shown})" if shown else words

    return phrase


def _hardening(parameters: Mapping[str, Any]) -> str:
    """Return the phrase of a correction by the spectrum, which itself is too long for a sentence."""
    reference = parameters.get("reference_kev")
    to = "the mean energy" if reference is None else f"{parameter_in_print(reference)} keV"
    return (
        f"Beam hardening was corrected for {parameters['material']}, from a spectrum of "
        f"{len(parameters['energies_kev'])} energies to {to}"
    )


PHRASES_OF_OPTICS: Mapping[str, Phrase] = {
    "correct_distortion": _with_parameters("The distortion of the lens was taken away"),
    "retrieve_phase": _with_parameters("Absorbance was retrieved from phase contrast by Paganin's filter"),
    "correct_halo": _with_parameters("Absorbance was retrieved from Zernike contrast, without halos"),
    "filter_fresnel": _with_parameters("Absorbance was smoothed by the Fresnel filter"),
    "linearise_by_polynomial": _with_parameters("Beam hardening was corrected by a polynomial"),
    "linearise_by_spectrum": _hardening,
}
"""Step -> what makes a phrase of its parameters."""

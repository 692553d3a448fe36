"""What was done to a raw scan, from the views to a volume, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from voltome.report.formatting import parameter_in_print, parameters_in_words

Phrase = Callable[[Mapping[str, Any]], str]


def with_parameters(words: str) -> Phrase:
    """Return what makes a phrase of these words and the parameters in brackets."""

    def phrase(parameters: Mapping[str, Any]) -> str:
        shown = parameters_in_words(parameters)
        return f"{words} ({shown})" if shown else words

    return phrase


def _axis(parameters: Mapping[str, Any]) -> str:
    """Return the phrase of the axis of rotation."""
    axis = parameters.get("rotation_axis_px")
    if axis is not None:
        return f"The axis of rotation was given as column {parameter_in_print(axis)}"
    method = parameters.get("method", "all")
    how = "the double wedge, pairs of views and sharpness" if method == "all" else f"the method {method}"
    return f"The axis of rotation was found by {how}"


def _hardening(parameters: Mapping[str, Any]) -> str:
    """Return the phrase of a correction by the spectrum, which itself is too long for a sentence."""
    reference = parameters.get("reference_kev")
    to = "the mean energy" if reference is None else f"{parameter_in_print(reference)} keV"
    return (
        f"Beam hardening was corrected for {parameters['material']}, from a spectrum of "
        f"{len(parameters['energies_kev'])} energies to {to}"
    )


MEASURES_OF_SCANS: Mapping[str, str] = {
    "iteration_curve": "how many iterations views that were held out ask for",
    "inspect_views": "what is wrong with the views of a scan",
    "signal_to_noise": "signal to noise",
    "contrast_to_noise": "contrast to noise",
    "fourier_shell_correlation": "the resolution by Fourier shell correlation",
    "ring_check": "rings about the axis of rotation",
    "find_rotation_axis": "where the axis of rotation is seen",
    "find_overlap": "how far the halves of a whole turn overlap",
}

PHRASES_OF_SCANS: Mapping[str, Phrase] = {
    "normalise": with_parameters("Views were divided by the beam without sample, both above the dark"),
    "bin_pixels": with_parameters("Pixels of the detector were taken together"),
    "crop_pixels": with_parameters("Part of the detector was kept"),
    "pad_columns": with_parameters("Columns were added beyond the ends of the detector"),
    "remove_zingers": with_parameters("Single pixels that stuck out were replaced by the median of their neighbours"),
    "correct_drift": with_parameters("Views were divided by the brightness of their beam"),
    "undo_shifts": with_parameters("Views were moved back by the shifts of the scanner"),
    "absorbance": with_parameters("The logarithm of transmission was taken"),
    "remove_stripes_by_sorting": with_parameters("Stripes were removed by sorting"),
    "remove_stripes_by_filtering": with_parameters("Stripes were removed from what changes slowly with the angle"),
    "remove_stripes_by_fitting": with_parameters("Stripes were removed by polynomials over the angle"),
    "remove_stripes_by_wavelets": with_parameters("Stripes were removed by damping wavelets"),
    "remove_large_stripes": with_parameters("Large stripes were removed"),
    "remove_dead_stripes": with_parameters("Dead and fluctuating columns were interpolated"),
    "remove_all_stripes": with_parameters("Stripes of all kinds were removed"),
    "fbp": with_parameters("Slices were reconstructed by filtered backprojection"),
    "cgls": with_parameters("Slices were reconstructed by conjugate gradients"),
    "sirt": with_parameters("Slices were reconstructed by simultaneous iteration"),
    "fista_tv": with_parameters("Slices were reconstructed by least squares with total variation"),
    "split_views": with_parameters("The scan was split into two of every other view"),
    "calibrate_attenuation": with_parameters("Grey values were made attenuation by known materials"),
    "backproject": with_parameters("Views were projected back without a filter"),
    "project_views": lambda parameters: "The views that a parallel beam would see of the volume were computed",
    "correct_distortion": with_parameters("The distortion of the lens was taken away"),
    "retrieve_phase": with_parameters("Absorbance was retrieved from phase contrast by Paganin's filter"),
    "correct_halo": with_parameters("Absorbance was retrieved from Zernike contrast, without halos"),
    "filter_fresnel": with_parameters("Absorbance was smoothed by the Fresnel filter"),
    "linearise_by_polynomial": with_parameters("Beam hardening was corrected by a polynomial"),
    "linearise_by_spectrum": _hardening,
    "set_rotation_axis": _axis,
    "axis_candidates": with_parameters("Slices were made at candidates of the axis of rotation"),
    "join_off_axis": with_parameters("Views half a turn apart were joined to views up to twice as wide"),
    "stitch_mosaic": with_parameters("Tiles were stitched to one radiograph"),
    "join_volumes": with_parameters("Volumes of neighbouring places were joined"),
}

"""The steps of finding the axis and of joining images, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from voltome.report.formatting import parameter_in_print, parameters_in_words


def _axis(parameters: Mapping[str, Any]) -> str:
    """Return the phrase of the axis of rotation."""
    axis = parameters.get("rotation_axis_px")
    if axis is not None:
        return f"The axis of rotation was given as column {parameter_in_print(axis)}"
    method = parameters.get("method", "all")
    how = "the double wedge, pairs of views and sharpness" if method == "all" else f"the method {method}"
    return f"The axis of rotation was found by {how}"


def with_parameters(words: str) -> Callable[[Mapping[str, Any]], str]:
    """Return what makes a phrase of these words and the parameters in brackets."""

    def phrase(parameters: Mapping[str, Any]) -> str:
        shown = parameters_in_words(parameters)
        return f"{words} ({shown})" if shown else words

    return phrase


MEASURES_OF_CENTRING: Mapping[str, str] = {
    "find_rotation_axis": "where the axis of rotation is seen",
    "find_overlap": "how far the halves of a whole turn overlap",
}

PHRASES_OF_CENTRING: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "set_rotation_axis": _axis,
    "axis_candidates": with_parameters("Slices were made at candidates of the axis of rotation"),
    "join_off_axis": with_parameters("Views half a turn apart were joined to views up to twice as wide"),
    "stitch_mosaic": with_parameters("Tiles were stitched to one radiograph"),
    "join_volumes": with_parameters("Volumes of neighbouring places were joined"),
}

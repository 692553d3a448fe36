"""The figures of fields of transport with their captions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from voltome.data import Volume
from voltome.report.drawn import Drawn, Looked, drawn_scans, load_or_remark
from voltome.report.fields import FIELDS, ROBUST, SEEN_THROUGH, ends_of, is_field, sampled, scale_of, style_of
from voltome.report.figures_fields import figure_field, figure_projections, projections_of, sampled_projections
from voltome.report.figures_slices import Picture
from voltome.report.formatting import name_in_print, number_in_print

if TYPE_CHECKING:
    from voltome.study import Results
    from voltome.study.results import StoredNoun

SECTION = "fields"

PROJECTIONS = "projections"

Ends = tuple[float, float]

_ORIENTED = "x runs to the right or, in the yz plane, y; y and z run downwards; all at one scale."


def figures_of_fields(results: Results, scan: str, looked: Looked) -> Iterator[Drawn]:
    """Yield slices and projections of every field of a scan, and the projections that the study itself makes.

    The scans that are drawn share their colours, so that they can be compared.
    """
    for stored in _fields(results, scan):
        if stored.name not in looked.ends:
            _find_ends(results, stored.name, looked)
        field = load_or_remark(results, stored, looked)
        if not isinstance(field, Volume):
            continue
        if not sampled(field).any():
            looked.remarks.append(f"{name_in_print(stored.name)} of {scan} is 0 everywhere and is not drawn.")
            continue
        yield from _drawn(scan, stored, field, looked)


def _fields(results: Results, scan: str) -> list[StoredNoun]:
    """Return the volumes of a scan that are drawn as fields; of components only their projections are."""
    found = results.find(scan=scan, noun=Volume.__name__)
    return [stored for stored in found if is_field(stored) and (stored.kind in FIELDS or stored.step == SEEN_THROUGH)]


def _find_ends(results: Results, name: str, looked: Looked) -> None:
    """Note the values of the first and last colour of a field, over the scans that are drawn."""
    alone: list[Ends] = []
    through: list[Ends] = []
    for scan in drawn_scans(results):
        for stored in [each for each in _fields(results, scan) if each.name == name]:
            field = load_or_remark(results, stored, Looked())
            if not isinstance(field, Volume) or not sampled(field).any():
                continue
            how = style_of(field)
            alone.append(ends_of(sampled(field), how))
            if how.from_zero and stored.step != SEEN_THROUGH:
                through.append(ends_of(sampled_projections(projections_of(field)), how))
    for key, found in ((name, alone), (f"{name}-{PROJECTIONS}", through)):
        if found:
            looked.ends[key] = (min(low for low, _ in found), max(high for _, high in found))


def _drawn(scan: str, stored: StoredNoun, field: Volume, looked: Looked) -> Iterator[Drawn]:
    """Yield the figures of one field."""
    how = style_of(field)
    what = f"{scan}: {field.quantity}" + (f" {how.meaning}" if how.meaning else "")
    note = " Simulated." if field.simulated else ""
    ends = looked.ends.get(stored.name)
    if stored.step == SEEN_THROUGH:
        along, take = stored.parameters.get("axis", "z"), stored.parameters.get("take", "mean")
        caption = (
            f"{what}, seen through along {along}: {take} of every column, walls included."
            f"{_end(sampled(field), field, ends)}{note}"
        )
        yield Drawn(f"{stored.name}-{scan}", SECTION, figure_field(field, ends=ends), caption)
        return
    caption = (
        f"{what}; slices through the centre. Grey: walls, and pores in which nothing moves."
        f"{_end(sampled(field), field, ends)} "
        f"{_ORIENTED}{note}"
    )
    yield Drawn(f"{stored.name}-{scan}", SECTION, figure_field(field, ends=ends), caption)
    if how.from_zero:
        ends = looked.ends.get(f"{stored.name}-{PROJECTIONS}")
        last = _end(sampled_projections(projections_of(field)), field, ends, "pixels")
        caption = (
            f"{what}, seen through along each axis: mean of every column, walls included with their 0. Even where "
            f"transport is spread over the sample, bright where it runs through few paths.{last} {_ORIENTED}{note}"
        )
        seen = figure_projections(field, ends=ends)
        yield Drawn(f"{stored.name}-{PROJECTIONS}-{scan}", SECTION, seen, caption)


def _end(values: Picture, field: Volume, ends: Ends | None, drawn: str = "coloured voxels") -> str:
    """Return the sentence that says what the last colour stands for, where values lie above it."""
    scale = scale_of(values, style_of(field), field.unit, ends=ends)
    if not scale.cut:
        return ""
    share = float((values * scale.factor > scale.high).mean())
    said = f"{number_in_print(100 * share, 1)} % of" if share >= 0.01 * (100 - ROBUST) / 10 else "a few of"
    return f" The last colour stands for {scale.top} and more: {said} the {drawn}."

"""The figures of fields of transport with their captions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from voltome.data import Volume
from voltome.report.drawn import Drawn, Looked, load_or_remark
from voltome.report.fields import FIELDS, ROBUST, SEEN_THROUGH, Scale, is_field, sampled, scale_of, style_of
from voltome.report.figures_fields import figure_field, figure_projections
from voltome.report.formatting import name_in_print, number_in_print

if TYPE_CHECKING:
    from voltome.study import Results
    from voltome.study.results import StoredNoun

SECTION = "fields"

_ORIENTED = "x runs to the right or, in the yz plane, y; y and z run downwards; all at one scale."


def figures_of_fields(results: Results, scan: str, looked: Looked) -> Iterator[Drawn]:
    """Yield slices and projections of every field of a scan, and the projections that the study itself makes."""
    for stored in results.find(scan=scan, noun=Volume.__name__):
        if not is_field(stored) or (stored.kind not in FIELDS and stored.step != SEEN_THROUGH):
            continue
        field = load_or_remark(results, stored, looked)
        if not isinstance(field, Volume):
            continue
        if not sampled(field).any():
            looked.remarks.append(f"{name_in_print(stored.name)} of {scan} is 0 everywhere and is not drawn.")
            continue
        yield from _drawn(scan, stored, field)


def _drawn(scan: str, stored: StoredNoun, field: Volume) -> Iterator[Drawn]:
    """Yield the figures of one field."""
    how = style_of(field)
    what = f"{field.quantity}" + (f" ({how.meaning})" if how.meaning not in ("", field.quantity) else "")
    note = " Simulated." if field.simulated else ""
    scale = scale_of(sampled(field), how, field.unit)
    if stored.step == SEEN_THROUGH:
        along, take = stored.parameters.get("axis", "z"), stored.parameters.get("take", "mean")
        caption = (
            f"{scan}: {what}, seen through along {along}: {take} of every column, walls included.{_end(scale)}{note}"
        )
        yield Drawn(f"{stored.name}-{scan}", SECTION, figure_field(field), caption)
        return
    caption = (
        f"{scan}: {what}; slices through the centre. Grey: walls, and pores in which nothing moves.{_end(scale)} "
        f"{_ORIENTED}{note}"
    )
    yield Drawn(f"{stored.name}-{scan}", SECTION, figure_field(field), caption)
    if how.from_zero:
        caption = (
            f"{scan}: {what}, seen through along each axis: mean of every column, walls included with their 0. Even "
            f"where transport is spread over the sample, bright where it runs through few paths. {_ORIENTED}{note}"
        )
        yield Drawn(f"{stored.name}-projections-{scan}", SECTION, figure_projections(field), caption)


def _end(scale: Scale) -> str:
    """Return the sentence that says what the last colour stands for, where values lie above it."""
    if not scale.cut:
        return ""
    share = number_in_print(100 - ROBUST)
    return f" The last colour stands for {scale.top} and more, which {share} % of the coloured voxels have."

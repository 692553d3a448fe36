"""The figures of the axis of rotation with their captions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from voltome.data import ResultTable, Volume
from voltome.report.drawn import Drawn, Looked, load_or_remark
from voltome.report.figures_centring import figure_axis_candidates, figure_rotation_axis
from voltome.report.formatting import title_in_print
from voltome.report.key_numbers import scans_of

if TYPE_CHECKING:
    from voltome.study import Results

MOST_DRAWN = 3
"""Scans whose axis is drawn; the tables have all."""


def draw_rotation_axis(name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield what each method says of the axis of the first few scans; an axis that was given is not drawn."""
    for scan, rows in list(scans_of(table))[:MOST_DRAWN]:
        if len(rows) < 2:
            continue
        part = ResultTable(rows.reset_index(drop=True), columns=table.columns, kind=table.kind)
        row = part.frame.iloc[0]
        caption = (
            f"{scan}: {title_in_print(name).lower()}. Line and shade: the result, column {row.rotation_axis_px:.2f} "
            f"± {row.uncertainty_px:.2f}. Large dots: what each method says with its standard error; small dots: "
            f"single rows or pairs of views; those that are far off are left out."
        )
        yield Drawn(f"rotation-axis-{name}-{scan}", "images", figure_rotation_axis(part), caption)


def draw_nothing(name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield nothing: the scores of candidates are drawn below their slices."""
    yield from ()


def figures_of_candidates(results: Results, scan: str, looked: Looked) -> Iterator[Drawn]:
    """Yield the slices that candidates of the axis make, with their scores."""
    tables = results.find(scan=scan, noun=ResultTable.__name__, kind="axis_candidates")
    volumes = [each for each in results.find(scan=scan, noun=Volume.__name__) if each.step == "axis_candidates"]
    for stored, scored in zip(volumes, tables, strict=False):
        volume, table = load_or_remark(results, stored, looked), load_or_remark(results, scored, looked)
        if not isinstance(volume, Volume) or not isinstance(table, ResultTable):
            continue
        caption = (
            f"{scan}: one slice, made at candidates of the axis of rotation; a wrong one opens edges to arcs and "
            f"doubles them. Below: three scores, each lowest at the true axis."
            + (" Simulated." if volume.simulated else "")
        )
        yield Drawn(f"{stored.name}-{scan}", "images", figure_axis_candidates(volume, table), caption)

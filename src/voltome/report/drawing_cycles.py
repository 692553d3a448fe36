"""The figures of what became of particles and mass between scans, with their captions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from voltome.data import ResultTable
from voltome.report.drawn import Drawn, Looked
from voltome.report.figures_comparisons import figure_comparison
from voltome.report.figures_cycles import figure_mass_balance, figure_particle_events, figure_particle_matches
from voltome.report.formatting import name_in_print, title_in_print, whole_in_print


def draw_events(name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield how often every event happened, and the volumes."""
    frame = table.frame
    border = int(frame["groups_at_border"].sum())
    caption = (
        f"{title_in_print(name)}. What became of the particles from scan to scan: a, how many, those that merged, "
        f"split or regrouped as one group; b, the volume that they gained or lost. {whole_in_print(border)} of "
        f"{whole_in_print(int(frame['groups'].sum()))} reach the border of the image and may be cut."
    )
    yield Drawn(f"events-{name}", "states", figure_particle_events(table), caption)


def draw_matches(name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield the volumes after against before."""
    caption = (
        f"{title_in_print(name)}. Volume of every particle (or group) in the later scan against that in the earlier; "
        f"vanished ones stand on the lower edge, new ones on the left. Ringed: moved. Line: unchanged. "
        f"Method: {table.method}."
    )
    yield Drawn(f"matches-{name}", "states", figure_particle_matches(table), caption)


def draw_mass_balance(name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield what was lost and gained in every layer."""
    sums = table.frame.groupby(["from_scan", "to_scan"], sort=False, as_index=False)[
        ["lost_mg_per_cm2", "gained_mg_per_cm2"]
    ]
    said = "; ".join(
        f"{row.from_scan} to {row.to_scan}: {row.lost_mg_per_cm2:.3g} lost, {row.gained_mg_per_cm2:.3g} gained"
        for row in sums.sum().itertuples()
    )
    caption = (
        f"{title_in_print(name)}. Mass lost (left) and gained (right) in every layer, and the net (line); hatched: the "
        f"exchange that a misfit of the scans alone would show. In mg/cm², {said}. Method: {table.method}."
    )
    yield Drawn(f"balance-{name}", "states", figure_mass_balance(table), caption)


def draw_replicates(name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield the means over samples of one state, with the error between them."""
    by = table.columns[0].name
    measures = tuple(c for c in table.columns if not c.name.startswith(("change_of_", "samples")))
    shown = replace(table, frame=table.frame[[column.name for column in measures]], columns=measures)
    counts = ", ".join(f"{n}" for n in table.frame.drop_duplicates(by)["samples"])
    caption = (
        f"{title_in_print(name)} against {name_in_print(by)}: means over the samples of each state ({counts} samples). "
        f"Bars: standard error between samples."
    )
    yield Drawn(name, "comparison", figure_comparison(shown, by=by, colours=looked.colours), caption)

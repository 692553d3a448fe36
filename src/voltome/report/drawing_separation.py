"""The figure of the number of particles against depth, with its caption."""

from __future__ import annotations

from collections.abc import Iterator

from voltome.data import ResultTable
from voltome.report.drawn import Drawn, Looked
from voltome.report.figures_separation import figure_separation_curve
from voltome.report.formatting import listed, number_in_print, title_in_print, whole_in_print
from voltome.report.lines import MOST_PANELS, lines_of

DEPTH = "min_depth_um"


def draw_separation_curve(name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield the number of particles against depth: a panel per scan and phase."""
    lines = list(lines_of(table))
    chosen = _depths_of_the_study(table, looked)
    plateaus = []
    for scan, key, rows in lines[:MOST_PANELS]:
        row, of = rows.iloc[0], ", ".join(part for part in (scan, key) if part)
        plateaus.append(
            f"{whole_in_print(row['plateau_particles'])} above {number_in_print(row['plateau_from_um'])} up to "
            f"{number_in_print(row['plateau_to_um'])} µm" + (f" ({of})" if len(lines) > 1 else "")
        )
    caption = (
        f"{title_in_print(name)}. Particles against the depth of necks: shallower ones are no necks. Shaded: the "
        f"widest range (as a ratio) in which the number does not change, {listed(plateaus)}. Dotted: the default depth."
        + (" Dashed: the depth by which the study separates." if chosen else "")
        + (f" {len(lines) - MOST_PANELS} more are in the table." if len(lines) > MOST_PANELS else "")
    )
    figure = figure_separation_curve(table, chosen=chosen, colours=looked.colours)
    yield Drawn(f"separation-{name}", "sensitivity", figure, caption)


def _depths_of_the_study(table: ResultTable, looked: Looked) -> dict[str, float]:
    """Return, scan by scan, the depth by which the study separates the phase of the table, where it says one."""
    found: dict[str, float] = {}
    phases = set(table.frame["phase"])
    for record in looked.work:
        parameters = record["parameters"]
        if record["step"] == "separate_particles" and parameters.get("phase") in phases and parameters.get(DEPTH):
            found |= {scan: float(parameters[DEPTH]) for scan in record["scans"]}
    return found

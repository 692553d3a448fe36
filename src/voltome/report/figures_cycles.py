"""What became of the particles and of the mass between scans of one sample."""

from __future__ import annotations

from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from voltome.data import ResultTable
from voltome.errors import ValuesError
from voltome.report import style
from voltome.report.formatting import axis_label

EVENT_COLOURS = {
    "unchanged": "#8c8c8c",
    "grown": "#009E73",
    "new": "#56B4E9",
    "merged": "#0072B2",
    "split": "#CC79A7",
    "regrouped": "#73445E",
    "shrunk": "#E69F00",
    "vanished": "#D55E00",
}
"""Colour of every event: greens and blues where there is more, oranges where there is less."""

MOST_PAIRS = 4
LOST, GAINED, NET, MISFIT = "#D55E00", "#0072B2", "#222222", "#c8c8c8"


@style.styled
def figure_particle_events(table: ResultTable) -> Figure:
    """Draw what became of the particles between successive scans: how many, and which volume they gained or lost.

    Parameters
    ----------
    table : ResultTable
        A table of kind ``events``, from `voltome.morphology.match_particles`.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide. Left the number of particles, or groups of them, of every event; right the volume that they gained
        or lost, one bar for each two successive scans.

    Raises
    ------
    ValuesError
        A table of another kind, or without rows.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> before, after = np.zeros((2, 6, 6, 12), np.int32)
    >>> before[1:4, 1:4, 1:4], after[1:4, 1:4, 1:5] = 1, 1
    >>> images = {name: vt.data.ParticleImage(values, voxel_size_um=1, phase="sulfur")
    ...           for name, values in (("uncycled", before), ("cycle-10", after))}
    >>> figure_particle_events(vt.morphology.match_particles(images).events).axes[0].get_ylabel()
    'particles or groups'
    """
    frame = _frame_of(table, "events")
    pairs = list(dict.fromkeys(zip(frame["from_scan"], frame["to_scan"], strict=True)))
    figure, axes = style.panels(2, per_row=2, height_mm=62)
    for axis, measure in zip(axes, ("groups", "volume_change_um3"), strict=True):
        for place, (before, after) in enumerate(pairs):
            rows = frame[(frame["from_scan"] == before) & (frame["to_scan"] == after)]
            _stack(axis, place, dict(zip(rows["event"], rows[measure].astype(float), strict=True)))
        axis.axhline(0, color="#222222", linewidth=0.6)
        axis.set_xticks(range(len(pairs)), [fill(f"{before} to {after}", 14) for before, after in pairs])
        axis.set_xlim(-0.6, len(pairs) - 0.4)
        style.plain_numbers(axis.yaxis)
    axes[0].set_ylabel("particles or groups")
    axes[1].set_ylabel(axis_label(table.column("volume_change_um3")))
    shown = [event for event in EVENT_COLOURS if frame.loc[frame["event"] == event, "groups"].any()]
    for event in shown:
        axes[0].plot([], [], "s", color=EVENT_COLOURS[event], label=event)
    style.shared_legend(figure, axes[0])
    return figure


def _stack(axis: Axes, place: int, values: dict[str, float]) -> None:
    """Draw one bar: what is above zero upwards, what is below downwards."""
    above = below = 0.0
    for event, colour in EVENT_COLOURS.items():
        value = values.get(event, 0.0)
        axis.bar(place, value, 0.6, bottom=above if value >= 0 else below, color=colour, linewidth=0)
        above, below = (above + value, below) if value >= 0 else (above, below + value)


@style.styled
def figure_particle_matches(table: ResultTable) -> Figure:
    """Draw the volume of every particle after against before, in the colour of what became of it.

    Parameters
    ----------
    table : ResultTable
        A table of kind ``matches``, from `voltome.morphology.match_particles`.

    Returns
    -------
    matplotlib.figure.Figure
        One panel for each two successive scans, of the first four; both axes logarithmic. Vanished and new particles
        stand on the edges, where there is no volume on the other side. Rings: they moved. The line: unchanged.

    Raises
    ------
    ValuesError
        A table of another kind, or without rows.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> before, after = np.zeros((2, 6, 6, 12), np.int32)
    >>> before[1:4, 1:4, 1:4], after[1:4, 1:4, 1:5] = 1, 1
    >>> images = {name: vt.data.ParticleImage(values, voxel_size_um=1, phase="sulfur")
    ...           for name, values in (("uncycled", before), ("cycle-10", after))}
    >>> figure_particle_matches(vt.morphology.match_particles(images).matches).axes[0].get_xscale()
    'log'
    """
    frame = _frame_of(table, "matches")
    pairs = list(dict.fromkeys(zip(frame["from_scan"], frame["to_scan"], strict=True)))[:MOST_PAIRS]
    figure, axes = style.panels(len(pairs), per_row=2, height_mm=70)
    volumes = frame[["volume_before_um3", "volume_after_um3"]].to_numpy(np.float64)
    low, high = volumes[volumes > 0].min() / 1.8, volumes.max() * 1.5
    for axis, (before, after) in zip(axes, pairs, strict=True):
        rows = frame[(frame["from_scan"] == before) & (frame["to_scan"] == after)]
        axis.plot([low, high], [low, high], color="#222222", linewidth=0.6, zorder=0)
        for event, colour in EVENT_COLOURS.items():
            _scatter(axis, rows[rows["event"] == event], colour, 1.2 * low)
        axis.set(xscale="log", yscale="log", xlim=(low, high), ylim=(low, high))
        style.powers_of_ten(axis.xaxis)
        style.powers_of_ten(axis.yaxis)
        axis.set_xlabel(f"volume in {before} (µm³)")
        axis.set_ylabel(f"volume in {after} (µm³)")
    for event in [event for event in EVENT_COLOURS if (frame["event"] == event).any()]:
        axes[0].plot([], [], "o", color=EVENT_COLOURS[event], label=event, markersize=3.2)
    style.shared_legend(figure, axes[0])
    return figure


def _scatter(axis: Axes, rows: pd.DataFrame, colour: str, edge: float) -> None:
    """Draw the particles of one event; those without a volume on one side stand on the edge of that side."""
    if not len(rows):
        return
    moved = rows["moved"].to_numpy(bool)
    x, y = rows["volume_before_um3"].to_numpy(np.float64), rows["volume_after_um3"].to_numpy(np.float64)
    x, y = np.maximum(x, edge), np.maximum(y, edge)
    axis.plot(x, y, "o", color=colour, markersize=3.2, markeredgewidth=0, alpha=0.75)
    axis.plot(x[moved], y[moved], "o", color="none", markeredgecolor="#222222", markersize=5, markeredgewidth=0.6)


@style.styled
def figure_mass_balance(table: ResultTable) -> Figure:
    """Draw what was lost and gained in every layer between successive scans.

    Parameters
    ----------
    table : ResultTable
        A table of kind ``mass_balance``, from `voltome.morphology.mass_balance`.

    Returns
    -------
    matplotlib.figure.Figure
        One panel for each two successive scans, of the first four: losses to the left, gains to the right, the net as a
        line, against the position. Hatched: the exchange that a misfit of the scans alone would show.

    Raises
    ------
    ValuesError
        A table of another kind, or without rows.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> names = {0: "pore", 1: "sulfur"}
    >>> before, after = np.eye(4, dtype=np.uint8), np.ones((4, 4), np.uint8)
    >>> images = {name: vt.data.PhaseImage(values, voxel_size_um=10, phases=names)
    ...           for name, values in (("uncycled", before), ("cycle-10", after))}
    >>> table = vt.morphology.mass_balance(images, phase="sulfur", density_g_per_cm3=2.0, axis="y")
    >>> figure_mass_balance(table).axes[0].get_xlabel()
    'lost and gained (mg/cm²)'
    """
    frame = _frame_of(table, "mass_balance")
    pairs = list(dict.fromkeys(zip(frame["from_scan"], frame["to_scan"], strict=True)))[:MOST_PAIRS]
    figure, axes = style.panels(len(pairs), per_row=2, height_mm=70)
    widest = 1.1 * max(frame[["lost_mg_per_cm2", "gained_mg_per_cm2"]].to_numpy().max(), 1e-12)
    for axis, (before, after) in zip(axes, pairs, strict=True):
        rows = frame[(frame["from_scan"] == before) & (frame["to_scan"] == after)]
        places = rows["position_um"].to_numpy(np.float64)
        height = 0.9 * float(np.diff(places).min()) if len(places) > 1 else 1.0
        axis.barh(places, -rows["lost_mg_per_cm2"], height, color=LOST, linewidth=0, label="lost")
        axis.barh(places, rows["gained_mg_per_cm2"], height, color=GAINED, linewidth=0, label="gained")
        misfit = rows["misfit_exchange_mg_per_cm2"].to_numpy(np.float64)
        for side, label in ((-1, "a misfit would show"), (1, "")):
            axis.barh(
                places, side * misfit, height, color="none", edgecolor=MISFIT, hatch="//////", linewidth=0, label=label
            )
        axis.plot(rows["net_mg_per_cm2"], places, "o-", color=NET, markersize=2.5, linewidth=0.9, label="net")
        axis.axvline(0, color="#222222", linewidth=0.6)
        axis.set_xlim(-widest, widest)
        axis.set_xlabel("lost and gained (mg/cm²)")
        axis.set_ylabel(axis_label(table.column("position_um")))
        axis.set_title(f"{before} to {after}")
        style.plain_numbers(axis.xaxis, axis.yaxis)
    style.shared_legend(figure, axes[0])
    return figure


def _frame_of(table: ResultTable, kind: str) -> pd.DataFrame:
    """Return the rows of a table of this kind, or say what it is."""
    if table.kind != kind or not len(table.frame):
        found = f"kind {table.kind!r}" if table.kind != kind else "no rows"
        raise ValuesError(f"the table is of {found}; expected rows of kind {kind!r}, as voltome.morphology gives them.")
    return table.frame

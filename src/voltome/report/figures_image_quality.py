"""How good a reconstruction is: correlation of two halves against frequency, and rings along the height."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from voltome.data import ResultTable
from voltome.errors import ValuesError
from voltome.report import style
from voltome.report.formatting import axis_label
from voltome.report.lines import MOST_LINES, lines_of

FREQUENCY = "frequency_per_um"
ONE_SEVENTH = 0.143


@style.styled
def figure_shell_correlation(table: ResultTable) -> Figure:
    """Draw the correlation of two volumes against frequency, with the thresholds that say the resolution.

    Parameters
    ----------
    table : ResultTable
        Of kind ``fourier_shell_correlation``; a first column `scan` may say which scan a row belongs to.

    Returns
    -------
    matplotlib.figure.Figure
        89 mm wide; a line per scan, its threshold of half a bit dashed, that of 0.143 dotted, and the length of a
        period above.

    Raises
    ------
    ValuesError
        A table of another kind, or without rows.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> values = np.random.default_rng(0).normal(size=(1, 32, 32))
    >>> one, other = (vt.data.Volume(each, voxel_size_um=1) for each in (values, values + 0.1))
    >>> table = vt.reconstruction.fourier_shell_correlation(one, other=other)
    >>> figure_shell_correlation(table).axes[0].get_ylabel()
    'correlation'
    """
    if table.kind != "fourier_shell_correlation" or not len(table.frame):
        found = "no rows" if table.kind == "fourier_shell_correlation" else f"the kind {table.kind!r}"
        raise ValuesError(f"the table has {found}; expected rows of kind 'fourier_shell_correlation'.")
    figure, axes = style.panels(1)
    axis = axes[0]
    lines = list(lines_of(table))[:MOST_LINES]
    tints = style.scan_colours([scan for scan, _, _ in lines])
    for scan, _, rows in lines:
        axis.plot(rows[FREQUENCY], rows["correlation"], color=tints[scan], label=scan or "correlation")
        axis.plot(
            rows[FREQUENCY],
            rows["half_bit"],
            color=tints[scan] if len(lines) > 1 else "#666666",
            linestyle="--",
            linewidth=0.8,
            label="half a bit" if len(lines) == 1 else None,
        )
    axis.axhline(ONE_SEVENTH, color="#888888", linewidth=0.7, linestyle=":", label="0.143" if len(lines) == 1 else None)
    axis.axhline(0, color="#888888", linewidth=0.5, zorder=0)
    axis.set_xlim(0, float(table.frame[FREQUENCY].max()))
    axis.set_ylim(min(-0.05, float(table.frame["correlation"].min()) - 0.02), 1.03)
    axis.set_xlabel(axis_label(table.column(FREQUENCY)))
    axis.set_ylabel("correlation")
    style.plain_numbers(axis.xaxis, axis.yaxis)
    _periods(axis, float(table.frame[FREQUENCY].max()))
    style.shared_legend(figure, axis)
    return figure


def _periods(axis: Axes, highest: float) -> None:
    """Write the length of a period above the axis."""
    places = [highest * part / 4 for part in (1, 2, 3, 4)]
    above = axis.secondary_xaxis("top")
    above.set_xticks(places, [f"{1 / place:.3g}" for place in places])
    above.set_xlabel("period (µm)")

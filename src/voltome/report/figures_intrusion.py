"""Simulated mercury intrusion beside the sizes without an inlet: what lies between them is behind bottlenecks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from voltome.data import ResultTable
from voltome.errors import ValuesError
from voltome.report import style
from voltome.report.figures_binned import style_log_axis
from voltome.report.formatting import axis_label, name_in_print
from voltome.report.lines import MOST_LINES, MOST_PANELS, Line, lines_of

RADIUS, LOW, HIGH = "radius_um", "radius_from_um", "radius_to_um"
INTRUDED, COVERED = "intruded_share", "coverable_share"
EVEN = 0.02
"""Difference between widths of bins, as a share, up to which they count as equal."""


@style.styled
def figure_intrusion(table: ResultTable) -> Figure:
    """Draw at which radii a phase is filled from outside, and which balls would fit, of all scans together.

    Parameters
    ----------
    table : ResultTable
        Of kind ``mercury_intrusion``; a first column `scan` may say which scan a row belongs to.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide; for each phase and inlet, three of them at most, the shares by bin and the cumulative shares.
        Solid: filled through the inlet; dashed: balls that fit, without an inlet.

    Raises
    ------
    ValuesError
        A table of another kind, or without rows.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((16, 20, 20), np.uint8)
    >>> labels[:6, 9:11, 9:11] = labels[6:14, 6:14, 6:14] = 1
    >>> image = vt.data.PhaseImage(labels, voxel_size_um=1, phases={0: "solid", 1: "pore"})
    >>> table = vt.morphology.mercury_intrusion(image, phase="pore", inlet="z-", bins=5)
    >>> [axis.get_ylabel() for axis in figure_intrusion(table).axes]
    ['share per bin (%)', 'cumulative share, at or above (%)']
    """
    if table.kind != "mercury_intrusion" or not len(table.frame):
        found = "no rows" if table.kind == "mercury_intrusion" else f"the kind {table.kind!r}"
        raise ValuesError(f"the table has {found}; expected rows of kind 'mercury_intrusion'.")
    lines = list(lines_of(table))
    keys = list(dict.fromkeys(key for _, key, _ in lines))[: MOST_PANELS // 2]
    scans = list(dict.fromkeys(scan for scan, _, _ in lines))[:MOST_LINES]
    tints = style.scan_colours(scans)
    figure, axes = style.panels(2 * len(keys), per_row=2)
    is_log = _is_log(table)
    for number, key in enumerate(keys):
        shares, sums = axes[2 * number : 2 * number + 2]
        own = [line for line in lines if line[1] == key and line[0] in tints]
        _draw(shares, sums, own, tints, is_log=is_log)
        for axis in (shares, sums):
            axis.set_title(name_in_print(key) if len(keys) > 1 else "")
            axis.set_xlabel(axis_label(table.column(RADIUS)))
            style.plain_numbers(axis.yaxis)
            low, high = float(table.frame[LOW].min()), float(table.frame[HIGH].max())
            if is_log:
                axis.set_xscale("log")
                style_log_axis(axis, low, high)
            else:
                style.plain_numbers(axis.xaxis)
            axis.set_xlim(low, high)
    style.shared_legend(figure, axes[1])
    return figure


def _draw(shares: Axes, sums: Axes, lines: Sequence[Line], tints: Mapping[str, str], *, is_log: bool) -> None:
    """Draw the shares and the cumulative shares of all scans, with and without the inlet."""
    uneven = _unevenness(lines, is_log=is_log) > EVEN
    for scan, _, rows in lines:
        ordered = rows.sort_values(LOW, kind="stable")
        edges = np.append(ordered[LOW].to_numpy(np.float64), float(ordered[HIGH].iloc[-1]))
        widths = (np.diff(np.log10(edges)) if is_log else np.diff(edges)) if uneven else np.ones(len(edges) - 1)
        for column, dashes, name in ((INTRUDED, "-", "through the inlet"), (COVERED, "--", "without an inlet")):
            cumulative = np.append(ordered[column].to_numpy(np.float64), 0.0)
            in_bins = 100 * (cumulative[:-1] - cumulative[1:]) / widths
            shares.stairs(in_bins, edges, color=tints[scan], linestyle=dashes, linewidth=1.1)
            if column == INTRUDED:
                shares.stairs(in_bins, edges, color=tints[scan], fill=True, alpha=0.35 / len(lines), linewidth=0)
            label = f"{scan}, {name}" if len(lines) > 1 else name
            sums.plot(edges, 100 * cumulative, color=tints[scan], linestyle=dashes, label=label)
    shares.set_ylabel(f"share per {('decade' if is_log else 'µm') if uneven else 'bin'} (%)")
    shares.set_ylim(bottom=0)
    sums.set_ylabel("cumulative share, at or above (%)")
    sums.set_ylim(0, 103)
    sums.axhline(50, color="#888888", linewidth=0.6, linestyle=":", zorder=0)


def _is_log(table: ResultTable) -> bool:
    """Say whether the bins are equally wide in the logarithm."""
    low, high = (table.frame[name].to_numpy(np.float64) for name in (LOW, HIGH))
    return _spread(np.log(high / low)) <= _spread(high - low)


def _unevenness(lines: Sequence[Line], *, is_log: bool) -> float:
    """Return by which share the widest bin of all scans is wider than the narrowest."""
    low, high = (np.concatenate([rows[name].to_numpy(np.float64) for _, _, rows in lines]) for name in (LOW, HIGH))
    return _spread(np.log(high / low) if is_log else high - low)


def _spread(widths: NDArray[np.float64]) -> float:
    """Return by which share the widest is wider than the narrowest."""
    return float(widths.max() / widths.min() - 1)

"""Pore networks: how wide pores and throats are, and how many throats a pore has."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from voltome.data import ResultTable
from voltome.errors import ValuesError
from voltome.report import style
from voltome.report.key_numbers import scans_of, whole_rows
from voltome.report.lines import MOST_LINES

INSCRIBED, EQUIVALENT = "inscribed_diameter_um", "equivalent_diameter_um"

_MOST_BINS, _FEWEST_BINS = 24, 4

Scans = Mapping[str, pd.DataFrame]


@style.styled
def figure_pores(table: ResultTable) -> Figure:
    """Draw how wide the pores of a network are, and how many throats each has.

    Pores that touch the border are left out, as they may be cut, unless all do.

    Parameters
    ----------
    table : ResultTable
        Kind ``pores``; a first column `scan` may say which scan a row belongs to.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide: a, share of the pores by inscribed (solid) and equivalent (dashed) diameter; b, share of the pores
        with each number of throats. Colours are scans.

    Raises
    ------
    ValuesError
        A table of another kind, or without a pore.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((12, 12, 24), np.int32)
    >>> labels[2:10, 2:10, 2:12], labels[2:10, 2:10, 12:22] = 1, 2
    >>> network = vt.transport.extract_network(vt.data.ParticleImage(labels, voxel_size_um=0.5, phase="pore"))
    >>> figure = figure_pores(vt.transport.measure_pores(network))
    >>> figure.axes[1].get_xlabel()
    'throats of a pore (coordination number)'
    """
    scans = _scans(table, "pores")
    figure, (widths, throats) = style.panels(2, per_row=2)
    _draw_diameters(widths, scans, "pores")
    most = max(int(rows["coordination_number"].max()) for rows in scans.values())
    colours = style.scan_colours(list(scans))
    edges = np.arange(most + 2, dtype=np.float64) - 0.5
    for scan, rows in scans.items():
        found = np.bincount(rows["coordination_number"].to_numpy(np.int64), minlength=most + 1)
        _stairs(throats, found, edges, colours[scan], filled=1 / len(scans))
    throats.set_xlabel("throats of a pore (coordination number)")
    throats.set_ylabel("pores (%)")
    throats.set_ylim(bottom=0)
    throats.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True, min_n_ticks=1))
    style.plain_numbers(throats.xaxis, throats.yaxis)
    style.shared_legend(figure, widths)
    return figure


@style.styled
def figure_throats(table: ResultTable) -> Figure:
    """Draw how wide the throats of a network are, and how far it is through them.

    Parameters
    ----------
    table : ResultTable
        Kind ``throats``; a first column `scan` may say which scan a row belongs to.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide: a, share of the throats by inscribed (solid) and equivalent (dashed) diameter; b, by the length
        from the centre of one pore through the throat to that of the other. Colours are scans.

    Raises
    ------
    ValuesError
        A table of another kind, or without a throat.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((12, 12, 24), np.int32)
    >>> labels[2:10, 2:10, 2:12], labels[2:10, 2:10, 12:22] = 1, 2
    >>> network = vt.transport.extract_network(vt.data.ParticleImage(labels, voxel_size_um=0.5, phase="pore"))
    >>> figure = figure_throats(vt.transport.measure_throats(network))
    >>> figure.axes[1].get_xlabel()
    'length from pore to pore (µm)'
    """
    scans = _scans(table, "throats")
    figure, (widths, lengths) = style.panels(2, per_row=2)
    _draw_diameters(widths, scans, "throats")
    edges = _edges([rows["length_um"] for rows in scans.values()])
    colours = style.scan_colours(list(scans))
    for scan, rows in scans.items():
        _stairs(lengths, np.histogram(rows["length_um"], edges)[0], edges, colours[scan], filled=1 / len(scans))
    lengths.set_xlabel("length from pore to pore (µm)")
    _finish(lengths, edges, "throats")
    style.shared_legend(figure, widths)
    return figure


def _scans(table: ResultTable, kind: str) -> dict[str, pd.DataFrame]:
    """Return the rows of every scan that is drawn, without pores at the border."""
    if table.kind != kind or not len(table.frame):
        found = "no row" if table.kind == kind else f"the kind {table.kind!r}"
        raise ValuesError(f"the table has {found}; expected one of kind {kind!r} with at least one row.")
    return {scan: whole_rows(rows) for scan, rows in list(scans_of(table))[:MOST_LINES]}


def _draw_diameters(axis: Axes, scans: Scans, what: str) -> None:
    """Draw the share in each bin of both diameters; one scan has a legend of the diameters, several of the scans."""
    edges = _edges([rows[name] for rows in scans.values() for name in (INSCRIBED, EQUIVALENT)])
    colours = style.scan_colours(list(scans))
    for scan, rows in scans.items():
        for name, line in ((INSCRIBED, "-"), (EQUIVALENT, "--")):
            kind = "inscribed" if name == INSCRIBED else "equivalent"
            label = kind if len(scans) == 1 else (scan if name == INSCRIBED else "_nolegend_")
            counts, _ = np.histogram(rows[name], edges)
            filled = 1 / len(scans) if name == INSCRIBED else 0.0
            _stairs(axis, counts, edges, colours[scan], label=label, line=line, filled=filled)
    axis.set_xlabel(f"diameter of {what} (µm)")
    _finish(axis, edges, what)


def _finish(axis: Axes, edges: NDArray[np.float64], what: str) -> None:
    """Give an axis of a histogram its limits and labels."""
    axis.set_ylabel(f"{what} per bin (%)")
    axis.set_xlim(edges[0], edges[-1])
    axis.set_ylim(bottom=0)
    style.plain_numbers(axis.xaxis, axis.yaxis)


def _edges(values: list[pd.Series[float]]) -> NDArray[np.float64]:
    """Return edges of equal bins from 0 on, common to all; their number follows the fewest values (square root)."""
    count = int(np.clip(2 * np.sqrt(min(len(found) for found in values)), _FEWEST_BINS, _MOST_BINS))
    edges: NDArray[np.float64] = np.linspace(0, 1.02 * max(float(found.max()) for found in values), count + 1)
    return edges


def _stairs(
    axis: Axes, counts: NDArray[np.int64], edges: NDArray[np.float64], colour: str, *, label: str = "_nolegend_",
    line: str = "-", filled: float = 0.0,
) -> None:  # fmt: skip
    """Draw a histogram in per cent as a line, with a light filling."""
    heights = 100 * counts / counts.sum()
    axis.stairs(heights, edges, color=colour, label=label, linewidth=1.1, linestyle=line)
    if filled:
        axis.stairs(heights, edges, color=colour, fill=True, alpha=0.3 * filled, linewidth=0)

"""Distributions in bins, of all scans together: sizes, volume-specific surfaces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from numpy.typing import NDArray

from voltome.data import Column, ResultTable
from voltome.data.tables import UNIT_SUFFIXES
from voltome.errors import ValuesError
from voltome.report import style
from voltome.report.formatting import axis_label, name_in_print, number_in_print, unit_in_print
from voltome.report.lines import MOST_LINES, MOST_PANELS, Line, lines_of

SHARE, EXCLUDED = "share", "excluded_volume_fraction"
SUMS = ("cumulative_share", "coverable_share")
"""Columns with a cumulative share: of all bins up to the upper edge, or of all from the lower edge."""

BAND, BAND_OF_SUMS = ("share_low", "share_high"), ("cumulative_low", "cumulative_high")
"""Columns with the ends of the bands of the shares and of the cumulative shares, drawn where a table has them."""

SAME = 0.02
"""Difference between widths of bins, as a share, up to which they count as equal."""

FEWEST_TICKS = 3
MOST_TICKS = 9


@dataclass(frozen=True, slots=True)
class Binning:
    """The columns of a table in which its bins stand."""

    middle: Column
    low: str
    high: str


@style.styled
def figure_distribution(table: ResultTable) -> Figure:
    """Draw a distribution in bins of all scans together: the share in each bin, and the cumulative share.

    For sizes, radii, surfaces over volume: any table that has bins with both edges. Where scans have bins of other
    widths, shares are given per decade (per unit on a linear axis), so that they compare.

    Parameters
    ----------
    table : ResultTable
        Columns `share` and perhaps `cumulative_share` or `coverable_share`, and a position `NAME_unit` with its edges
        `NAME_from_unit` and `NAME_to_unit`; a first column `scan` may say which scan a row belongs to.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide (89 mm without a cumulative share), two panels for each phase or weight, three of them at most. The
        axis is logarithmic where the bins are equally wide in the logarithm. Where the table has bands (`share_low`,
        `share_high`; `cumulative_low`, `cumulative_high`), they are bars and shades.

    Raises
    ------
    ValuesError
        A table without bins, without shares, or without rows.

    Examples
    --------
    >>> import pandas as pd, voltome as vt
    >>> columns = (vt.data.Column("radius_um", "um", "Middle of the bin.", "position"),
    ...            vt.data.Column("radius_from_um", "um", "Lower edge.", "position"),
    ...            vt.data.Column("radius_to_um", "um", "Upper edge.", "position"),
    ...            vt.data.Column("share", "1", "Share of the volume in the bin."))
    >>> frame = pd.DataFrame([[1.4, 1.0, 2.0, 0.25], [2.8, 2.0, 4.0, 0.75]], columns=[c.name for c in columns])
    >>> table = vt.data.ResultTable(frame, columns=columns, kind="continuous_size_distribution")
    >>> figure_distribution(table).axes[0].get_xlabel(), figure_distribution(table).axes[0].get_xscale()
    ('radius (µm)', 'log')
    """
    bins = binning_of(table)
    if bins is None or not len(table.frame):
        lacks = "rows" if bins is not None else "bins with both edges and a column 'share'"
        raise ValuesError(f"a table of {table.kind} has no {lacks}; its distribution cannot be drawn.")
    groups = dict(list(_groups(table))[: MOST_PANELS // 2])
    sums = sum_of(table)
    has_sums = sums is not None
    is_log, is_even = _scale_of(table.frame, bins)
    figure, axes = style.panels(len(groups) * (1 + has_sums), per_row=2)
    tints = style.scan_colours(list(dict.fromkeys(scan for lines in groups.values() for scan, _, _ in lines)))
    for number, (key, lines) in enumerate(groups.items()):
        own = axes[number * (1 + has_sums) : (number + 1) * (1 + has_sums)]
        _draw_shares(own[0], lines, bins, tints, is_log=is_log, is_even=is_even)
        if sums is not None:
            _draw_sums(own[1], lines, bins, tints, sums)
        for axis in own:
            axis.set_title(name_in_print(key) if len(groups) > 1 else "")
            _finish(axis, bins, table.frame, is_log=is_log)
    style.shared_legend(figure, axes[0])
    return figure


def binning_of(table: ResultTable) -> Binning | None:
    """Return the bins of a table, or None where it has none."""
    if SHARE not in table.frame.columns:
        return None
    for name in table.names("position"):
        ending = next((suffix for suffix in UNIT_SUFFIXES if name.endswith(suffix)), "")
        stem = name.removesuffix(ending)
        low, high = f"{stem}_from{ending}", f"{stem}_to{ending}"
        if {low, high} <= set(table.frame.columns):
            return Binning(table.column(name), low, high)
    return None


def sum_of(table: ResultTable) -> str | None:
    """Return the column with the cumulative share of a distribution, or None where it has none."""
    return next((name for name in SUMS if name in table.frame.columns), None)


def excluded_in_words(table: ResultTable) -> str:
    """Return the sentence that says which share was left out as too small, scan by scan; nothing where nobody asked."""
    if EXCLUDED not in table.frame.columns:
        return ""
    shares = {label: float(rows[EXCLUDED].iloc[0]) for label, rows in _labelled(lines_of(table))}
    if not any(shares.values()) and "left out" not in table.method:
        return ""
    parts = [
        f"{number_in_print(100 * share, 2)} %" + (f" ({label})" if label else "") for label, share in shares.items()
    ]
    shown = ", ".join(parts[:MOST_LINES])
    return f" Left out as too small, as a share of the volume: {shown}."


def _labelled(lines: Iterator[Line]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the rows of every line with its name."""
    for scan, key, rows in lines:
        yield ", ".join(part for part in (scan, name_in_print(key)) if part), rows


def _groups(table: ResultTable) -> Iterator[tuple[str, list[Line]]]:
    """Yield the lines of every phase, weight, or combination of them."""
    lines = list(lines_of(table))
    for key in dict.fromkeys(key for _, key, _ in lines):
        yield key, [line for line in lines if line[1] == key][:MOST_LINES]


def _scale_of(frame: pd.DataFrame, bins: Binning) -> tuple[bool, bool]:
    """Return whether the bins are equal in the logarithm, and whether all bins are equally wide."""
    low, high = (frame[name].to_numpy(np.float64) for name in (bins.low, bins.high))
    wide = _evenness(high - low)
    if low.min() <= 0:
        return False, wide < SAME
    ratios = _evenness(np.log(high / low))
    one_bin = len(frame) == frame.groupby("scan").ngroups if "scan" in frame else len(frame) == 1
    is_log = ratios < wide or one_bin
    return is_log, (ratios if is_log else wide) < SAME


def _evenness(widths: NDArray[np.float64]) -> float:
    """Return by which share the widest is wider than the narrowest."""
    return float(widths.max() / widths.min() - 1) if widths.min() > 0 else np.inf


def _draw_shares(
    axis: Axes, lines: Sequence[Line], bins: Binning, tints: Mapping[str, str], *, is_log: bool, is_even: bool
) -> None:
    """Draw the share in each bin, or per decade or unit where bins differ in width."""
    for scan, _, rows in lines:
        ordered = rows.sort_values(bins.low, kind="stable")
        low, high, share = (ordered[name].to_numpy(np.float64) for name in (bins.low, bins.high, SHARE))
        width = np.log10(high / low) if is_log else high - low
        values = 100 * share / (1.0 if is_even else width)
        edges = np.append(low, high[-1])
        axis.stairs(values, edges, color=tints[scan], label=scan, linewidth=1.1)
        axis.stairs(values, edges, color=tints[scan], fill=True, alpha=0.35 / len(lines), linewidth=0)
        if BAND[0] in ordered:
            least, most = (100 * ordered[name].to_numpy(np.float64) / (1.0 if is_even else width) for name in BAND)
            middle = np.sqrt(low * high) if is_log else (low + high) / 2
            axis.vlines(middle, least, most, color=tints[scan], linewidth=0.8)
    unit = unit_in_print(bins.middle.unit)
    per = "bin" if is_even else "decade" if is_log else unit or "unit"
    axis.set_ylabel(f"share per {per} (%)")
    axis.set_ylim(bottom=0)


def _draw_sums(axis: Axes, lines: Sequence[Line], bins: Binning, tints: Mapping[str, str], column: str) -> None:
    """Draw the cumulative share: where it falls, it is that of the bin and all above it, else all below."""
    falls = column == "coverable_share"
    for scan, _, rows in lines:
        ordered = rows.sort_values(bins.low, kind="stable")
        low, high, sums = (ordered[name].to_numpy(np.float64) for name in (bins.low, bins.high, column))
        falls = falls or bool(len(sums) > 1 and sums[-1] < sums[0])
        x = np.append(low, high[-1])
        y = np.append(sums, 0.0) if falls else np.append(0.0, sums)
        axis.plot(x, 100 * y, color=tints[scan], label=scan)
        if BAND_OF_SUMS[0] in ordered and not falls:
            least, most = (np.append(0.0, 100 * ordered[name].to_numpy(np.float64)) for name in BAND_OF_SUMS)
            axis.fill_between(x, least, most, color=tints[scan], alpha=0.2, linewidth=0)
    axis.axhline(50, color="#888888", linewidth=0.6, linestyle=":", zorder=0)
    axis.set_ylabel(f"cumulative share, {'at or above' if falls else 'below'} (%)")
    axis.set_ylim(0, 103)


def _finish(axis: Axes, bins: Binning, frame: pd.DataFrame, *, is_log: bool) -> None:
    """Name and scale the axis along which the bins lie."""
    axis.set_xlabel(axis_label(bins.middle))
    low, high = float(frame[bins.low].min()), float(frame[bins.high].max())
    style.plain_numbers(axis.yaxis)
    if is_log:
        axis.set_xscale("log")
        style_log_axis(axis, low, high)
    else:
        style.plain_numbers(axis.xaxis)
    axis.set_xlim(low, high)


def style_log_axis(axis: Axes, low: float, high: float) -> None:
    """Write plain numbers along a logarithmic axis: 1, 2 and 5 where there is room, else powers of ten."""
    for steps in ((1.0,), (1.0, 3.0), (1.0, 2.0, 5.0), tuple(float(step) for step in range(1, 10))):
        ticks = [step * 10.0**power for power in range(-9, 10) for step in steps if low <= step * 10.0**power <= high]
        if len(ticks) >= FEWEST_TICKS:
            break
    axis.xaxis.set_major_locator(LogLocator(subs=steps, numticks=MOST_TICKS + 6))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number_in_print(float(value), 2)))
    axis.xaxis.set_minor_locator(LogLocator(subs=tuple(float(step) for step in range(1, 10)), numticks=60))
    axis.xaxis.set_minor_formatter(NullFormatter())

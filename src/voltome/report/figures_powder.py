"""Powder, particle by particle: radii against the angle, roughness against the size, histograms of voids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MultipleLocator
from numpy.typing import NDArray

from voltome.data import ResultTable
from voltome.errors import ValuesError
from voltome.report import style
from voltome.report.figures_binned import style_log_axis
from voltome.report.formatting import axis_label

MOST_PARTICLES = 4
"""Particles whose radii are drawn: more lines cross each other."""

MARKERS = {"xy": "o", "xz": "^", "yz": "s"}

OVER_A_DECADE = 8.0
"""Ratio of largest to smallest value from which an axis is logarithmic."""

FEWEST_BINS, MOST_BINS = 5, 20


@style.styled
def figure_particle_radii(radii: ResultTable) -> Figure:
    """Draw the radii of a few particles against the azimuth, a panel for each plane, with error bars.

    Drawn are four particles at most, spread from the smallest to the largest; those with the most rays are preferred.

    Parameters
    ----------
    radii : ResultTable
        Kind ``particle_radii``, as from `voltome.morphology.particle_radii`; a first column `scan` may say which scan a
        row belongs to.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide. Open symbols: rays that end at another particle.

    Raises
    ------
    ValuesError
        A table without rows.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> z, y, x = np.ogrid[-8:9, -8:9, -8:9]
    >>> labels = (z**2 + y**2 + x**2 <= 36).astype(np.int32)
    >>> particles = vt.data.ParticleImage(labels, voxel_size_um=1, phase="NMC")
    >>> figure = figure_particle_radii(vt.morphology.particle_radii(particles).radii)
    >>> figure.axes[0].get_ylabel(), len(figure.axes)
    ('radius (µm)', 3)
    """
    _check_rows(radii)
    chosen = _spread_in_size(radii.frame)
    planes = list(dict.fromkeys(radii.frame["plane"]))
    figure, axes = style.panels(len(planes))
    tints = style.phase_colours(["", *chosen])
    for axis, plane in zip(axes, planes, strict=True):
        for name, rows in chosen.items():
            _draw_radii(axis, rows[rows["plane"] == plane], name, tints[name])
        axis.set_title(f"plane {plane}")
        axis.set_xlabel("azimuth (°)")
        axis.set_xlim(-15, 375)
        axis.xaxis.set_major_locator(MultipleLocator(90))
        axis.set_ylim(*_limits(chosen))
    axes[0].set_ylabel(axis_label(radii.column("radius_um")))
    style.shared_legend(figure, axes[0])
    return figure


@style.styled
def figure_particle_roughness(roughness: ResultTable) -> Figure:
    """Draw the mean diameter in each plane and the roughness of every particle against its mean diameter.

    Parameters
    ----------
    roughness : ResultTable
        Kind ``particle_roughness``, as from `voltome.morphology.particle_radii`; a first column `scan` may say which
        scan a row belongs to.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide, three panels: diameters by plane, roughness proxy with the imaging resolution as its error,
        largest difference between neighbouring azimuths.

    Raises
    ------
    ValuesError
        A table without rows.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> z, y, x = np.ogrid[-8:9, -8:9, -8:9]
    >>> labels = (z**2 + y**2 + x**2 <= 36).astype(np.int32)
    >>> particles = vt.data.ParticleImage(labels, voxel_size_um=1, phase="NMC")
    >>> figure = figure_particle_roughness(vt.morphology.particle_radii(particles).particle_roughness)
    >>> figure.axes[1].get_ylabel()
    'roughness proxy (µm)'
    """
    _check_rows(roughness)
    figure, axes = style.panels(3)
    scans = _scans(roughness.frame)
    tints = style.scan_colours(list(scans))
    for scan, rows in scans.items():
        diameter = 2 * rows["mean_radius_um"].to_numpy(np.float64)
        for plane, marker in MARKERS.items():
            own = 2 * rows[f"mean_radius_{plane}_um"].to_numpy(np.float64)
            error = 2 * rows[f"mean_radius_{plane}_error_um"].to_numpy(np.float64)
            axes[0].errorbar(
                diameter, own, error, fmt=marker, color=tints[scan], markersize=3, elinewidth=0.5, alpha=0.7
            )
        for axis, column in ((axes[1], "roughness_proxy_um"), (axes[2], "local_roughness_max_um")):
            axis.plot(diameter, rows[column].to_numpy(np.float64), "o", color=tints[scan], label=scan, alpha=0.8)
    ends = 2 * np.array([roughness.frame["mean_radius_um"].min(), roughness.frame["mean_radius_um"].max()])
    axes[0].plot(ends, ends, color="#888888", linewidth=0.6, zorder=0)
    axes[0].legend(
        handles=[Line2D([], [], marker=m, linestyle="", color="#555555", label=p) for p, m in MARKERS.items()]
    )
    labels = ("mean diameter in a plane (µm)", "roughness proxy (µm)", "largest local roughness (µm)")
    for axis, label in zip(axes, labels, strict=True):
        axis.set_xlabel("mean diameter (µm)")
        axis.set_ylabel(label)
        style.plain_numbers(axis.xaxis, axis.yaxis)
    for axis, column in ((axes[1], "roughness_proxy_um"), (axes[2], "local_roughness_max_um")):
        # room above the highest point, also where all are as rough
        axis.set_ylim(0, 1.1 * float(roughness.frame[column].max()) or 1.0)
    style.shared_legend(figure, axes[1])
    return figure


@style.styled
def figure_histograms(table: ResultTable, measures: Sequence[str]) -> Figure:
    """Draw histograms of some measures of voids or particles, those of all scans in the same bins.

    Parameters
    ----------
    table : ResultTable
        One row per void or particle; a first column `scan` may say which scan a row belongs to.
    measures : sequence of str
        The columns, one to six; each gets a panel.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide (89 mm for one measure). Every void or particle counts the same. The axis is logarithmic where
        the values are above 0 and span more than a factor of 8.

    Raises
    ------
    ValuesError
        A table without rows.
    ParameterError
        A measure that the table does not have.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> z, y, x = np.ogrid[-8:9, -8:9, -8:9]
    >>> labels = (z**2 + y**2 + x**2 <= 36).astype(np.int32)
    >>> particles = vt.data.ParticleImage(labels, voxel_size_um=1, phase="NMC")
    >>> figure = figure_histograms(vt.morphology.measure_particles(particles), ["sphericity"])
    >>> figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()
    ('sphericity', 'share of the number (%)')
    """
    _check_rows(table)
    figure, axes = style.panels(len(measures))
    scans = _scans(table.frame)
    tints = style.scan_colours(list(scans))
    for axis, measure in zip(axes, measures, strict=True):
        column = table.column(measure)
        _draw_histogram(axis, {scan: rows[measure].to_numpy(np.float64) for scan, rows in scans.items()}, tints)
        axis.set_xlabel(axis_label(column))
    axes[0].set_ylabel("share of the number (%)")
    style.shared_legend(figure, axes[0])
    return figure


def _check_rows(table: ResultTable) -> None:
    """Refuse a table in which there is nothing to draw."""
    if not len(table.frame):
        raise ValuesError(f"a table of {table.kind} has no rows; nothing can be drawn.")


def _scans(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the rows of every scan."""
    if "scan" not in frame:
        return {"": frame}
    return {str(scan): rows for scan, rows in frame.groupby("scan", sort=False)}


def _spread_in_size(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the rows of a few particles by name, from the smallest to the largest."""
    keys = ["scan", "particle"] if "scan" in frame else ["particle"]
    groups = dict(list(frame.groupby(keys, sort=False)))  # keys of a list are tuples
    rays = {key: int((~rows["at_contact"].to_numpy(np.bool_)).sum()) for key, rows in groups.items()}
    whole = [key for key in groups if rays[key] == max(rays.values())]
    ordered = sorted(whole, key=lambda key: float(groups[key]["radius_um"].mean()))
    count = min(MOST_PARTICLES, len(ordered))
    places = np.unique(np.round(np.linspace(0, len(ordered) - 1, count)).astype(int))
    several = "scan" in frame and frame["scan"].nunique() > 1
    chosen = [ordered[place] for place in places[::-1]]
    return {f"particle {key[-1]}" + (f", {key[0]}" if several else ""): groups[key] for key in chosen}


def _limits(chosen: Mapping[str, pd.DataFrame]) -> tuple[float, float]:
    """Return the ends of the axis of the radii: with room for the bars, and from 0 on where particles differ much."""
    together = pd.concat(list(chosen.values()))
    bar = 1.5 * float(together["radius_error_um"].max())
    low, high = float(together["radius_um"].min()) - bar, float(together["radius_um"].max()) + bar
    return (0.0 if low < high / 2 else low), high


def _draw_radii(axis: Axes, rows: pd.DataFrame, name: str, colour: str) -> None:
    """Draw the radii of one particle in one plane; the first stands again at 360 degrees."""
    if not len(rows):
        return
    ordered = rows.sort_values("azimuth_deg", kind="stable")
    first = ordered.iloc[:1]
    if float(first["azimuth_deg"].iloc[0]) == 0:
        ordered = pd.concat([ordered, first.assign(azimuth_deg=360.0)])
    angle, radius, error = (
        ordered[column].to_numpy(np.float64) for column in ("azimuth_deg", "radius_um", "radius_error_um")
    )
    free = ~ordered["at_contact"].to_numpy(np.bool_)
    axis.plot(angle, radius, color=colour, linewidth=0.7, alpha=0.6)
    axis.errorbar(
        angle[free],
        radius[free],
        error[free],
        fmt="o",
        color=colour,
        markersize=3,
        elinewidth=0.6,
        capsize=1.5,
        label=name,
    )
    if not free.all():
        axis.plot(angle[~free], radius[~free], "o", color=colour, markersize=3, markerfacecolor="white")


def _draw_histogram(axis: Axes, values: Mapping[str, NDArray[np.float64]], tints: Mapping[str, str]) -> None:
    """Draw the share of the number in each bin, for every scan."""
    together = np.concatenate(list(values.values()))
    low, high = float(together.min()), float(together.max())
    is_log = low > 0 and high > OVER_A_DECADE * low
    bins = int(np.clip(2 * np.cbrt(len(together)), FEWEST_BINS, MOST_BINS))
    if low == high:
        low, high = (low - 0.5, high + 0.5) if low == 0 else (0.9 * low, 1.1 * high)
    edges = np.geomspace(low, high, bins + 1) if is_log else np.linspace(low, high, bins + 1)
    edges[0], edges[-1] = low, high
    for scan, own in values.items():
        share = 100 * np.histogram(own, edges)[0] / len(own)
        axis.stairs(share, edges, color=tints[scan], label=scan, linewidth=1.1)
        axis.stairs(share, edges, color=tints[scan], fill=True, alpha=0.35 / len(values), linewidth=0)
    style.plain_numbers(axis.yaxis)
    axis.set_ylim(bottom=0)
    if is_log:
        axis.set_xscale("log")
        style_log_axis(axis, low, high)
    else:
        style.plain_numbers(axis.xaxis)

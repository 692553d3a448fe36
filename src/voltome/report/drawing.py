"""Which figures a finished study has, and their captions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from voltome.data import ParticleImage, PhaseImage, ResultTable, Volume
from voltome.report.drawing_bodies import figure_of_bodies, figures_of_states, keep_bodies, make_slice_movie
from voltome.report.drawing_fields import figures_of_fields
from voltome.report.drawing_kinds import FIGURES_OF_KINDS
from voltome.report.drawing_projections import figures_of_projections
from voltome.report.drawing_thresholds import band_of
from voltome.report.drawing_transport import axes_together
from voltome.report.drawing_transport_trust import draw_transport_sensitivity
from voltome.report.drawing_trust import infinite_in_words, settled_in_words, trend_in_words
from voltome.report.drawn import (
    LENGTHS_INSIDE,
    Drawn,
    Looked,
    drawn_scans,
    last_image,
    load_or_remark,
    simulated_in_words,
)
from voltome.report.figures_binned import BAND, SHARE, binning_of, excluded_in_words, figure_distribution, sum_of
from voltome.report.figures_comparisons import comparison_panels, figure_comparison
from voltome.report.figures_distributions import figure_size_distribution
from voltome.report.figures_histogram import figure_histogram
from voltome.report.figures_profiles import figure_profile, shares_panels
from voltome.report.figures_sensitivity import figure_subvolumes, figure_sweep
from voltome.report.figures_slices import figure_slices
from voltome.report.figures_thickness import figure_local_thickness
from voltome.report.formatting import grid_in_print, listed, name_in_print, title_in_print
from voltome.report.key_numbers import COLLECTED, is_particles, is_summary, scans_of
from voltome.report.lines import MOST_LINES, MOST_PANELS, Panel, lines_of, measures_of, panels_of
from voltome.report.measures import most_telling_first, numeric_measures
from voltome.report.summary import work_of

if TYPE_CHECKING:
    from voltome.study import ReportOptions, Results


def figures_of_images(results: Results, looked: Looked, options: ReportOptions) -> Iterator[Drawn]:
    """Yield slices and histogram of every drawn scan; its images are let go before the next scan is read.

    What is rendered later is kept in a reduced form.
    """
    scans = drawn_scans(results)
    if len(scans) < len(results.scans):
        looked.remarks.append(
            f"Slices and histograms are drawn for {len(scans)} of {len(results.scans)} scans: {listed(scans)}. "
            f"The images of all scans are in the folder store."
        )
    for scan in scans:
        phases = last_image(results, scan, PhaseImage, looked)
        particles = last_image(results, scan, ParticleImage, looked, like=phases)
        volume = last_image(results, scan, Volume, looked, like=phases if phases is not None else particles)
        yield from figures_of_projections(results, scan, looked)
        first = next((image for image in (phases, particles, volume) if image is not None), None)
        if first is None:
            yield from _thickness(results, scan, looked)
            yield from figures_of_fields(results, scan, looked)
            continue
        looked.grids[scan] = first.grid_in_words
        if phases is not None:
            looked.meet(phases)
        yield _slices(scan, volume, phases, particles, looked)
        if volume is not None:
            yield _histogram(scan, volume, phases, looked)
        yield from _thickness(results, scan, looked)
        yield from figures_of_fields(results, scan, looked)
        keep_bodies(scan, particles if particles is not None else phases, looked, options)
        make_slice_movie(scan, volume, phases, looked, options)
    yield from figure_of_bodies(results, looked, options)
    yield from figures_of_states(results)


def figures_of_tables(results: Results, tables: Mapping[str, ResultTable], looked: Looked) -> Iterator[Drawn]:
    """Yield the figures that the tables give; what was measured on simulated scans says so."""
    looked.work = work_of(results)
    binned = {scan for table in tables.values() if table.kind == "size_distribution" for scan, _ in scans_of(table)}
    for name, table in axes_together(tables).items():
        if is_particles(table) and {scan for scan, _ in scans_of(table)} <= binned:
            continue  # their sizes are drawn in the bins that the study asks for
        note = simulated_in_words(results, list(table.frame["scan"].unique()) if "scan" in table.frame else None)
        for drawn in _figures_of_table(results, name, table, looked):
            yield replace(drawn, caption=drawn.caption + note)


def _figures_of_table(results: Results, name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield the figures of one table."""
    if not len(table.frame) or not numeric_measures(table) or table.kind == "comparison":
        return
    if table.kind in FIGURES_OF_KINDS:
        yield from FIGURES_OF_KINDS[table.kind](name, table, looked)
    elif is_particles(table):
        yield _sizes(name, table)
    elif table.kind not in COLLECTED and binning_of(table) is not None:
        yield _distribution(name, table)
    elif table.names("position"):
        yield from _along(results, name, table, looked)
    elif table.kind == "motions":
        return  # says how scans were aligned and nothing of the sample: its table is enough
    elif is_summary(table) and "scan" in table.frame and table.frame["scan"].nunique() > 1:
        yield _comparison(results, name, table, looked)


def _slices(
    scan: str, volume: Volume | None, phases: PhaseImage | None, particles: ParticleImage | None, looked: Looked
) -> Drawn:
    """Return the slices of a scan with their caption."""
    rows = [f"{name_in_print(volume.quantity)}s" if volume is not None else ""]
    if phases is not None:
        clear = next(iter(phases.phases.values()))
        rows.append(f"the phases over them ({clear} left clear)" if volume is not None else "the phases")
    if particles is not None:
        rows.append(f"the particles of {particles.phase}, each in its own colour")
    images = [image for image in (volume, phases, particles) if image is not None]
    note = " Simulated." if any(image.simulated for image in images) else ""
    caption = (
        f"{scan}: slices through the centre. From top to bottom: {listed([row for row in rows if row])}. "
        f"x runs to the right or, in the yz plane, y; y and z run downwards; all at one scale.{note}"
    )
    figure = figure_slices(volume, phases, particles, colours=looked.colours or None)
    return Drawn(f"slices-{scan}", "images", figure, caption)


def _histogram(scan: str, volume: Volume, phases: PhaseImage | None, looked: Looked) -> Drawn:
    """Return the histogram of a scan with its caption."""
    quantity = f"{name_in_print(volume.quantity)}s"
    caption = f"{scan}: histogram of the {quantity} that were segmented, count on a logarithmic axis."
    if phases is not None and phases.grey_intervals:
        caption += " Shaded: the interval of each phase. Dashed: the thresholds."
    if volume.simulated:
        caption += " Simulated."
    return Drawn(f"histogram-{scan}", "histograms", figure_histogram(volume, phases, colours=looked.colours), caption)


def _thickness(results: Results, scan: str, looked: Looked) -> Iterator[Drawn]:
    """Yield the local thicknesses and the like of a scan with their captions."""
    for stored in [noun for kind in LENGTHS_INSIDE for noun in results.find(scan=scan, noun="Volume", kind=kind)]:
        volume = load_or_remark(results, stored, looked)
        if not isinstance(volume, Volume) or not np.any(volume.values > 0):
            continue
        phase = stored.parameters.get("phase", "the phase")
        caption = (
            f"{scan}: {volume.quantity} of {phase}, {LENGTHS_INSIDE[volume.quantity]}; "
            f"white outside of it. x runs to the right or, in the yz plane, y; y and z run downwards."
            + (" Simulated." if volume.simulated else "")
        )
        yield Drawn(f"{stored.name}-{scan}", "images", figure_local_thickness(volume), caption)


def _sizes(name: str, table: ResultTable) -> Drawn:
    """Return the size distribution of the particles of all scans."""
    chosen = {
        scan: ResultTable(rows, columns=table.columns, kind=table.kind)
        for scan, rows in list(scans_of(table))[:MOST_LINES]
    }
    more = table.frame["scan"].nunique() - len(chosen) if "scan" in table.frame else 0
    counts = listed([f"{len(part.frame)} ({scan})" for scan, part in chosen.items()])
    caption = (
        f"Particle sizes, weighted by volume: a, share of the volume in each bin of equivalent diameter; "
        f"b, share of the volume in particles up to a diameter (dotted: one half). Particles: {counts}."
        + (f" {more} more scans are not drawn." if more > 0 else "")
    )
    return Drawn(f"sizes-{name}", "distributions", figure_size_distribution(chosen), caption)


def _distribution(name: str, table: ResultTable) -> Drawn:
    """Return a distribution in bins of all scans, with what was left out as too small."""
    meanings = [table.column(part).meaning for part in (SHARE, sum_of(table)) if part is not None]
    said = [meaning.partition("; ")[0].rstrip(".") for meaning in meanings]
    parts = f"Left: {said[0]}. Right: {said[1]}" if len(said) == 2 else said[0]
    scans = table.frame["scan"].nunique() if "scan" in table.frame else 1
    more = f" {scans - MOST_LINES} more scans are not drawn." if scans > MOST_LINES else ""
    how = grid_in_print("; ".join(table.method.rstrip(".").split("; ")[:2]))  # the rest stands above the table
    method = f" Method: {how}." if how else ""
    bands = " Bars and shades: 95 % of bootstrap resamples." if BAND[0] in table.frame else ""
    caption = f"{title_in_print(name)}. {parts}.{bands}{method}{excluded_in_words(table)}{more}"
    return Drawn(f"distribution-{name}", "distributions", figure_distribution(table), caption)


def _along(results: Results, name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield the figure of a table along a position, or a remark where it has too many lines to be read."""
    panels = panels_of(measures_of(table), list(lines_of(table)))
    lines = max(len(panel.lines) for panel in panels)
    if lines > MOST_LINES and table.kind in ("sweep", "subvolumes"):
        looked.remarks.append(f"The table {name} has {lines} lines, too many to draw; it is in the folder tables.")
        return
    title, more = title_in_print(name), _measures_not_drawn(measures_of(table), panels)
    if table.kind == "sweep":
        chosen = _chosen(results, table)
        dashed = " Dashed: the value that the study uses." if chosen else ""
        band = band_of(results, name, table)
        dashed += " Shaded: the band over which the key numbers are ranged." if band else ""
        dashed += infinite_in_words(table)
        caption = f"{title}. How the results change with the {name_in_print(table.names('position')[0])}.{dashed}{more}"
        yield from draw_transport_sensitivity(name, table, results.tables(), chosen, band)
        yield Drawn(name, "sensitivity", figure_sweep(table, chosen=chosen, colours=looked.colours, band=band), caption)
    elif table.kind == "subvolumes":
        settled, trend = (results.tables().get(f"{name}-{kind}") for kind in ("settling", "trend"))
        measures = [panel.measure for panel in panels]
        where = settled_in_words(settled, measures) + trend_in_words(trend, measures) + infinite_in_words(table)
        caption = (
            f"{title}. Results of cubes cut from the image against their edge; bars: standard deviation.{where}{more}"
        )
        figure = figure_subvolumes(table, settled=settled, trend=trend, colours=looked.colours)
        yield Drawn(name, "sensitivity", figure, caption)
    else:
        # the method says along which axis a profile runs
        method = f" Method: {grid_in_print(table.method)}." if table.method else ""
        where = " z = 0 is the side of the current collector, where there is one." if "along z" in table.method else ""
        caption = f"{title}. {table.column(numeric_measures(table)[0]).meaning}{method}{where}" + _not_drawn(table)
        yield Drawn(name, "distributions", figure_profile(table, colours=looked.colours), caption)


def _not_drawn(table: ResultTable) -> str:
    """Return the sentence that says how many scans a profile leaves out."""
    most = MOST_LINES if shares_panels(table) else MOST_PANELS
    more = len(list(scans_of(table))) - most
    return f" Drawn are the first {most} scans; {more} more are in the table." if more > 0 else ""


def _comparison(results: Results, name: str, table: ResultTable, looked: Looked) -> Drawn:
    """Return a table's measures across the scans."""
    by = results.compare_by if results.compare_by in table.frame else None
    against = name_in_print(by) if by else "scan"
    bars = " Bars: standard error." if table.names("standard_error") else ""
    measures = most_telling_first(table)
    more = _measures_not_drawn(measures, comparison_panels(table, by, measures))
    caption = f"{title_in_print(name)} against {against}.{bars}{more}"
    return Drawn(f"comparison-{name}", "comparison", figure_comparison(table, by=by, colours=looked.colours), caption)


def _measures_not_drawn(measures: Sequence[str], panels: Sequence[Panel]) -> str:
    """Return the sentence that says how many measures of a table a figure leaves out."""
    more = len(measures) - len({panel.measure for panel in panels})
    return f" {more} more {'measure is' if more == 1 else 'measures are'} in the table." if more > 0 else ""


def _chosen(results: Results, table: ResultTable) -> dict[str, float]:
    """Return, scan by scan, the value that the study itself gives the swept parameter."""
    name, *path = table.names("position")[0].split(".")
    found: dict[str, float] = {}
    swept = set(table.frame["scan"]) if "scan" in table.frame else set(results.scans)
    for record in work_of(results):
        value = _follow(record["parameters"], path) if name in (record["name"], record["step"]) else None
        if isinstance(value, int | float) and not isinstance(value, bool):
            found |= {scan: float(value) for scan in record["scans"] if scan in swept}
    return found


def _follow(value: Any, path: list[str]) -> Any:
    """Return what lies at the end of a path of keys and list indices, or None."""
    for part in path:
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list | tuple) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def file_name(name: str, taken: set[str]) -> str:
    """Return a name that is safe as a file name and not yet taken, and note it.

    Examples
    --------
    >>> file_name("slices-<b> 1", set())
    'slices-b-1'
    """
    safe = re.sub(r"[^A-Za-z0-9_.-]+", "-", name).strip("-.") or "figure"
    safe = re.sub(r"-{2,}", "-", safe)
    free, number = safe, 2
    while free.lower() in taken:
        free, number = f"{safe}-{number}", number + 1
    taken.add(free.lower())
    return free

"""Which figures a finished study has, and their captions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

from matplotlib.figure import Figure

from voltome.data import ImageNoun, ParticleImage, PhaseImage, ResultTable, Volume
from voltome.errors import MissingFileError
from voltome.report import style
from voltome.report.figures_comparisons import comparison_panels, figure_comparison
from voltome.report.figures_distributions import figure_size_distribution
from voltome.report.figures_histogram import figure_histogram
from voltome.report.figures_profiles import figure_profile
from voltome.report.figures_sensitivity import figure_subvolumes, figure_sweep
from voltome.report.figures_slices import figure_slices, same_grid
from voltome.report.formatting import listed, name_in_print, title_in_print
from voltome.report.key_numbers import is_particles, is_summary, scans_of
from voltome.report.lines import MOST_LINES, MOST_PANELS, Panel, lines_of, measures_of, panels_of
from voltome.report.measures import numeric_measures
from voltome.report.summary import work_of

if TYPE_CHECKING:
    from voltome.study import Results

MOST_SCANS_DRAWN = 4
"""Scans of which slices and histograms are drawn: more would hide the results."""

Image = TypeVar("Image", bound=ImageNoun)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure of the report, and what is said of it."""

    name: str
    section: str
    figure: Figure
    caption: str


@dataclass(slots=True)
class Looked:
    """What was found while the images were drawn.

    Attributes
    ----------
    colours : dict of str to str
        Colour of every phase met so far; a phase keeps its colour through all figures.
    grids : dict of str to str
        Scan -> voxels and voxel size of its image, in words.
    remarks : list of str
        What could not be drawn, and why.
    """

    colours: dict[str, str] = field(default_factory=dict)
    grids: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def meet(self, phases: PhaseImage) -> None:
        """Give the phases that are new a colour."""
        self.colours = style.phase_colours([*self.colours, *phases.phases.values()])


def drawn_scans(results: Results) -> list[str]:
    """Return the scans of which images are drawn: all, or the first, the last and some between."""
    scans = list(results.scans)
    if len(scans) <= MOST_SCANS_DRAWN:
        return scans
    last = len(scans) - 1
    return [scans[round(i * last / (MOST_SCANS_DRAWN - 1))] for i in range(MOST_SCANS_DRAWN)]


def figures_of_images(results: Results, looked: Looked) -> Iterator[Drawn]:
    """Yield slices and histogram of every drawn scan; its images are let go before the next scan is read."""
    scans = drawn_scans(results)
    if len(scans) < len(results.scans):
        looked.remarks.append(
            f"Slices and histograms are drawn for {len(scans)} of {len(results.scans)} scans: {listed(scans)}. "
            f"The images of all scans are in the folder store."
        )
    for scan in scans:
        phases = _last(results, scan, PhaseImage, looked)
        particles = _last(results, scan, ParticleImage, looked, like=phases)
        volume = _last(results, scan, Volume, looked, like=phases if phases is not None else particles)
        first = next((image for image in (phases, particles, volume) if image is not None), None)
        if first is None:
            continue
        looked.grids[scan] = first.grid_in_words
        if phases is not None:
            looked.meet(phases)
        yield _slices(scan, volume, phases, particles, looked)
        if volume is not None:
            yield _histogram(scan, volume, phases, looked)


def figures_of_tables(results: Results, tables: Mapping[str, ResultTable], looked: Looked) -> Iterator[Drawn]:
    """Yield the figures that the tables give."""
    has_particles = any(is_particles(table) for table in tables.values())
    for name, table in tables.items():
        if has_particles and table.kind == "size_distribution":
            continue  # drawn from the particles themselves
        if not len(table.frame) or not numeric_measures(table) or table.kind == "comparison":
            continue
        if is_particles(table):
            yield _sizes(name, table)
        elif table.names("position"):
            yield from _along(results, name, table, looked)
        elif is_summary(table) and "scan" in table.frame and table.frame["scan"].nunique() > 1:
            yield _comparison(results, name, table, looked)


def _last(
    results: Results, scan: str, kind: type[Image], looked: Looked, *, like: ImageNoun | None = None
) -> Image | None:
    """Return the last image of a kind, on the grid of `like`; of volumes one of the quantity of the first."""
    stored = results.find(scan=scan, noun=kind.__name__)
    for noun in reversed([noun for noun in stored if kind is not Volume or noun.kind == stored[0].kind]):
        try:
            image = cast(Image, results.load(noun))
        except MissingFileError:
            looked.remarks.append(f"{name_in_print(noun.name)} of {scan} is no longer at {noun.path} and is not drawn.")
            continue
        if like is None or same_grid(image, like):
            return image
    return None


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
        caption = f"{title}. How the results change with the {name_in_print(table.names('position')[0])}.{dashed}{more}"
        yield Drawn(name, "sensitivity", figure_sweep(table, chosen=chosen, colours=looked.colours), caption)
    elif table.kind == "subvolumes":
        caption = f"{title}. Results of cubes cut from the image against their edge; bars: standard deviation.{more}"
        yield Drawn(name, "sensitivity", figure_subvolumes(table, colours=looked.colours), caption)
    else:
        method = f" Method: {table.method}." if table.method else ""  # which says along which axis a profile runs
        caption = f"{title}. {table.column(numeric_measures(table)[0]).meaning}{method}" + _not_drawn(table)
        yield Drawn(name, "distributions", figure_profile(table, colours=looked.colours), caption)


def _not_drawn(table: ResultTable) -> str:
    """Return the sentence that says how many scans a profile leaves out."""
    more = len(list(scans_of(table))) - MOST_PANELS
    return f" Drawn are the first {MOST_PANELS} scans; {more} more are in the table." if more > 0 else ""


def _comparison(results: Results, name: str, table: ResultTable, looked: Looked) -> Drawn:
    """Return a table's measures across the scans."""
    by = results.compare_by if results.compare_by in table.frame else None
    against = name_in_print(by) if by else "scan"
    bars = " Bars: standard error." if table.names("standard_error") else ""
    measures = numeric_measures(table)
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
    for record in work_of(results):
        value = _follow(record["parameters"], path) if name in (record["name"], record["step"]) else None
        if isinstance(value, int | float) and not isinstance(value, bool):
            found |= {scan: float(value) for scan in record["scans"]}
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

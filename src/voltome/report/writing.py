"""Write the report of a finished study: figures, and one HTML file that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup

from voltome.data import ResultTable
from voltome.report import style
from voltome.report.drawing import figures_of_images, figures_of_tables, file_name
from voltome.report.drawing_bodies import movies_of, scenes
from voltome.report.drawn import Drawn, Looked, drawn_scans
from voltome.report.formatting import (
    duration_in_print,
    listed,
    name_in_print,
    parameters_in_print,
    value_in_print,
    whole_in_print,
)
from voltome.report.interactive import CAMERA, PLACE, Scene, as_script_text, viewer
from voltome.report.key_numbers import MOST_SCANS_ACROSS, KeyNumber, key_numbers
from voltome.report.printed_tables import printed
from voltome.report.summary import paragraph, work_of
from voltome.runtime import Progress, ProgressEvent, silent
from voltome.study.store import locked, replace_folder

if TYPE_CHECKING:
    from voltome.study import ReportOptions, Results

LARGEST_SVG = 300_000
"""Bytes of an SVG up to which the report holds it; above, it holds the PNG."""

RESOLUTION = 300
"""Dots per inch of the PNG figures."""

ENLARGED = 1.3
"""How much larger a figure is on the screen than on paper, where 7 points are read from nearer."""

LARGEST_MOVIES = 12_000_000
"""Bytes of all movies together up to which the report holds them; the others lie beside it."""

_STAMP_WITHIN = 1000
"""Characters from the start of the page within which its stamp stands."""

SECTIONS = {
    "images": "Images",
    "renderings": "In three dimensions",
    "movies": "Movies",
    "states": "Lost, kept and gained",
    "fields": "Fluxes and flows",
    "histograms": "Grey values and thresholds",
    "classifiers": "Trained classifiers",
    "comparison": "Comparison of the scans",
    "distributions": "Distributions and profiles",
    "sensitivity": "Sensitivity and representative size",
}


@dataclass(frozen=True, slots=True)
class FigureView:
    """A figure as the report shows it."""

    number: int
    section: str
    image: Markup
    caption: str
    files: str
    is_narrow: bool
    link: str = ""


@dataclass(frozen=True, slots=True)
class WarningView:
    """A warning as the report shows it: its tables, and what other scans say with other numbers."""

    names: list[str]
    sentence: str
    others: dict[str, str]


def write(
    results: Results, *, options: ReportOptions | None = None, redraw: bool = True, progress: Progress = silent
) -> Path:
    """Write the report of a finished study into its folder.

    Parameters
    ----------
    results : Results
        A finished study, from `voltome.study.run` or `voltome.study.load_results`.
    options : ReportOptions, optional
        What is shown beside tables and figures: renderings, scenes to be turned by hand, movies; by default what the
        study file says under ``report:``.
    redraw : bool
        False: leave a report that was made of these very results, by this version of voltome, as it is.
    progress : callable, optional
        Is told of every figure; by default nobody is.

    Returns
    -------
    pathlib.Path
        ``report.html`` in the folder of the study. It is one file without references to others, so that it can be
        sent and opened without a network. Beside it the folder ``figures`` has every figure as SVG and as PNG
        (300 dots per inch), and the folder ``movies`` every movie; older folders of these names are replaced.

    Raises
    ------
    ResultsFolderError
        The folder cannot be written to, or a run is working in it.
    VoltomeError
        A noun or a table in the store is damaged.

    Notes
    -----
    Of many scans, slices and histograms are drawn for four, and the report says so. Images are read one scan at a
    time: memory is that of the images of one scan. Time is about a second per figure.

    Examples
    --------
    >>> import pathlib, tempfile, numpy as np, voltome as vt
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> volume = vt.data.Volume(np.arange(64, dtype=np.uint8).reshape(4, 4, 4), voxel_size_um=0.5)
    >>> _ = vt.io.write(volume, folder / "scan.tif")
    >>> _ = (folder / "study.yaml").write_text(
    ...     "{study: A cube, scans: {first: {source: scan.tif}}, pipeline: [otsu: {phases: [pore, solid]}]}"
    ... )
    >>> results = vt.study.run(vt.study.load(folder / "study.yaml"))
    >>> vt.report.write(results).name
    'report.html'
    """
    wanted = results.report if options is None else options
    report, stamp = results.folder / "report.html", _stamp(results, wanted)
    if not redraw and report.is_file() and stamp in report.read_text(encoding="utf-8")[:_STAMP_WITHIN]:
        return report
    with locked(results.folder):
        _write(results, wanted, report, stamp, progress)
    return report


def _write(results: Results, options: ReportOptions, report: Path, stamp: str, progress: Progress) -> None:
    """Draw the figures and write the page, each in the place of the old one when it is complete."""
    looked = Looked()
    tables = results.tables()
    new = _new_folder(results, "figures")
    figures = _write_figures(results, options, tables, looked, new, progress)
    replace_folder(new, results.folder / "figures")
    new = _new_folder(results, "movies")
    figures += _write_movies(results, looked, options, new, progress)
    replace_folder(new, results.folder / "movies")
    if not any((results.folder / "movies").iterdir()):
        (results.folder / "movies").rmdir()
    page = _page(results, tables, looked, figures, scenes(looked, options), stamp)
    temporary = results.folder / ".report.html.new"
    temporary.write_text(page, encoding="utf-8")
    temporary.replace(report)


def _new_folder(results: Results, name: str) -> Path:
    """Return an empty folder that takes the place of an older one when it is complete."""
    new = results.folder / f".{name}.new"
    if new.exists():
        shutil.rmtree(new)
    new.mkdir()
    return new


def _stamp(results: Results, options: ReportOptions) -> str:
    """Return a hash of what the report is made of: study file, options, keys of all results, version of voltome."""
    provenance = results.provenance
    keys = [step.get("key", "") for step in provenance.get("steps", [])]
    made_of = [provenance.get("voltome_version"), provenance.get("study_file"), keys, sorted(results.scans)]
    made_of.append(options.model_dump(mode="json"))
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()


def _write_figures(
    results: Results,
    options: ReportOptions,
    tables: dict[str, ResultTable],
    looked: Looked,
    folder: Path,
    progress: Progress,
) -> list[FigureView]:
    """Draw and write every figure, and return how the report shows them."""
    views: list[FigureView] = []
    taken: set[str] = set()
    expected = 2 * len(drawn_scans(results)) + len(tables) + 1
    for source in (figures_of_images(results, looked, options), figures_of_tables(results, tables, looked)):
        for drawn in source:
            progress(ProgressEvent("report", min(len(views), expected - 1), expected, drawn.name))
            views.append(_write_figure(drawn, folder, file_name(drawn.name, taken)))
    progress(ProgressEvent("report", expected, expected))
    return views


def _write_movies(
    results: Results, looked: Looked, options: ReportOptions, folder: Path, progress: Progress
) -> list[FigureView]:
    """Write every movie, and return how the report shows it: inside the page while there is room."""
    views: list[FigureView] = []
    taken: set[str] = set()
    room = LARGEST_MOVIES
    for number, (movie, caption, content) in enumerate(movies_of(results, looked, options)):
        progress(ProgressEvent("movies", number, number + 1, movie))
        name = file_name(movie, taken)
        (folder / f"{name}.gif").write_bytes(content)
        link = f"movies/{name}.gif"
        image = Markup(
            '<p class="note">With this movie the page would become too large; it lies beside it: {}.</p>'
        ).format(link)
        if len(content) <= room:
            room -= len(content)
            data = base64.b64encode(content).decode()
            image = Markup('<img alt="{}" src="data:image/gif;base64,{}">').format(f"Movie. {caption}", data)
        views.append(FigureView(0, "movies", image, caption, "", is_narrow=True, link=link))
    return views


def _write_figure(drawn: Drawn, folder: Path, name: str) -> FigureView:
    """Write one figure as SVG and PNG, and return how the report shows it."""
    vector = style.svg_bytes(drawn.figure)
    drawn.figure.set_layout_engine("none")  # what the SVG has arranged stays, and need not be arranged again
    raster = style.png_bytes(drawn.figure, dots_per_inch=RESOLUTION)
    (folder / f"{name}.svg").write_bytes(vector)
    (folder / f"{name}.png").write_bytes(raster)
    kind, content = ("svg+xml", vector) if len(vector) <= LARGEST_SVG else ("png", raster)
    width_mm = float(drawn.figure.get_size_inches()[0]) / style.MM
    image = Markup('<img alt="{}" style="width:{}mm" src="data:image/{};base64,{}">').format(
        drawn.caption, round(width_mm * ENLARGED), kind, base64.b64encode(content).decode()
    )
    narrow = width_mm <= style.ONE_COLUMN_MM + 1
    return FigureView(0, drawn.section, image, drawn.caption, f"figures/{name}.svg, .png", narrow)


def _page(
    results: Results,
    tables: dict[str, ResultTable],
    looked: Looked,
    figures: Sequence[FigureView],
    shown: Sequence[Scene],
    stamp: str,
) -> str:
    """Return the HTML of the report."""
    loader = jinja2.PackageLoader("voltome.report", "templates")
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"parameters": parameters_in_print, "duration": duration_in_print, "value": value_in_print}
    environment.filters |= {"listed": listed, "words": name_in_print, "whole": whole_in_print}
    numbers = key_numbers(tables, by=results.compare_by, bands=results.provenance.get("bands", []))
    return environment.get_template("report.html.j2").render(
        title=results.title,
        stamp=stamp,
        scans=results.scans,
        summary=paragraph(results, looked.grids),
        simulated=[scan for scan in results.scans if scan in results.provenance.get("simulated", [])],
        remarks=looked.remarks,
        warnings=_warnings(tables, list(results.scans)),
        numbers=numbers,
        banded=any(number.bands for number in numbers),
        number_scans=_scans_of(numbers, list(results.scans)),
        scans_across=len(results.scans) <= MOST_SCANS_ACROSS,
        sections=_sections(figures),
        scenes=shown,
        viewer=Markup(as_script_text(viewer())) if shown else "",  # noqa: S704 - of k3d, with no end of an element
        scene_place=PLACE,
        scene_camera=CAMERA,
        tables=[printed(name, table, files=_files(results, name)) for name, table in tables.items()],
        work=work_of(results),
        provenance=_provenance(results),
    )


def _warnings(tables: dict[str, ResultTable], scans: Sequence[str]) -> list[WarningView]:
    """Return every warning once, those of several scans that differ in numbers alone together."""
    found: dict[str, list[str]] = {}
    for name, table in tables.items():
        for warning in table.warnings:
            found.setdefault(warning, []).append(name_in_print(name))
    views: dict[tuple[str, ...], WarningView] = {}
    for warning, names in found.items():
        scan = next((scan for scan in scans if warning.startswith(f"{scan}: ")), "")
        sentence = re.sub(r"(?<=\d) um\b", " µm", warning)
        alike = (re.sub(r"\d[\d.]*", "0", warning.removeprefix(f"{scan}: ")), *names, "" if scan else warning)
        if alike in views:
            views[alike].others[scan] = sentence
        else:
            views[alike] = WarningView(names, sentence, {})
    return list(views.values())


def _sections(figures: Sequence[FigureView]) -> list[tuple[str, str, list[FigureView]]]:
    """Return the sections that have figures, and the figures numbered through all sections."""
    places = list(SECTIONS)
    ordered = sorted(figures, key=lambda figure: places.index(figure.section))
    numbered = [replace(figure, number=number) for number, figure in enumerate(ordered, start=1)]
    return [
        (anchor, title, [figure for figure in numbered if figure.section == anchor])
        for anchor, title in SECTIONS.items()
        if any(figure.section == anchor for figure in numbered)
    ]


def _scans_of(numbers: Sequence[KeyNumber], scans: list[str]) -> list[str]:
    """Return the scans for which there are key numbers, in the order of the study."""
    found = dict.fromkeys(scan for number in numbers for scan in number.values)
    return [scan for scan in scans if scan in found] + [scan for scan in found if scan not in scans]


def _files(results: Results, name: str) -> list[str]:
    """Return where a table lies, relative to the report: one name, and the other endings."""
    found = [ending for ending in (".csv", ".parquet") if (results.folder / "tables" / f"{name}{ending}").is_file()]
    return [f"tables/{name}{found[0]}", *found[1:]] if found else []


def _provenance(results: Results) -> dict[str, Any]:
    """Return the provenance with every part that the report shows; what is absent is empty."""
    empty: dict[str, Any] = {"inputs": [], "decisions": [], "references": [], "packages": {}}
    texts = dict.fromkeys(("study_file", "voltome_version", "python", "platform", "started"), "")
    return {**empty, **texts, "seconds": 0.0, **results.provenance}

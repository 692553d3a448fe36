"""The figure of streamlines with its caption."""

from __future__ import annotations

from collections.abc import Iterator

from voltome.data import ResultTable
from voltome.report.drawn import Drawn, Looked
from voltome.report.figures_streamlines import MOST_DRAWN, draw_streamlines
from voltome.report.formatting import listed, number_in_print, title_in_print
from voltome.report.key_numbers import scans_of
from voltome.report.paths import MEASURES, ROBUST, measure_of, paths_of, scale_of_paths
from voltome.report.rendering import View


def draw_paths(name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield the lines of the first scans, and keep them for the scenes that are turned by hand."""
    measure = measure_of(table)
    every = paths_of(table)
    paths = dict(list(every.items())[:MOST_DRAWN])
    looked.paths |= {scan: lines for scan, lines in paths.items() if scan not in looked.paths}
    shades = scale_of_paths(paths, measure)
    crossing = []
    for scan, rows in list(scans_of(table))[:MOST_DRAWN]:
        ends = rows.groupby("line")["end"].last()
        crossing.append(f"{int((ends == 'outlet').sum())} of {len(ends)}" + (f" ({scan})" if len(every) > 1 else ""))
    around = [scan for scan in paths if scan in looked.bodies]
    pale = " Pale: the body that they pass." if around else ""
    cut = f" The last colour stands for {shades.top} and more ({number_in_print(100 - ROBUST)} % of the points)."
    more = f" {len(every) - len(paths)} more scans are not drawn." if len(every) > len(paths) else ""
    caption = (
        f"{title_in_print(name)}: paths through the sample, coloured by the {MEASURES[measure][0]}; each line begins "
        f"with the same share of the flux, so that many lines mean much transport. Lines that reach the other face: "
        f"{listed(crossing)}. All from one side, in parallel projection and at one scale; z runs upwards."
        f"{pale}{cut if shades.cut else ''}{more}"
    )
    yield Drawn(f"lines-{name}", "fields", draw_streamlines(paths, looked.bodies, measure, View()), caption)

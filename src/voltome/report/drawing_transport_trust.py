"""The figures that say how far to trust a tortuosity, with their captions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from voltome.data import ResultTable
from voltome.report.drawn import MOST_SCANS_DRAWN, Drawn, Looked
from voltome.report.figures_transport_trust import SURFACE, figure_growing_volume, figure_transport_sensitivity
from voltome.report.formatting import listed, name_in_print, number_in_print, title_in_print
from voltome.report.key_numbers import scans_of

NEEDED = {"porosity", "relative_diffusivity", "tortuosity"}


def draw_growing_volume(name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield the curves of growing volumes."""
    endless = int(np.isinf(table.frame["tortuosity"]).sum())
    infinite = f" ∞: {endless} of {len(table.frame)} pieces do not percolate." if endless else ""
    whole = table.frame[table.frame["edge_um"] == table.frame["edge_um"].max()]
    largest = whole.groupby("axis", sort=False)["settled_share"].max()
    settled = listed([_settles(float(share), str(axis)) for axis, share in largest.items()])
    caption = (
        f"{title_in_print(name)}. Tortuosity of cubes in the middle of the image that grow layer by layer from one "
        f"face, against the share of the cube that is measured; last panel: local tortuosity against local diffusivity "
        f"of the largest cube's pieces. A cube that is large enough has a curve that is flat long before its end: the "
        f"largest {settled}.{infinite}"
    )
    yield Drawn(name, "sensitivity", figure_growing_volume(table), caption)


def _settles(share: float, axis: str) -> str:
    """Return from which share of its volume on a cube has settled along an axis."""
    where = f"settles at {number_in_print(100 * share, 2)} % of its volume" if share < 1 else "does not settle"
    return f"{where} along {axis}"


def draw_transport_sensitivity(
    name: str,
    table: ResultTable,
    tables: Mapping[str, ResultTable],
    chosen: Mapping[str, float],
    band: tuple[float, float] | None,
) -> Iterator[Drawn]:
    """Yield diffusivity with porosity and tortuosity with surface area against the swept parameter, scan by scan.

    Only of sweeps over the tortuosity of one phase along one axis, with more than one value.
    """
    over = table.names("position")[0]
    if not set(table.frame) >= NEEDED:
        return
    surfaces = [each for each in tables.values() if each.kind == "sweep" and {over, SURFACE} <= set(each.frame)]
    for scan, rows in list(scans_of(table))[:MOST_SCANS_DRAWN]:
        if rows[over].duplicated().any() or len(rows) < 2:
            continue
        what = f"{scan}: what" if "scan" in table.frame and table.frame["scan"].nunique() > 1 else "What"
        surface = next((found for each in surfaces if (found := _of_scan(each, scan, rows[over])) is not None), None)
        marks = " Dashed: the value that the study uses." if scan in chosen else ""
        marks += " Shaded: the band that may be right." if band else ""
        if np.isinf(rows["tortuosity"]).any():
            marks += " ∞: the phase does not percolate."
        second = "" if surface is None else " with the surface area per volume of sample (squares)"
        caption = (
            f"{what} the {name_in_print(over)} does to transport: a, relative diffusivity (circles) with "
            f"porosity (squares); b, tortuosity (circles){second}.{marks}"
        )
        one = ResultTable(rows, columns=table.columns, kind=table.kind)
        figure = figure_transport_sensitivity(one, surface=surface, chosen=chosen.get(scan), band=band)
        yield Drawn(f"transport-{name}-{scan}", "sensitivity", figure, caption)


def _of_scan(table: ResultTable, scan: str, values: pd.Series) -> ResultTable | None:
    """Return the rows of a scan, if there is one for each of these values."""
    rows = table.frame[table.frame["scan"] == scan] if "scan" in table.frame else table.frame
    over = table.names("position")[0]
    if rows[over].duplicated().any() or set(rows[over]) != set(values):
        return None
    return ResultTable(rows, columns=table.columns, kind=table.kind)

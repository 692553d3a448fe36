"""The figures of transport with their captions, one for the axes of a sample."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from voltome.data import ResultTable
from voltome.report.drawn import Drawn, Looked
from voltome.report.figures_transport import figure_tortuosity
from voltome.report.formatting import grid_in_print, listed, number_in_print, title_in_print
from voltome.report.lines import MOST_LINES

AXIS_BY_AXIS = ("tortuosity", "permeability")
"""Kinds of tables of which a study has one for every axis, which are read side by side."""


def axes_together(tables: Mapping[str, ResultTable]) -> dict[str, ResultTable]:
    """Return the tables with those under each other that differ in the axis alone, by the shortest of their names.

    They are of one method, and of the same images: the porosity of a phase in a scan is the same in all. What two
    tables give alike, such as a field and the step for its number, is kept once.
    """
    groups: list[dict[str, ResultTable]] = []
    for name, table in tables.items():
        group = next((group for group in groups if _belongs(table, list(group.values()))), None)
        if group is None:
            groups.append({name: table})
        else:
            group[name] = table
    return {min(group, key=len): _under_each_other(list(group.values())) for group in groups}


def _belongs(table: ResultTable, group: Sequence[ResultTable]) -> bool:
    """Say whether a table is of the same images and method as those of a group, and leaves a figure that is read."""
    first = group[0]
    if table.kind not in AXIS_BY_AXIS or table.kind != first.kind or table.columns != first.columns:
        return False
    if table.method.partition(", tolerance")[0] != first.method.partition(", tolerance")[0]:
        return False
    together = _under_each_other([*group, table]).frame
    here = [name for name in ("scan", "phase") if name in together]
    same = bool((together.groupby(here)["porosity"].nunique() == 1).all())
    return same and (table.kind != "tortuosity" or len(together) <= MOST_LINES)


def _under_each_other(group: Sequence[ResultTable]) -> ResultTable:
    """Return the rows of all tables, each combination of keys once, by axis in the order z, y, x within a scan."""
    if len(group) == 1:
        return group[0]
    first = group[0]
    frame = pd.concat([table.frame for table in group], ignore_index=True).drop_duplicates(first.names("key"))
    places = {"z": 0, "y": 1, "x": 2}
    scans = {scan: number for number, scan in enumerate(frame["scan"].unique())} if "scan" in frame else {}
    order = pd.DataFrame(
        {
            "scan": frame["scan"].map(scans) if scans else 0,
            "phase": frame["phase"],
            "axis": frame["axis"].map(places),
        },
        index=frame.index,
    )
    rows = frame.loc[order.sort_values(["scan", "phase", "axis"], kind="stable").index].reset_index(drop=True)
    return replace(first, frame=rows)


def draw_tortuosity(name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield the bars of tortuosity and relative diffusivity."""
    frame = table.frame
    phases = listed(list(dict.fromkeys(frame["phase"])))
    axes = listed(list(dict.fromkeys(frame["axis"])))
    blocked = int(np.isinf(frame["tortuosity"].to_numpy(np.float64)).sum())
    none = f" ∞: {phases} does not percolate, and nothing diffuses through." if blocked else ""
    bound = number_in_print(100 * float(frame["relative_error_bound"].max()), 1)
    caption = (
        f"{title_in_print(name)}. Tortuosity factor (porosity over relative diffusivity) of {phases} along {axes}, and "
        f"relative diffusivity. Dashes: what the relation of Bruggeman expects of this porosity, tortuosity = "
        f"1/√porosity; triangles: the bound of Hashin and Shtrikman, (3 − porosity)/2, below which no isotropic "
        f"medium lies.{none} Error of the solver: at most {bound} %; that of voxels, threshold and size of the sample "
        f"is not in it. Method: {grid_in_print(table.method)}."
    )
    yield Drawn(f"tortuosity-{name}", "comparison", figure_tortuosity(table), caption)

"""Tables of tortuosity with made-up numbers: the whole image, its sweep, its sub-volumes, its refinement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from voltome.data import Column, ResultTable
from voltome.study.subvolumes import CUBE_COLUMNS

OVER = Column("threshold.intervals.pore.1", "1", "Swept.", "position")
TORTUOSITY = (
    Column("phase", "", "Phase.", "key"),
    Column("axis", "", "Axis.", "key"),
    Column("porosity", "1", "Porosity."),
    Column("relative_diffusivity", "1", "D over D0."),
    Column("tortuosity", "1", "Porosity over that.", may_be_infinite=True),
    Column("relative_error_bound", "1", "Bound."),
    Column("iterations", "1", "Iterations."),
)
INFINITY = float("inf")

Numbers = tuple[float, float]
"""Porosity and relative diffusivity, of which the tortuosity follows."""


def tortuosity(numbers: Mapping[str, Numbers], *, bound: float = 1e-4) -> ResultTable:
    """Return the table of a whole image: axis -> porosity and relative diffusivity."""
    return ResultTable(_frame([(axis, *pair) for axis, pair in numbers.items()], bound), columns=TORTUOSITY,
                       kind="tortuosity", measured_on="phases of 8 x 8 x 8 voxels of 1 um", method="face")  # fmt: skip


def sweep(values: Mapping[float, Mapping[str, Numbers]]) -> ResultTable:
    """Return the table of a sweep: value -> axis -> porosity and relative diffusivity."""
    frames = [
        _frame([(axis, *pair) for axis, pair in of_value.items()]).assign(**{OVER.name: value})
        for value, of_value in values.items()
    ]
    return _table(frames, (OVER, *TORTUOSITY), "sweep")


def subvolumes(
    cubes: Mapping[float, Sequence[Numbers]], *, axis: str = "z", whole_um3: float = 1e6, nested: bool = False
) -> ResultTable:
    """Return the table of disjoint cubes: edge -> porosity and relative diffusivity of each."""
    frames = [
        _frame([(axis, *pair)]).assign(
            edge_um=edge, corner_z_um=0.0, corner_y_um=0.0, corner_x_um=edge * n, image_share=edge**3 / whole_um3,
            nested=nested,
        )
        for edge, of_edge in cubes.items()
        for n, pair in enumerate(of_edge)
    ]  # fmt: skip
    return _table(frames, (*CUBE_COLUMNS, *TORTUOSITY), "subvolumes")


def refinement(limits: Mapping[str, float]) -> ResultTable:
    """Return the table of a refinement: axis -> tortuosity extrapolated to voxels of no size."""
    columns = (*TORTUOSITY[:2], Column("tortuosity_extrapolated", "1", "Limit.", may_be_infinite=True))
    frame = pd.DataFrame([("pore", axis, limit) for axis, limit in limits.items()],
                         columns=[column.name for column in columns])  # fmt: skip
    return ResultTable(frame, columns=columns, kind="tortuosity_refinement")


def of_scans(table: ResultTable, names: Sequence[str]) -> ResultTable:
    """Return the table once for each scan, as a report has it."""
    frame = pd.concat([table.frame.assign(scan=name) for name in names], ignore_index=True)
    columns = (Column("scan", "", "Scan.", "key"), *table.columns)
    return ResultTable(frame[[column.name for column in columns]], columns=columns, kind=table.kind)


def _frame(rows: Sequence[tuple[str, float, float]], bound: float = 1e-4) -> pd.DataFrame:
    made: list[tuple[Any, ...]] = [
        ("pore", axis, porosity, diffusivity, porosity / diffusivity if diffusivity else INFINITY, bound, 8)
        for axis, porosity, diffusivity in rows
    ]
    return pd.DataFrame(made, columns=[column.name for column in TORTUOSITY])


def _table(frames: Sequence[pd.DataFrame], columns: tuple[Column, ...], kind: str) -> ResultTable:
    frame = pd.concat(frames, ignore_index=True)[[column.name for column in columns]]
    return ResultTable(frame, columns=columns, kind=kind)

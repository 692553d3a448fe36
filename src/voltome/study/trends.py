"""Whether measures of sub-volumes still change with the edge: a straight line through them, with its error."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import Column, ResultTable
from voltome.study.settling import is_of_the_sample

__all__ = ["FEWEST_EDGES", "KIND", "trends"]

KIND = "trend"

FEWEST_EDGES = 3
"""Through two points a straight line always goes."""

SLOPE = "relative_slope_per_um"

_MEASURE = Column("measure", "", "The measure, by the name of its column.", "key")
_RESULTS = (
    Column("subvolumes", "1", "Sub-volumes that the line is fitted to."),
    Column("mean_edge_um", "um", "Mean of their edges, weighted like the fit: there the line has the mean value."),
    Column(SLOPE, "1/um", "Change of the measure with the edge, over its mean value: 0 where the size says nothing."),
    Column(
        "relative_slope_standard_error_per_um",
        "1/um",
        "Standard error of the slope, from the scatter about the line.",
        "standard_error",
        SLOPE,
    ),
)


def trends(cubes: ResultTable) -> ResultTable:
    """Return for each measure of sub-volumes the straight line against their edge.

    The disjoint sub-volumes count, where there are any, weighted by their volume as their variance falls with it.
    Measures that grow with the cube, or are infinite in one, are left out, as is all with fewer than three edges.

    Parameters
    ----------
    cubes : ResultTable
        The measures of all sub-volumes, with `edge_um` and `nested`.
    """
    keys = [column for column in cubes.columns if column.role == "key"]
    frame = cubes.frame
    frame = frame[~frame["nested"]] if not frame["nested"].all() else frame
    parts = frame.groupby([key.name for key in keys], sort=False) if keys else [((), frame)]
    names = [] if cubes.names("label") or len(cubes.names("position")) > _OWN_POSITIONS else _measures(cubes)
    rows: list[dict[str, Any]] = []
    for of_key, found in parts:
        for name in names:
            values = found[name].to_numpy(np.float64)
            if found["edge_um"].nunique() >= FEWEST_EDGES and np.isfinite(values).all():
                line = _line(found["edge_um"].to_numpy(np.float64), values)
                rows += (
                    [dict(zip([key.name for key in keys], of_key, strict=True), measure=name, **line)] if line else []
                )
    columns = (*keys, _MEASURE, *_RESULTS)
    made = pd.DataFrame(rows, columns=[column.name for column in columns])
    if not rows:
        texts = {column.name: "object" for column in columns if column.role == "key"}
        made = made.astype({column.name: "float64" for column in columns} | {"subvolumes": "int64"} | texts)
    return ResultTable(
        made,
        columns=columns,
        kind=KIND,
        measured_on=cubes.measured_on,
        method=f"straight line against the edge by least squares, weighted by volume; at least {FEWEST_EDGES} edges",
        history=cubes.history,
    )


_OWN_POSITIONS = 5
"""Positions that a table of sub-volumes has of its own: edge, corner and share of the image; profiles have more."""


def _measures(cubes: ResultTable) -> list[str]:
    """Return the measures that can have a trend."""
    numbers = [name for name in cubes.names("measure") if cubes.frame[name].dtype.kind == "f"]
    return [name for name in numbers if is_of_the_sample(cubes, name)]


def _line(edges: NDArray[np.float64], values: NDArray[np.float64]) -> dict[str, float] | None:
    """Return the line through the values, relative to their mean; None where that is 0."""
    weights = edges**3
    mean_edge, mean = (float(np.average(each, weights=weights)) for each in (edges, values))
    if mean == 0 or len(values) < FEWEST_EDGES:
        return None
    away = edges - mean_edge
    spread = float((weights * away**2).sum())
    slope = float((weights * away * (values - mean)).sum()) / spread
    left = values - mean - slope * away
    error = float(np.sqrt((weights * left**2).sum() / (len(values) - 2) / spread))
    return {
        "subvolumes": len(values),
        "mean_edge_um": mean_edge,
        SLOPE: slope / abs(mean),
        "relative_slope_standard_error_per_um": error / abs(mean),
    }

"""From which edge on sub-volumes give the value of the whole image, and scatter little about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from voltome.data import Column, ResultTable

__all__ = ["FEWEST_CUBES", "KIND", "infinite_in_words", "is_of_the_sample", "settling"]

KIND = "settling"

FEWEST_CUBES = 3
"""With fewer cubes of an edge their scatter says nothing."""

EXTENSIVE_UNITS = frozenset({"um2", "um3", "mg"})
"""Units of what grows with the cube."""

EXTENSIVE_MEASURES = frozenset(
    {
        "length_um",
        "active_length_um",
        "unknown_length_um",
        "inactive_length_um",
        "edge_length_um",
        "independent_volumes",
    }
)
"""What grows with the cube and does not tell by its unit, which lengths of lines share with radii."""

INTENSIVE_MEASURES = frozenset({"permeability_um2"})
"""What does not grow with the cube although its unit is that of an area."""

OF_THE_SOLVER = frozenset({"relative_error_bound", "flux_spread", "iterations"})
"""What says how well an equation was solved, and nothing of the sample."""

_MEASURE = Column("measure", "", "The measure, by the name of its column.", "key")
_RESULTS = (
    Column("edge_um", "um", "Smallest edge from which on the measure has settled."),
    Column("volume_um3", "um3", "Volume of a sub-volume of that edge."),
    Column("subvolumes", "1", "Sub-volumes of that edge."),
    Column("relative_deviation", "1", "Mean over them less the value of the whole image, over that value."),
    Column("relative_scatter", "1", "Standard deviation among them over the value of the whole image."),
)


def settling(cubes: ResultTable, whole: ResultTable | None, within: float) -> ResultTable:
    """Return for each measure of sub-volumes the edge from which on it has settled.

    Parameters
    ----------
    cubes : ResultTable
        The measures of all sub-volumes, with `edge_um` and `nested`; where there are disjoint ones, these count.
    whole : ResultTable, optional
        The same measured on the whole image; None where that could not be measured.
    within : float
        Largest deviation of the mean from the whole, and largest scatter, both relative.
    """
    keys = [column for column in cubes.columns if column.role == "key"]
    rows: list[dict[str, Any]] = []
    missing: list[str] = []
    for of_key, name, reference, values in _series(cubes, whole, [column.name for column in keys]):
        found = _settled(values, name, reference, within)
        if found is None:
            missing.append(f"{name} ({', '.join(map(str, of_key.values()))})" if of_key else name)
        else:
            rows.append({**of_key, "measure": name, **found})
    columns = (*keys, _MEASURE, *_RESULTS)
    frame = pd.DataFrame(rows, columns=[column.name for column in columns])
    if not rows:
        texts = {column.name: "object" for column in columns if column.role == "key"}
        frame = frame.astype({column.name: "float64" for column in columns} | {"subvolumes": "int64"} | texts)
    return ResultTable(
        frame,
        columns=columns,
        kind=KIND,
        measured_on=cubes.measured_on,
        method=f"the mean of the sub-volumes lies within {within:.3g} of the value of the whole image, and they "
        f"scatter by no more, at this and every larger edge; at least {FEWEST_CUBES} sub-volumes",
        history=cubes.history,
        warnings=_warnings(cubes, missing, within),
    )


def _series(
    cubes: ResultTable, whole: ResultTable | None, keys: Sequence[str]
) -> Iterator[tuple[dict[str, Any], str, float, pd.DataFrame]]:
    """Yield keys, name, value of the whole image and rows of the sub-volumes, for each measure that can settle.

    That are those of which every sub-volume gives one value for each key, that do not grow with it, and that are
    neither 0 nor infinite for the whole image. Of particles and profiles every sub-volume has others.
    """
    if whole is None or whole.names("position") or whole.names("label") or whole.frame.duplicated(list(keys)).any():
        return
    names = [
        name for name in whole.names("measure") if whole.frame[name].dtype.kind == "f" and is_of_the_sample(whole, name)
    ]
    frame = cubes.frame
    frame = frame[~frame["nested"]] if not frame["nested"].all() else frame
    for _, row in whole.frame.iterrows():
        of_key = {key: row[key] for key in keys}
        rows = frame
        for key, value in of_key.items():
            rows = rows[rows[key] == value]
        for name in names:
            if len(rows) and row[name] != 0 and np.isfinite(row[name]):
                yield of_key, name, float(row[name]), rows


def is_of_the_sample(whole: ResultTable, name: str) -> bool:
    """Say whether a measure is one of the sample that does not grow with the cube."""
    grows = whole.column(name).unit in EXTENSIVE_UNITS and name not in INTENSIVE_MEASURES
    return not grows and name not in EXTENSIVE_MEASURES and name not in OF_THE_SOLVER


def _settled(rows: pd.DataFrame, name: str, reference: float, within: float) -> dict[str, Any] | None:
    """Return what is said of a measure that has settled, or None."""
    last = None
    for edge, values in reversed(list(rows.groupby("edge_um", sort=True)[name])):
        if not np.isfinite(values).all():  # of what is infinite in a cube there is no mean
            break
        deviation, few = float(values.mean()) / reference - 1, len(values) < FEWEST_CUBES
        scatter = 0.0 if few else float(values.std(ddof=1)) / abs(reference)
        if max(abs(deviation), scatter) > within:
            break
        if not few:
            last = {
                "edge_um": float(edge),
                "volume_um3": float(edge) ** 3,
                "subvolumes": len(values),
                "relative_deviation": deviation,
                "relative_scatter": scatter,
            }
    return last


def infinite_in_words(table: ResultTable, by: str) -> tuple[str, ...]:
    """Return how many of the values of each measure are infinite, for each value of the column `by`."""
    said = []
    for column in table.columns:
        if not column.may_be_infinite or column.role != "measure":
            continue
        endless = np.isinf(table.frame[column.name]).groupby(table.frame[by], sort=True)
        counts = [
            f"{int(found.sum())} of {len(found)} at {value:g}" if isinstance(value, int | float) else
            f"{int(found.sum())} of {len(found)} at {value}"
            for value, found in endless
            if found.any()
        ]  # fmt: skip
        if counts:
            said.append(
                f"{column.name} is infinite, as there is no path through the sample, in {', '.join(counts)} of {by}. "
                f"These are in no mean; use a measure that is 0 there, such as the diffusivity."
            )
    return tuple(said)


def _warnings(cubes: ResultTable, missing: Sequence[str], within: float) -> tuple[str, ...]:
    """Return the sentence that names what has not settled."""
    if not missing:
        return ()
    largest = float(cubes.frame["edge_um"].max())
    return (
        f"Not settled within {100 * within:.3g} % in sub-volumes of up to {largest:g} um: {', '.join(missing)}. Choose "
        f"larger edges (edges_um) of which {FEWEST_CUBES} or more fit and are drawn (at_most), or measure a larger "
        f"image.",
    )

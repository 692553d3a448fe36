"""Several samples in one state: their mean, and the error that the scatter between samples gives."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import Column, ResultTable
from voltome.data.tables import UNIT_SUFFIXES, unit_in_name
from voltome.study.model import Study

__all__ = ["has_replicates", "replicates", "without_unit"]

BETWEEN = (
    "Standard error from the scatter between the samples of this state: their standard deviation over the root of "
    "their number. It holds what differs from sample to sample, which no single image shows."
)


def has_replicates(study: Study) -> bool:
    """Say whether several scans have one value of what the scans are compared by: replicates of one state."""
    by = study.compare_by
    if by is None or by == "scan":
        return False
    values = [scan.attributes[by] for scan in study.scans.values()]
    return len(set(values)) < len(values)


def replicates(study: Study, table: ResultTable, *, like: ResultTable) -> ResultTable | None:
    """Return the means over the samples of each state with their errors, and how they differ from the first state.

    `table` has the rows of all scans, `like` is the table of one. Rows belong together when their keys (phase,
    estimator) are the same. None where rows have no partner: tables along a position, and of particles one by one.
    """
    by = study.compare_by
    keys = like.names("key")
    measures = [name for name in like.names("measure") if table.frame[name].dtype.kind in "if"]
    # of what is infinite for a sample there is no mean
    numbers = [name for name in measures if np.isfinite(table.frame[name]).all()]
    if by is None or like.names("position") or like.names("label") or not numbers or by in like.frame:
        return None
    if table.frame.duplicated(["scan", *keys]).any():
        return None
    grouped = table.frame.groupby([by, *keys], sort=False)
    several = grouped.size() > 1
    if not several.any():
        return None
    means, errors = grouped[numbers].mean()[several], grouped[numbers].sem()[several]
    columns = [_described(study, by), *(like.column(key) for key in keys)]
    frame = means.index.to_frame(index=False)
    frame["samples"] = grouped.size()[several].to_numpy()
    columns.append(Column("samples", "1", "Samples of this state."))
    first = next(scan.attributes[by] for scan in study.scans.values())
    base = _rows_of_first(means.index, first)
    for name in numbers:
        mean, error = means[name].to_numpy(), errors[name].to_numpy()
        _add(
            frame, columns, like.column(name), name, f"Mean over the samples: {like.column(name).meaning}", mean, error
        )
        if base is not None:
            change, meaning = f"change_of_{name}", f"Mean of {name} minus that of the state {by} {first}."
            of_both = np.where(base == np.arange(len(base)), 0.0, np.hypot(error, error[base]))
            _add(frame, columns, like.column(name), change, meaning, mean - mean[base], of_both)
    return ResultTable(
        frame,
        columns=tuple(columns),
        kind="replicates",
        measured_on=table.measured_on,
        method=f"{table.method}; mean over samples of one {by}; standard error between samples",
        warnings=_warnings(study, by),
    )


def without_unit(name: str) -> str:
    """Return a column name without the unit at its end."""
    return next((name.removesuffix(ending) for ending in UNIT_SUFFIXES if name.endswith(ending)), name)


def _described(study: Study, by: str) -> Column:
    """Return the column of what the scans are compared by."""
    return Column(by, unit_in_name(by) or "1", f"{by} of the samples, from the study file.", "key")


def _rows_of_first(places: pd.Index, first: Any) -> NDArray[np.int64] | None:
    """Return, for every row, that of the first state with the same keys, or None where one has none."""
    row_of = {place if isinstance(place, tuple) else (place,): row for row, place in enumerate(places)}
    found = [row_of.get((first, *place[1:])) for place in row_of]
    return None if None in found else np.array(found, np.int64)


def _add(
    frame: pd.DataFrame,
    columns: list[Column],
    like: Column,
    name: str,
    meaning: str,
    values: NDArray[np.float64],
    errors: NDArray[np.float64],
) -> None:
    """Add a measure and its standard error."""
    stem = without_unit(name)
    error = f"{stem}_standard_error{name.removeprefix(stem)}"
    frame[name], frame[error] = values, errors
    columns += [Column(name, like.unit, meaning), Column(error, like.unit, BETWEEN, "standard_error", name)]


def _warnings(study: Study, by: str) -> tuple[str, ...]:
    """Return which states have one sample only, and so no error between samples."""
    counts = Counter(scan.attributes[by] for scan in study.scans.values())
    single = [str(value) for value, count in counts.items() if count == 1]
    if not single:
        return ()
    return (
        f"There is one sample only of {by} {', '.join(single)}, so no error between samples: it is left out of "
        f"the tables of replicates. Add a second sample.",
    )

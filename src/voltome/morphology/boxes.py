"""Many boxes of one image at once, with the very numbers that the measures give for each box cut out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import PhaseImage, PhaseName
from voltome.data._kernels_slabs import in_slabs
from voltome.data._parameters import check_choice
from voltome.errors import PhaseError, ValuesError
from voltome.morphology import columns
from voltome.morphology._kernels_boxes import box_label_counts
from voltome.morphology._kernels_phases import COUNTS, mixed_pairs
from voltome.morphology.fractions import fraction_columns
from voltome.morphology.surfaces import Estimator, areas_of_pairs_um2, by_pairs, check_present, of_counts

Box = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class MeasuredBoxes:
    """The rows of the tables of many boxes.

    Attributes
    ----------
    frame : pandas.DataFrame
        The rows of all boxes that could be measured, under each other.
    box : numpy.ndarray of int64
        For each row the number of its box.
    failed : dict of int to str
        Number of each box that could not be measured, and the message that its measure gives.
    """

    frame: pd.DataFrame
    box: NDArray[np.int64]
    failed: dict[int, str]


def phase_fractions_of_boxes(phases: PhaseImage, *, boxes: Sequence[Box]) -> MeasuredBoxes | None:
    """Measure `phase_fractions` of many boxes; None for an image with a mask, whose octants differ from box to box."""
    if phases.mask is not None:
        return None
    corners, splits = _corners_and_splits(boxes)
    labels, names = list(phases.phases), list(phases.phases.values())
    counts = box_label_counts(phases.values.astype(np.uint8, copy=False), corners, splits)
    rows: list[dict[str, Any]] = []
    failed: dict[int, str] = {}
    numbers: list[int] = []
    for number, of_box in enumerate(counts):
        try:
            rows.append(fraction_columns(phases, names, of_box[:, labels].astype(np.float64)))
        except ValuesError as error:
            failed[number] = str(error)
            continue
        numbers.append(number)
    return _measured(rows, numbers, len(phases.phases), failed)


def surface_area_of_boxes(
    phases: PhaseImage,
    *,
    boxes: Sequence[Box],
    phase: PhaseName,
    estimator: Estimator = "crofton13",
    level: float | None = None,
    smoothed: bool = False,
) -> MeasuredBoxes | None:
    """Measure `surface_area` of many boxes; None for an image with a mask, and where pairs do not tell."""
    check_choice("estimator", estimator, get_args(Estimator))
    if phases.mask is not None or not by_pairs(estimator, level=level, smoothed=smoothed):
        return None
    label = phases.label_of(phase)
    values = phases.values.astype(np.uint8, copy=False)
    rows: list[dict[str, Any]] = []
    failed: dict[int, str] = {}
    numbers: list[int] = []
    for number, counts in enumerate(_pairs_of_boxes(values, label, boxes)):
        try:
            check_present(phase, counts)
            areas = areas_of_pairs_um2(phases.voxel_size_um, estimator, counts)
            found = of_counts(phases, phase, estimator, areas, counts, method="", history=())
            rows.append({column.name: [getattr(found, column.name)] for column in columns.SURFACE_AREA})
        except (PhaseError, ValuesError) as error:
            failed[number] = str(error)
            continue
        numbers.append(number)
    return _measured(rows, numbers, 1, failed)


def _pairs_of_boxes(values: NDArray[Any], label: int, boxes: Sequence[Box]) -> NDArray[np.int64]:
    """Return the counts of `mixed_pairs` for every box."""
    corners, splits = _corners_and_splits(boxes)
    counts = np.zeros((len(boxes), 8, COUNTS), np.int64)

    def count(slab: int, first: int, stop: int) -> None:
        for box in range(first, stop):
            lower, upper = np.ascontiguousarray(corners[box, 0]), np.ascontiguousarray(corners[box, 1])
            counts[box] = mixed_pairs(values, label, None, lower, upper, splits[box])

    # a thread has whole boxes to itself
    in_slabs((len(boxes), int(np.prod(corners[:, 1] - corners[:, 0], axis=1).mean())), count)
    return counts


def _corners_and_splits(boxes: Sequence[Box]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the lower and upper corner of every box, shape (n, 2, 3), and the first voxel of its second halves."""
    corners = np.array(boxes, np.int64).reshape(-1, 3, 2).transpose(0, 2, 1)
    lower, upper = corners[:, 0], corners[:, 1]
    splits: NDArray[np.int64] = lower + (upper - lower + 1) // 2
    return corners, splits


def _measured(
    rows: Sequence[dict[str, Any]], numbers: Sequence[int], rows_per_box: int, failed: dict[int, str]
) -> MeasuredBoxes:
    """Return the rows of all boxes under each other."""
    columns = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]} if rows else {}
    box = np.repeat(np.array(numbers, np.int64), rows_per_box)
    return MeasuredBoxes(pd.DataFrame(columns), box, failed)

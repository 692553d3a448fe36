"""How good a classifier is, measured on the voxels that were brushed: out of bag, and by strokes left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import ndimage

from voltome.data import ResultTable
from voltome.segmentation import _forests
from voltome.segmentation.columns_classifier import ACCURACY_COLUMNS, CONFUSION_COLUMNS, IMPORTANCE_COLUMNS

OUT_OF_BAG, LEFT_OUT = "out of bag", "strokes left out"

MOST_FOLDS = 5

MOST_TREES = 30
"""Grown for a part left out: the shares of more hardly change which phase is the most probable."""

FEW_VOXELS = 50
"""Of a phase with fewer brushed voxels a reader is warned."""


@dataclass(frozen=True, slots=True)
class Brushed:
    """The voxels that were brushed, with their features.

    Attributes
    ----------
    features : numpy.ndarray
        Shape (voxel, feature).
    classes : numpy.ndarray
        Number of the phase of each, from 0.
    strokes : numpy.ndarray
        Number of the brush stroke of each; a stroke is a connected piece of one phase.
    phases : tuple of str
        Names of the phases.
    """

    features: NDArray[np.float32]
    classes: NDArray[np.int64]
    strokes: NDArray[np.int64]
    phases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """Voxels that were judged by trees that had not seen them: which phase they were brushed as, and found to be."""

    how: str
    brushed: NDArray[np.int64]
    found: NDArray[np.int64]


def strokes_of(labels: NDArray[np.uint8], names: Mapping[int, str]) -> NDArray[np.int64]:
    """Return the number of the stroke of every brushed voxel, in raster order; corners connect."""
    around = np.ones((3, 3, 3), np.bool_)
    strokes = np.zeros(labels.shape, np.int32)
    count = 0
    for label in names:
        pieces, found = ndimage.label(labels == label, around)
        strokes[pieces > 0] = pieces[pieces > 0] + count
        count += int(found)
    return strokes[labels > 0].astype(np.int64)


def judge(brushed: Brushed, forest: _forests.Forest, *, trees: int, voxels_per_leaf: int, seed: int) -> list[Judged]:
    """Return what trees say of voxels that they were not grown on, in the two ways."""
    votes = _forests.out_of_bag(forest, brushed.features)
    seen = votes.sum(axis=1) > 0
    judged = [Judged(OUT_OF_BAG, brushed.classes[seen], votes[seen].argmax(axis=1))]
    folds = _folds(brushed)
    found = np.full(brushed.classes.size, -1, np.int64)
    for fold in range(int(folds.max()) + 1):
        out = folds == fold
        grown = _forests.grow(
            brushed.features[~out],
            brushed.classes[~out],
            trees=min(trees, MOST_TREES),
            voxels_per_leaf=voxels_per_leaf,
            seed=seed,
        )
        found[out] = _forests.Asked(grown).probabilities(brushed.features[out]).argmax(axis=1)
    if (folds >= 0).any():
        judged.append(Judged(LEFT_OUT, brushed.classes[folds >= 0], found[folds >= 0]))
    return judged


def _folds(brushed: Brushed) -> NDArray[np.int64]:
    """Return the fold in which each voxel is left out, -1 for never: a phase of one stroke cannot do without it."""
    folds = np.full(brushed.classes.size, -1, np.int64)
    for phase in range(len(brushed.phases)):
        strokes, sizes = np.unique(brushed.strokes[brushed.classes == phase], return_counts=True)
        if strokes.size < 2:
            continue
        # the largest first, dealt round: folds of one size, and no phase without a stroke in the others
        for place, stroke in enumerate(strokes[np.argsort(-sizes, kind="stable")]):
            folds[brushed.strokes == stroke] = place % min(MOST_FOLDS, strokes.size)
    return folds


def accuracy_table(brushed: Brushed, judged: Sequence[Judged], *, measured_on: str, method: str) -> ResultTable:
    """Return how much of every phase was found again, and how much of what was found is right."""
    rows = []
    for how in judged:
        for number, phase in enumerate(brushed.phases):
            here, found = how.brushed == number, how.found == number
            if not here.any():
                continue
            right = int(np.count_nonzero(here & found))
            strokes = np.unique(brushed.strokes[brushed.classes == number]).size
            of_both = int(np.count_nonzero(here)) + int(np.count_nonzero(found))
            rows.append((phase, how.how, int(here.sum()), int(strokes), right / int(here.sum()), 2 * right / of_both))
    return ResultTable(
        pd.DataFrame(rows, columns=[column.name for column in ACCURACY_COLUMNS]),
        columns=ACCURACY_COLUMNS,
        kind="accuracy",
        measured_on=measured_on,
        method=method,
        warnings=_warnings(brushed, judged),
    )


def confusion_table(brushed: Brushed, judged: Sequence[Judged], *, measured_on: str, method: str) -> ResultTable:
    """Return what the voxels of every phase were taken for."""
    rows = []
    for how in judged:
        counts = np.zeros((len(brushed.phases),) * 2, np.int64)
        np.add.at(counts, (how.brushed, how.found), 1)
        for number, phase in enumerate(brushed.phases):
            of = int(counts[number].sum())
            rows += [
                (how.how, phase, other, int(counts[number, at]), int(counts[number, at]) / of)
                for at, other in enumerate(brushed.phases)
                if of
            ]
    return ResultTable(
        pd.DataFrame(rows, columns=[column.name for column in CONFUSION_COLUMNS]),
        columns=CONFUSION_COLUMNS,
        kind="confusion",
        measured_on=measured_on,
        method=method,
    )


def importance_table(
    names: Sequence[str], importances: NDArray[np.float64], *, measured_on: str, method: str
) -> ResultTable:
    """Return the features and their importance, the most important first."""
    order = np.argsort(-importances, kind="stable")
    frame = pd.DataFrame({"feature": [names[i] for i in order], "importance": importances[order]})
    return ResultTable(frame, columns=IMPORTANCE_COLUMNS, kind="importances", measured_on=measured_on, method=method)


def _warnings(brushed: Brushed, judged: Sequence[Judged]) -> tuple[str, ...]:
    """Return what a reader must know: phases with few voxels, with one stroke, and that are not found again."""
    said = []
    for number, phase in enumerate(brushed.phases):
        count = int(np.count_nonzero(brushed.classes == number))
        strokes = np.unique(brushed.strokes[brushed.classes == number]).size
        if count < FEW_VOXELS:
            said.append(
                f"Only {count} voxels of {phase} were brushed: what the classifier takes for it hangs on these. Brush "
                f"at least {FEW_VOXELS}, in several places."
            )
        if strokes == 1:
            said.append(
                f"{phase} was brushed in one stroke, so how well it is found elsewhere was not measured. Brush it in "
                f"two places or more."
            )
    for how in judged:
        right = float(np.mean(how.brushed == how.found))
        if how.how == LEFT_OUT and right < 0.8:
            said.append(
                f"With strokes left out, {right:.0%} of their voxels were found again: where nobody brushed, about as "
                f"many are right. Brush where the image looks different, or use other scales."
            )
    return tuple(said)

"""Curves that are lowest at the axis of rotation: where their lowest point is, and how well it is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voltome.errors import GeometryError

Floats = NDArray[np.float64]


class AxisBeyondError(GeometryError):
    """A method fits best at the end of the range of columns that it looked at."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Where one method sees the axis, from some part of the scan.

    Attributes
    ----------
    method, part : str
        How, and from what.
    axis_px, error_px : float
        Column of the axis, and its standard error.
    """

    method: str
    part: str
    axis_px: float
    error_px: float


def check_range(low: float, high: float, columns: int) -> tuple[float, float]:
    """Return the range of columns in which the axis is looked for, cut to the detector."""
    low, high = max(low, 1.0), min(high, columns - 2.0)
    if high - low < 2:
        raise GeometryError(
            f"the axis is looked for between the columns {low:g} and {high:g} of {columns}; expected a range of two "
            f"pixels or more on the detector. Give a larger search_px, or around_px on the detector."
        )
    return low, high


def lowest(axes_px: Floats, scores: Floats) -> float:
    """Return where a curve is lowest, between its points by a parabola; the end of the range where that is lowest."""
    best = int(np.argmin(scores))
    if not 0 < best < len(scores) - 1:
        return float(axes_px[best])
    before, at, behind = (float(score) for score in scores[best - 1 : best + 2])
    bend = before - 2 * at + behind
    share = 0.5 * (before - behind) / bend if bend > 0 else 0.0
    return float(axes_px[best] + share * (axes_px[best + 1] - axes_px[best]))


def check_inside(
    axis_px: float, axes_px: Floats, task: str, *, give: str = "Give a larger search_px, or another around_px."
) -> None:
    """Refuse an axis at the end of the range: the true one lies beyond it; `give` says how to mend it."""
    if axis_px in (float(axes_px[0]), float(axes_px[-1])):
        raise AxisBeyondError(
            f"{task} fits best at the end of the range of columns that it looked at, {axes_px[0]:.4g} to "
            f"{axes_px[-1]:.4g}; expected an axis inside. {give}"
        )


def left_out(axes_px: Floats, totals: Floats, weights: Floats) -> float:
    """Return the standard error of the lowest point of a mean of curves: the scatter when each is left out in turn.

    Parameters
    ----------
    axes_px : numpy.ndarray
        Columns of the curves.
    totals, weights : numpy.ndarray
        Shape (part, column) and (part,): the mean curve is the sum of totals over the sum of weights.
    """
    count = len(totals)
    whole, weight = totals.sum(axis=0), float(weights.sum())
    found = np.array([lowest(axes_px, (whole - totals[n]) / (weight - weights[n])) for n in range(count)])
    return float(np.sqrt((count - 1) / count * np.sum((found - found.mean()) ** 2)))

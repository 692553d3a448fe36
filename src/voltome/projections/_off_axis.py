"""The two halves of a scan over a whole turn beside the axis: how they overlap, and how they are joined."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import spline_filter1d

from voltome.data import Projections
from voltome.errors import GeometryError
from voltome.projections._axis_mirror import (
    Opposite,
    axes_between,
    mirror_correlation,
    mirror_curve,
    mirror_error,
    opposites,
)
from voltome.projections._axis_pairs import MOST_PAIRS, MOST_ROWS, lines_of
from voltome.projections._axis_rows import STEPS_OFF, Lines, angular_step_deg, check_seen, spread_rows
from voltome.projections._axis_scores import check_inside, lowest

Side = Literal["auto", "left", "right"]

BLIND_PX = 8
"""Columns at each end whose smoothed slopes reach beyond the detector; a sample wider than it is cut there."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Where the axis is seen beside the middle of the detector.

    Attributes
    ----------
    axis_px, error_px : float
        Column of the axis, and its standard error.
    correlation : float
        Of the slopes in the overlap with those half a turn on.
    columns : int
        Columns of the detector.
    """

    axis_px: float
    error_px: float
    correlation: float
    columns: int

    @property
    def side(self) -> Literal["left", "right"]:
        """The side of the detector at which the axis is seen."""
        return "right" if self.axis_px >= (self.columns - 1) / 2 else "left"

    @property
    def width_px(self) -> float:
        """Width of what both halves see: twice the way from the axis to the outer edge of the last pixel."""
        beyond = self.columns - 0.5 - self.axis_px if self.side == "right" else self.axis_px + 0.5
        return 2 * beyond

    @property
    def first_mirrored_px(self) -> float:
        """Column at which the last column of the view half a turn on is seen, mirrored."""
        return 2 * self.axis_px - (self.columns - 1)

    @property
    def joined_columns(self) -> range:
        """Columns of the joined view, counted as those of the detector: below 0 or beyond its end where it is wider."""
        first = math.ceil(self.first_mirrored_px)
        behind = math.floor(2 * self.axis_px) + 1
        return range(min(0, first), max(self.columns, behind))


def whole_turn(angles_deg: NDArray[np.float64]) -> list[Opposite]:
    """Return each view of the first half turn with what is seen half a turn on; the angles are in rising order."""
    step = angular_step_deg(angles_deg)
    first = [
        pair
        for pair in opposites(angles_deg)
        if angles_deg[pair.view] < angles_deg[0] + 180 - STEPS_OFF * step
        and angles_deg[pair.others[0]] > angles_deg[pair.view]
    ]
    wanted = int(np.count_nonzero(angles_deg < angles_deg[0] + 180 - STEPS_OFF * step))
    if len(first) < wanted:
        raise GeometryError(
            f"the views cover {angles_deg[-1] - angles_deg[0]:.4g} degrees, so {wanted - len(first)} of the "
            f"{wanted} in the first half turn have none half a turn on; expected a whole turn, 360 degrees."
        )
    return first


def find(projections: Projections, side: Side, smallest_px: float) -> Overlap:
    """Return where the axis is seen: where the slopes of all views agree best with the mirrored ones of the other half.

    The overlap is at least `smallest_px` wide.
    """
    columns = projections.column_count
    middle = (columns - 1) / 2
    low = smallest_px / 2 - 0.5 if side in ("auto", "left") else middle - 1
    high = columns - 0.5 - smallest_px / 2 if side in ("auto", "right") else middle + 1
    order = np.argsort(projections.angles_deg, kind="stable")
    pairs = whole_turn(projections.angles_deg[order])
    places = np.unique(np.linspace(0, len(pairs) - 1, min(len(pairs), MOST_PAIRS)).round().astype(np.int64))
    numbers = spread_rows(projections, MOST_ROWS)
    axes, cut = axes_between(low, high), int(min(BLIND_PX, smallest_px // 4))
    totals, squares = np.zeros(len(axes)), np.zeros(len(axes))
    seen = []
    for place in places:
        lines, others = (_inner(each, cut) for each in lines_of(projections, order, pairs[place], numbers))
        check_seen(lines, "find_overlap")
        difference, square = mirror_curve(lines, others, axes - cut)
        totals += difference
        squares += square
        seen.append((lines, others))
    axis = lowest(axes, totals / np.maximum(squares, 1e-30))
    check_inside(axis, axes, "find_overlap", give="Give a smaller smallest_overlap_px, or the other side.")
    together: tuple[Lines, Lines] = (
        np.concatenate([lines for lines, _ in seen]),
        np.concatenate([others for _, others in seen]),
    )
    inner = axis - cut
    return Overlap(axis, mirror_error(*together, inner), mirror_correlation(*together, inner), columns)


def _inner(lines: Lines, cut: int) -> Lines:
    """Return lines without so many columns at each end, where slopes miss what lies beyond the detector."""
    return lines[:, cut : lines.shape[1] - cut]


def joined(own: Lines, other: Lines, overlap: Overlap) -> Lines:
    """Return a view (row, column) with the mirrored one of the other half beside it, blended by a ramp."""
    kept = overlap.joined_columns
    places = np.arange(kept.start, kept.stop)
    first = overlap.first_mirrored_px
    sees_own = (places >= 0) & (places < overlap.columns)
    sees_other = (places >= first) & (places <= first + overlap.columns - 1)
    inward = overlap.columns - 0.5 - places if overlap.side == "right" else places + 0.5
    share = np.clip(inward / overlap.width_px, 0, 1)
    share = np.where(sees_other, share, 1.0)
    share = np.where(sees_own, share, 0.0)
    found = np.zeros((len(own), len(places)))
    found[:, sees_own] += own * share[sees_own]
    behind = places[sees_other]
    read = between_columns(other[:, ::-1], float(behind[0]) - first, len(behind))
    found[:, sees_other] += read * (1 - share[sees_other])
    return found


def between_columns(lines: Lines, first_px: float, count: int) -> Lines:
    """Return lines at `first_px` and each whole column further on, by cubic splines; each line by itself."""
    whole = math.floor(first_px)
    t = first_px - whole
    if t < 1e-9:
        return lines[:, whole : whole + count]
    coefficients = spline_filter1d(lines, order=3, axis=-1, mode="mirror")
    padded = np.pad(coefficients, ((0, 0), (1, 2)), mode="reflect")
    weights = ((1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, 3 * (1 - t) ** 3 - 6 * (1 - t) ** 2 + 4, t**3)
    found = np.zeros((len(lines), count))
    for tap, weight in enumerate(weights):
        found += padded[:, whole + tap : whole + tap + count] * (weight / 6)
    return found

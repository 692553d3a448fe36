"""The axis of rotation from views half a turn apart: one is the other, mirrored about it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voltome.data import Projections
from voltome.errors import GeometryError
from voltome.projections._axis_mirror import (
    Opposite,
    axes_between,
    is_chance,
    mirror_curve,
    mirror_error,
    opposites,
)
from voltome.projections._axis_rows import Lines, check_seen, edges_of, read_views, spread_rows
from voltome.projections._axis_scores import Estimate, Floats, check_inside, lowest

MOST_PAIRS = 24
MOST_ROWS = 64
"""So many pairs and rows are looked at, spread evenly."""


def by_pairs(projections: Projections, low_px: float, high_px: float) -> list[Estimate]:
    """Return the axis from all pairs of views together, then from each of them."""
    order = np.argsort(projections.angles_deg, kind="stable")
    angles = projections.angles_deg[order]
    pairs = chosen_pairs(angles)
    numbers = spread_rows(projections, MOST_ROWS)
    axes = axes_between(low_px, high_px)
    found: list[Estimate] = []
    totals, squares = np.zeros(len(axes)), np.zeros(len(axes))
    seen = []
    unsure = float(axes[-1] - axes[0]) / float(np.sqrt(12))  # the standard deviation of an axis anywhere in the range
    for pair in pairs:
        lines, others = lines_of(projections, order, pair, numbers)
        check_seen(lines, "the method of pairs")
        difference, square = mirror_curve(lines, others, axes)
        totals += difference
        squares += square
        axis = lowest(axes, difference / np.maximum(square, 1e-30))
        error = max(mirror_error(lines, others, axis), unsure if is_chance(lines, others, axis) else 0.0)
        found.append(Estimate("pairs", f"{angles[pair.view]:.4g} deg and opposite", axis, error))
        seen.append((lines, others))
    whole = lowest(axes, totals / np.maximum(squares, 1e-30))
    check_inside(whole, axes, "the method of pairs")
    exact = pairs[0].others[0] == pairs[0].others[1]
    error = _error(found, seen, whole, exact=exact)
    own = seen if exact else seen[::2]  # continued pairs share their views
    if is_chance(np.concatenate([pair[0] for pair in own]), np.concatenate([pair[1] for pair in own]), whole):
        error = max(error, unsure)
    together = Estimate("pairs", "all pairs", whole, error)
    return [together, *found] if len(found) > 1 else [together]


def chosen_pairs(angles_deg: NDArray[np.float64]) -> list[Opposite]:
    """Return some of the pairs of views half a turn apart, or say that there are none."""
    pairs = opposites(angles_deg)
    if not pairs:
        raise GeometryError(
            f"no view of {angles_deg[0]:.4g} to {angles_deg[-1]:.4g} degrees has another one half a turn on; expected "
            f"views over 180 degrees. Take method='sharpness', or give the axis with set_rotation_axis."
        )
    exact = [pair for pair in pairs if pair.others[0] == pair.others[1]]
    kept = exact or pairs
    places = np.unique(np.linspace(0, len(kept) - 1, min(len(kept), MOST_PAIRS)).round().astype(np.int64))
    return [kept[place] for place in places]


def lines_of(
    projections: Projections, order: NDArray[np.int64], pair: Opposite, numbers: tuple[int, ...]
) -> tuple[Lines, Lines]:
    """Return the slopes of a view and of what is seen half a turn on, shape (row, column)."""
    lines = edges_of(read_views(projections, int(order[pair.view]), numbers))
    first, second = (int(order[place]) for place in pair.others)
    others = edges_of(read_views(projections, first, numbers))
    if pair.share:
        others = others * (1 - pair.share) + edges_of(read_views(projections, second, numbers)) * pair.share
    return lines, others


def _error(found: list[Estimate], seen: list[tuple[Lines, Lines]], axis_px: float, *, exact: bool) -> float:
    """Return the standard error of all pairs together: that of the fit, or the scatter of the pairs where larger."""
    fits = np.array([mirror_error(*pair, axis_px) for pair in seen])
    fit = float(np.sqrt(1 / np.sum(1 / np.maximum(fits, 1e-6) ** 2)))
    if len(found) < 4:
        return fit if exact else float(fits.max())  # continued pairs share their views
    axes: Floats = np.array([each.axis_px for each in found])
    spread = 1.4826 * float(np.median(np.abs(axes - np.median(axes))))
    return max(fit, spread / float(np.sqrt(len(axes))))

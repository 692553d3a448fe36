"""Lines laid over their mirrored opposites: at which axis they agree, and how well that is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.fft as fft
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from voltome.projections._axis_rows import STEPS_OFF, Lines, angular_step_deg
from voltome.projections._axis_scores import Floats

FINER = 16
"""Points of the curve per half pixel."""

BLOCK_PX = 16
"""Columns that are taken together for the standard error: neighbours have the same noise after smoothing."""

SMOOTHED_PX = 7.0
"""Columns over which the slopes of noise are alike: 2 sqrt(pi) widths of the Gaussian."""

CHANCE_SIGMAS, SURE_CORRELATION = 4.0, 0.8
"""So many standard deviations noise does not reach at the best of some hundred axes; above the other it is no noise."""

REACH_STEPS = 1.05
"""Angular steps beyond the last view to which the opposite of a view is continued."""


@dataclass(frozen=True, slots=True)
class Opposite:
    """A view, and what is seen half a turn on: another view, or a weighted sum of two.

    Attributes
    ----------
    view : int
        Place in the rising order of angles.
    others : tuple of int
        Two places; the same one twice where a view is exactly opposite.
    share : float
        Weight of the second; the first has 1 - share.
    """

    view: int
    others: tuple[int, int]
    share: float


def opposites(angles_deg: NDArray[np.float64]) -> list[Opposite]:
    """Return the opposite of every view that has one, for angles in rising order.

    Beside the end of the scan the opposite is continued by up to one step from the last two views, which a scan of half
    a turn without its end needs; the first two views serve the last one in the same way.
    """
    step = angular_step_deg(angles_deg)
    found = []
    last = len(angles_deg) - 1
    for view, angle in enumerate(angles_deg):
        target = angle + 180
        if target <= angles_deg[-1] + REACH_STEPS * step:
            behind = int(np.clip(np.searchsorted(angles_deg, target - STEPS_OFF * step), 1, last))
            found.append(_between(view, behind, target, angles_deg, step))
        elif angle - 180 < angles_deg[0] - STEPS_OFF * step and angle - 180 >= angles_deg[0] - REACH_STEPS * step:
            found.append(_between(view, 1, angle - 180, angles_deg, step))
    return found


def _between(view: int, behind: int, target: float, angles_deg: NDArray[np.float64], step: float) -> Opposite:
    """Return the opposite at an angle from the two views about it, or the one that is there."""
    for place in (behind, behind - 1):
        if abs(float(angles_deg[place]) - target) <= STEPS_OFF * step:
            return Opposite(view, (place, place), 0.0)
    before = int(np.searchsorted(angles_deg, angles_deg[behind] - STEPS_OFF * step)) - 1  # repeated angles are no line
    if before < 0:
        before, behind = behind, int(np.searchsorted(angles_deg, angles_deg[behind] + STEPS_OFF * step, side="right"))
    gap = float(angles_deg[behind] - angles_deg[before])
    return Opposite(view, (before, behind), (target - float(angles_deg[before])) / gap)


def mirror_curve(lines: Lines, others: Lines, axes_px: Floats) -> tuple[Floats, Floats]:
    """Return squared differences of lines from mirrored others against the axis, and the squares they are held against.

    Both are sums over the columns that lines and mirrored lines share: 0 over 2 where they are the same.

    Parameters
    ----------
    lines, others : numpy.ndarray
        Shape (line, column): slopes, so that mirroring turns their sign.
    axes_px : numpy.ndarray
        Evenly spaced by 0.5 / FINER.
    """
    columns = lines.shape[1]
    flipped = -others[:, ::-1]
    width = fft.next_fast_len(2 * columns, real=True)
    spectrum = (fft.rfft(lines, width, axis=1) * np.conj(fft.rfft(flipped, width, axis=1))).sum(axis=0)
    products = fft.irfft(spectrum, width * FINER) * FINER
    shifts = 2 * axes_px - (columns - 1)
    places = np.rint(shifts * FINER).astype(np.int64) % len(products)
    edges = np.arange(columns + 1) - 0.5
    first, stop = np.maximum(-0.5, shifts - 0.5), np.minimum(columns - 0.5, shifts + columns - 0.5)
    squares = np.zeros(len(axes_px))
    for values, offset in ((lines, 0.0), (flipped, shifts)):
        sums = np.concatenate([[0.0], np.cumsum((values**2).sum(axis=0))])
        squares += np.interp(stop - offset, edges, sums) - np.interp(first - offset, edges, sums)
    return squares - 2 * products[places], squares


def mirror_error(lines: Lines, others: Lines, axis_px: float) -> float:
    """Return the standard error of an axis from what is left when lines are laid over mirrored others.

    The error of a least-squares fit whose residuals are independent from block to block of columns, but not within one.
    """
    columns = lines.shape[1]
    places = np.arange(columns, dtype=np.float64)
    seen = 2 * axis_px - places
    inside = (seen >= 0) & (seen <= columns - 1)
    grid = np.meshgrid(np.arange(len(lines), dtype=np.float64), seen[inside], indexing="ij")
    mirrored = -map_coordinates(others, grid, order=1)
    slopes = 2 * map_coordinates(np.gradient(others, axis=1), grid, order=1)
    steps = slopes * (lines[:, inside] - mirrored)
    starts = np.arange(0, steps.shape[1], BLOCK_PX)
    scatter = float((np.add.reduceat(steps, starts, axis=1) ** 2).sum())
    known = float((2 * np.gradient(lines, axis=1)[:, inside] * slopes).sum())  # of both: noise is not taken for slope
    return float(np.sqrt(scatter) / known) if known > 0 else float(columns)


def mirror_correlation(lines: Lines, others: Lines, axis_px: float) -> float:
    """Return the correlation of slopes with those of the mirrored others, over the columns that both have."""
    columns = lines.shape[1]
    seen = 2 * axis_px - np.arange(columns, dtype=np.float64)
    inside = (seen >= 0) & (seen <= columns - 1)
    grid = np.meshgrid(np.arange(len(lines), dtype=np.float64), seen[inside], indexing="ij")
    mirrored, own = -map_coordinates(others, grid, order=1), lines[:, inside]
    norm = float(np.sqrt((own**2).sum() * (mirrored**2).sum()))
    return float((own * mirrored).sum() / norm) if norm > 0 else 0.0


def is_chance(lines: Lines, others: Lines, axis_px: float) -> bool:
    """Say whether noise alone, laid over mirrored noise at the best of many axes, would agree as well.

    The correlation of noise scatters by one over the root of how many independent values there are, of which smoothed
    slopes have one in SMOOTHED_PX columns.
    """
    columns = lines.shape[1]
    shared = columns - abs(2 * axis_px - (columns - 1))
    values = max(len(lines) * shared / SMOOTHED_PX, 1.0)
    return mirror_correlation(lines, others, axis_px) < min(CHANCE_SIGMAS / float(np.sqrt(values)), SURE_CORRELATION)


def axes_between(low_px: float, high_px: float) -> Floats:
    """Return the columns at which curves are computed, those of `mirror_curve`."""
    step = 0.5 / FINER
    return np.arange(np.ceil(low_px / step), np.floor(high_px / step) + 1) * step

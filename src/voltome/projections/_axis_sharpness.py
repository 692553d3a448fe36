"""The axis of rotation by the slice that it makes: at the true one, edges meet and grey values are fewest."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import scipy.fft as fft
from numpy.typing import NDArray

from voltome.projections._axis_fourier import half_turns, resampled
from voltome.projections._axis_rows import AxisRows, Lines, check_seen, edges_of
from voltome.projections._axis_scores import Estimate, Floats, check_inside, lowest
from voltome.projections._kernels_centring import backproject_part

COARSEST = 128
"""Columns of the coarsest grid on which the whole range is searched."""

PART = 160
"""Edge in pixels of the part of a slice that is looked at on finer grids."""

GREYS = 256
"""Grey values of the histogram whose entropy is taken."""

VIEWS_PER_COLUMN = 1.5
"""So many views per column of the grid are kept, if there are more: pi / 2 make a slice without streaks."""

LEAST_ERROR_PX = 0.15
"""No standard error is less: interpolation between columns alone moves the lowest entropy by
half as much, and noise of a few percent by more than views tell of each other."""

SMOOTHED = 0.5
"""Share of the highest frequency at which the window of the filter ends."""


@dataclass(frozen=True, slots=True)
class Slice:
    """One row, ready to be made a slice at any axis.

    Attributes
    ----------
    filtered : numpy.ndarray
        Shape (angle, column): absorbance after the ramp filter.
    angles_deg : numpy.ndarray
        The angles of half a turn, its end left out.
    """

    filtered: Lines
    angles_deg: Floats

    def at(self, axis_px: float, corner: tuple[float, float], shape: tuple[int, int]) -> Lines:
        """Return a part of the slice, in 1/pixel, whose first pixel lies at `corner` (y, x) pixels from the axis."""
        turns = np.deg2rad(self.angles_deg)
        found = np.zeros(shape, np.float64)
        backproject_part(self.filtered, np.cos(turns), np.sin(turns), axis_px, *corner, found)
        found *= np.pi / len(turns)
        return found


@dataclass(frozen=True, slots=True)
class Scores:
    """What slices at several axes look like: each is lowest at the true one.

    Attributes
    ----------
    entropy, edges, negativity : numpy.ndarray
        Entropy of the grey values; sum of the slopes over the root of the sum of their squares; share of what is below
        zero.
    """

    entropy: Floats
    edges: Floats
    negativity: Floats


def slice_of(lines: Lines, angles_deg: NDArray[np.float64]) -> Slice:
    """Return a row of absorbance (angle, column) ready to be made a slice: its first half turn, filtered."""
    half = half_turns(angles_deg)[0]
    known = resampled(lines, angles_deg, half)
    columns = known.shape[1]
    width = fft.next_fast_len(3 * columns, real=True)
    before = (width - columns) // 2
    padded = np.pad(known, ((0, 0), (before, width - columns - before)), mode="edge")  # a cut sample goes on
    cycles = fft.rfftfreq(width)
    window = np.where(cycles < 0.5 * SMOOTHED, 0.5 + 0.5 * np.cos(2 * np.pi * cycles / SMOOTHED), 0.0)
    filtered = fft.irfft(fft.rfft(padded, axis=1) * cycles * window, width, axis=1)
    return Slice(np.ascontiguousarray(filtered[:, before : before + columns]), half)


def score(images: list[Lines]) -> Scores:
    """Return the scores of slices at several axes, inside the circle that touches their edges."""
    size_y, size_x = images[0].shape
    y, x = (np.arange(size)[:, np.newaxis] - (size - 1) / 2 for size in (size_y, size_x))
    circle = np.hypot(y, x.T) < min(size_y, size_x) / 2 - 1
    middle = images[len(images) // 2][circle]
    ends = float(middle.min()), float(middle.max())
    entropy, edges, negativity = [], [], []
    for image in images:
        inside = image[circle]
        counts = np.histogram(np.clip(inside, *ends), GREYS, range=ends)[0]
        shares = counts[counts > 0] / counts.sum()
        entropy.append(-float((shares * np.log(shares)).sum()))
        slopes = np.hypot(*np.gradient(image))[circle]
        edges.append(float(slopes.sum() / np.sqrt((slopes**2).sum() * slopes.size)))
        negativity.append(float(-inside[inside < 0].sum() / np.abs(inside).sum()))
    return Scores(np.array(entropy), np.array(edges), np.array(negativity))


def images_at(row: Slice, axes_px: Floats, corner: tuple[float, float], shape: tuple[int, int]) -> list[Lines]:
    """Return a part of the slice at every axis, made on threads, each slice by one."""
    with ThreadPoolExecutor() as threads:
        return list(threads.map(lambda axis: row.at(float(axis), corner, shape), axes_px))


def by_sharpness(rows: AxisRows, low_px: float, high_px: float) -> list[Estimate]:
    """Return the axis from the entropy of the slices of all rows together, then from each of them."""
    check_seen(edges_of(rows.values), "the method of sharpness")
    binned = max(1, int(np.ceil(rows.values.shape[2] / COARSEST)))
    factors = [binned]
    while factors[-1] > 1:
        factors.append(max(1, factors[-1] // 2))
    axis, reach = (low_px + high_px) / 2, (high_px - low_px) / 2
    for factor in factors:
        steps = int(np.ceil(reach / factor))
        axes = axis + factor * np.arange(-steps, steps + 1, dtype=np.float64)
        axis = lowest(axes, _entropies(rows, axes, axis, factor).sum(axis=0))
        check_inside(axis, axes, "the method of sharpness")
        reach = 3.0 * factor
    axes = axis + 0.4 * np.arange(-5, 6, dtype=np.float64)
    curves = _entropies(rows, axes, axis, 1)
    whole = lowest(axes, curves.sum(axis=0))
    own = np.array([lowest(axes, curve) for curve in curves])
    parts = [
        Estimate("sharpness", f"row {number}", float(each), max(abs(float(each) - whole), LEAST_ERROR_PX))
        for number, each in zip(rows.numbers, own, strict=True)
    ]
    if len(own) < 2:
        return [Estimate("sharpness", "all rows", whole, max(_error_of_one(rows, axes, axis), LEAST_ERROR_PX))]
    scatter = 1.4826 * float(np.median(np.abs(own - np.median(own)))) / float(np.sqrt(len(own)))
    return [Estimate("sharpness", "all rows", whole, max(scatter, LEAST_ERROR_PX)), *parts]


def _error_of_one(rows: AxisRows, axes_px: Floats, about_px: float) -> float:
    """Return the standard error of a single row: half of what its even and its odd views differ by."""
    row = slice_of(rows.values[0], rows.angles_deg)
    corner, shape = part_of(row, about_px)
    found = []
    for first in range(2):
        half = Slice(np.ascontiguousarray(row.filtered[first::2]), row.angles_deg[first::2])
        found.append(lowest(axes_px, score(images_at(half, axes_px, corner, shape)).entropy))
    return abs(found[1] - found[0]) / 2


def _entropies(rows: AxisRows, axes_px: Floats, about_px: float, factor: int) -> Floats:
    """Return the entropy of the slice of every row at every axis, shape (row, axis)."""
    return np.array([each.entropy for each in _scores(rows, axes_px, about_px, factor)])


def _scores(rows: AxisRows, axes_px: Floats, about_px: float, factor: int) -> list[Scores]:
    """Return the scores of all rows with `factor` columns taken together, of the part with the most structure."""
    found = []
    columns = rows.values.shape[2] // factor
    axes = (axes_px - (factor - 1) / 2) / factor
    about = (about_px - (factor - 1) / 2) / factor
    for lines in rows.values:
        kept = lines[:, : columns * factor].reshape(len(lines), columns, factor).mean(axis=2)
        row = _thinned(slice_of(kept, rows.angles_deg))
        corner, shape = part_of(row, about)
        found.append(score(images_at(row, axes, corner, shape)))
    return found


def _thinned(row: Slice) -> Slice:
    """Return a slice of every few views where there are many more than its columns need: as sharp, and quicker."""
    step = max(1, len(row.angles_deg) // int(VIEWS_PER_COLUMN * row.filtered.shape[1]))
    return Slice(np.ascontiguousarray(row.filtered[::step]), row.angles_deg[::step]) if step > 1 else row


def part_of(row: Slice, axis_px: float, most: int = PART) -> tuple[tuple[float, float], tuple[int, int]]:
    """Return the first pixel, in pixels from the axis, and the shape of the part of a slice with the most structure."""
    columns = row.filtered.shape[1]
    reach = min(columns, int(2 * max(axis_px, columns - 1 - axis_px)) + 1)
    size = min(reach, most)
    if reach <= most:
        return (-(size - 1) / 2, -(size - 1) / 2), (size, size)
    factor = max(1, -(-columns // PART))  # where it lies is found on a coarse slice
    kept = row.filtered[:, : columns // factor * factor].reshape(len(row.filtered), -1, factor).mean(axis=2)
    coarse, window = reach // factor, size // factor
    middle = (-(coarse - 1) / 2, -(coarse - 1) / 2)
    whole = Slice(kept, row.angles_deg).at((axis_px - (factor - 1) / 2) / factor, middle, (coarse, coarse))
    slopes = np.hypot(*np.gradient(whole)) ** 2
    sums = np.pad(slopes.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    inside = sums[window:, window:] - sums[:-window, window:] - sums[window:, :-window] + sums[:-window, :-window]
    y, x = np.unravel_index(int(np.argmax(inside)), inside.shape)
    return (float(y * factor) - (reach - 1) / 2, float(x * factor) - (reach - 1) / 2), (size, size)

"""Images of neighbouring places, a picture or a volume each: how they overlap, and where all of them lie together.

The offset of an image is where its first pixel lies, in pixels of a common frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import scipy.fft as fft
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates, spline_filter

Floats = NDArray[np.float64]
Box = tuple[slice, ...]

FINE_PX, COARSE_PX = 1.0, 6.0
"""Structure between these widths of a Gaussian counts: not noise, and not shading or another brightness."""

SOUND = 0.97
"""Share of the weights of a Gaussian that must lie inside the image for a smoothed pixel to be fitted."""

WIDEST_PX = 256
"""Of an overlap that is larger along an axis its middle is looked at."""

LEAST_CORRELATION = 0.3
"""Overlaps that fit worse are not used."""

LEAST_ERROR_PX = 0.02
"""No overlap counts as surer than this."""

UNSURE_PX = 0.5
"""Overlaps that are less sure are not used."""

OUTLIER_PX = 1.0
OUTLIER_SPREADS = 5.0
"""An overlap contradicts the others where it is off by more than both: pixels, and robust spreads."""

FAITH = 1e-2
"""Weight with which two neighbours keep their nominal distance, times the largest shift: it
counts only where no overlap does."""

ROBUST_STEPS = 30
NEWTON_STEPS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """Two images that overlap.

    Attributes
    ----------
    first, second : int
        Numbers of the images.
    offset_px : numpy.ndarray
        Where the first pixel of the second lies, in pixels of the first.
    error_px : float
        Standard error of it, the root mean square of the axes.
    correlation : float
        Of fine structure in the overlap.
    used : bool
        False where it fits badly, or contradicts the others.
    """

    first: int
    second: int
    offset_px: Floats
    error_px: float
    correlation: float
    used: bool


def neighbours(corners_px: Floats, shapes: Floats) -> list[tuple[int, int]]:
    """Return the pairs of images that share a side: they overlap, and along all axes but one by half or more."""
    found = []
    for first, second in combinations(range(len(corners_px)), 2):
        low = np.maximum(corners_px[first], corners_px[second])
        high = np.minimum(corners_px[first] + shapes[first], corners_px[second] + shapes[second])
        common, smaller = high - low, np.minimum(shapes[first], shapes[second])
        if (common >= 1).all() and np.count_nonzero(common < 0.5 * smaller) <= 1:
            found.append((first, second))
    return found


def link(
    numbers: tuple[int, int],
    images: tuple[NDArray[Any], NDArray[Any]],
    masks: tuple[NDArray[np.bool_] | None, NDArray[np.bool_] | None],
    nominal_px: Floats,
    most_px: float,
) -> Link:
    """Return how two images overlap, looked for up to `most_px` along each axis about the nominal offset."""
    boxes = _overlaps(images, nominal_px, most_px)
    start = np.array([a.start - b.start for a, b in zip(*boxes, strict=True)], np.float64)  # between the two parts
    fixed, moving = (_part(image, mask, box) for image, mask, box in zip(images, masks, boxes, strict=True))
    whole, correlation = _whole_offset(fixed, moving, nominal_px - start, most_px)
    if correlation < LEAST_CORRELATION:
        return Link(*numbers, nominal_px, float(most_px), correlation, used=False)
    offset, error, correlation = _fine_offset(fixed, moving, whole)
    near = bool((np.abs(offset + start - nominal_px) <= most_px + 1).all())
    good = near and correlation >= LEAST_CORRELATION and error <= UNSURE_PX
    return Link(*numbers, offset + start, error, correlation, used=good)


def settle(nominal_px: Floats, links: Sequence[Link], most_px: float) -> tuple[Floats, list[Link]]:
    """Return where all images lie, by weighted least squares, and which links were used.

    Overlaps that contradict the others are left out. What no overlap holds keeps its nominal distance
    from its neighbours, as well as it can; the first image stays where it nominally is.
    """
    used = [each for each in links if each.used]
    weights = np.array([1 / max(each.error_px, LEAST_ERROR_PX) for each in used])
    if len(used) > 2:
        even = np.ones(len(used))
        for _ in range(ROBUST_STEPS):  # the sum of distances, not of their squares: few false overlaps move nothing
            off = _off(used, _solved(nominal_px, links, used, even, most_px))
            even = 1 / np.sqrt(np.maximum(off, LEAST_ERROR_PX))
        limit = max(OUTLIER_PX, OUTLIER_SPREADS * 1.4826 * float(np.median(off)))
        weights = weights[off <= limit]
        used = [each for each, miss in zip(used, off, strict=True) if miss <= limit]
    corners = _solved(nominal_px, links, used, weights, most_px)
    return corners, [replace(each, used=any(each is other for other in used)) for each in links]


def _off(links: Sequence[Link], corners_px: Floats) -> Floats:
    """Return how far each overlap is from where its images lie."""
    return np.array([float(np.linalg.norm(left_px(each, corners_px))) for each in links])


def left_px(found: Link, corners_px: Floats) -> Floats:
    """Return by how much an overlap says otherwise than where its images lie."""
    missed: Floats = found.offset_px - (corners_px[found.second] - corners_px[found.first])
    return missed


def _solved(nominal_px: Floats, links: Sequence[Link], used: Sequence[Link], weights: Floats, most_px: float) -> Floats:
    """Return the corners that fit the used links best; the first holds, neighbours keep together by a weak faith."""
    count = len(nominal_px)
    rows = np.zeros((len(used) + len(links) + 1, count))
    known = np.zeros((len(rows), nominal_px.shape[1]))
    for row, (each, weight) in enumerate(zip(used, weights, strict=True)):
        rows[row, each.second], rows[row, each.first] = weight, -weight
        known[row] = weight * (each.offset_px - nominal_px[each.second] + nominal_px[each.first])
    for row, each in enumerate(links, start=len(used)):
        rows[row, each.second], rows[row, each.first] = FAITH / most_px, -FAITH / most_px
    rows[-1, 0] = 1.0
    moved = np.linalg.lstsq(rows, known, rcond=None)[0]
    corners: Floats = nominal_px + (moved - moved[0])
    return corners


def _overlaps(images: tuple[NDArray[Any], NDArray[Any]], nominal_px: Floats, most_px: float) -> tuple[Box, Box]:
    """Return the parts of two images that may overlap, of wide ones the middle."""
    own, other = [], []
    reach = int(np.ceil(most_px))
    for axis, nominal in enumerate(nominal_px):
        sizes = images[0].shape[axis], images[1].shape[axis]
        place = round(float(nominal))
        low, high = max(0, place), min(sizes[0], place + sizes[1])
        if high - low > WIDEST_PX:
            low += (high - low - WIDEST_PX) // 2
            high = low + WIDEST_PX
        own.append(slice(max(0, low - reach), min(sizes[0], high + reach)))
        other.append(slice(max(0, low - place - reach), min(sizes[1], high - place + reach)))
    return tuple(own), tuple(other)


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """What of an image may overlap: fine structure for the search, smoothed values for the fit, and where each counts.

    `sound` is 1 where no pixel beyond an edge had to be made up for smoothing.
    """

    structure: Floats
    inside: Floats
    smooth: Floats
    sound: Floats


def _part(values: NDArray[Any], mask: NDArray[np.bool_] | None, box: Box) -> _Part:
    """Return a part of an image without noise, and without shading for the search."""
    known = np.asarray(values[box], np.float64)
    inside = np.ones(known.shape) if mask is None else mask[box].astype(np.float64)
    level = float(known.mean())
    smooth, coarse = (_mean(known - level, inside, width) for width in (FINE_PX, COARSE_PX))
    structure = (smooth - coarse) * inside
    structure[np.abs(structure) < 1e-7 * (abs(level) or 1.0)] = 0.0  # rounding in a blank image is no structure
    sound = gaussian_filter(inside, FINE_PX, mode="constant") > SOUND
    return _Part(structure, inside, smooth, sound.astype(np.float64))


def _mean(values: Floats, inside: Floats, width_px: float) -> Floats:
    """Return the Gaussian mean of what is inside."""
    weight = np.maximum(gaussian_filter(inside, width_px, mode="constant"), 1e-6)
    found: Floats = gaussian_filter(values * inside, width_px, mode="constant") / weight
    return found


def _whole_offset(one: _Part, two: _Part, about_px: Floats, most_px: float) -> tuple[Floats, float]:
    """Return the whole offset at which two images correlate best over what both know, and the correlation."""
    fixed, fixed_inside, moving, moving_inside = one.structure, one.inside, two.structure, two.inside
    size = [fft.next_fast_len(a + b, real=True) for a, b in zip(fixed.shape, moving.shape, strict=True)]

    def summed(a: Floats, b: Floats) -> Floats:
        found: Floats = fft.irfftn(fft.rfftn(a, size) * np.conj(fft.rfftn(b, size)), size)
        return found

    shared = summed(fixed_inside, moving_inside)
    sums = summed(fixed, moving_inside), summed(fixed_inside, moving)
    squares = summed(fixed**2, moving_inside), summed(fixed_inside, moving**2)
    products = summed(fixed, moving)
    reaches = [range(int(np.ceil(at - most_px)), int(np.floor(at + most_px)) + 1) for at in about_px]
    places = np.ix_(*[np.array(reach) % count for reach, count in zip(reaches, size, strict=True)])
    number = np.maximum(shared[places], 1.0)
    mixed = products[places] - sums[0][places] * sums[1][places] / number
    own, other = (square[places] - total[places] ** 2 / number for square, total in zip(squares, sums, strict=True))
    floor = 1e-9 * max(float(squares[0].max()), float(squares[1].max()), 1e-30)
    norm = np.sqrt(np.maximum(own, floor) * np.maximum(other, floor))
    enough = shared[places] >= 0.25 * shared[places].max()
    scores = np.where(enough, mixed / norm, -1.0)
    best = np.unravel_index(int(np.argmax(scores)), scores.shape)
    offset = np.array([reach[place] for reach, place in zip(reaches, best, strict=True)], np.float64)
    return offset, float(scores[best])


def _fine_offset(one: _Part, two: _Part, whole_px: Floats) -> tuple[Floats, float, float]:
    """Return the offset between pixels by least squares, its standard error, and the correlation there.

    Contrast, brightness and its slope along each axis are fitted, too. Neighbours have the same noise after smoothing:
    for two axes the error counts one pixel of 4 pi FINE_PX^2 as known.
    """
    fixed, moving = one.smooth, two.smooth
    axes = fixed.ndim
    low = [max(0, int(place)) + 1 for place in whole_px]
    high = [min(a, b + int(place)) - 1 for a, b, place in zip(fixed.shape, moving.shape, whole_px, strict=True)]
    box = tuple(slice(a, max(a + 1, b)) for a, b in zip(low, high, strict=True))
    grid = np.stack(np.meshgrid(*[np.arange(part.start, part.stop, dtype=np.float64) for part in box], indexing="ij"))
    own = fixed[box]
    coefficients = spline_filter(moving, order=3)
    slopes = [spline_filter(np.asarray(slope), order=3) for slope in np.atleast_2d(np.gradient(moving))]
    offset = whole_px.astype(np.float64)
    for _ in range(NEWTON_STEPS):
        at = grid - offset.reshape(-1, *[1] * axes)
        known = map_coordinates(two.sound, at, order=1, mode="constant") * one.sound[box] > 0.99
        if np.count_nonzero(known) < 16 * (axes + 1):
            return whole_px, float("inf"), -1.0
        read = map_coordinates(coefficients, at, order=3, mode="nearest", prefilter=False)[known]
        steps = [map_coordinates(slope, at, order=3, mode="nearest", prefilter=False)[known] for slope in slopes]
        matrix = np.stack([*steps, read, np.ones(len(read)), *(line[known] for line in grid)], axis=1)
        fit = np.linalg.lstsq(matrix, own[known], rcond=None)[0]
        change = -fit[:axes] / fit[axes] if abs(fit[axes]) > 1e-3 else np.zeros(axes)
        offset = offset + np.clip(change, -1, 1)
        if float(np.abs(change).max()) < 1e-3:
            break
    rest = own[known] - matrix @ fit
    spread = np.linalg.pinv(matrix.T @ matrix)
    same = (4 * np.pi * FINE_PX**2) ** (axes / 2)
    variance = float(np.var(rest)) * same * float(np.trace(spread[:axes, :axes])) / axes / max(fit[axes] ** 2, 1e-12)
    correlation = float(np.corrcoef(read, own[known])[0, 1]) if np.ptp(read) and np.ptp(own[known]) else -1.0
    return offset, float(np.sqrt(variance)), correlation

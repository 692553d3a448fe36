"""Rings about the axis of rotation: what faulty pixels of a detector leave in a slice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy.ndimage
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from voltome.data import ResultTable, Volume
from voltome.data._checks import numbers
from voltome.data._kernels_slabs import in_slabs
from voltome.errors import GeometryError, ValuesError
from voltome.reconstruction.columns_judging import RINGS

SECTORS = 48
"""Parts of a ring, whose scatter says what is chance: structure of the sample does not fill a whole ring alike."""

SMALLEST_RADIUS = 6
"""In voxels; inside, a sector has less than one voxel."""

NEIGHBOURS = 9
"""Radii whose median a ring is held against: wider than a ring, and a median leaves the edge of a round sample
alone."""

STANDS_OUT = 7.0
"""Score of a ring that is no chance: in white noise one of 20 000 radii passes 6, and fewer pass 7."""

EDGE = 3.0
"""Step of the mean around the axis, in noise of a voxel, beside which radii are not judged."""

FEWEST_SECTORS = SECTORS // 2

MANY_STRONG = 0.1
"""Strength of rings, in noise of a voxel, from which they are seen."""

SIGMAS_PER_MEDIAN = 1.4826


def ring_check(volume: Volume, *, axis_px: tuple[float, float] | None = None) -> ResultTable:
    """Measure rings about the axis of rotation in every slice: how strong, how many, and where the strongest is.

    Rings come from pixels of the detector that answer otherwise than the flat says; stripes of the sinogram removed
    before (`voltome.projections.remove_all_stripes`) leave none. It compares slices before and after, and finds the
    rows of the detector that need it. A part of the sample that is itself a ring about the axis, such as the wall of a
    capillary, counts as one.

    Parameters
    ----------
    volume : Volume
        A reconstructed volume, the axis of rotation along z.
    axis_px : pair of float, optional
        Voxel (y, x) where the axis is; None: the middle of the slice, as reconstructions have it.

    Returns
    -------
    ResultTable
        Kind ``rings``, one row per slice: `ring_strength`, `rings`, `noise`, and of the strongest ring radius, height
        and score.

    Raises
    ------
    GeometryError
        An axis that is no pair of numbers or lies outside the slice; voxels whose edges along y and x differ.
    ValuesError
        Slices too small for a ring; a slice without noise, or without a ring inside the mask: the message says which.

    Notes
    -----
    About the axis, values are averaged in rings one voxel wide and 48 sectors. In each sector the median over 9
    neighbouring radii is taken away. The height of a ring is the mean over the sectors of the whole turn, or of the
    half turn that stands out most: a pixel that is wrong makes half a ring in a scan over 180 degrees. Its standard
    error is their scatter over the root of their number, its score the ratio; above 7 it counts as no chance. Two
    radii side by side count each. The strength is the root of the mean over radii and halves of height squared less
    error squared, over the noise of a voxel, which is the median difference of neighbours along x, as a standard
    deviation: 0.1 is seen by eye, 0.02 is not. Where a filter has made neighbours alike that noise is too low, and the
    strength too high: by a third with the Hann filter of `fbp`, by 2 % with its ramp; compare strengths of one filter.
    The number of rings does not depend on it.

    Radii from 6 voxels up to the border of the slice count, but those beside a step of the mean of three times the
    noise, where a round sample ends; voxels outside the mask do not.

    Cost: a few passes per slice. Memory: about 40 bytes per voxel of a slice for each thread.

    References
    ----------
    N. T. Vo, R. C. Atwood, M. Drakopoulos, Opt. Express 26, 28396 (2018) (the kinds of stripes and their rings).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> slice_ = np.random.default_rng(0).normal(0, 1, (1, 128, 128))
    >>> y, x = np.mgrid[:128, :128] - 63.5
    >>> slice_[0, np.rint(np.hypot(y, x)) == 40] += 1
    >>> row = vt.reconstruction.ring_check(vt.data.Volume(slice_, voxel_size_um=0.5)).frame.iloc[0]
    >>> int(row.rings), row.strongest_ring_radius_um
    (1, np.float64(20.0))
    """
    edge = volume.voxel_size_um[2]
    if not np.isclose(volume.voxel_size_um[1], edge, rtol=1e-6):
        raise GeometryError(
            f"voxels are {volume.voxel_size_um[1]:g} um along y and {edge:g} um along x; expected the same, as rings "
            f"are round. Take the volume as it was reconstructed."
        )
    places = _places(volume, axis_px)
    found = np.empty((volume.shape[0], 6))

    def work(_: int, first: int, stop: int) -> None:
        for z in range(first, stop):
            mask = None if volume.mask is None else volume.mask[z]
            try:
                found[z] = _judge(volume.values[z], mask, places)
            except ValuesError as fault:
                raise ValuesError(f"slice {z}: {fault}") from None

    in_slabs(volume.shape, work)
    strength, rings, noise, radius, height, score = found.T
    frame = pd.DataFrame(
        {
            "z_um": volume.origin_um[0] + (np.arange(volume.shape[0]) + 0.5) * volume.voxel_size_um[0],
            "ring_strength": strength,
            "rings": rings.astype(np.int64),
            "noise": noise,
            "strongest_ring_radius_um": radius * edge,
            "strongest_ring_height": height,
            "strongest_ring_score": score,
        }
    )
    return ResultTable(
        frame,
        columns=RINGS,
        kind="rings",
        measured_on=f"{volume.quantity} of {volume.grid_in_words}",
        method=f"means over {SECTORS} sectors about the axis, less the median of {NEIGHBOURS} neighbouring radii",
        history=volume.history,
        warnings=_of_strong(frame),
    )


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the voxels of a slice lie about the axis.

    Attributes
    ----------
    inside : numpy.ndarray of bool
        Voxels at radii that are judged.
    entry : numpy.ndarray of int
        Of those, radius times sectors plus sector.
    radii : numpy.ndarray
        The radii in voxels.
    """

    inside: NDArray[np.bool_]
    entry: NDArray[np.int64]
    radii: NDArray[np.int64]


def _places(volume: Volume, axis_px: tuple[float, float] | None) -> _Places:
    """Return the ring and the sector of every voxel of a slice."""
    _, height, width = volume.shape
    found = ((height - 1) / 2, (width - 1) / 2) if axis_px is None else numbers(axis_px)
    if found is None or len(found) != 2 or not (0 <= found[0] <= height - 1 and 0 <= found[1] <= width - 1):
        raise GeometryError(
            f"axis_px is {axis_px!r}; expected the voxel (y, x) of the axis in a slice of {height} x {width}."
        )
    y, x = found
    largest = int(min(y, height - 1 - y, x, width - 1 - x))
    if largest < SMALLEST_RADIUS + NEIGHBOURS:
        raise ValuesError(
            f"rings about the voxel {(y, x)} fit up to a radius of {largest} voxels in slices of {height} x {width}; "
            f"expected {SMALLEST_RADIUS + NEIGHBOURS} or more."
        )
    away_y, away_x = np.arange(height)[:, np.newaxis] - y, np.arange(width) - x
    radius = np.rint(np.hypot(away_y, away_x)).astype(np.int64)
    turn = np.arctan2(away_y, away_x) / (2 * np.pi) + 0.5
    sector = np.minimum((turn * SECTORS).astype(np.int64), SECTORS - 1)
    inside = (radius >= SMALLEST_RADIUS) & (radius <= largest)
    entry = (radius[inside] - SMALLEST_RADIUS) * SECTORS + sector[inside]
    return _Places(inside, entry, np.arange(SMALLEST_RADIUS, largest + 1))


def _judge(
    values: NDArray[Any], mask: NDArray[np.bool_] | None, places: _Places
) -> tuple[float, float, float, float, float, float]:
    """Return strength, number of rings, noise, and of the strongest ring radius, height and score."""
    noise = _noise(values.astype(np.float64), places.inside if mask is None else places.inside & mask)
    counted = np.ones(places.entry.size) if mask is None else mask[places.inside].astype(np.float64)
    cells = places.radii.size * SECTORS
    voxels = np.bincount(places.entry, counted, cells).reshape(-1, SECTORS)
    sums = np.bincount(places.entry, values[places.inside] * counted, cells).reshape(-1, SECTORS)
    means = np.divide(sums, voxels, out=np.full_like(sums, np.nan), where=voxels > 0)
    residual = means - _median_of_neighbours(means)
    known = np.isfinite(residual)
    sectors = known.sum(axis=1)
    enough = (sectors >= FEWEST_SECTORS) & ~_at_edges(means, noise)
    if not enough.any():
        raise ValuesError(
            f"no ring about the axis has {FEWEST_SECTORS} of {SECTORS} sectors inside the mask; expected a sample "
            f"about the axis. Give axis_px, or take the volume before it was cropped."
        )
    residual, radii = residual[enough], places.radii[enough]
    whole, errors_of_whole = _arcs(residual, SECTORS)
    halves, errors_of_halves = _arcs(residual, SECTORS // 2)
    heights = np.hstack((whole[:, :1], halves))
    errors = np.hstack((errors_of_whole[:, :1], errors_of_halves))
    scores = np.divide(heights, errors, out=np.zeros_like(heights), where=errors > 0)
    best = np.argmax(np.abs(scores), axis=1)
    score = np.take_along_axis(scores, best[:, np.newaxis], 1)[:, 0]
    strongest = int(np.argmax(np.abs(score)))
    opposite = [0, SECTORS // 2]  # two halves that make up the turn
    power = float((halves[:, opposite] ** 2 - errors_of_halves[:, opposite] ** 2).mean())
    return (
        float(np.sqrt(max(power, 0.0))) / noise,
        float(np.count_nonzero(np.abs(score) > STANDS_OUT)),
        noise,
        float(radii[strongest]),
        float(heights[strongest, best[strongest]]),
        float(score[strongest]),
    )


def _arcs(residual: NDArray[np.float64], length: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return, for arcs of so many sectors from every sector on, the mean and its standard error; NaN is not counted."""
    around = np.hstack((residual, residual[:, : length - 1]))
    known = np.isfinite(around)
    values = np.where(known, around, 0)

    def sums(of: NDArray[Any]) -> NDArray[np.float64]:
        found: NDArray[np.float64] = sliding_window_view(of, length, axis=1).sum(axis=-1, dtype=np.float64)
        return found

    count = sums(known)
    mean = sums(values) / np.maximum(count, 1)
    square = np.maximum(sums(values**2) / np.maximum(count, 1) - mean**2, 0)
    # an arc with few sectors says nothing: its error is 0, and with it its score
    enough = count >= FEWEST_SECTORS // 2
    return np.where(enough, mean, 0), np.where(enough, np.sqrt(square / np.maximum(count - 1, 1)), 0)


def _at_edges(means: NDArray[np.float64], noise: float) -> NDArray[np.bool_]:
    """Return the radii at which the sample begins or ends all around the axis: edges of round samples ring a little."""
    known = np.isfinite(means)
    profile = np.where(known, means, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    half = NEIGHBOURS // 2
    padded = np.pad(profile, half, mode="edge")
    windows = sliding_window_view(padded, NEIGHBOURS)
    steps = np.median(windows[:, :half], axis=1) - np.median(windows[:, half + 1 :], axis=1)
    found: NDArray[np.bool_] = np.abs(steps) > EDGE * noise
    return found


def _median_of_neighbours(means: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the median over neighbouring radii, of those that are known."""
    known = np.isfinite(means)
    if known.all():
        medians: NDArray[np.float64] = scipy.ndimage.median_filter(means, (NEIGHBOURS, 1), mode="nearest")
        return medians
    half = NEIGHBOURS // 2
    padded = np.pad(means, ((half, half), (0, 0)), constant_values=np.nan)
    windows = sliding_window_view(padded, NEIGHBOURS, axis=0)
    # a radius that is not known itself is not held against others, so that no window is empty
    filled = np.where(known[..., np.newaxis], windows, 0.0)
    return np.where(known, np.nanmedian(filled, axis=-1), np.nan)


def _noise(values: NDArray[np.float64], inside: NDArray[np.bool_]) -> float:
    """Return the noise of a voxel, from the differences of neighbours along x."""
    both = inside[:, 1:] & inside[:, :-1]
    steps = np.abs(np.diff(values, axis=1)[both])
    if not steps.size:
        raise ValuesError(
            "no two neighbours about the axis lie inside the mask; expected a sample there. Crop the slices without "
            "sample with voltome.filters.crop, or give axis_px."
        )
    noise = float(SIGMAS_PER_MEDIAN * np.median(steps) / np.sqrt(2))
    if noise == 0:
        raise ValuesError(
            "half of the voxels of a slice are equal to their neighbour; expected noise. Take the volume as it was "
            "reconstructed, not one that was segmented or rounded."
        )
    return noise


def _of_strong(frame: pd.DataFrame) -> tuple[str, ...]:
    """Return the warning of slices with rings that are seen."""
    strong = frame[(frame["ring_strength"] > MANY_STRONG) & (frame["rings"] > 0)]
    if not len(strong):
        return ()
    worst = strong.sort_values("ring_strength", ascending=False, kind="stable").iloc[0]
    return (
        f"{len(strong):,} of {len(frame):,} slices have rings that are seen, the strongest ({worst.ring_strength:.2g} "
        f"of the noise) at z = {worst.z_um:.4g} um. Remove stripes with voltome.projections.remove_all_stripes "
        f"before the reconstruction.",
    )

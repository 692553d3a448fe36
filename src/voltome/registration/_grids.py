"""Scans on a common coarse grid of cubes, the axis of rotation first: what the search for the angle works on."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from voltome.data import Volume

Order = tuple[int, int, int]

ORDERS: dict[str, Order] = {"z": (0, 1, 2), "y": (1, 2, 0), "x": (2, 0, 1)}
"""Axes with the axis of rotation first: turned in a circle, never swapped, so that handedness stays."""

FINE_DETAIL = 0.8
COARSE_DETAIL = 8.0
"""Structure between these widths (Gaussian, in voxels of the coarse grid) counts; noise and shading do not."""


@dataclass(frozen=True, slots=True)
class CoarseScan:
    """Grey values with noise and shading removed, on cubes.

    Attributes
    ----------
    values : numpy.ndarray
        float32, axis of rotation first; 0 outside the sample.
    weight : numpy.ndarray
        float32, 1 where the voxel belongs to the sample, else 0.
    pitch_um : float
        Edge of a voxel.
    first_um : numpy.ndarray
        Centre of the first voxel in the frame of the scan, in the order of the axes here.
    """

    values: NDArray[np.float32]
    weight: NDArray[np.float32]
    pitch_um: float
    first_um: NDArray[np.float64]

    @property
    def middle_um(self) -> NDArray[np.float64]:
        """Middle of the grid in the frame of the scan."""
        middle: NDArray[np.float64] = self.first_um + self.pitch_um * (np.asarray(self.values.shape) - 1) / 2
        return middle

    def part(self, first: int, stop: int) -> CoarseScan:
        """Return the layers from `first` to before `stop`."""
        start = self.first_um + np.array([first * self.pitch_um, 0.0, 0.0])
        return CoarseScan(self.values[first:stop], self.weight[first:stop], self.pitch_um, start)


def coarse_scan(volume: Volume, order: Order, pitch_um: float, inside: NDArray[np.bool_] | None = None) -> CoarseScan:
    """Return a scan on cubes of `pitch_um`, of which only what is `inside` counts, beside its mask."""
    edges = np.asarray([volume.voxel_size_um[axis] for axis in order])
    first = np.asarray([volume.origin_um[axis] + 0.5 * volume.voxel_size_um[axis] for axis in order])
    sample = volume.mask
    weight = None if sample is None else np.asarray(np.transpose(sample, order), np.float32)
    values = np.transpose(volume.values, order)
    factors = [max(1, min(count, int(pitch_um / edge + 1e-6))) for edge, count in zip(edges, values.shape, strict=True)]
    totals = _block_means(values if weight is None else values * weight, factors)
    shares = np.ones(totals.shape, np.float32) if weight is None else _block_means(weight, factors)
    first = first + edges * (np.asarray(factors) - 1) / 2
    steps = pitch_um / (edges * factors)
    totals, shares = _resampled(totals, steps), _resampled(shares, steps)
    full = shares >= 0.5
    means = np.where(full, totals / np.maximum(shares, 0.5), 0.0).astype(np.float32)
    counted = full.astype(np.float32)
    banded = _band(means, counted)
    if inside is not None:
        kept = _resampled(_block_means(np.transpose(inside, order).astype(np.float32), factors), steps) >= 0.5
        counted = counted * kept
        banded = banded * counted
    return CoarseScan(banded, counted, pitch_um, first)


def pitch_for(volumes: tuple[Volume, ...], order: Order, most_across: int, most_along: int) -> float:
    """Return the edge of cubes with which no scan has more than so many across and along the axis of rotation."""
    finest = min(max(volume.voxel_size_um[axis] for axis in order[1:]) for volume in volumes)
    across = max(volume.size_um[axis] for volume in volumes for axis in order[1:]) / most_across
    along = max(volume.size_um[order[0]] for volume in volumes) / most_along
    return float(max(finest, across, along))


def _block_means(values: NDArray[Any], factors: list[int]) -> NDArray[np.float32]:
    """Return the means of blocks of so many voxels; what does not fill a block is left out."""
    means: NDArray[Any] = values
    for axis, factor in enumerate(factors):
        count = means.shape[axis] // factor
        kept = np.take(means, range(count * factor), axis) if count * factor < means.shape[axis] else means
        split = (*means.shape[:axis], count, factor, *means.shape[axis + 1 :])
        means = kept.reshape(split).mean(axis=axis + 1, dtype=np.float32) if factor > 1 else kept
    return means.astype(np.float32, copy=False)


def _resampled(values: NDArray[np.float32], steps: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return values at every `steps`-th voxel along each axis, linear between voxels."""
    for axis, step in enumerate(steps):
        if abs(step - 1) < 1e-9:
            continue
        places = np.arange(math.floor((values.shape[axis] - 1) / step + 1e-9) + 1) * step
        lower = np.minimum(places.astype(np.int64), max(0, values.shape[axis] - 2))
        upper = np.minimum(lower + 1, values.shape[axis] - 1)
        share = (places - lower).astype(np.float32)
        share = share.reshape([-1 if other == axis else 1 for other in range(3)])
        values = np.take(values, lower, axis) * (1 - share) + np.take(values, upper, axis) * share
    return values


def _band(values: NDArray[np.float32], weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what is finer than shading and coarser than noise; what has no weight counts for nothing."""
    with ThreadPoolExecutor(2) as threads:
        fine, coarse = threads.map(lambda sigma: _weighted_mean(values, weight, sigma), (FINE_DETAIL, COARSE_DETAIL))
    banded: NDArray[np.float32] = (fine - coarse) * weight
    return banded


def _weighted_mean(values: NDArray[np.float32], weight: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """Return the Gaussian mean of the voxels that have weight."""
    total = gaussian_filter(values * weight, sigma, mode="constant", truncate=3)
    mean: NDArray[np.float32] = total / np.maximum(_blurred_weight(weight, sigma), np.float32(1e-3))
    return mean


def _blurred_weight(weight: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """Return the Gaussian mean of the weight, 0 beyond the faces; where all weigh 1, axis by axis, which is quicker."""
    if not weight.all():
        whole: NDArray[np.float32] = gaussian_filter(weight, sigma, mode="constant", truncate=3)
        return whole
    ones = [np.ones(count, np.float32) for count in weight.shape]
    z, y, x = (gaussian_filter(line, sigma, mode="constant", truncate=3) for line in ones)
    product: NDArray[np.float32] = z[:, None, None] * y[:, None] * x
    return product

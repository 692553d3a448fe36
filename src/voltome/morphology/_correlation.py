"""The variance of a fraction measured in one image, from the covariance of its voxels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from voltome.data import PhaseImage
from voltome.errors import PhaseError, ValuesError
from voltome.morphology._kernels_correlation import cell_counts

MOST_CELLS = 64
"""Cells along an axis: the mean over the image is that over its cells, so coarser ones have the same variance."""

NO_ORDER = 0.02
"""Covariance, over that at distance 0, from which on voxels say nothing of each other."""

NO_SCATTER = 1e-9
"""Variance, over that of voxels without order, below which it is rounding, or a pattern that repeats in a cell."""


@dataclass(frozen=True, slots=True)
class MeanVariance:
    """The variance of the fraction of a phase.

    Attributes
    ----------
    fraction : float
        Fraction of the phase in the sample, above 0 and below 1.
    variance : float
        Variance of the fraction among samples of the same volume; 0 for a pattern so regular that none is seen.
    integral_range_um3 : float
        Integral of the normalised covariance over all distances.
    reach_um : float
        Distance up to which voxels say something of each other.
    within : bool
        Whether that is less than half of the longest edge of the sample.
    """

    fraction: float
    variance: float
    integral_range_um3: float
    reach_um: float
    within: bool


def mean_variance(phases: PhaseImage, phase: str) -> MeanVariance:
    """Return the variance of the fraction of a phase, from the covariance of cells of voxels."""
    cell = tuple(-(-count // MOST_CELLS) for count in phases.shape)
    values = phases.values.astype(np.uint8, copy=False)
    here, sample = cell_counts(values, phases.label_of(phase), phases.mask, (cell[0], cell[1], cell[2]))
    voxels, of_phase = int(sample.sum()), int(here.sum())
    if of_phase in (0, voxels):
        raise PhaseError(
            f"phase {phase!r} has {of_phase:,} of the {voxels:,} voxels of the sample; expected a phase that is "
            f"somewhere and not everywhere, as its scatter is measured inside the image. Check the threshold, the "
            f"crop and the mask."
        )
    fraction = of_phase / voxels
    edges_um = np.array(cell) * phases.voxel_size_um
    distances, products, pairs = _shells(here - fraction * sample, sample.astype(np.float64), edges_um)
    further = np.cumsum(pairs) < voxels**2  # of the pairs nearer than all, nothing is left to compare them with
    if not further[0]:
        raise ValuesError(
            f"the image is too small to say how far the voxels of {phase!r} belong together ({phases.grid_in_words}); "
            f"expected several voxels along its longest edge. Measure a larger image."
        )
    distances, products, pairs = distances[further], products[further], pairs[further]
    variances = np.cumsum(products) / voxels**2 / (1 - np.cumsum(pairs) / voxels**2)
    # the fraction of this very image was taken off, which lowers every covariance by the variance that is looked for
    covariances = products / pairs + variances
    unordered = np.flatnonzero(covariances <= NO_ORDER * covariances[0])
    last = int(unordered[0]) if unordered.size else len(variances) - 1
    if (
        last and covariances[last] < 0
    ):  # a structure that repeats: its further swings average out, the first would not alone
        last -= 1
    variance, spread = float(variances[last]), fraction * (1 - fraction)
    if variance <= NO_SCATTER * spread / voxels:
        variance = 0.0
    integral_range = variance / spread * phases.sample_volume_um3
    return MeanVariance(fraction, variance, integral_range, float(distances[last]), bool(unordered.size))


def _shells(
    surplus: NDArray[np.float64], sample: NDArray[np.float64], edges_um: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return distance, sum of products of the surplus, and pairs of voxels, for shells of equal distance of two cells.

    The shells reach half the longest edge of the image, and are as wide as a cell.
    """
    several = np.array(sample.shape) > 1
    width = float(edges_um[several].max()) if several.any() else float(edges_um.max())
    reach = float((np.array(sample.shape) * edges_um).max() / 2)
    lags = [min(count - 1, int(reach / edge)) for count, edge in zip(sample.shape, edges_um, strict=True)]
    squares = [(np.arange(-lag, lag + 1) * edge) ** 2 for lag, edge in zip(lags, edges_um, strict=True)]
    distance = np.sqrt(squares[0][:, None, None] + squares[1][:, None] + squares[2])
    shell = np.rint(distance / width).astype(np.int64)
    inside = shell <= int(reach / width)
    products: NDArray[Any] = np.bincount(shell[inside], _correlated(surplus, lags)[inside])
    pairs: NDArray[Any] = np.bincount(shell[inside], _pairs(sample, lags)[inside])
    filled = pairs > 0
    distances: NDArray[np.float64] = np.asarray(np.arange(len(pairs)) * width, np.float64)[filled]
    return distances, products[filled], pairs[filled]


def _pairs(sample: NDArray[np.float64], lags: list[int]) -> NDArray[np.float64]:
    """Return the pairs of voxels of the sample in cells a lag apart."""
    fullest = sample.max()
    edges = [np.max(sample, axis=other) / fullest for other in ((1, 2), (0, 2), (0, 1))]
    if np.array_equal(sample, fullest * edges[0][:, None, None] * edges[1][:, None] * edges[2]):  # a box: no mask
        along = [np.correlate(edge, edge, "full") for edge in edges]
        kept = [part[len(edge) - 1 - lag : len(edge) + lag] for part, edge, lag in zip(along, edges, lags, strict=True)]
        pairs: NDArray[np.float64] = fullest**2 * kept[0][:, None, None] * kept[1][:, None] * kept[2]
        return pairs
    counted: NDArray[np.float64] = np.rint(_correlated(sample, lags))
    return counted


def _correlated(values: NDArray[np.float64], lags: list[int]) -> NDArray[np.float64]:
    """Return the sum of products of cells a lag apart, for lags from -lag to lag along every axis."""
    shape = [fft.next_fast_len(count + lag, real=True) for count, lag in zip(values.shape, lags, strict=True)]
    spectrum = fft.rfftn(values, shape)
    power = spectrum.real**2 + spectrum.imag**2
    products: NDArray[np.float64] = fft.irfftn(power, shape)
    return products[np.ix_(*(np.arange(-lag, lag + 1) for lag in lags))]

"""How well scans lie on each other after a motion: by the region as a whole, and by its parts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.ndimage import gaussian_filter

from voltome.data import Transform, Volume
from voltome.errors import ConvergenceError, GeometryError
from voltome.registration._sampling import Sampler, grid_of
from voltome.registration.regions import Place

BLOCK_VOXELS = 32
"""Edge of a part, or the thickness of the region where that is less."""

LEAST_CORRELATION = 0.3
"""A part whose best correlation is lower has no contrast that its shift could be read from."""

MOST_SHIFT_VOXELS = 4
"""How far a part is looked for."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Correlation of grey values over a region, and the shifts of its parts."""

    correlation: float
    residual_um: float
    parts: int
    used: int


def measure_fit(fixed: Volume, moving: Volume, place: Place, motion: Transform) -> Fit:
    """Return how well the scans fit in the region after the motion."""
    sampler = Sampler(moving, motion, grid_of(fixed).part(place.box))
    both = place.inside & sampler.inside()
    ours = fixed.values[place.box].astype(np.float32)
    theirs = sampler.greys("cubic").astype(np.float32)
    correlation = _correlation(ours[both], theirs[both])
    shifts, parts = _shifts(ours, theirs, both)
    if not parts:
        raise GeometryError(
            f"no part of the region lies by half or more in the moving scan, which has {both.mean():.0%} of the "
            f"region's box; expected at least one part, to verify the motion. Choose a region that both scans show."
        )
    if not len(shifts):
        raise ConvergenceError(
            f"not one of {parts} parts of the region has enough contrast to verify the motion (the correlation is "
            f"{correlation:.3f}); expected at least one. Choose a region with more structure, or one that did not "
            "change."
        )
    squared = ((shifts * fixed.voxel_size_um) ** 2).sum(axis=1)
    return Fit(correlation, float(np.sqrt(squared.mean())), parts, len(shifts))


def _correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Return Pearson's correlation; 0 where one of the two does not vary."""
    first, second = one - one.mean(dtype=np.float64), other - other.mean(dtype=np.float64)
    spread = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return float((first * second).sum() / spread) if spread > 0 else 0.0


def _shifts(
    ours: NDArray[np.float32], theirs: NDArray[np.float32], both: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], int]:
    """Return the shifts in voxels of the parts that have contrast, and how many parts there are."""
    counts = [max(1, round(count / BLOCK_VOXELS)) for count in both.shape]
    edges = [np.linspace(0, size, count + 1).astype(int) for size, count in zip(both.shape, counts, strict=True)]
    found, parts = [], 0
    for place in product(*(range(count) for count in counts)):
        box = tuple(slice(edge[i], edge[i + 1]) for edge, i in zip(edges, place, strict=True))
        inside = both[box]
        if inside.mean() < 0.5:
            continue
        parts += 1
        shift = _shift(ours[box], theirs[box], inside)
        if shift is not None:
            found.append(shift)
    return np.array(found).reshape(-1, 3), parts


def _shift(
    ours: NDArray[np.float32], theirs: NDArray[np.float32], inside: NDArray[np.bool_]
) -> NDArray[np.float64] | None:
    """Return by how many voxels a part is off, or None where it has no contrast."""
    # a little smoothing: the grid shows in noise that was interpolated on one side only
    first, second = (gaussian_filter(_windowed(part, inside), 1.0) for part in (ours, theirs))
    if _correlation(first.ravel(), second.ravel()) < LEAST_CORRELATION:
        return None
    size = [fft.next_fast_len(count + 2 * MOST_SHIFT_VOXELS, real=True) for count in first.shape]
    product_ = np.conj(fft.rfftn(first, size)) * fft.rfftn(second, size)
    surface = fft.irfftn(product_, size)
    reach = [min(MOST_SHIFT_VOXELS, (count - 1) // 2) for count in size]
    near = surface[np.ix_(*(np.arange(-r, r + 1) for r in reach))]
    peak = np.unravel_index(int(np.argmax(near)), near.shape)
    return _refined_peak(near, np.array(peak)) - np.array(reach, np.float64)


def _windowed(part: NDArray[np.float32], inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return a part less its mean, fading out at its faces, 0 outside the region."""
    values = np.where(inside, part - part[inside].mean(), 0)
    for axis, count in enumerate(part.shape):
        fade = np.sin(np.pi * (np.arange(count) + 0.5) / count).astype(np.float32) if count > 8 else np.ones(count)
        values = values * fade.reshape([-1 if other == axis else 1 for other in range(3)])
    return values.astype(np.float32)


def _refined_peak(surface: NDArray[np.float32], peak: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the top of the parabola through a peak and its neighbours along each axis."""
    refined = peak.astype(np.float64)
    for axis, place in enumerate(peak):
        if not 0 < place < surface.shape[axis] - 1:
            continue
        index = [int(i) for i in peak]
        before, here, after = (float(surface[(*index[:axis], place + step, *index[axis + 1 :])]) for step in (-1, 0, 1))
        curvature = before - 2 * here + after
        refined[axis] += 0.5 * (before - after) / curvature if curvature < 0 else 0.0
    return refined

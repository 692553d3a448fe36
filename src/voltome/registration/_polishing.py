"""The last hundredths of a voxel: all voxels of the region at once, by Gauss-Newton steps."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, minimum_filter

from voltome.data import Transform, Volume
from voltome.data.transforms import triple
from voltome.registration._kernels_polishing import equations, moments
from voltome.registration._sampling import Sampler, grid_of, on_threads
from voltome.registration.regions import Place

SMOOTHINGS = ((1.0, 2), (0.5, 1), (0.5, 0))
"""Width of the smoothing of both scans in voxels, and how many voxels at the faces of the region are then left out.

The first with which enough of the region is left is taken. What lies outside the region may have changed, and
smoothing brings it in.
"""

LEAST_LEFT = 0.6
"""Share of the region that must be left."""

MARGIN_VOXELS = 4
"""What is smoothed around the region, so that it sees no edge."""

MOST_STEPS = 40
SETTLED_VOXELS = 2e-3
"""A step that moves no corner of the region further ends it."""

MOST_MOVED_VOXELS = 4.0
"""A step that moves a corner further than this has left what a linear model holds for."""

FEWEST_FOR_FACES = (6, 16)
"""Voxels along an axis above which one outer layer at each face is left out, and above which two."""

FREE_STEPS = 6
"""Steps after which voxels may only leave the comparison."""

LEAST_CORRELATION = 0.2
"""Correlation below which steps are not lengthened further."""

ROUND_OFF = 1e-12
"""Variance per mean square that the round-off of sums of doubles leaves of a constant."""


def polish(fixed: Volume, moving: Volume, place: Place, start: Transform) -> Transform | None:
    """Return the motion with the highest correlation near `start`, or None where the steps do not settle.

    The inverse compositional form of Lucas and Kanade's method: the gradient is that of the fixed scan, so that it is
    computed once. Both scans are brought to mean 0 and deviation 1 in the region in each step, which makes the least
    squares the highest correlation. Noise in the gradient makes plain steps too short by the correlation of the scans;
    they are divided by it.

    References
    ----------
    S. Baker, I. Matthews, Lucas-Kanade 20 years on, Int. J. Comput. Vis. 56, 221 (2004), section 3.2.
    """
    smoothing, inside = _smoothing_for(fixed, place)
    region = _Region(fixed, place, smoothing, inside)
    smooth = _smoothed(moving, moving.values, smoothing)
    known = _without_faces(moving)
    source = Volume(smooth, voxel_size_um=moving.voxel_size_um, origin_um=moving.origin_um, mask=known)
    motion, counted = start, region.inside
    for number in range(MOST_STEPS):
        sampler = Sampler(source, motion, region.grid)
        # a voxel at the edge of the scan that comes and goes with every step would keep it from settling
        counted = sampler.inside() & (region.inside if number < FREE_STEPS else counted)
        step = region.step(sampler.greys("cubic").astype(np.float32, copy=False), counted)
        if step is None:
            return None
        moved = region.largest_shift_voxels(step)
        if not moved <= MOST_MOVED_VOXELS:
            return None
        turn = triple(np.degrees(step[:3]))
        motion = motion.then(Transform(turn, shift_um=triple(step[3:]), centre_um=region.middle_um))
        if moved < SETTLED_VOXELS:
            return motion
    return None


class _Region:
    """The region in the fixed scan, with its gradient."""

    def __init__(self, fixed: Volume, place: Place, smoothing: float, inside: NDArray[np.bool_]) -> None:
        near, inner = [], []
        for part, count in zip(place.box, fixed.shape, strict=True):
            first = max(0, part.start - MARGIN_VOXELS)
            near.append(slice(first, min(count, part.stop + MARGIN_VOXELS)))
            inner.append(slice(part.start - first, part.stop - first))
        smooth = _smoothed(fixed, fixed.values[tuple(near)], smoothing)
        self.inside, self.grid = inside & _without_faces(fixed)[place.box], grid_of(fixed).part(place.box)
        self.size = np.asarray(fixed.voxel_size_um)
        self.values = np.ascontiguousarray(smooth[tuple(inner)])
        self.slopes = np.zeros((3, *self.values.shape), np.float32)
        for axis in range(3):
            if smooth.shape[axis] > 1:
                self.slopes[axis] = np.gradient(smooth, float(self.size[axis]), axis=axis)[tuple(inner)]
        self.middle = np.asarray(self.values.shape) / 2 * self.size
        self.middle_um = triple(self.grid.origin_um + self.middle)

    def step(self, found: NDArray[np.float32], inside: NDArray[np.bool_]) -> NDArray[np.float64] | None:
        """Return the small rotation (radians) and shift (um) after which the scans agree better.

        None where no voxel of the region lies in the moving scan, or one of the two does not vary there.
        """
        layers = len(found)
        sums = np.empty((layers, 6))
        on_threads(lambda z: moments(self.values, found, inside, z, z + 1, sums), layers)
        n, f, m, ff, mm, fm = sums.sum(axis=0)
        if n == 0:
            return None
        spread, other_spread = ff / n - (f / n) ** 2, mm / n - (m / n) ** 2
        if spread <= ROUND_OFF * ff / n or other_spread <= ROUND_OFF * mm / n:
            return None
        deviation, other = math.sqrt(spread), math.sqrt(other_spread)
        correlation = (fm / n - f / n * m / n) / (deviation * other)
        apart = (self.values - np.float32(f / n)) - (found - np.float32(m / n)) * np.float32(deviation / other)
        left, right = np.empty((layers, 6, 6)), np.empty((layers, 6))
        on_threads(
            lambda z: equations(self.slopes, apart, inside, self.middle, self.size, z, z + 1, left, right), layers
        )
        lower = left.sum(axis=0)
        matrix = lower + lower.T - np.diag(np.diag(lower))
        step: NDArray[np.float64] = -np.linalg.lstsq(matrix, right.sum(axis=0), rcond=1e-10)[0]
        step /= max(correlation, LEAST_CORRELATION)
        return step

    def largest_shift_voxels(self, step: NDArray[np.float64]) -> float:
        """Return how far a small motion moves the corner of the region that it moves the most."""
        corners = np.stack(np.meshgrid(*[(-r, r) for r in self.middle], indexing="ij"), axis=-1).reshape(-1, 3)
        return float(np.abs((np.cross(step[:3], corners) + step[3:]) / self.size).max())


def _smoothing_for(fixed: Volume, place: Place) -> tuple[float, NDArray[np.bool_]]:
    """Return the width of the smoothing in um, and which voxels of the region count with it."""
    for smoothing, border in SMOOTHINGS[:-1]:
        inside = _without_border(fixed, place, border)
        if np.count_nonzero(inside) >= LEAST_LEFT * np.count_nonzero(place.inside):
            return smoothing * min(fixed.voxel_size_um), inside
    return SMOOTHINGS[-1][0] * min(fixed.voxel_size_um), place.inside


def _without_border(fixed: Volume, place: Place, border: int) -> NDArray[np.bool_]:
    """Return the region without so many voxels where it ends inside the scan; faces of the scan are no end."""
    open_ends = [
        (border if part.start > 0 else 0, border if part.stop < count else 0)
        for part, count in zip(place.box, fixed.shape, strict=True)
    ]
    padded = np.pad(place.inside, [(border, border)] * 3, constant_values=True)
    for axis, (low, high) in enumerate(open_ends):
        ends = [slice(None)] * 3
        if low:
            ends[axis] = slice(0, border)
            padded[tuple(ends)] = False
        if high:
            ends[axis] = slice(-border, None)
            padded[tuple(ends)] = False
    eroded: NDArray[np.bool_] = minimum_filter(padded, 2 * border + 1, mode="nearest")
    inner = slice(border, -border)
    return eroded[inner, inner, inner]


def _without_faces(moving: Volume) -> NDArray[np.bool_]:
    """Return the sample without the outer layers of the scan, where smoothing and splines repeat voxels."""
    known = np.zeros(moving.shape, np.bool_)
    layers = [_outer_layers(count) for count in moving.shape]
    inner = tuple(slice(outer, count - outer) for outer, count in zip(layers, moving.shape, strict=True))
    known[inner] = True if moving.mask is None else moving.mask[inner]
    return known


def _outer_layers(count: int) -> int:
    """Return how many layers at each face are left out along an axis of so many voxels."""
    return sum(count > fewest for fewest in FEWEST_FOR_FACES)


def _smoothed(scan: Volume, values: NDArray[np.generic], smoothing_um: float) -> NDArray[np.float32]:
    """Return grey values with noise lowered, by the same width in um in every scan."""
    sigmas = [
        smoothing_um / edge if count > 1 else 0.0 for count, edge in zip(values.shape, scan.voxel_size_um, strict=True)
    ]
    smooth: NDArray[np.float32] = gaussian_filter(values, sigmas, output=np.float32, mode="nearest")
    return smooth

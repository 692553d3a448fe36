"""Candidate angles between two scans, before anything is known of the shift.

The magnitude of a Fourier transform does not depend on where things are, and turns with the image; around the origin of
its polar form a rotation is a shift, which a circular correlation finds - but for half a turn, which it cannot see. The
same done to the images themselves sees half a turn, but only where the axis of rotation is near the middle.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.ndimage import map_coordinates

from voltome.registration._grids import CoarseScan

SUBLAYER = 3
"""Layers that are added before a spectrum is made: thicker would smear structures into each other."""

STEP_DEG = 0.5
PEAKS = 8
"""Candidates that are kept."""

SEPARATE_DEG = 2.0
"""Peaks nearer to each other than this are one."""


def candidate_angles(region: CoarseScan, moving: CoarseScan) -> list[float]:
    """Return angles in degrees, the most likely first, by which the moving scan may have to be turned."""
    found = [
        *_peaks(_correlated(_spectra(region), _spectra(moving)), 180.0),
        *_peaks(_correlated(_unrolled(region), _unrolled(moving)), 360.0),
    ]
    angles: list[float] = []
    for _, angle, period in sorted(found, reverse=True):
        both = [angle, angle + 180] if period == 180.0 else [angle]
        angles += [one for one in both if all(apart_deg(one, other) > SEPARATE_DEG for other in angles)]
    return angles[: 2 * PEAKS]


def apart_deg(one: float, other: float) -> float:
    """Return by how many degrees two angles differ, at most 180."""
    return abs((one - other + 180) % 360 - 180)


def _sublayers(scan: CoarseScan) -> list[NDArray[np.float32]]:
    """Return sums of a few layers, in a round window that has no edges for a spectrum to show."""
    rows, columns = scan.values.shape[1:]
    y, x = np.ogrid[:rows, :columns]
    reach = max(rows, columns) / 2
    distance = np.hypot(y - (rows - 1) / 2, x - (columns - 1) / 2) / reach
    window = np.where(distance < 1, np.cos(np.pi / 2 * np.minimum(distance, 1)) ** 2, 0).astype(np.float32)
    thickness = min(SUBLAYER, scan.values.shape[0])
    starts = range(0, scan.values.shape[0] - thickness + 1, thickness)
    return [scan.values[start : start + thickness].sum(axis=0) * window for start in starts]


def _spectra(scan: CoarseScan) -> NDArray[np.float32]:
    """Return the magnitudes of the spectra of the sub-layers, shape (sub-layer, radius, half a turn)."""
    size = int(fft.next_fast_len(2 * max(scan.values.shape[1:])))
    polar = []
    for layer in _sublayers(scan):
        magnitude = np.sqrt(np.abs(fft.fftshift(fft.fft2(layer, (size, size)))))
        polar.append(_polar(magnitude, (size // 2, size // 2), np.arange(6, size * 0.4), 180.0))
    return _standardised(np.stack(polar))


def _unrolled(scan: CoarseScan) -> NDArray[np.float32]:
    """Return the sub-layers around the middle in polar form, shape (sub-layer, radius, turn)."""
    rows, columns = scan.values.shape[1:]
    middle = ((rows - 1) / 2, (columns - 1) / 2)
    radii = np.arange(3, max(4, min(rows, columns) / 2))
    return _standardised(np.stack([_polar(layer, middle, radii, 360.0) for layer in _sublayers(scan)]))


def _polar(
    image: NDArray[np.floating], middle: tuple[float, float], radii: NDArray[np.float64], turn_deg: float
) -> NDArray[np.float32]:
    """Return an image at polar coordinates: radius down, angle along, from the second axis towards the third."""
    angles = np.radians(np.arange(0, turn_deg, STEP_DEG))
    places = np.stack(
        [middle[0] + radii[:, None] * np.cos(angles)[None], middle[1] + radii[:, None] * np.sin(angles)[None]]
    )
    sampled: NDArray[np.float32] = map_coordinates(image.astype(np.float32), places, order=1, mode="constant")
    return sampled


def _standardised(polar: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return every circle with mean 0 and spread 1, so that no radius outweighs the others."""
    centred = polar - polar.mean(axis=-1, keepdims=True)
    spread = centred.std(axis=-1, keepdims=True)
    standard: NDArray[np.float32] = centred / np.maximum(spread, 1e-6 * max(float(spread.max()), 1e-30))
    return standard


def _correlated(fixed: NDArray[np.float32], moving: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the circular correlation over angle for every shift along the axis, shape (shift, angle)."""
    radii = min(fixed.shape[1], moving.shape[1])
    ours = fft.rfft(fixed[:, :radii], axis=-1)
    theirs = np.conj(fft.rfft(moving[:, :radii], axis=-1))
    least = max(1, len(fixed) // 2)
    rows = []
    for shift in range(least - len(fixed), len(moving) - least + 1):
        pairs = [(j, j + shift) for j in range(len(fixed)) if 0 <= j + shift < len(moving)]
        product = sum((ours[j] * theirs[k]).sum(axis=0) for j, k in pairs)
        rows.append(fft.irfft(product, fixed.shape[-1]) / np.sqrt(len(pairs)))
    return np.stack(rows).astype(np.float64)


def _peaks(correlation: NDArray[np.float64], period_deg: float) -> list[tuple[float, float, float]]:
    """Return (how far above the rest, angle, period) of the highest peaks."""
    centred = correlation - correlation.mean(axis=-1, keepdims=True)
    best = (centred / np.maximum(centred.std(), 1e-30)).max(axis=0)
    is_peak = (best >= np.roll(best, 1)) & (best > np.roll(best, -1))
    places = np.flatnonzero(is_peak)
    places = places[np.argsort(-best[places], kind="stable")][:PEAKS]
    return [(float(best[place]), float(place * STEP_DEG), period_deg) for place in places]

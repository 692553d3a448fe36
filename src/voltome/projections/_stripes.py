"""Sinograms without stripes: the algorithms, on arrays (angle, column) of 32-bit numbers.

A column of the detector with the wrong gain adds a constant to its absorbance and multiplies its transmission. So what
is compared with the neighbours is a difference in absorbance and a ratio in transmission: a ratio of absorbances would
mean nothing in air, where both are 0. `air` is what air shows: 0 in absorbance, 1 in transmission.
"""

from __future__ import annotations

import numpy as np
import pywt
from numpy.typing import NDArray
from scipy.fft import dct, fft, idct, ifft
from scipy.ndimage import binary_dilation, uniform_filter1d

from voltome.projections._kernels_stripes import running_medians
from voltome.projections._sinograms import Sinogram

_CORE = 0.25
"""Share of the lowest and of the highest values that are left out where a line is laid through values in order."""

_PARTS = 5
_ALIKE = 0.8
"""Of what a column is off on average, each fifth of its angles, in order of brightness, must be off by this share."""

_SMALLEST = 1e-6
"""Factors and noise nearer to 0 than this are none: 32-bit numbers around 1 do not tell them from it."""


def by_sorting(sinogram: Sinogram, size: int) -> Sinogram:
    """Return algorithm 3: every column in order, smoothed across columns, and put back."""
    order, smooth = _smoothed_in_order(sinogram, size)[1:]
    return _put_back(smooth, order)


def by_filtering(sinogram: Sinogram, periods: float, size: int) -> Sinogram:
    """Return algorithm 2: what changes slowly with the angle is sorted and smoothed, the rest stays."""
    slow = _slow_part(sinogram, periods)
    return by_sorting(slow, size) + (sinogram - slow)


def by_fitting(sinogram: Sinogram, order: int, size: int, air: float) -> Sinogram:
    """Return algorithm 1: a polynomial over the angle for each column, smoothed across columns.

    The paper smooths by a Gaussian, here it is a running median: on discs it changed the sample a fifth as much.
    """
    turn = np.linspace(-1, 1, len(sinogram))
    basis = np.linalg.qr(np.polynomial.legendre.legvander(turn, order))[0]
    # no matrix product: its threads would add in an order of their own
    weights = np.einsum("vk,vc->kc", basis, sinogram.astype(np.float64))
    fit = np.einsum("vk,kc->vc", basis, weights)
    return _corrected(sinogram, fit, running_medians(fit, size).astype(np.float64), air)


def large(sinogram: Sinogram, ratio: float, size: int, left_out: float, air: float) -> tuple[Sinogram, int]:
    """Return algorithm 5, and how many columns it found: columns are corrected by what they are off, these smoothed.

    A column with a wrong gain is off at all angles, one through which a part of the sample passes at some. So columns
    are off by what all fifths of their angles, in order of brightness, have in common, and stripes are those for which
    this is most of it: other than in the paper, where a sample narrower than the window is taken for a stripe.
    """
    levels, order, smooth = _smoothed_in_order(sinogram, size)
    drop = int(0.5 * left_out * len(sinogram))
    parts = np.array_split(np.arange(drop, len(sinogram) - drop), min(_PARTS, len(sinogram) - 2 * drop))
    offs = np.array([_off(levels[part], smooth[part], air) for part in parts])
    off = offs.mean(axis=0)
    least = np.maximum((offs * np.sign(off)).min(axis=0), 0.0)
    steady = least > _ALIKE * np.abs(off)
    shift = np.sign(off) * least
    found = sinogram * np.exp(-shift).astype(np.float32) if air else sinogram - shift.astype(np.float32)
    stripes = stripes_in(off, ratio) & steady
    marked = binary_dilation(stripes)
    found[:, marked] = _put_back(smooth, order)[:, marked]
    return found, int(np.count_nonzero(stripes))


def _off(levels: Sinogram, expected: Sinogram, air: float) -> NDArray[np.float64]:
    """Return by how much columns are off what is expected: a difference, in transmission that of the logarithms."""
    found, wanted = (each.mean(axis=0, dtype=np.float64) for each in (levels, expected))
    if not air:
        return np.asarray(found - wanted)
    usable = (found > _SMALLEST) & (wanted > _SMALLEST)
    return np.asarray(np.log(np.divide(found, wanted, out=np.ones_like(found), where=usable)))


def dead(sinogram: Sinogram, ratio: float, size: int, views: int) -> tuple[Sinogram, int]:
    """Return algorithm 6, and how many columns it found: those that change with the angle too little or too much.

    They and one beside each are interpolated. A third of all columns or more are no stripes: nothing is done then.
    """
    rough = np.abs(sinogram - uniform_filter1d(sinogram, min(views, len(sinogram)), axis=0)).sum(axis=0)
    expected = running_medians(rough[np.newaxis], size)[0]
    usual = expected.mean()
    if usual == 0:
        return sinogram, 0
    stripes = stripes_in(rough / np.where(expected > 0, expected, usual), ratio)
    marked = binary_dilation(stripes)
    marked[[0, -1]] = False
    if not marked.any() or 3 * np.count_nonzero(marked) >= marked.size:
        return sinogram, 0
    return _interpolated(sinogram, marked), int(np.count_nonzero(stripes))


def by_wavelets(sinogram: Sinogram, levels: int, damping: float, wavelet: str) -> Sinogram:
    """Return Muench's method: of the vertical details, what hardly changes with the angle is damped."""
    views, columns = sinogram.shape
    padded = np.pad(sinogram, [(extent // 4, extent // 4) for extent in sinogram.shape], mode="symmetric")
    parts = pywt.wavedec2(padded, wavelet, level=levels, mode="symmetric")
    for level in range(1, len(parts)):
        horizontal, vertical, diagonal = parts[level]
        frequency = np.fft.fftfreq(len(vertical)) * len(vertical)
        kept = (1 - np.exp(-(frequency**2) / (2 * damping**2))).astype(np.float32)[:, np.newaxis]
        parts[level] = (horizontal, ifft(fft(vertical, axis=0) * kept, axis=0).real, diagonal)
    whole = pywt.waverec2(parts, wavelet, mode="symmetric")
    return np.asarray(whole[views // 4 : views // 4 + views, columns // 4 : columns // 4 + columns], np.float32)


def stripes_in(profile: NDArray[np.floating], ratio: float) -> NDArray[np.bool_]:
    """Return algorithm 4: which values stick out of the line through the middle half of all in order.

    The line's span over all columns is taken for what is usual; a value counts that is beyond its end by more than half
    of `ratio` times it, if the extreme one is beyond by `ratio` times it.
    """
    ordered = np.sort(profile.astype(np.float64))
    places = np.arange(ordered.size)
    core = slice(int(_CORE * ordered.size), ordered.size - int(_CORE * ordered.size))
    slope, lowest = np.polyfit(places[core], ordered[core], 1) if places[core].size > 1 else (0.0, ordered.mean())
    highest = lowest + slope * places[-1]
    usual = max(abs(highest - lowest), _SMALLEST * max(1.0, abs(lowest)))  # data without noise have no span
    marked = np.zeros(ordered.size, np.bool_)
    if ordered[-1] - highest >= ratio * usual:
        marked |= profile > highest + 0.5 * ratio * usual
    if lowest - ordered[0] >= ratio * usual:
        marked |= profile < lowest - 0.5 * ratio * usual
    return marked


def _smoothed_in_order(sinogram: Sinogram, size: int) -> tuple[Sinogram, NDArray[np.int64], Sinogram]:
    """Return every column in order, where each of its values came from, and the order smoothed across columns."""
    columns = np.ascontiguousarray(sinogram.T)
    order = np.argsort(columns, axis=1, kind="stable")  # equal values in the order of their angles, on every machine
    levels = np.ascontiguousarray(np.take_along_axis(columns, order, axis=1).T)
    return levels, order, running_medians(levels, size)


def _put_back(levels: Sinogram, order: NDArray[np.int64]) -> Sinogram:
    """Return values in order at the angles where they came from."""
    columns = np.empty(order.shape, np.float32)
    np.put_along_axis(columns, order, np.ascontiguousarray(levels.T), axis=1)
    return np.ascontiguousarray(columns.T)


def _slow_part(sinogram: Sinogram, periods: float) -> Sinogram:
    """Return what changes with the angle by less than about so many periods per scan, mirrored at its ends."""
    spectrum = dct(sinogram, type=2, norm="ortho", axis=0)
    frequency = np.arange(len(sinogram)) / 2
    spectrum *= np.exp(-(frequency**2) / (2 * periods**2)).astype(np.float32)[:, np.newaxis]
    return np.asarray(idct(spectrum, type=2, norm="ortho", axis=0), np.float32)


def _corrected(sinogram: Sinogram, found: NDArray[np.float64], expected: NDArray[np.float64], air: float) -> Sinogram:
    """Return the sinogram with what was found of its columns brought to what was expected."""
    if not air:
        return np.asarray(sinogram + (expected - found), np.float32)
    usable = (found > _SMALLEST) & (expected > _SMALLEST)
    factors = np.divide(expected, found, out=np.ones_like(found), where=usable)
    return np.asarray(sinogram * factors, np.float32)


def _interpolated(sinogram: Sinogram, marked: NDArray[np.bool_]) -> Sinogram:
    """Return the sinogram with marked columns on the straight line between the nearest others."""
    good, bad = np.flatnonzero(~marked), np.flatnonzero(marked)
    behind = np.searchsorted(good, bad)
    left, right = good[behind - 1], good[behind]
    share = ((bad - left) / (right - left)).astype(np.float32)
    found = sinogram.copy()
    found[:, bad] = sinogram[:, left] * (1 - share) + sinogram[:, right] * share
    return found

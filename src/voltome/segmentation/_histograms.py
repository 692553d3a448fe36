"""Grey values counted and cut, slice by slice so that nothing as large as the image is held twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Interval = tuple[float | None, float | None]
Finder = Callable[[NDArray[Any]], NDArray[np.intp]]


@dataclass(frozen=True, slots=True)
class Histogram:
    """The bins of a histogram that hold voxels.

    Attributes
    ----------
    counts : numpy.ndarray
        Voxels in each bin.
    places : numpy.ndarray
        Number of each bin, counted from the lowest grey value: all bins are equally wide.
    uppers : numpy.ndarray
        Highest grey value in each bin, in the type of the image.
    """

    counts: NDArray[np.int64]
    places: NDArray[np.float64]
    uppers: NDArray[Any]


def histogram(values: NDArray[Any], mask: NDArray[np.bool_] | None, *, bins: int) -> Histogram:
    """Count the grey values in at most `bins` bins: one per value for integers where they suffice."""
    low, high = value_range(values, mask)
    bin_of = _binning(values.dtype, low, high, bins)
    counts = np.zeros(bins, np.int64)
    uppers = np.full(bins, low, values.dtype)
    for plane in _planes(values, mask):
        found = bin_of(plane)
        counts += np.bincount(found, minlength=bins)
        np.maximum.at(uppers, found, plane)
    full = np.flatnonzero(counts)
    return Histogram(counts[full], full.astype(np.float64), uppers[full])


def value_range(values: NDArray[Any], mask: NDArray[np.bool_] | None) -> tuple[Any, Any]:
    """Return the lowest and the highest grey value inside the mask."""
    ranges = [(plane.min(), plane.max()) for plane in _planes(values, mask)]
    return min(low for low, _ in ranges), max(high for _, high in ranges)


def best_cuts(histogram: Histogram, classes: int) -> list[int]:
    """Return the last bin of each class but the last, such that the variance between the classes is largest.

    ``best[j]`` is the largest sum of (sum of values)^2 / count over the classes that the first j bins can be cut into;
    with one class more, the last begins at the bin i that maximises ``best[i] + gain[i, j]``.
    """
    bins = histogram.counts.size
    weight = np.concatenate(([0.0], np.cumsum(histogram.counts, dtype=np.float64)))
    mean = np.average(histogram.places, weights=histogram.counts)
    moment = np.concatenate(([0.0], np.cumsum(histogram.counts * (histogram.places - mean))))
    best = _gain(weight, moment, np.array([0]), np.arange(1, bins + 1))[0]
    if classes == 2:
        last = _gain(weight, moment, np.arange(1, bins), np.array([bins]))[:, 0]
        return [int(np.argmax(best[:-1] + last))]
    gain = _gain(weight, moment, np.arange(1, bins), np.arange(1, bins + 1))
    begins = []
    for _ in range(classes - 1):
        total = best[:-1, np.newaxis] + gain
        begins.append(np.argmax(total, axis=0))
        best = np.max(total, axis=0)
    cuts, end = [], bins - 1
    for begin in reversed(begins):
        end = int(begin[end])
        cuts.append(end)
    return cuts[::-1]


def next_above(value: float, dtype: np.dtype[Any]) -> float:
    """Return the next grey value above `value` that the type can hold."""
    if dtype.kind != "f":
        return int(value) + 1
    above: float = np.nextafter(dtype.type(value), dtype.type(np.inf)).item()
    return above


def interval_finder(dtype: np.dtype[Any], intervals: list[Interval]) -> Finder:
    """Return a function that says for each grey value of an array which interval holds it, the last + 1 for none."""
    if dtype.kind in "ui" and dtype.itemsize <= 2:
        # every possible grey value once; a negative one counts from the end of the table, as indices do
        grey = np.arange(2 ** (8 * dtype.itemsize)).astype(dtype.newbyteorder("="))
        table = _find(grey, intervals)
        return lambda plane: table[plane]
    return lambda plane: _find(plane, intervals)


def ends_in_type(dtype: np.dtype[Any], intervals: list[Interval]) -> list[tuple[float, float]]:
    """Return the ends of intervals as they compare with an image of floats, open ends as infinities."""
    grey = np.zeros(0, dtype)
    return [
        (
            -np.inf if low is None else float(_as_type_of(grey, low)),
            np.inf if high is None else float(_as_type_of(grey, high)),
        )
        for low, high in intervals
    ]


def _find(grey: NDArray[Any], intervals: list[Interval]) -> NDArray[np.intp]:
    """Return the interval of each grey value, both ends included."""
    found = np.full(grey.shape, len(intervals), np.intp)
    for number, (lowest, highest) in enumerate(intervals):
        inside = np.ones(grey.shape, np.bool_)
        if lowest is not None:
            inside &= grey >= _as_type_of(grey, lowest)
        if highest is not None:
            inside &= grey <= _as_type_of(grey, highest)
        found[inside] = number
    return found


def _as_type_of(grey: NDArray[Any], end: float) -> Any:
    """Return the end of an interval so that it compares in the type of the image, without overflow."""
    if grey.dtype.kind != "f":
        return int(end) if float(end).is_integer() else float(end)
    limits = np.finfo(grey.dtype)
    return grey.dtype.type(min(max(end, float(limits.min)), float(limits.max)))


def _planes(values: NDArray[Any], mask: NDArray[np.bool_] | None) -> Iterator[NDArray[Any]]:
    """Yield the grey values inside the mask, flat, for each slice that has any."""
    for z, plane in enumerate(values):
        inside = plane.ravel() if mask is None else plane[mask[z]]
        if inside.size:
            yield inside


def _binning(dtype: np.dtype[Any], low: Any, high: Any, bins: int) -> Finder:
    """Return a function that says the bin of each grey value, never lower for a higher value."""
    if dtype.kind == "f":
        # halves, so that the span of the largest floats does not overflow
        start, span = float(low) / 2, max(float(high) / 2 - float(low) / 2, np.finfo(np.float64).tiny)
        return lambda grey: np.minimum((grey.astype(np.float64) / 2 - start) / span * bins, bins - 1).astype(np.intp)
    width = np.uint64(-(-(int(high) - int(low) + 1) // bins))
    # unsigned arithmetic wraps around, so that the difference is right whatever the type of the image
    begin = np.asarray(low).astype(np.uint64)
    return lambda grey: ((grey.astype(np.uint64) - begin) // width).astype(np.intp)


def _gain(
    weight: NDArray[np.float64], moment: NDArray[np.float64], begins: NDArray[np.intp], ends: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return (sum of values)^2 / count from each of `begins` to each of `ends`; -inf where no bin is between."""
    count = weight[ends] - weight[begins][:, np.newaxis]
    value = moment[ends] - moment[begins][:, np.newaxis]
    gain = np.full(count.shape, -np.inf)
    np.divide(value * value, count, out=gain, where=count > 0)
    return gain

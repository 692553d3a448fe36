"""Images of neighbouring places made one: each read between its pixels, weighted by the way to its edge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import shift

from voltome.registration._sampling import Interpolation

ORDERS = {"cubic": 3, "linear": 1}


def blend(
    images: Sequence[NDArray[Any]],
    masks: Sequence[NDArray[np.bool_] | None],
    corners_px: NDArray[np.float64],
    interpolation: Interpolation,
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.int64]]:
    """Return one image of all, where any of them has it, and the corner of its first pixel.

    Every image weighs as much as a pixel is away from the nearest edge of it, so that no edge is seen.
    """
    first = np.rint(corners_px.min(axis=0)).astype(np.int64)
    ends = [corner + image.shape for corner, image in zip(corners_px, images, strict=True)]
    shape = np.rint(np.max(ends, axis=0)).astype(np.int64) - first  # half a pixel or more of the outermost is known
    total, weights = np.zeros(shape), np.zeros(shape)
    for image, mask, corner in zip(images, masks, corners_px, strict=True):
        place = np.floor(corner + 1e-9).astype(np.int64)
        values, weight = _placed(image, mask, np.maximum(corner - place, 0.0), interpolation)
        low = np.maximum(place - first, 0)
        high = np.minimum(place - first + values.shape, shape)
        box = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
        own = tuple(slice(int(a), int(b)) for a, b in zip(low - place + first, high - place + first, strict=True))
        total[box] += values[own] * weight[own]
        weights[box] += weight[own]
    known = weights > 0
    total[known] /= weights[known]
    return total, known, first


def _placed(
    image: NDArray[Any], mask: NDArray[np.bool_] | None, share: NDArray[np.float64], interpolation: Interpolation
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return an image moved by less than a pixel along each axis, and the weight of every pixel of it."""
    moves = bool((share > 1e-9).any())
    grown = [(0, int(part > 1e-9)) for part in share]
    values = np.pad(np.asarray(image, np.float64), grown, mode="edge")
    weight = np.full(values.shape, np.inf)
    for axis, ramp in enumerate(_ramps(image.shape, values.shape, share)):
        weight = np.minimum(weight, np.expand_dims(ramp, [other for other in range(values.ndim) if other != axis]))
    if mask is not None:
        inside = np.pad(mask.astype(np.float64), grown)
        inside = shift(inside, share, order=1, mode="constant") if moves else inside
        weight = np.where(inside > 0.99, weight, 0.0)
    if moves:
        values = shift(values, share, order=ORDERS[interpolation], mode="nearest")
    return values, weight


def _ramps(known: tuple[int, ...], shape: tuple[int, ...], share: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
    """Yield, along each axis, how far each moved pixel is from the nearest outer edge; along a single layer 1."""
    for count, grown, part in zip(known, shape, share, strict=True):
        places = np.arange(grown) - part
        yield np.maximum(np.minimum(places + 0.5, count - 0.5 - places), 0.0) if count > 1 else np.ones(grown)


def as_type(values: NDArray[np.float64], like: Sequence[NDArray[Any]]) -> tuple[NDArray[Any], str]:
    """Return values in the type of the images, and a remark for the history.

    Whole numbers are rounded. A spline swings beyond the range of the images beside sharp edges; what does is set to
    its end, and counted.
    """
    kind = np.result_type(*[image.dtype for image in like])
    lowest, highest = min(float(image.min()) for image in like), max(float(image.max()) for image in like)
    slack = 1e-6 * (highest - lowest)
    beyond = int(np.count_nonzero((values < lowest - slack) | (values > highest + slack)))
    held = np.clip(values, lowest, highest)
    found: NDArray[Any] = (np.rint(held) if kind.kind in "ui" else held).astype(kind)
    remark = f", {beyond:,} pixels beyond the range of the images set to its end" if beyond else ""
    return found, remark

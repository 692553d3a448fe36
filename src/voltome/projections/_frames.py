"""Flats and darks averaged, the same way for the whole detector and for a few of its rows."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from voltome.data import Projections
from voltome.data._parameters import check_positive
from voltome.errors import GeometryError, ValuesError

Average = Literal["mean", "median"]

_NO_BEAM = 0.1
"""A flat with less of the beam than this share of the middle one was taken with the shutter closed."""


def averaged(frames: NDArray[Any], by: str) -> NDArray[np.float64]:
    """Return the mean or median of frames, pixel by pixel."""
    if by == "median":
        middle: NDArray[np.float64] = np.median(frames, axis=0).astype(np.float64)
        return middle
    total = np.zeros(frames.shape[1:])
    for frame in frames:  # one after another: numpy would add a single pixel's frames in another order than a row's
        total += frame
    return total / len(frames)


def groups_of_flats(projections: Projections) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the time of each group of flats and its mean image: flats with no view between them are a group."""
    flats, flat_times, view_times = projections.flats, projections.flat_times_s, projections.frame_times_s
    if flats is None or flat_times is None or view_times is None:
        absent = " and ".join(
            name for name, times in (("frame_times_s", view_times), ("flat_times_s", flat_times)) if times is None
        )
        raise GeometryError(
            f"flats='interpolated' needs to know when flats and views were taken; {absent} missing. Give the times in "
            f"seconds with dataclasses.replace, or take flats='mean'."
        )
    order = np.argsort(flat_times, kind="stable")
    views_before = np.searchsorted(np.sort(view_times), flat_times[order])
    starts = np.flatnonzero(np.diff(views_before)) + 1
    groups = np.split(order, starts)
    if len(groups) < 2:
        raise ValuesError(
            f"flats='interpolated' found all {len(flats)} flats on one side of the views; expected flats before and "
            f"after them, or between. Take flats='mean'."
        )
    times = np.array([flat_times[group].mean() for group in groups])
    return times, np.stack([averaged(flats[group], "mean") for group in groups])


def weights_in_time(times_s: NDArray[np.float64], group_times_s: NDArray[np.float64]) -> list[tuple[int, float]]:
    """Return for each view the group before it, and the share of the next one; beyond the ends the nearest counts."""
    before = np.clip(np.searchsorted(group_times_s, times_s, side="right") - 1, 0, group_times_s.size - 2)
    span = group_times_s[before + 1] - group_times_s[before]
    share = np.clip((times_s - group_times_s[before]) / span, 0, 1)
    return [(int(group), float(part)) for group, part in zip(before, share, strict=True)]


def levels_above_dark(flats: NDArray[Any], dark: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how many counts each flat is above the dark, on average."""
    return np.array([float(flat.mean(dtype=np.float64) - dark.mean()) for flat in flats])


def without_beam(levels: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the numbers of the flats that hold no beam."""
    middle = float(np.median(levels))
    return np.flatnonzero(levels <= _NO_BEAM * middle) if middle > 0 else np.arange(len(levels))


def saturation(projections: Projections, saturated_at: float | None) -> float:
    """Return the counts from which a pixel is saturated."""
    if saturated_at is not None:
        return check_positive("saturated_at", saturated_at)
    return largest_of(projections.values.dtype) if projections.kind == "counts" else float("inf")


def largest_of(dtype: np.dtype[Any]) -> float:
    """Return the largest number of an integer type, at which a detector that counts is full; others have none."""
    return float(np.iinfo(dtype).max) if dtype.kind in "iu" else float("inf")

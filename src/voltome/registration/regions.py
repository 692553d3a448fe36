"""The part of a scan that does not change, from which motions are found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from voltome.data import AxisName, ImageNoun, Volume
from voltome.data._parameters import AXES, axis_index
from voltome.errors import GeometryError, ParameterError, ValuesError

Pair = tuple[float | None, float | None]

EDGE_VOXELS = 2
"""How far beyond the voxels of a grey interval a region reaches: a match needs their edges."""

FEWEST_VOXELS = 500
"""A region with fewer voxels holds no structure that fixes six numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A part of the fixed scan that is the same in every scan: a separator, a can, a wall.

    All criteria that are given hold together; without any it is the whole scan.

    Attributes
    ----------
    box_um : three pairs of float or None, optional
        ((z0, z1), (y0, y1), (x0, x1)) in um in the frame of the fixed scan, so that a crop of that scan leaves the
        region where it is: the voxels whose centres lie inside. null or None is an open end.
    radius_um : pair of float or None, optional
        (inner, outer) distance in um from the middle axis of the fixed scan, which runs along the axis of rotation
        through the middle of the image; both ends inclusive. null or None is an open end.
    grey : pair of float or None, optional
        (lowest, highest) grey value of the fixed scan, both ends inclusive, null or None is an open end. Voxels up to
        two voxels from these belong to the region too, because a match needs their edges.

    Raises
    ------
    ParameterError
        Something that is no pair of numbers, or ends in the wrong order.

    Examples
    --------
    >>> Region(box_um=((200, 230), (None, None), (None, None)), radius_um=(None, 350)).in_words()
    'z 200 to 230 um, at most 350 um from the middle'
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}  # a typo in a study file is no default

    box_um: tuple[Pair, Pair, Pair] | None = None
    radius_um: Pair | None = None
    grey: Pair | None = None

    def __post_init__(self) -> None:
        if self.box_um is not None:
            box: Any = self.box_um
            if not isinstance(box, Sequence) or len(box) != 3:
                raise ParameterError(
                    f"region.box_um is {self.box_um!r}; expected three pairs ((z0, z1), (y0, y1), (x0, x1)), None for "
                    f"an open end."
                )
            for axis, pair in zip(AXES, self.box_um, strict=True):
                _check_pair(f"region.box_um along {axis}", pair, touching=False)
        if self.radius_um is not None:
            _check_pair("region.radius_um", self.radius_um, touching=False)
            if any(end is not None and end < 0 for end in self.radius_um):
                raise ParameterError(f"region.radius_um is {self.radius_um!r}; expected 0 um or above.")
        if self.grey is not None:
            _check_pair("region.grey", self.grey, touching=True)

    def in_words(self) -> str:
        """Return the region as the history says it."""
        parts = []
        if self.box_um is not None:
            box = [
                f"{axis} {_range(pair)}" for axis, pair in zip(AXES, self.box_um, strict=True) if pair != (None, None)
            ]
            parts += [f"{', '.join(box)} um"] if box else []
        if self.radius_um is not None and tuple(self.radius_um) != (None, None):
            parts.append(f"{_bounds(self.radius_um)} um from the middle")
        if self.grey is not None and tuple(self.grey) != (None, None):
            parts.append(f"grey value {_bounds(self.grey)}")
        return ", ".join(parts) or "the whole scan"


def _check_pair(name: str, pair: Any, *, touching: bool) -> None:
    """Refuse what is no (low, high) of finite numbers or None; equal ends only with `touching`."""
    sound = isinstance(pair, Sequence) and not isinstance(pair, str) and len(pair) == 2
    ends = [end for end in pair if end is not None] if sound else []
    numbers = [end for end in ends if isinstance(end, int | float | np.number) and not isinstance(end, bool)]
    if not sound or len(numbers) != len(ends) or not all(map(math.isfinite, numbers)):
        raise ParameterError(f"{name} is {pair!r}; expected (low, high), finite numbers or None for an open end.")
    if len(numbers) == 2 and (numbers[0] > numbers[1] or (numbers[0] == numbers[1] and not touching)):
        raise ParameterError(f"{name} is {pair!r}; expected the lower end first.")


def _range(pair: Pair) -> str:
    """Return ``low to high``, with one end ``from low`` or ``up to high``."""
    low, high = pair
    if low is None or high is None:
        return f"up to {high:.10g}" if low is None else f"from {low:.10g}"
    return f"{low:.10g} to {high:.10g}"


def _bounds(pair: Pair) -> str:
    """Return ``at least 2 and at most 3``."""
    low, high = pair
    parts = [] if low is None else [f"at least {low:.10g}"]
    return " and ".join(parts if high is None else [*parts, f"at most {high:.10g}"])


@dataclass(frozen=True, slots=True)
class Place:
    """The voxels of a region in its scan: a box of slices, and which voxels of the box belong to it."""

    box: tuple[slice, slice, slice]
    inside: NDArray[np.bool_]


def place_of(region: Region, volume: Volume, about: AxisName) -> Place:
    """Return the voxels of a region in the fixed scan, or say why there are none."""
    box = _box(region, volume)
    shape = tuple(part.stop - part.start for part in box)
    inside = np.ones(shape, np.bool_) if volume.mask is None else volume.mask[box].copy()
    if region.radius_um is not None:
        inside &= _ring(region.radius_um, volume, box, axis_index(about))
    if region.grey is not None:
        inside &= binary_dilation(_in_interval(volume.values[box], region.grey), iterations=EDGE_VOXELS)
    if np.count_nonzero(inside) < FEWEST_VOXELS:
        raise GeometryError(
            f"the region ({region.in_words()}) has {np.count_nonzero(inside)} voxels of the sample of the fixed scan; "
            f"expected at least {FEWEST_VOXELS}. The scan has {extent_in_words(volume)} and grey values "
            f"{volume.values.min():g} to {volume.values.max():g}: choose the region within them."
        )
    return _tight(Place(box, inside))


def check_grey_present(region: Region, volume: Volume) -> None:
    """Refuse a scan without a voxel in the grey interval of the region: another thing, or another grey scale."""
    if region.grey is None:
        return
    values = volume.values if volume.mask is None else volume.values[volume.mask]
    if not _in_interval(values, region.grey).any():
        raise ValuesError(
            f"the scan has no voxel of the region's grey values ({_bounds(region.grey)}); its grey values run from "
            f"{values.min():g} to {values.max():g}. Bring the scans to one grey scale, or choose the region by box_um "
            f"or radius_um."
        )


def extent_in_words(volume: ImageNoun) -> str:
    """Return from where to where a scan reaches in its frame."""
    ends = zip(AXES, volume.origin_um, volume.size_um, strict=True)
    return ", ".join(f"{axis} {low:g} to {low + size:g}" for axis, low, size in ends) + " um"


def _box(region: Region, volume: Volume) -> tuple[slice, slice, slice]:
    """Return the slices of the voxels whose centres lie in the region's box."""
    parts = []
    pairs: Any = region.box_um or ((None, None),) * 3
    for axis, (low, high) in enumerate(pairs):
        edge, origin, count = volume.voxel_size_um[axis], volume.origin_um[axis], volume.shape[axis]
        first = 0 if low is None else math.ceil((low - origin) / edge - 0.5 - 1e-6)
        stop = count if high is None else math.ceil((high - origin) / edge - 0.5 - 1e-6)
        first, stop = max(0, first), min(count, stop)
        if first >= stop:
            raise GeometryError(
                f"the region ({region.in_words()}) has no voxel along {AXES[axis]} in the fixed scan, which has "
                f"{extent_in_words(volume)}; expected a region within it."
            )
        parts.append(slice(first, stop))
    return parts[0], parts[1], parts[2]


def _ring(radius: Pair, volume: Volume, box: tuple[slice, slice, slice], along: int) -> NDArray[np.bool_]:
    """Return which voxels of a box lie within these distances of the middle axis."""
    squared: Any = 0.0
    for axis in range(3):
        if axis != along:
            numbers = np.arange(box[axis].start, box[axis].stop) + 0.5 - volume.shape[axis] / 2
            others = [other for other in range(3) if other != axis]
            squared = squared + np.expand_dims((numbers * volume.voxel_size_um[axis]) ** 2, others)
    low, high = radius
    ring = np.ones(squared.shape, np.bool_)
    if low is not None:
        ring &= squared >= low**2
    if high is not None:
        ring &= squared <= high**2
    return ring


def _in_interval(values: NDArray[Any], grey: Pair) -> NDArray[np.bool_]:
    """Return which grey values lie in an interval, both ends inclusive."""
    low, high = grey
    inside = np.ones(values.shape, np.bool_)
    if low is not None:
        inside &= values >= low
    if high is not None:
        inside &= values <= high
    return inside


def _tight(place: Place) -> Place:
    """Return the place with the smallest box that holds its voxels."""
    parts = []
    for axis in range(3):
        others = tuple(other for other in range(3) if other != axis)
        found = np.flatnonzero(place.inside.any(axis=others))
        parts.append(slice(int(found[0]), int(found[-1]) + 1))
    z, y, x = (slice(old.start + new.start, old.start + new.stop) for old, new in zip(place.box, parts, strict=True))
    return Place((z, y, x), place.inside[parts[0], parts[1], parts[2]])

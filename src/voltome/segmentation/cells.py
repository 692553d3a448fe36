"""Many thresholds of one volume at once: every voxel gets its cell between the ends of all intervals.

Which phase a voxel is in depends on its cell alone, for every set of intervals. So what is counted once cell by cell is
known for all of them: volumes from the voxels of each cell, surfaces from the pairs of neighbours in each two cells.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import Volume
from voltome.errors import ParameterError
from voltome.segmentation import _histograms
from voltome.segmentation._kernels_cells import fill_cells
from voltome.segmentation.thresholds import Interval, check_cut, history_of

MOST_CUTS = 254
"""With one more, a cell and the outside of the mask would not fit in a byte."""


@dataclass(frozen=True, slots=True)
class Cut:
    """One way to cut a volume into phases: the parameters of `threshold`."""

    intervals: Mapping[str, Interval]
    rest: str | None = None

    @property
    def names(self) -> list[str]:
        """The phases in the order of their labels."""
        return [*self.intervals] if self.rest is None else [self.rest, *self.intervals]


@dataclass(frozen=True, slots=True)
class Cells:
    """The cell of every voxel, and what each cut makes of it.

    Attributes
    ----------
    volume : Volume
        The volume that is cut.
    cuts : tuple of Cut
        The ways to cut it.
    values : numpy.ndarray of uint8
        Cell of every voxel, [z, y, x], counted from 0 for the darkest; `count` outside the mask.
    count : int
        Number of cells.
    found : numpy.ndarray of int64
        [cut, cell]: which interval holds the cell, in the order of the cut; the number of intervals where none does.
    """

    volume: Volume
    cuts: tuple[Cut, ...]
    values: NDArray[np.uint8]
    count: int
    found: NDArray[np.int64]

    def is_phase(self, cut: int, phase: str) -> NDArray[np.bool_]:
        """Return which cells are of a phase in one of the cuts."""
        names = [*self.cuts[cut].intervals]
        held: NDArray[np.bool_] = self.found[cut] == (names.index(phase) if phase in names else len(names))
        return held

    def check(self, cut: int, voxels: NDArray[np.int64]) -> None:
        """Raise what `threshold` raises for a cut; `voxels` are those of each cell inside the mask."""
        chosen = self.cuts[cut]
        counts = np.bincount(self.found[cut], weights=voxels, minlength=len(chosen.intervals) + 1).astype(np.int64)
        check_cut(self.volume, counts, chosen.intervals, chosen.rest)

    def history(self, cut: int) -> tuple[str, ...]:
        """Return the history that the phases of a cut have."""
        return history_of(self.volume, self.cuts[cut].intervals, self.cuts[cut].rest, "threshold")


def cells_of(volume: Volume, cuts: Sequence[Cut]) -> Cells:
    """Find the cell of every voxel; the intervals of each cut were checked.

    Raises
    ------
    ParameterError
        More than 254 different ends.

    Notes
    -----
    One pass, 1 ns per voxel for whole numbers of up to 16 bits and about 10 ns for others; one byte per voxel.
    """
    dtype = volume.values.dtype
    ends = ends_of(dtype, [interval for cut in cuts for interval in cut.intervals.values()])
    if len(ends) > MOST_CUTS:
        raise ParameterError(
            f"there are {len(ends)} different ends of intervals; expected at most {MOST_CUTS}. Give fewer values."
        )
    lowest = np.finfo(dtype).min if dtype.kind == "f" else np.iinfo(dtype).min
    first_of_cells = np.array([lowest, *ends], dtype)
    found = [_histograms.interval_finder(dtype, list(cut.intervals.values()))(first_of_cells) for cut in cuts]
    values = np.empty(volume.shape, np.uint8)
    fill_cells(volume.values, volume.mask, first_of_cells[1:], len(ends) + 1, values)
    return Cells(volume, tuple(cuts), values, len(ends) + 1, np.array(found, np.int64))


def grey_range(volume: Volume) -> tuple[Any, Any]:
    """Return the lowest and the highest grey value inside the mask."""
    return _histograms.value_range(volume.values, volume.mask)


def ends_of(dtype: np.dtype[Any], intervals: Sequence[Interval]) -> list[Any]:
    """Return the lowest grey value behind every end that parts the values of a type, each once, rising."""
    found: set[Any] = set()
    for low, high in intervals:
        if dtype.kind == "f":
            ((closed_low, closed_high),) = _histograms.ends_in_type(dtype, [(low, high)])
            found.add(dtype.type(closed_low))
            if closed_high < np.finfo(dtype).max:  # nothing lies above the largest number
                found.add(np.nextafter(dtype.type(closed_high), dtype.type(np.inf)))
        else:
            found |= {math.ceil(low)} if low is not None else set()
            found |= {math.floor(high) + 1} if high is not None else set()
    limits: Any = np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype)
    return sorted(end for end in found if limits.min < end <= limits.max)

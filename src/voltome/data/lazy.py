"""Arrays that stay where they lie until a part of them is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.errors import AxisError, FileFormatError

Box = tuple[slice, slice, slice]


@dataclass(frozen=True, slots=True)
class LazyArray:
    """An array of three axes that is read, a box at a time, when it is sliced.

    Attributes
    ----------
    shape : tuple of int
        Extents along the three axes.
    dtype : numpy.dtype
        Type of the values.
    read : callable
        From three slices, with start, stop and step above 0, to an array of that box. It may be called from several
        threads at once.
    source : str
        Where the values lie, in words, for messages.

    Examples
    --------
    >>> import numpy as np
    >>> stored = np.arange(24).reshape(2, 3, 4)
    >>> lazy = LazyArray((2, 3, 4), stored.dtype, lambda box: stored[box], "memory")
    >>> lazy[:, 1:2].shape, lazy[1, 2].tolist()
    ((2, 1, 4), [20, 21, 22, 23])
    """

    shape: tuple[int, int, int]
    dtype: np.dtype[Any]
    read: Callable[[Box], NDArray[Any]]
    source: str

    @property
    def ndim(self) -> int:
        """Number of axes: 3."""
        return 3

    @property
    def size(self) -> int:
        """Number of values."""
        a, b, c = self.shape
        return a * b * c

    @property
    def nbytes(self) -> int:
        """Bytes that all values would take."""
        return self.size * self.dtype.itemsize

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[NDArray[Any]]:
        """Read one entry of the first axis after another."""
        return (self[entry] for entry in range(len(self)))

    def __getitem__(self, index: Any) -> NDArray[Any]:
        """Read a part: whole numbers and slices with steps above 0, for the first axes or all of them."""
        entries = index if isinstance(index, tuple) else (index,)
        if len(entries) > 3:
            raise AxisError(f"{len(entries)} indices for an array of 3 axes ({self.source}).")
        box, drop = [], []
        for axis, extent in enumerate(self.shape):
            entry = entries[axis] if axis < len(entries) else slice(None)
            box.append(_as_slice(entry, extent, axis))
            drop.append(0 if isinstance(entry, int | np.integer) else slice(None))
        first, second, third = box
        found = self.read((first, second, third))
        expected = tuple(len(range(each.start, each.stop, each.step)) for each in box)
        if found.shape != expected:
            raise FileFormatError(f"{self.source} gave values of the shape {found.shape}; expected {expected}.")
        return found[tuple(drop)]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Read all values."""
        return np.asarray(self[:], dtype)


def _as_slice(entry: Any, extent: int, axis: int) -> slice:
    """Return an index as a slice with start, stop and step."""
    if isinstance(entry, int | np.integer) and not isinstance(entry, bool):
        place = int(entry) + (extent if entry < 0 else 0)
        if not 0 <= place < extent:
            raise AxisError(f"index {entry} is outside of axis {axis}, which has {extent}.")
        return slice(place, place + 1, 1)
    if isinstance(entry, slice):
        start, stop, step = entry.indices(extent)
        if step > 0:
            return slice(start, max(start, stop), step)
    raise AxisError(f"a lazy array is sliced by whole numbers and slices with steps above 0, not by {entry!r}.")

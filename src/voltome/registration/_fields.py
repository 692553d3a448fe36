"""What several scans have in common: the largest box inside it, or the box around it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voltome.registration._kernels_boxes import largest_box, largest_rectangle

Box = tuple[slice, slice, slice]

MOST_CELLS = (48, 192, 192)
"""Cells along each axis in which the largest box is searched; more voxels than these are gathered into cells."""


def box_around(field: NDArray[np.bool_]) -> Box:
    """Return the smallest box that holds the field."""
    parts = []
    for axis in range(3):
        found = np.flatnonzero(field.any(axis=tuple(other for other in range(3) if other != axis)))
        parts.append(slice(int(found[0]), int(found[-1]) + 1))
    return parts[0], parts[1], parts[2]


def box_inside(field: NDArray[np.bool_]) -> Box:
    """Return the largest box that lies wholly in the field.

    In images of up to 48 x 192 x 192 voxels it is exact. In larger ones the layers are chosen in steps of a few voxels;
    for these layers the rectangle is exact again, and the box then takes in every further layer that has it.
    """
    cells = tuple(-(-count // most) for count, most in zip(field.shape, MOST_CELLS, strict=True))
    coarse = field if cells == (1, 1, 1) else _whole_cells(field, cells)
    z0, z1, y0, y1, x0, x1 = (int(end) for end in largest_box(np.ascontiguousarray(coarse)))
    if cells == (1, 1, 1) or z1 == 0:
        return slice(z0, z1), slice(y0, y1), slice(x0, x1)
    first, stop = z0 * cells[0], min(z1 * cells[0], field.shape[0])
    columns = field.shape[2]
    _, y0, y1, x0, x1 = (
        int(end)
        for end in largest_rectangle(
            field[first:stop].all(axis=0), np.zeros(columns, np.int64), np.zeros(columns + 1, np.int64)
        )
    )
    while first > 0 and field[first - 1, y0:y1, x0:x1].all():
        first -= 1
    while stop < field.shape[0] and field[stop, y0:y1, x0:x1].all():
        stop += 1
    return slice(first, stop), slice(y0, y1), slice(x0, x1)


def _whole_cells(field: NDArray[np.bool_], cells: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return which cells of so many voxels lie wholly in the field; of a cell that the image cuts, what is there."""
    whole = field
    for axis, cell in enumerate(cells):
        starts = np.arange(0, whole.shape[axis], cell)
        whole = np.logical_and.reduceat(whole, starts, axis=axis)
    return whole

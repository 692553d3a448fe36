"""Part of the detector."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import ConeBeam, LazyArray, ParallelBeam, Projections
from voltome.errors import AxisError, GeometryError, ParameterError

Range = tuple[int | None, int | None]


def crop_pixels(projections: Projections, *, rows: Range = (None, None), columns: Range = (None, None)) -> Projections:
    """Keep some rows and columns of the detector.

    For the slices that matter, or for a detector that is wider than the beam. A sample that reaches beyond the columns
    that are kept is truncated: see `pad_columns`.

    Parameters
    ----------
    projections : Projections
        Of any kind.
    rows, columns : two int or None
        The first that is kept, and the first behind it that is not. null or None is the end of the detector; negative
        numbers do not count from the end.

    Returns
    -------
    Projections
        The same kind, smaller, flats and darks too; axis of rotation and central row count from the new corner.

    Raises
    ------
    ParameterError
        No pair of whole numbers.
    AxisError
        Rows or columns that are not on the detector, or none.
    GeometryError
        Columns among which the axis of rotation is not.

    Notes
    -----
    The values are a view, not a copy; values that lie in a file stay there.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> scan = vt.data.Projections(np.zeros((3, 8, 20), np.uint16), angles_deg=[0, 60, 120],
    ...                            geometry=vt.data.ParallelBeam(0.5, rotation_axis_px=9.5))
    >>> part = vt.projections.crop_pixels(scan, rows=(2, 6), columns=(4, None))
    >>> part.values.shape, part.geometry.rotation_axis_px
    ((3, 4, 16), 5.5)
    """
    top, bottom = _part("rows", rows, projections.row_count)
    left, right = _part("columns", columns, projections.column_count)

    def cut(frames: NDArray[Any] | None) -> NDArray[Any] | None:
        return None if frames is None else frames[:, top:bottom, left:right]

    values = projections.values
    return projections.derive(
        f"crop_pixels: rows {top} to {bottom}, columns {left} to {right}",
        values=_later(values, top, bottom, left, right)
        if isinstance(values, LazyArray)
        else values[:, top:bottom, left:right],
        flats=cut(projections.flats),
        darks=cut(projections.darks),
        geometry=_moved(projections.geometry, top, left, right),
    )


def _part(name: str, ends: Any, extent: int) -> tuple[int, int]:
    """Return the first and the one behind the last, or say what is wrong with them."""
    try:
        first, stop = ends
    except (TypeError, ValueError):
        raise ParameterError(f"{name} is {ends!r}; expected two whole numbers, None for the end.") from None
    for end in (first, stop):
        if end is not None and (isinstance(end, bool) or not isinstance(end, int | np.integer)):
            raise ParameterError(f"{name} is {ends!r}; expected two whole numbers, None for the end.")
    low, high = 0 if first is None else int(first), extent if stop is None else int(stop)
    if not 0 <= low < high <= extent:
        raise AxisError(
            f"{name} is from {low} to {high}, the detector has {extent}; expected 0 <= first < stop <= {extent}."
        )
    return low, high


def _later(values: LazyArray, top: int, bottom: int, left: int, right: int) -> LazyArray:
    """Return a part of values that lie in a file, to be read when it is sliced."""

    def read(box: tuple[slice, slice, slice]) -> NDArray[Any]:
        views, rows, columns = box
        return values.read((views, _beyond(rows, top), _beyond(columns, left)))

    return LazyArray((values.shape[0], bottom - top, right - left), values.dtype, read, values.source)


def _beyond(part: slice, start: int) -> slice:
    """Return a slice that counts from `start` as one that counts from 0."""
    return slice(part.start + start, part.stop + start, part.step)


def _moved(geometry: ParallelBeam | ConeBeam, top: int, left: int, right: int) -> ParallelBeam | ConeBeam:
    """Return the geometry as the smaller detector has it."""
    axis = geometry.rotation_axis_px
    if axis is not None:
        if not left - 0.5 <= axis <= right - 0.5:
            raise GeometryError(
                f"crop_pixels: the axis of rotation is at column {axis:g}; expected it among those that are kept, "
                f"{left} to {right - 1}."
            )
        axis -= left
    if isinstance(geometry, ConeBeam):
        row = geometry.central_row_px
        return replace(geometry, rotation_axis_px=axis, central_row_px=None if row is None else row - top)
    return replace(geometry, rotation_axis_px=axis)

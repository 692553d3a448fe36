"""Scans of a whole turn with the axis beside the middle of the detector: twice the width in half the views."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np
import pandas as pd

from voltome.data import Positive, Projections, ResultTable
from voltome.data._parameters import check_choice, check_positive
from voltome.errors import ParameterError
from voltome.projections._axis_rows import check_parallel
from voltome.projections._kinds import require_kind
from voltome.projections._off_axis import Overlap, Side, find, joined, whole_turn
from voltome.projections.columns_centring import OVERLAP
from voltome.projections.rotation_axis import in_words

POOR_CORRELATION = 0.7
"""Below it the two halves may not be laid over each other at the right place."""

UNSURE_PX = 0.5
"""An axis with a larger standard error doubles edges."""


@dataclass(frozen=True, slots=True, eq=False)
class OffAxisJoined:
    """Projections over half a turn made of those over a whole one, and how the halves overlap.

    Attributes
    ----------
    join_off_axis : Projections
        Half as many views, up to twice as wide, with their axis of rotation.
    overlap : ResultTable
        Kind ``overlap``, one row.
    """

    join_off_axis: Projections
    overlap: ResultTable


def find_overlap(projections: Projections, *, side: Side = "auto", smallest_overlap_px: Positive = 20.0) -> ResultTable:
    """Find how far the two halves of a whole turn overlap, where the axis is seen near a side of the detector.

    For scans that see each half of a wide sample in one half of the turn. Where the axis is near the middle,
    `find_rotation_axis` is surer.

    Parameters
    ----------
    projections : Projections
        Counts with flats, transmission or absorbance of a parallel beam over 360 degrees.
    side : {"auto", "left", "right"}
        The side of the detector at which the axis is seen; left has column 0.
    smallest_overlap_px : float
        Narrowest overlap that is looked at, in pixels, above 0; below some tens of pixels, chance may fit better.

    Returns
    -------
    ResultTable
        Kind ``overlap``, one row: side, overlap and axis in pixels with standard errors, and the correlation in the
        overlap. Warnings say where it is doubtful.

    Raises
    ------
    GeometryError
        A cone beam, shifted views, less than a whole turn, or an axis at the end of the range.
    ValuesError
        Counts without flats, or rows in which there is nothing.
    ParameterError
        An unknown side, or an overlap that the detector does not have.

    Notes
    -----
    Slopes along the columns are held against the mirrored ones half a turn on, for up to 24 pairs of views and 64
    rows, at every axis in steps of 1/32 pixel; the sum of squared differences over the sum of squares is lowest at the
    true one. The overlap counts from outer edge to outer edge: all columns for an axis in the middle of the
    detector. Cost: one transform for each pair. Memory: 16 bytes per pixel of the rows of these pairs.

    References
    ----------
    N. T. Vo, R. C. Atwood, M. Drakopoulos, T. Connolley, Data processing methods and data acquisition for samples
    larger than the field of view in parallel-beam tomography, Opt. Express 29, 17849 (2021), section 2.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> angles, columns = np.arange(0, 360, 4.0), np.arange(64)
    >>> places = 52 + 40 * np.cos(np.deg2rad(angles[:, None] - np.array([0, 130, 250])))
    >>> seen = np.exp(-(((columns - places[:, :, None]) / 4) ** 2)).sum(axis=1).astype(np.float32)
    >>> scan = vt.data.Projections(seen, angles_deg=angles, geometry=vt.data.ParallelBeam(1), kind="absorbance")
    >>> found = vt.projections.find_overlap(scan, smallest_overlap_px=10).frame.iloc[0]
    >>> found.side, round(found.overlap_px)
    ('right', 23)
    """
    return _table(projections, _found(projections, side, smallest_overlap_px), "slopes against mirrored ones")


def join_off_axis(
    projections: Projections,
    *,
    overlap_px: Positive | None = None,
    side: Side = "auto",
    smallest_overlap_px: Positive = 20.0,
) -> OffAxisJoined:
    """Join views half a turn apart to views of the whole sample, up to twice as wide, over half a turn.

    For scans of a whole turn with the axis near a side of the detector. Their result is centred already: it knows its
    axis.

    Parameters
    ----------
    projections : Projections
        Transmission or absorbance of a parallel beam over 360 degrees.
    overlap_px : float, optional
        Width of what both halves see, in pixels from outer edge to outer edge, above 0; `side` is given beside it.
        None: it is found as by `find_overlap`.
    side : {"auto", "left", "right"}
        The side of the detector at which the axis is seen; left has column 0.
    smallest_overlap_px : float
        Narrowest overlap that is looked at where it is to be found.

    Returns
    -------
    OffAxisJoined
        float32 projections of the same kind, of the views of the first half turn in rising order of angle, with the
        axis set; and the table of the overlap.

    Raises
    ------
    GeometryError
        A cone beam, shifted views, less than a whole turn, or an axis at the end of the range.
    ValuesError
        Counts, or rows in which there is nothing.
    ParameterError
        An overlap without its side or wider than the detector, or an unknown side.

    Notes
    -----
    The views of the first half turn stay as they are; those of the second are mirrored and read between columns by
    cubic splines, so that the overlap may be any number. In the overlap the two are added with weights that fall
    linearly to 0 at the outer edge of each. A view whose opposite was not taken gets the mean of the two nearest.
    Flats and darks are left out. Cost: one pass. Memory: 4 bytes per pixel of the result.

    References
    ----------
    N. T. Vo, R. C. Atwood, M. Drakopoulos, T. Connolley, Data processing methods and data acquisition for samples
    larger than the field of view in parallel-beam tomography, Opt. Express 29, 17849 (2021), section 2.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> angles, columns = np.arange(0, 360, 4.0), np.arange(64)
    >>> places = 52 + 40 * np.cos(np.deg2rad(angles[:, None] - np.array([0, 130, 250])))
    >>> seen = np.exp(-(((columns - places[:, :, None]) / 4) ** 2)).sum(axis=1).astype(np.float32)
    >>> scan = vt.data.Projections(seen, angles_deg=angles, geometry=vt.data.ParallelBeam(1), kind="absorbance")
    >>> wide = vt.projections.join_off_axis(scan, overlap_px=23, side="right").join_off_axis
    >>> wide.values.shape, wide.geometry.rotation_axis_px
    ((45, 1, 105), 52.0)
    """
    require_kind(projections, "transmission", "absorbance", task="join_off_axis")
    if overlap_px is None:
        overlap = _found(projections, side, smallest_overlap_px)
    else:
        check_parallel(projections, "join_off_axis")
        overlap = _given(projections.column_count, overlap_px, side)
    table = _table(projections, overlap, "slopes against mirrored ones" if overlap_px is None else "given by hand")
    order = np.argsort(projections.angles_deg, kind="stable")
    pairs = whole_turn(projections.angles_deg[order])
    views = [int(order[pair.view]) for pair in pairs]
    kept = overlap.joined_columns
    values = np.empty((len(pairs), projections.row_count, len(kept)), np.float32)

    def join(place: int) -> None:
        first, second = (np.asarray(projections.values[int(order[n])], np.float64) for n in pairs[place].others)
        other = first * (1 - pairs[place].share) + second * pairs[place].share
        values[place] = joined(np.asarray(projections.values[views[place]], np.float64), other, overlap)

    with ThreadPoolExecutor() as threads:
        list(threads.map(join, range(len(pairs))))
    axis = overlap.axis_px - kept.start
    times = projections.frame_times_s
    wide = projections.derive(
        f"join_off_axis: {len(pairs)} views joined to those half a turn on, axis {overlap.side}, overlap "
        f"{overlap.width_px:.2f} px ({table.method})",
        values=values,
        angles_deg=projections.angles_deg[views],
        geometry=replace(projections.geometry, rotation_axis_px=axis),
        flats=None,
        darks=None,
        flat_times_s=None,
        dark_times_s=None,
        frame_times_s=None if times is None else times[views],
        shifts_px=None,
    )
    return OffAxisJoined(wide, table)


def _found(projections: Projections, side: Any, smallest_overlap_px: Any) -> Overlap:
    """Return the overlap that is found."""
    check_choice("side", side, get_args(Side))
    smallest = check_positive("smallest_overlap_px", smallest_overlap_px)
    check_parallel(projections, "find_overlap")
    if smallest > projections.column_count / 2:
        raise ParameterError(
            f"smallest_overlap_px is {smallest:g}; expected at most half of the detector, which has "
            f"{projections.column_count} columns. Wider overlaps are found, too."
        )
    return find(projections, side, smallest)


def _given(columns: int, overlap_px: Any, side: Any) -> Overlap:
    """Return the overlap that was given."""
    width = check_positive("overlap_px", overlap_px)
    check_choice("side", side, get_args(Side))
    if side == "auto":
        raise ParameterError(
            "side is 'auto' beside overlap_px; expected 'left' or 'right', the side at which the axis is seen. Leave "
            "overlap_px out to have both found."
        )
    if width > columns:
        raise ParameterError(f"overlap_px is {width:g}; expected at most the {columns} columns of the detector.")
    axis = columns - 0.5 - width / 2 if side == "right" else width / 2 - 0.5
    return Overlap(axis, 0.0, 1.0, columns)


def _table(projections: Projections, overlap: Overlap, method: str) -> ResultTable:
    """Return the table of the overlap."""
    row = (
        overlap.side,
        overlap.width_px,
        2 * overlap.error_px,
        overlap.axis_px,
        overlap.error_px,
        overlap.correlation,
        len(overlap.joined_columns),
    )
    warnings = []
    if overlap.correlation < POOR_CORRELATION:
        warnings.append(
            f"In the overlap the two halves have a correlation of {overlap.correlation:.2f} only; expected "
            f"{POOR_CORRELATION:g} or more. Look at slices, and give side and overlap where they are known."
        )
    if overlap.error_px > UNSURE_PX:
        warnings.append(f"The axis is known to {overlap.error_px:.2f} pixels only, so edges may be doubled.")
    return ResultTable(
        pd.DataFrame([row], columns=[column.name for column in OVERLAP]),
        columns=OVERLAP,
        kind="overlap",
        measured_on=in_words(projections),
        method=method,
        history=projections.history,
        warnings=tuple(warnings),
    )

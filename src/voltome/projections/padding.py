"""Columns added beyond the ends of the detector."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, get_args

import numpy as np

from voltome.data import Projections
from voltome.data._parameters import check_choice
from voltome.projections._kinds import require_kind
from voltome.projections._numbers import Counted, check_whole

Taper = Literal["edge", "cosine"]


def pad_columns(projections: Projections, *, pixels: Counted, taper: Taper = "cosine") -> Projections:
    """Add columns at both ends of the detector, for a sample that reaches beyond it.

    Where a sample is truncated, the filter of a reconstruction meets a step at the end of the detector, and the
    slice gets a bright rim and a bowl of wrong values. Columns that lead the last value out of the field of view take
    most of it away; the level of the values stays uncertain. Not for a sample that lies within the detector: its
    columns end in air.

    Parameters
    ----------
    projections : Projections
        Of the kind absorbance or transmission.
    pixels : int
        Columns added at each end, 1 or above. A quarter of the detector or more.
    taper : {"edge", "cosine"}
        ``"edge"`` repeats the last value, as if the sample went on; ``"cosine"`` brings it to air in half a
        period of a cosine, at the last added column to nothing.

    Returns
    -------
    Projections
        Of the same kind, float32, wider; the axis of rotation keeps its place in the sample. A slice made of it is
        larger too: only the part that the detector saw under all angles is to be trusted.

    Raises
    ------
    ValuesError
        Counts, which need to be normalised before.
    ParameterError
        No whole number above 0, an unknown taper.

    Notes
    -----
    The value at distance d of n columns, d = 1 to n, is that at the end times (1 + cos(pi d / n)) / 2 in absorbance;
    in transmission the same for what is absorbed. Rows are independent of each other. Memory: the result.

    References
    ----------
    F. Natterer, The Mathematics of Computerized Tomography, SIAM (2001), section VI.4 (incomplete data: extrapolation).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> scan = vt.data.Projections(np.ones((1, 1, 3), np.float32), angles_deg=[0], kind="absorbance",
    ...                            geometry=vt.data.ParallelBeam(0.5, rotation_axis_px=1))
    >>> wide = vt.projections.pad_columns(scan, pixels=2)
    >>> wide.values[0, 0].tolist(), wide.geometry.rotation_axis_px
    ([0.0, 0.5, 1.0, 1.0, 1.0, 0.5, 0.0], 3.0)
    """
    require_kind(projections, "absorbance", "transmission", task="pad_columns")
    added = check_whole("pixels", pixels)
    check_choice("taper", taper, get_args(Taper))
    air = np.float32(projections.kind == "transmission")
    fall = np.ones(added) if taper == "edge" else (1 + np.cos(np.pi * np.arange(1, added + 1) / added)) / 2
    seen = projections.in_memory().values
    width = projections.column_count
    values = np.empty((*seen.shape[:2], width + 2 * added), np.float32)
    values[..., added : added + width] = seen
    first, last = (values[..., column, np.newaxis] - air for column in (added, added + width - 1))
    values[..., :added] = air + first * fall[::-1].astype(np.float32)
    values[..., added + width :] = air + last * fall.astype(np.float32)
    axis = projections.geometry.rotation_axis_px
    geometry = replace(projections.geometry, rotation_axis_px=None if axis is None else axis + added)
    return projections.derive(
        f"pad_columns: {added} columns at each end, {taper}", values=values, geometry=geometry, flats=None, darks=None
    )

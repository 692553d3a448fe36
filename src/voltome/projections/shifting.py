"""Views moved back to where they would be seen if nothing had moved."""

from __future__ import annotations

import math
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import spline_filter1d

from voltome.data import Projections
from voltome.data._kernels_slabs import in_slabs
from voltome.data._parameters import check_choice
from voltome.errors import GeometryError
from voltome.projections._kinds import require_kind

Interpolation = Literal["linear", "cubic"]

_MARGIN = 16
"""Pixels repeated beyond the edges: in so many, the spline has forgotten how it began to better than 1e-8."""


def undo_shifts(projections: Projections, *, interpolation: Interpolation = "cubic") -> Projections:
    """Move every view back by its shift, by whole pixels and parts of one.

    For scanners that move the sample or the detector between views, to spread the rings of bad pixels, and write down
    by how much (Zeiss). Do it after `normalise` (flats do not move with the sample) and before the stripes are
    looked for: what was a straight stripe on the detector is a jagged one afterwards.

    Parameters
    ----------
    projections : Projections
        Of the kind transmission or absorbance, with `shifts_px`: what would be at (row, column) is at
        (row + shift along rows, column + shift along columns).
    interpolation : {"linear", "cubic"}
        ``"cubic"`` is a B-spline through the pixels and keeps fine detail; ``"linear"`` takes the mean of two and
        blurs by up to half a pixel, but cannot overshoot.

    Returns
    -------
    Projections
        Of the same kind, float32, of the same shape, without `shifts_px`.

    Raises
    ------
    GeometryError
        No shifts, or one as large as the detector.
    ValuesError
        Counts, which need to be normalised before.
    ParameterError
        An unknown interpolation.

    Notes
    -----
    What comes from beyond the edge is the pixel at the edge, repeated; the history says the largest shift. A shift
    by whole pixels does not change a value. Where no view is shifted along the rows, these are independent of
    each other. Cost: one pass on all cores; memory: the result.

    References
    ----------
    M. Unser, Splines: a perfect fit for signal and image processing, IEEE Signal Process. Mag. 16, 22 (1999), eqs 4-8.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> seen = np.array([[[1, 1, 0.5, 1]], [[1, 0.5, 1, 1]]])
    >>> scan = vt.data.Projections(seen, angles_deg=[0, 90], geometry=vt.data.ParallelBeam(0.5),
    ...                            kind="transmission", shifts_px=[[0, 1], [0, 0]])
    >>> vt.projections.undo_shifts(scan).values[:, 0].tolist()
    [[1.0, 0.5, 1.0, 1.0], [1.0, 0.5, 1.0, 1.0]]
    """
    require_kind(projections, "transmission", "absorbance", task="undo_shifts")
    check_choice("interpolation", interpolation, get_args(Interpolation))
    shifts = _shifts(projections)
    values = projections.values
    found = np.empty(values.shape, np.float32)

    def work(_: int, first: int, stop: int) -> None:
        for view in range(first, stop):
            image = np.asarray(values[view])
            for axis in (0, 1):
                image = _moved_back(image, float(shifts[view, axis]), axis, interpolation)
            found[view] = image

    in_slabs(values.shape, work)
    rows, columns = np.abs(shifts).max(axis=0)
    did = f"undo_shifts: up to {rows:.3g} rows and {columns:.3g} columns, {interpolation} interpolation"
    return projections.derive(did, values=found, shifts_px=None)


def _shifts(projections: Projections) -> NDArray[np.float64]:
    """Return the shifts, or say what is wrong with them."""
    shifts = projections.shifts_px
    if shifts is None:
        raise GeometryError(
            "undo_shifts found no shifts_px; expected the shift of every view in pixels (row, column). A scan that did "
            "not move needs none; otherwise give them with dataclasses.replace(scan, shifts_px=...)."
        )
    extent = np.array(projections.values.shape[1:])
    too_far = np.argwhere(np.abs(shifts) >= extent)
    if too_far.size:
        view, axis = (int(place) for place in too_far[0])
        raise GeometryError(
            f"view {view} is shifted by {shifts[view, axis]:g} {('rows', 'columns')[axis]}, the detector has "
            f"{extent[axis]}; expected less. shifts_px is in pixels, not in um."
        )
    return shifts


def _moved_back(
    image: NDArray[np.floating], shift: float, axis: int, interpolation: Interpolation
) -> NDArray[np.floating]:
    """Return at every place what is `shift` pixels further along the axis."""
    whole = math.floor(shift)
    part = shift - whole
    if shift == 0.0:
        return image
    extent, margin = image.shape[axis], _MARGIN if part else 0
    places = np.clip(np.arange(-margin, extent + margin + 1) + whole, 0, extent - 1)
    moved = np.take(image, places, axis=axis).astype(np.float64)
    if part and interpolation == "cubic":
        moved = spline_filter1d(moved, order=3, axis=axis)
    weights = {0: 1.0} if not part else _linear(part) if interpolation == "linear" else _cubic(part)
    found = np.zeros(image.shape)
    for offset, weight in weights.items():
        found += weight * np.take(moved, np.arange(extent) + margin + offset, axis=axis)
    return found


def _linear(part: float) -> dict[int, float]:
    """Return the weights of the two pixels around a place `part` beyond one."""
    return {0: 1 - part, 1: part}


def _cubic(part: float) -> dict[int, float]:
    """Return the weights of the four coefficients of a cubic B-spline around a place `part` beyond one."""
    rest = 1 - part
    return {
        -1: rest**3 / 6,
        0: 2 / 3 - part**2 * (2 - part) / 2,
        1: 2 / 3 - rest**2 * (2 - rest) / 2,
        2: part**3 / 6,
    }

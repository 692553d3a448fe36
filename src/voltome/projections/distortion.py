"""Radial distortion of a detector's lens, taken away from views, flats and darks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from voltome.data import Projections
from voltome.data._parameters import check_choice
from voltome.errors import ParameterError
from voltome.projections._views import Frame, each_view

_ORDERS = {"linear": 1, "cubic": 3}
_FARTHEST = 0.25
"""More distortion than this share of the distance from the centre is no lens, but coefficients of another model."""


def correct_distortion(
    projections: Projections,
    *,
    centre_px: tuple[float, float],
    coefficients: Sequence[float],
    interpolation: Literal["linear", "cubic"] = "cubic",
) -> Projections:
    """Return projections as a lens without radial distortion would have shown them.

    Use it on counts, before everything else, where straight lines of a grid are bent by a pixel or more at the border:
    rows then no longer mix while the sample turns. Coefficients come from the image of a grid of dots (program
    discorpy, backward model), once for a lens. Find the axis of rotation afterwards: an axis known before is forgotten.

    Parameters
    ----------
    projections : Projections
        Of any kind. Flats and darks are changed with the views.
    centre_px : tuple of float
        Row and column of the centre of distortion, as of the pixels: 0 is the middle of the first.
    coefficients : sequence of float
        k0, k1, k2, ... of the backward model: what belongs at the distance r from the centre is seen at
        r (k0 + k1 r + k2 r² + ...), r in pixels. 1 alone changes nothing.
    interpolation : {"linear", "cubic"}
        Between the four nearest pixels, or by cubic splines, which blur less.

    Returns
    -------
    Projections
        Of the same kind and shape, float32. Pixels that were seen outside the detector have the value of its border.

    Raises
    ------
    ParameterError
        A centre that is not two finite numbers, no finite coefficients, a model that folds the image or moves a
        corner by more than a quarter of its distance, or an unknown interpolation.

    Notes
    -----
    Cost: one interpolation per pixel, on all cores; cubic needs the splines of every view in addition. Memory: 4 bytes
    per pixel of the scan, of the flats and of the darks. It needs whole views: rows mix.

    References
    ----------
    N. T. Vo, R. C. Atwood, M. Drakopoulos, Radial lens distortion correction with sub-pixel accuracy for X-ray
    micro-tomography, Opt. Express 23, 32859 (2015), eq. 2 (backward model).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> seen = np.zeros((1, 3, 41), np.float32)
    >>> seen[0, 1, 39] = 1  # belongs 1 / 0.95 as far from the centre
    >>> scan = vt.data.Projections(seen, angles_deg=[0], geometry=vt.data.ParallelBeam(1))
    >>> straight = vt.projections.correct_distortion(scan, centre_px=(1, 20), coefficients=[0.95])
    >>> int(straight.values[0, 1].argmax())
    40
    """
    check_choice("interpolation", interpolation, tuple(_ORDERS))
    rows, columns = projections.row_count, projections.column_count
    row, column = _centre(centre_px)
    powers = _checked(coefficients, np.hypot(max(row, rows - 1 - row), max(column, columns - 1 - column)))
    down, across = np.arange(rows)[:, np.newaxis] - row, np.arange(columns)[np.newaxis, :] - column
    factors = np.polynomial.Polynomial(powers)(np.hypot(down, across))
    places = np.stack([row + down * factors, column + across * factors])
    order = _ORDERS[interpolation]

    def change(view: Frame) -> Frame:
        return np.asarray(ndimage.map_coordinates(view, places, order=order, mode="nearest"), np.float64)

    did = (
        f"correct_distortion: centre ({row:g}, {column:g}), coefficients {', '.join(f'{power:g}' for power in powers)}"
        f", {interpolation}"
    )
    return projections.derive(
        did,
        values=each_view(projections, change),
        flats=_each(projections.flats, change),
        darks=_each(projections.darks, change),
        geometry=replace(projections.geometry, rotation_axis_px=None),
    )


def _each(frames: NDArray[Any] | None, change: Callable[[Frame], Frame]) -> NDArray[np.float32] | None:
    """Return flats or darks changed, where there are any."""
    if frames is None:
        return None
    return np.stack([change(np.asarray(frame, np.float64)).astype(np.float32) for frame in frames])


def _centre(centre_px: Sequence[float]) -> tuple[float, float]:
    """Return row and column of the centre."""
    centre = np.asarray(centre_px, np.float64)
    if centre.shape != (2,) or not np.isfinite(centre).all():
        raise ParameterError(f"centre_px is {centre_px!r}; expected two finite numbers, row and column.")
    return float(centre[0]), float(centre[1])


def _checked(coefficients: Sequence[float], farthest_px: float) -> NDArray[np.float64]:
    """Return coefficients that neither fold the detector nor move its corners too far."""
    powers = np.atleast_1d(np.asarray(coefficients, np.float64))
    if powers.ndim != 1 or powers.size == 0 or not np.isfinite(powers).all():
        raise ParameterError(f"coefficients are {coefficients!r}; expected finite numbers, k0 first.")
    distances = np.linspace(0, farthest_px, 1000)
    factors = np.polynomial.Polynomial(powers)(distances)
    worst = float(factors[np.abs(factors - 1).argmax()])
    if abs(worst - 1) > _FARTHEST or (np.diff(distances * factors) <= 0).any():
        raise ParameterError(
            f"the coefficients move a pixel within {farthest_px:.0f} px of the centre to {worst:.3g} times its "
            f"distance; expected 0.75 to 1.25, growing outwards. They are those of the backward model, in pixels."
        )
    return powers

"""A raw scan as the eye judges it: one view and one sinogram of each stage of its cleaning."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from voltome.data import Projections
from voltome.errors import ValuesError
from voltome.report import style

MOST_PIXELS = 720
"""Pixels along the longer side of a picture."""

ROW_MM = 46.0

UNITS = {"counts": "counts", "transmission": "transmission", "absorbance": "absorbance"}

ROBUST = (0.5, 99.5)
"""Percentiles that are black and white: a few hot pixels would leave the rest grey."""


@style.styled
def figure_scan(stages: Mapping[str, Projections]) -> Figure:
    """Draw a view and a sinogram of a scan, one row for each stage from the raw counts to what is reconstructed.

    Straight vertical lines in the sinogram become rings in the slices; a bend of the whole picture is drift.

    Parameters
    ----------
    stages : mapping of str to Projections
        What each stage is called -> the projections, at least one.

    Returns
    -------
    matplotlib.figure.Figure
        183 mm wide. Left the first view, right the sinogram of the middle row with the axis of rotation (dashed),
        where it is known. Grey values run from the 0.5 to the 99.5 percentile of each stage.

    Raises
    ------
    ValuesError
        No stage.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> scan = vt.data.Projections(np.ones((8, 4, 6)), angles_deg=np.arange(8.0), geometry=vt.data.ParallelBeam(1))
    >>> len(figure_scan({"source": scan}).axes)
    3
    """
    if not stages:
        raise ValuesError("there is no stage of a scan to draw; expected projections, one or more.")
    figure = style.blank_figure(style.TWO_COLUMNS_MM, ROW_MM * len(stages) + 4)
    rows = figure.subplots(len(stages), 2, squeeze=False)
    for (name, scan), (left, right) in zip(stages.items(), rows, strict=True):
        view, sinogram = np.asarray(scan.values[0]), np.asarray(scan.values[:, scan.row_count // 2])
        low, high = _ends(view, sinogram)
        left.imshow(_thinned(view), cmap="gray", vmin=low, vmax=high, extent=_extent(scan, view), aspect=_aspect(scan))
        left.set(xlabel="column", ylabel="row", title=f"{name}: view at {scan.angles_deg[0]:.4g}°")
        shown = right.imshow(
            _thinned(sinogram), cmap="gray", vmin=low, vmax=high, extent=_extent(scan, sinogram), aspect="auto"
        )
        right.set(xlabel="column", ylabel="view", title=f"sinogram of row {scan.row_count // 2}")
        for panel in (left, right):
            panel.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        _mark_axis(right, scan)
        figure.colorbar(shown, ax=right, label=UNITS[scan.kind])
    return figure


def _ends(*pictures: NDArray[np.generic]) -> tuple[float, float]:
    """Return the values that are black and white."""
    low, high = np.percentile(np.concatenate([_thinned(each).ravel() for each in pictures]), ROBUST)
    return (float(low), float(high)) if high > low else (float(low) - 0.5, float(low) + 0.5)


def _thinned(picture: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return every n-th pixel, as many as can be printed."""
    rows, columns = (-(-extent // MOST_PIXELS) for extent in picture.shape)
    return picture[::rows, ::columns]


def _extent(scan: Projections, picture: NDArray[np.generic]) -> tuple[float, float, float, float]:
    """Return the edges of a picture whose pixel centres are whole numbers."""
    return -0.5, scan.column_count - 0.5, picture.shape[0] - 0.5, -0.5


def _aspect(scan: Projections) -> float | str:
    """Return how much higher than wide a pixel is; a detector of few rows fills its panel."""
    row, column = scan.geometry.pixel_size_um
    return row / column if scan.row_count * 8 > scan.column_count else "auto"


def _mark_axis(axis: Axes, scan: Projections) -> None:
    """Draw where the axis of rotation is seen."""
    if scan.geometry.rotation_axis_px is not None:
        axis.axvline(scan.geometry.rotation_axis_px, color=style.PHASE_COLOURS[0], linestyle="--", linewidth=0.8)

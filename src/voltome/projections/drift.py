"""Beams whose brightness changed while the sample turned."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from voltome.data import Positive, Projections, Share
from voltome.data._kernels_slabs import in_slabs
from voltome.data._parameters import check_choice, check_positive, check_share
from voltome.errors import GeometryError, ParameterError, ValuesError
from voltome.projections._kinds import require_kind
from voltome.projections._numbers import Counted, check_whole

Level = Literal["air", "percentile"]
Side = Literal["both", "left", "right"]


def correct_drift(
    projections: Projections,
    *,
    by: Level = "air",
    air_columns: Counted = 10,
    side: Side = "both",
    percentile: Positive = 50.0,
    largest_drift: Share = 0.5,
) -> Projections:
    """Divide every view by how bright its beam was, seen in air beside the sample or in the view as a whole.

    For beams that change between the flats: sources that warm up, monochromators that move, a storage ring that is
    refilled. Where flats were taken between the views, `normalise` with interpolated flats does part of it already.

    Parameters
    ----------
    projections : Projections
        Of the kind transmission.
    by : {"air", "percentile"}
        ``"air"``: the mean transmission of columns that never see the sample becomes 1, the truth. ``"percentile"``:
        for a sample wider than the detector; this percentile of every view becomes what it is in the middle view
        (by brightness), which takes away what changes with the angle in the sample too. Take air where there is any.
    air_columns : int
        How many columns at the ends of the detector see air in all views and rows.
    side : {"both", "left", "right"}
        At which end they are. With both, a slope from one end to the other is taken away as well.
    percentile : float
        Percentile of the pixels of a view, above 0 and below 100.
    largest_drift : float
        A beam that was off by more than this share, in 0 to 1, is taken for a sample in the air, and refused.

    Returns
    -------
    Projections
        Transmission, float32, of the same shape; the history says from what to what the beam drifted.

    Raises
    ------
    ValuesError
        Projections of another kind, or a beam that drifted by more than `largest_drift`.
    GeometryError
        Fewer columns than were to be air.
    ParameterError
        A number outside its range, an unknown choice.

    Notes
    -----
    Transmission of view i is divided by its level: the mean over all rows of the air columns; with both sides, a
    straight line through the means at the middles of the two strips. The level has the noise of a pixel over the
    square root of rows x columns. All rows of the detector count: correct the whole scan before a slab is cut from
    it. Cost: two passes over the views, on all cores, which may lie in a file. Memory: the result.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> seen = np.array([1, 0.8])[:, None, None] * np.array([1, 1, 0.5, 0.5, 1, 1])
    >>> scan = vt.data.Projections(
    ...     seen, angles_deg=[0, 90], geometry=vt.data.ParallelBeam(0.5), kind="transmission")
    >>> vt.projections.correct_drift(scan, air_columns=2).values[:, 0].tolist()
    [[1.0, 1.0, 0.5, 0.5, 1.0, 1.0], [1.0, 1.0, 0.5, 0.5, 1.0, 1.0]]
    """
    require_kind(projections, "transmission", task="correct_drift")
    check_choice("by", by, get_args(Level))
    check_choice("side", side, get_args(Side))
    largest, columns = check_share("largest_drift", largest_drift), check_whole("air_columns", air_columns)
    if by == "air":
        levels, how = _levels_in_air(projections, columns, side), f"air in {columns} columns, {side}"
    else:
        share = _percentile(percentile)
        levels, how = _levels_of_views(projections, share), f"percentile {share:g} of every view"
    _check_levels(levels, largest, how)
    found = _divided(projections, levels)
    did = f"correct_drift: beam from {levels.min():.4f} to {levels.max():.4f} by {how}"
    return projections.derive(did, values=found)


def _levels_in_air(projections: Projections, columns: int, side: str) -> NDArray[np.float64]:
    """Return the brightness (view, 2) of the beam at the first and at the last column."""
    width = projections.column_count
    if columns * (2 if side == "both" else 1) > width:
        raise GeometryError(
            f"air_columns is {columns} with side={side!r}, the detector has {width} columns; expected fewer."
        )
    means = np.empty((projections.view_count, 2))

    def work(_: int, first: int, stop: int) -> None:
        for view in range(first, stop):
            seen = projections.values[view]
            ends = seen[:, :columns], seen[:, width - columns :]
            means[view] = [end.mean(dtype=np.float64) for end in ends]

    in_slabs(projections.values.shape, work)
    if side != "both":
        return np.repeat(means[:, :1] if side == "left" else means[:, 1:], 2, axis=1)
    # the means belong to the middles of the strips; carried on to the first and the last column
    beyond = (columns - 1) / 2 / max(width - columns, 1)
    slope = means[:, 1] - means[:, 0]
    return np.stack([means[:, 0] - beyond * slope, means[:, 1] + beyond * slope], axis=1)


def _levels_of_views(projections: Projections, percentile: float) -> NDArray[np.float64]:
    """Return the brightness (view, 2) of every view over that of the middle one."""
    found = np.empty(projections.view_count)

    def work(_: int, first: int, stop: int) -> None:
        for view in range(first, stop):
            found[view] = np.percentile(projections.values[view], percentile)

    in_slabs(projections.values.shape, work)
    middle = float(np.median(found))
    if middle <= 0:
        raise ValuesError(
            f"percentile {percentile:g} of the middle view is {middle:g}; expected transmission above 0. Choose a "
            f"higher percentile."
        )
    return np.repeat(found[:, np.newaxis] / middle, 2, axis=1)


def _percentile(value: float) -> float:
    """Return a percentile above 0 and below 100."""
    if check_positive("percentile", value) >= 100:
        raise ParameterError(f"percentile is {value!r}; expected a number above 0 and below 100.")
    return float(value)


def _check_levels(levels: NDArray[np.float64], largest: float, how: str) -> None:
    """Refuse a beam that cannot have been so bright or so dark."""
    off = np.abs(levels - 1).max(axis=1)
    worst = int(off.argmax())
    if off[worst] > largest:
        raise ValuesError(
            f"correct_drift by {how}: the beam of view {worst} is {levels[worst, 0]:.3g} at the first and "
            f"{levels[worst, 1]:.3g} at the last column; expected 1 within largest_drift = {largest:g}. Is the sample "
            f"in these columns? Choose others by side and air_columns, leave such views out, or raise largest_drift."
        )


def _divided(projections: Projections, levels: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the views over their levels, with a straight line from the first column to the last."""
    values = projections.values
    found = np.empty(values.shape, np.float32)
    across = np.linspace(0, 1, projections.column_count)

    def work(_: int, first: int, stop: int) -> None:
        for view in range(first, stop):
            level = levels[view, 0] * (1 - across) + levels[view, 1] * across
            found[view] = values[view] / level

    in_slabs(values.shape, work)
    return found

"""The axis of rotation of a scan: found by three methods that know nothing of each other, and set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral
from typing import Annotated, Any, Literal, get_args

import numpy as np
import pandas as pd
from annotated_types import Ge

from voltome.data import NonNegative, Positive, Projections, ResultTable
from voltome.data._parameters import check_choice, check_not_negative, check_positive
from voltome.errors import GeometryError, ParameterError
from voltome.projections._axis_fourier import by_fourier
from voltome.projections._axis_pairs import by_pairs
from voltome.projections._axis_rows import check_parallel, read_rows, spread_rows
from voltome.projections._axis_scores import AxisBeyondError, Estimate, check_range
from voltome.projections._axis_sharpness import by_sharpness
from voltome.projections.columns_centring import ROTATION_AXIS

AxisMethod = Literal["all", "fourier", "pairs", "sharpness"]

RowCount = Annotated[int, Ge(1)]

DISAGREE_PX = 0.5
"""Methods that differ by more than this, and by more than three standard errors, are said to disagree."""

UNSURE_PX = 1.0
"""An axis with a larger uncertainty doubles edges, and is warned of."""

LEAST_ERROR_PX = 0.03
"""No method counts as surer than this when methods are taken together."""

MOST_SHARP_ROWS = 4
"""Rows of which slices are made; they cost more than spectra."""


@dataclass(frozen=True, slots=True, eq=False)
class CentredProjections:
    """Projections that know their axis of rotation, and how it was found.

    Attributes
    ----------
    set_rotation_axis : Projections
        The projections, with `geometry.rotation_axis_px`.
    rotation_axis : ResultTable
        Kind ``rotation_axis``; its first row is what was set.
    """

    set_rotation_axis: Projections
    rotation_axis: ResultTable


def find_rotation_axis(
    projections: Projections,
    *,
    method: AxisMethod = "all",
    rows: RowCount = 8,
    around_px: NonNegative | None = None,
    search_px: Positive | None = None,
) -> ResultTable:
    """Find the column at which the axis of rotation is seen, by up to three methods, each with its uncertainty.

    For a parallel beam over half a turn or more. Scans of a whole turn with the axis near a side of the detector, so
    that each half of the sample is seen once, are for `find_overlap`.

    Parameters
    ----------
    projections : Projections
        Counts with flats, transmission or absorbance; the axis they may have is not used. A lazy scan is read by rows
        and by views.
    method : {"all", "fourier", "pairs", "sharpness"}
        ``fourier``: the spectrum of half a turn followed by its mirror image is empty outside of a double wedge.
        ``pairs``: views half a turn apart are mirror images. ``sharpness``: the slice at the true axis has the fewest
        grey values. ``all``: every one that the scan allows; what they say together is the result.
    rows : int
        How many rows of the detector are looked at, 1 or more, spread evenly; `sharpness` takes 4 of them at most,
        `pairs` up to 64 whatever is asked.
    around_px : float, optional
        Column about which the axis is looked for; None: the middle of the detector.
    search_px : float, optional
        How far from there it may be, in pixels; None: a quarter of the detector.

    Returns
    -------
    ResultTable
        Kind ``rotation_axis``. The first row is the result; then come, for each method, all rows or pairs together and
        each alone. Warnings say where methods disagree, which could not be used, and that the detector is turned.

    Raises
    ------
    GeometryError
        A cone beam, shifted views, less than half a turn, no two views half a turn apart (where only `pairs` was
        asked), an axis at the end of the range.
    ValuesError
        Counts without flats, or rows in which there is nothing.
    ParameterError
        An unknown method, or a number out of its range.

    Notes
    -----
    All three work on absorbance. Fourier and pairs see its slope along the columns, so constant offsets, uneven light
    and a sample wider than the detector do not draw the axis to the middle of the detector. The opposite of a view
    that was not taken is interpolated between its neighbours; at the end of half a turn it is continued from the last
    two views, without which 0 to 179 degrees give an axis that is off by half of what the image moves in one degree.
    Together the methods are weighted by their standard errors; of three, one that is off by more than a pixel and five
    standard errors is left out. Where one of them alone is sure, and others are not or see the axis beyond the columns
    looked at, the uncertainty is that of an axis anywhere among these. Cost: one transform per row for Fourier, one per
    pair, and some fifty small slices per row for sharpness. Memory: the rows looked at, 16 bytes per pixel, and some
    twenty times that of one row.

    References
    ----------
    N. T. Vo, M. Drakopoulos, R. C. Atwood, C. Reinhard, Reliable method for calculating the center of rotation in
    parallel-beam tomography, Opt. Express 22, 19078 (2014): the double wedge. T. Donath, F. Beckmann, A. Schreyer,
    Automated determination of the center of rotation in tomography data, J. Opt. Soc. Am. A 23, 1048 (2006): scores
    of slices.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> angles, columns = np.arange(0, 180, 2.0), np.arange(64)
    >>> places = 29.3 + 14 * np.cos(np.deg2rad(angles - 30))
    >>> seen = np.exp(-(((columns - places[:, None]) / 4) ** 2)).astype(np.float32)
    >>> scan = vt.data.Projections(seen, angles_deg=angles, geometry=vt.data.ParallelBeam(1), kind="absorbance")
    >>> found = vt.projections.find_rotation_axis(scan, method="fourier")
    >>> found.frame.rotation_axis_px.round(1).tolist()
    [29.3, 29.3]
    """
    check_choice("method", method, get_args(AxisMethod))
    check_parallel(projections, "find_rotation_axis")
    low, high = _range_px(projections, around_px, search_px)
    estimates, faults = _estimates(projections, method, whole_number("rows", rows), low, high)
    return _table(projections, estimates, faults, anywhere_px=float((high - low) / np.sqrt(12)))


def set_rotation_axis(
    projections: Projections,
    *,
    rotation_axis_px: NonNegative | None = None,
    method: AxisMethod = "all",
    rows: RowCount = 8,
    around_px: NonNegative | None = None,
    search_px: Positive | None = None,
) -> CentredProjections:
    """Give projections the axis of rotation that is known, or that `find_rotation_axis` finds.

    Every reconstruction needs it. Where the axis was found, look at the warnings of the table, and at the slices of
    `axis_candidates`, before a long reconstruction.

    Parameters
    ----------
    projections : Projections
        Of any kind.
    rotation_axis_px : float, optional
        Column at which the axis is seen, 0 the middle of the first pixel; None: it is found, by the parameters below.
    method : {"all", "fourier", "pairs", "sharpness"}
        How it is found.
    rows : int
        How many rows of the detector are looked at, 1 or more.
    around_px : float, optional
        Column about which the axis is looked for; None: the middle of the detector.
    search_px : float, optional
        How far from there it may be, in pixels; None: a quarter of the detector.

    Returns
    -------
    CentredProjections
        The projections, and the table of the axis.

    Raises
    ------
    GeometryError
        An axis that the detector does not see, or what `find_rotation_axis` refuses.
    ValuesError, ParameterError
        As for `find_rotation_axis`.

    Notes
    -----
    The values are not touched, and a lazy scan stays lazy. An axis that is given has no uncertainty: the table says 0.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> scan = vt.data.Projections(np.ones((4, 1, 64), np.float32), angles_deg=[0, 45, 90, 135],
    ...                            geometry=vt.data.ParallelBeam(1), kind="absorbance")
    >>> centred = vt.projections.set_rotation_axis(scan, rotation_axis_px=30.25)
    >>> centred.set_rotation_axis.geometry.rotation_axis_px, centred.rotation_axis.frame.method[0]
    (30.25, 'given')
    """
    if rotation_axis_px is None:
        table = find_rotation_axis(projections, method=method, rows=rows, around_px=around_px, search_px=search_px)
    else:
        axis = check_not_negative("rotation_axis_px", rotation_axis_px)
        table = axis_table(projections, [Estimate("given", "the whole scan", axis, 0.0)], "given by hand", ())
    axis, error = (float(table.frame[name].iloc[0]) for name in ("rotation_axis_px", "uncertainty_px"))
    said = f"column {axis:.4g}, given" if rotation_axis_px is not None else f"column {axis:.2f} +- {error:.2f}"
    centred = projections.with_rotation_axis(axis)
    return CentredProjections(centred.derive(f"set_rotation_axis: {said} ({table.method})"), table)


def _range_px(projections: Projections, around_px: Any, search_px: Any) -> tuple[float, float]:
    """Return the columns between which the axis is looked for."""
    columns = projections.column_count
    around = (columns - 1) / 2 if around_px is None else check_not_negative("around_px", around_px)
    reach = columns / 4 if search_px is None else check_positive("search_px", search_px)
    return check_range(around - reach, around + reach, columns)


def whole_number(name: str, value: Any) -> int:
    """Return a whole number, 1 or more."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise ParameterError(f"{name} is {value!r}; expected a whole number, 1 or more.")
    return int(value)


def _estimates(
    projections: Projections, method: AxisMethod, rows: int, low: float, high: float
) -> tuple[list[list[Estimate]], dict[str, GeometryError]]:
    """Return what each method says, and why others could not be used."""
    spread = spread_rows(projections, rows)
    few = spread[:: -(-len(spread) // MOST_SHARP_ROWS)]
    methods: dict[str, Callable[[], list[Estimate]]] = {
        "fourier": lambda: by_fourier(read_rows(projections, spread), low, high),
        "pairs": lambda: by_pairs(projections, low, high),
        "sharpness": lambda: by_sharpness(read_rows(projections, few), low, high),
    }
    if method != "all":
        return [methods[method]()], {}
    found, faults = [], dict[str, GeometryError]()
    for name, find in methods.items():
        try:
            found.append(find())
        except GeometryError as fault:
            faults[name] = fault
    if not found:
        raise next(iter(faults.values()))
    return found, faults


def _table(
    projections: Projections,
    estimates: list[list[Estimate]],
    faults: dict[str, GeometryError],
    *,
    anywhere_px: float,
) -> ResultTable:
    """Return the table of the axis: the result, then every estimate."""
    wholes = [each[0] for each in estimates]
    axes, errors = (np.array([getattr(whole, name) for whole in wholes]) for name in ("axis_px", "error_px"))
    weights = 1 / np.maximum(errors, LEAST_ERROR_PX) ** 2
    off = np.abs(axes - np.median(axes))
    kept = off <= np.maximum(1.0, 5 * errors) if len(wholes) > 2 else np.full(len(wholes), True)
    axis = float(np.average(axes[kept], weights=weights[kept]))
    own = float(errors[0]) if len(wholes) == 1 else float(1 / np.sqrt(weights[kept].sum()))
    apart = axes[kept] if kept.sum() > 1 else axes  # of three that contradict each other no one is believed
    alone = anywhere_px if _is_alone(wholes, faults) else 0.0
    result = Estimate("result", "the whole scan", axis, max(own, float(np.ptp(apart)) / 2, alone))
    unused = [f"The method {name!r} was not used: {fault}" for name, fault in faults.items()]
    warnings = [*unused, *_disagreement(wholes), *_unsure(result, wholes), *_turned(projections, estimates)]
    every = [result, *(estimate for each in estimates for estimate in each)]
    return axis_table(projections, every, " and ".join(whole.method for whole in wholes), tuple(warnings))


def _disagreement(wholes: list[Estimate]) -> list[str]:
    """Return the warning that methods disagree, or nothing."""
    low, high = (choose(wholes, key=lambda each: each.axis_px) for choose in (min, max))
    apart = high.axis_px - low.axis_px
    if apart <= max(DISAGREE_PX, 3 * float(np.hypot(low.error_px, high.error_px))):
        return []
    said = ", ".join(f"{each.method} {each.axis_px:.2f} +- {each.error_px:.2f}" for each in wholes)
    return [
        f"The methods disagree by {apart:.2f} pixels about the axis ({said}). Look at slices by axis_candidates, and "
        f"give the axis that is right."
    ]


def _is_alone(wholes: list[Estimate], faults: dict[str, GeometryError]) -> bool:
    """Say whether one method at most is sure of an axis that another one sees elsewhere or hardly.

    Pairs are believed alone, for they say by themselves whether chance would agree as well; the others do not.
    """
    sure = [each.method for each in wholes if each.error_px <= UNSURE_PX]
    doubted = len(sure) < len(wholes) or any(isinstance(fault, AxisBeyondError) for fault in faults.values())
    return doubted and len(sure) < 2 and sure != ["pairs"]


def _unsure(result: Estimate, wholes: list[Estimate]) -> list[str]:
    """Return the warning that the axis is hardly known, or nothing where two methods are sure that agree."""
    if result.error_px <= UNSURE_PX or sum(each.error_px <= UNSURE_PX for each in wholes) > 1:
        return []
    return [
        f"The axis is known to {result.error_px:.2g} pixels only: noise or stripes hide the sample, it has too few "
        f"edges, or the axis is beyond the columns that were looked at. Clean the views, look at more rows, or further "
        f"by search_px; an axis near a side of a whole turn is found by find_overlap."
    ]


def _turned(projections: Projections, estimates: list[list[Estimate]]) -> list[str]:
    """Return the warning that the axis is seen at another column in other rows, or nothing."""
    rows = [each for each in estimates[0] if each.part.startswith("row ")]
    if len(rows) < 4:
        return []
    numbers, axes = np.array([int(each.part[4:]) for each in rows]), np.array([each.axis_px for each in rows])
    weights = 1 / np.maximum([each.error_px for each in rows], LEAST_ERROR_PX) ** 2
    about = numbers - np.average(numbers, weights=weights)
    known = float(np.sum(weights * about**2))
    slope, error = float(np.sum(weights * about * axes)) / known, known**-0.5
    moves = slope * (projections.row_count - 1)
    if abs(moves) <= 0.5 or abs(slope) <= 4 * error:
        return []
    row, column = projections.geometry.pixel_size_um
    turned = np.degrees(np.arctan(slope * column / row))
    return [
        f"The axis moves by {moves:+.2f} pixels from the first row to the last: it is turned by {turned:+.3f} degrees "
        f"against the columns of the detector. Turn the views, or reconstruct in blocks of rows with an axis for each."
    ]


def axis_table(
    projections: Projections, estimates: list[Estimate], method: str, warnings: tuple[str, ...]
) -> ResultTable:
    """Return a table of kind ``rotation_axis``."""
    middle = (projections.column_count - 1) / 2
    rows = [(each.method, each.part, each.axis_px, each.error_px, each.axis_px - middle) for each in estimates]
    return ResultTable(
        pd.DataFrame(rows, columns=[column.name for column in ROTATION_AXIS]),
        columns=ROTATION_AXIS,
        kind="rotation_axis",
        measured_on=in_words(projections),
        method=method,
        history=projections.history,
        warnings=warnings,
    )


def in_words(projections: Projections) -> str:
    """Return what a table about projections was measured on."""
    return (
        f"{projections.view_count} views of {projections.row_count} x {projections.column_count} pixels (row, column) "
        f"over {np.ptp(projections.angles_deg):.4g} degrees, {projections.kind}"
    )

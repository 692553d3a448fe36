"""Whether a scan is whole: every view there, once, neither dark nor saturated."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import Positive, Projections, ResultTable
from voltome.data._kernels_slabs import in_slabs
from voltome.data._parameters import check_positive
from voltome.errors import ValuesError
from voltome.projections._frames import averaged, levels_above_dark, saturation, without_beam
from voltome.projections.columns_views import VIEWS

_SAME_ANGLE = 1e-3
"""Views nearer than this share of the usual step have the same angle."""

_MOST_SATURATED = 1e-4
"""A scan with a larger share of saturated pixels is warned of."""

_DARK = 0.1
"""A view with less than this share of the usual brightness is dark."""

_FEW = 0.25
"""A scan with fewer directions than this share of its columns is warned of."""

_JUMP_SIGMAS = 8.0
_SMALLEST_JUMP = 0.005
"""A view stands out that is off the views around it by so many standard deviations, and by this share."""


def inspect_views(
    projections: Projections, *, saturated_at: Positive | None = None, gap_steps: Positive = 1.5
) -> ResultTable:
    """List every view with its angle, brightness and faults, and warn of what a reconstruction would suffer from.

    The first look at a raw scan: repeated and missing views, a camera that did not read out, a closed shutter, flats
    without beam, saturated pixels, jumps of the beam. It changes nothing.

    Parameters
    ----------
    projections : Projections
        Of any kind; of counts, saturation and flats are looked at too.
    saturated_at : float, optional
        Counts from which a pixel is saturated. None: the largest number of an integer type; for others none is.
    gap_steps : float
        Neighbouring angles further apart than so many usual steps have a gap between them; above 1 to be sensible.

    Returns
    -------
    ResultTable
        Kind ``views``, one row per view in the order in which they were taken: angle, relative brightness, mean,
        saturated fraction, step to the next angle, and what is wrong with it as flags. `warnings` has the faults of
        the scan in whole sentences.

    Raises
    ------
    ParameterError
        A number that is not above 0.
    ValuesError
        NaN or infinite pixels in views that lie in a file.

    Notes
    -----
    The usual step is the median difference of the angles in order, repeated ones left out. A view stands out that
    is off the median of the two views before and two behind it by 8 standard deviations (1.4826 times the
    median of such differences), and by 0.5 %. Cost: one pass over the views, on all cores, which may lie in a file.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> seen = np.random.default_rng(1).normal(0.5, 0.01, (9, 2, 8))
    >>> scan = vt.data.Projections(seen, angles_deg=[0, 20, 40, 60, 80, 120, 140, 160, 160],
    ...                            geometry=vt.data.ParallelBeam(0.5), kind="transmission")
    >>> for warning in vt.projections.inspect_views(scan).warnings:
    ...     print(warning)
    1 view repeats the angle of an earlier one, number 8. Leave it out, or it counts twice.
    1 view is missing: between 80 and 120 degrees there is none, where the usual step is 20 degrees.
    """
    limit = saturation(projections, saturated_at)
    angles = _angles(projections.angles_deg, check_positive("gap_steps", gap_steps))
    means, saturated, repeated = _views(projections, limit)
    middle = float(np.median(means))
    relative = means / middle if middle > 0 else np.ones_like(means)
    jumps = _jumps(relative)
    frame = pd.DataFrame(
        {
            "view": np.arange(means.size),
            "angle_deg": projections.angles_deg,
            "relative_brightness": relative,
            "mean_value": means,
            "saturated_fraction": saturated,
            "step_deg": angles.steps_deg,
            "repeats_angle": angles.repeated,
            "repeats_image": repeated,
            "before_gap": angles.before_gap,
            "stands_out": jumps,
        }
    )
    warnings = (
        *_warnings_of_images(repeated, relative, jumps, projections.kind),
        *_warnings_of_angles(angles),
        *_warnings_of_number(angles, projections.column_count),
        *_warnings_of_counts(projections, float(saturated.mean()), limit),
    )
    views, rows, columns = projections.values.shape
    return ResultTable(
        frame,
        columns=VIEWS,
        kind="views",
        measured_on=f"{projections.kind} of {views} views of {rows} x {columns} pixels",
        method=f"gaps from {gap_steps:g} steps on",
        history=projections.history,
        warnings=warnings,
    )


@dataclass(frozen=True)
class _Angles:
    """What is wrong with the angles."""

    in_order_deg: NDArray[np.float64]
    usual_deg: float
    steps_deg: NDArray[np.float64]
    """In the order of the views."""
    repeated: NDArray[np.bool_]
    before_gap: NDArray[np.bool_]


def _angles(angles_deg: NDArray[np.float64], gap_steps: float) -> _Angles:
    """Return steps, repetitions and gaps."""
    order = np.argsort(angles_deg, kind="stable")
    in_order = angles_deg[order]
    differences = np.diff(in_order)
    apart = differences[differences > _SAME_ANGLE * (np.median(differences) if differences.size else 0.0)]
    apart = apart[apart > 0]
    usual = float(np.median(apart)) if apart.size else 0.0
    steps, repeated, before_gap = np.zeros(order.size), np.zeros(order.size, np.bool_), np.zeros(order.size, np.bool_)
    steps[order[:-1]] = differences
    same = differences <= _SAME_ANGLE * usual
    for first, second in zip(order[:-1][same], order[1:][same], strict=True):
        repeated[max(first, second)] = True
    before_gap[order[:-1]] = differences > gap_steps * usual if usual else False
    return _Angles(in_order, usual, steps, repeated, before_gap)


def _views(
    projections: Projections, limit: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Return the mean and the saturated share of every view, and whether an earlier one is the same."""
    values = projections.values
    count = len(values)
    means, saturated, prints = np.empty(count), np.empty(count), [b""] * count

    def work(_: int, first: int, stop: int) -> None:
        for view in range(first, stop):
            seen = np.ascontiguousarray(values[view])
            means[view] = seen.mean(dtype=np.float64)
            saturated[view] = np.count_nonzero(seen >= limit) / seen.size
            prints[view] = hashlib.blake2b(seen.data, digest_size=16).digest()

    in_slabs(values.shape, work)
    if not np.isfinite(means).all():  # only values that lie in a file have not been looked through
        bad = np.flatnonzero(~np.isfinite(means))
        raise ValuesError(
            f"{bad.size} of {count} views hold NaN or infinite pixels, the first number {bad[0]}; expected finite "
            f"numbers. Leave such views out, or replace the pixels by a value you choose with numpy.nan_to_num."
        )
    known: set[bytes] = set()
    repeated = np.zeros(count, np.bool_)
    for view, each in enumerate(prints):
        repeated[view] = each in known
        known.add(each)
    return means, saturated, repeated


def _jumps(relative: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which views are brighter or darker than those around them."""
    if relative.size < 5:
        return np.zeros(relative.size, np.bool_)
    wide = np.pad(relative, 2, mode="reflect")
    around = np.median([wide[offset : offset + relative.size] for offset in (0, 1, 3, 4)], axis=0)
    off = np.abs(relative - around)
    jumps: NDArray[np.bool_] = off > max(_JUMP_SIGMAS * 1.4826 * float(np.median(off)), _SMALLEST_JUMP)
    return jumps


def _warnings_of_images(
    repeated: NDArray[np.bool_], relative: NDArray[np.float64], jumps: NDArray[np.bool_], kind: str
) -> list[str]:
    """Return what is wrong with the images themselves."""
    found = []
    if repeated.any():
        found.append(
            f"{_views_are(repeated, 'has', 'have')} the very pixels of an earlier one{_first(repeated)}: the camera "
            f"did not read out. Leave {_them(repeated)} out, with the angle."
        )
    if kind == "absorbance":
        return found
    dark = relative < _DARK
    if dark.any():
        found.append(
            f"{_views_are(dark, 'is', 'are')} dark{_first(dark)}: without beam, or with a closed shutter. Leave "
            f"{_them(dark)} out."
        )
    jumps = jumps & ~dark
    if jumps.any():
        found.append(
            f"{_views_are(jumps, 'stands', 'stand')} out in brightness from those before and behind{_first(jumps)}: "
            f"correct the beam with correct_drift."
        )
    return found


def _warnings_of_angles(angles: _Angles) -> list[str]:
    """Return what is wrong with the angles."""
    found = []
    if angles.repeated.any():
        which = angles.repeated
        found.append(
            f"{_views_are(which, 'repeats', 'repeat')} the angle of an earlier one{_first(which)}. Leave "
            f"{_them(which)} out, or {'it counts' if which.sum() == 1 else 'they count'} twice."
        )
    usual, differences = angles.usual_deg, np.diff(angles.in_order_deg)
    gaps = int(angles.before_gap.sum())
    if gaps:
        widest = int(differences.argmax())
        missing = int(sum(round(step / usual) - 1 for step in angles.steps_deg[angles.before_gap]))
        where = f"between {angles.in_order_deg[widest]:.5g} and {angles.in_order_deg[widest + 1]:.5g} degrees"
        also = "" if gaps == 1 else f", and in {gaps - 1} other gaps"
        found.append(
            f"{missing} {'view is' if missing == 1 else 'views are'} missing: {where} there is none{also}, where the "
            f"usual step is {usual:.4g} degrees."
        )
    if usual:
        found += _warnings_of_span(float(differences.sum()) + usual, usual)
    return found


def _warnings_of_span(span_deg: float, usual_deg: float) -> list[str]:
    """Return what is wrong with the range of the angles, the last step included."""
    if span_deg < 180 - 0.5 * usual_deg:
        return [
            f"The views cover {span_deg:.4g} degrees, the last step included; expected 180 or 360. What lies across "
            f"the missing ones is blurred."
        ]
    if 180 + 1.5 * usual_deg < span_deg < 360 - 0.5 * usual_deg:
        return [
            f"The views cover {span_deg:.4g} degrees, the last step included; expected 180 or 360. Those beyond 180 "
            f"are seen twice, from both sides."
        ]
    return []


def _warnings_of_number(angles: _Angles, columns: int) -> list[str]:
    """Return that there are too few views for the detector: their angle is a pixel wide views / pi from the axis."""
    views = len(np.unique(np.round(np.mod(angles.in_order_deg, 180.0), 3)))
    if views >= _FEW * columns:
        return []
    return [
        f"There are {views} directions for {columns} columns: details of a pixel are seen up to {views / np.pi:.2g} "
        f"pixels from the axis, beyond are streaks. Take about as many views as columns, or use fista_tv."
    ]


def _warnings_of_counts(projections: Projections, saturated: float, limit: float) -> list[str]:
    """Return what is wrong with counts and with the frames that they are divided by."""
    if projections.kind != "counts":
        return []
    found = []
    if saturated > _MOST_SATURATED:
        found.append(f"{saturated:.2%} of the pixels are saturated, at {limit:g} counts or more: they say nothing.")
    flats = projections.flats
    if flats is None:
        return [*found, "There are no flats, images of the beam without sample, to divide by."]
    dark = np.zeros(flats.shape[1:]) if projections.darks is None else averaged(projections.darks, "mean")
    if projections.darks is None:
        found.append("There are no darks: what the detector shows without beam counts as beam.")
    empty = without_beam(levels_above_dark(flats, dark))
    if empty.size:
        found.append(f"{empty.size} of {len(flats)} flats hold no beam, the first number {empty[0]}. Leave them out.")
    return found


def _views_are(which: NDArray[np.bool_], one: str, several: str) -> str:
    count = int(which.sum())
    return f"1 view {one}" if count == 1 else f"{count} views {several}"


def _first(which: NDArray[np.bool_]) -> str:
    return f", {'' if which.sum() == 1 else 'the first '}number {int(which.argmax())}"


def _them(which: NDArray[np.bool_]) -> str:
    return "it" if which.sum() == 1 else "them"

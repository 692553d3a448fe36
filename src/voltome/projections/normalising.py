"""From what the detector counted to the share of the beam that came through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from voltome.data import Positive, Projections, Share
from voltome.data._kernels_slabs import in_slabs
from voltome.data._parameters import check_choice, check_share
from voltome.errors import ValuesError
from voltome.projections._frames import (
    Average,
    averaged,
    groups_of_flats,
    largest_of,
    levels_above_dark,
    saturation,
    weights_in_time,
    without_beam,
)
from voltome.projections._kinds import require_kind

Flats = Literal["mean", "median", "interpolated"]


def normalise(
    projections: Projections,
    *,
    flats: Flats = "mean",
    darks: Average = "mean",
    saturated_at: Positive | None = None,
    largest_saturated_share: Share = 0.01,
) -> Projections:
    """Return the share of the beam that came through: (counts - dark) / (flat - dark), pixel by pixel.

    The first step on a raw scan. Projections that were normalised by the scanner say so by their kind, transmission,
    and need it no more.

    Parameters
    ----------
    projections : Projections
        Of the kind counts, with flats. Without darks the detector is taken to show 0 in the dark, and the history
        says so.
    flats : {"mean", "median", "interpolated"}
        How the flats become one: their mean; their median, which drops hits of single frames; or, for each view, the
        mean flats taken before and after it, by their times: for a beam that drifts. Views before the first
        flats or after the last take the nearest.
    darks : {"mean", "median"}
        How the darks become one.
    saturated_at : float, optional
        Counts from which a pixel is saturated and says nothing. None: the largest number of an integer type; for
        other types no pixel is. A 12-bit camera needs 4095.
    largest_saturated_share : float
        A scan with more saturated pixels than this share, in 0 to 1, is refused.

    Returns
    -------
    Projections
        Of the kind transmission, float32, of the same shape, without flats and darks.

    Raises
    ------
    ValuesError
        Projections of another kind; no flats; flats without beam; no flats before and after the views, where they are
        to be interpolated; a row, or more than half of all pixels, without a usable flat; too many saturated pixels.
    GeometryError
        Flats to be interpolated without the times at which they and the views were taken.
    ParameterError
        An unknown choice, a share outside 0 to 1.

    Notes
    -----
    Pixels whose flat is not above their dark, or is saturated, say nothing. They are interpolated in each view
    between the nearest usable pixels of their row, at the ends of a row taken from the nearest; the history counts
    them. Saturated pixels of views keep their value, and are counted. Values below 0 and above 1, which noise makes,
    are kept. Cost: one pass over the views, on all cores, which may lie in a file. Memory: 4 bytes per pixel.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> counts, flat, dark = (np.full((n, 1, 4), v, np.uint16) for n, v in ((3, 600), (2, 1100), (2, 100)))
    >>> scan = vt.data.Projections(
    ...     counts, angles_deg=[0, 60, 120], geometry=vt.data.ParallelBeam(0.5), flats=flat, darks=dark)
    >>> clean = vt.projections.normalise(scan)
    >>> clean.kind, clean.values[0].tolist()
    ('transmission', [[0.5, 0.5, 0.5, 0.5]])
    """
    require_kind(projections, "counts", task="normalise")
    check_choice("flats", flats, get_args(Flats))
    check_choice("darks", darks, get_args(Average))
    limit = saturation(projections, saturated_at)
    largest = check_share("largest_saturated_share", largest_saturated_share)
    beams = _beams(projections, flats, darks, saturated_at)
    found, saturated = _divide(projections, beams, limit)
    if saturated > largest * found.size:
        raise ValuesError(
            f"{saturated / found.size:.2%} of the pixels of the views are saturated, at {limit:g} counts or more; "
            f"expected at most {largest:.2%}. Crop them away, scan with a shorter exposure, or raise saturated_at or "
            f"largest_saturated_share if they are not."
        )
    remarks = [f"normalise: by the {beams.words}"]
    remarks += [f"{beams.bad_count:,} pixels without a usable flat from their neighbours"] if beams.bad_count else []
    remarks += [f"{saturated:,} pixels of views saturated"] if saturated else []
    nothing = dict.fromkeys(("flats", "darks", "flat_times_s", "dark_times_s"))
    return projections.derive(", ".join(remarks), values=found, kind="transmission", **nothing)


@dataclass(frozen=True)
class _Beams:
    """The beam without sample above the dark, for every view, and where it is not known."""

    dark: NDArray[np.float32]
    images: NDArray[np.float64]
    """(group, row, column)."""
    weights: list[tuple[int, float]]
    bad_rows: dict[int, tuple[NDArray[np.int64], NDArray[np.int64]]]
    """Row -> the columns without a usable flat, and those with one."""
    bad_count: int
    words: str

    def of(self, view: int) -> NDArray[np.float32]:
        """Return the beam at the time of a view."""
        if not self.weights:
            return np.asarray(self.images[0], np.float32)
        group, share = self.weights[view]
        return np.asarray(self.images[group] * (1 - share) + self.images[group + 1] * share, np.float32)


def _beams(projections: Projections, flats: str, darks: str, saturated_at: float | None) -> _Beams:
    """Return what the views are divided by."""
    frames = projections.flats
    if frames is None:
        raise ValuesError(
            "normalise found no flats; expected images of the beam without sample. Give them with "
            "dataclasses.replace(scan, flats=...), or, where the values are divided by the beam already, say "
            "kind='transmission'."
        )
    shape = frames.shape[1:]
    dark = np.zeros(shape) if projections.darks is None else averaged(projections.darks, darks)
    _check_shutter(frames, dark)
    if flats == "interpolated":
        times, means = groups_of_flats(projections)
        assert projections.frame_times_s is not None  # noqa: S101 - groups_of_flats has refused it
        weights = weights_in_time(projections.frame_times_s, times)
        words = f"flats in {len(times)} groups, interpolated in time"
    else:
        means, weights = averaged(frames, flats)[np.newaxis], []
        words = f"{flats} of {_counted(len(frames), 'flat')}"
    images = means - dark
    # flats of another exposure time were scaled to that of the views: their own type says what they may hold
    limit = largest_of(frames.dtype) if saturated_at is None else saturated_at
    bad = np.any((images <= 0) | (means >= limit), axis=0)
    words += ", no darks" if projections.darks is None else f", {darks} of {_counted(len(projections.darks), 'dark')}"
    images[:, bad] = 1.0  # whatever is divided by it is replaced
    return _Beams(dark.astype(np.float32), images, weights, _usable(bad), int(np.count_nonzero(bad)), words)


def _check_shutter(flats: NDArray[Any], dark: NDArray[np.float64]) -> None:
    """Refuse flats that hold no beam."""
    levels = levels_above_dark(flats, dark)
    empty = without_beam(levels)
    if empty.size:
        raise ValuesError(
            f"{empty.size} of {len(levels)} flats hold no beam, the first number {empty[0]}: on average "
            f"{levels[empty[0]]:g} counts above the dark, the middle flat {np.median(levels):g}; expected images of "
            f"the beam without sample. Leave these flats out, and see that flats and darks are not swapped."
        )


def _usable(bad: NDArray[np.bool_]) -> dict[int, tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return the rows with bad pixels, or refuse a detector that has too many."""
    count = int(np.count_nonzero(bad))
    if count > bad.size // 2:
        raise ValuesError(
            f"{count:,} of {bad.size:,} pixels have a flat that is not above their dark, or is saturated; expected "
            f"fewer than half. See that flats and darks are not swapped, or crop to where the beam is with "
            f"voltome.projections.crop_pixels."
        )
    rows = np.flatnonzero(bad.any(axis=1))
    blind = [int(row) for row in rows if bad[row].all()]
    if blind:
        raise ValuesError(
            f"row {blind[0]} of the detector has no pixel with a usable flat ({len(blind)} such rows); expected one to "
            f"interpolate from. Crop these rows away with voltome.projections.crop_pixels."
        )
    return {int(row): (np.flatnonzero(bad[row]), np.flatnonzero(~bad[row])) for row in rows}


def _divide(projections: Projections, beams: _Beams, limit: float) -> tuple[NDArray[np.float32], int]:
    """Return the transmission, and how many pixels of views are saturated."""
    values = projections.values
    found = np.empty(values.shape, np.float32)
    saturated = np.zeros(len(values), np.int64)

    def work(_: int, first: int, stop: int) -> None:
        for view in range(first, stop):
            seen = values[view]
            saturated[view] = np.count_nonzero(seen >= limit)
            np.subtract(seen, beams.dark, out=found[view], dtype=np.float32, casting="unsafe")
            found[view] /= beams.of(view)
            for row, (bad, good) in beams.bad_rows.items():
                found[view, row, bad] = np.interp(bad, good, found[view, row, good])

    in_slabs(values.shape, work)
    return found, int(saturated.sum())


def _counted(number: int, noun: str) -> str:
    """Return a number of things in words."""
    return f"{number} {noun}" + ("" if number == 1 else "s")

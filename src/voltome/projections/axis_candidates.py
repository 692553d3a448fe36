"""One slice for every candidate of the axis of rotation, and how sharp each is: for an eye that wants to see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pandas as pd
from annotated_types import Ge

from voltome.data import NonNegative, Positive, Projections, ResultTable, Volume
from voltome.data._parameters import check_not_negative, check_positive
from voltome.errors import AxisError, ParameterError
from voltome.projections._axis_fourier import by_fourier
from voltome.projections._axis_rows import check_parallel, check_seen, edges_of, read_rows, spread_rows
from voltome.projections._axis_sharpness import images_at, part_of, score, slice_of
from voltome.projections.columns_centring import AXIS_CANDIDATES
from voltome.projections.rotation_axis import in_words, whole_number

PER_CM = 1e4
"""An attenuation of 1/um in 1/cm."""

MOST_EDGE_PX = 512
"""Pixels along an edge of the part of a slice that is shown."""


@dataclass(frozen=True, slots=True, eq=False)
class AxisCandidates:
    """Slices at candidates of the axis of rotation, and their scores.

    Attributes
    ----------
    axis_candidates : Volume
        One slice along z for every candidate, in the order of the table; attenuation in 1/cm.
    candidate_scores : ResultTable
        Kind ``axis_candidates``: for every candidate three scores, each lowest at the true axis.
    """

    axis_candidates: Volume
    candidate_scores: ResultTable


def axis_candidates(
    projections: Projections,
    *,
    around_px: NonNegative | None = None,
    step_px: Positive = 1.0,
    candidates: Annotated[int, Ge(3)] = 9,
    row: Annotated[int, Ge(0)] | None = None,
) -> AxisCandidates:
    """Reconstruct one row at several candidates of the axis of rotation, and score how sharp the slices are.

    Look at it where the methods of `find_rotation_axis` disagree, and before a long reconstruction: a wrong axis opens
    edges to arcs and doubles them.

    Parameters
    ----------
    projections : Projections
        Counts with flats, transmission or absorbance of a parallel beam over half a turn or more.
    around_px : float, optional
        The candidate in the middle; None: the axis that the projections have, or else the one of the Fourier method.
    step_px : float
        Distance between candidates in pixels, above 0.
    candidates : int
        How many, 3 or more.
    row : int, optional
        The row of the detector; None: the one whose views have the strongest edges.

    Returns
    -------
    AxisCandidates
        The slices, each at most 512 pixels wide: of larger ones the part with the most structure; and the scores.

    Raises
    ------
    GeometryError
        A cone beam, shifted views, or less than half a turn.
    AxisError
        A row that is not on the detector.
    ValuesError
        Counts without flats, or a row in which there is nothing.
    ParameterError
        A number out of its range, or candidates outside of the detector.

    Notes
    -----
    Filtered back projection of the first half turn with a smoothed ramp filter; values are in 1/cm, but are not
    meant to be measured. Entropy is that of 256 grey values between the extremes of the middle candidate. Cost:
    pixels times views for each candidate. Memory: 8 bytes per pixel of all slices.

    References
    ----------
    T. Donath, F. Beckmann, A. Schreyer, Automated determination of the center of rotation in tomography data, J. Opt.
    Soc. Am. A 23, 1048 (2006): negativity and entropy.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> angles, columns = np.arange(0, 180, 2.0), np.arange(64)
    >>> places = 30 + 14 * np.cos(np.deg2rad(angles - 30))
    >>> seen = np.exp(-(((columns - places[:, None]) / 4) ** 2)).astype(np.float32)
    >>> scan = vt.data.Projections(seen, angles_deg=angles, geometry=vt.data.ParallelBeam(1), kind="absorbance")
    >>> sheet = vt.projections.axis_candidates(scan, around_px=31, candidates=5)
    >>> sheet.candidate_scores.frame.set_index("rotation_axis_px").entropy.idxmin()
    np.float64(30.0)
    """
    check_parallel(projections, "axis_candidates")
    count = whole_number("candidates", candidates)
    if count < 3:
        raise ParameterError(f"candidates is {count}; expected 3 or more, so that there is one in the middle.")
    step = check_positive("step_px", step_px)
    number = _row(projections, row)
    rows = read_rows(projections, (number,))
    check_seen(edges_of(rows.values), "axis_candidates")
    columns = projections.column_count
    around = projections.geometry.rotation_axis_px if around_px is None else check_not_negative("around_px", around_px)
    if around is None:
        around = by_fourier(rows, columns / 4, columns * 3 / 4)[0].axis_px
    axes = around + step * (np.arange(count, dtype=np.float64) - (count - 1) / 2)
    if axes[0] < 0 or axes[-1] > columns - 1:
        raise ParameterError(
            f"the candidates run from column {axes[0]:.4g} to {axes[-1]:.4g}; expected columns of the detector, 0 to "
            f"{columns - 1}. Give fewer candidates, a smaller step_px, or another around_px."
        )
    ready = slice_of(rows.values[0], rows.angles_deg)
    images = images_at(ready, axes, *part_of(ready, float(around), MOST_EDGE_PX))
    scores = score(images)
    frame = pd.DataFrame(
        {
            "rotation_axis_px": axes,
            "entropy": scores.entropy,
            "edge_sum": scores.edges,
            "negative_share": scores.negativity,
        }
    )
    did = f"axis_candidates: row {number} at the axes {axes[0]:.4g} to {axes[-1]:.4g} px in steps of {step:g}"
    table = ResultTable(
        frame,
        columns=AXIS_CANDIDATES,
        kind="axis_candidates",
        measured_on=f"row {number} of {in_words(projections)}",
        method="scores of filtered back projections of half a turn",
        history=projections.history,
    )
    pixel_um = projections.geometry.pixel_size_um[1]
    volume = Volume(
        np.stack(images).astype(np.float32) * np.float32(PER_CM / pixel_um),
        voxel_size_um=projections.geometry.voxel_size_um,
        quantity="attenuation",
        unit="1/cm",
        history=(*projections.history, did),
    )
    return AxisCandidates(volume, table)


def _row(projections: Projections, row: Any) -> int:
    """Return the row that is looked at."""
    if row is None:
        known = read_rows(projections, spread_rows(projections, 8))
        return known.numbers[int(np.argmax((edges_of(known.values) ** 2).sum(axis=(1, 2))))]
    if isinstance(row, bool) or not isinstance(row, int | np.integer) or not 0 <= row < projections.row_count:
        raise AxisError(f"row is {row!r}; expected a row of the detector, 0 to {projections.row_count - 1}.")
    return int(row)

"""One scan made two: every other view, so that noise can be told from structure."""

from __future__ import annotations

from dataclasses import dataclass

from voltome.data import Projections
from voltome.errors import GeometryError

FEWEST_VIEWS = 4


@dataclass(frozen=True, slots=True)
class SplitViews:
    """Two scans of half the views each.

    Attributes
    ----------
    split_views : Projections
        The first view, the third, and so on.
    other_views : Projections
        The second view, the fourth, and so on.
    """

    split_views: Projections
    other_views: Projections


def split_views(projections: Projections) -> SplitViews:
    """Return two scans that take the views of one in turn.

    Reconstructed alike, they show the same sample with different noise: `fourier_shell_correlation` of the two says
    which structure is real. Each has half the dose and half the views: with few views they show streaks
    that the whole scan has not. Clean stripes and find the axis before, on the whole scan: what is wrong in both
    halves alike counts as structure.

    Parameters
    ----------
    projections : Projections
        Of any kind, in the order of their angles; 4 views or more.

    Returns
    -------
    SplitViews
        Two scans with the same flats, darks and geometry.

    Raises
    ------
    GeometryError
        Fewer than 4 views.

    Notes
    -----
    Views are taken in their order, not by their angle: of a scan whose angles are interlaced sort them before. Cost:
    one pass. Memory: a lazy scan is read.

    References
    ----------
    M. van Heel, M. Schatz, J. Struct. Biol. 151, 250 (2005) (section 2).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> scan = vt.data.Projections(np.ones((5, 1, 8), np.float32), angles_deg=[0, 36, 72, 108, 144],
    ...                            geometry=vt.data.ParallelBeam(1), kind="absorbance")
    >>> halves = vt.reconstruction.split_views(scan)
    >>> halves.split_views.angles_deg.tolist(), halves.other_views.angles_deg.tolist()
    ([0.0, 72.0, 144.0], [36.0, 108.0])
    """
    if projections.view_count < FEWEST_VIEWS:
        raise GeometryError(
            f"split_views makes two scans of one, this has {projections.view_count} views; expected {FEWEST_VIEWS} or "
            f"more."
        )
    return SplitViews(_every_other(projections, 0, "odd"), _every_other(projections, 1, "even"))


def _every_other(projections: Projections, first: int, which: str) -> Projections:
    """Return the views from `first` on, each second one."""
    times, shifts = projections.frame_times_s, projections.shifts_px
    return projections.derive(
        f"split_views: the {which} views of {projections.view_count}",
        values=projections.values[first::2],
        angles_deg=projections.angles_deg[first::2],
        frame_times_s=None if times is None else times[first::2],
        shifts_px=None if shifts is None else shifts[first::2],
    )

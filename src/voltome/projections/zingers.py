"""Single pixels that a stray photon or a cosmic particle hit."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from voltome.data import NonNegative, Positive, Projections
from voltome.data._kernels_slabs import in_slabs
from voltome.data._parameters import check_choice, check_not_negative, check_positive
from voltome.errors import GeometryError
from voltome.projections._kernels_zingers import medians_of_neighbours
from voltome.projections._kinds import require_kind
from voltome.projections._numbers import Counted, check_whole
from voltome.projections._sinograms import Sinogram

Neighbours = Literal["views", "columns", "both"]
Spots = Literal["bright", "any"]

_SIGMA_PER_MEDIAN = 1.4826
"""Standard deviation of Gaussian noise over the median of its absolute values."""


def remove_zingers(
    projections: Projections,
    *,
    sigmas: Positive = 8.0,
    least_share: NonNegative = 0.2,
    neighbours: Neighbours = "both",
    spots: Spots = "bright",
    reach_px: Counted = 2,
) -> Projections:
    """Replace single pixels that stick out of their neighbours in angle and along the row by the median of these.

    A zinger becomes a bright or dark line across the slice. Use it on counts or transmission, before the logarithm and
    before anything that interpolates. It is not for pixels that are bad in all views: these make stripes.

    Parameters
    ----------
    projections : Projections
        Of the kind counts or transmission. Flats are left alone: their median drops single hits.
    sigmas : float
        How many standard deviations of the noise a pixel must be off, above 0. Fewer than 5 finds noise.
    least_share : float
        It must also be off by this share of its neighbours, 0 or above. Where views are few, grains of the sample stick
        out of their neighbours by 5 to 10 %; data without noise have no other limit.
    neighbours : {"views", "columns", "both"}
        Which neighbours it is held against: the same pixel in the views before and behind, the pixels beside it in its
        row, or both in turn: sharp edges of a sample stick out of one of them, but hardly of both.
    spots : {"bright", "any"}
        Whether only pixels above their neighbours count, or dark ones too.
    reach_px : int
        So many neighbours on each side, 1 or above. With 2, spots of up to 2 pixels are found.

    Returns
    -------
    Projections
        Of the same kind and type; the history says how many pixels were replaced.

    Raises
    ------
    ValuesError
        Absorbance, in which a zinger is no longer a spot of its height.
    GeometryError
        Fewer than 3 views, or columns, to compare.
    ParameterError
        A number outside its range, an unknown choice.

    Notes
    -----
    The difference between a pixel and the median of its neighbours, itself left out, has a standard deviation that is
    taken from the median of its absolute values over the row's views and columns (1.4826 times it). Found pixels
    become the median of their neighbours in angle, or with ``"columns"`` of those beside them. Rows are independent
    of each other. Cost: two medians of 4 per pixel, on all cores. Memory: the result.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> counts = np.full((9, 1, 9), 1000, np.uint16)
    >>> counts[4, 0, 4] = 9000
    >>> scan = vt.data.Projections(counts, angles_deg=np.arange(9) * 20, geometry=vt.data.ParallelBeam(0.5))
    >>> clean = vt.projections.remove_zingers(scan)
    >>> int(clean.values.max()), clean.history[-1]
    (1000, 'remove_zingers: 1 of 81 pixels (bright, 8 sigmas of both neighbours)')
    """
    require_kind(projections, "counts", "transmission", task="remove_zingers")
    limit, share = check_positive("sigmas", sigmas), check_not_negative("least_share", least_share)
    check_choice("neighbours", neighbours, get_args(Neighbours))
    check_choice("spots", spots, get_args(Spots))
    reach = check_whole("reach_px", reach_px)
    _check_extent(projections, neighbours)
    values = projections.in_memory().values
    found, spot_counts = np.array(values), np.zeros(projections.row_count, np.int64)

    def work(_: int, first: int, stop: int) -> None:
        for row in range(first, stop):
            sinogram = np.ascontiguousarray(values[:, row], np.float32)
            spot, instead = _spots(sinogram, neighbours, reach, limit, share, spots)
            found[:, row][spot] = np.rint(instead[spot]) if values.dtype.kind in "iu" else instead[spot]
            spot_counts[row] = np.count_nonzero(spot)

    views, rows, columns = values.shape
    in_slabs((rows, views, columns), work)
    told = f"{spot_counts.sum():,} of {values.size:,} pixels ({spots}, {limit:g} sigmas of {neighbours} neighbours)"
    return projections.derive(f"remove_zingers: {told}", values=found)


def _check_extent(projections: Projections, neighbours: Neighbours) -> None:
    """Refuse what has no neighbours on both sides."""
    extents = {"views": projections.view_count, "columns": projections.column_count}
    for name, extent in extents.items():
        if neighbours in (name, "both") and extent < 3:
            raise GeometryError(
                f"remove_zingers compares {name}, of which there are {extent}; expected at least 3. Choose the other "
                f"neighbours."
            )


def _spots(
    sinogram: Sinogram, neighbours: Neighbours, reach: int, sigmas: float, share: float, spots: Spots
) -> tuple[NDArray[np.bool_], Sinogram]:
    """Return where a sinogram has zingers, and what is to be put there."""
    spot, instead = np.ones(sinogram.shape, np.bool_), sinogram
    if neighbours != "views":
        instead = medians_of_neighbours(sinogram, reach)
        spot &= _sticks_out(sinogram, instead, sigmas, share, spots)
    if neighbours != "columns":
        instead = medians_of_neighbours(np.ascontiguousarray(sinogram.T), reach).T
        spot &= _sticks_out(sinogram, instead, sigmas, share, spots)
    return spot, instead


def _sticks_out(sinogram: Sinogram, middles: Sinogram, sigmas: float, share: float, spots: Spots) -> NDArray[np.bool_]:
    """Return which pixels are off the middle of their neighbours by more than noise and by more than a share."""
    off = sinogram - middles
    size = np.abs(off)
    noise = _SIGMA_PER_MEDIAN * float(np.median(size))
    beyond: NDArray[np.bool_] = size > np.maximum(np.float32(sigmas * noise), np.float32(share) * np.abs(middles))
    return beyond if spots == "any" else beyond & (off > 0)

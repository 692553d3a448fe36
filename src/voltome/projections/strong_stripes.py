"""Stripes that are wide or strong, and columns of the detector that are dead or fluctuate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voltome.data import NonNegative, Positive, Projections
from voltome.data._parameters import check_not_negative, check_positive
from voltome.errors import ParameterError
from voltome.projections import _stripes
from voltome.projections._numbers import Counted, check_whole
from voltome.projections._sinograms import Sinogram, row_by_row
from voltome.projections._windows import air_of, check_stripes, check_window


def remove_large_stripes(
    projections: Projections, *, ratio: Positive = 3.0, size_px: Counted = 51, left_out: NonNegative = 0.1
) -> Projections:
    """Remove wide stripes: columns whose mean is off that of their neighbours.

    For blobs of dirt on a scintillator and steps between the tiles of a detector, up to half the window wide. Columns
    are corrected by what they are off at all angles; those that stick out are smoothed in order besides.

    Parameters
    ----------
    projections : Projections
        Of the kind absorbance or transmission.
    ratio : float
        How far a column must stick out, in units of what is usual among all, above 0. Greater finds fewer.
    size_px : int
        Columns of the running median, an odd number: more than twice the width of the widest stripe.
    left_out : float
        Share of the darkest and brightest angles of a column, together, that its mean leaves out; 0 to 0.8.

    Returns
    -------
    Projections
        Of the same kind, float32, of the same shape; the history says how many columns of how many rows stuck out.

    Raises
    ------
    ValuesError
        Counts, which need to be normalised before.
    GeometryError
        Fewer than 3 views or columns.
    ParameterError
        A number outside its range; a window that is even, below 3, or wider than the detector.

    Notes
    -----
    Algorithm 5 of the reference, with the detection of algorithm 4. Means are compared by their ratio in
    transmission and by their difference in absorbance, for a ratio has no meaning in air, where both are 0. Other
    than in the paper, a column is off by no more than what all fifths of its angles, in order of brightness, have in
    common, and is a stripe where this is 80 % of it or more: a sample that moves through the column, such as a pin
    that is narrower than the window, is none. Rows are independent of each other. Cost: that of the sorting. Memory:
    the result.

    References
    ----------
    N. T. Vo, R. C. Atwood, M. Drakopoulos, Superior techniques for eliminating ring artifacts in X-ray
    micro-tomography, Opt. Express 26, 28396 (2018), algorithms 4 and 5.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> seen = np.ones((90, 1, 80), np.float32)
    >>> seen[..., 20:28] += 0.3
    >>> scan = vt.data.Projections(
    ...     seen, angles_deg=np.arange(90) * 2, geometry=vt.data.ParallelBeam(0.5), kind="absorbance")
    >>> clean = vt.projections.remove_large_stripes(scan, size_px=31)
    >>> float(clean.values.max()), clean.history[-1]
    (1.0, 'remove_large_stripes: ratio 3, 31 columns, 8 columns in 1 of 1 rows')
    """
    check_stripes(projections, "remove_large_stripes")
    limit, size = check_positive("ratio", ratio), check_window("size_px", size_px, projections)
    dropped, air = _left_out(left_out), air_of(projections)
    found, counts = row_by_row(projections, lambda sinogram: _stripes.large(sinogram, limit, size, dropped, air))
    did = f"remove_large_stripes: ratio {limit:g}, {size} columns, {_told(counts)}"
    return projections.derive(did, values=found)


def remove_dead_stripes(
    projections: Projections, *, ratio: Positive = 3.0, size_px: Counted = 51, views: Counted = 10
) -> Projections:
    """Remove columns that are dead or fluctuate: those that change from view to view too little or too much.

    For bad pixels of a detector. What such columns show says nothing: they are interpolated from their neighbours,
    which leaves faint streaks. Use it first, before other stripes are removed; `remove_all_stripes` does so.

    Parameters
    ----------
    projections : Projections
        Of the kind absorbance or transmission.
    ratio : float
        How far a column must stick out, in units of what is usual among all, above 0. Greater finds fewer.
    size_px : int
        Columns of the running median that says what is expected, an odd number: more than twice as many as bad
        columns lie beside each other.
    views : int
        Change is what differs from the mean of so many views, 2 or above.

    Returns
    -------
    Projections
        Of the same kind, float32, of the same shape; the history says how many columns of how many rows were bad.

    Raises
    ------
    ValuesError
        Counts, which need to be normalised before.
    GeometryError
        Fewer than 3 views or columns.
    ParameterError
        A number outside its range; a window that is even, below 3, or wider than the detector.

    Notes
    -----
    Algorithm 6 of the reference, with the detection of algorithm 4; the residual stripes are left to
    `remove_large_stripes`. A bad column and one on each side lie on the straight line between the nearest good ones;
    the first and last column are kept. A row of which a third or more would be bad is kept as it is: that is the
    sample. Rows are independent of each other. Cost: little. Memory: the result.

    References
    ----------
    N. T. Vo, R. C. Atwood, M. Drakopoulos, Superior techniques for eliminating ring artifacts in X-ray
    micro-tomography, Opt. Express 26, 28396 (2018), algorithms 4 and 6.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> seen = np.random.default_rng(1).normal(1, 0.01, (90, 1, 80)).astype(np.float32)
    >>> seen[..., 20] = 0.4
    >>> scan = vt.data.Projections(
    ...     seen, angles_deg=np.arange(90) * 2, geometry=vt.data.ParallelBeam(0.5), kind="absorbance")
    >>> vt.projections.remove_dead_stripes(scan, size_px=31).history[-1]
    'remove_dead_stripes: ratio 3, 31 columns, 1 columns in 1 of 1 rows'
    """
    check_stripes(projections, "remove_dead_stripes")
    limit, size = check_positive("ratio", ratio), check_window("size_px", size_px, projections)
    span = check_whole("views", views, least=2)
    found, counts = row_by_row(projections, lambda sinogram: _stripes.dead(sinogram, limit, size, span))
    did = f"remove_dead_stripes: ratio {limit:g}, {size} columns, {_told(counts)}"
    return projections.derive(did, values=found)


def remove_all_stripes(
    projections: Projections,
    *,
    ratio: Positive = 3.0,
    large_size_px: Counted = 51,
    small_size_px: Counted = 21,
    left_out: NonNegative = 0.1,
) -> Projections:
    """Remove stripes of every kind: dead and fluctuating columns, then large stripes, then all others by sorting.

    For a detector of which nothing is known. Where there is one kind of stripes, the function for it alone harms
    the sample less. A sample that is narrower than `small_size_px`, such as a pin, is harmed by the sorting: take
    windows smaller than half of it.

    Parameters
    ----------
    projections : Projections
        Of the kind absorbance or transmission.
    ratio : float
        How far a dead or large stripe must stick out, in units of what is usual among all columns, above 0.
    large_size_px : int
        Columns of the running median for dead and large stripes, an odd number.
    small_size_px : int
        Columns of the running median for all others, an odd number.
    left_out : float
        Share of the darkest and brightest angles of a column, together, that its mean leaves out; 0 to 0.8.

    Returns
    -------
    Projections
        Of the same kind, float32, of the same shape; the history says how many columns were dead or large stripes.

    Raises
    ------
    ValuesError
        Counts, which need to be normalised before.
    GeometryError
        Fewer than 3 views or columns.
    ParameterError
        A number outside its range; a window that is even, below 3, or wider than the detector.

    Notes
    -----
    `remove_dead_stripes`, `remove_large_stripes` and `remove_stripes_by_sorting` in this order, in one pass over the
    rows, with the same bits as one after another. Memory: the result.

    References
    ----------
    N. T. Vo, R. C. Atwood, M. Drakopoulos, Superior techniques for eliminating ring artifacts in X-ray
    micro-tomography, Opt. Express 26, 28396 (2018), algorithms 3 to 6.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> seen = np.random.default_rng(1).normal(1, 0.001, (90, 1, 80)).astype(np.float32)
    >>> seen[..., 20:26] += 0.3
    >>> scan = vt.data.Projections(
    ...     seen, angles_deg=np.arange(90) * 2, geometry=vt.data.ParallelBeam(0.5), kind="absorbance")
    >>> float(vt.projections.remove_all_stripes(scan, large_size_px=31).values.max()) < 1.01
    True
    """
    check_stripes(projections, "remove_all_stripes")
    limit, dropped, air = check_positive("ratio", ratio), _left_out(left_out), air_of(projections)
    wide = check_window("large_size_px", large_size_px, projections)
    narrow = check_window("small_size_px", small_size_px, projections)

    def clean(sinogram: Sinogram) -> tuple[Sinogram, int]:
        alive, bad = _stripes.dead(sinogram, limit, wide, 10)
        even, off = _stripes.large(alive, limit, wide, dropped, air)
        return _stripes.by_sorting(even, narrow), bad + off

    found, counts = row_by_row(projections, clean)
    did = f"remove_all_stripes: ratio {limit:g}, {wide} and {narrow} columns, {_told(counts)}"
    return projections.derive(did, values=found)


def _left_out(share: float) -> float:
    """Return the share of angles that a mean leaves out."""
    if check_not_negative("left_out", share) > 0.8:
        raise ParameterError(f"left_out is {share!r}; expected 0 to 0.8: the mean needs some angles.")
    return float(share)


def _told(counts: NDArray[np.int64]) -> str:
    """Return how many columns were found in how many rows, in words."""
    return f"{int(counts.sum()):,} columns in {int((counts > 0).sum()):,} of {counts.size:,} rows"

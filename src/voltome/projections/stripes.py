"""Stripes of a sinogram, rings of a slice: columns of the detector that answer a little more or less than others."""

from __future__ import annotations

from typing import Literal, get_args

import pywt

from voltome.data import Positive, Projections
from voltome.data._parameters import check_choice, check_positive
from voltome.errors import ParameterError
from voltome.projections import _stripes
from voltome.projections._numbers import Counted, Whole, check_whole
from voltome.projections._sinograms import row_by_row
from voltome.projections._windows import air_of, check_stripes, check_window

Wavelet = Literal["db3", "db5", "db9", "db20", "sym8", "coif3"]

_MOST_LEVELS = 5
"""Levels of wavelets, if not said: 32 columns."""


def remove_stripes_by_sorting(projections: Projections, *, size_px: Counted = 21) -> Projections:
    """Remove stripes by smoothing, across columns, the values that each column has in order of their size.

    The first to try: for stripes that run over all or part of the angles, without a parameter that hangs on how strong
    they are. Wide stripes need a wide window, which harms the sample: `remove_large_stripes`. For an off-axis scan over
    360 degrees, join the halves before: in the outer half the sample fills columns for part of the angles only, and
    sorting leaves a mirror image of it.

    Parameters
    ----------
    projections : Projections
        Of the kind absorbance or transmission.
    size_px : int
        Columns of the running median, an odd number: more than twice the width of the widest stripe.

    Returns
    -------
    Projections
        Of the same kind, float32, of the same shape.

    Raises
    ------
    ValuesError
        Counts, which need to be normalised before.
    GeometryError
        Fewer than 3 views or columns.
    ParameterError
        A window that is even, below 3, or wider than the detector.

    Notes
    -----
    Algorithm 3 of the reference. Neighbouring columns see nearly the same values, at other angles; in order, what
    differs between them is the stripe. Rows are independent of each other. Cost: sorting every column, on all cores.
    Memory: the result.

    References
    ----------
    N. T. Vo, R. C. Atwood, M. Drakopoulos, Superior techniques for eliminating ring artifacts in X-ray
    micro-tomography, Opt. Express 26, 28396 (2018), algorithm 3.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> seen = np.ones((90, 1, 40), np.float32)
    >>> seen[..., 20] += 0.1
    >>> scan = vt.data.Projections(
    ...     seen, angles_deg=np.arange(90) * 2, geometry=vt.data.ParallelBeam(0.5), kind="absorbance")
    >>> float(vt.projections.remove_stripes_by_sorting(scan, size_px=5).values.max())
    1.0
    """
    check_stripes(projections, "remove_stripes_by_sorting")
    size = check_window("size_px", size_px, projections)
    found, _ = row_by_row(projections, lambda sinogram: (_stripes.by_sorting(sinogram, size), 0))
    return projections.derive(f"remove_stripes_by_sorting: {size} columns", values=found)


def remove_stripes_by_filtering(
    projections: Projections, *, periods: Positive = 3.0, size_px: Counted = 21
) -> Projections:
    """Remove stripes from what changes slowly with the angle, by sorting, and leave the rest as it is.

    Keeps more of fine detail than `remove_stripes_by_sorting`, for stripes that run over all angles. It does nothing
    about stripes that fluctuate from view to view.

    Parameters
    ----------
    projections : Projections
        Of the kind absorbance or transmission.
    periods : float
        What changes with the angle by fewer periods per scan than about this is slow, above 0: standard deviation of a
        Gaussian over the frequency.
    size_px : int
        Columns of the running median, an odd number: more than twice the width of the widest stripe.

    Returns
    -------
    Projections
        Of the same kind, float32, of the same shape.

    Raises
    ------
    ValuesError
        Counts, which need to be normalised before.
    GeometryError
        Fewer than 3 views or columns.
    ParameterError
        `periods` not above 0; a window that is even, below 3, or wider than the detector.

    Notes
    -----
    Algorithm 2 of the reference, with the sorting of algorithm 3. The slow part is taken by a cosine transform, which
    mirrors the sinogram at the first and last angle. Rows are independent of each other. Cost: that of sorting and two
    transforms, on all cores. Memory: the result.

    References
    ----------
    N. T. Vo, R. C. Atwood, M. Drakopoulos, Superior techniques for eliminating ring artifacts in X-ray
    micro-tomography, Opt. Express 26, 28396 (2018), algorithms 2 and 3.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> seen = np.ones((90, 1, 40), np.float32)
    >>> seen[..., 20] += 0.1
    >>> scan = vt.data.Projections(
    ...     seen, angles_deg=np.arange(90) * 2, geometry=vt.data.ParallelBeam(0.5), kind="absorbance")
    >>> round(float(vt.projections.remove_stripes_by_filtering(scan, size_px=5).values.max()), 5)
    1.0
    """
    check_stripes(projections, "remove_stripes_by_filtering")
    slow, size = check_positive("periods", periods), check_window("size_px", size_px, projections)
    found, _ = row_by_row(projections, lambda sinogram: (_stripes.by_filtering(sinogram, slow, size), 0))
    return projections.derive(f"remove_stripes_by_filtering: {slow:g} periods, {size} columns", values=found)


def remove_stripes_by_fitting(projections: Projections, *, order: Whole = 2, size_px: Counted = 21) -> Projections:
    """Remove stripes by what a polynomial over the angle, one for each column, differs from those of its neighbours.

    For full stripes whose strength changes slowly with the angle. It harms the sample least of all, and does
    nothing about stripes that fluctuate or are partial.

    Parameters
    ----------
    projections : Projections
        Of the kind absorbance or transmission.
    order : int
        Highest power of the polynomial, 0 or above; 0 takes the mean.
    size_px : int
        Columns of the running median that smooths the polynomials, an odd number: more than twice the width of the
        widest stripe.

    Returns
    -------
    Projections
        Of the same kind, float32, of the same shape.

    Raises
    ------
    ValuesError
        Counts, which need to be normalised before.
    GeometryError
        Fewer than 3 views or columns.
    ParameterError
        An order that needs more views; a window that is even, below 3, or wider than the detector.

    Notes
    -----
    Algorithm 1 of the reference, with two differences: polynomials are smoothed by a median and not a Gaussian, which
    changes the sample less; and absorbance is corrected by a difference, where the ratio of the original has no
    meaning in air. Transmission is corrected by the ratio. Rows are independent of each other. Cost: two
    products of matrices and a median. Memory: the result.

    References
    ----------
    N. T. Vo, R. C. Atwood, M. Drakopoulos, Superior techniques for eliminating ring artifacts in X-ray
    micro-tomography, Opt. Express 26, 28396 (2018), algorithm 1.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> seen = np.ones((90, 1, 40), np.float32)
    >>> seen[..., 20] += 0.1
    >>> scan = vt.data.Projections(
    ...     seen, angles_deg=np.arange(90) * 2, geometry=vt.data.ParallelBeam(0.5), kind="absorbance")
    >>> round(float(vt.projections.remove_stripes_by_fitting(scan, size_px=5).values.max()), 5)
    1.0
    """
    check_stripes(projections, "remove_stripes_by_fitting")
    power, size = check_whole("order", order, least=0), check_window("size_px", size_px, projections)
    if power >= projections.view_count:
        raise ParameterError(
            f"order is {power} for {projections.view_count} views; expected fewer than there are views: mostly 0 to 5."
        )
    air = air_of(projections)
    found, _ = row_by_row(projections, lambda sinogram: (_stripes.by_fitting(sinogram, power, size, air), 0))
    return projections.derive(f"remove_stripes_by_fitting: order {power}, {size} columns", values=found)


def remove_stripes_by_wavelets(
    projections: Projections, *, levels: Counted | None = None, damping: Positive = 2.0, wavelet: Wavelet = "db5"
) -> Projections:
    """Remove stripes by damping, in the wavelets' vertical details, what hardly changes with the angle.

    For many stripes of all widths over all angles. It changes the sample more than the sorting does, above all near
    the axis of rotation and along edges that stand still.

    Parameters
    ----------
    projections : Projections
        Of the kind absorbance or transmission.
    levels : int, optional
        How often the sinogram is halved, 1 or above: stripes up to about 2 to this power columns are removed. None: as
        often as its size allows, at most 5.
    damping : float
        Standard deviation of what is damped, in periods per scan, padding included; above 0. More is stronger.
    wavelet : {"db3", "db5", "db9", "db20", "sym8", "coif3"}
        Longer ones (db20) separate stripes and sample better, and reach further.

    Returns
    -------
    Projections
        Of the same kind, float32, of the same shape.

    Raises
    ------
    ValuesError
        Counts, which need to be normalised before.
    GeometryError
        Fewer than 3 views or columns.
    ParameterError
        A number outside its range, an unknown wavelet, more levels than the sinogram can be halved for.

    Notes
    -----
    The sinogram is padded by a quarter on each side, mirrored. The Fourier coefficients along the angle of each
    vertical detail are multiplied by 1 - exp(-k^2 / (2 damping^2)). Rows are independent of each other. Cost: a wavelet
    transform forth and back. Memory: the result.

    References
    ----------
    B. Muench, P. Trtik, F. Marone, M. Stampanoni, Stripe and ring artifact removal with combined wavelet-Fourier
    filtering, Opt. Express 17, 8567 (2009), eq. 10.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> seen = np.ones((90, 1, 64), np.float32)
    >>> seen[..., 30] += 0.1
    >>> scan = vt.data.Projections(
    ...     seen, angles_deg=np.arange(90) * 2, geometry=vt.data.ParallelBeam(0.5), kind="absorbance")
    >>> float(vt.projections.remove_stripes_by_wavelets(scan, levels=3, wavelet="db3").values.max()) < 1.03
    True
    """
    check_stripes(projections, "remove_stripes_by_wavelets")
    width = check_positive("damping", damping)
    check_choice("wavelet", wavelet, get_args(Wavelet))
    shortest = min(extent + 2 * (extent // 4) for extent in (projections.view_count, projections.column_count))
    deepest = int(pywt.dwt_max_level(shortest, wavelet))
    depth = max(1, min(deepest, _MOST_LEVELS)) if levels is None else check_whole("levels", levels)
    if depth > deepest:
        raise ParameterError(
            f"levels is {depth}; {projections.view_count} views of {projections.column_count} columns can be halved "
            f"{deepest} times for the wavelet {wavelet!r}. Take fewer levels, or a shorter wavelet."
        )
    found, _ = row_by_row(projections, lambda sinogram: (_stripes.by_wavelets(sinogram, depth, width, wavelet), 0))
    did = f"remove_stripes_by_wavelets: {wavelet}, {depth} levels, damping {width:g}"
    return projections.derive(did, values=found)

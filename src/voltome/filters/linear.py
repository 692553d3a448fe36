"""Linear filters beside the Gaussian: the mean of a cube of voxels, and the unsharp mask."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from voltome.data import Positive, Volume
from voltome.data._parameters import check_positive
from voltome.errors import ParameterError
from voltome.filters._rounding import check_exact, clipped_in_words, in_type

BoxSize = Literal[3, 5, 7, 9, 11, 13, 15]


def box(volume: Volume, *, size_voxels: BoxSize = 3) -> Volume:
    """Replace each voxel by the mean of the cube of voxels around it.

    What ImageJ and Avizo call the box or mean filter. It lowers noise that is independent from voxel to voxel by the
    square root of the voxels in the cube, and blurs edges over the width of the cube. The Gaussian smooths alike along
    every direction and in um, and the median keeps edges: use the box to repeat a study that used it.

    Parameters
    ----------
    volume : Volume
        Grey values of any kind.
    size_voxels : int
        Edge of the cube in voxels, odd, 3 to 15, along every axis whatever the voxel size.

    Returns
    -------
    Volume
        The means, of the same shape, type and unit; integers are rounded to the nearest.

    Raises
    ------
    ParameterError
        A size that is not odd or not from 3 to 15.
    ValuesError
        64-bit integers whose sum over the cube float64 does not hold.

    Notes
    -----
    Beyond the faces the nearest voxel is repeated; one slice therefore gives its 2-D mean. The sums are exact for
    integers, and divided once; a mean is never halfway between two integers, as the cube has an odd number of voxels.
    The mask is kept and not used: voxels outside it take part as they are. Memory: 8 bytes per voxel and the result.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> values = np.zeros((3, 3, 3), np.uint8)
    >>> values[1, 1, 1] = 54
    >>> int(vt.filters.box(vt.data.Volume(values, voxel_size_um=1)).values[1, 1, 1])
    2
    """
    if isinstance(size_voxels, bool) or size_voxels not in get_args(BoxSize):
        raise ParameterError(f"size_voxels is {size_voxels!r}; expected an odd number from 3 to 15.")
    check_exact(volume.values, terms=size_voxels**3)
    means = _sums(volume.values, int(size_voxels))
    means /= size_voxels**3
    return volume.derive(f"box: cube of {size_voxels} voxels", values=in_type(means, volume.values.dtype)[0])


def unsharp_mask(volume: Volume, *, sigma_um: Positive, amount: Positive = 1.0) -> Volume:
    """Sharpen edges by adding what a Gaussian of the image takes away.

    For the eye, and to undo a known blur in part before a threshold. It raises noise, by about 1 + `amount` where
    sigma is larger than a voxel, and draws a dark and a bright line along every edge that were not in the sample:
    not before grey values are measured.

    Parameters
    ----------
    volume : Volume
        Grey values of any kind; voxels may be anisotropic.
    sigma_um : float
        Standard deviation of the Gaussian in um, above 0 and at most the longest edge of the image.
    amount : float
        How much of the difference is added, above 0; 1 doubles the finest detail.

    Returns
    -------
    Volume
        v + amount (v - gaussian(v)), of the same shape, type and unit; integers are rounded, halves to even, and
        clipped to the range of their type. The history says how many voxels were clipped.

    Raises
    ------
    ParameterError
        A sigma or an amount that is not a finite number above 0, or a sigma larger than the image.
    ValuesError
        64-bit integers beyond 2^53, or floats that overflow.

    Notes
    -----
    Beyond the faces the nearest voxel is repeated; the Gaussian ends at 4 sigma and along an axis of one voxel it is
    the identity. A constant stays. The mask is kept and not used. Memory: 8 bytes per voxel and the result.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> values = np.array([[100, 100, 100, 200, 200, 200]], np.uint8)
    >>> sharp = vt.filters.unsharp_mask(vt.data.Volume(values, voxel_size_um=1), sigma_um=0.5)
    >>> sharp.values, sharp.history
    (array([[[100, 100,  89, 211, 200, 200]]], dtype=uint8), ('unsharp_mask: sigma 0.5 um, amount 1',))
    """
    check_positive("sigma_um", sigma_um)
    check_positive("amount", amount)
    if sigma_um > max(volume.size_um):
        extent = " x ".join(f"{edge:g}" for edge in volume.size_um)
        raise ParameterError(
            f"sigma_um is {sigma_um:g}, larger than the image of {extent} um (z, y, x); expected less. "
            f"Is it in micrometres?"
        )
    check_exact(volume.values)
    # along an axis of one voxel, repeating the nearest voxel makes the Gaussian the identity
    sigmas = [
        0.0 if count == 1 else sigma_um / edge for count, edge in zip(volume.shape, volume.voxel_size_um, strict=True)
    ]
    sharp: NDArray[Any] = np.empty(volume.shape, np.float64)
    ndimage.gaussian_filter(volume.values, sigmas, output=sharp, mode="nearest", truncate=4.0)
    np.subtract(volume.values, sharp, out=sharp)
    sharp *= amount
    sharp += volume.values
    values, clipped = in_type(sharp, volume.values.dtype)
    lost = clipped_in_words(clipped, volume.values.dtype, values.size)
    return volume.derive(f"unsharp_mask: sigma {sigma_um:.10g} um, amount {amount:.10g}{lost}", values=values)


def _sums(values: NDArray[Any], size: int) -> NDArray[np.float64]:
    """Return the sum over the cube around each voxel; without a running sum, so that integers add exactly."""
    sums, ones = np.empty(values.shape, np.float64), np.ones(size)
    given: NDArray[Any] = values
    for axis in range(values.ndim):
        ndimage.correlate1d(given, ones, axis=axis, output=sums, mode="nearest")
        given = sums
    return sums

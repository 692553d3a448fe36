"""How much noise an image has, read from the image itself."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import Volume
from voltome.errors import ValuesError

MEDIAN_OF_NORMAL = 0.674489750196082
"""Median of the size of a normal variable of standard deviation 1."""

MOST_VOXELS = 1 << 22
"""More residuals than this make the estimate no better."""

FEWEST_RESIDUALS = 1000
"""From so many, the estimate scatters by 10 %."""


def estimate_noise(volume: Volume) -> float:
    """Estimate the standard deviation of white noise from the differences between neighbouring voxels.

    For noise that is independent from voxel to voxel. A reconstruction whose noise is smooth (a soft filter, an
    interpolation) has little of it at the scale of one voxel: the estimate is then too low, and the standard
    deviation within a uniform region says more.

    Parameters
    ----------
    volume : Volume
        Grey values of any kind. With a mask, voxels inside it whose neighbours are inside too.

    Returns
    -------
    float
        Standard deviation of the noise, in the unit of the grey values; 0 where most of the image is exactly smooth.

    Raises
    ------
    ValuesError
        Fewer than 1,000 voxels that have all their neighbours.

    Notes
    -----
    The second difference (1, -2, 1) is taken along every axis of at least three voxels, one after the other. What
    remains is 0 wherever the image is, along any of these axes, a straight line, and noise of standard deviation 1
    gives sqrt(6) for each axis. The median of its size / 0.6745 / sqrt(6)^axes is the estimate: edges and textures
    change it little while they fill a small share of the image, and only upwards. Of large images, layers evenly spaced
    along z are used, together about 4 million voxels. Rounding to integers adds 1/12 to the variance and is part of
    it. From n voxels of a flat image it scatters by about 3.2 / sqrt(n), twice that of a median of independent numbers.
    Memory: below 200 MB, whatever the image.

    References
    ----------
    J. Immerkaer, Fast noise variance estimation, Comput. Vis. Image Underst. 64, 300 (1996): the differences, in 2-D.
    D. Donoho, I. Johnstone, Ideal spatial adaptation by wavelet shrinkage, Biometrika 81, 425 (1994): the median.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> noisy = np.random.default_rng(0).normal(100, 5, (40, 40, 40)).astype(np.float32)
    >>> round(vt.filters.estimate_noise(vt.data.Volume(noisy, voxel_size_um=1)))
    5
    """
    axes = [axis for axis in range(3) if volume.shape[axis] >= 3]
    sizes = [_residuals(volume, layer, axes) for layer in _layers(volume.shape)] if axes else []
    found = np.concatenate(sizes) if sizes else np.empty(0)
    if found.size < FEWEST_RESIDUALS:
        raise ValuesError(
            f"the noise cannot be estimated: {found.size} voxels have all their neighbours inside the image and its "
            f"mask; expected at least {FEWEST_RESIDUALS}. Give the noise, measured in a uniform region."
        )
    return float(np.median(found) / MEDIAN_OF_NORMAL / 6 ** (len(axes) / 2))


def _layers(shape: tuple[int, int, int]) -> list[int]:
    """Return the layers whose voxels are used: all that have a neighbour on both sides, or as many as are enough."""
    inner = range(1, shape[0] - 1) if shape[0] >= 3 else range(shape[0])
    enough = max(1, MOST_VOXELS // (shape[1] * shape[2]))
    if len(inner) <= enough:
        return list(inner)
    return [inner[(2 * index + 1) * len(inner) // (2 * enough)] for index in range(enough)]


def _residuals(volume: Volume, layer: int, axes: list[int]) -> NDArray[np.float64]:
    """Return the size of what second differences along `axes` leave of one layer."""
    near = slice(layer - 1, layer + 2) if 0 in axes else slice(layer, layer + 1)
    left: NDArray[Any] = volume.values[near].astype(np.float64)
    inside = None if volume.mask is None else volume.mask[near]
    for axis in axes:
        before, at, after = (_part(left, axis, start) for start in range(3))
        left = before - 2 * at + after
        if inside is not None:
            inside = _part(inside, axis, 0) & _part(inside, axis, 1) & _part(inside, axis, 2)
    sizes: NDArray[np.float64] = np.abs(left).ravel() if inside is None else np.abs(left[inside])
    return sizes


def _part(values: NDArray[Any], axis: int, start: int) -> NDArray[Any]:
    """Return all but two places along an axis, from `start` on."""
    stop = values.shape[axis] - 2 + start
    return values[tuple(slice(start, stop) if other == axis else slice(None) for other in range(3))]

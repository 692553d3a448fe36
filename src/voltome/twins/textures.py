"""A porous texture without particles: a smooth random field cut at a level, with known fraction and surface."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.special import ndtri

from voltome.data import NonNegative, Positive, Volume
from voltome.data._checks import voxel_size
from voltome.data._parameters import check_not_negative, check_positive, check_seed
from voltome.data.images import SIMULATED
from voltome.errors import ParameterError
from voltome.runtime import check_memory

__all__ = ["porous_texture", "texture_boundary_per_um2", "texture_surface_per_um"]

FINEST_VOXELS = 1.0
"""Shortest length in voxels: below, the grid does not hold the field between its points."""

Fractions = float | tuple[float, float]


def porous_texture(
    shape: tuple[int, int, int],
    *,
    voxel_size_um: float | tuple[float, float, float],
    fraction: Fractions,
    length_um: Positive,
    supersampling: int = 2,
    seed: int,
) -> Volume:
    """Simulate the pores of a binder or a foam: the share of every voxel that lies in a pore.

    Use it where a medium has no particles: carbon and binder, a sponge, a paste. It is the same in all directions, and
    its fraction and its surface are known without a voxel. Pores are connected from about 16 % on, and so is the solid.

    Parameters
    ----------
    shape : tuple of int
        Voxels (z, y, x), 4 or above each. The texture repeats at the faces.
    voxel_size_um : float or tuple of float
        Edge lengths of a voxel along (z, y, x) in um.
    fraction : float or pair of float
        Share of pores, above 0 and below 1; or that at the first and at the last slice along z, with a straight line
        between.
    length_um : float
        Standard deviation in um of the Gaussian that smooths the field, at least the longest voxel edge.
    supersampling : int
        Points along each edge of a voxel at which the field is cut, 1 to 8.
    seed : int
        Seed of the field, 0 or above.

    Returns
    -------
    Volume
        float32 shares from 0 to 1, quantity ``pore share``; the first line of its history begins with ``simulated:``.

    Raises
    ------
    ParameterError
        A parameter outside its range.

    Notes
    -----
    White noise smoothed by a Gaussian is a field f of variance 1; pores are where f is below the level t with
    P(f < t) = `fraction`. The field is a sum of waves, so it is exact between the voxels too: the points within a voxel
    are reached by shifting the phases of the waves, one Fourier transform each. The share of pores scatters about
    `fraction` by about (3 length / edge)^(3/2) / 2, as there is only so much texture in an image; count it.
    `texture_surface_per_um` is the expected surface. Memory: 24 bytes per voxel; time: supersampling^3 transforms.

    References
    ----------
    S. Torquato, Random Heterogeneous Materials, Springer (2002), section 8.3 (Gaussian random fields).

    Examples
    --------
    >>> import voltome as vt
    >>> texture = vt.twins.porous_texture((48, 48, 48), voxel_size_um=0.5, fraction=0.3, length_um=0.8, seed=1)
    >>> round(float(texture.values.mean()), 2)
    0.3
    """
    size = voxel_size(voxel_size_um)
    voxels = _checked_shape(shape)
    ends = _ends(fraction)
    length = check_positive("length_um", length_um)
    if length < FINEST_VOXELS * max(size):
        raise ParameterError(
            f"length_um is {length:g}; expected at least the longest voxel edge, {max(size):g} um: the grid does not "
            f"hold a finer texture. Take smaller voxels."
        )
    _check_points(supersampling)
    check_memory(24 * math.prod(voxels), task="porous_texture", voxels=math.prod(voxels))
    waves = _waves(voxels, size, length, check_seed(seed))
    share = np.zeros(voxels, np.float32)
    places = (np.arange(supersampling) + 0.5) / supersampling - 0.5
    for offset in itertools.product(places, repeat=3):
        depth = (np.arange(voxels[0]) + 0.5 + offset[0]) / voxels[0]
        level = ndtri(ends[0] + (ends[1] - ends[0]) * depth)
        share += _shifted(waves, offset, voxels) < level.astype(np.float32)[:, None, None]
    share /= np.float32(supersampling**3)
    between = f"{ends[0]:g}" if ends[0] == ends[1] else f"{ends[0]:g} to {ends[1]:g} along z"
    did = f"{SIMULATED} porous texture, fraction {between}, length {length:g} um, {supersampling} points, seed {seed}"
    return Volume(share, voxel_size_um=size, quantity="pore share", history=(did,))


def texture_surface_per_um(*, fraction: Fractions, length_um: Positive) -> float:
    """Return the expected surface of a `porous_texture` per volume of the whole.

    Parameters
    ----------
    fraction : float or pair of float
        Share of pores, above 0 and below 1; or that at both ends.
    length_um : float
        Length of the texture in um, above 0.

    Returns
    -------
    float
        Surface over total volume in 1/um: (2 / pi) exp(-t^2 / 2) / (sqrt(2) length), t the level of the fraction.

    Raises
    ------
    ParameterError
        A fraction or a length outside its range.

    Notes
    -----
    Along a line, a smooth Gaussian field crosses the level t in both directions exp(-t^2 / 2) sqrt(-R''(0)) / pi times
    per length (Rice); here R(r) = exp(-r^2 / (4 length^2)), so -R''(0) = 1 / (2 length^2). A surface is twice the
    crossings per length of line. The mean is taken over the line between both ends; what the slope of the level adds
    is left out: less than 1e-3 where the fraction changes over 10 lengths and more.

    References
    ----------
    S. O. Rice, Bell Syst. Tech. J. 24, 46 (1945), equation 3.3-11.

    Examples
    --------
    >>> round(texture_surface_per_um(fraction=0.5, length_um=1.0), 4)  # sqrt(2) / pi
    0.4502
    """
    first, last = _ends(fraction)
    length = check_positive("length_um", length_um)
    level = ndtri(first + (last - first) * (np.arange(200) + 0.5) / 200)
    return float(math.sqrt(2) / math.pi / length * np.exp(-(level**2) / 2).mean())


def texture_boundary_per_um2(
    *, fraction: Fractions, length_um: Positive, embedded_surface_per_um: NonNegative
) -> float:
    """Return the expected length of the lines where pores, solid and bodies within the texture meet.

    Parameters
    ----------
    fraction : float or pair of float
        Share of pores around the bodies, above 0 and below 1; or that at both ends.
    length_um : float
        Length of the texture in um, above 0.
    embedded_surface_per_um : float
        Surface of the bodies over total volume in 1/um, 0 or above.

    Returns
    -------
    float
        Length over total volume in 1/um2.

    Raises
    ------
    ParameterError
        A number outside its range.

    Notes
    -----
    Bodies placed without regard to the texture are surfaces that cut it at random; on any surface the pores of an
    isotropic texture have an outline of pi / 4 times its surface per volume, per area.

    References
    ----------
    E. E. Underwood, Quantitative Stereology, Addison-Wesley (1970), chapter 2 (L_A = pi / 4 S_V).

    Examples
    --------
    >>> round(texture_boundary_per_um2(fraction=0.5, length_um=1.0, embedded_surface_per_um=0.4), 4)
    0.1414
    """
    embedded = check_not_negative("embedded_surface_per_um", embedded_surface_per_um)
    return math.pi / 4 * texture_surface_per_um(fraction=fraction, length_um=length_um) * embedded


def _waves(
    shape: tuple[int, int, int], size: tuple[float, float, float], length: float, seed: int
) -> NDArray[np.complex64]:
    """Return the half spectrum of a field of mean 0 and variance 1."""
    noise = np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)
    waves: NDArray[np.complex64] = fft.rfftn(noise, workers=1)
    for axis, (count, edge) in enumerate(zip(shape, size, strict=True)):
        numbers = fft.rfftfreq(count) if axis == 2 else fft.fftfreq(count)
        damped = np.exp(-0.5 * (2 * math.pi * numbers * length / edge) ** 2)
        waves *= damped.astype(np.float32).reshape([-1 if other == axis else 1 for other in range(3)])
    waves[0, 0, 0] = 0
    field = fft.irfftn(waves, shape, workers=1)
    waves /= np.float32(field.std(dtype=np.float64))
    return waves


def _shifted(
    waves: NDArray[np.complex64], offset: tuple[float, ...], shape: tuple[int, int, int]
) -> NDArray[np.float32]:
    """Return the field at the centres of the voxels moved by parts of a voxel."""
    moved = waves
    for axis, part in enumerate(offset):
        if part:
            numbers = fft.rfftfreq(shape[axis]) if axis == 2 else fft.fftfreq(shape[axis])
            turn = np.exp(2j * math.pi * numbers * part).astype(np.complex64)
            moved = moved * turn.reshape([-1 if other == axis else 1 for other in range(3)])
    field: NDArray[np.float32] = fft.irfftn(moved, shape, workers=1)
    return field


def _checked_shape(shape: Any) -> tuple[int, int, int]:
    """Return three whole numbers, 4 or above."""
    numbers = tuple(shape) if isinstance(shape, tuple | list) else ()
    if len(numbers) != 3 or not all(isinstance(number, int | np.integer) and number >= 4 for number in numbers):
        raise ParameterError(f"shape is {shape!r}; expected three whole numbers (z, y, x), 4 or above each.")
    return int(numbers[0]), int(numbers[1]), int(numbers[2])


def _check_points(supersampling: Any) -> None:
    """Refuse a number of points that is none."""
    if not isinstance(supersampling, int) or not 1 <= supersampling <= 8:
        raise ParameterError(f"supersampling is {supersampling!r}; expected a whole number from 1 to 8.")


def _ends(fraction: Any) -> tuple[float, float]:
    """Return the fractions at both ends of z."""
    pair = tuple(fraction) if isinstance(fraction, tuple | list) else (fraction, fraction)
    if len(pair) != 2 or not all(isinstance(part, int | float | np.floating) and 0 < part < 1 for part in pair):
        raise ParameterError(f"fraction is {fraction!r}; expected a number above 0 and below 1, or two of them.")
    return float(pair[0]), float(pair[1])

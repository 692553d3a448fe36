"""Zernike's phase contrast as Abbe's sum over the light of a hollow cone, for tests: nothing of it is voltome's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def hollow_cone(inner: float, outer: float, points: int) -> NDArray[np.float64]:
    """Return points (row, column) that fill a ring evenly, in periods per um."""
    shares = (np.arange(points) + 0.5) / points
    turns = 2 * np.pi * ((np.arange(points) * 0.7548776662466927) % 1)
    radii = np.sqrt(inner**2 + shares * (outer**2 - inner**2))
    return np.stack([radii * np.sin(turns), radii * np.cos(turns)], axis=1)


def seen_through_a_ring(
    absorbance: NDArray[np.float64],
    *,
    delta_over_beta: float,
    pixel_um: float,
    inner: float,
    outer: float,
    aperture: float,
    transmission: float,
    sign: int = 1,
    points: int = 200,
) -> NDArray[np.float64]:
    """Return the intensity over that without sample; (column,) or (row, column), repeated beyond the borders."""
    wave = np.exp(-0.5 * absorbance) * np.exp(-0.5j * delta_over_beta * absorbance)
    spectrum = np.fft.fftn(wave)
    across = np.fft.fftfreq(wave.shape[-1], pixel_um)
    down = np.fft.fftfreq(wave.shape[0], pixel_um)[:, None] if wave.ndim == 2 else np.float64(0)
    total = np.zeros(wave.shape)
    for row, column in hollow_cone(inner, outer, points):
        radii = np.sqrt((down + row) ** 2 + (across + column) ** 2)
        pupil = np.where(radii <= aperture, 1.0 + 0j, 0)
        pupil[(radii >= inner) & (radii <= outer)] = sign * 1j * np.sqrt(transmission)
        total += np.abs(np.fft.ifftn(spectrum * pupil)) ** 2
    return total / points / transmission

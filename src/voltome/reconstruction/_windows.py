"""The ramp filter of filtered backprojection, and the windows that damp its high frequencies."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

FilterName = Literal["ram-lak", "shepp-logan", "hann", "hamming", "butterworth"]

BUTTERWORTH_ORDER = 4


def ramp(length: int) -> NDArray[np.float64]:
    """Return the band-limited ramp at the frequencies of a real transform of this even length, in cycles per pixel.

    It is the transform of its samples in space, 1/4 at 0 and -1/(pi n)^2 at odd n, so that the zero frequency keeps the
    small value that a detector of finite width asks for; |frequency| itself would make all values too low.
    """
    places = np.minimum(np.arange(length), length - np.arange(length))
    kernel = np.zeros(length)
    kernel[0] = 0.25
    odd = places % 2 == 1
    kernel[odd] = -1.0 / (np.pi * places[odd]) ** 2
    return np.fft.rfft(kernel).real


def window(name: FilterName, frequencies: NDArray[np.float64], highest: float) -> NDArray[np.float64]:
    """Return the factor of every frequency; above `highest`, in cycles per pixel, it is 0 (Butterworth: falls)."""
    share = frequencies / highest
    if name == "butterworth":
        return 1.0 / np.sqrt(1.0 + share ** (2 * BUTTERWORTH_ORDER))
    shape = {
        "ram-lak": np.ones_like(share),
        "shepp-logan": np.sinc(share / 2),
        "hann": 0.5 + 0.5 * np.cos(np.pi * share),
        "hamming": 0.54 + 0.46 * np.cos(np.pi * share),
    }[name]
    return np.where(share <= 1.0 + 1e-9, shape, 0.0)


def filter_of(name: FilterName, cutoff: float, length: int, step: float) -> NDArray[np.float64]:
    """Return ramp times window for lines of this length and voxels of `step` pixels.

    Frequencies that such voxels cannot show (above half a cycle per voxel) are cut for every window.
    """
    frequencies = np.arange(length // 2 + 1) / length
    shown = 0.5 / max(1.0, step)
    found = ramp(length) * window(name, frequencies, cutoff * shown)
    return np.where(frequencies <= shown + 1e-9, found, 0.0)

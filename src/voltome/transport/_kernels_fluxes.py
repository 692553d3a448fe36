# mypy: disable-error-code="no-untyped-def"
"""Fluxes through the planes of faces across an axis."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz"}, error_model="numpy")
def fluxes(conductivity, values, axis, sums, first, stop):
    """Write for every layer the sums of the flux through its faces towards the next voxel along an axis.

    ``sums[z, plane]``: along z there is one sum per layer; along y and x, one for every plane of faces.
    """
    height, width = values.shape[1:]
    one_in_x = 1 if axis == 2 else 0
    for z in range(first, stop):
        for y in range(height - 1 if axis == 1 else height):
            beside = (z + 1, y) if axis == 0 else ((z, y + 1) if axis == 1 else (z, y))
            here, there = conductivity[z, y], conductivity[beside[0], beside[1]][one_in_x:]
            row, other = values[z, y], values[beside[0], beside[1]][one_in_x:]
            if axis == 2:
                for x in range(width - 1):
                    sums[z, x] += _flux(here[x], there[x], row[x], other[x])
                continue
            part = 0.0
            for x in range(width):
                part += _flux(here[x], there[x], row[x], other[x])
            sums[z, y if axis == 1 else 0] += part


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz"}, error_model="numpy")
def _flux(one, other, value, following):
    """Return the flux between two voxels: two halves in series."""
    total = np.float64(one) + np.float64(other)
    joined = 2.0 * np.float64(one) * np.float64(other) / (total + np.float64(total == 0.0))
    return joined * (np.float64(value) - np.float64(following))

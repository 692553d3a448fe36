# mypy: disable-error-code="no-untyped-def"
"""Updates of whole fields."""

from __future__ import annotations

from numba import njit


@njit(cache=True, nogil=True)
def add_scaled(target, source, scale, first, stop):
    """Add `scale` times `source` to `target`."""
    _, height, width = target.shape
    for z in range(first, stop):
        for y in range(height):
            for x in range(width):
                target[z, y, x] += scale * source[z, y, x]


@njit(cache=True, nogil=True)
def scale_and_add(target, scale, source, first, stop):
    """Make `target` equal to `scale` times itself plus `source`."""
    _, height, width = target.shape
    for z in range(first, stop):
        for y in range(height):
            for x in range(width):
                target[z, y, x] = scale * target[z, y, x] + source[z, y, x]

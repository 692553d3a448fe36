"""Erosion and dilation by a ball in um, exactly, by the distance to the nearest voxel."""

from __future__ import annotations

import itertools
from math import floor

import edt
import numpy as np
from numpy.typing import NDArray

from voltome.data import ImageNoun
from voltome.data._parameters import check_positive
from voltome.errors import ParameterError

Where = NDArray[np.bool_]
Edges = tuple[float, float, float]

ROUND_OFF = 1e-6
"""Share of the smallest voxel edge by which a radius may miss the centre of a voxel and still mean it."""


SMALL_RADIUS = 2.1
"""Up to so many smallest edges the voxels within the radius are looked at one by one: faster than all distances."""


def check_radius(image: ImageNoun, radius_um: float) -> float:
    """Return a radius in um that reaches at least one neighbour."""
    check_positive("radius_um", radius_um)
    edges = [edge for edge, count in zip(image.voxel_size_um, image.shape, strict=True) if count > 1]
    smallest = min(edges, default=min(image.voxel_size_um))
    if radius_um < smallest * (1 - ROUND_OFF):
        raise ParameterError(
            f"radius_um is {radius_um:g}, and the smallest voxel edge {smallest:g} um: such a ball is a single voxel "
            f"and changes nothing; expected at least {smallest:g}. Is it in micrometres?"
        )
    if radius_um > max(image.size_um):
        raise ParameterError(
            f"radius_um is {radius_um:g}, larger than the image, whose longest edge is {max(image.size_um):g} um; "
            f"expected less. Is it in micrometres?"
        )
    return float(radius_um)


def eroded(phase: Where, other: Where, image: ImageNoun, radius_um: float) -> Where:
    """Return the voxels of a phase that are further than the radius from every voxel of `other`."""
    if not other.any():
        return phase.copy()
    return phase & _beyond(~other, image, radius_um)


def dilated(core: Where, image: ImageNoun, radius_um: float) -> Where:
    """Return the voxels within the radius of a core."""
    if not core.any():
        return core.copy()
    return ~_beyond(~core, image, radius_um)


def _beyond(away: Where, image: ImageNoun, radius_um: float) -> Where:
    """Return the voxels whose centres are further than the radius from all that are not `away`.

    In units of the smallest edge, rounded, so that the unit of length changes no voxel; what lies beyond the image is
    no distance away from anything, and so does not count.
    """
    smallest = min(image.voxel_size_um)
    z, y, x = (round(edge / smallest, 6) for edge in image.voxel_size_um)
    most = (radius_um / smallest + ROUND_OFF) ** 2
    if most <= SMALL_RADIUS**2:
        return _beyond_steps(away, _steps_within((z, y, x), most))
    squared = edt.edtsq(away, anisotropy=(z, y, x), black_border=False)
    beyond: Where = squared > most
    return beyond


def _steps_within(edges: Edges, most: float) -> list[tuple[int, ...]]:
    """Return the steps in voxels, but for that of none, whose squared length is not above `most`."""
    reach = [range(-floor(most**0.5 / edge), floor(most**0.5 / edge) + 1) for edge in edges]
    return [
        step
        for step in itertools.product(*reach)
        if any(step) and sum((count * edge) ** 2 for count, edge in zip(step, edges, strict=True)) <= most
    ]


def _beyond_steps(away: Where, steps: list[tuple[int, ...]]) -> Where:
    """Return the voxels that are `away` and from which no step leads to one that is not."""
    beyond = away.copy()
    for step in steps:
        if all(abs(count) < length for count, length in zip(step, away.shape, strict=True)):
            here = tuple(slice(max(0, -count), min(0, -count) or None) for count in step)
            there = tuple(slice(max(0, count), min(0, count) or None) for count in step)
            beyond[here] &= away[there]
    return beyond

# mypy: disable-error-code="no-untyped-def"
"""Rays from the centroids of particles to their surface: the end of the label, where the grey value crosses a level.

Every ray is followed alone and written to its own place, so the result is the same for any number of threads.
Coordinates are in voxels along (z, y, x), whole numbers at their centres; lengths along a ray are in um.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs

FREE, AT_CONTACT, CUT, LOST = 0, 1, 2, 3
"""How a ray ends: at the surface, at another particle, where the image or its mask ends, or nowhere."""

STEPS_PER_VOXEL = 10
"""Samples along a ray for each voxel that it crosses."""

WINDOW_VOXELS = 3.0
"""How far from the edge of the label the level is looked for."""

_WORK_OF_A_RAY = 512
"""Steps of a usual ray: what is too little work for a second thread is done by one."""


class Rays(NamedTuple):
    """What the rays of all particles found, each of shape (particles, directions).

    Attributes
    ----------
    radii_um : numpy.ndarray of float64
        From the centroid to the end of the ray.
    ends : numpy.ndarray of uint8
        `FREE`, `AT_CONTACT`, `CUT` or `LOST`.
    drops : numpy.ndarray of float64
        By how much the grey value falls from one voxel before the surface to one behind it, over the contrast of the
        particle; 0 where it was not measured.
    """

    radii_um: NDArray[np.float64]
    ends: NDArray[np.uint8]
    drops: NDArray[np.float64]


@njit(cache=True, nogil=True)
def _nearest(labels, mask, masked, z, y, x):
    """Return the label of the voxel that holds a point; -1 outside the image or its mask."""
    k, j, i = int(np.floor(z + 0.5)), int(np.floor(y + 0.5)), int(np.floor(x + 0.5))
    depth, height, width = labels.shape
    if k < 0 or j < 0 or i < 0 or k >= depth or j >= height or i >= width:
        return -1
    if masked and not mask[k, j, i]:
        return -1
    return labels[k, j, i]


@njit(cache=True, nogil=True)
def _corner(place, length):
    """Return the voxels on both sides of a place along an axis, within the image, and the share of the second."""
    low = int(np.floor(place))
    share = place - low
    return max(0, min(low, length - 1)), max(0, min(low + 1, length - 1)), share


@njit(cache=True, nogil=True)
def _between(values, z, y, x):
    """Return the trilinear value at a point; beyond the outermost centres that of the nearest voxel."""
    depth, height, width = values.shape
    k, k1, c = _corner(z, depth)
    j, j1, b = _corner(y, height)
    i, i1, a = _corner(x, width)
    near = (1 - b) * ((1 - a) * values[k, j, i] + a * values[k, j, i1])
    near += b * ((1 - a) * values[k, j1, i] + a * values[k, j1, i1])
    far = (1 - b) * ((1 - a) * values[k1, j, i] + a * values[k1, j, i1])
    far += b * ((1 - a) * values[k1, j1, i] + a * values[k1, j1, i1])
    return (1 - c) * near + c * far


@njit(cache=True, nogil=True)
def _share_of(labels, own, z, y, x):
    """Return the trilinear share of a label at a point."""
    depth, height, width = labels.shape
    k, k1, c = _corner(z, depth)
    j, j1, b = _corner(y, height)
    i, i1, a = _corner(x, width)
    near = (1 - b) * ((1 - a) * (labels[k, j, i] == own) + a * (labels[k, j, i1] == own))
    near += b * ((1 - a) * (labels[k, j1, i] == own) + a * (labels[k, j1, i1] == own))
    far = (1 - b) * ((1 - a) * (labels[k1, j, i] == own) + a * (labels[k1, j, i1] == own))
    far += b * ((1 - a) * (labels[k1, j1, i] == own) + a * (labels[k1, j1, i1] == own))
    return (1 - c) * near + c * far


@njit(cache=True, nogil=True)
def _last_own(labels, mask, masked, own, centre, way, step, steps):
    """Return the last step at which a ray is in its own particle, or -1."""
    last = -1
    for index in range(steps + 1):
        t = index * step
        if (
            _nearest(labels, mask, masked, centre[0] + t * way[0], centre[1] + t * way[1], centre[2] + t * way[2])
            == own
        ):
            last = index
    return last


@njit(cache=True, nogil=True)
def _label_edge(labels, own, centre, way, step, last):
    """Return where the trilinear share of the label falls below one half, the outermost such place near `last`."""
    first, stop = max(0, last - 2 * STEPS_PER_VOXEL), last + 2 * STEPS_PER_VOXEL
    edge = last * step
    t = first * step
    before = _share_of(labels, own, centre[0] + t * way[0], centre[1] + t * way[1], centre[2] + t * way[2])
    for index in range(first + 1, stop + 1):
        t = index * step
        after = _share_of(labels, own, centre[0] + t * way[0], centre[1] + t * way[1], centre[2] + t * way[2])
        if before >= 0.5 > after:
            edge = t - step + step * (before - 0.5) / (before - after)
        before = after
    return edge


@njit(cache=True, nogil=True)
def _meets(labels, mask, masked, own, centre, way, step, last, most):
    """Return at which step behind `last` a ray meets another particle (first number) or leaves (second), or -1."""
    for index in range(last + 1, last + most + 1):
        t = index * step
        found = _nearest(labels, mask, masked, centre[0] + t * way[0], centre[1] + t * way[1], centre[2] + t * way[2])
        if found == -1:
            return -1, index
        if found != 0 and found != own:
            return index, -1
    return -1, -1


@njit(cache=True, nogil=True)
def _crossing(grey, level, sign, centre, way, step, edge, inwards, outwards):
    """Return the place nearest to the edge of the label at which the grey value falls below the level, or -1."""
    found, apart = -1.0, np.inf
    start = edge - inwards * step
    t = start
    before = sign * (_between(grey, centre[0] + t * way[0], centre[1] + t * way[1], centre[2] + t * way[2]) - level)
    for index in range(1, inwards + outwards + 1):
        t = start + index * step
        after = sign * (_between(grey, centre[0] + t * way[0], centre[1] + t * way[1], centre[2] + t * way[2]) - level)
        if before >= 0 > after:
            place = t - step + step * before / (before - after)
            if abs(place - edge) < apart:
                found, apart = place, abs(place - edge)
        before = after
    return found


@njit(cache=True, nogil=True)
def _follow(labels, mask, masked, grey, has_grey, own, centre, way, step, reach, level, contrast):
    """Return radius, end and drop of one ray."""
    last = _last_own(labels, mask, masked, own, centre, way, step, int(np.ceil(reach / step)))
    if last < 0:
        return 0.0, LOST, 0.0
    window = int(WINDOW_VOXELS * STEPS_PER_VOXEL)
    met, left = _meets(labels, mask, masked, own, centre, way, step, last, window + STEPS_PER_VOXEL)
    edge = _label_edge(labels, own, centre, way, step, last)
    if left == last + 1:
        return edge, CUT, 0.0
    if 0 <= met <= last + STEPS_PER_VOXEL:
        return edge, AT_CONTACT, 0.0
    if not has_grey:
        return edge, FREE, 0.0
    inwards = min(window, int(edge / step))
    ending = max(met, left)
    outwards = window if ending < 0 else max(1, min(window, ending - last - 1))
    sign = 1.0 if contrast > 0 else -1.0
    place = _crossing(grey, level, sign, centre, way, step, edge, inwards, outwards)
    if place < 0:
        return edge, (AT_CONTACT if met >= 0 else CUT if left >= 0 else LOST), 0.0
    drop = 0.0
    if place >= STEPS_PER_VOXEL * step and ending < 0:
        a, b = place - STEPS_PER_VOXEL * step, place + STEPS_PER_VOXEL * step
        before = _between(grey, centre[0] + a * way[0], centre[1] + a * way[1], centre[2] + a * way[2])
        behind = _between(grey, centre[0] + b * way[0], centre[1] + b * way[1], centre[2] + b * way[2])
        drop = (before - behind) / contrast
    return place, FREE, drop


@njit(cache=True, nogil=True)
def _follow_all(
    labels, mask, masked, grey, has_grey, numbers, centres, reaches, levels, contrasts, ways, steps, first, stop, radii,
    ends, drops,
):  # fmt: skip
    """Follow the rays of the particles from `first` to `stop`."""
    for particle in range(first, stop):
        for ray in range(ways.shape[0]):
            radius, end, drop = _follow(
                labels,
                mask,
                masked,
                grey,
                has_grey,
                numbers[particle],
                centres[particle],
                ways[ray],
                steps[ray],
                reaches[particle],
                levels[particle],
                contrasts[particle],
            )
            radii[particle, ray] = radius
            ends[particle, ray] = end
            drops[particle, ray] = drop


def follow_rays(
    labels: NDArray[np.int32],
    mask: NDArray[np.bool_] | None,
    grey: NDArray[Any] | None,
    *,
    numbers: NDArray[np.int64],
    centres: NDArray[np.float64],
    reaches_um: NDArray[np.float64],
    levels: NDArray[np.float64],
    contrasts: NDArray[np.float64],
    directions: NDArray[np.float64],
    voxel_size_um: tuple[float, float, float],
) -> Rays:
    """Follow rays along `directions` (unit vectors, shape (n, 3)) from every centre (in voxels, shape (m, 3))."""
    edges = np.asarray(voxel_size_um)
    ways = directions / edges
    steps = np.linalg.norm(directions * edges, axis=1) / STEPS_PER_VOXEL
    shape = (len(numbers), len(directions))
    found = Rays(np.zeros(shape), np.zeros(shape, np.uint8), np.zeros(shape))
    inside = np.ones((1, 1, 1), np.bool_) if mask is None else mask
    values = np.zeros((1, 1, 1), np.float32) if grey is None else grey

    def follow(_slab: int, first: int, stop: int) -> None:
        _follow_all(
            labels, inside, mask is not None, values, grey is not None, numbers, centres, reaches_um, levels, contrasts,
            ways, steps, first, stop, *found,
        )  # fmt: skip

    in_slabs((*shape, _WORK_OF_A_RAY), follow)
    return found

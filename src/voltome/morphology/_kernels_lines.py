# mypy: disable-error-code="no-untyped-def"
"""Lines on which three phases meet: edges of voxels, their sense of turning, and chains of them that are smoothed.

Round an edge the three phases follow each other in one sense or the other. Taken in the sense of a right-handed screw,
edges form lines that neither begin nor end inside three phases, and a detour there and back cancels. What is added
up is whole, or is added plane by plane, so the results are the same bits for any number of threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs, slab_count

OUTSIDE = 8
"""Bit of a voxel outside the sample; bits 1, 2, 4 stand for the three phases."""

REACH_SHIFT = 4
STATES = 3
"""What a cluster reaches (bits from `REACH_SHIFT`): 0 no face, 1 faces that do not count, 2 the faces asked for."""

NEAR, FAR = 3, 6
"""Neighbours along the chain on either side over which the direction of an edge is averaged, weights falling evenly."""

BEND = 10
"""Neighbours on either side from whose directions it is told how a chain bends."""

WEDGE, WEDGE_POWER = 0.1, 1.25
"""Displacement into a phase that fills the angle a round the line: WEDGE cot(a / 2)^WEDGE_POWER edges of a voxel.

A wedge is not seen where it is thinner than some part of a voxel, which is at a distance that goes with cot(a / 2); the
two numbers are fitted to circles on which surfaces meet at 37, 60 and 90 degrees.
"""

SHARPEST = 0.15
"""Least half angle, in radians, that a displacement is taken from."""

MOST_MENDED, LEAST_DIRECTION = 0.25, 0.2
"""Limits to the part of a length that is mended, and to the smoothed direction it is divided by: for rings of noise."""

REACH = 3
"""Radius, in voxels, of the ball in which the angles of the phases round an edge are seen."""

_NONE, _PINCHED, _ALONG, _AGAINST = 0, 1, 2, 3
"""An edge without the three phases; round which they have no sense; that leads along its axis; against it."""


def _places_round(axis: int) -> NDArray[np.int64]:
    """Return the voxels near an edge along `axis`: steps from that at whose first corner the edge begins."""
    middle = np.array([0.0 if other == axis else -0.5 for other in range(3)])
    near = np.array(list(np.ndindex((2 * REACH + 1,) * 3)), np.int64) - REACH
    inside: NDArray[np.int64] = near[((near - middle) ** 2).sum(axis=1) <= REACH**2]
    return inside


_PLACES = np.concatenate([_places_round(axis) for axis in range(3)])
_ENDS = np.cumsum([0] + [len(_places_round(axis)) for axis in range(3)])
"""The voxels near an edge, those for each axis behind those for the one before."""


def edges_of(
    codes: NDArray[np.uint8], split: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    """Return the edges at the first corner of every voxel, their number, and how many edges could have been.

    Two bits for each axis say what the edge is that begins at the first corner of a voxel and leads along it. The
    numbers are of shape (octant, axis, state) and (axis,).
    """
    edges = np.zeros(codes.shape, np.uint8)
    slabs = slab_count(codes.shape)
    numbers, candidates = np.zeros((slabs, 8, 3, STATES), np.int64), np.zeros((slabs, 3), np.int64)

    def add(slab: int, first: int, stop: int) -> None:
        _find_edges(codes, split, first, stop, edges, numbers[slab], candidates[slab])

    in_slabs(codes.shape, add)
    return edges, numbers.sum(axis=0), candidates.sum(axis=0)


def lengths_of(
    edges: NDArray[np.uint8], codes: NDArray[np.uint8], split: NDArray[np.int64], voxel_size_um: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the length of the smoothed chains, [octant, state], in um."""
    by_plane = np.zeros((codes.shape[0], 4, STATES))
    in_slabs(
        codes.shape,
        lambda slab, first, stop: _smooth_chains(edges, codes, split, voxel_size_um, first, stop, by_plane),
    )
    halves = by_plane[: split[0]].sum(axis=0), by_plane[split[0] :].sum(axis=0)
    lengths: NDArray[np.float64] = np.concatenate(halves)
    return lengths


@njit(cache=True, nogil=True)
def _around(codes, z, y, x, axis, ring):
    """Write the codes of the four voxels round an edge, in the sense of a right-handed screw along the axis."""
    if axis == 0:
        ring[0], ring[1] = codes[z, y - 1, x - 1], codes[z, y, x - 1]
        ring[2], ring[3] = codes[z, y, x], codes[z, y - 1, x]
    elif axis == 1:
        ring[0], ring[1] = codes[z - 1, y, x - 1], codes[z - 1, y, x]
        ring[2], ring[3] = codes[z, y, x], codes[z, y, x - 1]
    else:
        ring[0], ring[1] = codes[z - 1, y - 1, x], codes[z, y - 1, x]
        ring[2], ring[3] = codes[z, y, x], codes[z - 1, y, x]


@njit(cache=True, nogil=True)
def _sense(ring):
    """Return in which sense the three phases follow each other, 0 where one of them lies on both sides."""
    last = 0
    for index in range(4):
        if ring[index] & 7:
            last = ring[index] & 7
    steps = 0
    for index in range(4):
        here = ring[index] & 7
        if here == 0 or here == last:
            continue
        steps += 1 if here == last * 2 or (here == 1 and last == 4) else -1
        last = here
    return 1 if steps == 3 else (-1 if steps == -3 else 0)


@njit(cache=True, nogil=True)
def _state(ring):
    """Return the least of what the three phases reach, each by the best of its voxels."""
    least = np.int64(STATES - 1)
    for bit in (1, 2, 4):
        best = np.int64(0)
        for index in range(4):
            if ring[index] & bit:
                reach = np.int64(ring[index] >> REACH_SHIFT)
                best = reach if reach > best else best
        least = best if best < least else least
    return least


@njit(cache=True, nogil=True)
def _mark_row(codes, z, y, width, marks, candidates):
    """Write which edges of a row have all three phases round them, a bit for each axis; count those that could."""
    along_z, along_y, along_x = np.int64(0), np.int64(0), np.int64(0)
    here = codes[z, y]
    marks[:] = 0
    if y > 0:
        before = codes[z, y - 1]
        for x in range(1, width):
            ring = here[x] | here[x - 1] | before[x] | before[x - 1]
            along_z += (ring & OUTSIDE) == 0
            marks[x] |= np.uint8((ring & 15) == 7)
    if z > 0:
        above = codes[z - 1, y]
        for x in range(1, width):
            ring = here[x] | here[x - 1] | above[x] | above[x - 1]
            along_y += (ring & OUTSIDE) == 0
            marks[x] |= np.uint8((ring & 15) == 7) << 1
    if z > 0 and y > 0:
        above, before, both = codes[z - 1, y], codes[z, y - 1], codes[z - 1, y - 1]
        for x in range(width):
            ring = here[x] | above[x] | before[x] | both[x]
            along_x += (ring & OUTSIDE) == 0
            marks[x] |= np.uint8((ring & 15) == 7) << 2
    candidates[0] += along_z
    candidates[1] += along_y
    candidates[2] += along_x


@njit(cache=True, nogil=True)
def _find_edges(codes, split, first, stop, edges, numbers, candidates):
    """Write the edges that begin in the planes from `first` to `stop`, and count them."""
    _, height, width = codes.shape
    marks = np.empty(width, np.uint8)
    ring = np.empty(4, np.uint8)
    for z in range(first, stop):
        for y in range(height):
            _mark_row(codes, z, y, width, marks, candidates)
            half = 4 * np.int64(z >= split[0]) + 2 * np.int64(y >= split[1])
            for x in range(width):
                if marks[x] == 0:
                    continue
                octant = half + np.int64(x >= split[2])
                for axis in range(3):
                    if (marks[x] >> axis) & 1:
                        _around(codes, z, y, x, axis, ring)
                        sense = _sense(ring)
                        kind = _PINCHED if sense == 0 else (_ALONG if sense > 0 else _AGAINST)
                        edges[z, y, x] |= np.uint8(kind << (2 * axis))
                        numbers[octant, axis, _state(ring)] += 1


@njit(cache=True, nogil=True)
def _flow(edges, z, y, x, arm):
    """Return 1 where the line leaves a corner by an arm (+z, -z, +y, -y, +x, -x), -1 where it comes in by it."""
    axis, back = arm // 2, arm % 2
    if back:
        if axis == 0:
            z -= 1
        elif axis == 1:
            y -= 1
        else:
            x -= 1
    if z < 0 or y < 0 or x < 0 or z >= edges.shape[0] or y >= edges.shape[1] or x >= edges.shape[2]:
        return 0
    kind = (edges[z, y, x] >> (2 * axis)) & 3
    if kind < _ALONG:
        return 0
    along = 1 if kind == _ALONG else -1
    return -along if back else along


@njit(cache=True, nogil=True)
def _next_arm(edges, z, y, x, arm, sense):
    """Return the arm by which a chain goes on from a corner that it came to along `arm`, or -1 where it ends.

    Where lines touch, one goes straight on if it can; else the first that came in takes the first way out.
    """
    ways, rank, came = 0, 0, 0
    first = -1
    for other in range(6):
        flow = _flow(edges, z, y, x, other) * sense
        if flow > 0:
            if other == arm:
                return arm
            if first < 0:
                first = other
            ways += 1
        elif flow < 0:
            if other == arm ^ 1:
                rank = came
            came += 1
    if ways < 2:
        return first
    rank %= ways
    for other in range(6):
        if _flow(edges, z, y, x, other) * sense > 0:
            if rank == 0:
                return other
            rank -= 1
    return -1


@njit(cache=True, nogil=True)
def _walk(edges, z, y, x, axis, along, near, far, bend):
    """Add up the directions of a chain round an edge, and return the weights and whether it goes on to both sides.

    `near` and `far` are sums with weights that fall evenly, `bend` the sum ahead less that behind.
    """
    near[:] = 0
    far[:] = 0
    bend[:] = 0
    near[axis], far[axis] = along * (NEAR + 1), along * (FAR + 1)
    near_norm, far_norm, whole = NEAR + 1, FAR + 1, True
    for sense in (1, -1):
        move = along * sense
        cz, cy, cx = z, y, x
        if move > 0:
            cz, cy, cx = z + (axis == 0), y + (axis == 1), x + (axis == 2)
        arm = 2 * axis + (0 if move > 0 else 1)
        for step in range(1, BEND + 1):
            arm = _next_arm(edges, cz, cy, cx, arm, sense)
            if arm < 0:
                whole = False
                break
            way, forward = arm // 2, 1 - 2 * (arm % 2)
            bend[way] += forward  # sense twice: of the direction, and of the side
            if step <= FAR:
                weight = FAR + 1 - step
                far[way] += weight * forward * sense
                far_norm += weight
            if step <= NEAR:
                weight = NEAR + 1 - step
                near[way] += weight * forward * sense
                near_norm += weight
            if way == 0:
                cz += forward
            elif way == 1:
                cy += forward
            else:
                cx += forward
    return near_norm, far_norm, whole


@njit(cache=True, nogil=True)
def _displacement(codes, z, y, x, axis, size_um, moments, moved):
    """Write by how much an edge lies inside the phases of acute angles, where their wedges are too thin to be seen.

    The share of a phase in the ball round the edge tells its angle, the mean place of its voxels the way into it. On
    voxels that are no cubes this is done in voxels, where the picture is that of cubes.
    """
    moments[:] = 0
    moved[:] = 0
    depth, height, width = codes.shape
    voxels = 0
    for place in range(_ENDS[axis], _ENDS[axis + 1]):
        dz, dy, dx = _PLACES[place, 0], _PLACES[place, 1], _PLACES[place, 2]
        if not (0 <= z + dz < depth and 0 <= y + dy < height and 0 <= x + dx < width):
            continue
        code = codes[z + dz, y + dy, x + dx] & 7
        if code == 0:
            continue
        phase = code // 2
        voxels += 1
        moments[phase, 0] += dz + (0.5 if axis != 0 else 0.0)
        moments[phase, 1] += dy + (0.5 if axis != 1 else 0.0)
        moments[phase, 2] += dx + (0.5 if axis != 2 else 0.0)
        moments[phase, 3] += 1
    for phase in range(3):
        half_angle = max(SHARPEST, np.pi * moments[phase, 3] / voxels)
        length = np.sqrt(moments[phase, 0] ** 2 + moments[phase, 1] ** 2 + moments[phase, 2] ** 2)
        if half_angle >= np.pi / 2 or length == 0:
            continue
        by = WEDGE * np.tan(np.pi / 2 - half_angle) ** WEDGE_POWER
        for other in range(3):
            moved[other] += by * moments[phase, other] / length * size_um[other]


@njit(cache=True, nogil=True)
def _smooth_edge(edges, codes, z, y, x, axis, along, size_um, sums, moments, moved):
    """Return the length that one edge stands for, from its smoothed directions.

    A smoothed direction is the mean of the edges along the chain, shorter than 1 on a zigzag, so that adding its length
    up takes the zigzag away. On a curve it is too short by the variance of the weights over 2 r^2: two
    widths with the variances 2.5 and 8 tell the limit of none, (8 near - 2.5 far) / 5.5. A chain that lies on the inner
    side of the bend of the true line is too short by displacement over radius, which is added.
    """
    near, far, bend = sums[0], sums[1], sums[2]
    near_norm, far_norm, whole = _walk(edges, z, y, x, axis, along, near, far, bend)
    short = np.sqrt((near[0] * size_um[0]) ** 2 + (near[1] * size_um[1]) ** 2 + (near[2] * size_um[2]) ** 2)
    wide = np.sqrt((far[0] * size_um[0]) ** 2 + (far[1] * size_um[1]) ** 2 + (far[2] * size_um[2]) ** 2)
    # rings of four edges have no near direction, and no length may be less than none
    length = max((16 * short / near_norm - 5 * wide / far_norm) / 11, 0.0)
    if not whole or wide == 0:
        return length
    _displacement(codes, z, y, x, axis, size_um, moments, moved)
    across, along_line = 0.0, 0.0
    for other in range(3):
        along_line += moved[other] * far[other] * size_um[other] / wide
    for other in range(3):
        turn = bend[other] * size_um[other] / (BEND * (BEND + 1))
        across += turn * (moved[other] - along_line * far[other] * size_um[other] / wide)
    mended = across / max(wide / far_norm, LEAST_DIRECTION * min(size_um[0], size_um[1], size_um[2]))
    return length + min(max(mended, -MOST_MENDED * length), MOST_MENDED * length)


@njit(cache=True, nogil=True)
def _smooth_chains(edges, codes, split, size_um, first, stop, by_plane):
    """Add the lengths of the edges that begin in the planes from `first` to `stop`, [plane, quarter, state]."""
    sums = np.zeros((3, 3), np.int64)
    moments, moved = np.zeros((3, 4)), np.zeros(3)
    ring = np.empty(4, np.uint8)
    for z in range(first, stop):
        for y in range(edges.shape[1]):
            for x in range(edges.shape[2]):
                if edges[z, y, x] == _NONE:
                    continue
                quarter = 2 * np.int64(y >= split[1]) + np.int64(x >= split[2])
                for axis in range(3):
                    kind = (edges[z, y, x] >> (2 * axis)) & 3
                    if kind < _ALONG:
                        continue
                    _around(codes, z, y, x, axis, ring)
                    along = 1 if kind == _ALONG else -1
                    length = _smooth_edge(edges, codes, z, y, x, axis, along, size_um, sums, moments, moved)
                    by_plane[z, quarter, _state(ring)] += length


def one_hot(values: NDArray[Any], labels: list[int], mask: NDArray[np.bool_] | None) -> NDArray[np.uint8]:
    """Return bits 1, 2, 4 where the three labels are, 0 where others are, and `OUTSIDE` outside the mask."""
    table = np.zeros(256, np.uint8)
    table[labels] = 1, 2, 4
    codes = np.empty(values.shape, np.uint8)
    for here, into in zip(values, codes, strict=True):  # plane by plane: looking up makes 8 bytes of every voxel
        into[...] = table[here.astype(np.uint8, copy=False)]
    if mask is not None:
        codes[~mask] = OUTSIDE
    return codes

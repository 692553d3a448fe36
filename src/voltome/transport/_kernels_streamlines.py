"""Lines along a field on cell centres, voxel by voxel never through a wall.

The field is taken to the faces between voxels (the mean of two cells; nothing crosses the face of a wall) and
interpolated from there: linearly along the axis of a component, and between rows across it. So a component vanishes on
every wall that it points at. Places are in voxels from the outer corner; component c points along axis c.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
Wall = NDArray[np.uint8]
Places = NDArray[np.float64]

OUTLET, INLET, SIDE, WALL, STAGNANT, LIMIT = 0, 1, 2, 3, 4, 5
"""Why a line ends."""

_MOST_HALVINGS = 12


@numba.njit(cache=True, nogil=True)
def _at(field: Field, c: int, z: int, y: int, x: int) -> float:
    return float(field[c, z, y, x])


@numba.njit(cache=True, nogil=True)
def _is_wall(wall: Wall, z: int, y: int, x: int) -> bool:
    return bool(wall[z, y, x] != 0)


@numba.njit(cache=True, nogil=True)
def _face(field: Field, wall: Wall, c: int, z: int, y: int, x: int, side: int, axis: int, closed: bool) -> float:
    """Return component c on the face of a cell towards `side` (-1 or 1) along its own axis."""
    if _is_wall(wall, z, y, x):
        return 0.0
    nz, ny, nx = z, y, x
    if c == 0:
        nz += side
    elif c == 1:
        ny += side
    else:
        nx += side
    if nz < 0 or ny < 0 or nx < 0 or nz >= wall.shape[0] or ny >= wall.shape[1] or nx >= wall.shape[2]:
        # through the outer faces along the axis of transport runs what runs in the last cell
        return 0.0 if closed and c != axis else _at(field, c, z, y, x)
    if _is_wall(wall, nz, ny, nx):
        return 0.0
    return 0.5 * (_at(field, c, z, y, x) + _at(field, c, nz, ny, nx))


@numba.njit(cache=True, nogil=True)
def _blocked(wall: Wall, c: int, z: int, y: int, x: int, side: int) -> bool:
    """Say whether the cell behind a face is a wall; beyond the image nothing is known."""
    nz, ny, nx = z, y, x
    if c == 0:
        nz += side
    elif c == 1:
        ny += side
    else:
        nx += side
    if nz < 0 or ny < 0 or nx < 0 or nz >= wall.shape[0] or ny >= wall.shape[1] or nx >= wall.shape[2]:
        return False
    return _is_wall(wall, nz, ny, nx)


@numba.njit(cache=True, nogil=True)
def _component(
    field: Field, wall: Wall, c: int, z: int, y: int, x: int, place: Places, axis: int, closed: bool, slip: bool
) -> float:
    """Return component c at a place in the cell (z, y, x), which is no wall."""
    cell = (z, y, x)
    a, b = (1, 2) if c == 0 else ((0, 2) if c == 1 else (0, 1))
    off_a, off_b = place[a] - (cell[a] + 0.5), place[b] - (cell[b] + 0.5)
    step_a = 1 if off_a > 0 else -1
    step_b = 1 if off_b > 0 else -1
    # beyond the image the row is its own neighbour
    if not 0 <= cell[a] + step_a < wall.shape[a]:
        step_a = 0
    if not 0 <= cell[b] + step_b < wall.shape[b]:
        step_b = 0
    za, ya, xa = z, y, x
    zb, yb, xb = z, y, x
    if a == 0:
        za += step_a
    else:
        ya += step_a
    if b == 1:
        yb += step_b
    else:
        xb += step_b
    zc, yc, xc = za + zb - z, ya + yb - y, xa + xb - x
    wall_a, wall_b = _is_wall(wall, za, ya, xa), _is_wall(wall, zb, yb, xb)
    wall_c = _is_wall(wall, zc, yc, xc)
    mirror = 1.0 if slip else -1.0
    share_a, share_b = abs(off_a), abs(off_b)
    share = place[c] - cell[c]
    found = 0.0
    for side in (-1, 1):
        weight = share if side == 1 else 1.0 - share
        if weight == 0.0 or _blocked(wall, c, z, y, x, side):
            continue
        own = _face(field, wall, c, z, y, x, side, axis, closed)
        in_a = mirror * own if wall_a else _face(field, wall, c, za, ya, xa, side, axis, closed)
        in_b = mirror * own if wall_b else _face(field, wall, c, zb, yb, xb, side, axis, closed)
        if not wall_c:
            in_c = _face(field, wall, c, zc, yc, xc, side, axis, closed)
        elif wall_a and wall_b:
            in_c = own
        elif wall_a:
            in_c = mirror * in_b
        elif wall_b:
            in_c = mirror * in_a
        else:
            in_c = 0.5 * (in_a + in_b) if slip else 0.0
        found += weight * (
            (1 - share_a) * (1 - share_b) * own
            + share_a * (1 - share_b) * in_a
            + (1 - share_a) * share_b * in_b
            + share_a * share_b * in_c
        )
    return found


@numba.njit(cache=True, nogil=True)
def _field_at(field: Field, wall: Wall, place: Places, axis: int, closed: bool, slip: bool, out: Places) -> float:
    """Write the field at a place inside the image and return its size; -1 inside a wall."""
    z = min(max(int(np.floor(place[0])), 0), wall.shape[0] - 1)
    y = min(max(int(np.floor(place[1])), 0), wall.shape[1] - 1)
    x = min(max(int(np.floor(place[2])), 0), wall.shape[2] - 1)
    if _is_wall(wall, z, y, x):
        return -1.0
    for c in range(3):
        out[c] = _component(field, wall, c, z, y, x, place, axis, closed, slip)
    return float(np.sqrt(out[0] * out[0] + out[1] * out[1] + out[2] * out[2]))


@numba.njit(cache=True, nogil=True)
def _runge_kutta(
    field: Field,
    wall: Wall,
    start: Places,
    first: Places,
    step: float,
    edges: Places,
    least: float,
    axis: int,
    closed: bool,
    slip: bool,
    end: Places,
) -> bool:
    """Write the place one step of the fourth order further; return whether all of it lies in the field."""
    shape = wall.shape
    now, total = first.copy(), np.zeros(3)
    place = np.empty(3)
    for stage in range(4):
        size = np.sqrt(now[0] * now[0] + now[1] * now[1] + now[2] * now[2])
        if size <= least:
            return False
        ahead = 0.5 * step if stage < 2 else step
        for c in range(3):
            direction = now[c] / size / edges[c]
            total[c] += direction * (2.0 if stage in (1, 2) else 1.0)
            place[c] = min(max(start[c] + ahead * direction, 0.0), float(shape[c]))
        if stage < 3 and _field_at(field, wall, place, axis, closed, slip, now) < 0:
            return False
    for c in range(3):
        end[c] = start[c] + step * total[c] / 6.0
    return True


@numba.njit(cache=True, nogil=True)
def trace(
    field: Field,
    wall: Wall,
    start: Places,
    edges: Places,
    step: float,
    spacing: float,
    longest: float,
    least: float,
    axis: int,
    forward: bool,
    closed: bool,
    slip: bool,
    places: Places,
    ways: Places,
) -> tuple[int, int]:
    """Follow one line from a place until it ends; return its points, why it ended, and the time along it.

    Parameters
    ----------
    field : float32 array (3, z, y, x)
        The field.
    wall : uint8 array (z, y, x)
        1 where nothing moves.
    start : float64 array (3,)
        Where it begins, in voxels.
    edges : float64 array (3,)
        Edges of a voxel in um.
    step, spacing, longest : float
        Length of a step, between kept points, and of the longest line, in um.
    least : float
        Size of the field at which it counts as at rest.
    axis : int
        Along which transport runs, from the first face (`forward`) or from the last.
    closed, slip : bool
        Whether nothing leaves through the sides; whether the field along a wall is not held by it.
    places : float64 array (most, 3)
        Takes the points, in voxels.
    ways : float64 array (most, 3)
        Takes for each point the length of the line to it in um, the size of the field, and the time in um over the
        unit of the field.
    """
    here, there = start.copy(), np.empty(3)
    now, after = np.empty(3), np.empty(3)
    size = _field_at(field, wall, here, axis, closed, slip, now)
    if size < 0:
        return 0, WALL
    places[0] = here
    ways[0] = 0.0, size, 0.0
    if size <= least:
        return 1, STAGNANT
    count, way, time, kept = 1, 0.0, 0.0, 0.0
    ended = -1
    while ended < 0:
        length, halvings = step, 0
        while True:
            good = _runge_kutta(field, wall, here, now, length, edges, least, axis, closed, slip, there)
            share = 1.0
            last = -1
            if good:
                for c in range(3):  # where the first outer face is crossed
                    for face in range(2):
                        bound = 0.0 if face == 0 else float(wall.shape[c])
                        beyond = there[c] < bound if face == 0 else there[c] > bound
                        if beyond:
                            part = (bound - here[c]) / (there[c] - here[c])
                            if last < 0 or part < share:
                                share = max(part, 0.0)
                                last = SIDE if c != axis else (OUTLET if (face == 1) == forward else INLET)
                for c in range(3):
                    there[c] = min(max(here[c] + share * (there[c] - here[c]), 0.0), float(wall.shape[c]))
                reached = _field_at(field, wall, there, axis, closed, slip, after)
                # a closed side is approached and not crossed, like a wall: only a step too long does
                good = reached >= 0 and not (closed and last == SIDE)
            if good:
                break
            halvings += 1
            length *= 0.5
            if halvings > _MOST_HALVINGS:
                break
        if not good:
            ended = STAGNANT if size <= 2 * least else WALL
            break
        moved = share * length
        way += moved
        time += moved * 2.0 / (size + reached)
        here[:], now[:] = there, after
        size = reached
        if last >= 0:
            ended = last
        elif size <= least:
            ended = STAGNANT
        elif way >= longest or count >= len(places) - 1:
            ended = LIMIT
        elif way - kept >= spacing * (1.0 - 1e-9):
            kept += spacing
            places[count] = here
            ways[count] = way, size, time
            count += 1
    if way > ways[count - 1, 0]:
        places[count] = here
        ways[count] = way, size, time
        count += 1
    return count, ended

# mypy: disable-error-code="no-untyped-def"
"""The convex hull of the voxel centres of each particle, in whole numbers, and the calipers on it.

Centres are indices, so that on which side of a face a centre lies is known exactly, whatever lies in one plane.
Every particle is done by itself: the numbers are the same for any number of threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs

MAXIMUM, MINIMUM, MEAN, HULL_VOXELS = 0, 1, 2, 3
MAXIMUM_DIRECTION = slice(4, 7)
MINIMUM_DIRECTION = slice(7, 10)
WIDTH = 10
"""What is found for a particle, by column; all 0 for one whose voxels lie in a plane."""

GAP_STEPS = 200
LOWEST_LOG, HIGHEST_LOG = -4.0, 8.0
"""The table of gaps: its steps, and the natural logarithms of the density between which it goes."""


def gap_table() -> NDArray[np.float64]:
    """Return how far the outermost plane of centres lies inside a rounded body, on average, in distances of planes.

    By the logarithm of the density m: a slice of the body at the depth s, in distances of planes, holds m s centres on
    average, as its area grows in proportion to the depth. The body lies anywhere between two planes, and a slice is
    empty with the probability exp(-m s).
    """
    density = np.exp(np.linspace(LOWEST_LOG, HIGHEST_LOG, GAP_STEPS))[:, np.newaxis]
    depth = (np.arange(64) + 0.5) / 64
    gap = np.zeros((GAP_STEPS, depth.size))
    all_empty = np.ones_like(gap)
    for plane in range(80):
        empty = np.exp(-density * (depth + plane))
        gap += (depth + plane) * all_empty * (1 - empty)
        all_empty *= empty
    mean: NDArray[np.float64] = gap.mean(axis=1)
    return mean


@njit(cache=True, nogil=True)
def _gap(table, density):
    """Return the mean gap at the outermost plane, in distances of planes."""
    place = (np.log(density) - LOWEST_LOG) / (HIGHEST_LOG - LOWEST_LOG) * (GAP_STEPS - 1)
    if place < 0:  # planes closer than centres on them: as if there were none
        return np.sqrt(np.pi / (2 * density))
    if place >= GAP_STEPS - 1:  # every plane has centres: half the distance
        return 0.5
    low = int(place)
    return table[low] + (place - low) * (table[low + 1] - table[low])


@njit(cache=True, nogil=True)
def _row_ends(labels, mask, masked, z, y, first, stop, label):
    """Return the first and last x of a label in a row, or a first beyond the last where it has none."""
    left = first
    while left < stop and not (labels[z, y, left] == label and (not masked or mask[z, y, left])):
        left += 1
    if left == stop:
        return stop, first - 1
    right = stop - 1
    while not (labels[z, y, right] == label and (not masked or mask[z, y, right])):
        right -= 1
    return left, right


@njit(cache=True, nogil=True)
def _add_chain(points, count, z, rows, ends, used, sign):
    """Append the corners of one side of a slice: the ends of rows that bulge outwards. Return the new count."""
    first = count
    for index in range(used):
        y, x = rows[index], ends[index]
        while count - first >= 2:
            y1, x1 = points[count - 2, 1], points[count - 2, 2]
            y2, x2 = points[count - 1, 1], points[count - 1, 2]
            if sign * ((y2 - y1) * (x - x1) - (x2 - x1) * (y - y1)) < 0:
                break
            count -= 1
        points[count, 0], points[count, 1], points[count, 2] = z, y, x
        count += 1
    return count


@njit(cache=True, nogil=True)
def _outer_points(labels, mask, masked, label, lowest, highest):
    """Return the voxels of a label that are corners of the hull of their slice, relative to the bounding box."""
    height = highest[1] - lowest[1] + 1
    points = np.empty((2 * height * (highest[0] - lowest[0] + 1), 3), np.int64)
    rows, left, right = (np.empty(height, np.int64), np.empty(height, np.int64), np.empty(height, np.int64))
    count = 0
    for z in range(lowest[0], highest[0] + 1):
        used = 0
        for y in range(lowest[1], highest[1] + 1):
            first, last = _row_ends(labels, mask, masked, z, y, lowest[2], highest[2] + 1, label)
            if last >= first:
                rows[used], left[used], right[used] = y - lowest[1], first - lowest[2], last - lowest[2]
                used += 1
        count = _add_chain(points, count, z - lowest[0], rows, left, used, -1)
        count = _add_chain(points, count, z - lowest[0], rows, right, used, 1)
    return points[:count]


@njit(cache=True, nogil=True)
def _above(planes, face, point):
    """Return by how much a point lies outside the plane of a face, in units of the length of its normal."""
    normal = planes[face]
    return normal[0] * point[0] + normal[1] * point[1] + normal[2] * point[2] - normal[3]


@njit(cache=True, nogil=True)
def _set_face(points, corners, planes, face, a, b, c):
    """Write a face with its outward normal."""
    p, q, r = points[a], points[b], points[c]
    uz, uy, ux = q[0] - p[0], q[1] - p[1], q[2] - p[2]
    vz, vy, vx = r[0] - p[0], r[1] - p[1], r[2] - p[2]
    nz, ny, nx = uy * vx - ux * vy, ux * vz - uz * vx, uz * vy - uy * vz
    corners[face, 0], corners[face, 1], corners[face, 2] = a, b, c
    planes[face, 0], planes[face, 1], planes[face, 2] = nz, ny, nx
    planes[face, 3] = nz * p[0] + ny * p[1] + nx * p[2]


@njit(cache=True, nogil=True)
def _tetrahedron(points, found):
    """Write four points that do not lie in a plane; say whether there are such."""
    first = points[0]
    best, az, ay, ax = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
    found[:] = 0
    for index in range(len(points)):
        z, y, x = points[index, 0] - first[0], points[index, 1] - first[1], points[index, 2] - first[2]
        if abs(z) + abs(y) + abs(x) > best:
            best, found[1] = abs(z) + abs(y) + abs(x), index
            az, ay, ax = z, y, x
    best, nz, ny, nx = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
    for index in range(len(points)):
        z, y, x = points[index, 0] - first[0], points[index, 1] - first[1], points[index, 2] - first[2]
        bz, by, bx = ay * x - ax * y, ax * z - az * x, az * y - ay * z
        if abs(bz) + abs(by) + abs(bx) > best:
            best, found[2] = abs(bz) + abs(by) + abs(bx), index
            nz, ny, nx = bz, by, bx
    best, above = np.int64(0), False
    for index in range(len(points)):
        z, y, x = points[index, 0] - first[0], points[index, 1] - first[1], points[index, 2] - first[2]
        volume = nz * z + ny * y + nx * x
        if abs(volume) > best:
            best, found[3], above = abs(volume), index, volume > 0
    if above:  # the first three turn so that the fourth lies inside their face
        found[1], found[2] = found[2], found[1]
    return best > 0


@njit(cache=True, nogil=True)
def _assign(points, planes, face, point, head, following):
    """Put a point on the list of a face if it lies outside it; say whether it does."""
    if _above(planes, face, points[point]) <= 0:
        return False
    following[point] = head[face]
    head[face] = point
    return True


@njit(cache=True, nogil=True)
def convex_hull(points):
    """Return the corners of the triangles of the hull, its planes and the neighbour across each edge; none if flat.

    Quickhull: the point farthest outside a face replaces all faces that it sees by its cone over their rim. A point in
    the plane of a face does not see it; with exact numbers that leaves triangles in one plane, but no gap.
    """
    count = len(points)
    start = np.zeros(4, np.int64)
    if not _tetrahedron(points, start):
        return np.empty((0, 3), np.int64), np.empty((0, 4), np.int64), np.empty((0, 3), np.int64)
    capacity = 4 * count + 16
    corners, planes = np.empty((capacity, 3), np.int64), np.empty((capacity, 4), np.int64)
    beside = np.empty((capacity, 3), np.int64)
    alive, waiting = np.zeros(capacity, np.bool_), np.zeros(capacity, np.bool_)
    head, following = np.full(capacity, -1, np.int64), np.full(count, -1, np.int64)
    stack, free = np.empty(capacity, np.int64), np.empty(capacity, np.int64)
    starts, ends = np.empty(count, np.int64), np.empty(count, np.int64)
    seen, marks = np.empty(capacity, np.int64), np.zeros(capacity, np.int64)
    rim, made = np.empty((capacity, 3), np.int64), np.empty(capacity, np.int64)
    a, b, c, d = start[0], start[1], start[2], start[3]
    _set_face(points, corners, planes, 0, a, b, c)
    _set_face(points, corners, planes, 1, a, d, b)
    _set_face(points, corners, planes, 2, b, d, c)
    _set_face(points, corners, planes, 3, c, d, a)
    beside[0, 0], beside[0, 1], beside[0, 2] = 1, 2, 3
    beside[1, 0], beside[1, 1], beside[1, 2] = 3, 2, 0
    beside[2, 0], beside[2, 1], beside[2, 2] = 1, 3, 0
    beside[3, 0], beside[3, 1], beside[3, 2] = 2, 1, 0
    alive[:4] = True
    for point in range(count):
        for face in range(4):
            if _assign(points, planes, face, point, head, following):
                break
    top, waiting_count, free_count, step = 4, 0, 0, 0
    for face in range(4):
        if head[face] >= 0:
            stack[waiting_count], waiting[face] = face, True
            waiting_count += 1
    while waiting_count:
        waiting_count -= 1
        face = stack[waiting_count]
        waiting[face] = False
        if not alive[face] or head[face] < 0:
            continue
        apex, best = np.int64(-1), np.int64(0)
        point = head[face]
        while point >= 0:
            away = _above(planes, face, points[point])
            if away > best:
                best, apex = away, point
            point = following[point]
        # the faces that the apex sees, and their rim
        step += 1
        seen_count, rim_count, done = 1, 0, 0
        seen[0], marks[face] = face, step
        while done < seen_count:
            one = seen[done]
            done += 1
            for edge in range(3):
                other = beside[one, edge]
                if marks[other] == step:
                    continue
                if _above(planes, other, points[apex]) > 0:
                    marks[other] = step
                    seen[seen_count] = other
                    seen_count += 1
                else:
                    rim[rim_count, 0], rim[rim_count, 1] = corners[one, edge], corners[one, (edge + 1) % 3]
                    rim[rim_count, 2] = other
                    rim_count += 1
        for index in range(rim_count):
            if free_count:
                free_count -= 1
                new = free[free_count]
            else:
                new = top
                top += 1
            made[index] = new
            u, v, other = rim[index, 0], rim[index, 1], rim[index, 2]
            _set_face(points, corners, planes, new, u, v, apex)
            alive[new], head[new], marks[new] = True, -1, 0
            starts[u], ends[v] = new, new
            beside[new, 0] = other
            for edge in range(3):
                if corners[other, edge] == v and corners[other, (edge + 1) % 3] == u:
                    beside[other, edge] = new
        for index in range(rim_count):
            new = made[index]
            beside[new, 1], beside[new, 2] = starts[rim[index, 1]], ends[rim[index, 0]]
        for index in range(seen_count):
            one = seen[index]
            point = head[one]
            while point >= 0:
                after = following[point]
                if point != apex:
                    for cone in range(rim_count):
                        if _assign(points, planes, made[cone], point, head, following):
                            break
                point = after
            alive[one], head[one] = False, -1
            free[free_count] = one
            free_count += 1
        for index in range(rim_count):
            new = made[index]
            if head[new] >= 0 and not waiting[new]:
                stack[waiting_count], waiting[new] = new, True
                waiting_count += 1
    # without the places of faces that were replaced; marks now hold the new numbers
    kept = 0
    for face in range(top):
        if alive[face]:
            marks[face] = kept
            kept += 1
    for face in range(top):
        if alive[face]:
            new = marks[face]
            for edge in range(3):
                corners[new, edge], beside[new, edge] = corners[face, edge], marks[beside[face, edge]]
            for part in range(4):
                planes[new, part] = planes[face, part]
    return corners[:kept], planes[:kept], beside[:kept]


@njit(cache=True, nogil=True)
def _row_between(p, q, z):
    """Return where the edge between two points crosses a layer, rounded down and up; a range that is empty if not."""
    if p[0] > q[0]:
        p, q = q, p
    if z < p[0] or z > q[0]:
        return np.int64(-1), np.iinfo(np.int64).max
    rise = q[0] - p[0]
    if rise == 0:
        return max(p[1], q[1]), min(p[1], q[1])
    up = (q[1] - p[1]) * (z - p[0])
    return p[1] + up // rise, p[1] - (-up) // rise


@njit(cache=True, nogil=True)
def centres_inside(points, corners, planes, depth, height):
    """Return how many voxel centres the hull holds, those on its surface included."""
    lowest = np.full((depth, height), -1, np.int64)
    highest = np.full((depth, height), np.iinfo(np.int64).max, np.int64)
    for face in range(len(corners)):
        normal = planes[face]
        if normal[2] == 0:
            continue
        p, q, r = points[corners[face, 0]], points[corners[face, 1]], points[corners[face, 2]]
        for z in range(min(p[0], q[0], r[0]), max(p[0], q[0], r[0]) + 1):
            down_0, up_0 = _row_between(p, q, z)
            down_1, up_1 = _row_between(q, r, z)
            down_2, up_2 = _row_between(r, p, z)
            for y in range(min(up_0, up_1, up_2), max(down_0, down_1, down_2) + 1):
                rest = normal[3] - normal[0] * z - normal[1] * y
                if normal[2] > 0:
                    highest[z, y] = min(highest[z, y], rest // normal[2])
                else:
                    lowest[z, y] = max(lowest[z, y], -(rest // -normal[2]))
    total = np.int64(0)
    for z in range(depth):
        for y in range(height):
            if lowest[z, y] >= 0:
                total += max(0, highest[z, y] - lowest[z, y] + 1)
    return total


@njit(cache=True, nogil=True)
def _divisor(a, b):
    """Return the greatest common divisor."""
    a, b = abs(a), abs(b)
    while b:
        a, b = b, a % b
    return a


@njit(cache=True, nogil=True)
def _longest(hull, edges, row):
    """Write the longest distance between two corners, in um, and its direction."""
    best, first, second = -1.0, 0, 0
    for i in range(len(hull)):
        for j in range(i):
            z, y = (hull[j, 0] - hull[i, 0]) * edges[0], (hull[j, 1] - hull[i, 1]) * edges[1]
            x = (hull[j, 2] - hull[i, 2]) * edges[2]
            away = z * z + y * y + x * x
            if away > best:
                best, first, second = away, i, j
    row[0] = np.sqrt(best)
    for axis in range(3):
        row[4 + axis] = (hull[first, axis] - hull[second, axis]) * edges[axis] / row[0]


@njit(cache=True, nogil=True)
def _is_known(points, corners, planes, beside, face):
    """Say whether a face lies in one plane with a neighbour that comes before it."""
    for edge in range(3):
        other = beside[face, edge]
        if other < face and (
            _above(planes, face, points[corners[other, 0]]) == 0
            and _above(planes, face, points[corners[other, 1]]) == 0
            and _above(planes, face, points[corners[other, 2]]) == 0
        ):
            return True
    return False


@njit(cache=True, nogil=True)
def _opposite(hull, z, y, x):
    """Return the lowest value of a normal at the corners."""
    lowest = np.iinfo(np.int64).max
    for i in range(len(hull)):
        lowest = min(lowest, z * hull[i, 0] + y * hull[i, 1] + x * hull[i, 2])
    return lowest


@njit(cache=True, nogil=True)
def _narrowest(points, hull, corners, planes, beside, edges, ellipsoid, product, table, row):
    """Write the smallest distance between a face and the corner opposite, with the gaps expected, and its direction.

    `product` is that of the semi-axes of the ellipsoid.
    """
    voxel = edges[0] * edges[1] * edges[2]
    best = np.inf
    for face in range(len(planes)):
        if _is_known(points, corners, planes, beside, face):
            continue
        a, b, c = planes[face, 0], planes[face, 1], planes[face, 2]
        common = _divisor(_divisor(a, b), c)
        z, y, x = a / common / edges[0], b / common / edges[1], c / common / edges[2]
        spacing = 1 / np.sqrt(z * z + y * y + x * x)  # of the planes of centres along it
        z, y, x = z * spacing, y * spacing, x * spacing
        reach = (  # square of the half width of the ellipsoid
            ellipsoid[0, 0] * z * z + ellipsoid[1, 1] * y * y + ellipsoid[2, 2] * x * x
            + 2 * (ellipsoid[0, 1] * z * y + ellipsoid[0, 2] * z * x + ellipsoid[1, 2] * y * x)
        )  # fmt: skip
        density = 2 * np.pi * product / reach * spacing**2 / voxel
        planes_between = (planes[face, 3] - _opposite(hull, a, b, c)) // common
        wide = (planes_between + 2 * _gap(table, density)) * spacing
        if wide < best:
            best = wide
            row[1], row[7], row[8], row[9] = wide, z, y, x


@njit(cache=True, nogil=True)
def _mean_breadth(points, corners, planes, beside, edges):
    """Return the distance of two parallel planes that hold the hull between them, averaged over all directions, in um.

    An edge of length l at which the normal turns by t adds l t / (4 pi).
    """
    total = 0.0
    for face in range(len(corners)):
        uz, uy, ux = planes[face, 0] / edges[0], planes[face, 1] / edges[1], planes[face, 2] / edges[2]
        for edge in range(3):
            other = beside[face, edge]
            if other < face:
                continue
            vz, vy, vx = planes[other, 0] / edges[0], planes[other, 1] / edges[1], planes[other, 2] / edges[2]
            cross = np.sqrt((uz * vy - uy * vz) ** 2 + (uz * vx - ux * vz) ** 2 + (uy * vx - ux * vy) ** 2)
            p, q = corners[face, edge], corners[face, (edge + 1) % 3]
            z, y = (points[p, 0] - points[q, 0]) * edges[0], (points[p, 1] - points[q, 1]) * edges[1]
            x = (points[p, 2] - points[q, 2]) * edges[2]
            total += np.sqrt(z * z + y * y + x * x) * np.arctan2(cross, uz * vz + uy * vy + ux * vx)
    return total / (4 * np.pi)


@njit(cache=True, nogil=True)
def _measure(points, edges, ellipsoid, product, table, row):
    """Write what the hull of the outer points of a particle says; nothing where they lie in a plane."""
    corners, planes, beside = convex_hull(points)
    if not len(corners):
        return
    used = np.zeros(len(points), np.bool_)
    depth, height, count = 0, 0, 0
    for point in range(len(points)):
        depth, height = max(depth, points[point, 0] + 1), max(height, points[point, 1] + 1)
    for face in range(len(corners)):
        for corner in range(3):
            used[corners[face, corner]] = True
    hull = np.empty((len(points), 3), np.int64)
    for point in range(len(points)):
        if used[point]:
            for axis in range(3):
                hull[count, axis] = points[point, axis]
            count += 1
    hull = hull[:count]
    _longest(hull, edges, row)
    _narrowest(points, hull, corners, planes, beside, edges, ellipsoid, product, table, row)
    row[2] = _mean_breadth(points, corners, planes, beside, edges)
    row[3] = centres_inside(points, corners, planes, depth, height)


def measure_hulls(
    labels: NDArray[Any],
    mask: NDArray[np.bool_] | None,
    numbers: NDArray[np.int64],
    lowest: NDArray[np.int64],
    highest: NDArray[np.int64],
    edges: NDArray[np.float64],
    ellipsoids: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return `WIDTH` numbers for each particle: calipers of its voxel centres in um, and the centres in its hull.

    Parameters
    ----------
    labels : numpy.ndarray
        Not negative.
    mask : numpy.ndarray, optional
        Voxels that count.
    numbers : numpy.ndarray
        Labels of the particles, (n,).
    lowest, highest : numpy.ndarray
        First and last voxel of their bounding boxes, (n, 3).
    edges : numpy.ndarray
        Voxel size in um.
    ellipsoids : numpy.ndarray
        The matrices of the squared semi-axes in um2, (n, 3, 3), along the axes of the image.
    """
    unsigned = labels.view(f"u{labels.itemsize}")
    inside = np.ones((1, 1, 1), np.bool_) if mask is None else mask
    found = np.zeros((len(numbers), WIDTH))
    table, products = gap_table(), np.sqrt(np.linalg.det(ellipsoids))

    def measure(_: int, first: int, stop: int) -> None:
        # two kernels, so that the longer is not compiled for every type of label
        for index in range(first, stop):
            points = _outer_points(unsigned, inside, mask is not None, numbers[index], lowest[index], highest[index])
            _measure(points, edges, ellipsoids[index], products[index], table, found[index])

    voxels = int((highest - lowest + 1).prod(axis=1).sum())
    in_slabs((len(numbers), max(1, voxels // len(numbers))), measure)
    return found

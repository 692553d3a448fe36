# mypy: disable-error-code="no-untyped-def"
"""The seven-point operator on the voxels of a mask: no conductances are stored, as fields are zero in walls.

``diagonal`` times `scale` is the diagonal of the operator, zero in walls; `weights` are the conductances of a face
along z, y and x, and `repeats` says along which axes the last voxel is joined to the first; the number of voxels
along such an axis is even. Whole rows are computed and the half of the other colour is thrown away: that is faster
than to leave it out.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from voltome.transport._kernels_faces import prolong, sum_pairs

_FAST = {"reassoc", "contract", "nsz"}
"""Sums along one row may be taken in the order of the machine's vectors, which is the same for every thread."""

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")
def _gather(values, weights, repeats, z, y, line):
    """Write to `line` the sum of weight times value over the six neighbours of every voxel of a row.

    Outside, a row stands for its own neighbour with the weight zero: a choice between arrays would be slow, and so
    would be views of rows, whose making costs as much as a short row.
    """
    depth, height, width = values.shape
    under = z - 1 if z > 0 else (depth - 1 if repeats[0] else z)
    over = z + 1 if z + 1 < depth else (0 if repeats[0] else z)
    before = y - 1 if y > 0 else (height - 1 if repeats[1] else y)
    after = y + 1 if y + 1 < height else (0 if repeats[1] else y)
    to_under, to_over = weights[0] if under != z else _ZERO, weights[0] if over != z else _ZERO
    to_before, to_after = weights[1] if before != y else _ZERO, weights[1] if after != y else _ZERO
    for x in range(width):
        line[x] = (
            to_under * values[under, y, x]
            + to_over * values[over, y, x]
            + to_before * values[z, before, x]
            + to_after * values[z, after, x]
        )
    if width > 1:
        beside, joined = weights[2], weights[2] if repeats[2] else _ZERO
        for x in range(1, width - 1):
            line[x] += beside * (values[z, y, x - 1] + values[z, y, x + 1])
        line[0] += beside * values[z, y, 1] + joined * values[z, y, width - 1]
        line[width - 1] += beside * values[z, y, width - 2] + joined * values[z, y, 0]


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")
def start(diagonal, scale, source, values, odd, first, stop):
    """Smooth the even voxels from a guess of zero, and set the odd ones to zero."""
    _, height, width = values.shape
    for z in range(first, stop):
        for y in range(height):
            shift = (z + y) % 2
            for x in range(width):
                own = np.float32(diagonal[z, y, x])
                live = np.float32(own > _ZERO) * (_ONE - odd[shift + x])
                values[z, y, x] = live * source[z, y, x] / (scale * own + (_ONE - live))


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")
def sweep(diagonal, scale, weights, repeats, source, values, odd, colour, sums, first, stop):
    """Solve the equation of every voxel of one colour, and write for every layer the sum of source times value.

    The other half of a row stays exactly as it is, as another thread may be reading it. A division under a condition
    would not be done in vectors.
    """
    _, height, width = values.shape
    line = np.empty(width, np.float32)
    for z in range(first, stop):
        total = 0.0
        for y in range(height):
            _gather(values, weights, repeats, z, y, line)
            shift, part = (z + y + colour) % 2, _ZERO
            for x in range(width):
                own, given = np.float32(diagonal[z, y, x]), source[z, y, x]
                live = np.float32(own > _ZERO)
                solved = live * (line[x] + given) / (scale * own + (_ONE - live))
                kept = values[z, y, x] if odd[shift + x] > _ZERO else solved
                values[z, y, x] = kept
                part += kept * given
            total += np.float64(part)
        sums[z] = total


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")
def begin(diagonal, scale, weights, repeats, source, values, odd, sums, first, stop):
    """Smooth from a guess of zero, the even voxels and one layer behind the odd ones, while layers are at hand.

    Not the odd ones of the first and the last layer, beside which another thread may not have come.
    """
    for z in range(first, stop):
        start(diagonal, scale, source, values, odd, z, z + 1)
        if z > first + 1:
            sweep(diagonal, scale, weights, repeats, source, values, odd, 1, sums, z - 1, z)


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")
def finish(diagonal, scale, weights, repeats, source, values, coarse, factors, odd, sums, first, stop):
    """Add the coarse correction, and smooth one layer behind the odd voxels, two layers behind the even ones.

    Not the odd ones of the first and the last layer, nor the even ones of the first two and the last two.
    """
    for z in range(first, stop):
        prolong(diagonal, coarse, values, factors, z, z + 1)
        if z > first + 1:
            sweep(diagonal, scale, weights, repeats, source, values, odd, 1, sums, z - 1, z)
        if z > first + 3:
            sweep(diagonal, scale, weights, repeats, source, values, odd, 0, sums, z - 2, z - 1)


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")
def restrict_even_residual(diagonal, weights, repeats, values, odd, coarse, factors, first, stop):
    """Sum the residual over every coarse cell after a sweep over the odd voxels, which leaves it in the even ones.

    The even voxels were solved when the odd ones were zero: what is left is what the odd ones have added since.
    """
    depth, height, width = values.shape
    by_z, by_y, by_x = factors
    line, block = np.empty(width, np.float32), np.empty(width, np.float32)
    for coarse_z in range(first, stop):
        for coarse_y in range(coarse.shape[1]):
            block[:] = _ZERO
            for z in range(coarse_z * by_z, min(coarse_z * by_z + by_z, depth)):
                for y in range(coarse_y * by_y, min(coarse_y * by_y + by_y, height)):
                    _gather(values, weights, repeats, z, y, line)
                    shift = (z + y) % 2
                    for x in range(width):
                        live = np.float32(diagonal[z, y, x] > 0) * (_ONE - odd[shift + x])
                        block[x] += live * line[x]
            sum_pairs(block, coarse, coarse_z, coarse_y, by_x)


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")
def curvature(diagonal, scale, weights, repeats, values, sums, first, stop):
    """Write for every layer the sum of value times the operator's action, in float32 along a row."""
    _, height, width = values.shape
    line = np.empty(width, np.float32)
    for z in range(first, stop):
        total = 0.0
        for y in range(height):
            _gather(values, weights, repeats, z, y, line)
            part = _ZERO
            for x in range(width):
                here = values[z, y, x]
                part += here * (scale * np.float32(diagonal[z, y, x]) * here - line[x])
            total += np.float64(part)
        sums[z] = total


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")
def advance(diagonal, scale, weights, repeats, direction, length, values, residual, first, stop):
    """Go along a direction: change the values, and the residual by the operator's action on the direction."""
    _, height, width = values.shape
    line = np.empty(width, np.float32)
    for z in range(first, stop):
        for y in range(height):
            _gather(direction, weights, repeats, z, y, line)
            for x in range(width):
                own, along = np.float32(diagonal[z, y, x]), direction[z, y, x]
                values[z, y, x] += length * along
                residual[z, y, x] -= length * np.float32(own > _ZERO) * (scale * own * along - line[x])


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")
def turn(diagonal, scale, weights, repeats, direction, ratio, smoothed, sums, first, stop):
    """Make a direction `ratio` times itself plus `smoothed`, and measure `curvature` one layer behind.

    Not that of the first and the last layer, beside which another thread may not have come.
    """
    _, height, width = direction.shape
    for z in range(first, stop):
        for y in range(height):
            for x in range(width):
                direction[z, y, x] = ratio * direction[z, y, x] + smoothed[z, y, x]
        if z > first + 1:
            curvature(diagonal, scale, weights, repeats, direction, sums, z - 1, z)


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")
def apply(diagonal, scale, weights, exact, repeats, values, out, sums, first, stop):
    """Write the operator's action from differences of values, and for every layer its product with the values.

    `weights` are those in the diagonal, and `exact` what they stand for: they differ by the rounding that makes sums
    exact. What the diagonal has beyond the faces is the extra term.
    """
    depth, height, width = values.shape
    flow, left, unit = np.empty(width, np.float64), np.empty(width, np.float64), np.float64(scale)
    for z in range(first, stop):
        under, over = (z - 1) % depth, (z + 1) % depth
        is_under, is_over = np.float64(z > 0 or repeats[0]), np.float64(z + 1 < depth or repeats[0])
        total = 0.0
        for y in range(height):
            before, after = (y - 1) % height, (y + 1) % height
            is_before, is_after = np.float64(y > 0 or repeats[1]), np.float64(y + 1 < height or repeats[1])
            for x in range(width):
                here = np.float64(values[z, y, x])
                one, other = is_under * (diagonal[under, y, x] > 0), is_over * (diagonal[over, y, x] > 0)
                third, fourth = is_before * (diagonal[z, before, x] > 0), is_after * (diagonal[z, after, x] > 0)
                flow[x] = exact[0] * (one * (here - values[under, y, x]) + other * (here - values[over, y, x])) + exact[
                    1
                ] * (third * (here - values[z, before, x]) + fourth * (here - values[z, after, x]))
                left[x] = unit * diagonal[z, y, x] - weights[0] * (one + other) - weights[1] * (third + fourth)
            for x in range(1, width):
                here, one = np.float64(values[z, y, x]), np.float64(diagonal[z, y, x - 1] > 0)
                flow[x] += exact[2] * one * (here - values[z, y, x - 1])
                left[x] -= weights[2] * one
            for x in range(width - 1):
                here, one = np.float64(values[z, y, x]), np.float64(diagonal[z, y, x + 1] > 0)
                flow[x] += exact[2] * one * (here - values[z, y, x + 1])
                left[x] -= weights[2] * one
            if repeats[2]:
                for x, far in ((0, width - 1), (width - 1, 0)):
                    one = np.float64(diagonal[z, y, far] > 0)
                    flow[x] += exact[2] * one * (np.float64(values[z, y, x]) - values[z, y, far])
                    left[x] -= weights[2] * one
            part = 0.0
            for x in range(width):
                here = np.float64(values[z, y, x])
                found = np.float64(diagonal[z, y, x] > 0) * (flow[x] + left[x] * here)
                out[z, y, x] = np.float32(found)
                part += found * here
            total += part
        sums[z] = total


@njit(cache=True, nogil=True)
def count(active, weights, repeats, diagonal, first, stop):
    """Write the sum of the weights of the faces of every voxel that takes part towards others that do."""
    depth, height, width = active.shape
    for z in range(first, stop):
        for y in range(height):
            row, total = active[z, y], diagonal[z, y]
            for x in range(width):
                total[x] = 0
            for side in range(2):
                beside = z + 2 * side - 1
                if repeats[0] or 0 <= beside < depth:
                    _add_joined(row, active[beside % depth, y], weights[0], total)
                beside = y + 2 * side - 1
                if repeats[1] or 0 <= beside < height:
                    _add_joined(row, active[z, beside % height], weights[1], total)
            _add_joined(row[1:], row[:-1], weights[2], total[1:])
            _add_joined(row[:-1], row[1:], weights[2], total[:-1])
            if repeats[2]:
                _add_joined(row[:1], row[-1:], weights[2], total[:1])
                _add_joined(row[-1:], row[:1], weights[2], total[-1:])


@njit(cache=True, nogil=True)
def _add_joined(row, other, weight, total):
    """Add the weight of the faces between the voxels of two rows, of ones and zeros."""
    for x in range(row.size):
        total[x] += weight * (row[x] & other[x])


@njit(cache=True, nogil=True, error_model="numpy")
def largest_count(extra, unit, found, first, stop):
    """Write for every layer the largest extra term in units, or minus one where one is not a whole number of them."""
    _, height, width = extra.shape
    for z in range(first, stop):
        most, apart = _ZERO, _ZERO
        for y in range(height):
            row = extra[z, y]
            for x in range(width):
                count = row[x] / unit
                most = max(most, count)
                apart = max(apart, abs(count - np.rint(count)))
        found[z] = most if apart == _ZERO else -_ONE


@njit(cache=True, nogil=True, error_model="numpy")
def add_extra(extra, unit, quantum, active, diagonal, first, stop):
    """Add the extra terms of voxels that take part, rounded to whole numbers of units, to a diagonal in quanta."""
    _, height, width = extra.shape
    for z in range(first, stop):
        for y in range(height):
            row, flags, total = extra[z, y], active[z, y], diagonal[z, y]
            for x in range(width):
                total[x] += np.rint(row[x] / unit) * quantum * np.float32(flags[x])


@njit(cache=True, nogil=True)
def conductances(diagonal, weights, repeats, axis, factors, coarse, first, stop):
    """Sum the conductances of the faces between coarse cells along one axis."""
    depth, height, width = diagonal.shape
    by_z, by_y, by_x = factors
    scale = weights[axis] * (np.float32(0.5) if factors[axis] == 2 else _ONE)
    single = coarse.shape[axis] == 1
    block = np.empty(width, np.float32)
    for coarse_z in range(first, stop):
        stop_z = min(coarse_z * by_z + by_z, depth)
        for coarse_y in range(coarse.shape[1]):
            stop_y = min(coarse_y * by_y + by_y, height)
            block[:] = _ZERO
            for z in range(stop_z - 1 if axis == 0 else coarse_z * by_z, stop_z):
                for y in range(stop_y - 1 if axis == 1 else coarse_y * by_y, stop_y):
                    beside_z, beside_y = (z + 1) % depth if axis == 0 else z, (y + 1) % height if axis == 1 else y
                    at_end = (axis == 0 and beside_z == 0) or (axis == 1 and beside_y == 0)
                    if single or (at_end and not repeats[axis]):
                        continue
                    if axis < 2:
                        for x in range(width):
                            joined = (diagonal[z, y, x] > 0) & (diagonal[beside_z, beside_y, x] > 0)
                            block[x] += scale * np.float32(joined)
                        continue
                    for x in range(width - 1):
                        joined = (diagonal[z, y, x] > 0) & (diagonal[z, y, x + 1] > 0)
                        block[x] += scale * np.float32(joined)
                    if repeats[2]:
                        joined = (diagonal[z, y, width - 1] > 0) & (diagonal[z, y, 0] > 0)
                        block[width - 1] += scale * np.float32(joined)
            if axis == 2 and by_x == 2:
                # those between the two voxels of one coarse cell
                for x in range(0, width - 1, 2):
                    block[x] = _ZERO
            sum_pairs(block, coarse, coarse_z, coarse_y, by_x)

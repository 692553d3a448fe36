# mypy: disable-error-code="no-untyped-def"
"""The seven-point operator with a conductance for every face: smoothing, residuals, energies and coarser grids.

``along_z[z, y, x]`` is the conductance of the face between a voxel and the next one along z; the last layer holds
the faces that join the last voxels to the first, zero where the grid does not repeat. So no kernel asks where the
grid ends. Voxels of one colour (even or odd ``z + y + x``) are changed together from the values before, which makes
every result the same for any number of threads.
"""

from __future__ import annotations

import numpy as np
from numba import njit

_FAST = {"reassoc", "contract", "nsz"}
"""Sums along one row may be taken in the order of the machine's vectors, which is the same for every thread."""

_ZERO, _ONE = np.float32(0.0), np.float32(1.0)


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")
def _gather(along_z, along_y, along_x, values, under, over, north, south, z, y, line):
    """Write to `line` the sum of conductance times value over the six neighbours of every voxel of a row."""
    depth, height, width = values.shape
    _combine(along_z[z - 1 if z > 0 else depth - 1, y], under, along_z[z, y], over, line)
    _combine_more(along_y[z, y - 1 if y > 0 else height - 1], north, along_y[z, y], south, line)
    if width > 1:
        row, to_next = values[z, y], along_x[z, y]
        _combine_more(to_next[:-2], row[:-2], to_next[1:-1], row[2:], line[1:-1])
        line[0] += to_next[width - 1] * row[width - 1] + to_next[0] * row[1]
        line[width - 1] += to_next[width - 2] * row[width - 2] + to_next[width - 1] * row[0]


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")
def _combine(one, first, other, second, line):
    """Write the sum of two products of rows."""
    for x in range(line.size):
        line[x] = one[x] * first[x] + other[x] * second[x]


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")
def _combine_more(one, first, other, second, line):
    """Add the sum of two products of rows."""
    for x in range(line.size):
        line[x] += one[x] * first[x] + other[x] * second[x]


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")
def start(inverse, source, values, odd, first, stop):
    """Smooth the even voxels from a guess of zero, and set the odd ones to zero."""
    _, height, width = values.shape
    for z in range(first, stop):
        for y in range(height):
            row, given, scale = values[z, y], source[z, y], inverse[z, y]
            kept = odd[(z + y) % 2 : (z + y) % 2 + width]
            for x in range(width):
                row[x] = (_ONE - kept[x]) * (given[x] * scale[x])


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")
def sweep(along_z, along_y, along_x, inverse, source, values, below, above, odd, colour, sums, first, stop):
    """Solve the equation of every voxel of one colour, and write for every layer the sum of source times value."""
    depth, height, width = values.shape
    line, start_row = np.empty(width, np.float32), np.empty(width, np.float32)
    for z in range(first, stop):
        start_row[:], total = values[z, 0], 0.0
        for y in range(height):
            north = values[z, y - 1 if y > 0 else height - 1]
            if y + 1 == height:
                south = start_row
            else:
                south = values[z, y + 1]
            if z == 0:
                _gather(
                    along_z, along_y, along_x, values, below[y], values[(z + 1) % depth, y], north, south, z, y, line
                )
            elif z + 1 == depth:
                _gather(along_z, along_y, along_x, values, values[z - 1, y], above[y], north, south, z, y, line)
            else:
                _gather(along_z, along_y, along_x, values, values[z - 1, y], values[z + 1, y], north, south, z, y, line)
            shift = (z + y + colour) % 2
            part = _relax(line, source[z, y], inverse[z, y], odd[shift : shift + width + 1], values[z, y])
            total += np.float64(part)
        sums[z] = total


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")
def _relax(line, given, scale, kept, row):
    """Solve the equations of half a row, and return the sum of source times value of all of it."""
    for x in range(line.size):
        line[x] = (line[x] + given[x]) * scale[x]
    return choose(line, given, kept, row)


@njit(cache=True, nogil=True, fastmath={"contract", "nsz"}, error_model="numpy")
def _mix(line, kept, changed, row):
    """Write the changed half of a row: the products are exact, so that the other half keeps its very bits."""
    for x in range(line.size):
        row[x] = kept[x] * row[x] + changed[x] * line[x]


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")
def choose(line, given, kept, row):
    """Write to a row what is not kept of it, and return the sum of source times value of all of it.

    `kept` is 1 and 0 in turns, and one longer than the row.
    """
    _mix(line, kept[:-1], kept[1:], row)
    part = _ZERO
    for x in range(line.size):
        part += row[x] * given[x]
    return part


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")
def apply(along_z, along_y, along_x, extra, values, out, sums, first, stop):
    """Write the operator's action from differences of values, and for every layer its product with the values.

    A diagonal in float32 would be rounded, which costs digits.
    """
    depth, height, width = values.shape
    flow = np.empty(width, np.float64)
    for z in range(first, stop):
        total = 0.0
        for y in range(height):
            row, result, to_next = values[z, y], out[z, y], along_x[z, y]
            flow[:] = 0.0
            if extra.size > 0:
                _add_extra(extra[z, y], row, flow)
            _add_flow(along_z[z, y], row, values[(z + 1) % depth, y], flow)
            _add_flow(along_z[(z - 1) % depth, y], row, values[(z - 1) % depth, y], flow)
            _add_flow(along_y[z, y], row, values[z, (y + 1) % height], flow)
            _add_flow(along_y[z, (y - 1) % height], row, values[z, (y - 1) % height], flow)
            _add_flow(to_next[:-1], row[:-1], row[1:], flow[:-1])
            _add_flow(to_next[:-1], row[1:], row[:-1], flow[1:])
            _add_flow(to_next[-1:], row[-1:], row[:1], flow[-1:])
            _add_flow(to_next[-1:], row[:1], row[-1:], flow[:1])
            part = 0.0
            for x in range(width):
                result[x] = np.float32(flow[x])
                part += flow[x] * row[x]
            total += part
        sums[z] = total


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")
def _add_extra(extra, row, flow):
    """Add the extra terms of a row."""
    for x in range(row.size):
        flow[x] += np.float64(extra[x]) * np.float64(row[x])


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")
def _add_flow(conductance, row, other, flow):
    """Add what flows from every voxel of a row to its neighbour in another row."""
    for x in range(row.size):
        flow[x] += np.float64(conductance[x]) * (np.float64(row[x]) - np.float64(other[x]))


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")
def restrict_residual(along_z, along_y, along_x, inverse, source, values, coarse, factors, first, stop):
    """Sum the residual over the voxels of every coarse cell, of the coarse layers from `first` to `stop`."""
    depth, height, width = values.shape
    by_z, by_y, by_x = factors
    line, block = np.empty(width, np.float32), np.empty(width, np.float32)
    for coarse_z in range(first, stop):
        for coarse_y in range(coarse.shape[1]):
            block[:] = _ZERO
            for z in range(coarse_z * by_z, min(coarse_z * by_z + by_z, depth)):
                under, over = z - 1 if z > 0 else depth - 1, z + 1 if z + 1 < depth else 0
                for y in range(coarse_y * by_y, min(coarse_y * by_y + by_y, height)):
                    north, south = values[z, y - 1 if y > 0 else height - 1], values[z, y + 1 if y + 1 < height else 0]
                    _gather(
                        along_z, along_y, along_x, values, values[under, y], values[over, y], north, south, z, y, line
                    )
                    _add_residual(line, source[z, y], inverse[z, y], values[z, y], block)
            sum_pairs(block, coarse[coarse_z, coarse_y], by_x)


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")
def _add_residual(line, given, scale, row, block):
    """Add the residual of a row."""
    for x in range(line.size):
        live = np.float32(scale[x] > _ZERO)
        block[x] += live * (given[x] + line[x] - row[x] / (scale[x] + (_ONE - live)))


@njit(cache=True, nogil=True)
def sum_pairs(block, target, by):
    """Write the sums of `by` neighbouring values, one or two."""
    width = block.size
    if by == 1:
        target[:] = block
        return
    for x in range(width // 2):
        target[x] = block[2 * x] + block[2 * x + 1]
    if width % 2:
        target[width // 2] = block[width - 1]


@njit(cache=True, nogil=True)
def repeat_pairs(source, wide, by):
    """Write every value `by` times, once or twice."""
    width = wide.size
    if by == 1:
        wide[:] = source
        return
    for x in range(width // 2):
        wide[2 * x] = source[x]
        wide[2 * x + 1] = source[x]
    if width % 2:
        wide[width - 1] = source[width // 2]


@njit(cache=True, nogil=True)
def prolong(inverse, coarse, values, factors, first, stop):
    """Add the value of its coarse cell to every voxel that takes part; `inverse` is zero in the others."""
    _, height, width = values.shape
    by_z, by_y, by_x = factors
    wide = np.empty(width, np.float32)
    for z in range(first, stop):
        for y in range(height):
            if y % by_y == 0:
                repeat_pairs(coarse[z // by_z, y // by_y], wide, by_x)
            row, own = values[z, y], inverse[z, y]
            for x in range(width):
                row[x] += _ZERO if own[x] == 0 else wide[x]


@njit(cache=True, nogil=True)
def coarsen(along, axis, factors, coarse, first, stop):
    """Sum the conductances of the faces between coarse cells along one axis."""
    depth, height, width = along.shape
    by_z, by_y, by_x = factors
    coarse_depth, coarse_height, coarse_width = coarse.shape
    # two cells in series along the axis that is made coarser conduct half as well
    scale = np.float32(0.5) if factors[axis] == 2 else np.float32(1.0)
    single = (coarse_depth, coarse_height, coarse_width)[axis] == 1
    for coarse_z in range(first, stop):
        coarse[coarse_z] = np.float32(0.0)
        if single:
            continue
        last_z = min(coarse_z * by_z + by_z, depth) - 1
        for z in range(last_z if axis == 0 else coarse_z * by_z, last_z + 1):
            for y in range(height):
                coarse_y = y // by_y
                if axis == 1 and y != min(coarse_y * by_y + by_y, height) - 1:
                    continue
                for x in range(width):
                    coarse_x = x // by_x
                    if axis == 2 and x != min(coarse_x * by_x + by_x, width) - 1:
                        continue
                    coarse[coarse_z, coarse_y, coarse_x] += scale * along[z, y, x]


@njit(cache=True, nogil=True, error_model="numpy")
def coarsen_extra(extra, unit, factors, coarse, first, stop):
    """Sum the extra terms, in some unit, over every coarse cell, halved as the conductances are."""
    depth, height, width = extra.shape
    by_z, by_y, by_x = factors
    block, half = np.empty(width, np.float32), np.float32(0.5) * unit
    for coarse_z in range(first, stop):
        for coarse_y in range(coarse.shape[1]):
            block[:] = _ZERO
            for z in range(coarse_z * by_z, min(coarse_z * by_z + by_z, depth)):
                for y in range(coarse_y * by_y, min(coarse_y * by_y + by_y, height)):
                    row = extra[z, y]
                    for x in range(width):
                        block[x] += half * np.float32(row[x])
            sum_pairs(block, coarse[coarse_z, coarse_y], by_x)


@njit(cache=True, nogil=True)
def invert(along_z, along_y, along_x, extra, inverse, first, stop):
    """Write one over the diagonal of the operator, or zero where there is nothing to solve for."""
    depth, height, width = inverse.shape
    for z in range(first, stop):
        for y in range(height):
            for x in range(width):
                total = along_z[z, y, x] + along_z[(z - 1) % depth, y, x] + along_y[z, y, x]
                total += along_y[z, (y - 1) % height, x] + along_x[z, y, x] + along_x[z, y, (x - 1) % width]
                if extra.size > 0:
                    total += extra[z, y, x]
                inverse[z, y, x] = np.float32(1.0) / total if total > np.float32(0.0) else np.float32(0.0)

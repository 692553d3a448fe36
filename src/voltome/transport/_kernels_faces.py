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
def _gather(along_z, along_y, along_x, layer, under, over, last, after, z, y, line):
    """Write to `line` the sum of conductance times value over the six neighbours of every voxel of a row.

    `under` and `over` are the layers beside its own, and the row `after` of `last` is the next one. Voxels are indexed
    and rows not taken as views, whose making costs as much as a short row.
    """
    depth, height, width = along_z.shape
    below, before = z - 1 if z > 0 else depth - 1, y - 1 if y > 0 else height - 1
    for x in range(width):
        line[x] = along_z[below, y, x] * under[y, x] + along_z[z, y, x] * over[y, x]
    for x in range(width):
        line[x] += along_y[z, before, x] * layer[before, x] + along_y[z, y, x] * last[after, x]
    if width > 1:
        for x in range(1, width - 1):
            line[x] += along_x[z, y, x - 1] * layer[y, x - 1] + along_x[z, y, x] * layer[y, x + 1]
        line[0] += along_x[z, y, width - 1] * layer[y, width - 1] + along_x[z, y, 0] * layer[y, 1]
        line[width - 1] += along_x[z, y, width - 2] * layer[y, width - 2] + along_x[z, y, width - 1] * layer[y, 0]


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")
def start(inverse, source, values, odd, first, stop):
    """Smooth the even voxels from a guess of zero, and set the odd ones to zero."""
    _, height, width = values.shape
    for z in range(first, stop):
        for y in range(height):
            shift = (z + y) % 2
            for x in range(width):
                values[z, y, x] = (_ONE - odd[shift + x]) * (source[z, y, x] * inverse[z, y, x])


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")
def sweep(along_z, along_y, along_x, inverse, source, values, below, above, odd, colour, sums, first, stop):
    """Solve the equation of every voxel of one colour, and write for every layer the sum of source times value.

    The other half of a row stays exactly as it is, as another thread may be reading it. `below` and `above` are the
    layers beyond the first and the last: where a box with an odd number of voxels repeats, its ends have the same
    colour and stand as they were before, as does the first row for the last.
    """
    depth, height, width = values.shape
    line, first_row = np.empty(width, np.float32), np.empty((1, width), np.float32)
    for z in range(first, stop):
        first_row[0, :], total = values[z, 0], 0.0
        layer = values[z]
        under = values[z - 1] if z > 0 else below
        over = values[z + 1] if z + 1 < depth else above
        for y in range(height):
            if y + 1 < height:
                _gather(along_z, along_y, along_x, layer, under, over, layer, y + 1, z, y, line)
            else:
                _gather(along_z, along_y, along_x, layer, under, over, first_row, 0, z, y, line)
            shift, part = (z + y + colour) % 2, _ZERO
            for x in range(width):
                given = source[z, y, x]
                solved = (line[x] + given) * inverse[z, y, x]
                kept = layer[y, x] if odd[shift + x] > _ZERO else solved
                layer[y, x] = kept
                part += kept * given
            total += np.float64(part)
        sums[z] = total


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
                under, over = values[z - 1 if z > 0 else depth - 1], values[z + 1 if z + 1 < depth else 0]
                layer = values[z]
                for y in range(coarse_y * by_y, min(coarse_y * by_y + by_y, height)):
                    after = y + 1 if y + 1 < height else 0
                    _gather(along_z, along_y, along_x, layer, under, over, layer, after, z, y, line)
                    for x in range(width):
                        scale = inverse[z, y, x]
                        live = np.float32(scale > _ZERO)
                        block[x] += live * (source[z, y, x] + line[x] - layer[y, x] / (scale + (_ONE - live)))
            sum_pairs(block, coarse, coarse_z, coarse_y, by_x)


@njit(cache=True, nogil=True)
def sum_pairs(block, coarse, z, y, by):
    """Write the sums of `by` neighbouring values, one or two, to a row of coarse cells."""
    width = block.size
    if by == 1:
        for x in range(width):
            coarse[z, y, x] = block[x]
        return
    for x in range(width // 2):
        coarse[z, y, x] = block[2 * x] + block[2 * x + 1]
    if width % 2:
        coarse[z, y, width // 2] = block[width - 1]


@njit(cache=True, nogil=True)
def prolong(inverse, coarse, values, factors, first, stop):
    """Add the value of its coarse cell to every voxel that takes part; `inverse` is zero in the others."""
    _, height, width = values.shape
    by_z, by_y, by_x = factors
    wide = np.empty(width + 1, np.float32)
    for z in range(first, stop):
        for y in range(height):
            if y % by_y == 0:
                for x in range(coarse.shape[2]):
                    wide[by_x * x] = coarse[z // by_z, y // by_y, x]
                    wide[by_x * x + by_x - 1] = coarse[z // by_z, y // by_y, x]
            for x in range(width):
                values[z, y, x] += _ZERO if inverse[z, y, x] == 0 else wide[x]


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
                    for x in range(width):
                        block[x] += half * np.float32(extra[z, y, x])
            sum_pairs(block, coarse, coarse_z, coarse_y, by_x)


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

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


@njit(cache=True, nogil=True)
def _gather(along_z, along_y, along_x, values, below, above, north_end, z, y, line):
    """Write to `line` the sum of conductance times value over the six neighbours of every voxel of a row."""
    depth, height, width = values.shape
    under = values[z - 1, y] if z > 0 else below[y]
    over = values[z + 1, y] if z + 1 < depth else above[y]
    to_under, to_over = along_z[z - 1 if z > 0 else depth - 1, y], along_z[z, y]
    for x in range(width):
        line[x] = to_under[x] * under[x] + to_over[x] * over[x]
    before = values[z, y - 1] if y > 0 else values[z, height - 1]
    after = values[z, y + 1] if y + 1 < height else north_end
    to_before, to_after = along_y[z, y - 1 if y > 0 else height - 1], along_y[z, y]
    for x in range(width):
        line[x] += to_before[x] * before[x] + to_after[x] * after[x]
    row, to_next = values[z, y], along_x[z, y]
    for x in range(1, width - 1):
        line[x] += to_next[x - 1] * row[x - 1] + to_next[x] * row[x + 1]
    if width > 1:
        line[0] += to_next[width - 1] * row[width - 1] + to_next[0] * row[1]
        line[width - 1] += to_next[width - 2] * row[width - 2] + to_next[width - 1] * row[0]


@njit(cache=True, nogil=True)
def start(inverse, source, values, first, stop):
    """Smooth the even voxels from a guess of zero, and set the odd ones to zero."""
    _, height, width = values.shape
    for z in range(first, stop):
        for y in range(height):
            row, given, scale = values[z, y], source[z, y], inverse[z, y]
            row[:] = np.float32(0.0)
            for x in range((z + y) % 2, width, 2):
                row[x] = given[x] * scale[x]


@njit(cache=True, nogil=True)
def sweep(along_z, along_y, along_x, inverse, source, values, below, above, colour, first, stop):
    """Solve the equation of every voxel of one colour for that voxel."""
    _, height, width = values.shape
    line = np.empty(width, np.float32)
    for z in range(first, stop):
        north_end = values[z, 0].copy()
        for y in range(height):
            _gather(along_z, along_y, along_x, values, below, above, north_end, z, y, line)
            row, given, scale = values[z, y], source[z, y], inverse[z, y]
            for x in range((z + y + colour) % 2, width, 2):
                row[x] = (line[x] + given[x]) * scale[x]


@njit(cache=True, nogil=True)
def apply(along_z, along_y, along_x, extra, values, out, first, stop):
    """Write the operator's action, from differences of values: a stored diagonal is rounded, which costs digits."""
    depth, height, width = values.shape
    zero = np.float32(0.0)
    for z in range(first, stop):
        for y in range(height):
            row, result = values[z, y], out[z, y]
            for x in range(width):
                result[x] = zero
            if extra.size > 0:
                for x in range(width):
                    result[x] = extra[z, y, x] * row[x]
            _add_flow(along_z[z, y], row, values[(z + 1) % depth, y], result)
            _add_flow(along_z[(z - 1) % depth, y], row, values[(z - 1) % depth, y], result)
            _add_flow(along_y[z, y], row, values[z, (y + 1) % height], result)
            _add_flow(along_y[z, (y - 1) % height], row, values[z, (y - 1) % height], result)
            to_next = along_x[z, y]
            for x in range(width):
                following, previous = x + 1 if x + 1 < width else 0, x - 1 if x > 0 else width - 1
                result[x] += to_next[x] * (row[x] - row[following]) + to_next[previous] * (row[x] - row[previous])


@njit(cache=True, nogil=True)
def _add_flow(conductance, row, other, result):
    """Add what flows from every voxel of a row to its neighbour in another row."""
    for x in range(row.size):
        result[x] += conductance[x] * (row[x] - other[x])


@njit(cache=True, nogil=True)
def restrict_residual(along_z, along_y, along_x, inverse, source, values, coarse, factors, first, stop):
    """Sum the residual over the voxels of every coarse cell, of the coarse layers from `first` to `stop`."""
    depth, height, width = values.shape
    line = np.empty(width, np.float32)
    zero = np.float32(0.0)
    by_z, by_y, by_x = factors
    for coarse_z in range(first, stop):
        coarse[coarse_z] = zero
        for z in range(coarse_z * by_z, min(coarse_z * by_z + by_z, depth)):
            for y in range(height):
                _gather(along_z, along_y, along_x, values, values[depth - 1], values[0], values[z, 0], z, y, line)
                row, scale, given = values[z, y], inverse[z, y], source[z, y]
                target = coarse[coarse_z, y // by_y]
                for x in range(width):
                    left = given[x] + line[x] - row[x] / scale[x] if scale[x] > zero else zero
                    target[x // by_x] += left


@njit(cache=True, nogil=True)
def prolong(inverse, coarse, values, factors, first, stop):
    """Add the value of its coarse cell to every voxel that conducts."""
    _, height, width = values.shape
    by_z, by_y, by_x = factors
    zero = np.float32(0.0)
    for z in range(first, stop):
        for y in range(height):
            row, scale, source = values[z, y], inverse[z, y], coarse[z // by_z, y // by_y]
            for x in range(width):
                row[x] += source[x // by_x] if scale[x] > zero else zero


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz"})
def energy(along_z, along_y, along_x, extra, values, sums, first, stop):
    """Write for every layer the energy of its faces towards the next voxels, and of the extra terms of its voxels."""
    depth, height, width = values.shape
    for z in range(first, stop):
        total = 0.0
        for y in range(height):
            row, over, after = values[z, y], values[(z + 1) % depth, y], values[z, (y + 1) % height]
            to_over, to_after, to_next = along_z[z, y], along_y[z, y], along_x[z, y]
            for x in range(width):
                here = np.float64(row[x])
                total += to_over[x] * (here - over[x]) ** 2 + to_after[x] * (here - after[x]) ** 2
            for x in range(width - 1):
                total += to_next[x] * (np.float64(row[x]) - row[x + 1]) ** 2
            total += to_next[width - 1] * (np.float64(row[width - 1]) - row[0]) ** 2
            if extra.size > 0:
                for x in range(width):
                    total += extra[z, y, x] * np.float64(row[x]) ** 2
        sums[z] = total


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


@njit(cache=True, nogil=True)
def coarsen_extra(extra, factors, coarse, first, stop):
    """Sum the extra terms over every coarse cell, halved as the conductances are."""
    depth, height, width = extra.shape
    by_z, by_y, by_x = factors
    for coarse_z in range(first, stop):
        coarse[coarse_z] = np.float32(0.0)
        for z in range(coarse_z * by_z, min(coarse_z * by_z + by_z, depth)):
            for y in range(height):
                for x in range(width):
                    coarse[coarse_z, y // by_y, x // by_x] += np.float32(0.5) * extra[z, y, x]


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

# mypy: disable-error-code="no-untyped-def"
"""Stokes flow on the staggered grid of voxels: the operator, its diagonal, and the sweeps that precondition it.

A field has shape (4, z + 3, y + 3, x + 3): velocities along z, y, x on the lower faces of the voxels, then the pressure
in them. One layer lies before the image and two behind it, so that no loop asks where the image ends. What lies in them
is set by `fill_ends`; right-hand sides and residuals are zero there. Sums are made layer by layer in float64, so that
they do not depend on the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from voltome.data._kernels_slabs import in_slabs

PERIODIC, PRESSURE, SLIP, WALL = 0, 1, 2, 3
"""What lies beyond the image along an axis: itself again, a given pressure, its mirror image, a wall."""

Field = NDArray[np.float32]
_FAST = {"reassoc", "contract", "nsz"}


def fill_ends(field: Field, ends: tuple[int, int, int]) -> None:
    """Set what lies beyond the image, from what lies in it."""
    for axis, kind in enumerate(ends):
        layers = np.moveaxis(field, axis + 1, 1)
        last = layers.shape[1] - 3
        if kind == PERIODIC:
            layers[:, 0], layers[:, last + 1] = layers[:, last], layers[:, 1]
        elif kind == SLIP:
            for part in {0, 1, 2} - {axis}:
                layers[part, 0], layers[part, last + 1] = layers[part, 1], layers[part, last]
        elif kind == PRESSURE:
            layers[axis, 0], layers[axis, last + 2] = layers[axis, 2], layers[axis, last]
            layers[3, 0], layers[3, last + 1] = -layers[3, 1], -layers[3, last]


def diagonals(fluid: NDArray[np.bool_], ends: tuple[int, int, int], weights: NDArray[np.float32]) -> Field:
    """Return the diagonal of the viscous term for the velocities on the faces, 0 where nothing flows."""
    found = np.zeros((3, *fluid.shape), np.float32)
    kinds = np.asarray(ends, np.int64)
    for axis, part in enumerate(found):

        def write(first: int, stop: int, axis: int = axis, part: Field = part) -> None:
            _diagonal(fluid, kinds, weights, axis, part, first, stop)

        _layers(fluid, write)
    return found


class Operator:
    """The symmetric operator of Stokes flow: viscous term and pressure gradient, and minus the divergence."""

    def __init__(
        self, diagonal: Field, ends: tuple[int, int, int], weights: NDArray[np.float32], slopes: NDArray[np.float32]
    ) -> None:
        self.diagonal, self.ends, self.weights, self.slopes = diagonal, ends, weights, slopes
        self._shares = tuple(_shares(size, kind) for size, kind in zip(diagonal.shape[1:], ends, strict=True))
        self._sums = np.zeros(diagonal.shape[1])
        self.inverse = _inverse(diagonal, ends)

    def apply(self, field: Field, result: Field, kept: float = 0.0) -> float:
        """Make `result` the operator on `field` plus `kept` times what it was; return its product with `field`."""
        fill_ends(field, self.ends)
        factor, (share_z, share_y, share_x) = np.float32(kept), self._shares
        of_faces = self.diagonal, field, result, factor, self.weights, self.slopes
        self._run(lambda first, stop: _apply(*of_faces, share_z, share_y, share_x, self._sums, first, stop))
        return float(self._sums.sum())

    def divide(self, residual: Field, result: Field) -> float:
        """Divide velocities by the diagonal, keep the pressure; return the product of both."""
        self._run(lambda first, stop: _divide(self.diagonal, residual, result, self._sums, first, stop))
        return float(self._sums.sum())

    def smooth(self, residual: Field, result: Field, sweeps: int, relaxation: float) -> None:
        """Solve the viscous term approximately, by red and black sweeps that are the same forwards and backwards."""
        factor, ends, halves = np.float32(relaxation), np.asarray(self.ends, np.int64), 2 * sweeps + 1
        self._run(lambda first, stop: _smooth(
            self.inverse, residual, result, self.weights, factor, ends, halves, first, stop
        ))  # fmt: skip
        for axis, kind in enumerate(self.ends):
            if kind == PRESSURE:
                given, found, whole = (np.moveaxis(field[axis], axis, 0) for field in (residual, result, self.diagonal))
                for layer in (1, -2):
                    flowing = whole[layer] > 0
                    found[layer][flowing] = given[layer][flowing] / whole[layer][flowing]

    def _run(self, work: Callable[[int, int], None]) -> None:
        _layers(self.diagonal[0], work)


def product(first: Field, second: Field) -> float:
    """Return the sum of the products of two fields."""
    sums = np.zeros(first.shape[1])
    _layers(first[0], lambda start, stop: _product(first, second, sums, start, stop))
    return float(sums.sum())


def scale(field: Field, factor: float, result: Field) -> None:
    """Make `result` a multiple of `field`."""
    _layers(field[0], lambda first, stop: _scale(field, np.float32(factor), result, first, stop))


def add(field: Field, factor: float, result: Field) -> None:
    """Add a multiple of `field` to `result`."""
    _layers(field[0], lambda first, stop: _add(field, np.float32(factor), result, first, stop))


def advance(
    basis: Field, older: Field, newer: Field, solution: Field, factors: tuple[float, float, float, float]
) -> None:
    """Make `older` the next direction from `basis` and the two directions before, and go along it."""
    oldeps, delta, inverse, step = (np.float32(factor) for factor in factors)
    _layers(
        basis[0],
        lambda first, stop: _advance(basis, older, newer, solution, oldeps, delta, inverse, step, first, stop),
    )


def _layers(like: NDArray[Any], work: Callable[[int, int], None]) -> None:
    in_slabs(like.shape, lambda slab, first, stop: work(first, stop))


def _inverse(diagonal: Field, ends: tuple[int, int, int]) -> Field:
    """Return one over the diagonal; zero where nothing flows, and for velocities through faces of given pressure."""
    inverse = np.zeros_like(diagonal)
    np.divide(np.float32(1), diagonal, out=inverse, where=diagonal > 0)
    for axis, kind in enumerate(ends):
        if kind == PRESSURE:
            np.moveaxis(inverse[axis], axis, 0)[[1, -2]] = 0
    return inverse


def _shares(size: int, kind: int) -> NDArray[np.float32]:
    """Return the share of the volume around a face that lies in the image: half of it at a given pressure."""
    shares = np.ones(size, np.float32)
    if kind == PRESSURE:
        shares[[1, size - 2]] = 0.5
    return shares


@njit(cache=True, nogil=True)
def _diagonal(fluid, ends, weights, axis, found, first, stop):
    """Write the diagonal for the velocity along one axis; a wall beside a face is half a voxel away."""
    shape = fluid.shape
    step = (int(axis == 0), int(axis == 1), int(axis == 2))
    for z in range(max(first, 1), min(stop, shape[0] - 1)):
        for y in range(1, shape[1] - 1):
            for x in range(1, shape[2] - 1):
                if not (fluid[z, y, x] and fluid[z - step[0], y - step[1], x - step[2]]):
                    continue
                place = (z, y, x)
                last = shape[axis] - 3
                at_end = place[axis] == 1 or place[axis] == last + 1
                if (at_end and ends[axis] > PRESSURE) or (place[axis] == last + 1 and ends[axis] == PERIODIC):
                    continue
                outside = False
                total = 2 * weights[axis]
                for across in range(3):
                    if across == axis:
                        continue
                    if place[across] > shape[across] - 3:
                        outside = True
                    for side in (-1, 1):
                        q = (
                            z + side * int(across == 0),
                            y + side * int(across == 1),
                            x + side * int(across == 2),
                        )
                        beyond = q[across] == 0 or q[across] == shape[across] - 2
                        if beyond and ends[across] == PRESSURE:
                            total += 2 * weights[across]
                            continue
                        open_beside = fluid[q[0], q[1], q[2]] or fluid[q[0] - step[0], q[1] - step[1], q[2] - step[2]]
                        total += weights[across] * (1 if open_beside else 2)
                if not outside:
                    found[z, y, x] = total / 2 if at_end and ends[axis] == PRESSURE else total


@njit(cache=True, nogil=True, fastmath=_FAST)
def _apply(diagonal, field, result, kept, weights, slopes, share_z, share_y, share_x, sums, first, stop):
    """Write the operator on the field, plus a multiple of what was there, and its product with the field."""
    depth, height, width = diagonal.shape[1:]
    wz, wy, wx = weights[0], weights[1], weights[2]
    gz, gy, gx = slopes[0], slopes[1], slopes[2]
    for z in range(first, stop):
        sums[z] = 0.0
        if z < 1 or z > depth - 2:
            continue
        total = 0.0
        for y in range(1, height - 1):
            row = np.float32(0)
            for part in range(3):
                dz, dy, dx = z - int(part == 0), y - int(part == 1), int(part == 2)
                slope = slopes[part]
                share = share_z[z] if part == 0 else (share_y[y] if part == 1 else np.float32(1))
                for x in range(1, width - 1):
                    here, own = field[part, z, y, x], diagonal[part, z, y, x]
                    around = (
                        wz * (field[part, z - 1, y, x] + field[part, z + 1, y, x])
                        + wy * (field[part, z, y - 1, x] + field[part, z, y + 1, x])
                        + wx * (field[part, z, y, x - 1] + field[part, z, y, x + 1])
                    )
                    s = share * (share_x[x] if part == 2 else np.float32(1))
                    value = own * here - s * (around - slope * (field[3, z, y, x] - field[3, dz, dy, x - dx]))
                    value = (value if own > 0 else np.float32(0)) + kept * result[part, z, y, x]
                    result[part, z, y, x] = value
                    row += value * here
            if z < depth - 2 and y < height - 2:
                for x in range(1, width - 2):
                    value = (
                        gz * (field[0, z, y, x] - field[0, z + 1, y, x])
                        + gy * (field[1, z, y, x] - field[1, z, y + 1, x])
                        + gx * (field[2, z, y, x] - field[2, z, y, x + 1])
                    )
                    value += kept * result[3, z, y, x]
                    result[3, z, y, x] = value
                    row += value * field[3, z, y, x]
            total += np.float64(row)
        sums[z] = total


@njit(cache=True, nogil=True, fastmath=_FAST)
def _divide(diagonal, residual, result, sums, first, stop):
    """Divide the velocities by the diagonal."""
    _, height, width = diagonal.shape[1:]
    for z in range(first, stop):
        total = 0.0
        for y in range(height):
            row = np.float32(0)
            for part in range(3):
                for x in range(width):
                    own, given = diagonal[part, z, y, x], residual[part, z, y, x]
                    value = given / own if own > 0 else np.float32(0)
                    result[part, z, y, x] = value
                    row += value * given
            for x in range(width):
                given = residual[3, z, y, x]
                result[3, z, y, x] = given
                row += given * given
            total += np.float64(row)
        sums[z] = total


@njit(cache=True, nogil=True)
def _smooth(inverse, residual, result, weights, relaxation, ends, halves, first, stop):
    """Relax the layers from `first` to `stop`, every half sweep a layer behind the one before it.

    The layers around that a result depends on are relaxed too, and forgotten: so it is the same wherever a slab ends.
    """
    depth, height, width = inverse.shape[1:]
    count = depth - 3
    wraps = ends[0] == PERIODIC and count % 2 == 0
    from_layer, to_layer = max(first, 1), min(stop, depth - 1)
    low, high = from_layer - halves + 1, to_layer + halves - 1
    if not wraps:
        low, high = max(low, 1), min(high, depth - 1)
    line = np.empty(width, np.float32)
    colours = np.zeros((2, width), np.float32)
    colours[0, ::2], colours[1, 1::2] = relaxation, relaxation
    nothing = np.zeros((height, width), np.float32)
    field = np.zeros((high - low, height, width), np.float32)
    for part in range(3):
        field[:] = np.float32(0)
        mirrored = ends[0] == SLIP and part != 0
        for front in range(low, high + halves - 1):
            for half in range(min(halves, front - low + 1)):
                layer = front - half
                if layer >= high:
                    continue
                z = (layer - 1) % count + 1 if wraps else layer
                own = field[layer - low]
                below = field[layer - low - 1] if layer > low else nothing
                above = field[layer - low + 1] if layer + 1 < high else nothing
                if mirrored and z == 1:
                    below = own
                if mirrored and z == count:
                    above = own
                _fill_sides(own, ends, part)
                _relax(
                    own, below, above, residual[part, z], inverse[part, z], weights,
                    colours[(layer + half) % 2], colours[(layer + half + 1) % 2], line,
                )  # fmt: skip
        for z in range(from_layer, to_layer):
            result[part, z, 1:-1, 1:-1] = field[z - low, 1:-1, 1:-1]


@njit(cache=True, nogil=True)
def _fill_sides(layer, ends, part):
    """Set what lies beyond the image along y and x in one layer."""
    height, width = layer.shape
    if ends[1] == PERIODIC:
        layer[0], layer[height - 2] = layer[height - 3], layer[1]
    elif ends[1] == SLIP and part != 1:
        layer[0], layer[height - 2] = layer[1], layer[height - 3]
    if ends[2] == PERIODIC:
        layer[:, 0], layer[:, width - 2] = layer[:, width - 3], layer[:, 1]
    elif ends[2] == SLIP and part != 2:
        layer[:, 0], layer[:, width - 2] = layer[:, 1], layer[:, width - 3]


@njit(cache=True, nogil=True, fastmath=_FAST)
def _relax(layer, below, above, residual, inverse, weights, of_even, of_odd, line):
    """Relax the velocities of one colour in a layer."""
    height, width = layer.shape
    wz, wy, wx = weights[0], weights[1], weights[2]
    for y in range(1, height - 1):
        odd = y % 2
        for x in range(1, width - 1):
            around = (
                wz * (below[y, x] + above[y, x])
                + wy * (layer[y - 1, x] + layer[y + 1, x])
                + wx * (layer[y, x - 1] + layer[y, x + 1])
            )
            here, chosen = layer[y, x], of_odd[x] if odd else of_even[x]
            line[x] = here + chosen * ((residual[y, x] + around) * inverse[y, x] - here)
        for x in range(1, width - 1):
            layer[y, x] = line[x]


@njit(cache=True, nogil=True, fastmath=_FAST)
def _product(one, other, sums, first, stop):
    """Write the product of every layer."""
    parts, _, height, width = one.shape
    for z in range(first, stop):
        total = 0.0
        for part in range(parts):
            for y in range(height):
                row = np.float32(0)
                for x in range(width):
                    row += one[part, z, y, x] * other[part, z, y, x]
                total += np.float64(row)
        sums[z] = total


@njit(cache=True, nogil=True)
def _scale(field, factor, result, first, stop):
    parts, _, height, width = field.shape
    for z in range(first, stop):
        for part in range(parts):
            for y in range(height):
                for x in range(width):
                    result[part, z, y, x] = factor * field[part, z, y, x]


@njit(cache=True, nogil=True)
def _add(field, factor, result, first, stop):
    parts, _, height, width = field.shape
    for z in range(first, stop):
        for part in range(parts):
            for y in range(height):
                for x in range(width):
                    result[part, z, y, x] += factor * field[part, z, y, x]


@njit(cache=True, nogil=True)
def _advance(basis, older, newer, solution, oldeps, delta, inverse, step, first, stop):
    parts, _, height, width = basis.shape
    for z in range(first, stop):
        for part in range(parts):
            for y in range(height):
                for x in range(width):
                    w = basis[part, z, y, x] - oldeps * older[part, z, y, x] - delta * newer[part, z, y, x]
                    w *= inverse
                    older[part, z, y, x] = w
                    solution[part, z, y, x] += step * w

from __future__ import annotations

import conductors
import numba
import numpy as np
import pytest

from voltome.transport._conjugate_gradients import solve
from voltome.transport._faces import Faces
from voltome.transport._lattice import Lattice, _as_faces
from voltome.transport._multigrid import Multigrid, of_conductances, of_mask

SHAPE = (12, 14, 16)


def noise(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


@pytest.fixture
def pore():
    return conductors.blobs(SHAPE, 0.6, 1.0, 3)


def applied(operator, values):
    out = np.empty(operator.shape, np.float32)
    energy = operator.apply(values, out)
    return out, energy


@pytest.mark.parametrize("weights", [(1.0, 1.0, 1.0), (0.3, 1.7, 0.9)])
@pytest.mark.parametrize("periodic", [(False, False, False), (True, False, True)])
def test_a_mask_and_its_conductances_are_the_same_operator(pore, weights, periodic):
    extra = np.where(np.indices(SHAPE)[0] == 0, np.float32(0.7), np.float32(0.0))
    mask = of_mask(pore, weights=weights, extra=extra, periodic=periodic)
    faces = _as_faces(pore, weights, extra, periodic)
    assert isinstance(mask, Lattice)
    assert np.array_equal(mask.active, faces.active)
    values = noise(SHAPE) * mask.active
    (one, energy), (other, same) = applied(mask, values), applied(faces, values)
    assert one == pytest.approx(other, abs=1e-5)
    assert energy == pytest.approx(same, rel=1e-6)
    # the energy is the product of the values with the operator's action
    assert energy == pytest.approx(float((values.astype(float) * one).sum()), rel=1e-5)


def test_a_mask_of_cubes_needs_one_byte_per_voxel(pore):
    extra = np.full(SHAPE, 2.0, np.float32)
    assert of_mask(pore, extra=extra).diagonal.dtype == np.uint8
    assert of_mask(pore, extra=extra / 3).diagonal.dtype == np.float32


def test_an_odd_number_of_voxels_along_a_repeating_axis_needs_conductances():
    odd = conductors.blobs((9, 10, 11), 0.6, 1.0, 3)
    assert isinstance(of_mask(odd, periodic=(True, False, False)), Faces)
    assert isinstance(of_mask(odd), Lattice)


@pytest.mark.parametrize("shape", [(12, 14, 16), (9, 13, 7), (1, 6, 5), (1, 1, 4)])
@pytest.mark.parametrize("weights", [(1.0, 1.0, 1.0), (25.0, 1.0, 0.5)])
@pytest.mark.parametrize("repeats", [False, True])
def test_the_cycle_is_symmetric_and_positive(shape, weights, repeats):
    pore = np.random.default_rng(1).random(shape) < 0.8
    operator = of_mask(pore, weights=weights, extra=np.full(shape, 0.5, np.float32), periodic=(repeats,) * 3)
    levels = Multigrid(operator)
    one, other = noise(shape, 1) * operator.active, noise(shape, 2) * operator.active
    smooth_one, smooth_other = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    product = levels.cycle(one, smooth_one)
    levels.cycle(other, smooth_other)
    size = float(np.abs(one).astype(float) @ np.abs(smooth_one).astype(float).ravel()) if one.ndim == 1 else product
    crossed, back = ((a.astype(float) * b).sum() for a, b in ((smooth_one, other), (smooth_other, one)))
    assert crossed == pytest.approx(back, abs=1e-5 * size)
    assert product == pytest.approx(float((one.astype(float) * smooth_one).sum()), rel=1e-5)
    assert product > 0
    assert not smooth_one[~operator.active].any()


def test_a_singular_operator_is_solved_where_the_source_sums_to_zero():
    # no ends, all sides repeat: as in the cell problem of the tensor
    pore = conductors.blobs((16, 16, 16), 0.9, 1.0, 4)
    operator = of_mask(pore, periodic=(True, True, True))
    source = np.zeros((16, 16, 16), np.float32)
    values = noise((16, 16, 16)) * operator.active
    operator.apply(values, source)
    found = solve(operator, source.copy(), tolerance=1e-6)
    assert found.stopped_by == "tolerance"
    left, _ = applied(operator, found.values)
    assert left == pytest.approx(source, abs=0.02)


def test_the_bits_are_the_same_for_any_number_of_threads():
    shape = (72, 80, 96)  # more than one slab
    pore = conductors.blobs(shape, 0.5, 2.0, 5)
    rng = np.random.default_rng(6)
    along = [rng.random(shape).astype(np.float32) for _ in range(3)]
    most, found = numba.get_num_threads(), []
    try:
        for threads in range(1, most + 1):
            numba.set_num_threads(threads)
            for operator in (of_mask(pore, periodic=(True, False, False)), of_conductances(*along)):
                out = np.zeros(shape, np.float32)
                product = Multigrid(operator).cycle(noise(shape) * operator.active, out)
                found.append((product, out.tobytes(), operator.energy(out)))
    finally:
        numba.set_num_threads(most)
    assert len({repr(one) for one in found[::2]}) == len({repr(one) for one in found[1::2]}) == 1


def test_a_solution_says_when_it_ran_out_of_iterations(pore):
    operator = of_mask(pore, extra=np.full(SHAPE, 0.01, np.float32))
    found = solve(operator, noise(SHAPE) * operator.active, tolerance=1e-7, most_iterations=2)
    assert (found.iterations, found.stopped_by) == (2, "iterations")
    assert found.relative_error_bound > 1e-7


def test_a_source_of_zero_has_the_solution_zero(pore):
    found = solve(of_mask(pore), np.zeros(SHAPE, np.float32), tolerance=1e-4)
    assert (found.iterations, found.relative_error_bound, found.values.any()) == (0, 0.0, False)


class BreaksDown(Multigrid):
    """Grids whose third cycle finds no direction of descent, as rounding may bring about."""

    def cycle(self, residual, out):
        product = super().cycle(residual, out)
        cycles.append(product)
        return product if len(cycles) < 3 else -product


cycles: list[float] = []


def test_a_breakdown_is_never_taken_for_a_solution(pore):
    cycles.clear()
    operator = of_mask(pore, extra=np.full(SHAPE, 0.01, np.float32))
    source = noise(SHAPE) * operator.active
    found = solve(operator, source, tolerance=1e-4, multigrid=BreaksDown(operator))
    assert (found.iterations, found.stopped_by) == (2, "float32")
    assert found.relative_error_bound > 1e-4

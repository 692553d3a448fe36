from __future__ import annotations

import numpy as np
import pytest

from voltome.reconstruction._gridding import TILE, _tiles, lattice_of
from voltome.reconstruction._lines import waves
from voltome.reconstruction._slice_grid import SliceGrid, centred_grid

VIEWS, SLICES, LENGTH, AXIS = 29, 2, 96, 20.3
GRIDS = [
    centred_grid((37, 37)),
    centred_grid((24, 41)),
    centred_grid((5, 3)),
    SliceGrid((20, 33), (-9.2, 3.7), 1.0),
    SliceGrid((20, 33), (-9.2, 3.7), 1.7),
    SliceGrid((20, 33), (-9.2, 3.7), 0.4),
]


@pytest.fixture(scope="module")
def waved():
    """Angles, weights and spectra at random; those of real lines are real at both ends."""
    random = np.random.default_rng(5)
    spectra = random.normal(size=(VIEWS, SLICES, LENGTH // 2 + 1, 2)).astype(np.float32).view(np.complex64)[..., 0]
    spectra[:, :, [0, -1]] = spectra[:, :, [0, -1]].real
    return random.uniform(0, 2 * np.pi, VIEWS), random.random(VIEWS), spectra


def exact(grid, angles, count):
    """Return the wave of every view and frequency at every voxel, one by one."""
    y, x = grid.places
    place = AXIS + y[:, np.newaxis] * np.sin(angles)[:, np.newaxis, np.newaxis]
    place = place + x * np.cos(angles)[:, np.newaxis, np.newaxis]
    return np.exp(2j * np.pi / LENGTH * place[..., np.newaxis] * np.arange(count))


@pytest.mark.parametrize("grid", GRIDS, ids=str)
def test_slices_are_the_sum_of_all_waves(grid, waved):
    """To 5e-4 of their norm for numbers at random: what 6 cells of a grid 1.25 times finer leave."""
    angles, weights, spectra = waved
    lattice = lattice_of(grid, angles_rad=angles, axis=AXIS, length=LENGTH)
    found = lattice.to_slices(lambda some: spectra[some], waves(LENGTH), weights, SLICES)
    counted = spectra[:, :, : lattice.count] * (waves(LENGTH)[: lattice.count] * weights[:, np.newaxis, np.newaxis])
    expected = np.einsum("vsk,vyxk->syx", counted, exact(grid, angles, lattice.count), optimize=True).real
    assert np.linalg.norm(found - expected) < 5e-4 * np.linalg.norm(expected)


@pytest.mark.parametrize("grid", GRIDS, ids=str)
def test_lines_are_the_sum_over_all_voxels(grid, waved):
    angles, _, _ = waved
    lattice = lattice_of(grid, angles_rad=angles, axis=AXIS, length=LENGTH)
    values = np.random.default_rng(6).normal(size=(SLICES, *grid.shape)).astype(np.float32)
    found = np.empty((VIEWS, SLICES, LENGTH // 2 + 1), np.complex64)

    def take(some, spectra):
        found[some] = spectra

    lattice.to_lines(values, np.ones(LENGTH // 2 + 1), LENGTH // 2 + 1, take)
    expected = np.einsum("syx,vyxk->vsk", values, exact(grid, angles, lattice.count).conj(), optimize=True)
    assert np.linalg.norm(found[:, :, : lattice.count] - expected) < 5e-4 * np.linalg.norm(expected)
    assert not found[:, :, lattice.count :].any()


def test_voxels_larger_than_a_pixel_take_the_frequencies_that_they_can_show():
    grid = centred_grid((30, 30), 2.0)
    lattice = lattice_of(grid, angles_rad=np.zeros(1), axis=AXIS, length=LENGTH)
    assert lattice.count == LENGTH // 4 + 1


@pytest.mark.parametrize("extent", [(70, 40), (300, 160), (1, 1)])
def test_tiles_cover_every_cell_once(extent):
    seen = np.zeros(extent, int)
    for row, column in _tiles(extent):
        seen[row : row + TILE, column : column + TILE] += 1
    assert (seen == 1).all()

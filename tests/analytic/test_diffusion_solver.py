"""Diffusion through images whose effective diffusivity is known by a formula or from a solver in float64."""

from __future__ import annotations

import dataclasses

import conduction
import conductors
import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from voltome.transport._diffusion import diffuse, percolating

CUBES = (1.0, 1.0, 1.0)

EXACT = {
    "blobs-0": 0.22411415591,
    "blobs-1": 0.18515465852,
    "blobs-2": 0.34423086007,
    "blobs-3": 0.20513775527,
    "blobs-4": 0.10052292186,
    "blobs-5": 0.046524513694,
    "blobs-6": 0.028456047386,
    "blobs-7": 0.62060327952,
    "blobs-8": 0.074286945439,
    "blobs-9": 0.0093233573596,
    "spheres-0": 0.1705269114,
    "spheres-1": 0.034628900278,
    "spheres-2": 0.24223458116,
    "spheres-3": 0.010630358492,
    "spheres-4": 0.015513689577,
    "spheres-5": 0.40660506513,
    "grains-8": 0.2872304261,
    "grains-9": 0.38865480888,
    "grains-14": 0.30704810107,
    "grains-20": 0.29013245477,
    "channels-1": 0.00073188587991,
    "channels-4": 0.0027219466185,
    "channels-12": 0.0081946054014,
    "chambers-5": 0.072559587811,
    "chambers-8": 0.059681133739,
    "chambers-12": 0.043766397718,
    "anisotropic-0": 0.076179111898,
    "anisotropic-1": 0.076812217923,
    "anisotropic-2": 0.14343541308,
    "anisotropic-3": 0.3937804172,
}
"""Effective diffusivities by `conductors.exact_relative_diffusivity`, which takes five minutes for all."""

QUICK = ("blobs-0", "spheres-4", "channels-1", "channels-12")


@pytest.fixture(scope="module")
def varied() -> dict[str, conductors.Conductor]:
    found = {}
    for conductor in conductors.varied():
        inside = percolating(conductor.conducting, axis=conductor.axis)
        found[conductor.name] = dataclasses.replace(conductor, conducting=inside)
    return found


@pytest.mark.parametrize("name", QUICK)
def test_the_exact_values_are_those_of_the_float64_solver(varied, name):
    assert conductors.exact_relative_diffusivity(varied[name]) == pytest.approx(EXACT[name], rel=1e-8)


@pytest.mark.parametrize("name", EXACT)
def test_the_error_never_exceeds_the_bound_nor_the_bound_the_tolerance(varied, name):
    conductor = varied[name]
    for tolerance in (1e-2, 1e-3, 1e-4):
        found = diffuse(conductor.conducting, spacing=conductor.spacing, axis=conductor.axis, tolerance=tolerance)
        error = found.relative_diffusivity / EXACT[name] - 1
        assert found.stopped_by == "tolerance"
        # every iterate dissipates too much: the bias is upwards, never down
        assert -1e-8 <= error <= found.relative_error_bound <= tolerance


def serpentine(height: int, length: int, wide: int) -> tuple[np.ndarray, int]:
    """Return a channel that runs to and fro in one plane, and the voxels along it."""
    image = np.zeros((2 * height + 1, wide, length), bool)
    image[1::2] = True
    for bend in range(height + 1):
        image[2 * bend, :, 0 if bend % 2 == 0 else length - 1] = True
    return image, height * length + height + 1


@pytest.mark.parametrize("tolerance", [1e-2, 1e-3, 1e-4])
@pytest.mark.parametrize(("height", "length", "wide"), [(5, 40, 1), (9, 60, 2), (12, 100, 1), (21, 90, 3)])
def test_a_channel_to_and_fro_conducts_as_so_many_voxels_in_a_row(height, length, wide, tolerance):
    # hundreds of voxels long and few wide, the slowest to solve: one conductance per voxel in series, so the flux of
    # a channel of N voxels is 1 / N per unit of width; a bound that rests on Ritz values alone was too small here
    image, count = serpentine(height, length, wide)
    found = diffuse(image, spacing=CUBES, axis=0, tolerance=tolerance)
    error = found.relative_diffusivity / ((2 * height + 1) / length / count) - 1
    assert -1e-6 <= error <= found.relative_error_bound <= tolerance


def test_the_tightest_tolerance_is_kept(varied):
    for name in ("blobs-2", "spheres-3", "chambers-12", "anisotropic-1"):
        conductor = varied[name]
        found = diffuse(conductor.conducting, spacing=conductor.spacing, axis=conductor.axis, tolerance=1e-7)
        assert found.relative_diffusivity == pytest.approx(EXACT[name], rel=1e-7)


def below(quantile: float, sigma: float, seed: int) -> np.ndarray:
    noise = gaussian_filter(np.random.default_rng(seed).standard_normal((24, 24, 24)), sigma)
    return noise < np.quantile(noise, quantile)


@pytest.mark.parametrize(("ratio", "tolerance"), [(1e-6, 1e-4), (1e-4, 1e-2)])
def test_islands_in_a_poor_conductor_are_not_taken_for_solved_too_early(ratio, tolerance):
    # the smallest Ritz value does not see the levels of such islands for long: stopped there, the error was 3 %
    values = np.where(below(0.15, 1.5, 0), 1, ratio).astype(np.float32)
    values[below(0.3, 1, 9)] = 0
    found = diffuse(values, spacing=CUBES, axis=0, tolerance=tolerance)
    error = found.relative_diffusivity / conduction.relative_diffusivity(values) - 1
    assert -1e-6 <= error <= found.relative_error_bound <= tolerance


@pytest.mark.parametrize("tolerance", [0.5, 0.1])
def test_a_coarse_tolerance_has_a_bound_that_holds_too(tolerance):
    # after four iterations, in voxels 50 times as long as wide, the bound was 2 % and the error 18 %
    inside, spacing = below(0.4, 1.5, 3), (1.0, 1.0, 50.0)
    found = diffuse(inside, spacing=spacing, axis=2, tolerance=tolerance)
    error = found.relative_diffusivity / conduction.relative_diffusivity(inside, spacing=spacing, axis=2) - 1
    assert -1e-6 <= error <= found.relative_error_bound <= tolerance


def test_no_bound_is_smaller_than_the_rounding_of_float32():
    values = np.array([0.3, 0.7], np.float32).reshape(2, 1, 1)
    assert diffuse(values, spacing=CUBES, axis=0).relative_error_bound >= 5e-8


@pytest.mark.parametrize("boundary", ["face", "voxel"])
@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("spacing", [CUBES, (0.5, 2.0, 1.0)])
def test_an_open_box_conducts_as_its_material_does(boundary, axis, spacing):
    # D = D0 exactly, whatever the voxels and the ends
    found = diffuse(np.ones((7, 10, 13), bool), spacing=spacing, axis=axis, boundary=boundary)
    assert found.relative_diffusivity == pytest.approx(1.0, abs=1e-9)
    assert found.flux_per_slice == pytest.approx(
        np.ones((7, 10, 13)[axis] + (1 if boundary == "face" else -1)), abs=5e-6
    )


def test_the_slanted_strip_of_taufactor():
    # the known tortuosity factor of a staircase 2 voxels wide in a box of 20 x 21 x 21 voxels: 7.51667
    strip = np.zeros((20, 21, 21), bool)
    for z in range(20):
        strip[z, z : z + 2, z : z + 2] = True
    found = diffuse(strip, spacing=CUBES, axis=0, tolerance=1e-6)
    assert strip.mean() / found.relative_diffusivity == pytest.approx(7.51667, abs=1e-5)


def test_layers_across_the_flow_conduct_as_their_harmonic_mean():
    conductivity = np.repeat(np.array([1.0, 0.25, 2.0, 0.01], np.float32), 3)[:, None, None] * np.ones(
        (12, 6, 7), np.float32
    )
    found = diffuse(conductivity, spacing=CUBES, axis=0, tolerance=1e-6)
    expected = 4 / (1 / 1.0 + 1 / 0.25 + 1 / 2.0 + 1 / np.float64(np.float32(0.01)))
    assert found.relative_diffusivity == pytest.approx(expected, rel=1e-6)


def test_layers_along_the_flow_conduct_as_their_arithmetic_mean():
    conductivity = np.repeat(np.array([1.0, 0.25, 2.0, 0.0], np.float32), 3)[:, None, None] * np.ones(
        (12, 6, 7), np.float32
    )
    found = diffuse(conductivity, spacing=CUBES, axis=2, tolerance=1e-6)
    assert found.relative_diffusivity == pytest.approx((1.0 + 0.25 + 2.0) / 4, rel=1e-6)


def test_a_straight_channel_and_its_dead_end():
    # only the channel carries: 2 x 2 of 8 x 8 voxels; the room beside it is joined, and still
    image = np.zeros((16, 8, 8), bool)
    image[:, 2:4, 2:4] = True
    image[5:9, 4:8, 2:4] = True
    found = diffuse(image, spacing=CUBES, axis=0, tolerance=1e-6)
    # a wider stretch conducts better: at least the channel alone, at most all of the layers
    layers = image.sum(axis=(1, 2))
    assert 4 / 64 < found.relative_diffusivity < 16 / (64 / layers).sum()


def test_ends_in_voxels_leave_out_half_a_voxel_at_both_ends():
    # a channel that is wide in its end layers only: with ends in the voxels, these add no resistance
    image = np.zeros((10, 6, 6), bool)
    image[:, 2, 2] = True
    image[0] = image[-1] = True
    found = diffuse(image, spacing=CUBES, axis=0, boundary="voxel", tolerance=1e-6)
    assert found.relative_diffusivity == pytest.approx(1 / 36, rel=1e-6)

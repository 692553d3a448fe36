"""Diffusion through shapes whose answer is known: straight channels, layers, spheres, slanted strips, checkerboards.

Every solved value of one phase is at most by the tolerance larger than the exact solution on the voxels, never smaller;
the solution on voxels is smaller than that of smooth walls, as steps narrow every way.
"""

from __future__ import annotations

import conduction
import numpy as np
import pytest
from porous import blobs, pores, slanted_strip

import voltome as vt

AXES = ("z", "y", "x")
EDGES = [(1.0, 1.0, 1.0), (0.3, 1.0, 2.5)]


def solve(image: vt.data.PhaseImage, **how: object) -> vt.transport.Tortuosity:
    return vt.transport.tortuosity(image, phase="pore", **{"tolerance": 1e-6, **how})


@pytest.mark.parametrize("edges", EDGES)
@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("boundary", ["face", "voxel"])
def test_an_open_box_has_tortuosity_one(edges, axis, boundary):
    found = solve(pores(np.ones((6, 7, 9)), edges), axis=axis, boundary=boundary)
    assert found.value == pytest.approx(1, abs=1e-6)
    assert found.relative_diffusivity == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("edges", EDGES)
@pytest.mark.parametrize("boundary", ["face", "voxel"])
def test_a_straight_channel_has_tortuosity_one_and_the_diffusivity_of_its_section(edges, boundary):
    channel = np.zeros((9, 8, 7))
    channel[:, 2:5, 3:5] = 1
    found = solve(pores(channel, edges), boundary=boundary)
    assert found.relative_diffusivity == pytest.approx(6 / 56, rel=1e-6)
    assert found.value == pytest.approx(1, abs=1e-6)


def test_the_slanted_strip_of_two_voxels_has_the_known_value():
    # TauFactor's test image; in double precision 7.516667, from the resistances of its steps
    strip = slanted_strip(20)
    found = solve(pores(strip))
    assert conduction.relative_diffusivity(strip) == pytest.approx(strip.mean() / 7.5166666667, rel=1e-9)
    assert found.value == pytest.approx(7.5166667, rel=2e-6)
    assert found.value <= 7.5166667  # energy is a minimum: the diffusivity is never too small


@pytest.mark.parametrize("ratio", [0.001, 0.25, 1.0])
def test_layers_in_series_conduct_by_the_harmonic_and_in_parallel_by_the_arithmetic_mean(ratio):
    labels = np.ones((8, 5, 6))
    labels[3:] = 2
    given = {"pore": 1.0, "binder": ratio}
    image = pores(labels, (0.5, 1.0, 2.0))
    series, parallel = (
        vt.transport.effective_diffusivity(image, diffusivities=given, axis=axis, tolerance=1e-6) for axis in ("z", "y")
    )
    assert series.value == pytest.approx(1 / (3 / 8 + 5 / 8 / ratio), rel=2e-6)
    assert series.value == pytest.approx(series.harmonic_diffusivity, rel=2e-6)
    assert parallel.value == pytest.approx(3 / 8 + 5 / 8 * ratio, rel=2e-6)
    assert parallel.value == pytest.approx(parallel.mean_diffusivity, rel=2e-6)
    assert parallel.tortuosity == pytest.approx(1, rel=2e-6)


def cubic_array_of_spheres(fraction: float) -> float:
    """Return the conductivity of a matrix of 1 around insulating spheres on a simple cubic lattice.

    A. S. Sangani, A. Acrivos, Proc. R. Soc. Lond. A 386, 263 (1983), equation 48, with conductivity ratio 0.
    """
    second, third, fourth, fifth = -3 / 4, -5 / 6, -7 / 8, -9 / 10
    inner = (
        2
        + fraction
        + 1.305
        * second
        * fraction ** (10 / 3)
        * (1 + 0.231 * third * fraction ** (11 / 3))
        / (1 - 0.405 * second * fraction ** (7 / 3))
        + 0.0723 * third * fraction ** (14 / 3)
        + 0.153 * fourth * fraction**6
        + 0.0105 * fifth * fraction ** (22 / 3)
    )
    return 1 - 3 * fraction / inner


@pytest.mark.parametrize("fraction", [0.1, 0.3])
def test_a_cubic_array_of_spheres_is_approached_from_below_as_the_voxels_shrink(fraction):
    """Steps of voxels take from every way: -2.1, -1.4, -0.7 % for 10 % of spheres; -6.3, -3.4, -1.7 % for 30 %."""
    errors = []
    for edge in (12, 24, 48):
        away = (np.indices((edge,) * 3) + 0.5) / edge - 0.5
        sphere = (away**2).sum(axis=0) < (3 * fraction / (4 * np.pi)) ** (2 / 3)
        found = solve(pores(~sphere), tolerance=1e-5).relative_diffusivity
        errors.append(found / cubic_array_of_spheres(float(sphere.mean())) - 1)
    assert all(error < 0 for error in errors)
    assert errors[0] < errors[1] < errors[2]
    assert abs(errors[2]) < 0.02


def test_a_few_spheres_obey_maxwell():
    # dilute: 1 - 3 c / (2 + c), from below by the steps of the voxels
    away = (np.indices((32,) * 3) + 0.5) - 16
    sphere = (away**2).sum(axis=0) < 6.5**2
    share = float(sphere.mean())
    assert share < 0.04
    assert solve(pores(~sphere)).relative_diffusivity == pytest.approx(1 - 3 * share / (2 + share), rel=0.01)


def test_a_checkerboard_conducts_by_the_geometric_mean_as_its_fields_are_resolved():
    # Keller (1964): sqrt(1 * 4) = 2. One voxel per field gives the harmonic mean 1.6 exactly; the bias is negative
    errors = []
    for field in (1, 4, 16):
        z, x = np.indices((2 * field, 2 * field))
        labels = (1 + (z // field + x // field) % 2)[:, None, :]
        found = vt.transport.diffusivity_tensor(
            pores(labels), diffusivities={"pore": 1.0, "binder": 4.0}, tolerance=1e-6
        )
        errors.append(found.values[0, 0] / 2 - 1)
        assert found.values[1, 1] == pytest.approx(2.5, rel=1e-6)
    assert errors[0] == pytest.approx(-0.2, abs=1e-6)
    assert errors[0] < errors[1] < errors[2] < 0
    assert abs(errors[2]) < 0.02


@pytest.mark.parametrize("porosity", [0.35, 0.5, 0.7])
def test_random_media_lie_below_the_bound_of_hashin_and_shtrikman(porosity):
    found = solve(pores(blobs(24, porosity=porosity)))
    assert 0 < found.relative_diffusivity < 2 * found.porosity / (3 - found.porosity) < found.porosity


@pytest.mark.parametrize("ratio", [0.01, 0.3])
def test_two_phases_lie_within_the_bounds_of_wiener_and_of_hashin_and_shtrikman(ratio):
    first = blobs(24, porosity=0.4)
    found = vt.transport.effective_diffusivity(
        pores(np.where(first, 1, 2)), diffusivities={"pore": 1.0, "binder": ratio}
    )
    share, other = first.mean(), 1 - first.mean()
    low = ratio + share / (1 / (1 - ratio) + other / (3 * ratio))
    high = 1 + other / (1 / (ratio - 1) + share / 3)
    assert found.harmonic_diffusivity < low < found.value < high < found.mean_diffusivity


@pytest.mark.parametrize("boundary", ["face", "voxel"])
@pytest.mark.parametrize("sides", ["no-flux", "periodic"])
@pytest.mark.parametrize("axis", AXES)
def test_a_random_medium_is_that_of_sparse_matrices_and_never_below(boundary, sides, axis):
    edges = (1.0, 2.0, 1.5)
    image = np.random.default_rng(0).random((12, 10, 14)) < 0.6
    truth = conduction.relative_diffusivity(
        image, spacing=edges, axis=AXES.index(axis), boundary=boundary, periodic=sides == "periodic"
    )
    found = solve(pores(image, edges), axis=axis, boundary=boundary, sides=sides, tolerance=1e-5)
    error = found.relative_diffusivity / truth - 1
    assert -2e-7 < error <= found.relative_error_bound <= 1e-5


def test_the_ends_in_voxels_read_less_than_the_ends_on_faces():
    # half a voxel at each end is open to the whole flux only where the potential is held on the face
    image = pores(blobs(30, porosity=0.5))
    face, voxel = (solve(image, boundary=boundary).relative_diffusivity for boundary in ("face", "voxel"))
    assert voxel < face
    assert voxel == pytest.approx(face, rel=0.03)


@pytest.mark.parametrize("given", [{"pore": 2.0}, {"pore": 1.0, "solid": 0.05}])
def test_the_tensor_is_that_of_sparse_matrices(given):
    edges = (1.0, 2.0, 1.5)
    image = np.random.default_rng(0).random((12, 10, 14)) < 0.6
    truth = conduction.tensor(np.where(image, given["pore"], given.get("solid", 0.0)), spacing=edges)
    found = vt.transport.diffusivity_tensor(pores(image, edges), diffusivities=given, tolerance=1e-6)
    assert found.values == pytest.approx(truth, abs=1e-6)


def test_slanted_sheets_conduct_along_themselves_and_not_across():
    """Sheets at 45 degrees: along them close to their fraction, across them nothing; in steps, so from below."""
    z, _, x = np.indices((24, 2, 24))
    found = vt.transport.diffusivity_tensor(pores((z + x) % 24 < 12), diffusivities={"pore": 1.0}, tolerance=1e-6)
    assert found.values[0, 2] < 0  # up along z is back along x
    assert found.principal_values[2] == pytest.approx(0, abs=1e-6)
    assert found.values[1, 1] == pytest.approx(0.5, rel=1e-6)
    along = found.along((1.0, 0.0, -1.0))
    assert 0.4 < along < 0.5
    assert found.along((1.0, 0.0, 1.0)) == pytest.approx(0, abs=1e-6)


# the two images of TauFactor's tests of its electrode solver: (layers of the pore, TauFactor's value)
ELECTRODES = {"dead end": (75, 0.593), "through": (100, 0.987)}


def ladder(resistance: float, capacitance: float, frequency: float, rungs: int) -> complex:
    """Return the impedance of a ladder of resistors and capacitors, as TauFactor's reference."""
    impedance = 1e50 + 0j
    for _ in range(rungs):
        impedance = resistance + 1 / (1j * frequency * capacitance + 1 / impedance)
    return impedance


@pytest.mark.parametrize("name", ELECTRODES)
def test_the_electrode_tortuosity_is_the_limit_of_the_impedance_at_low_frequency(name):
    layers, published = ELECTRODES[name]
    pore = np.zeros((100, 1, 100), np.bool_)
    pore[:layers, 0, 45:55] = True
    found = vt.transport.electrode_tortuosity(pores(pore), phase="pore", separator="first", tolerance=1e-6)
    area = conduction.reactive_faces(pore, ~pore, (1, 1, 1), periodic=(False,) * 3).sum() / 1e4
    frequency = pore.mean() / area / 1e4
    impedance = conduction.electrode_impedance(pore, ~pore, frequency=frequency / 1000)
    assert found.value == pytest.approx(3 * pore.mean() / 100 * impedance.real, rel=1e-5)
    # TauFactor: at a quarter of that frequency, over the impedance of a ladder
    theirs = conduction.electrode_impedance(pore, ~pore, frequency=frequency / 4)
    reference = ladder(1 / pore.mean(), area, frequency / 4, 100)
    assert theirs.real / reference.real == pytest.approx(published, abs=5e-4)


@pytest.mark.parametrize("layers", [20, 80])
@pytest.mark.parametrize("width", [1, 4])
def test_a_straight_pore_has_the_electrode_tortuosity_one_and_a_term_of_its_width(layers, width):
    """One, 1 / (2 N^2) for N layers of voxels, and what the current needs to spread from the walls over the width."""
    slit = np.zeros((layers, 1, 8))
    slit[:, :, 2 : 2 + width] = 1
    found = vt.transport.electrode_tortuosity(pores(slit), phase="pore", tolerance=1e-6).value
    across = sum((1 - 2 * face / width) ** 2 for face in range(1, width))
    expected = 1 + (1 + 1.5 * width * across) / (2 * layers**2)
    # at the open end the potential is even across the slit: there the current need not spread
    assert expected - 0.02 * (width > 1) * (width / layers) ** 3 <= found + 1e-6 <= expected + 2e-6


def test_refinement_finds_most_of_the_error_of_the_voxels_and_its_sign():
    coarse = blobs(16, porosity=0.45, sigma=1.0, seed=1)
    exact = coarse
    for axis in range(3):
        exact = np.repeat(exact, 6, axis=axis)
    fine = solve(pores(exact, 1 / 6), tolerance=1e-5).value  # itself still too large
    found = vt.transport.tortuosity_refinement(pores(coarse), phase="pore", tolerance=1e-5)
    assert found.resolution_error > 0.05
    assert abs(found.tortuosity_extrapolated / fine - 1) < 0.2 * (found.tortuosity / fine - 1)
    three = vt.transport.tortuosity_refinement(pores(coarse), phase="pore", levels=3, tolerance=1e-5)
    assert 0.8 < three.order < 1.5
    assert three.resolution_error > found.resolution_error

"""Iterative reconstruction of discs whose projections are exact: operators, error, and what smoothing takes away."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from discs import Disc, body_with_inclusions, scan, true_slice
from numpy.typing import NDArray

import voltome as vt
from voltome.reconstruction._normal import normal_operator

COLUMNS = 96


def noisy(projections: vt.data.Projections, deviation: float) -> vt.data.Projections:
    noise = np.random.default_rng(0).normal(0, deviation, projections.values.shape)
    return dataclasses.replace(projections, values=(projections.values + noise).astype(np.float32))


def inside(share: float = 0.44, columns: int = COLUMNS) -> NDArray[np.bool_]:
    y, x = np.indices((columns, columns)) - (columns - 1) / 2
    return np.hypot(y, x) < share * columns


def error(volume: vt.data.Volume, truth: NDArray[np.float64]) -> float:
    """Return the root mean square error inside the body over the deviation of the truth."""
    here = inside(columns=volume.shape[2])
    return float(np.sqrt(((volume.values[0] - truth)[here] ** 2).mean()) / truth[here].std())


@pytest.fixture(scope="module")
def body() -> list[Disc]:
    return body_with_inclusions(radius_um=0.44 * COLUMNS, inclusions=12, seed=1)


@pytest.fixture(scope="module")
def exact(body: list[Disc]) -> vt.data.Projections:
    return scan([body], angles_deg=np.arange(150) * 180 / 150, columns=COLUMNS)


@pytest.fixture(scope="module")
def truth(body: list[Disc]) -> NDArray[np.float64]:
    return true_slice(body, size=COLUMNS)


@pytest.mark.parametrize(("columns", "axis_px"), [(48, 23.5), (49, 24.0), (48, 20.25)])
def test_the_convolution_is_projection_and_back_projection(columns: int, axis_px: float) -> None:
    # A^T A by the definition of `project` and `backproject`, on a detector that sees all of the slice: so wide that
    # nothing is cut off. What differs is where the band-limited rays of a voxel are sampled, below 1e-3
    random = np.random.default_rng(0)
    y, x = np.indices((columns, columns)) - (columns - 1) / 2
    values = np.where(np.hypot(y, x) < columns / 4, 1 + random.random((columns, columns)), 0).astype(np.float32)
    angles = np.sort(random.uniform(0, 180, 40))
    beam = vt.data.ParallelBeam(1, rotation_axis_px=axis_px)
    empty = vt.data.Projections(
        np.zeros((40, 1, columns), np.float32), angles_deg=angles, geometry=beam, kind="absorbance"
    )
    volume = vt.data.Volume(values[np.newaxis], voxel_size_um=1, quantity="attenuation", unit="1/cm")
    wide = vt.data.Projections(
        np.zeros((40, 1, 4 * columns), np.float32),
        angles_deg=angles,
        geometry=vt.data.ParallelBeam(1, rotation_axis_px=axis_px + columns),
        kind="absorbance",
    )
    seen = vt.reconstruction.project(volume, like=wide)
    expected = vt.reconstruction.backproject(seen, size_voxels=columns).values[0] * 1e8  # 1 um of path is 1e-4 cm
    found = normal_operator(empty, axis_px).apply(values)
    assert np.linalg.norm(found - expected) < 1e-3 * np.linalg.norm(expected)


def test_the_convolution_is_symmetric_and_no_vector_gets_longer_than_the_largest_eigenvalue() -> None:
    random = np.random.default_rng(1)
    beam = vt.data.ParallelBeam(1, rotation_axis_px=11.5)
    empty = vt.data.Projections(
        np.zeros((30, 1, 24), np.float32), angles_deg=np.arange(30) * 6.0, geometry=beam, kind="absorbance"
    )
    operator = normal_operator(empty, 11.5)
    a, b = random.normal(size=(2, 24, 24)).astype(np.float32)
    assert np.vdot(a, operator.apply(b)) == pytest.approx(np.vdot(operator.apply(a), b), rel=1e-4)
    matrix = np.array([operator.apply(each.reshape(24, 24)).ravel() for each in np.eye(576, dtype=np.float32)])
    largest = float(np.linalg.eigvalsh(matrix.astype(np.float64))[-1])
    assert largest < operator.largest_eigenvalue() < 1.03 * largest


def test_conjugate_gradients_find_the_discs_and_their_attenuation(
    exact: vt.data.Projections, truth: NDArray[np.float64]
) -> None:
    # exact data: edges ring in a band-limited model, so the error does not go to 0; of the mean it does
    found = vt.reconstruction.cgls(exact, iterations=20)
    here = inside(0.40)
    slope, offset = np.polyfit(truth[here], found.values[0][here], 1)
    assert error(found, truth) < 0.18
    assert slope == pytest.approx(1, abs=0.02)
    assert offset == pytest.approx(0, abs=2)  # of 100 1/cm
    assert found.values[0][here].mean() == pytest.approx(truth[here].mean(), rel=2e-3)


@pytest.mark.parametrize("axis_px", [47.5, 44.0, 50.3])
def test_a_single_disc_lies_where_it_is_whatever_the_column_of_the_axis(axis_px: float) -> None:
    disc = Disc(10.25, -15.5, 6, 200)
    seen = scan([[disc]], angles_deg=np.arange(90) * 2.0, columns=COLUMNS, rotation_axis_px=axis_px)
    values = vt.reconstruction.sirt(seen, iterations=60, relaxation=1.9).values[0]
    values = np.where(values > 50, values, 0)
    y, x = np.indices(values.shape) - (COLUMNS - 1) / 2
    assert (values * y).sum() / values.sum() == pytest.approx(10.25, abs=0.05)
    assert (values * x).sum() / values.sum() == pytest.approx(-15.5, abs=0.05)


def test_simultaneous_steps_come_to_the_same_least_squares_as_conjugate_gradients(
    exact: vt.data.Projections,
) -> None:
    # 400 steps of 1.9 are about as far as 14 conjugate ones; where they agree is the smooth part of the slice
    steps = vt.reconstruction.sirt(exact, iterations=400, relaxation=1.9, non_negative=False).values
    conjugate = vt.reconstruction.cgls(exact, iterations=14).values
    assert np.linalg.norm(steps - conjugate) < 0.05 * np.linalg.norm(conjugate)


def test_the_bound_at_zero_lowers_the_error_where_there_is_air() -> None:
    discs = [Disc(0, -10, 6, 100), Disc(5, 14, 8, 200)]
    seen = noisy(scan([discs], angles_deg=np.arange(24) * 7.5, columns=COLUMNS), 0.01)
    true = true_slice(discs, size=COLUMNS)
    free = vt.reconstruction.sirt(seen, iterations=150, relaxation=1.9, non_negative=False)
    held = vt.reconstruction.sirt(seen, iterations=150, relaxation=1.9)
    assert held.values.min() == 0
    assert free.values.min() < -5
    assert error(held, true) < 0.8 * error(free, true)


def test_total_variation_halves_the_error_of_noisy_views(
    exact: vt.data.Projections, truth: NDArray[np.float64]
) -> None:
    seen = noisy(exact, 0.02)
    filtered = error(vt.reconstruction.fbp(seen), truth)
    least = min(error(vt.reconstruction.cgls(seen, iterations=steps), truth) for steps in (5, 8, 12))
    smooth = error(vt.reconstruction.fista_tv(seen, weight_per_cm=12), truth)
    assert smooth < 0.5 * filtered
    assert smooth < 0.6 * least


@pytest.mark.parametrize("radius", [6.0, 10.0])
def test_a_disc_loses_contrast_with_one_over_the_square_of_its_radius(radius: float) -> None:
    # the loss d balances  d * <disc, A^T A disc> / views = weight * perimeter;  of a disc the first is the integral of
    # its chords squared, 16 r^3 / 3, so d = 3 pi / 8 * weight / r^2. Forward differences take the border of a disc on a
    # grid for longer than it is, so that more is lost: half as much again. Bias: negative
    seen = scan([[Disc(0, 0, radius, 100)]], angles_deg=np.arange(120) * 1.5, columns=48)
    y, x = np.indices((48, 48)) - 23.5
    middle = np.hypot(y, x) < radius - 3
    low, high = (
        vt.reconstruction.fista_tv(seen, weight_per_cm=weight, tolerance=0).values[0][middle].mean()
        for weight in (40.0, 120.0)
    )
    expected = 3 * np.pi / 8 * 80 / radius**2
    assert expected < low - high < 1.7 * expected


def test_without_a_price_total_variation_is_least_squares_with_a_bound(exact: vt.data.Projections) -> None:
    free = vt.reconstruction.fista_tv(exact, weight_per_cm=0, non_negative=False, iterations=60, tolerance=0).values
    conjugate = vt.reconstruction.cgls(exact, iterations=20).values
    assert np.linalg.norm(free - conjugate) < 0.05 * np.linalg.norm(conjugate)


def test_neighbouring_slices_smooth_each_other(body: list[Disc], truth: NDArray[np.float64]) -> None:
    same = noisy(scan([body] * 5, angles_deg=np.arange(100) * 1.8, columns=COLUMNS), 0.03)
    alone = vt.reconstruction.fista_tv(same, weight_per_cm=8, iterations=40)
    together = vt.reconstruction.fista_tv(same, weight_per_cm=8, iterations=40, neighbours="volume")
    middle = [dataclasses.replace(each, values=each.values[2:3]) for each in (alone, together)]
    assert error(middle[1], truth) < 0.8 * error(middle[0], truth)


def test_the_views_held_out_ask_for_about_as_many_iterations_as_the_truth(
    exact: vt.data.Projections, truth: NDArray[np.float64]
) -> None:
    # with half the views noise comes sooner, so the curve asks for fewer rather than more
    for noise, most in ((0.05, 8), (0.005, 16)):
        seen = noisy(exact, noise)
        errors = [error(vt.reconstruction.cgls(seen, iterations=steps), truth) for steps in range(2, 21)]
        best = 2 + int(np.argmin(errors))
        asked = int(vt.reconstruction.iteration_curve(seen, iterations=25).frame.best_iteration[0])
        assert best <= most
        assert best / 2 <= asked <= best + 2
        assert error(vt.reconstruction.cgls(seen, iterations=asked), truth) < 1.25 * min(errors)

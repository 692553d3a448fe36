"""Signal, noise, resolution and rings that were planted, so that what is to be measured is known beforehand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import scipy.ndimage
from discs import body_with_inclusions, scan
from numpy.typing import NDArray

import voltome as vt

EDGES = (1.5, 0.5, 0.5)


def spheres(shape: tuple[int, int, int] = (20, 60, 60)) -> vt.data.PhaseImage:
    """Return two balls of a radius of 8 um in air."""
    z, y, x = np.ogrid[: shape[0], : shape[1], : shape[2]]
    labels = np.zeros(shape, np.uint8)
    for centre in (8.0, 22.0):
        far = (z * EDGES[0] - 14) ** 2 + (y * EDGES[1] - centre) ** 2 + (x * EDGES[2] - centre) ** 2
        labels[far <= 8**2] = 1
    return vt.data.PhaseImage(labels, voxel_size_um=EDGES, phases={0: "air", 1: "NMC"})


def grey(phases: vt.data.PhaseImage, *, means: tuple[float, float], noise: tuple[float, float]) -> vt.data.Volume:
    """Return normal noise about a mean in each phase."""
    draws = np.random.default_rng(0).normal(0, 1, phases.shape)
    values = np.take(means, phases.values) + np.take(noise, phases.values) * draws
    return vt.data.Volume(values, **phases.grid, quantity="attenuation", unit="1/cm")


def test_signal_to_noise_is_the_mean_over_the_deviation_that_were_planted() -> None:
    phases = spheres()
    volume = grey(phases, means=(0, 80), noise=(2, 8))
    row = vt.reconstruction.signal_to_noise(volume, phases=phases, phase="NMC", erode_um=1).frame.iloc[0]
    assert row.signal_to_noise == pytest.approx(10, rel=0.03)
    assert abs(row.signal_to_noise - 10) < 4 * row.signal_to_noise_standard_error
    assert row.pieces == 2
    assert row.piece_signal_to_noise == pytest.approx(10, rel=0.05)


def test_pieces_that_differ_count_as_noise_only_where_they_are_taken_together() -> None:
    # means 60 and 100 with noise 5: together sqrt(20^2 + 5^2) = 20.6 about 80, 3.9; each for itself 12 and 20
    phases = spheres()
    volume = grey(phases, means=(0, 60), noise=(2, 5))
    values = volume.values.copy()
    values[:, 30:, 30:] += np.where(phases.values[:, 30:, 30:] == 1, 40, 0)
    table = vt.reconstruction.signal_to_noise(
        dataclasses.replace(volume, values=values), phases=phases, phase="NMC", erode_um=1
    )
    row = table.frame.iloc[0]
    assert row.signal_to_noise == pytest.approx(80 / np.hypot(20, 5), rel=0.05)
    assert row.piece_signal_to_noise == pytest.approx((12 + 20) / 2, rel=0.05)


def test_blurred_edges_lower_the_signal_to_noise_unless_they_are_left_out() -> None:
    phases = spheres()
    volume = grey(phases, means=(0, 80), noise=(0, 0))
    blurred = scipy.ndimage.gaussian_filter(volume.values, [1 / edge for edge in EDGES])
    noisy = dataclasses.replace(volume, values=blurred + np.random.default_rng(1).normal(0, 8, phases.shape))
    rim, core = (
        vt.reconstruction.signal_to_noise(noisy, phases=phases, phase="NMC", erode_um=erode).frame.iloc[0]
        for erode in (0, 3)
    )
    assert core.signal_to_noise == pytest.approx(10, rel=0.05)
    assert rim.signal_to_noise < 6
    assert rim.voxels == phases.is_phase("NMC").sum()


def test_contrast_to_noise_counts_from_the_background() -> None:
    # (80 - 20) / 6 = 10; midway lies 30 from both: 5 deviations of the air, 3.75 of the particles, which is 8.8e-5
    phases = spheres()
    volume = grey(phases, means=(20, 80), noise=(6, 8))
    row = vt.reconstruction.contrast_to_noise(
        volume, phases=phases, phase="NMC", background="air", erode_um=1
    ).frame.iloc[0]
    assert row.contrast_to_noise == pytest.approx(10, rel=0.03)
    assert row.contrast == pytest.approx(60, rel=0.01)
    assert row.misclassified_share == pytest.approx((2.87e-7 + 8.84e-5) / 2, rel=0.2)


def two_of(signal: NDArray[np.float64], noise: float, **grid: object) -> tuple[vt.data.Volume, vt.data.Volume]:
    draws = np.random.default_rng(5).normal(0, noise, (2, *signal.shape))
    one, other = (vt.data.Volume(signal + draw, **grid) for draw in draws)  # type: ignore[arg-type]
    return one, other


def test_a_volume_correlates_fully_with_itself_and_noise_with_no_other_noise() -> None:
    one, other = two_of(np.zeros((24, 32, 40)), 1, voxel_size_um=(1, 0.5, 0.5))
    same = vt.reconstruction.fourier_shell_correlation(one, other=one).frame
    assert np.allclose(same.correlation, 1)
    assert same.half_bit_resolution_um[0] == pytest.approx(1 / same.frequency_per_um.iloc[-1])
    noise = vt.reconstruction.fourier_shell_correlation(one, other=other).frame
    # a correlation of n independent voxels scatters by 1 / sqrt(n)
    assert (noise.correlation.abs() < 4.5 / np.sqrt(noise.shell_voxels)).all()
    assert (noise.correlation**2 * noise.shell_voxels).mean() == pytest.approx(1, abs=0.6)


@pytest.mark.parametrize("edges", [(0.5, 0.5, 0.5), (1.0, 0.5, 0.5)])
def test_the_correlation_crosses_where_signal_and_noise_predict_it(edges: tuple[float, float, float]) -> None:
    # white noise of deviation 1 blurred by a Gaussian of sigma has the power exp(-4 pi^2 f^2 sigma^2) of what it was;
    # noise of deviation s on it has s^2. The correlation p / (p + s^2) is 0.143 where p / s^2 = 1 / 6
    sigma, noise, shape = 1.0, 0.1, (48, 64, 64)
    frequencies = [np.fft.fftfreq(count, edge) for count, edge in zip(shape, edges, strict=True)]
    squares = sum(f**2 for f in np.meshgrid(*frequencies, indexing="ij"))
    white = np.random.default_rng(0).normal(0, 1, shape)
    blur = np.exp(-2 * np.pi**2 * squares * sigma**2)
    signal = np.fft.ifftn(np.fft.fftn(white) * blur).real
    one, other = two_of(signal, noise, voxel_size_um=edges)
    table = vt.reconstruction.fourier_shell_correlation(one, other=other).frame
    power = np.exp(-4 * np.pi**2 * table.frequency_per_um**2 * sigma**2)
    expected = power / (power + noise**2)
    many = table.shell_voxels > 200
    assert np.allclose(table.correlation[many], expected[many], atol=0.12)
    crossing = np.sqrt(-np.log(noise**2 / 6)) / (2 * np.pi * sigma)
    assert table.one_seventh_resolution_um[0] == pytest.approx(1 / crossing, rel=0.08)
    # half a bit asks for 0.2071 in many voxels, so for a little coarser structure
    assert table.half_bit_resolution_um[0] > table.one_seventh_resolution_um[0]


def test_the_halves_of_a_scan_with_more_noise_resolve_less() -> None:
    body = body_with_inclusions(radius_um=28, inclusions=20, seed=3)
    exact = scan([body], angles_deg=np.arange(200) * 0.9, columns=64)
    found = []
    for noise in (0.003, 0.03):
        draws = np.random.default_rng(2).normal(0, noise, exact.values.shape)
        seen = dataclasses.replace(exact, values=(exact.values + draws).astype(np.float32))
        halves = vt.reconstruction.split_views(seen)
        one, other = (vt.reconstruction.fbp(half) for half in (halves.split_views, halves.other_views))
        found.append(vt.reconstruction.fourier_shell_correlation(one, other=other).frame.half_bit_resolution_um[0])
    assert found[0] < 0.7 * found[1]


def test_a_planted_ring_is_found_with_its_radius_and_height() -> None:
    random = np.random.default_rng(0)
    values = random.normal(100, 5, (3, 161, 161))
    y, x = np.indices((161, 161)) - 80.0
    ring = np.rint(np.hypot(y, x)) == 37
    values[1] += 4 * ring
    table = vt.reconstruction.ring_check(vt.data.Volume(values, voxel_size_um=(2, 0.5, 0.5))).frame
    assert table.rings.tolist() == [0, 1, 0]
    row = table.iloc[1]
    assert row.strongest_ring_radius_um == 37 * 0.5
    # the mean over 232 voxels of noise 5 is known to 0.33
    assert row.strongest_ring_height == pytest.approx(4, abs=1)
    assert row.noise == pytest.approx(5, rel=0.03)
    # one of 75 radii has height 4 over a noise of 5
    assert row.ring_strength == pytest.approx(4 / 5 / np.sqrt(75), rel=0.3)
    assert table.ring_strength[0] < 0.03
    assert table.z_um.tolist() == [1, 3, 5]


def test_particles_and_the_edge_of_a_round_sample_are_no_rings() -> None:
    body = body_with_inclusions(radius_um=42, inclusions=14, seed=3)
    exact = scan([body], angles_deg=np.arange(300) * 0.6, columns=96)
    draws = np.random.default_rng(2).normal(0, 0.01, exact.values.shape)
    clean = dataclasses.replace(exact, values=(exact.values + draws).astype(np.float32))
    offsets = np.zeros(96)
    offsets[[30, 61]] = 0.02  # two pixels of the detector that see too little light
    striped = dataclasses.replace(clean, values=clean.values + offsets.astype(np.float32))
    without, with_them = (
        vt.reconstruction.ring_check(vt.reconstruction.fbp(each)).frame.iloc[0] for each in (clean, striped)
    )
    assert without.rings == 0
    # over half a turn each pixel makes half a ring, between two radii: 17 and 18, 13 and 14
    assert with_them.rings >= 1
    assert with_them.strongest_ring_radius_um in (13, 14, 17, 18)


def test_two_materials_make_grey_values_attenuation() -> None:
    phases = spheres()
    volume = grey(phases, means=(1200, 5200), noise=(100, 100))
    done = vt.reconstruction.calibrate_attenuation(
        volume, phases=phases, attenuations_per_cm={"air": 0, "NMC": 60}, erode_um=1
    )
    found = done.calibrate_attenuation
    assert (found.quantity, found.unit) == ("attenuation", "1/cm")
    assert found.values[phases.values == 1].mean() == pytest.approx(60, rel=0.005)
    table = done.calibration.frame
    assert table.scale[0] == pytest.approx(60 / 4000, rel=0.005)
    assert table.offset_per_cm[0] == pytest.approx(-60 / 4000 * 1200, rel=0.005)
    assert table.residual_per_cm.tolist() == [0, 0]


def test_a_third_material_off_the_line_is_said() -> None:
    # 0, 40, 90 are seen as 0, 400, 800: the line of least squares is 0.1125 x - 1.667
    labels = np.repeat(np.arange(3, dtype=np.uint8), 400).reshape(3, 20, 20)
    phases = vt.data.PhaseImage(labels, voxel_size_um=1, phases={0: "air", 1: "Al", 2: "Cu"})
    volume = vt.data.Volume(labels * 400.0, voxel_size_um=1)
    table = vt.reconstruction.calibrate_attenuation(
        volume, phases=phases, attenuations_per_cm={"air": 0, "Al": 40, "Cu": 90}
    ).calibration
    assert table.frame.scale[0] == pytest.approx(0.1125)
    assert table.frame.residual_per_cm.tolist() == pytest.approx([-5 / 3, 10 / 3, -5 / 3])
    assert table.warnings == ()
    bent = vt.reconstruction.calibrate_attenuation(
        volume, phases=phases, attenuations_per_cm={"air": 0, "Al": 20, "Cu": 90}
    ).calibration
    assert bent.warnings[0].startswith("The materials do not lie on one line: air by -8.33")

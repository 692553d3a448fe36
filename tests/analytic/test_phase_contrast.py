"""Phase retrieval and halo correction: scenes whose absorbance is known by a formula."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from phase_ring import seen_through_a_ring
from skimage.filters import threshold_otsu
from skimage.transform import iradon

import voltome as vt
from voltome.physics import HC_KEV_UM, Material, attenuation_per_cm, delta_over_beta, refractive_index

PIXEL_UM = 0.65


def a_view(
    transmission: NDArray[np.floating], *, energy_kev: float, beam: vt.data.ParallelBeam | vt.data.ConeBeam
) -> vt.data.Projections:
    return vt.data.Projections(
        transmission[np.newaxis], angles_deg=[0.0], geometry=beam, kind="transmission", energy_kev=energy_kev
    )


def grid(rows: int, columns: int, pixel_um: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return y and x in um from the middle."""
    y, x = ((np.arange(count) - (count - 1) / 2) * pixel_um for count in (rows, columns))
    return y[:, np.newaxis], x[np.newaxis, :]


# ---- Paganin


@pytest.mark.parametrize("pixel_um", [(0.65, 0.65), (0.9, 0.5)], ids=["square pixels", "oblong pixels"])
def test_paganin_gives_back_what_the_transport_of_intensity_makes_of_a_known_thickness(
    pixel_um: tuple[float, float],
) -> None:
    # I = E - distance delta / mu Laplacian(E) with E = exp(-mu t) = 1 - 0.4 exp(-r² / 2 s²), differentiated by hand
    carbon, energy_kev, distance_um, spread_um = Material("C", 1.8), 20.0, 8000.0, 6.0
    delta, _ = refractive_index(carbon, energy_kev=energy_kev)
    mu_per_um = attenuation_per_cm(carbon, energy_kev=energy_kev) * 1e-4
    rows, columns = np.arange(96) - 47.5, np.arange(128) - 63.5
    squares = (rows[:, None] * pixel_um[0]) ** 2 + (columns[None, :] * pixel_um[1]) ** 2
    bell = 0.4 * np.exp(-squares / 2 / spread_um**2)
    laplacian = -bell * (squares / spread_um**4 - 2 / spread_um**2)
    seen = 1 - bell - distance_um * delta / mu_per_um * laplacian
    assert seen.max() > 1.05  # there are fringes
    scan = a_view(seen, energy_kev=energy_kev, beam=vt.data.ParallelBeam(pixel_um))
    found = vt.projections.retrieve_phase(scan, distance_um=distance_um, material="C")
    np.testing.assert_allclose(found.values[0], -np.log(1 - bell), atol=1e-3 * 0.5)


def test_a_cone_beam_is_a_parallel_one_with_distance_and_pixels_over_the_magnification() -> None:
    rng = np.random.default_rng(5)
    seen = 1 - 0.2 * rng.random((32, 40))
    cone = vt.data.ConeBeam(1.3, source_to_axis_um=20_000, source_to_detector_um=40_000)
    parallel = vt.data.ParallelBeam(0.65)
    by_cone = vt.projections.retrieve_phase(a_view(seen, energy_kev=15, beam=cone), delta_over_beta=500)
    by_parallel = vt.projections.retrieve_phase(
        a_view(seen, energy_kev=15, beam=parallel), delta_over_beta=500, distance_um=10_000
    )
    np.testing.assert_array_equal(by_cone.values, by_parallel.values)


def test_a_phase_object_propagated_as_a_wave_comes_back() -> None:
    # Fresnel's propagator on a grid 4 times finer; a smooth fibre of carbon along the rows. The filter is the limit of
    # short distances: it blurs, so the top of the fibre reads low, never high.
    carbon, energy_kev, distance_um, fine = Material("C", 1.8), 20.0, 3000.0, 4
    delta, _ = refractive_index(carbon, energy_kev=energy_kev)
    mu_per_um = attenuation_per_cm(carbon, energy_kev=energy_kev) * 1e-4
    wavelength_um = HC_KEV_UM / energy_kev
    pixel = PIXEL_UM / fine
    _, x = grid(1, 256 * fine, pixel)
    thickness_um = 30 * np.exp(-((x[0] / 10) ** 4))
    wave = np.exp(-0.5 * mu_per_um * thickness_um - 2j * np.pi / wavelength_um * delta * thickness_um)
    frequencies = np.fft.fftfreq(x.size, pixel)
    there = np.fft.ifft(np.fft.fft(wave) * np.exp(-1j * np.pi * wavelength_um * distance_um * frequencies**2))
    seen = (np.abs(there) ** 2).reshape(-1, fine).mean(axis=1)
    meant = (mu_per_um * thickness_um).reshape(-1, fine).mean(axis=1)
    assert np.abs(-np.log(seen) - meant).max() > 1.2 * meant.max()  # fringes are stronger than the absorption
    scan = a_view(np.tile(seen, (4, 1)), energy_kev=energy_kev, beam=vt.data.ParallelBeam(PIXEL_UM))
    found = vt.projections.retrieve_phase(scan, distance_um=distance_um, material="C").values[0, 1]
    assert found.sum() == pytest.approx(meant.sum(), rel=0.01)
    assert np.abs(found - meant).max() < 0.02 * meant.max()


# ---- Zernike

ENERGY_KEV, RING = 5.4, {"ring_inner_per_um": 5.4, "ring_outer_per_um": 6.1, "ring_transmission": 0.5}
APERTURE = 7.14


def seen(absorbance: NDArray[np.float64], pixel_um: float, *, points: int = 100) -> NDArray[np.float64]:
    return seen_through_a_ring(
        absorbance,
        delta_over_beta=delta_over_beta("S", energy_kev=ENERGY_KEV),
        pixel_um=pixel_um,
        inner=5.4,
        outer=6.1,
        aperture=APERTURE,
        transmission=0.5,
        points=points,
    )


@pytest.mark.parametrize("sign", [1, -1])
def test_in_the_weak_limit_a_fine_wave_is_seen_by_its_phase_and_a_coarse_one_by_its_absorption(sign: int) -> None:
    # a wave of absorbance along the columns: at 3 periods per um nothing of it falls on the ring on either side
    ratio = delta_over_beta("S", energy_kev=ENERGY_KEV)
    x = np.arange(256) / 16
    for periods, contrast in ((3.0, sign * ratio / np.sqrt(0.5)), (0.0, 1.0)):
        weak = 1e-5 * np.cos(2 * np.pi * periods * x) if periods else np.full(256, 1e-5)
        image = seen_through_a_ring(
            weak, delta_over_beta=ratio, pixel_um=1 / 16, inner=0, outer=0.7, aperture=20, transmission=0.5, sign=sign
        )
        amplitude = 2 * np.mean((1 - image) * np.cos(2 * np.pi * periods * x)) / (2 if not periods else 1)
        assert amplitude == pytest.approx(1e-5 * contrast, rel=0.01)


def test_the_linear_correction_is_the_inverse_of_the_ring_in_the_weak_limit() -> None:
    ratio = delta_over_beta("S", energy_kev=ENERGY_KEV)
    x = (np.arange(1024) - 512) * 0.126
    weak = 1e-3 * (np.exp(-((x / 1.5) ** 2)) + 0.5 * np.exp(-(((x - 6) / 0.5) ** 2)))
    image = seen_through_a_ring(
        weak,
        delta_over_beta=ratio,
        pixel_um=0.126,
        inner=5.4,
        outer=6.1,
        aperture=APERTURE,
        transmission=0.5,
        points=800,
    )
    scan = a_view(image[np.newaxis], energy_kev=ENERGY_KEV, beam=vt.data.ParallelBeam(0.126))
    found = vt.projections.correct_halo(scan, **RING, aperture_per_um=APERTURE, material="S").values[0, 0]
    assert np.abs(-np.log(image) - weak).max() > 1.5 * weak.max()
    # what is left is the view's end, beyond which the halo goes on
    np.testing.assert_allclose(found, weak, atol=0.04 * weak.max())
    assert found.sum() == pytest.approx(weak.sum(), rel=0.05)


DISCS_UM = [(0.0, 0.0, 1.6), (3.2, 1.0, 0.9), (-2.5, 2.5, 1.2), (-2.8, -2.6, 0.7), (2.2, -3.0, 1.1), (0.4, 4.6, 0.6)]


def test_phase_fractions_are_low_with_halos_and_right_without() -> None:
    # rods along z: one row tells all. At 0.3 of the density of sulfur the phase goes up to 0.96 rad.
    pixel_um, columns, angles_deg, fine = 0.126, 128, np.arange(0.0, 180.0, 3.0), 4
    mu_per_um = attenuation_per_cm(Material("S", 0.3 * 2.07), energy_kev=ENERGY_KEV) * 1e-4
    x = (np.arange(columns * fine) - (columns * fine - 1) / 2) * pixel_um / fine
    images = []
    for angle in np.deg2rad(angles_deg):
        path = np.zeros(x.size)
        for along_y, along_x, radius in DISCS_UM:
            place = along_x * np.cos(angle) + along_y * np.sin(angle)
            path += 2 * np.sqrt(np.maximum(radius**2 - (x - place) ** 2, 0))
        images.append(seen(mu_per_um * path, pixel_um / fine).reshape(columns, fine).mean(axis=1))
    scan = vt.data.Projections(
        np.array(images)[:, np.newaxis],
        angles_deg=angles_deg,
        geometry=vt.data.ParallelBeam(pixel_um),
        kind="transmission",
        energy_kev=ENERGY_KEV,
    )
    corrected = vt.projections.correct_halo(scan, **RING, aperture_per_um=APERTURE, material="S")
    true = sum(np.pi * radius**2 for *_, radius in DISCS_UM) / (columns * pixel_um) ** 2
    y, across = grid(columns, columns, pixel_um)
    inside = np.hypot(y, across) < 0.47 * columns * pixel_um

    def fraction_and_shade(sinogram: NDArray[np.floating]) -> tuple[float, float]:
        slice_ = iradon(sinogram.T.astype(np.float64), theta=angles_deg, filter_name="ramp")
        solid = slice_ > threshold_otsu(slice_[inside])
        middle = slice_[np.hypot(y, across) < 0.8].mean()
        rim = slice_[(np.hypot(y, across) > 1.1) & (np.hypot(y, across) < 1.4)].mean()
        return float((solid & inside).sum() / columns**2 / true - 1), float(middle / rim)

    before, shade_before = fraction_and_shade(-np.log(np.maximum(scan.values[:, 0], 1e-3)))
    after, shade_after = fraction_and_shade(corrected.values[:, 0])
    assert before < -0.02  # halos take from what is solid
    assert shade_before < 0.6  # shade-off: the middle of the largest rod is darker than its rim
    assert abs(after) < 0.01
    assert shade_after == pytest.approx(1, abs=0.05)


def test_steps_beyond_the_linear_correction_bring_grey_values_nearer() -> None:
    # the linear correction reads low: contrast does not grow as fast as the phase
    pixel_um, fine = 0.126, 2
    x = (np.arange(512 * fine) - (512 * fine - 1) / 2) * pixel_um / fine
    mu_per_um = attenuation_per_cm(Material("S", 2.07), energy_kev=ENERGY_KEV) * 1e-4
    meant = mu_per_um * 2.0 * np.exp(-((x / 1.2) ** 2))  # 0.82 rad
    image = seen(meant, pixel_um / fine, points=800).reshape(-1, fine).mean(axis=1)
    meant = meant.reshape(-1, fine).mean(axis=1)
    scan = a_view(np.tile(image, (2, 1)), energy_kev=ENERGY_KEV, beam=vt.data.ParallelBeam(pixel_um))
    slopes = []
    for steps in (0, 1, 3):
        found = vt.projections.correct_halo(scan, **RING, aperture_per_um=APERTURE, material="S", iterations=steps)
        slopes.append(float((found.values[0, 0] @ meant) / (meant @ meant)))
    assert slopes == sorted(slopes)
    assert slopes[0] < 0.95
    assert slopes[-1] == pytest.approx(1, abs=0.05)

"""Simulated scans against Beer and Lambert, Poisson, and the formulae of phase contrast."""

from __future__ import annotations

import math

import numpy as np
import pytest

import voltome as vt
from voltome.physics import HC_KEV_UM, Material, attenuation_per_cm, refractive_index
from voltome.twins import Block, ParallelNanoCT, ParallelScanner, Scene, Sphere, simulate, true_attenuation
from voltome.twins._optics import Ring, intensity, pupils_of

NMC = Material("LiNi0.6Mn0.2Co0.2O2", 4.7)
EMPTY = Scene((), size_um=(16, 16, 16))


def test_counts_follow_beer_and_lambert():
    # offset + counts per photon * photons * exp(-mu t); mean of 30 * 40 * 40 counts: error sqrt(mean / n) = 2e-4 of it
    slab = Scene((Block((20, 20, 20), (60, 10, 60), material="NMC"),), size_um=(40, 40, 40))
    scanner = ParallelScanner(energy_kev=8.0, rows=40, columns=40, photons_per_pixel=2000, counts_per_photon=3)
    scan = simulate(slab, scanner, angles_deg=[0.0] * 30, materials={"NMC": NMC}, seed=2)
    share = math.exp(-attenuation_per_cm(NMC, energy_kev=8.0) * 10e-4)
    assert scan.values.mean() == pytest.approx(100 + 3 * 2000 * share, rel=2e-3)


def test_a_pixel_averages_the_light_and_not_the_path():
    # half of each pixel under 10 um of metal: (1 + exp(-mu t)) / 2, above exp(-mu t / 2)
    metal = Material("Ni", 8.9)
    edge = Scene((Block((5, 5, 7.5), (10, 10, 5), material="Ni"),), size_um=(10, 10, 10))
    scanner = ParallelScanner(energy_kev=10.0, pixel_size_um=10.0, rows=1, columns=1, photons_per_pixel=1e6,
                              counts_per_photon=0.05, offset_counts=0)  # fmt: skip
    scan = simulate(edge, scanner, angles_deg=[0.0], materials={"Ni": metal}, seed=2)
    expected = 5e4 * (1 + math.exp(-attenuation_per_cm(metal, energy_kev=10.0) * 10e-4)) / 2
    assert float(scan.values[0, 0, 0]) == pytest.approx(expected, rel=5e-3)


def test_photons_are_poisson():
    # variance of counts = counts per photon^2 * photons + readout^2 + 1/12 of the rounding; 4e5 counts: 0.3 % of it
    scanner = ParallelScanner(rows=64, columns=64, photons_per_pixel=400, counts_per_photon=3, readout_noise_counts=20)
    scan = simulate(EMPTY, scanner, angles_deg=np.arange(100.0), materials={}, seed=5)
    counts = scan.values.astype(np.float64)
    assert counts.mean() == pytest.approx(100 + 1200, rel=1e-3)
    assert counts.var() == pytest.approx(9 * 400 + 400 + 1 / 12, rel=0.01)
    assert scan.darks.astype(np.float64).std() == pytest.approx(20, rel=0.02)


def test_a_scan_of_nothing_is_flat():
    # the beam, the response of the pixels and the offset cancel: mean 1, scatter that of photons in view and 40 flats
    scanner = ParallelScanner(
        rows=32, columns=32, photons_per_pixel=1000, beam_falloff=0.3, gain_scatter=0.05, flats=40
    )
    scan = simulate(EMPTY, scanner, angles_deg=np.arange(40.0), materials={}, seed=3)
    dark, flat = scan.darks.mean(axis=0), scan.flats.mean(axis=0)
    seen = (scan.values - dark) / (flat - dark)
    profile = (flat - dark) / (flat - dark).max()
    assert seen.mean() == pytest.approx(1, abs=1e-3)
    assert seen.std() == pytest.approx(math.sqrt(np.mean(1 / profile) / 1000), rel=0.08)
    assert (flat - dark)[16, 16] / (flat - dark)[0, 0] > 1.2


def test_the_beam_decays_on_a_straight_line():
    # frame k of n has 1 - decay k / (n - 1) of the beam; flats before and after bracket the views
    scanner = ParallelScanner(rows=32, columns=32, photons_per_pixel=5e4, counts_per_photon=0.5, beam_decay=0.2)
    scan = simulate(EMPTY, scanner, angles_deg=np.arange(30.0), materials={}, seed=3)
    times = np.concatenate([scan.flat_times_s[:5], scan.frame_times_s, scan.flat_times_s[5:]])
    means = np.concatenate([frames.mean(axis=(1, 2)) for frames in (scan.flats[:5], scan.values, scan.flats[5:])]) - 100
    assert np.all(np.diff(times) == 1)
    np.testing.assert_allclose(means / 25_000, 1 - 0.2 * times / 49, atol=1e-3)


def test_rings_remain_where_flats_cannot_see_them():
    scanner = ParallelScanner(rows=24, columns=24, photons_per_pixel=1e4, ring_scatter=0.05, dead_pixels=3, flats=40)
    scan = simulate(EMPTY, scanner, angles_deg=np.arange(40.0), materials={}, seed=3)
    beams = scan.flats.mean(axis=0) - 100
    assert np.count_nonzero(beams < 1) == 3
    seen = (scan.values.mean(axis=0) - 100)[beams > 1] / beams[beams > 1]
    assert seen.std() == pytest.approx(0.05, rel=0.15)


def test_the_attenuation_of_all_voxels_is_that_of_the_solids():
    # sum over voxels of attenuation * volume = sum over solids of attenuation * volume: 6 points per edge, < 0.1 %
    scene = Scene((Sphere((8, 7, 9), 4, "NMC"), Sphere((3, 3, 3), 2, "S")), size_um=(16, 16, 16))
    scanner = ParallelScanner(energy_kev=5.4, pixel_size_um=0.5, rows=32, columns=40)
    sulfur = Material("S", 2.0)
    truth = true_attenuation(scene, scanner, materials={"NMC": NMC, "S": sulfur}, supersampling=6)
    greys = [attenuation_per_cm(each, energy_kev=5.4) for each in (NMC, sulfur)]
    expected = sum(mu * solid.volume_um3 for mu, solid in zip(greys, scene.solids, strict=True))
    assert truth.values.sum(dtype=np.float64) * 0.5**3 == pytest.approx(expected, rel=1e-3)
    # the axis, in the middle of the box, is in the middle of 40 voxels: the NMC at y = 7, x = 9 is 1 um off it
    rows, columns = np.nonzero(truth.values[16] > 0.9 * greys[0])
    assert (rows.mean(), columns.mean()) == pytest.approx((19.5 - 2, 19.5 + 2), abs=0.1)


# ---- phase contrast

PITCH, COUNT = 0.1, 240
APERTURE = 7.0


def grating(period_um, phase):
    """A wave behind a sinusoid of the phase, and that sinusoid."""
    sinusoid = np.cos(2 * math.pi * np.arange(COUNT) * PITCH / period_um)
    shape = (COUNT, COUNT)
    return np.exp(1j * phase * np.broadcast_to(sinusoid, shape)).astype(np.complex64), sinusoid


def contrast(period_um, phase, *, shift, transmission=1.0, width=0.04, points=24):
    """First harmonic of the intensity over that of the phase, relative to the beam without sample."""
    ring = Ring(APERTURE, (0.8 - width) * APERTURE, 0.8 * APERTURE, shift_rad=shift, transmission=transmission,
                points=points)  # fmt: skip
    wave, sinusoid = grating(period_um, phase)
    seen = intensity(wave, pupils_of(ring, wave.shape, PITCH)) / transmission
    return 2 * float(np.mean((seen - 1) * sinusoid)) / phase, ring


@pytest.mark.parametrize("shift", [90, -90])
@pytest.mark.parametrize("transmission", [1.0, 0.25])
def test_a_weak_phase_object_has_the_intensity_one_plus_or_minus_twice_the_phase(shift, transmission):
    # |c exp(i shift) + i phase|^2 / c^2 = 1 + 2 phase sin(shift) / c, c^2 the transmission of the ring; 1.5 um
    # is finer than the halo of the narrow ring (3.6 um): the light misses the ring but for a few points of the cone
    found, ring = contrast(1.5, 1e-3, shift=math.radians(shift), transmission=transmission)
    expected = 2 * math.sin(math.radians(shift)) / math.sqrt(transmission)
    assert found == pytest.approx(expected * missing_share(ring, 1 / 1.5), abs=2e-3)
    assert abs(found) > 0.8 * abs(expected)


def missing_share(ring, frequency):
    """Share of the light, scattered to both sides, that passes the aperture beside the ring."""
    shares = []
    for sign in (-1, 1):
        radii = np.hypot(ring.sources[:, 0], ring.sources[:, 1] + sign * frequency)
        shares.append(np.mean((radii <= ring.aperture) & ~((radii >= ring.inner) & (radii <= ring.outer))))
    return float(np.mean(shares))


def test_what_is_larger_than_the_halo_has_no_contrast():
    # a period of 24 um: scattered by less than the width of the ring, it passes the ring as the rest does
    assert abs(contrast(24.0, 1e-3, shift=math.pi / 2, width=0.2)[0]) < 0.1
    assert contrast(0.6, 1e-3, shift=math.pi / 2, width=0.2)[0] > 1.2


def test_points_of_the_cone_stand_for_the_whole_ring():
    # share of a ring that, moved by q, misses itself: by 200,000 random points, without the code's
    rng = np.random.default_rng(1)
    radii = np.sqrt(rng.uniform(0.6**2, 0.8**2, 200_000)) * APERTURE
    turns = rng.uniform(0, 2 * math.pi, 200_000)
    for period in (1.0, 2.0, 5.0):
        moved = np.hypot(radii * np.cos(turns) + 1 / period, radii * np.sin(turns))
        expected = np.mean((moved <= APERTURE) & ~((moved >= 0.6 * APERTURE) & (moved <= 0.8 * APERTURE)))
        found, _ = contrast(period, 1e-3, shift=math.pi / 2, width=0.2, points=96)
        assert found / 2 == pytest.approx(expected, abs=0.06)


def test_a_thin_disc_in_a_scan_is_as_dark_as_its_phase_says():
    # a film of carbon, 0.1 um thick, 0.8 um wide: phase -k delta t, intensity 1 - 2 k delta t in its middle, finer than
    # the halo; the rest of the halo's share of it and the aperture take a part of the contrast away, never add any
    carbon = Material("C", 2.2)
    film = Scene((Block((8, 8, 8), (0.8, 0.1, 0.8), material="C"),), size_um=(16, 16, 16))
    scanner = ParallelNanoCT(rows=256, columns=256, binning=1, contrast="zernike", ring_inner=0.76, ring_outer=0.8,
                             photons_per_pixel=1e7, counts_per_photon=2e-3, blur_um=0.0,
                             readout_noise_counts=0.0)  # fmt: skip
    scan = simulate(film, scanner, angles_deg=[0.0] * 3, materials={"C": carbon}, supersampling=1, seed=0)
    seen = (scan.values - 100.0).mean(axis=0) / 2e4
    phase = 2 * math.pi * 5.4 / HC_KEV_UM * refractive_index(carbon, energy_kev=5.4)[0] * 0.1
    middle = seen[123:127, 123:127].mean()  # rows 0 to 16.4 um: z = 8 um is row 124.5
    assert 0.7 * 2 * phase < 1 - middle < 1.05 * 2 * phase
    assert seen[:40].mean() == pytest.approx(1, abs=2e-3)


@pytest.mark.parametrize("contrast_mode", ["absorption", "zernike"])
def test_a_seed_gives_the_same_scan_and_threads_do_not_matter(contrast_mode, monkeypatch):
    import numba

    scene = Scene((Sphere((8, 7, 9), 4, "NMC"),), size_um=(16, 16, 16))
    scanner = ParallelNanoCT(rows=512, columns=512, contrast=contrast_mode, jitter_px=0.5, zinger_share=1e-3,
                             drifting_pixels=9, illumination_points=4)  # fmt: skip
    monkeypatch.setattr(vt.data._kernels_slabs, "SMALLEST_VOXELS", 1)

    def scan(seed):
        return simulate(scene, scanner, angles_deg=np.arange(5.0), materials={"NMC": NMC}, seed=seed)

    first, again, other = scan(1), scan(1), scan(2)
    threads = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        alone = scan(1)
    finally:
        numba.set_num_threads(threads)
    for name in ("values", "flats", "darks", "shifts_px"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
        np.testing.assert_array_equal(getattr(first, name), getattr(alone, name))
        assert (getattr(first, name) != getattr(other, name)).any()

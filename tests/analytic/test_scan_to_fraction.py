"""The whole chain on a twin whose truth is known: counts, absorbance, axis, reconstruction, threshold, fraction."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy import ndimage

import voltome as vt
from voltome.physics import Material, attenuation_per_cm
from voltome.twins import ParallelNanoCT, Scene, Sphere, SynchrotronScanner, pack, simulate, true_attenuation

ENERGY_KEV = 5.4
NMC = Material("LiNi0.6Mn0.2Co0.2O2", 4.7)
SULFUR = Material("S", 2.07)


def scanned(scene, scanner, material, *, views, supersampling=2):
    """Transmission of a scan over 180 degrees, and the attenuation that it should lead to, over that of the solid."""
    angles = np.arange(views) * 180 / views
    materials = {"solid": material}
    scan = simulate(scene, scanner, angles_deg=angles, materials=materials, supersampling=supersampling, seed=1)
    true = true_attenuation(scene, scanner, materials=materials).values
    return vt.projections.normalise(scan), true / attenuation_per_cm(material, energy_kev=scanner.energy_kev)


def judged(absorbance, share, material):
    """Fraction by Otsu's threshold over the true one, and the mean grey value inside over the true one."""
    volume = vt.reconstruction.fbp(absorbance, filter="hann")
    found = vt.segmentation.otsu(volume, phases=["pore", "solid"])
    inside = ndimage.binary_erosion(share > 0.99, iterations=2)
    grey = volume.values[inside].mean() / attenuation_per_cm(material, energy_kev=ENERGY_KEV)
    return found.is_phase("solid").mean() / share.mean(), float(grey)


def test_a_powder_in_absorption_comes_back_in_numbers() -> None:
    # the axis is found to 0.1 px; attenuation is known to 1 %: that pixels average the light is 0.1 % here, noise less;
    # the fraction to 2 %: the scatter of the border voxels
    scene = pack((10, 22, 22), count=7, radius_um=(2.5, 4.5), gap_um=0.6, material="solid", seed=3)
    scanner = ParallelNanoCT(rows=96, columns=512, rotation_axis_px=30.3, photons_per_pixel=2000)
    seen, share = scanned(scene, scanner, NMC, views=91)
    absorbance = vt.projections.absorbance(seen)
    blind = dataclasses.replace(absorbance, geometry=vt.data.ParallelBeam(absorbance.geometry.pixel_size_um))
    centred = vt.projections.set_rotation_axis(blind).set_rotation_axis
    assert centred.geometry.rotation_axis_px == pytest.approx(30.3, abs=0.1)
    fraction, grey = judged(centred, share, NMC)
    assert fraction == pytest.approx(1, abs=0.02)
    assert grey == pytest.approx(1, abs=0.01)


def test_halos_make_a_fraction_too_low_and_their_correction_mends_it() -> None:
    # particles wider than the halo fade inside, so that a threshold cuts too little; below about 1 rad of phase
    # (2.5 um of sulfur) the linear correction has the fraction and most of the grey value
    scene = Scene((Sphere((2, 3.4, 3.6), 1.3), Sphere((2.1, 6.2, 6.0), 1.2), Sphere((1.9, 6.1, 3), 1.0)),
                  size_um=(4, 9, 9))  # fmt: skip
    scanner = ParallelNanoCT(contrast="zernike", pixel_size_um=0.0625, binning=2, rows=64, columns=128,
                             photons_per_pixel=20000, counts_per_photon=1, ring_transmission=0.5,
                             illumination_points=24)  # fmt: skip
    seen, share = scanned(scene, scanner, SULFUR, views=40)
    as_seen, _ = judged(vt.projections.absorbance(seen), share, SULFUR)
    mended = vt.projections.correct_halo(
        seen,
        ring_inner_per_um=scanner.ring_inner * scanner.aperture_per_um,
        ring_outer_per_um=scanner.ring_outer * scanner.aperture_per_um,
        aperture_per_um=scanner.aperture_per_um,
        ring_transmission=scanner.ring_transmission,
        material=SULFUR.formula,
    )
    corrected, grey = judged(mended, share, SULFUR)
    assert as_seen < 0.95
    assert corrected == pytest.approx(1, abs=0.03)
    assert 0.8 < grey < 1.05


def test_an_axis_near_the_edge_leads_to_attenuation_at_its_place() -> None:
    # 360 views, the axis in column 14.3 of 80: joined to twice the width; values to 1 %, places to 0.1 px
    spheres = (Sphere((13, 120, 230), 45), Sphere((13, 260, 140), 60), Sphere((13, 250, 270), 30))
    scene = Scene(spheres, size_um=(26, 400, 400))
    scanner = SynchrotronScanner(
        rows=4, columns=80, rotation_axis_px=14.3, photons_per_pixel=1e5, counts_per_photon=0.5, energy_kev=40.0
    )
    materials = {"solid": NMC}
    scan = simulate(scene, scanner, angles_deg=np.arange(360.0), materials=materials, seed=1)
    joined = vt.projections.join_off_axis(vt.projections.absorbance(vt.projections.normalise(scan))).join_off_axis
    volume = vt.reconstruction.fbp(joined, filter="hann")
    true = true_attenuation(scene, scanner, materials=materials, columns=volume.shape[1]).values
    inside = ndimage.binary_erosion(true == true.max(), np.ones((1, 3, 3)), iterations=2)
    assert volume.unit == "1/cm"
    assert volume.values[inside].mean() == pytest.approx(attenuation_per_cm(NMC, energy_kev=40.0), rel=0.01)
    labels, count = ndimage.label(true[2] > true.max() / 2)
    assert count == 3
    for number in range(1, count + 1):
        near = ndimage.binary_dilation(labels == number, iterations=4)
        places = [ndimage.center_of_mass(image[2] * near) for image in (volume.values, true)]
        assert places[0] == pytest.approx(places[1], abs=0.1)


def test_noise_of_the_photons_is_the_noise_of_the_volume() -> None:
    # ramp filter, N views over 180 degrees: standard deviation pi / sqrt(12 N) / pixel of that of the absorbance;
    # the signal is that of a long wire of 60 1/cm about the axis
    views, sigma, pixel_um, attenuation = 180, 0.01, 0.5, 60.0
    wire = vt.twins.Cylinder((-5, 16, 16), (40, 16, 16), 10.0, "S")
    lengths = vt.twins.line_integrals(Scene((wire,), size_um=(8, 32, 32)), angles_deg=np.arange(views) * 180 / views,
                                      pixel_size_um=pixel_um, shape=(16, 64), supersampling=4)  # fmt: skip
    clean = lengths.absorbance({"S": attenuation})
    noise = np.random.default_rng(0).normal(0, sigma, clean.values.shape).astype(np.float32)
    volume = vt.reconstruction.fbp(clean.derive("noise", values=clean.values + noise))
    rows, columns = np.indices(volume.shape[1:]) - 31.5
    radii = np.hypot(rows, columns) * pixel_um
    labels = np.broadcast_to(np.where(radii < 10, 1, np.where(radii < 15.5, 0, 2)), volume.shape).astype(np.uint8)
    phases = vt.data.PhaseImage(labels, voxel_size_um=pixel_um, phases={0: "air", 1: "S", 2: "beyond"})
    expected = attenuation / (sigma * np.pi / np.sqrt(12 * views) / (pixel_um * 1e-4))
    judge = {"phases": phases, "phase": "S", "erode_um": 1.5}
    signal = vt.reconstruction.signal_to_noise(volume, **judge).frame.signal_to_noise[0]
    contrast = vt.reconstruction.contrast_to_noise(volume, background="air", **judge).frame.contrast_to_noise[0]
    assert signal == pytest.approx(expected, rel=0.05)
    assert contrast == pytest.approx(expected, rel=0.05)

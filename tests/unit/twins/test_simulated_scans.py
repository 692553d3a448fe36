from __future__ import annotations

import numpy as np
import pytest

from voltome.errors import GeometryError, MemoryEstimateError, ParameterError, PhaseError
from voltome.physics import Material
from voltome.twins import ParallelScanner, Scene, Sphere, SynchrotronScanner, simulate, true_attenuation

NMC = Material("LiNi0.6Mn0.2Co0.2O2", 4.7)
SCENE = Scene((Sphere((4, 4, 4), 2, "NMC"),), size_um=(8, 8, 8))
SCANNER = ParallelScanner(energy_kev=8.0, rows=8, columns=12, jitter_px=1.0, flats=5, darks=3, exposure_s=2.0)


def scan(scanner=SCANNER, **changes):
    arguments = {"angles_deg": np.arange(6.0), "materials": {"NMC": NMC}, "seed": 1, **changes}
    return simulate(arguments.pop("scene", SCENE), scanner, **arguments)


def test_a_scan_says_what_it_is() -> None:
    found = scan()
    assert (found.kind, found.values.dtype, found.values.shape) == ("counts", np.uint16, (6, 8, 12))
    assert (found.energy_kev, found.geometry.rotation_axis_px) == (8.0, 5.5)
    assert found.history[0].startswith("simulated: 1 solid of NMC in pore")
    assert found.history[0].endswith("supersampling 2, seed 1")


def test_frames_are_taken_in_order() -> None:
    # 3 darks, 3 flats, 6 views, 2 flats, 2 s each
    found = scan()
    assert found.dark_times_s.tolist() == [0, 2, 4]
    assert found.flat_times_s.tolist() == [6, 8, 10, 24, 26]
    assert found.frame_times_s.tolist() == [12, 14, 16, 18, 20, 22]


def test_shifts_are_recorded_or_not() -> None:
    from dataclasses import replace

    recorded, hidden = scan(), scan(replace(SCANNER, jitter_recorded=False))
    np.testing.assert_array_equal(recorded.values, hidden.values)
    assert recorded.shifts_px.std() == pytest.approx(1, abs=0.4)
    assert hidden.shifts_px is None
    assert scan(replace(SCANNER, jitter_px=0.0)).shifts_px is None


def test_a_scan_without_flats_and_darks_has_none() -> None:
    found = scan(ParallelScanner(rows=8, columns=8, flats=0, darks=0))
    assert (found.flats, found.darks, found.flat_times_s, found.dark_times_s) == (None, None, None, None)


def test_a_background_that_is_made_of_something_fills_the_box() -> None:
    scanner = ParallelScanner(energy_kev=8.0, rows=8, columns=16, photons_per_pixel=3000)
    water = Material("H2O", 1.0)
    found = scan(scanner, materials={"NMC": NMC, "pore": water}, angles_deg=[0.0] * 20)
    without = scan(scanner, angles_deg=[0.0] * 20)
    assert found.values[:, :, 4:12].mean() < without.values[:, :, 4:12].mean()
    assert found.values[:, :, :3].mean() == pytest.approx(without.values[:, :, :3].mean(), rel=0.01)
    truth = true_attenuation(SCENE, scanner, materials={"NMC": NMC, "pore": water})
    assert truth.values[0, 8, 8] == pytest.approx(9.9, abs=0.5)  # water at 8 keV
    assert truth.values[0, 0, 0] == 0


def test_an_off_axis_scan_sees_the_far_side_from_behind() -> None:
    # axis at column 4 of 40: a point 20 um off it is seen at 0 degrees, and not at 180
    scene = Scene((Sphere((4, 40, 62), 2, "NMC"),), size_um=(8, 80, 80))
    scanner = SynchrotronScanner(rows=8, columns=40, pixel_size_um=1.0, rotation_axis_px=4.0, blur_um=0.0,
                                 energy_kev=8.0, gain_scatter=0.0)  # fmt: skip
    found = scan(scanner, scene=scene, angles_deg=[0, 180])
    dimmer = found.values.min(axis=(1, 2)) / np.median(found.values, axis=(1, 2))
    assert dimmer[0] < 0.88
    assert dimmer[1] > 0.9
    assert true_attenuation(scene, scanner, materials={"NMC": NMC}, columns=72).values.shape == (8, 72, 72)


def test_counts_end_at_the_largest_number_of_the_camera() -> None:
    found = scan(ParallelScanner(rows=8, columns=8, photons_per_pixel=1e5))
    assert found.values.max() == 65535
    assert found.history[0].endswith("seed 1, 384 pixels saturated at 65535")


def test_zingers_are_bright_and_few() -> None:
    scanner = ParallelScanner(rows=32, columns=32, zinger_share=0.01)
    found = scan(scanner, scene=Scene((), size_um=(8, 8, 8)), materials={}, angles_deg=np.arange(30.0))
    assert np.mean(found.values > 1500) == pytest.approx(0.01, rel=0.3)


def test_pixels_drift_while_the_sample_turns() -> None:
    scanner = ParallelScanner(rows=16, columns=16, photons_per_pixel=2e4, drifting_pixels=40)
    found = scan(scanner, scene=Scene((), size_um=(8, 8, 8)), materials={}, angles_deg=np.arange(20.0))
    change = found.values[-5:].mean(axis=0) / found.values[:5].mean(axis=0) - 1
    assert 20 < np.count_nonzero(np.abs(change) > 0.02) <= 40
    assert np.abs(change).max() < 0.2


@pytest.mark.parametrize(
    ("changes", "fault", "said"),
    [
        ({"scanner": "nano"}, ParameterError, "scanner is 'nano'; expected a ParallelNanoCT"),
        ({"seed": None}, ParameterError, "seed is None"),
        ({"materials": {}}, PhaseError, r"materials says nothing of \['NMC'\]; expected a Material for each"),
        (
            {"materials": {"NMC": NMC, "NMD": NMC}},
            PhaseError,
            "materials has 'NMD', which is not in the scene. Did you",
        ),
        ({"materials": {"NMC": 400.0}}, ParameterError, "expected a name and a voltome.physics.Material"),
        ({"materials": NMC}, ParameterError, "expected a name and a voltome.physics.Material"),
        ({"supersampling": 99}, ParameterError, "supersampling is 99"),
        ({"scanner": ParallelScanner(rows=8, columns=8, rotation_axis_px=9)}, GeometryError, "axis of rotation"),
    ],
)
def test_bad_parameters_are_named(changes, fault, said) -> None:
    with pytest.raises(fault, match=said):
        scan(**changes)


def test_a_truth_needs_columns() -> None:
    with pytest.raises(ParameterError, match="columns is 0; expected a whole number, 1 or above"):
        true_attenuation(SCENE, SCANNER, materials={"NMC": NMC}, columns=0)


def test_a_scan_that_does_not_fit_is_refused_before_it_is_made() -> None:
    huge = ParallelScanner(rows=10**5, columns=10**5, flats=0, darks=0)
    with pytest.raises(MemoryEstimateError, match="simulate needs about"):
        scan(huge)
    with pytest.raises(MemoryEstimateError, match="true_attenuation needs about"):
        true_attenuation(SCENE, SCANNER, materials={"NMC": NMC}, columns=10**6)

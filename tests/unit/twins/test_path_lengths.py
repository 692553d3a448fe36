from __future__ import annotations

import numba
import numpy as np
import pytest

import voltome as vt
from voltome.errors import GeometryError, MemoryEstimateError, ParameterError
from voltome.twins import Scene, Shell, Sphere, line_integrals, pack

SCENE = Scene((Sphere((8, 8, 8), 4, "a"), Shell((8, 6, 10), 4, 2, "b")), size_um=(16, 16, 16))


def test_the_box_is_seen_from_all_sides_by_default() -> None:
    found = line_integrals(SCENE, angles_deg=[0, 45], pixel_size_um=(0.5, 0.25))
    assert found.values_um.shape == (2, 2, 32, 91)
    assert (found.values_um.dtype, found.materials) == (np.float32, ("a", "b"))
    assert found.geometry.rotation_axis_px == 45.0


def test_absorbance_is_path_length_times_attenuation() -> None:
    found = line_integrals(SCENE, angles_deg=[10, 20, 30], pixel_size_um=1)
    scan = found.absorbance({"a": 500.0, "b": 100.0})
    np.testing.assert_allclose(scan.values, found.of("a") * 0.05 + found.of("b") * 0.01, rtol=1e-6)
    assert (scan.kind, scan.simulated) == ("absorbance", True)
    assert found.absorbance({}).values.max() == 0


def test_an_unknown_material_is_named() -> None:
    found = line_integrals(SCENE, angles_deg=[0], pixel_size_um=1)
    with pytest.raises(ParameterError, match=r"material is 'c'; expected one of \['a', 'b'\]"):
        found.of("c")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"a": -3.0}, r"attenuation_per_cm\['a'\] is -3.0; expected a finite number, 0 or above"),
        ({"a": "430"}, r"attenuation_per_cm\['a'\] is '430'"),
        ({"a": float("nan")}, r"attenuation_per_cm\['a'\] is nan"),
        ({"c": 3.0}, "material is 'c'; expected one of"),
        ([430.0], r"attenuation_per_cm is \[430.0\]; expected material -> attenuation in 1/cm"),
    ],
)
def test_an_attenuation_that_is_none_is_refused(given, said) -> None:
    with pytest.raises(ParameterError, match=said):
        line_integrals(SCENE, angles_deg=[0], pixel_size_um=1).absorbance(given)


def test_numbers_of_numpy_are_whole_numbers() -> None:
    found = line_integrals(SCENE, angles_deg=[0], pixel_size_um=1, supersampling=np.int64(3))
    again = line_integrals(SCENE, angles_deg=[0], pixel_size_um=1, supersampling=3)
    np.testing.assert_array_equal(found.values_um, again.values_um)


def test_the_same_bits_for_any_number_of_threads_and_for_a_view_alone(monkeypatch) -> None:
    scene = pack((20, 20, 20), count=20, radius_um=(1, 3), gap_um=-0.8, seed=3)
    monkeypatch.setattr(vt.data._kernels_slabs, "SMALLEST_VOXELS", 1)
    angles = np.linspace(0, 180, 7)
    threads = numba.get_num_threads()
    many = line_integrals(scene, angles_deg=angles, pixel_size_um=0.5)
    try:
        numba.set_num_threads(1)
        one = line_integrals(scene, angles_deg=angles, pixel_size_um=0.5)
    finally:
        numba.set_num_threads(threads)
    np.testing.assert_array_equal(one.values_um, many.values_um)
    alone = line_integrals(scene, angles_deg=angles[3:4], pixel_size_um=0.5)
    np.testing.assert_array_equal(alone.values_um[:, 0], many.values_um[:, 3])


def test_a_ray_through_hundreds_of_solids_keeps_them_apart() -> None:
    # 300 spheres of radius 0.4 in a row of 1 um: more pieces than the kernel begins with
    row = Scene(tuple(Sphere((1, place + 0.5, 1), 0.4) for place in range(300)), size_um=(2, 300, 2))
    found = line_integrals(row, angles_deg=[0], pixel_size_um=2e-3, shape=(1001, 1), supersampling=1)
    assert found.of("solid")[0, 500, 0] == pytest.approx(300 * 0.8, rel=1e-5)


class Cube:
    """A solid of another kind: it has all that a solid has, but no numbers."""

    material, centre_um, volume_um3, surface_area_um2 = "cube", (8.0, 8.0, 8.0), 1.0, 6.0
    bounds_um = ((7.5,) * 3, (8.5,) * 3)

    def contains(self, points_um):
        return np.abs(points_um - 8).max(axis=-1) <= 0.5

    def moved(self, transform):
        return self


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"supersampling": 0}, "supersampling is 0; expected a whole number from 1 to 16"),
        ({"supersampling": True}, "supersampling is True"),
        ({"angles_deg": []}, "angles_deg is .*; expected finite numbers, one for each view"),
        ({"angles_deg": "abc"}, "angles_deg is 'abc'"),
        ({"shape": (0, 4)}, r"shape is \(0, 4\); expected two whole numbers"),
        ({"axis_um": (1, 2, 3)}, r"axis_um is \(1, 2, 3\); expected two finite numbers"),
        ({"axis_um": "ab"}, "axis_um is 'ab'; expected two finite numbers"),
        ({"shifts_px": [(0, 0)]}, r"shifts_px has the shape \(1, 2\); expected \(2, 2\)"),
        ({"shifts_px": "abc"}, "shifts_px has the shape"),
        ({"scene": Scene((Cube(),), size_um=(16, 16, 16))}, "solid 1 is a Cube, through which no ray can be traced"),
    ],
)
def test_bad_parameters_are_named(changes, said) -> None:
    arguments = {"scene": SCENE, "angles_deg": [0, 90], "pixel_size_um": 1, **changes}
    with pytest.raises(ParameterError, match=said):
        line_integrals(arguments.pop("scene"), **arguments)


def test_a_pixel_size_that_is_none_is_refused() -> None:
    with pytest.raises(GeometryError, match="pixel_size_um is 0"):
        line_integrals(SCENE, angles_deg=[0], pixel_size_um=0)


def test_a_scan_that_does_not_fit_is_refused_before_it_is_made() -> None:
    with pytest.raises(MemoryEstimateError, match="line_integrals needs about"):
        line_integrals(SCENE, angles_deg=[0], pixel_size_um=1, shape=(10**7, 10**7))

"""Images of more than 2^31 voxels: one plane, repeated without being copied, so that only what is added takes memory.

Every layer is the same and the image goes on at its faces as it is there, so a measure of the large image is that of
one of a few layers, times the layers. A count or an index in 32 bits would be negative or too small by 2^32.
"""

from __future__ import annotations

import numpy as np
import pytest

import voltome as vt
from voltome.morphology import sweeps

pytestmark = pytest.mark.long

LAYERS, FEW, EDGE = 2049, 3, 1024
VOXELS = LAYERS * EDGE * EDGE
NAMES = {0: "pore", 1: "solid", 2: "binder"}


def plane() -> np.ndarray:
    """Return half a plane of solid, an eighth of binder in a corner, and pore."""
    labels = np.zeros((EDGE, EDGE), np.uint8)
    labels[:, : EDGE // 2] = 1
    labels[: EDGE // 4, EDGE // 2 :] = 2
    return labels


def phases(layers: int) -> vt.data.PhaseImage:
    return vt.data.PhaseImage(np.broadcast_to(plane(), (layers, EDGE, EDGE)), voxel_size_um=1, phases=NAMES)


def grey(layers: int) -> vt.data.Volume:
    return vt.data.Volume(np.broadcast_to(plane() * 100, (layers, EDGE, EDGE)), voxel_size_um=1)


def particles(layers: int) -> vt.data.ParticleImage:
    values = np.broadcast_to(plane().astype(np.int32), (layers, EDGE, EDGE))
    return vt.data.ParticleImage(values, voxel_size_um=1, phase="solid")


@pytest.fixture(scope="module")
def large() -> vt.data.PhaseImage:
    assert VOXELS > 2**31
    return phases(LAYERS)


def test_the_voxels_of_every_phase(large) -> None:
    # 3/8 pore, 1/2 solid, 1/8 binder
    found = vt.morphology.phase_fractions(large).frame
    assert found.voxels.tolist() == [VOXELS * 3 // 8, VOXELS // 2, VOXELS // 8]
    assert found.fraction.tolist() == [0.375, 0.5, 0.125]
    assert found.volume_um3.tolist() == [VOXELS * 0.375, VOXELS * 0.5, VOXELS * 0.125]


@pytest.mark.parametrize(("axis", "layers"), [("z", LAYERS), ("x", EDGE)])
def test_the_profile_along_an_axis(large, axis, layers) -> None:
    found = vt.morphology.phase_profile(large, axis=axis).frame
    solid = found[found.phase == "solid"]
    assert solid.sample_volume_um3.sum() == VOXELS
    expected = np.full(layers, 0.5) if axis == "z" else np.repeat([1.0, 0.0], EDGE // 2)
    assert (solid.fraction.to_numpy() == expected).all()


def test_the_surface_is_that_of_a_few_layers_times_the_layers(large) -> None:
    found, few = (vt.morphology.surface_area(image, phase="solid") for image in (large, phases(FEW)))
    assert found.area_um2 == pytest.approx(few.area_um2 / FEW * LAYERS, rel=1e-12)


def test_the_interfaces_are_those_of_a_few_layers_times_the_layers(large) -> None:
    found, few = (vt.morphology.interface_areas(image).frame for image in (large, phases(FEW)))
    np.testing.assert_allclose(found.area_um2, few.area_um2 / FEW * LAYERS, rtol=1e-12)


def test_the_two_point_correlation_along_x_falls_by_the_voxels_at_the_wall(large) -> None:
    # of the 1024 - r pairs along x, 512 - r have both ends in the solid
    found = vt.morphology.two_point_correlation(large, phase="solid", maximum_um=2).frame
    along = found[found.direction == "x"]
    expected = [(EDGE // 2 - r) / (EDGE - r) for r in range(3)]
    np.testing.assert_allclose(along.two_point_probability, expected, rtol=1e-12)


def test_the_fraction_of_all_thresholds_at_once() -> None:
    variants = [{"intervals": {"solid": (cut, 150.0)}, "rest": "rest"} for cut in (50, 100, 0)]
    tables = sweeps.phase_fractions_over_thresholds(grey(LAYERS), variants=variants)
    found = [table.frame.set_index("phase").voxels["solid"] for table in tables]
    assert found == [VOXELS // 2, VOXELS // 2, VOXELS * 7 // 8]


def test_particles_have_their_volume_centre_and_surface() -> None:
    found, few = (vt.morphology.measure_particles(particles(n)).frame for n in (LAYERS, FEW))
    assert found.voxels.tolist() == [VOXELS // 2, VOXELS // 8]
    assert found.z_um.tolist() == [LAYERS / 2] * 2
    assert found.y_um.tolist() == [EDGE / 2, EDGE / 8]
    assert found.x_um.tolist() == [EDGE / 4, EDGE * 3 / 4]
    # the two faces at the ends are in both; what lies between goes with the layers
    more = vt.morphology.measure_particles(particles(2 * FEW)).frame
    side = (more.surface_area_um2 - few.surface_area_um2) / FEW
    np.testing.assert_allclose(found.surface_area_um2, few.surface_area_um2 + side * (LAYERS - FEW), rtol=1e-12)
    # a box of depth d, height h, width w has the semi-axes sqrt(5 / 12) of its edges, each less one voxel
    longest = np.sqrt(5 / 12 * (LAYERS**2 - 1))
    assert found.semi_axis_a_um.tolist() == pytest.approx([longest] * 2, rel=1e-3)


def test_contacts_are_those_of_a_few_layers_and_the_rest() -> None:
    found, few, more = (vt.morphology.particle_contacts(particles(n)).frame for n in (LAYERS, FEW, 2 * FEW))
    assert found.shared_faces.tolist() == [LAYERS * EDGE // 4]
    side = (more.contact_area_um2 - few.contact_area_um2) / FEW
    np.testing.assert_allclose(found.contact_area_um2, few.contact_area_um2 + side * (LAYERS - FEW), rtol=1e-12)


def test_no_mass_is_exchanged_between_a_scan_and_itself(large) -> None:
    # 1 g/cm3 x 1 um x 1/2 = 0.05 mg/cm2 in every layer
    found = vt.morphology.mass_balance({"a": large, "b": large}, phase="solid", density_g_per_cm3=1.0).frame
    assert len(found) == LAYERS
    np.testing.assert_allclose(found.before_mg_per_cm2, 0.05, rtol=1e-12)
    assert (found.lost_mg_per_cm2 == 0).all()


def test_the_median_of_every_layer_is_that_of_one() -> None:
    # beyond index 2^31 of the flat image too
    found = vt.filters.median(grey(LAYERS)).values
    layer = vt.filters.median(grey(FEW)).values[1]
    assert (found[[0, LAYERS // 2, LAYERS - 2, LAYERS - 1]] == layer).all()
    assert np.count_nonzero(found) == LAYERS * np.count_nonzero(layer)

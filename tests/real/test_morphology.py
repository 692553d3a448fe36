"""Fractions and surfaces of real files whose numbers their owners published."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

import voltome as vt

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the real data folder ../shared/data is not here")

VOXEL_UM = 100 / 256  # the box is taken as 100 um wide
NAMES = ("pore", "NMC", "binder")


@pytest.fixture(scope="module")
def electrode():
    labels = tifffile.imread(SHARED / "electrode-nmc-taufactor" / "electrode.tiff")
    return vt.data.PhaseImage(labels, voxel_size_um=VOXEL_UM, phases=dict(zip((0, 85, 170), NAMES, strict=True)))


def test_fractions_of_the_electrode(electrode):
    frame = vt.morphology.phase_fractions(electrode).frame.set_index("phase")
    assert frame.fraction[list(NAMES)].tolist() == pytest.approx([0.449917, 0.400466, 0.149616], abs=5e-7)
    assert (frame.fraction_standard_error > 0).all()


@pytest.mark.parametrize(
    ("phase", "per_voxel", "per_metre"),
    [("pore", 0.30684, 785502), ("NMC", 0.14610, 374028), ("binder", 0.34223, 876100)],
)
def test_faces_are_those_of_taufactor(electrode, phase, per_voxel, per_metre):
    # TauFactor's face counting: faces between voxels of the box over the volume of the whole box
    found = vt.morphology.surface_area(electrode, phase=phase, estimator="faces").area_per_total_volume_per_um
    assert found * VOXEL_UM == pytest.approx(per_voxel, abs=5e-6)
    assert found * 1e6 == pytest.approx(per_metre, abs=0.5)


def test_marching_cubes_are_those_of_taufactor_and_crofton_is_below(electrode):
    found = {
        estimator: vt.morphology.surface_area(electrode, phase="NMC", estimator=estimator).area_per_total_volume_per_um
        for estimator in ("crofton13", "marching_cubes")
    }
    assert found["marching_cubes"] * VOXEL_UM == pytest.approx(0.10418, abs=5e-6)
    # on smooth surfaces marching cubes read 9 % too much
    assert found["crofton13"] / found["marching_cubes"] == pytest.approx(1 / 1.09, rel=0.02)


@pytest.mark.parametrize(
    ("phase", "estimator", "smoothed", "per_voxel"),
    [
        ("binder", "gradient", False, 0.21046),
        ("binder", "gradient", True, 0.11740),  # the default of TauFactor 2
        ("NMC", "marching_cubes", True, 0.09225),
    ],
)
def test_surfaces_of_taufactor_have_their_digits(electrode, phase, estimator, smoothed, per_voxel):
    found = vt.morphology.surface_area(electrode, phase=phase, estimator=estimator, smoothed=smoothed)
    assert found.area_per_total_volume_per_um * VOXEL_UM == pytest.approx(per_voxel, abs=5e-6)


@pytest.mark.long
@pytest.mark.parametrize(
    ("estimator", "smoothed", "per_voxel"),
    [
        ("gradient", False, (0.19837, 0.10425, 0.21046)),
        ("gradient", True, (0.12251, 0.09221, 0.11740)),
        ("marching_cubes", False, (0.22268, 0.10418, 0.25400)),
        ("marching_cubes", True, (0.14668, 0.09225, 0.14884)),
    ],
)
def test_every_surface_of_taufactor_has_its_digits(electrode, estimator, smoothed, per_voxel):
    found = [
        vt.morphology.surface_area(
            electrode, phase=phase, estimator=estimator, smoothed=smoothed
        ).area_per_total_volume_per_um
        for phase in NAMES
    ]
    assert [area * VOXEL_UM for area in found] == pytest.approx(per_voxel, abs=7e-6)


def test_smooth_surfaces_of_the_electrode_agree_and_rough_ones_do_not(electrode):
    # NMC is smooth at this voxel size; the binder is films of few voxels, on which estimators differ three times
    ratios = {}
    for phase in ("NMC", "binder"):
        crofton, lindblad = (
            vt.morphology.surface_area(electrode, phase=phase, estimator=estimator).area_um2
            for estimator in ("crofton13", "lindblad")
        )
        ratios[phase] = lindblad / crofton
    assert ratios["NMC"] == pytest.approx(1, abs=0.005)
    assert ratios["binder"] == pytest.approx(0.96, abs=0.01)


def test_interfaces_of_the_electrode_add_up(electrode):
    frame = vt.morphology.interface_areas(electrode).frame
    for phase in NAMES:
        parts = frame.area_um2[(frame.phase_a == phase) | (frame.phase_b == phase)].sum()
        assert parts == pytest.approx(vt.morphology.surface_area(electrode, phase=phase).area_um2, rel=1e-12)


def test_triple_phase_boundary_of_the_electrode(electrode):
    found = vt.morphology.triple_phase_boundary(electrode)
    # voxel edges with all three phases among the four voxels round them, counted with numpy
    bits = (1 << (electrode.values // 85)).astype(np.uint8)
    edges = 0
    for axis in range(3):
        view = np.moveaxis(bits, axis, 0)
        edges += np.count_nonzero((view[:, 1:, 1:] | view[:, :-1, 1:] | view[:, 1:, :-1] | view[:, :-1, :-1]) == 7)
    assert found.edges == edges == 1_001_132
    # half the length of the edges: acute angles and films, where stairs go back and forth (0.499 before wedges counted)
    assert found.length_um / found.edge_length_um == pytest.approx(0.5005, abs=0.001)
    assert found.active_share == pytest.approx(0.895, abs=0.001)


def test_solid_fraction_of_the_fibre_preform():
    grey = tifffile.imread(SHARED / "fibreform-ct-puma" / "100_fiberform.tif")
    solid = ((grey >= 90) & (grey <= 255)).astype(np.uint8)
    image = vt.data.PhaseImage(solid, voxel_size_um=1.3, phases={0: "pore", 1: "fibre"})
    frame = vt.morphology.phase_fractions(image).frame
    assert frame.fraction[1] == pytest.approx(0.16714, abs=5e-6)

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


def test_solid_fraction_of_the_fibre_preform():
    grey = tifffile.imread(SHARED / "fibreform-ct-puma" / "100_fiberform.tif")
    solid = ((grey >= 90) & (grey <= 255)).astype(np.uint8)
    image = vt.data.PhaseImage(solid, voxel_size_um=1.3, phases={0: "pore", 1: "fibre"})
    frame = vt.morphology.phase_fractions(image).frame
    assert frame.fraction[1] == pytest.approx(0.16714, abs=5e-6)

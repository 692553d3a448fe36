"""Diffusion through a real electrode whose tortuosity another program has published."""

from __future__ import annotations

from pathlib import Path

import pytest
import tifffile

import voltome as vt

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the real data folder ../shared/data is not here")

VOXEL_UM = 100 / 256


@pytest.fixture(scope="module")
def electrode():
    labels = tifffile.imread(SHARED / "electrode-nmc-taufactor" / "electrode.tiff")
    names = dict(zip((0, 85, 170), ("pore", "NMC", "binder"), strict=True))
    return vt.data.PhaseImage(labels, voxel_size_um=VOXEL_UM, phases=names)


def test_the_pores_have_the_tortuosity_that_taufactor_finds(electrode):
    # TauFactor with its criterion at 1e-3: tau 2.0772, D_eff 0.2166
    found = vt.transport.tortuosity(electrode, phase="pore", axis="z")
    assert found.value == pytest.approx(2.0772, rel=1e-3)
    assert found.relative_diffusivity == pytest.approx(0.2166, abs=1e-4)
    assert found.porosity == pytest.approx(0.449917, abs=1e-6)
    assert found.percolating_porosity / found.porosity == pytest.approx(0.9989, abs=1e-4)


def test_the_electrode_tortuosity_is_near_that_of_taufactor(electrode):
    # TauFactor's blocking electrode, NMC reactive, separator at the first layer: 2.0729, over the impedance of a ladder
    # of 256 rungs, which at low frequency is 1 + 3 / 512 times that of a line
    found = vt.transport.electrode_tortuosity(electrode, phase="pore", reactive="NMC", separator="first")
    assert found.value / (1 + 3 / 512) == pytest.approx(2.0729, rel=0.002)

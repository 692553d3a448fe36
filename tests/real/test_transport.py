"""Diffusion through a real file whose tortuosity others have published."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from voltome.transport._diffusion import diffuse

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the real data folder ../shared/data is not here")


def test_the_pore_of_the_electrode_is_as_tortuous_as_for_taufactor():
    # TauFactor 2 at its criterion 1e-3: tau = 2.0772 across the first axis, from the pores of all voxels
    pore = tifffile.imread(SHARED / "electrode-nmc-taufactor" / "electrode.tiff") == 0
    found = diffuse(pore, spacing=(1.0, 1.0, 1.0), axis=0, tolerance=1e-4)
    assert found.relative_error_bound <= 1e-4
    assert pore.mean() / found.relative_diffusivity == pytest.approx(2.0772, rel=1e-3)
    # by Cauchy and Schwarz, the mean flux is off by at most the root of the error in dissipation times the porosity;
    # planes at the ends stand for half a voxel
    error = found.relative_error_bound * found.relative_diffusivity
    lengths = np.ones(257)
    lengths[[0, -1]] = 0.5
    mean = np.average(found.flux_per_slice, weights=lengths)
    assert abs(mean - found.relative_diffusivity) <= np.sqrt(error * pore.mean()) + error

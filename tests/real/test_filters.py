"""Filters on a real carbon-fibre preform, which itself has hardly any noise: noise of known size is added to it."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

import voltome as vt

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the real data folder ../shared/data is not here")

NOISE = 12.0


def test_added_noise_is_estimated_and_lowered_and_the_known_fraction_comes_back():
    clean = tifffile.imread(SHARED / "fibreform-ct-puma" / "100_fiberform.tif").astype(np.float32)
    noisy = clean + np.random.default_rng(3).normal(0, NOISE, clean.shape).astype(np.float32)
    volume = vt.data.Volume(noisy, voxel_size_um=1.3)
    assert vt.filters.estimate_noise(volume) == pytest.approx(NOISE, rel=0.05)
    quiet = vt.filters.denoise_nlm(volume)
    error = np.sqrt(np.mean((quiet.values - clean) ** 2))
    assert error < 0.6 * NOISE
    # known with the data: 0.16714 of the voxels have grey values from 90 up
    for image, within in ((volume, 0.05), (quiet, 0.005)):
        phases = vt.segmentation.threshold(image, intervals={"fibre": (90, None)}, rest="pore")
        fraction = vt.morphology.phase_fractions(phases).frame.set_index("phase").fraction["fibre"]
        assert fraction == pytest.approx(0.16714, abs=within)

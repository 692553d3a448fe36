"""A cylindrical cell whose can has a known diameter."""

from pathlib import Path

import numpy as np
import pytest
import tifffile
from scipy import ndimage

import voltome as vt

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the real data folder ../shared/data is not here")


def test_the_can_of_a_21700_cell_has_its_diameter_after_otsu():
    values = tifffile.imread(SHARED / "cell-cylindrical-ucl" / "cell_vol.tif")
    volume = vt.data.Volume(values, voxel_size_um=33.97)  # 0.03397 mm
    phases = vt.segmentation.otsu(volume, phases=["air", "cell"])
    components, _ = ndimage.label(phases.is_phase("cell")[74])
    can = components == np.bincount(components.ravel())[1:].argmax() + 1
    filled = ndimage.binary_fill_holes(can)
    diameter_mm = 2 * np.sqrt(filled.sum() / np.pi) * 0.03397
    assert diameter_mm == pytest.approx(21.20, abs=0.07)

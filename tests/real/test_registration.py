"""A real carbon-fibre preform, turned by a quarter and shifted without interpolation: the motion is known exactly."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

import voltome as vt

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the real data folder ../shared/data is not here")

VOXEL_UM = 1.3


def test_a_quarter_turn_and_a_shift_of_a_real_scan_are_found_to_a_thousandth_of_a_voxel():
    values = tifffile.imread(SHARED / "fibreform-ct-puma" / "100_fiberform.tif")[:50, 20:80, 20:80]
    fixed = vt.data.Volume(values[:44, 3:57, 3:57], voxel_size_um=VOXEL_UM)
    turned = np.ascontiguousarray(np.rot90(values, axes=(1, 2))[6:])  # turned[z, i, j] = values[z, j, 59 - i]
    moving = vt.data.Volume(turned, voxel_size_um=VOXEL_UM)
    motion = vt.registration.find_transform(moving, to=fixed)
    places = np.random.default_rng(0).uniform(15, 40, (20, 3))  # voxels of `values`, from its corner
    z, y, x = places.T
    found = motion.apply(np.stack([z - 6, 60 - x, y], axis=1) * VOXEL_UM)
    np.testing.assert_allclose(found, (places - [0, 3, 3]) * VOXEL_UM, atol=1e-3 * VOXEL_UM)
    assert motion.rotation_deg == pytest.approx((-90, 0, 0), abs=1e-2)
    assert motion.correlation == pytest.approx(1, abs=1e-4)

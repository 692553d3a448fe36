"""Files that other people wrote: a cell from the laboratory, a carbon-fibre preform, an electrode."""

from pathlib import Path

import numpy as np
import pytest

import voltome as vt
from voltome.errors import ValuesError, VoxelSizeError

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the real data folder ../shared/data is not here")

# file, shape, voxel size in um (from the README beside each)
IMAGES = [
    ("cell-cylindrical-ucl/cell_vol.tif", (100, 728, 728), 33.97),
    ("fibreform-ct-puma/100_fiberform.tif", (100, 100, 100), 1.3),
    ("electrode-nmc-taufactor/electrode.tiff", (256, 256, 256), 0.390625),
]


@pytest.mark.parametrize(("name", "shape", "size_um"), IMAGES)
def test_shape_and_type_are_described_and_the_voxel_size_is_missing(
    name: str, shape: tuple[int, ...], size_um: float
) -> None:
    found = vt.io.describe(SHARED / name)
    assert (found.shape, found.dtype, found.voxel_size_um) == (shape, "uint8", None)
    assert len(found.missing) == 1
    with pytest.raises(VoxelSizeError, match=r"voxel_size_um=.*study file.*--voxel-size-um"):
        vt.io.read_volume(SHARED / name)


@pytest.mark.parametrize("target", ["copy.ome.zarr", "copy.tif", "copy.am"])
@pytest.mark.parametrize(("name", "shape", "size_um"), IMAGES)
def test_through_another_format_and_back_bit_for_bit(
    name: str, shape: tuple[int, ...], size_um: float, target: str, tmp_path: Path
) -> None:
    image = vt.io.read_volume(SHARED / name, voxel_size_um=size_um)
    assert image.shape == shape
    back = vt.io.read_volume(vt.io.convert(SHARED / name, tmp_path / target, voxel_size_um=size_um))
    assert back.values.dtype == image.values.dtype
    assert np.array_equal(back.values, image.values)
    assert back.voxel_size_um == (size_um, size_um, size_um)


def test_an_inch_is_not_a_voxel_size() -> None:
    (sentence,) = vt.io.describe(SHARED / "fibreform-ct-puma/100_fiberform.tif").missing
    assert "its unit is 'inch'" in sentence


def test_the_electrode_has_its_published_fractions() -> None:
    phases = {0: "pore", 85: "NMC", 170: "binder"}
    image = vt.io.read_phases(SHARED / "electrode-nmc-taufactor/electrode.tiff", phases=phases, voxel_size_um=0.390625)
    found = {name: float(np.mean(image.values == label)) for label, name in phases.items()}
    assert found == pytest.approx({"pore": 0.449917, "NMC": 0.400466, "binder": 0.149616}, abs=1e-6)


def test_the_preform_has_its_published_fraction() -> None:
    image = vt.io.read_volume(SHARED / "fibreform-ct-puma/100_fiberform.tif", voxel_size_um=1.3)
    assert float(np.mean(image.values >= 90)) == pytest.approx(0.16714, abs=5e-6)


def test_a_boolean_mask_is_read_as_phases() -> None:
    path = SHARED / "cell-cylindrical-ucl/ellipse_dent.tif"
    with pytest.raises(ValuesError, match=r"ellipse_dent.tif: Volume values are bool"):
        vt.io.read_volume(path, voxel_size_um=47.9)
    image = vt.io.read_phases(path, phases={0: "air", 1: "can"}, voxel_size_um=47.9)
    assert image.values.any()

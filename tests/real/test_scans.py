"""Raw scans of other people: every value that the README beside each states."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import voltome as vt
from voltome.errors import FileFormatError, GeometryError

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"

DIAMOND = SHARED / "parallel-diamond-24737" / "24737.h5"
TOOTH = SHARED / "parallel-aps-tooth" / "tooth.h5"
K11 = SHARED / "nexus-diad-k11" / "k11-18014.nxs"
FAN = SHARED / "fanbeam-htc2022"

pytestmark = pytest.mark.skipif(not FAN.is_dir(), reason="the real data folder ../shared/data is not here")


@pytest.mark.parametrize("lazy", [False, True])
def test_the_scan_of_diamond(lazy: bool) -> None:
    found = vt.io.read_projections(DIAMOND, pixel_size_um=1.0, lazy=lazy)
    assert (found.values.shape, found.values.dtype, found.kind) == ((91, 135, 160), np.uint16, "counts")
    assert found.flats is not None
    assert found.darks is not None
    assert (found.flats.shape, found.flats.dtype) == ((1, 135, 160), np.float32)
    assert (found.darks.shape, found.darks.dtype) == ((1, 135, 160), np.float32)
    # -88.2 to 91.8 degrees by 2.0
    assert np.allclose(found.angles_deg, -88.2 + 2.0 * np.arange(91), atol=2e-3)
    assert np.count_nonzero(found.flats <= found.darks) == 1


@pytest.mark.parametrize("lazy", [False, True])
def test_the_tooth(lazy: bool) -> None:
    found = vt.io.read_projections(TOOTH, pixel_size_um=1.0, lazy=lazy)
    assert (found.values.shape, found.values.dtype, found.kind) == ((181, 2, 640), np.float32, "counts")
    assert found.flats is not None
    assert found.darks is not None
    assert found.flats.shape == found.darks.shape == (10, 2, 640)
    assert (found.angles_deg[0], found.angles_deg[-1]) == (0, pytest.approx(179.0055, abs=1e-4))


@pytest.mark.parametrize("path", [DIAMOND, TOOTH])
def test_neither_says_its_pixel_size(path: Path) -> None:
    with pytest.raises(GeometryError, match=r"1 field is missing:\n  pixel_size_um: .*Give pixel_size_um="):
        vt.io.read_projections(path)


def test_the_scan_of_k11_lacks_the_files_with_its_angles() -> None:
    found = vt.io.describe(K11)
    assert (found.shape, found.dtype) == ((3001, 22, 26), "uint16")
    assert found.metadata["image_key"] == "3001 views, 100 flats, 100 darks, 0 invalid"
    assert [each.name for each in found.files] == ["k11-18014.nxs", "k11-18014-imaging.h5"]
    with pytest.raises(GeometryError) as caught:
        vt.io.read_projections(K11)
    said = str(caught.value)
    assert "k11-18014.nxs: 2 fields are missing" in said
    assert "in the file 'k11-18014/k11-18014-pcompPanda.h5', which is not there" in said
    assert "(planned, by /entry/diamond_scan/scan_models: 90 to 270 by 0.06)" in said


@pytest.mark.parametrize("lazy", [False, True])
def test_the_scan_of_k11_with_the_planned_angles(lazy: bool) -> None:
    found = vt.io.read_projections(K11, pixel_size_um=0.54, angles_deg=(90, 270), lazy=lazy)
    assert (found.values.shape, found.values.dtype) == ((3001, 22, 26), np.uint16)
    assert np.allclose(found.angles_deg, 90 + 0.06 * np.arange(3001))
    assert found.flats is not None
    assert found.darks is not None
    assert (len(found.flats), len(found.darks)) == (100, 100)
    # README: 45033 in the first frame (a flat), about 30000 mid-scan, 99 dark
    assert found.flats[0].mean() == pytest.approx(45033.3, abs=0.1)
    assert found.values[1500].mean() == pytest.approx(29_967, abs=1)
    assert found.darks.mean() == pytest.approx(99.2, abs=0.1)


def test_some_rows_of_k11_are_those_of_the_whole() -> None:
    lazy = vt.io.read_projections(K11, pixel_size_um=0.54, angles_deg=(90, 270), lazy=True)
    whole = vt.io.read_projections(K11, pixel_size_um=0.54, angles_deg=(90, 270))
    assert np.array_equal(lazy.rows(7, 11).values, whole.values[:, 7:11])


def test_a_missing_file_of_k11_is_named() -> None:
    with pytest.raises(FileFormatError, match=r"leads to the file 'k11-18014/k11-18014-EtherCAT\.h5', which is not in"):
        vt.io.read_projections(f"{K11}::/entry/EtherCAT/data")


@pytest.mark.parametrize("name", ["solid_disc", "ta", "tb"])
def test_a_sinogram_of_helsinki(name: str) -> None:
    found = vt.io.read_projections(FAN / f"htc2022_{name}_full.mat")
    assert (found.values.shape, found.values.dtype, found.kind) == ((721, 1, 560), np.float64, "absorbance")
    assert found.angles_deg.tolist() == (0.5 * np.arange(721)).tolist()
    assert found.geometry == vt.data.ConeBeam(
        200, source_to_axis_um=410_660, source_to_detector_um=553_740, central_row_px=0
    )
    # README: effective pixel 0.14832 mm
    assert found.geometry.voxel_size_um[2] == pytest.approx(148.32, abs=0.005)


@pytest.mark.parametrize("name", ["ta_full_recon_fbp", "tb_full_recon_fbp_seg"])
def test_a_reconstruction_of_helsinki_is_no_scan(name: str) -> None:
    with pytest.raises(FileFormatError, match=r"no structs with a 'sinogram'.*512 x 512"):
        vt.io.read_projections(FAN / f"htc2022_{name}.mat")


@pytest.mark.parametrize("target", ["scan.h5", "scan.zarr"])
def test_real_scans_are_written_and_read_bit_for_bit(target: str, tmp_path: Path) -> None:
    found = vt.io.read_projections(TOOTH, pixel_size_um=1.0)
    back = vt.io.read_projections(vt.io.write(found, tmp_path / target))
    assert np.array_equal(back.values, found.values)
    assert np.array_equal(back.flats, found.flats)  # type: ignore[arg-type]
    assert (back.geometry, back.history) == (found.geometry, found.history)

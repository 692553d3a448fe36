"""A chip under the X-ray microscope of a synchrotron: every value that the README beside the files states."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import olefile
import pytest

import voltome as vt
from voltome.errors import FileFormatError
from voltome.io import _zeiss_streams

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"

FOLDER = SHARED / "zeiss-xradia-xrm"

VIEW, SCAN = FOLDER / "test_chip00.xrm", FOLDER / "txrm_test_chip_tomo.txrm"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the real data folder ../shared/data is not here")


def image(path: Path, name: str, shape: tuple[int, int]) -> np.ndarray:
    """Read an image by olefile alone."""
    with olefile.OleFileIO(path) as ole:
        return np.frombuffer(ole.openstream(name).read(), "<u2").reshape(shape)


@pytest.mark.parametrize("lazy", [False, True])
def test_the_single_view(lazy: bool) -> None:
    found = vt.io.read_projections(VIEW, lazy=lazy)
    values = found.values[:]
    assert (values.shape, values.dtype, values.min(), values.max()) == ((1, 512, 512), np.uint16, 1, 1117)
    assert np.array_equal(values[0], image(VIEW, "ImageData1/Image1", (512, 512)))
    assert found.angles_deg == pytest.approx([-0.06], abs=1e-6)
    # README: 0.07789 um, 7191 eV; StoRADistance and DtoRADistance are placeholders, so the beam is parallel
    assert isinstance(found.geometry, vt.data.ParallelBeam)
    assert found.geometry.pixel_size_um == (0.07789474, 0.07789474)
    assert found.energy_kev == pytest.approx(7.191, abs=5e-4)
    assert (found.kind, found.shifts_px, found.darks) == ("counts", None, None)


def test_the_reference_of_the_single_view() -> None:
    found = vt.io.read_projections(VIEW)
    assert found.flats is not None
    assert found.flats.shape == (1, 512, 512)
    # 40 s against 39.884727 s of the view: scaled, and said so
    stored = image(VIEW, "ReferenceData/Image", (512, 512))
    assert np.allclose(found.flats[0], stored * (39.884727 / 40), rtol=1e-6)
    assert "times 0.997118: taken with 40 s, the views with 39.8847 s" in found.history[0]


@pytest.mark.parametrize("lazy", [False, True])
def test_the_scan(lazy: bool) -> None:
    found = vt.io.read_projections(SCAN, lazy=lazy)
    values = found.values[:]
    assert (values.shape, values.dtype, values.min(), values.max()) == ((7, 256, 256), np.uint16, 1, 476)
    for number, view in enumerate(values, start=1):
        assert np.array_equal(view, image(SCAN, f"ImageData1/Image{number}", (256, 256)))
    assert found.angles_deg == pytest.approx([-45, -30, -15, 0, 15, 30, 45], abs=0.02)
    assert (found.angles_deg[0], found.angles_deg[-1]) == pytest.approx((-45.018, 44.986), abs=5e-4)
    assert isinstance(found.geometry, vt.data.ParallelBeam)
    assert found.geometry.pixel_size_um == (0.15578948, 0.15578948)
    assert found.energy_kev == pytest.approx(9.2, abs=5e-5)
    assert (found.kind, found.flats, found.darks) == ("counts", None, None)
    # Alignment/X-Shifts and Y-Shifts of the first view are 0.25916 and 0.24400
    assert found.shifts_px is not None
    assert found.shifts_px[0] == pytest.approx((-0.24400, -0.25916), abs=5e-6)
    # from 18:19:21 to 18:20:12
    assert found.frame_times_s is not None
    assert (found.frame_times_s[0], found.frame_times_s[-1]) == (0, 51)


def test_some_rows_are_those_of_the_whole() -> None:
    found = vt.io.read_projections(SCAN, lazy=True)
    assert np.array_equal(found.rows(100, 131).values, found.in_memory().values[:, 100:131])


@pytest.mark.parametrize(
    ("path", "shape", "streams", "fields"),
    [
        (VIEW, (1, 512, 512), 687, {"ImageInfo/Energy": "7191.0464 eV", "ImageInfo/Angles": "-0.060000002 deg"}),
        (
            SCAN,
            (7, 256, 256),
            670,
            {
                "ImageInfo/Energy": "7 values, 0.0 to 9200.017 eV",
                "ImageInfo/Angles": "7 values, -45.018 to 44.985878 deg",
                "ImageInfo/StoRADistance": "1.0 mm (7 times)",
                "ImageInfo/Date": "7 values, 11/09/15 18:19:21 to 11/09/15 18:20:12",
            },
        ),
    ],
)
def test_everything_is_described(path: Path, shape: tuple[int, ...], streams: int, fields: dict[str, str]) -> None:
    found = vt.io.describe(path)
    assert (found.format, found.shape, found.dtype) == ("Zeiss projections", shape, "uint16")
    assert fields.items() <= found.metadata.items()
    assert len(found.missing) == 1  # only that it is no volume
    with _zeiss_streams.opened(path) as opened:
        assert len(opened.names) == streams
        # all but the images and what is empty or no setting
        assert len(opened.names) - len(found.metadata) < 100
    with pytest.raises(FileFormatError, match=rf"{path.name}: holds Zeiss projections .* read the reconstruction"):
        vt.io.read_volume(path)

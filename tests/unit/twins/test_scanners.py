from __future__ import annotations

import numpy as np
import pytest

from voltome.errors import GeometryError, ParameterError
from voltome.twins import ParallelNanoCT, ParallelScanner, SynchrotronScanner


def test_the_nano_ct_is_that_of_the_powder_study() -> None:
    scanner = ParallelNanoCT()
    assert scanner.shape == (128, 128)
    assert scanner.geometry.pixel_size_um == pytest.approx((0.512, 0.512))
    assert scanner.geometry.rotation_axis_px == 63.5
    assert scanner.energy_kev == 5.4


def test_the_synchrotron_scanner_has_its_axis_off_the_middle() -> None:
    scanner = SynchrotronScanner()
    assert (scanner.shape, scanner.geometry.rotation_axis_px) == ((2160, 2560), 200)


def test_words_name_the_faults_that_there_are() -> None:
    assert "ring_scatter 0.01" in ParallelScanner(ring_scatter=0.01).in_words
    assert "ring_scatter" not in ParallelScanner().in_words
    assert "Zernike contrast: zones of 0.07 um" in ParallelNanoCT(contrast="zernike").in_words
    assert ParallelNanoCT().in_words.endswith("absorption contrast")


def test_the_halo_needs_a_margin() -> None:
    # two lengths of the halo: 2 / (0.1 of the aperture of 1 / 0.14 um)
    assert ParallelNanoCT(contrast="zernike", blur_um=0).margin_um == pytest.approx(2.8)
    assert ParallelNanoCT(blur_um=0.1).margin_um == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"energy_kev": 0}, "energy_kev is 0; expected a finite number above 0"),
        ({"photons_per_pixel": 1e30}, r"photons_per_pixel is 1e\+30; expected at most 1e\+15"),
        ({"rows": True}, "rows is True; expected a whole number"),
        ({"blur_um": -1}, "blur_um is -1; expected a finite number, 0 or above"),
        ({"beam_decay": 1}, "beam_decay is 1; expected a share, 0 or above and below 1"),
        ({"flats": -1}, "flats is -1; expected a whole number, 0 or above"),
        ({"rows": 2.5}, "rows is 2.5; expected a whole number, 1 or above"),
        ({"binning": 0}, "binning is 0; expected a whole number, 1 or above"),
        ({"rows": 10, "binning": 4}, "the camera has 10 x .* pixels, binning is 4; expected rows and columns"),
        ({"rows": 8, "columns": 8, "binning": 8, "dead_pixels": 2}, "2 pixels are dead and 0 drift; expected at most"),
        ({"contrast": "phase"}, "contrast is 'phase'; expected one of 'absorption', 'zernike'"),
        ({"zone_width_um": 0}, "zone_width_um is 0"),
        ({"ring_inner": 0.9, "ring_outer": 0.8}, "the ring runs from 0.9 to 0.8 of the aperture"),
        ({"ring_outer": 1.2}, "the ring runs from 0.75 to 1.2"),
        ({"ring_shift_deg": 45}, "ring_shift_deg is 45; expected 90 or -90"),
        ({"ring_transmission": 1.5}, "ring_transmission is 1.5; expected above 0, at most 1"),
        ({"illumination_points": 3}, "illumination_points is 3; expected a whole number, 4 or above"),
    ],
)
def test_bad_numbers_are_named(changes, said) -> None:
    with pytest.raises(ParameterError, match=said):
        ParallelNanoCT(**changes)


def test_numbers_of_numpy_are_whole_numbers() -> None:
    found = ParallelNanoCT(rows=np.int64(256), columns=np.int32(512), illumination_points=np.int64(8))
    assert found == ParallelNanoCT(rows=256, columns=512, illumination_points=8)
    assert {type(number) for number in (found.rows, found.columns, found.illumination_points)} == {int}


def test_an_axis_that_is_no_number_is_refused() -> None:
    with pytest.raises(GeometryError, match="rotation_axis_px is 'middle'"):
        ParallelScanner(rotation_axis_px="middle")

import numpy as np
import pytest

import voltome as vt
from voltome.data import LazyArray

crop_pixels = vt.projections.crop_pixels

VALUES = np.arange(3 * 6 * 10, dtype=np.uint16).reshape(3, 6, 10)


def a_scan(values=VALUES, **changes):
    given = {
        "angles_deg": np.array([0.0, 60.0, 120.0]),
        "geometry": vt.data.ParallelBeam(0.5, rotation_axis_px=4.5),
        "flats": VALUES[:2] + 1,
        "darks": VALUES[:1],
    }
    return vt.data.Projections(values, **given | changes)


def test_values_flats_and_darks_are_cut_and_the_axis_counts_from_the_new_corner():
    found = crop_pixels(a_scan(), rows=(1, 4), columns=(2, None))
    assert np.array_equal(found.values, VALUES[:, 1:4, 2:])
    assert np.array_equal(found.flats, VALUES[:2, 1:4, 2:] + 1)
    assert np.array_equal(found.darks, VALUES[:1, 1:4, 2:])
    assert found.geometry.rotation_axis_px == 2.5
    assert found.history == ("crop_pixels: rows 1 to 4, columns 2 to 10",)


def test_values_that_lie_in_a_file_stay_there():
    read = []

    def box(part):
        read.append(part)
        return VALUES[part]

    lazy = LazyArray(VALUES.shape, VALUES.dtype, box, "a file")
    found = crop_pixels(a_scan(lazy), rows=(1, 4), columns=(2, 9))
    assert found.is_lazy
    assert read == []
    assert np.array_equal(found.values[1], VALUES[1, 1:4, 2:9])
    assert np.array_equal(found.rows(1, 2).values, VALUES[:, 2:3, 2:9])
    assert read[0] == (slice(1, 2, 1), slice(1, 4, 1), slice(2, 9, 1))


def test_an_axis_that_is_not_known_stays_unknown():
    scan = a_scan(geometry=vt.data.ParallelBeam(0.5))
    assert crop_pixels(scan, columns=(2, 5)).geometry.rotation_axis_px is None


def test_the_central_row_of_a_cone_beam_moves_along():
    beam = vt.data.ConeBeam(100, source_to_axis_um=1e5, source_to_detector_um=5e5, central_row_px=2.5)
    assert crop_pixels(a_scan(geometry=beam), rows=(2, 6)).geometry.central_row_px == 0.5


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"rows": (3, 3)}, vt.errors.AxisError, "rows is from 3 to 3, the detector has 6; expected 0 <= first"),
        ({"columns": (-1, 5)}, vt.errors.AxisError, "columns is from -1 to 5"),
        ({"columns": (0, 11)}, vt.errors.AxisError, "columns is from 0 to 11, the detector has 10"),
        ({"rows": 4}, vt.errors.ParameterError, "rows is 4; expected two whole numbers"),
        ({"rows": (0, 2.5)}, vt.errors.ParameterError, "expected two whole numbers, None for the end"),
        ({"columns": (6, 10)}, vt.errors.GeometryError, "axis of rotation is at column 4.5; expected it among"),
    ],
)
def test_messages(options, error, message):
    with pytest.raises(error, match=message):
        crop_pixels(a_scan(), **options)

"""What is said when tiles cannot be stitched."""

import numpy as np
import pytest

import voltome as vt
from voltome.errors import GeometryError, ParameterError, ValuesError

RANDOM = np.random.default_rng(0)
TILES = vt.data.Volume(RANDOM.standard_normal((4, 32, 32)).astype(np.float32), voxel_size_um=1)
GRID = {"grid": (2, 2), "overlap_share": 0.25}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "either grid and overlap_share, or places_um"),
        ({"grid": (2, 2)}, "either grid and overlap_share, or places_um"),
        ({**GRID, "places_um": [(0, 0)] * 4}, "either grid and overlap_share, or places_um"),
        ({**GRID, "grid": (2, 3)}, "a grid of 2 x 3 has 6 tiles, there are 4"),
        ({**GRID, "grid": (2.0, 2)}, "grid is .* expected two whole numbers"),
        ({**GRID, "overlap_share": 1}, "overlap_share is 1; expected less"),
        ({**GRID, "overlap_share": 0}, "overlap_share is 0"),
        ({**GRID, "order": "row"}, "Did you mean 'rows'"),
        ({**GRID, "max_shift_px": 0}, "max_shift_px is 0"),
        ({**GRID, "interpolation": "cubik"}, "Did you mean 'cubic'"),
        ({"places_um": [(0, 0)]}, r"shape \(1, 2\); expected 4 finite pairs"),
    ],
)
def test_parameters_out_of_range_are_refused(options: dict, says: str):
    with pytest.raises(ParameterError, match=says):
        vt.projections.stitch_mosaic(TILES, **options)


def test_tiles_apart_are_refused():
    with pytest.raises(GeometryError, match=r"4 of 4 tiles \(0, 1, 2, 3\) share no side"):
        vt.projections.stitch_mosaic(TILES, places_um=[(0, 0), (0, 50), (50, 0), (50, 50)])


def test_blank_tiles_are_refused():
    blank = vt.data.Volume(np.full((4, 32, 32), 7, np.uint16), voxel_size_um=1)
    with pytest.raises(ValuesError, match=r"none of the 4 overlaps of 4 tiles fits"):
        vt.projections.stitch_mosaic(blank, **GRID)


def test_counts_are_refused():
    counts = vt.data.Projections(
        np.ones((4, 32, 32), np.uint16), angles_deg=np.zeros(4), geometry=vt.data.ParallelBeam(1)
    )
    with pytest.raises(ValuesError, match="stitch_mosaic takes transmission or absorbance"):
        vt.projections.stitch_mosaic(counts, **GRID)


def test_a_missing_corner_is_outside_of_the_mask():
    whole = np.random.default_rng(1).standard_normal((56, 56)).astype(np.float32)
    tiles = np.stack([whole[:32, :32], whole[:32, 24:], whole[24:, :32]])
    found = vt.projections.stitch_mosaic(
        vt.data.Volume(tiles, voxel_size_um=1), places_um=[(0, 0), (0, 24), (24, 0)]
    ).stitch_mosaic
    assert found.shape == (1, 56, 56)
    assert not found.mask[0, 33:, 33:].any()
    assert found.mask[0, :32].all()
    assert found.history[-1].startswith("stitch_mosaic: 3 tiles of 32 x 32 pixels, cubic interpolation")

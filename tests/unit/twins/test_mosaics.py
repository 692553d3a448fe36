from __future__ import annotations

import numpy as np
import pytest

from voltome.errors import ParameterError
from voltome.physics import Material
from voltome.twins import ParallelScanner, Scene, Sphere, simulate_mosaic

NMC = Material("LiNi0.6Mn0.2Co0.2O2", 4.7)
SCENE = Scene((Sphere((9, 5, 12), 3, "NMC"), Sphere((20, 5, 30), 4, "NMC")), size_um=(30, 10, 42))
SCANNER = ParallelScanner(energy_kev=8.0, rows=16, columns=16, photons_per_pixel=1e4, counts_per_photon=0.5)


def mosaic(**changes):
    arguments = {"grid": (2, 3), "overlap_share": 0.2, "materials": {"NMC": NMC}, "seed": 1, **changes}
    return simulate_mosaic(SCENE, SCANNER, **arguments)


def test_tiles_show_the_scene_where_they_are() -> None:
    # tile (row, column) begins at the pixel (13 row, 13 column) of one image of 29 x 42
    found = mosaic(position_error_px=2.0)
    assert found.nominal_px.tolist() == [[13 * row, 13 * column] for row in range(2) for column in range(3)]
    error = found.true_px - found.nominal_px
    assert error[0].tolist() == [0, 0]
    assert error[1:].std() == pytest.approx(2, rel=0.5)
    for (row, column), tile in zip(found.true_px, found.tiles.values, strict=True):
        shade = 5100.0 - tile
        shade[shade < 300] = 0
        if tile[[0, -1]].min() < 4500 or tile[:, [0, -1]].min() < 4500 or not shade.any():
            continue  # a sphere at the border
        middle = [np.average(np.arange(16), weights=shade.sum(axis)) for axis in (1, 0)]
        place = np.add(middle, (row, column)) + 0.5
        expected = [(9, 12), (20, 30)]  # z and x at 0 degrees; the box is 42 wide as the mosaic
        assert min(np.hypot(*np.subtract(place, each)) for each in expected) < 0.15


def test_a_mosaic_has_the_same_bits_again() -> None:
    np.testing.assert_array_equal(mosaic().tiles.values, mosaic().tiles.values)
    np.testing.assert_array_equal(mosaic().true_px, mosaic().nominal_px)


def test_a_grid_of_numpy_s_numbers_is_one_of_whole_numbers() -> None:
    assert mosaic(grid=tuple(np.array([1, 2]))).grid == (1, 2)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"grid": (0, 2)}, r"grid is \(0, 2\); expected two whole numbers"),
        ({"grid": 5}, "grid is 5; expected two whole numbers"),
        ({"overlap_share": 1.0}, "overlap_share is 1; expected 0 or above, below 1"),
        ({"position_error_px": -1}, "position_error_px is -1"),
        ({"seed": -3}, "seed is -3"),
        ({"angle_deg": "a"}, r"angles_deg is \['a'\]; expected finite numbers"),
        ({"angle_deg": None}, r"angles_deg is \[None\]; expected finite numbers"),
        ({"angle_deg": float("nan")}, r"angles_deg is \[nan\]; expected finite numbers"),
        ({"grid": (True, 2)}, r"grid is \(True, 2\); expected two whole numbers"),
    ],
)
def test_bad_parameters_are_named(changes, said) -> None:
    with pytest.raises(ParameterError, match=said):
        mosaic(**changes)

"""Tiles cut out of one band-limited texture at known places: stitched, they are that texture again."""

import numpy as np
import pytest
from waves import Texture

import voltome as vt

ROWS, COLUMNS, EDGE, SHARE = 3, 4, 64, 0.25
NOMINAL = np.array([(row * 48, column * 48) for row in range(ROWS) for column in range(COLUMNS)], np.float64)
OFF = np.random.default_rng(1).uniform(-3, 3, NOMINAL.shape) * (np.arange(len(NOMINAL)) > 0)[:, None]
TEXTURE = Texture(2)


def tiles(noise: float = 0.0, places: np.ndarray = NOMINAL + OFF) -> np.ndarray:
    """Return tiles as the detector sees them, each with its own brightness."""
    random = np.random.default_rng(2)
    seen = [TEXTURE.at(tuple(place), (EDGE, EDGE)) for place in places]
    return np.stack([each + noise * random.standard_normal(each.shape) for each in seen]).astype(np.float32)


def stitch(values: np.ndarray, **options):
    given = {"grid": (ROWS, COLUMNS), "overlap_share": SHARE} | options
    return vt.projections.stitch_mosaic(vt.data.Volume(values, voxel_size_um=0.512), **given)


@pytest.mark.parametrize(("noise", "within_px"), [(0.0, 0.01), (0.1, 0.1), (0.3, 0.2)])
def test_every_tile_is_found_to_a_tenth_of_a_pixel(noise: float, within_px: float):
    """Noise of a tenth, and of a third, of the contrast; the overlap is 16 of 64 pixels."""
    frame = stitch(tiles(noise)).mosaic_tiles.frame
    found = frame[["shift_y_px", "shift_x_px"]].to_numpy()
    missed = found - OFF
    assert np.abs(missed - missed.mean(axis=0)).max() < within_px  # the first tile, held, is as sure as the others
    assert (frame.overlaps_used == frame.overlaps).all()
    assert frame.residual_px.max() < 2 * within_px


def test_the_mosaic_is_the_texture_itself_where_a_tile_lies():
    mosaic = stitch(tiles()).stitch_mosaic
    corner = np.asarray(mosaic.origin_um[1:]) / 0.512
    exact = TEXTURE.at(tuple(corner), mosaic.shape[1:])
    inside = np.ones(exact.shape, bool) if mosaic.mask is None else mosaic.mask[0]
    inner = np.zeros(exact.shape, bool)
    inner[6:-6, 6:-6] = True  # a spline at the very edge of a tile guesses what lies beyond
    assert inside.mean() > 0.95
    assert np.abs(mosaic.values[0] - exact)[inside & inner].max() < 0.05


def test_tiles_on_their_nominal_places_are_not_resampled():
    values = tiles(places=NOMINAL)
    mosaic = stitch(values, places_um=NOMINAL * 0.512, grid=None, overlap_share=None).stitch_mosaic
    exact = TEXTURE.at((0, 0), mosaic.shape[1:])
    assert mosaic.shape == (1, 2 * 48 + 64, 3 * 48 + 64)
    assert mosaic.values[0] == pytest.approx(exact, abs=1e-2)


def test_brightness_of_single_tiles_does_not_move_them():
    bright = tiles() * np.linspace(0.7, 1.3, 12, dtype=np.float32)[:, None, None] + np.arange(12)[:, None, None] % 3
    found = stitch(bright.astype(np.float32)).mosaic_tiles.frame[["shift_y_px", "shift_x_px"]].to_numpy()
    assert np.abs(found - OFF).max() < 0.02


@pytest.mark.parametrize("order", ["rows", "columns", "rows_to_and_fro", "columns_to_and_fro"])
def test_the_order_of_the_tiles_is_that_of_the_stage(order: str):
    numbers = np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS)
    if order == "rows_to_and_fro":
        numbers[1::2] = numbers[1::2, ::-1].copy()
    if order.startswith("columns"):
        numbers = numbers.T.copy()
    if order == "columns_to_and_fro":
        numbers[1::2] = numbers[1::2, ::-1].copy()
    taken = numbers.ravel()
    frame = stitch(tiles()[taken], order=order).mosaic_tiles.frame
    found = frame[["shift_y_px", "shift_x_px"]].to_numpy() + OFF[taken[0]]
    assert np.abs(found - OFF[taken]).max() < 0.02


def test_a_blank_tile_keeps_its_distance_from_its_neighbours_and_the_others_are_not_harmed():
    values = tiles()
    values[5] = 1.0
    found = stitch(values).mosaic_tiles
    shifts = found.frame[["shift_y_px", "shift_x_px"]].to_numpy()
    others = np.arange(12) != 5
    assert np.abs(shifts - OFF)[others].max() < 0.02
    assert found.frame.overlaps_used[5] == 0
    assert shifts[5] == pytest.approx(OFF[[1, 4, 6, 9]].mean(axis=0), abs=0.01)  # those beside it
    assert any("No overlap of tile 5 fits" in warning for warning in found.warnings)


def test_a_false_overlap_is_left_out():
    """Something that moved with the stage fills the overlap of two tiles: its own place is 5 pixels off."""
    values = tiles()
    moved = Texture(2, seed=9).at((0, 0), (37, 16)) * 6
    values[5, 16:48, -16:] = moved[5:]
    values[6, 16:48, :16] = moved[:-5]
    found = stitch(values, max_shift_px=8).mosaic_tiles
    shifts = found.frame[["shift_y_px", "shift_x_px"]].to_numpy()
    assert np.abs(shifts - OFF).max() < 0.1
    assert any("left out" in warning for warning in found.warnings)


def test_five_by_eight_tiles_of_the_powder_study():
    """Its map: 40 tiles of 128 x 128 pixels of 0.512 um; here balls of 5 to 30 um and 500 / cm, 10 % overlap."""
    random = np.random.default_rng(3)
    step, edge = 115.2, 128
    balls = np.column_stack([random.uniform(0, 5 * step, 260), random.uniform(0, 8 * step, 260)])
    radii = random.uniform(5, 30, 260) / 2 / 0.512
    nominal = np.array([(row * step, column * step) for row in range(5) for column in range(8)])
    off = random.uniform(-2, 2, nominal.shape) * (np.arange(40) > 0)[:, None]
    values = np.ones((40, edge, edge), np.float32)
    for tile, corner in zip(values, nominal + off, strict=True):
        y, x = corner[0] + np.arange(edge)[:, None], corner[1] + np.arange(edge)
        near = (np.abs(balls - corner - 64) < 64 + radii[:, None]).all(axis=1)
        heights = [r**2 - (y - b[0]) ** 2 - (x - b[1]) ** 2 for b, r in zip(balls[near], radii[near], strict=True)]
        tile *= np.exp(-0.0512 * sum(np.sqrt(np.maximum(each, 0)) for each in heights)).astype(np.float32)
    values += 0.02 * random.standard_normal(values.shape).astype(np.float32)
    found = stitch(values, grid=(5, 8), overlap_share=0.1)
    shifts = found.mosaic_tiles.frame[["shift_y_px", "shift_x_px"]].to_numpy()
    assert np.abs(shifts - off).max() < 0.5
    assert np.sqrt(((shifts - off) ** 2).mean()) < 0.15
    assert found.stitch_mosaic.size_um[1] == pytest.approx((5 * 128 - 4 * 12.8) * 0.512, abs=3)


def test_projections_are_stitched_like_slices():
    values = tiles() * 0.1 + 0.5
    views = vt.data.Projections(
        values, angles_deg=np.zeros(12), geometry=vt.data.ParallelBeam((0.5, 0.4)), kind="transmission"
    )
    mosaic = vt.projections.stitch_mosaic(views, grid=(ROWS, COLUMNS), overlap_share=SHARE).stitch_mosaic
    assert mosaic.voxel_size_um[1:] == (0.5, 0.4)
    assert mosaic.quantity == "transmission"
    assert np.array_equal(mosaic.values, stitch(values.astype(np.float32)).stitch_mosaic.values)

import numpy as np
import pytest
from collectors import ABOVE, STEEL, tilted_collector
from scipy import ndimage

import voltome as vt
from voltome.errors import AxisError, GeometryError, ParameterError, ValuesError
from voltome.registration import find_collector

STEEL_GREY = (STEEL - 4_000, None)


def test_the_table_has_the_numbers_and_says_what_was_measured():
    volume = tilted_collector(tilt_y_deg=2.0, tilt_x_deg=-1.0, history=("made",))
    found = find_collector(volume, collector=STEEL_GREY)
    table = found.to_table()
    assert table.kind == "collector"
    assert table.frame.to_dict("records") == [{column.name: getattr(found, column.name) for column in table.columns}]
    assert "50 x 60 x 60 voxels" in table.measured_on
    assert "[16000, ...]" in table.method
    assert table.history == ("made",)
    assert found.columns == 3600
    assert 0.7 * 3600 < found.columns_used <= 54 * 54  # all but three at each side


@pytest.mark.parametrize("lowest", [11_000, 13_000, 17_000, 19_500])
def test_the_ends_of_the_interval_do_not_move_the_surface(lowest):
    volume = tilted_collector(tilt_y_deg=6.0, tilt_x_deg=-4.0, height_um=22.4)
    found = find_collector(volume, collector=(lowest, None))
    assert found.height_um == pytest.approx(22.4, abs=0.04)
    assert found.tilt_y_deg == pytest.approx(6.0, abs=0.005)


def test_particles_and_pores_on_the_collector_do_not_tilt_it():
    # above: pores of half the grey of the matrix, and bright particles of which some touch the collector
    rng = np.random.default_rng(3)
    pores = ndimage.gaussian_filter(rng.normal(0, 1, (60, 80, 80)), 3)
    above = ABOVE + 3_000 * (pores > 0.05)
    volume = tilted_collector(
        shape=(60, 80, 80), above=above, tilt_y_deg=3.0, tilt_x_deg=-2.0, height_um=25.0, noise=400
    )
    values = volume.values.copy()
    z, y, x = np.ogrid[:60, :80, :80]
    values[(z - 27) ** 2 + (y - 20) ** 2 + (x - 60) ** 2 < 49] = STEEL + 500  # touches it, at one side
    values[(z - 45) ** 2 + (y - 50) ** 2 + (x - 30) ** 2 < 49] = STEEL + 500  # touches it not
    found = find_collector(volume.derive("particles", values=values), collector=STEEL_GREY)
    assert found.tilt_y_deg == pytest.approx(3.0, abs=0.05)
    assert found.tilt_x_deg == pytest.approx(-2.0, abs=0.05)
    assert found.height_um == pytest.approx(25.0, abs=0.15)


def test_roughness_is_the_rms_about_the_plane():
    # a wave of amplitude a along x has an rms of a / sqrt(2) over the 54 columns used, which hold two of it; smoothing
    # by one voxel leaves exp(-(2 pi / 27)^2 / 2) = 0.973 of it
    z, _, x = np.indices((40, 60, 60)) + 0.5
    surface = 18 + 1.5 * np.cos(2 * np.pi * (x - 30) / 27)  # even about the middle: no tilt in it
    grey = ABOVE + (STEEL - ABOVE) * np.clip(surface - z + 0.5, 0, 1)
    found = find_collector(vt.data.Volume(grey, voxel_size_um=0.5), collector=STEEL_GREY)
    assert found.rms_um == pytest.approx(0.5 * 1.5 / np.sqrt(2) * 0.973, rel=0.02)
    assert found.height_um == pytest.approx(9.0, abs=0.05)


def test_what_is_outside_the_mask_does_not_matter():
    volume = tilted_collector(tilt_y_deg=3.0, shape=(50, 60, 60), noise=300)
    y, x = np.ogrid[:60, :60]
    mask = np.broadcast_to((y - 29.5) ** 2 + (x - 29.5) ** 2 < 26**2, volume.shape).copy()
    spoilt = np.where(mask, volume.values, 60_000).astype(np.uint16)
    found = [
        find_collector(vt.data.Volume(values, voxel_size_um=1, mask=mask), collector=STEEL_GREY)
        for values in (volume.values, spoilt)
    ]
    assert found[0].columns == int(mask[0].sum())
    assert found[0].tilt_y_deg == pytest.approx(3.0, abs=0.03)
    assert found[1].tilt_y_deg == pytest.approx(found[0].tilt_y_deg, abs=1e-9)
    assert found[1].height_um == pytest.approx(found[0].height_um, abs=1e-9)


def test_the_collector_has_to_be_there_and_at_the_low_side():
    volume = tilted_collector()
    with pytest.raises(ValuesError, match=r"\[50000, \.\.\.\]; the smoothed grey values run from .* Move the ends"):
        find_collector(volume, collector=(50_000, None))
    with pytest.raises(ValuesError, match=r"middle at layer \d+ of 50; expected the collector on the side of low z"):
        find_collector(volume.derive("turned over", values=volume.values[::-1].copy()), collector=STEEL_GREY)
    with pytest.raises(ValuesError, match=r"was found in 0 of 3,600 columns; expected at least 360\. .* 7 layers"):
        find_collector(volume.derive("cut", values=volume.values[:24]), collector=STEEL_GREY)


def test_a_steep_or_rough_surface_is_refused():
    with pytest.raises(GeometryError, match=r"tilted by 18\.\d degrees; expected at most 15"):
        find_collector(tilted_collector(tilt_y_deg=18.0, height_um=25.0), collector=STEEL_GREY)
    z, _, x = np.indices((60, 60, 60)) + 0.5
    bent = np.where(z < 12 + (x - 30) ** 2 / 36, STEEL, ABOVE).astype(np.uint16)
    with pytest.raises(GeometryError, match=r"from a plane, with .* as outliers; expected at most 2 um and 50%"):
        find_collector(vt.data.Volume(bent, voxel_size_um=1), collector=STEEL_GREY)


def test_an_image_that_is_too_small_is_refused():
    with pytest.raises(AxisError, match=r"the image has 12 x 60 x 60 voxels .* expected at least 14 x 10 x 10"):
        find_collector(tilted_collector(shape=(12, 60, 60)), collector=STEEL_GREY)


@pytest.mark.parametrize(
    ("interval", "says"),
    [
        (5, r"expected grey values \(lowest, highest\)"),
        ("ab", r"expected grey values \(lowest, highest\)"),
        ((1, 2, 3), r"expected grey values \(lowest, highest\)"),
        ((None, None), "open at both ends"),
        ((float("nan"), None), "expected finite grey values"),
        ((True, None), "expected finite grey values"),
        ((9, 5), "runs from 9 down to 5; expected the lowest grey value first"),
    ],
)
def test_an_interval_that_is_none_is_refused(interval, says):
    with pytest.raises(ParameterError, match=says):
        find_collector(tilted_collector(shape=(20, 20, 20)), collector=interval)

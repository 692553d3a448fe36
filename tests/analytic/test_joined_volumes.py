"""Volumes cut out of one texture at known places, joined to one."""

import numpy as np
import pytest
from waves import Texture

import voltome as vt

TEXTURE = Texture(3, seed=4)
PLACES = {"a": (0.0, 0.0, 0.0), "b": (1.3, -0.6, 21.4), "c": (0.4, 19.7, 0.9), "d": (-0.8, 20.5, 22.2)}
STAGE = {"a": (0, 0, 0), "b": (0, 0, 22), "c": (0, 20, 0), "d": (0, 20, 22)}
EDGE_UM = (0.5, 0.4, 0.4)
SHAPE = (16, 32, 32)


def parts(noise: float = 0.0, **changes) -> dict[str, vt.data.Volume]:
    random = np.random.default_rng(7)
    made = {}
    for name, place in PLACES.items():
        values = TEXTURE.at(place, SHAPE)
        values = values + noise * random.standard_normal(SHAPE)
        origin = tuple(100 + at * edge for at, edge in zip(STAGE[name], EDGE_UM, strict=True))
        made[name] = vt.data.Volume(values.astype(np.float32), voxel_size_um=EDGE_UM, origin_um=origin, **changes)
    return made


@pytest.mark.parametrize(("noise", "within_um"), [(0.0, 0.005), (0.1, 0.04)])
def test_shifts_between_parts_are_found_to_a_tenth_of_a_voxel(noise: float, within_um: float):
    frame = vt.registration.join_volumes(parts(noise), max_shift_um=1.5).joins.frame
    assert list(zip(frame["first"], frame["second"], strict=True)) == [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")]
    for row in frame.itertuples():
        true = [
            (PLACES[row.second][axis] - PLACES[row.first][axis] - STAGE[row.second][axis] + STAGE[row.first][axis])
            * EDGE_UM[axis]
            for axis in range(3)
        ]
        assert [row.shift_z_um, row.shift_y_um, row.shift_x_um] == pytest.approx(true, abs=within_um)
    assert frame.used.all()
    assert frame.residual_um.max() < 2 * within_um


def test_the_joined_volume_is_the_texture_in_the_frame_of_the_first_part():
    joined = vt.registration.join_volumes(parts(), max_shift_um=1.5).join_volumes
    corner = (np.asarray(joined.origin_um) - 100) / EDGE_UM
    exact = TEXTURE.at(tuple(corner), joined.shape)
    inside = joined.mask.copy()
    inside[:3] = inside[-3:] = False
    inside[:, :4] = inside[:, -4:] = inside[:, :, :4] = inside[:, :, -4:] = False
    assert np.abs(joined.values - exact)[inside].max() < 0.1
    assert joined.voxel_size_um == EDGE_UM


def test_a_part_of_which_only_a_cylinder_is_known_counts_there_only():
    given = parts()
    y, x = np.indices(SHAPE[1:]) - 15.5
    mask = np.broadcast_to(np.hypot(y, x) < 16, SHAPE).copy()
    spoilt = {
        name: volume.derive("", values=np.where(mask, volume.values, 50).astype(np.float32), mask=mask)
        for name, volume in given.items()
    }
    pair = {name: spoilt[name] for name in ("a", "b")}
    found = vt.registration.join_volumes(pair, max_shift_um=1.5)
    assert found.joins.frame.shift_x_um[0] == pytest.approx(-0.6 * 0.4, abs=0.03)
    assert found.join_volumes.values[found.join_volumes.mask].max() < 49


def test_whole_numbers_stay_whole_numbers():
    given = {
        name: volume.derive("", values=np.rint(volume.values * 300 + 3000).astype(np.uint16))
        for name, volume in parts().items()
    }
    assert vt.registration.join_volumes(given, max_shift_um=1.5).join_volumes.values.dtype == np.uint16

"""Growing volumes: the pieces that are measured, where a curve settles, and the messages."""

import dataclasses

import numpy as np
import pytest

import voltome as vt
from voltome.errors import AxisError, GeometryError, ParameterError, PhaseError
from voltome.transport import growing_volume, tortuosity

NAMES = {0: "solid", 1: "pore"}


def image_of(values: np.ndarray, voxel_size_um=1.0) -> vt.data.PhaseImage:
    return vt.data.PhaseImage(values.astype(np.uint8), voxel_size_um=voxel_size_um, phases=NAMES)


def test_a_piece_is_the_layers_from_the_first_face_of_a_cube_in_the_middle():
    image = image_of(np.random.default_rng(0).random((14, 12, 10)) < 0.6)
    table = growing_volume(image, phase="pore", edges_um=(8,), axes=("y",), shares=(0.5, 1))
    half, whole = table.frame.itertuples()
    # the cube: 8 of 14, 12, 10 voxels; half of it: the first 4 layers along y
    piece = vt.filters.crop(image, box_voxels=((3, 11), (2, 6), (1, 9)))
    assert half.tortuosity == tortuosity(piece, phase="pore", axis="y").value
    cube = vt.filters.crop(image, box_voxels=((3, 11), (2, 10), (1, 9)))
    assert whole.tortuosity == tortuosity(cube, phase="pore", axis="y").value
    assert (half.share, half.volume_um3, whole.volume_um3) == (0.5, 256.0, 512.0)


def test_uneven_voxels_give_cubes_in_um_and_shares_as_they_were_cut():
    image = image_of(np.ones((10, 20, 8)), voxel_size_um=(2.0, 1.0, 2.0))
    table = growing_volume(image, phase="pore", edges_um=(12, 16), axes=("z", "y"), shares=(0.1, 0.4, 1))
    assert table.frame.groupby(["axis", "edge_um"], sort=False).share.apply(list).to_dict() == {
        ("z", 12.0): [2 / 6, 1.0],  # 0.1 and 0.4 of 6 layers are both 2, as fewer cannot be measured
        ("z", 16.0): [2 / 8, 3 / 8, 1.0],
        ("y", 12.0): [2 / 12, 5 / 12, 1.0],
        ("y", 16.0): [2 / 16, 6 / 16, 1.0],
    }
    assert table.frame.tortuosity.to_numpy() == pytest.approx(1, abs=1e-6)  # all pore: exact at any size
    assert (table.frame.groupby(["axis", "edge_um"]).share.min() == table.frame.groupby(
        ["axis", "edge_um"]).settled_share.first()).all()  # fmt: skip


def test_a_curve_settles_where_it_stays_close_to_its_end():
    # a channel that narrows to a quarter behind the first half: tortuosity 1 there, and 25/16 for the whole
    values = np.zeros((16, 16, 16), bool)
    values[:, :, :] = True
    values[8:] = False
    values[8:, :4] = True
    table = growing_volume(image_of(values), phase="pore", edges_um=(16,), axes=("z",), shares=(0.25, 0.5, 0.9, 1))
    rows = table.frame
    assert rows.tortuosity[0] == pytest.approx(1, abs=1e-6)
    assert rows.settled_share[0] > 0.5
    assert rows.settled_share.nunique() == 1


def test_pieces_that_do_not_percolate_are_infinite_and_counted():
    values = np.ones((8, 8, 8), bool)
    values[6] = False
    table = growing_volume(image_of(values), phase="pore", edges_um=(8,), axes=("z", "y"), shares=(0.5, 1))
    assert table.frame.set_index(["axis", "share"]).tortuosity["z"].tolist() == [1.0, np.inf]
    assert table.frame.settled_share[0] == 1.0  # there is nothing to settle to
    (said,) = table.warnings
    assert "In 1 of 4 pieces 'pore' does not percolate" in said


def test_what_cannot_be_is_refused():
    image = image_of(np.ones((8, 8, 8)))
    with pytest.raises(AxisError, match=r"a cube of 9 um does not fit in the image.*give smaller edges_um"):
        growing_volume(image, phase="pore", edges_um=(9,))
    with pytest.raises(AxisError, match=r"a cube of 1 um has fewer than 2 layers.*give larger edges_um"):
        growing_volume(image, phase="pore", edges_um=(1,))
    with pytest.raises(PhaseError, match="unknown phase 'pores'"):
        growing_volume(image, phase="pores", edges_um=(4,))
    with pytest.raises(ParameterError, match=r"a share is 1.5; expected a share above 0, at most 1"):
        growing_volume(image, phase="pore", edges_um=(4,), shares=(1.5,))
    with pytest.raises(ParameterError, match="expected at least one edge"):
        growing_volume(image, phase="pore", edges_um=())


def test_the_volume_of_a_piece_is_that_inside_the_mask():
    mask = np.ones((8, 8, 8), bool)
    mask[:, :, 6:] = False
    values = np.ones((8, 8, 8), np.uint8)
    image = vt.data.PhaseImage(values, voxel_size_um=0.5, phases={0: "solid", 1: "pore"}, mask=mask)
    table = growing_volume(image, phase="pore", edges_um=(4,), axes=("z",), shares=(0.5, 1))
    assert table.frame.volume_um3.tolist() == [4 * 8 * 6 / 8, 8 * 8 * 6 / 8]


def test_a_thin_piece_outside_the_mask_is_left_out():
    mask = np.zeros((8, 8, 8), bool)
    mask[4:] = True
    image = dataclasses.replace(image_of(np.ones((8, 8, 8), np.uint8)), mask=mask)
    found = vt.transport.growing_volume(image, phase="pore", edges_um=(8,), axes=("z",), shares=(0.25, 0.75, 1))
    assert found.frame["share"].tolist() == [0.75, 1.0]
    with pytest.raises(GeometryError, match="lies outside its mask"):
        vt.transport.growing_volume(image, phase="pore", edges_um=(8,), axes=("z",), shares=(0.25,))

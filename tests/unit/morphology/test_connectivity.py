from __future__ import annotations

import numpy as np
import pytest

import voltome as vt
from voltome.data import _kernels_slabs
from voltome.errors import AxisError, ParameterError, PhaseError

NAMES = {0: "solid", 1: "pore"}


def image(values, voxel_size_um=(0.5, 1.0, 2.0), **more):
    return vt.data.PhaseImage(np.asarray(values, np.uint8), voxel_size_um=voxel_size_um, phases=NAMES, **more)


@pytest.fixture
def channels():
    """A channel along z of 6 voxels, a blind pore of 3, an isolated voxel, and one at a side: 11 voxels of pore."""
    values = np.zeros((6, 9, 9))
    values[:, 1, 1] = 1
    values[:3, 4, 4] = 1
    values[3, 6, 6] = 1
    values[2, 4, 8] = 1
    return image(values, history=("threshold: by hand",))


def test_shares_of_channels_blind_pores_and_isolated_ones(channels):
    table = vt.morphology.connectivity(channels, phase="pore")
    assert (table.kind, table.history, table.warnings) == ("connectivity", ("threshold: by hand",), ())
    frame = table.frame.set_index("axis")
    assert list(frame.index) == ["z", "y", "x"]
    z = frame.loc["z"]
    assert z.percolates
    assert (z.percolating_fraction, z.one_face_fraction, z.isolated_fraction) == (6 / 11, 3 / 11, 2 / 11)
    assert z.isolated_at_sides_fraction == 1 / 11  # the one at the side may be connected outside
    assert (z.components, z.largest_component_fraction) == (4, 6 / 11)
    x = frame.loc["x"]
    assert not x.percolates
    assert (x.percolating_fraction, x.one_face_fraction, x.isolated_fraction) == (0, 1 / 11, 10 / 11)
    assert x.isolated_at_sides_fraction == 9 / 11  # channel and blind pore reach the faces along z


@pytest.mark.parametrize(
    ("shift", "connected"), [((0, 0, 0), {6, 18, 26}), ((0, 0, 1), {18, 26}), ((0, 1, 1), {26}), ((0, 0, 2), set())]
)
def test_voxels_that_share_a_face_an_edge_or_a_corner(shift, connected):
    values = np.zeros((4, 5, 5))
    values[:2, 1, 1] = 1
    values[2:, 1 + shift[1], 1 + shift[2]] = 1
    for neighbours in (6, 18, 26):
        frame = vt.morphology.connectivity(image(values), phase="pore", neighbours=neighbours).frame
        assert bool(frame.percolates[0]) == (neighbours in connected)


def test_outside_the_mask_is_wall_and_its_box_has_the_faces():
    values = np.zeros((8, 5, 5))
    values[:, 2, 2] = 1
    mask = np.zeros((8, 5, 5), np.bool_)
    mask[2:6, 1:4, 1:4] = True
    frame = vt.morphology.connectivity(image(values, mask=mask), phase="pore").frame
    assert frame.percolating_fraction[0] == 1  # from layer 2 to layer 5
    mask[4, 2, 2] = False  # the channel is cut
    cut = vt.morphology.connectivity(image(values, mask=mask), phase="pore").frame
    assert (cut.percolating_fraction[0], cut.one_face_fraction[0]) == (0, 1)


def test_a_phase_that_fills_everything_percolates():
    frame = vt.morphology.connectivity(image(np.ones((3, 4, 5))), phase="pore").frame
    assert frame.percolating_fraction.tolist() == [1, 1, 1]
    assert frame.components.tolist() == [1, 1, 1]


def test_an_axis_of_a_single_layer_is_left_out_with_a_warning():
    table = vt.morphology.connectivity(image(np.ones((1, 4, 5))), phase="pore")
    assert table.frame.axis.tolist() == ["y", "x"]
    (said,) = table.warnings
    assert "Along z the sample has a single layer of voxels" in said


def test_what_cannot_be_is_said(channels):
    with pytest.raises(AxisError, match="single voxel; expected at least two layers of voxels along an axis"):
        vt.morphology.connectivity(image(np.ones((1, 1, 1))), phase="pore")
    with pytest.raises(PhaseError, match="phase 'pore' has no voxel in the sample, so nothing can be connected"):
        vt.morphology.connectivity(image(np.zeros((3, 3, 3))), phase="pore")
    with pytest.raises(PhaseError, match="Did you mean 'pore'"):
        vt.morphology.connectivity(channels, phase="pores")
    for neighbours in (8, True, "6"):
        with pytest.raises(ParameterError, match="expected 6, 18 or 26"):
            vt.morphology.connectivity(channels, phase="pore", neighbours=neighbours)
    with pytest.raises(AxisError, match=r"along z the sample has a single layer .* Choose another axis"):
        vt.morphology.label_connectivity(image(np.ones((1, 4, 5))), phase="pore")
    with pytest.raises(AxisError, match="unknown axis 'w'"):
        vt.morphology.label_connectivity(channels, phase="pore", axis="w")


def test_labels_are_the_shares_of_the_table(channels):
    for axis in ("z", "y", "x"):
        parts = vt.morphology.label_connectivity(channels, phase="pore", axis=axis)
        row = vt.morphology.connectivity(channels, phase="pore").frame.set_index("axis").loc[axis]
        assert list(parts.phases.values()) == ["rest", "isolated pore", "one-face pore", "percolating pore"]
        assert parts.voxel_size_um == channels.voxel_size_um
        counts = {name: int(parts.is_phase(name).sum()) for name in parts.phases.values()}
        assert counts["percolating pore"] == round(11 * row.percolating_fraction)
        assert counts["one-face pore"] == round(11 * row.one_face_fraction)
        assert counts["isolated pore"] == round(11 * row.isolated_fraction)
        assert counts["rest"] == channels.values.size - 11
        assert parts.history[-1] == f"label_connectivity: pore along {axis}, 6 neighbours"


def test_the_same_labels_for_any_number_of_threads(monkeypatch):
    values = np.random.default_rng(3).random((20, 21, 22)) < 0.3
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 100)
    found = []
    for threads in (1, 2):
        monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda threads=threads: threads)
        found.append(vt.morphology.label_connectivity(image(values), phase="pore").values)
    assert np.array_equal(*found)


def test_components_are_those_of_scipy():
    from scipy import ndimage

    values = np.random.default_rng(4).random((15, 16, 17)) < 0.25
    for neighbours, order in ((6, 1), (18, 2), (26, 3)):
        labels, count = ndimage.label(values, ndimage.generate_binary_structure(3, order))
        frame = vt.morphology.connectivity(image(values), phase="pore", neighbours=neighbours).frame
        assert frame.components[0] == count
        through = np.intersect1d(labels[0][labels[0] > 0], labels[-1][labels[-1] > 0])
        assert frame.percolating_fraction[0] == pytest.approx(np.isin(labels, through).sum() / values.sum())

from __future__ import annotations

import numpy as np
import pytest

import voltome as vt
from voltome.data import _kernels_slabs
from voltome.errors import AxisError, ParameterError, PhaseError

NAMES = ("pore", "NMC", "binder")


def image(values, names=NAMES, **more):
    return vt.data.PhaseImage(
        np.asarray(values, np.uint8), phases=dict(enumerate(names)), **{"voxel_size_um": 1.0, **more}
    )


@pytest.fixture
def values():
    return np.random.default_rng(0).integers(0, 3, (12, 13, 14))


def measure(values, names=NAMES, phases_of_interest=None, connected=None, axis="z", **more):
    return vt.morphology.triple_phase_boundary(
        image(values, names, **more), phases_of_interest=phases_of_interest, connected=connected, axis=axis
    )


def edges_slowly(values, mask=None, three=(0, 1, 2)):
    """Edges round which the three labels are among four voxels of the sample, and all edges with four."""
    inside = np.ones(values.shape, np.bool_) if mask is None else mask
    found = candidates = 0
    for axis in range(3):
        v, m = np.moveaxis(values, axis, 0), np.moveaxis(inside, axis, 0)
        four = [np.s_[:, a : a - 1 or None, b : b - 1 or None] for a in (0, 1) for b in (0, 1)]
        whole = np.logical_and.reduce([m[part] for part in four])
        met = np.logical_and.reduce([np.logical_or.reduce([v[part] == label for part in four]) for label in three])
        found, candidates = found + (whole & met).sum(), candidates + whole.sum()
    return found, candidates


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("shape", [(9, 8, 7), (1, 6, 5), (6, 1, 5), (6, 5, 1), (2, 2, 2)])
def test_edges_are_those_of_the_definition(shape, masked):
    rng = np.random.default_rng(1)
    values = rng.integers(0, 4, shape)
    mask = rng.random(shape) < 0.9 if masked else None
    names = (*NAMES, "void")
    found = measure(values, names, ["binder", "pore", "void"], mask=mask)
    edges, candidates = edges_slowly(values, mask, (2, 0, 3))
    assert found.edges == edges
    assert found.edge_share == pytest.approx(edges / candidates)


def test_the_parts_add_up_and_the_table_has_them(values):
    found = measure(values, history=("made",))
    parts = found.active_length_um + found.unknown_length_um + found.inactive_length_um
    assert parts == pytest.approx(found.length_um, rel=1e-12)
    assert found.active_share == pytest.approx(found.active_length_um / found.length_um)
    assert found.length_per_total_volume_per_um2 == pytest.approx(found.length_um / values.size)
    table = found.to_table()
    assert table.kind == "triple_phase_boundary"
    assert table.frame.phases[0] == "pore + NMC + binder"
    assert table.frame.length_um[0] == found.length_um
    assert (table.history, table.warnings) == (("made",), found.warnings)


def test_the_order_and_the_numbers_of_the_phases_do_not_matter(values):
    expected = measure(values)
    turned = measure(values, phases_of_interest=["binder", "NMC", "pore"])
    assert turned.length_um == pytest.approx(expected.length_um, rel=1e-12)
    far = vt.data.PhaseImage(
        np.array([7, 255, 30], np.uint8)[values], voxel_size_um=1, phases=dict(zip((7, 255, 30), NAMES, strict=True))
    )
    assert vt.morphology.triple_phase_boundary(far).length_um == expected.length_um


def test_any_number_of_threads_gives_the_same_bits(values, monkeypatch):
    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 1)
    found = []
    for threads in (1, 2, 5):
        monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda threads=threads: threads)
        found.append(measure(values, voxel_size_um=(0.7, 1.0, 1.3)).to_table().frame)
    assert found[0].equals(found[1])
    assert found[0].equals(found[2])


def test_what_is_outside_the_mask_does_not_count(values):
    mask = np.zeros(values.shape, np.bool_)
    mask[1:9, 2:10, 3:11] = True
    whole, crop = measure(values, mask=mask), measure(values[1:9, 2:10, 3:11])
    assert whole.edges == crop.edges
    assert whole.length_um == pytest.approx(crop.length_um, rel=1e-12)
    assert whole.active_length_um == pytest.approx(crop.active_length_um, rel=1e-12)


def test_a_fourth_phase_interrupts_a_line():
    values = np.zeros((12, 8, 8), np.uint8)
    values[:, 4:], values[:, 4:, 4:] = 1, 2
    values[6, 3:5, 3:5] = 3
    found = measure(values, (*NAMES, "void"), NAMES)
    assert found.edges == 11
    assert found.length_um == pytest.approx(11, rel=1e-12)


def test_a_line_meets_itself_where_two_opposite_voxels_are_of_one_phase():
    # NMC and binder at opposite corners of pore: three phases, but no sense of turning, so an edge and no length
    values = np.zeros((5, 4, 4), np.uint8)
    values[:, 2:, 2:], values[:, :2, :2] = 1, 2
    found = measure(values)
    assert (found.edges, found.length_um, found.active_share) == (5, 0, 0)


def test_a_slice_has_points_that_are_lines_of_its_thickness():
    values = np.zeros((1, 6, 6), np.uint8)
    values[0, 3:], values[0, 3:, 3:] = 1, 2
    assert measure(values, voxel_size_um=(0.3, 1, 1)).length_um == pytest.approx(0.3)


def test_an_image_without_lines_has_none():
    found = measure(np.zeros((4, 4, 4)))
    assert (found.length_um, found.edges, found.active_share, found.warnings) == (0, 0, 0, ())


def test_the_edge_of_a_mask_is_a_face_that_is_not_asked_for():
    values = np.zeros((20, 12, 12), np.uint8)
    values[:6] = 2
    values[6:10, 4:8, 4:8] = 1
    values[10:, 4:8, 4:8] = 0
    assert measure(values).inactive_length_um == pytest.approx(measure(values).length_um)
    mask = np.ones(values.shape, np.bool_)
    mask[8, 6, 6] = False
    found = measure(values, mask=mask)
    assert found.unknown_length_um == pytest.approx(found.length_um)
    assert found.inactive_length_um == 0


def test_both_ends_along_another_axis():
    values = np.zeros((10, 9, 8), np.uint8)
    values[5:] = 1
    values[:, :, 4:] = np.where(values[:, :, 4:] == 1, 2, 0)
    ends = dict.fromkeys(NAMES, "both")
    assert measure(values, axis="y", connected=ends).active_share == 1
    assert measure(values, axis="x", connected=ends).active_share == 0
    assert measure(values, axis="x", connected={"NMC": "first", "binder": "last"}).active_share == 1


def test_a_speck_of_one_voxel_has_a_ring_of_four_edges_and_no_length():
    values = np.zeros((8, 8, 8), np.uint8)
    values[:, :, 4:] = 1
    values[4, 4, 3] = 2
    found = measure(values)
    assert (found.edges, found.length_um, found.active_share) == (4, 0, 0)


def test_few_edges_and_specks_are_warned_of():
    values = np.zeros((8, 8, 8), np.uint8)
    values[:, 4:], values[:, 4:, 4:] = 1, 2
    assert "only 8 voxel edges" in measure(values).warnings[0]
    rings = np.zeros((24, 24, 24), np.uint8)
    rings[:, :, 12:] = 1
    rings[2::4, 2::4, 11] = 2
    found = measure(rings)
    assert found.edges >= 100
    assert "rings of a few edges" in found.warnings[0]


def test_anything_but_three_phases_is_refused(values):
    with pytest.raises(PhaseError, match=r"the image has 4 phases .*; expected three different ones that meet"):
        measure(values, (*NAMES, "void"))
    with pytest.raises(PhaseError, match=r"phases_of_interest has 2 phases"):
        measure(values, phases_of_interest=["pore", "NMC"])
    with pytest.raises(PhaseError, match=r"expected three different ones"):
        measure(values, phases_of_interest=["pore", "pore", "NMC"])
    with pytest.raises(PhaseError, match=r"unknown phase 'poor'.* Did you mean 'pore'"):
        measure(values, phases_of_interest=["poor", "NMC", "binder"])


def test_ends_that_cannot_be_are_refused(values):
    with pytest.raises(ParameterError, match=r"connected is 'poor'; expected one of .* Did you mean 'pore'"):
        measure(values, connected={"poor": "first"})
    with pytest.raises(ParameterError, match=r"connected\['pore'\] is 'top'; expected one of 'first', 'last'"):
        measure(values, connected={"pore": "top"})
    with pytest.raises(AxisError, match="unknown axis 'w'"):
        measure(values, axis="w")
    with pytest.raises(AxisError, match="no four voxels of the sample share an edge"):
        measure(values[:1, :1])

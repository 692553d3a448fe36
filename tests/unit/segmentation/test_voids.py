import numpy as np
import pytest

import voltome as vt
from voltome.errors import ParameterError, PhaseError
from voltome.segmentation import internal_voids, merge_phases

TWO, THREE = {0: "pore", 1: "NMC"}, {0: "pore", 1: "NMC", 2: "binder"}


def image(values, phases=TWO, **fields):
    return vt.data.PhaseImage(np.asarray(values, np.uint8), voxel_size_um=1, phases=phases, **fields)


def shell(size=7):
    """A closed box of one voxel thickness with a void of 27 voxels."""
    values = np.zeros((size,) * 3, np.uint8)
    values[1:6, 1:6, 1:6] = 1
    values[2:5, 2:5, 2:5] = 0
    return values


def test_a_closed_void_becomes_a_phase_and_the_outside_does_not():
    found = internal_voids(image(shell(), history=("made",)), phase="NMC")
    expected = shell()
    expected[2:5, 2:5, 2:5] = 2
    assert np.array_equal(found.values, expected)
    assert found.phases == {0: "pore", 1: "NMC", 2: "internal void"}
    assert found.history == ("made", "internal_voids: 1 in NMC, 27.5510% of its volume")  # 27 of 5^3 - 3^3 = 98 voxels


def test_a_void_with_a_hole_of_one_voxel_to_the_outside_is_outside():
    values = shell()
    values[3, 3, 1] = 0
    assert np.array_equal(internal_voids(image(values), phase="NMC").values, values)


def test_a_void_that_touches_the_outside_by_an_edge_only_is_closed():
    values = shell()
    values[1, 1, 3] = 0  # the pore at its edge meets the void by an edge of a voxel
    assert np.count_nonzero(internal_voids(image(values), phase="NMC").values == 2) == 27


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_void_that_the_image_or_its_mask_cuts_is_outside(axis):
    cut = np.moveaxis(shell(), axis, 0)[3:]
    assert not np.any(internal_voids(image(np.ascontiguousarray(np.moveaxis(cut, 0, axis))), phase="NMC").values == 2)
    mask = np.zeros((7, 7, 7), np.bool_)
    np.moveaxis(mask, axis, 0)[3:] = True
    assert not np.any(internal_voids(image(shell(), mask=mask), phase="NMC").values == 2)
    mask[...] = True
    mask[0, 0, 0] = False
    assert np.count_nonzero(internal_voids(image(shell(), mask=mask), phase="NMC").values == 2) == 27


def test_in_one_slice_the_void_is_closed_by_its_edge():
    found = internal_voids(image(shell()[3]), phase="NMC")
    assert np.count_nonzero(found.values == 2) == 9


def test_what_is_enclosed_is_void_whatever_its_phase():
    values = shell()
    values[3, 3, 3] = 2
    found = internal_voids(image(values, THREE), phase="NMC", void="hollow")
    assert found.phases == THREE | {3: "hollow"}
    assert np.count_nonzero(found.values == 3) == 27


def test_no_void_is_a_result():
    found = internal_voids(image(shell() * 0 + np.eye(7, dtype=np.uint8)), phase="NMC")
    assert found.phases[2] == "internal void"
    assert found.history == ("internal_voids: 0 in NMC, 0.0000% of its volume",)


def test_doing_it_twice_needs_the_phases_joined_and_gives_the_same():
    once = internal_voids(image(shell()), phase="NMC")
    with pytest.raises(PhaseError, match=r"has a phase 'internal void' already; expected a new name .* merge_phases"):
        internal_voids(once, phase="NMC")
    joined = merge_phases(once, phases_to_merge=("internal void", "pore"), into="pore")
    assert np.array_equal(internal_voids(joined, phase="NMC").values, once.values)


@pytest.mark.parametrize(
    ("values", "options", "error", "message"),
    [
        (shell(), {"phase": "NCM"}, PhaseError, "unknown phase 'NCM'.*Did you mean 'NMC'"),
        (shell() * 0, {"phase": "NMC"}, PhaseError, "'NMC' has no voxel, so it closes nothing in; expected at least"),
        (shell(), {"phase": "NMC", "void": " "}, ParameterError, "void is ' '; expected a name"),
        (shell(), {"phase": "NMC", "void": "NMC"}, PhaseError, "has a phase 'NMC' already"),
    ],
)
def test_what_cannot_be_flooded_is_said(values, options, error, message):
    with pytest.raises(error, match=message):
        internal_voids(image(values), **options)


def test_an_image_with_256_phases_has_no_label_left():
    names = {label: f"phase {label}" for label in range(256)}
    with pytest.raises(ParameterError, match="all 256 labels of the image are taken"):
        internal_voids(image(shell(), names), phase="phase 1")


def test_phases_are_merged_into_one_of_them_into_another_or_into_a_new_one():
    values = np.array([[[0, 1, 2, 1]]], np.uint8)
    filled = merge_phases(image(values, THREE), phases_to_merge=("NMC", "binder"), into="NMC")
    assert (filled.values.tolist(), filled.phases) == ([[[0, 1, 1, 1]]], TWO)
    assert filled.history == ("merge_phases: NMC, binder into NMC",)
    other = merge_phases(image(values, THREE), phases_to_merge=("NMC",), into="binder")
    assert (other.values.tolist(), other.phases) == ([[[0, 2, 2, 2]]], {0: "pore", 2: "binder"})
    new = merge_phases(image(values, THREE), phases_to_merge=("binder", "NMC"), into="solid")
    assert (new.values.tolist(), new.phases) == ([[[0, 1, 1, 1]]], {0: "pore", 1: "solid"})


def test_merged_phases_have_no_grey_interval_and_others_keep_theirs():
    intervals = {"pore": (None, 10), "NMC": (30, None), "binder": (11, 29)}
    merged = merge_phases(
        image(np.zeros((1, 1, 2)), THREE, grey_intervals=intervals), phases_to_merge=("NMC", "binder"), into="solid"
    )
    assert merged.grey_intervals == {"pore": (None, 10)}


@pytest.mark.parametrize(
    ("given", "into", "error", "message"),
    [
        ((), "NMC", ParameterError, "expected the names of at least one phase"),
        ("NMC", "NMC", ParameterError, "phases_to_merge is 'NMC'; expected the names"),
        (("NMC", "NMC"), "NMC", ParameterError, "expected every phase once"),
        (("NMC", "bindr"), "NMC", PhaseError, "unknown phase 'bindr'.*Did you mean 'binder'"),
        (("NMC",), "", ParameterError, "into is ''; expected a name"),
    ],
)
def test_what_cannot_be_merged_is_said(given, into, error, message):
    with pytest.raises(error, match=message):
        merge_phases(image(shell(), THREE), phases_to_merge=given, into=into)

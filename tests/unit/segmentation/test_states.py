"""States of one phase laid over each other: labels, names, mask, and grids that do not agree."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from voltome.data import PhaseImage
from voltome.errors import GeometryError, ParameterError, PhaseError, ValuesError
from voltome.segmentation import states

NAMES = {0: "pore", 5: "sulfur"}


def image(row: list[int], **given: object) -> PhaseImage:
    return PhaseImage(np.array([row], np.uint8) * 5, voxel_size_um=2, phases=NAMES, **given)  # type: ignore[arg-type]


ONE, TWO, THREE = image([1, 1, 1, 0, 0]), image([1, 1, 0, 1, 0]), image([1, 0, 0, 0, 1])


def test_every_combination_has_its_label_and_its_name() -> None:
    found = states({"uncycled": ONE, "cycle-2": TWO, "cycle-10": THREE}, phase="sulfur").image
    assert found.values.ravel().tolist() == [7, 3, 1, 2, 4]
    assert found.phases == {
        0: "none",
        1: "uncycled",
        2: "cycle-2",
        3: "uncycled + cycle-2",
        4: "cycle-10",
        5: "uncycled + cycle-10",
        6: "cycle-2 + cycle-10",
        7: "uncycled + cycle-2 + cycle-10",
    }
    assert found.history == ("states: sulfur in uncycled, cycle-2, cycle-10",)


def test_each_state_is_the_union_of_the_combinations_that_name_it() -> None:
    random = np.random.default_rng(4)
    each = {name: image(random.integers(0, 2, 500).tolist()) for name in ("a", "b", "c", "d")}
    found = states(each, phase="sulfur").image
    for name, state in each.items():
        labels = [label for label, combined in found.phases.items() if name in combined.split(" + ")]
        assert (np.isin(found.values, labels) == state.is_phase("sulfur")).all()


def test_only_what_all_masks_have_counts() -> None:
    mask = np.array([[[True, True, False, True, True]]])
    other = np.array([[[False, True, True, True, True]]])
    found = states({"a": image([1] * 5, mask=mask), "b": image([1] * 5, mask=other)}, phase="sulfur").image
    assert found.mask is not None
    assert found.mask.ravel().tolist() == [False, True, False, True, True]
    assert found.values.ravel().tolist() == [0, 3, 0, 3, 3]


def test_the_volumes_are_counted_by_hand() -> None:
    # kept: 2 voxels, lost: 1, gained: 1, nowhere: 1; a voxel is 2 x 2 x 2 = 8 um3, the sample 5 voxels
    table = states({"before": ONE, "after": TWO}, phase="sulfur").volumes
    assert table.kind == "volumes"
    assert table.frame.to_numpy().tolist() == [
        ["none", 8.0, 0.2],
        ["before", 8.0, 0.2],
        ["after", 8.0, 0.2],
        ["before + after", 16.0, 0.4],
    ]


def test_only_the_mask_is_measured_and_combinations_without_a_voxel_are_listed() -> None:
    mask = np.array([[[True, True, True, False, False]]])
    flat = dataclasses.replace(ONE, voxel_size_um=(3, 2, 0.5), mask=mask)
    table = states({"a": flat, "b": flat}, phase="sulfur").volumes.frame.set_index("states")
    assert table.volume_um3.tolist() == [0, 0, 0, 9]  # three voxels of 3 x 2 x 0.5 = 3 um3
    assert table.fraction.tolist() == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"values": np.zeros((1, 1, 4), np.uint8)}, r"shape \(z, y, x\) is \(1, 1, 5\) in 'a' and \(1, 1, 4\) in 'b'"),
        ({"voxel_size_um": 2.1}, "voxel_size_um"),
        ({"origin_um": (0, 0, 1)}, "origin_um"),
    ],
)
def test_other_grids_are_refused_and_align_is_named(changed, what) -> None:
    with pytest.raises(GeometryError, match=f"{what}.*voltome.registration.align"):
        states({"a": ONE, "b": dataclasses.replace(TWO, **changed)}, phase="sulfur")


def test_a_state_without_the_phase_is_named() -> None:
    other = dataclasses.replace(TWO, phases={0: "pore", 5: "Li2S"})
    with pytest.raises(PhaseError, match="state 'b': unknown phase 'sulfur'; this image has 'pore', 'Li2S'"):
        states({"a": ONE, "b": other}, phase="sulfur")


def test_masks_without_a_common_voxel_are_refused() -> None:
    mask = np.array([[[True, False, False, False, False]]])
    with pytest.raises(ValuesError, match="no voxel in common"):
        states({"a": image([1] * 5, mask=mask), "b": image([1] * 5, mask=~mask)}, phase="sulfur")


@pytest.mark.parametrize(
    ("phases", "says"),
    [
        ({"a": ONE}, "states got 1 scans .* expected two to 4"),
        (dict.fromkeys("abcde", ONE), "states got 5 scans"),
        ([ONE, TWO], "expected {name: PhaseImage}"),
        ({"a": ONE, "b": 3}, "'b': 'int'.*expected {name: PhaseImage}"),
        ({"a": ONE, "none": TWO}, "expected names without ' \\+ ', and none that is 'none'"),
        ({"a": ONE, "b": TWO, "a + b": THREE}, "make two combinations of one name"),
    ],
)
def test_what_cannot_be_laid_over_each_other_is_refused(phases, says) -> None:
    with pytest.raises(ParameterError, match=says):
        states(phases, phase="sulfur")

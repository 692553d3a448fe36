from dataclasses import replace

import numpy as np
import pytest

import voltome as vt
from voltome.errors import GeometryError, ParameterError, PhaseError, ValuesError
from voltome.segmentation import correct_particles, correct_phases

WHO = {"by": "A. Person", "why": "cut at the crack"}
PHASES = {0: "pore", 1: "solid"}


def particles(labels, **options):
    values = np.asarray(labels, options.pop("dtype", np.int32))
    return vt.data.ParticleImage(values.reshape(1, 1, -1), **({"voxel_size_um": 1, "phase": "sulfur"} | options))


def phases(labels, names=PHASES, **options):
    values = np.asarray(labels, np.uint8).reshape(1, 1, -1)
    return vt.data.PhaseImage(values, **({"voxel_size_um": 1} | options), phases=names)


def changes(before, after, **options):
    """Return what changed, as {column: number}."""
    found = correct_particles(particles(before, **options), corrected=particles(after), **WHO)
    return found.corrections.frame.iloc[0].to_dict()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        # before, after, added, removed, split, merged, changed voxels
        ([1, 1, 1, 1, 0, 2], [1, 1, 5, 5, 0, 2], (2, 3, 0, 0, 1, 0, 2)),
        ([1, 1, 1, 2, 2, 0], [1, 1, 1, 1, 1, 0], (2, 1, 0, 0, 0, 1, 2)),
        ([1, 1, 0, 0, 0, 0], [1, 1, 0, 0, 3, 3], (1, 2, 1, 0, 0, 0, 2)),
        ([1, 1, 0, 0, 2, 2], [1, 1, 0, 0, 0, 0], (2, 1, 0, 1, 0, 0, 2)),
        ([1, 1, 1, 0, 0, 0], [1, 1, 1, 1, 0, 0], (1, 1, 0, 0, 0, 0, 1)),  # grown by a voxel
        ([1, 1, 1, 1, 2, 2], [1, 1, 1, 2, 2, 2], (2, 2, 0, 0, 0, 0, 1)),  # a wall moved by a voxel
        ([1, 1, 0, 2, 2, 0], [9, 9, 0, 7, 7, 0], (2, 2, 0, 0, 0, 0, 0)),  # other numbers alone
        ([1, 1, 1, 1, 2, 2], [3, 3, 4, 4, 4, 4], (2, 2, 0, 0, 1, 1, 2)),  # half of one given to the other
    ],
)
def test_what_was_changed_is_counted(before, after, expected):
    found = changes(before, after)
    names = ("particles_before", "particles_after", "added", "removed", "split", "merged", "changed_voxels")
    assert tuple(int(found[name]) for name in names) == expected


def test_labels_of_any_size_and_particles_without_background_are_counted():
    big = 2**62
    found = correct_particles(
        particles([big, big, 7, 7], dtype=np.int64), corrected=particles([3, 3, 3, 3]), **WHO
    ).corrections.frame.iloc[0]
    assert (found.particles_before, found.particles_after, found.merged) == (2, 1, 1)
    none = changes([0, 0, 0], [0, 0, 0])
    assert none["particles_before"] == none["changed_fraction"] == 0


def test_only_the_inside_of_the_mask_counts_and_the_mask_stays():
    mask = np.array([True] * 4 + [False] * 2).reshape(1, 1, 6)
    before = particles([1, 1, 0, 0, 2, 2], mask=mask)
    found = correct_particles(before, corrected=particles([1, 1, 0, 0, 3, 0]), **WHO)
    assert found.corrections.frame.iloc[0].changed_voxels == 0
    assert found.image.mask is mask
    layers = np.zeros((3, 1, 6), bool)
    layers[1] = mask
    stack = particles([1] * 18, mask=None)
    stack = replace(stack, values=stack.values.reshape(3, 1, 6), mask=layers)
    same = correct_particles(stack, corrected=replace(stack, mask=None), **WHO)
    assert same.corrections.frame.iloc[0].particles_before == 1


def test_the_result_is_the_corrected_image_with_the_history_before():
    before = particles([1, 1, 1, 0], history=("separate_particles",))
    corrected = particles([1, 5, 5, 0], history=("something else",))
    found = correct_particles(before, corrected=corrected, **WHO)
    np.testing.assert_array_equal(found.image.values, corrected.values)
    assert found.image.history[0] == "separate_particles"
    assert found.image.history[1].startswith("correct_particles: by A. Person (cut at the crack); 1 voxels changed")
    assert found.corrections.kind == "corrections"
    assert found.corrections.warnings == ()


def test_no_change_and_another_image_are_warned_of():
    same = correct_particles(particles([1, 1, 0]), corrected=particles([2, 2, 0]), **WHO)
    assert "nothing was corrected" in same.corrections.warnings[0]
    other = correct_particles(particles([1, 1, 0, 0]), corrected=particles([0, 0, 1, 1]), **WHO)
    assert "changed 100% of the voxels: is it of this image?" in other.corrections.warnings[0]
    unchanged = correct_phases(phases([0, 1]), corrected=phases([0, 1]), **WHO)
    assert "nothing was corrected" in unchanged.corrections.warnings[0]
    assert (unchanged.corrections.frame.changed_voxels == 0).all()


def test_phases_are_compared_by_name_and_may_be_new():
    before = phases([0, 0, 1, 1, 1], voxel_size_um=2)
    names = {1: "pore", 2: "solid", 3: "crack"}
    found = correct_phases(before, corrected=phases([1, 2, 2, 2, 3], names, voxel_size_um=2), **WHO)
    frame = found.corrections.frame.set_index("phase")
    assert frame.gained_um3.to_dict() == {"pore": 0, "solid": 8, "crack": 8}
    assert frame.lost_um3.to_dict() == {"pore": 8, "solid": 8, "crack": 0}
    assert (frame.volume_after_um3 - frame.volume_before_um3 == frame.gained_um3 - frame.lost_um3).all()
    assert found.image.phases == names
    assert found.image.grey_intervals is None
    assert found.image.history[-1].endswith("2 voxels changed")


def test_phases_outside_the_mask_do_not_count():
    mask = np.array([True, True, False]).reshape(1, 1, 3)
    found = correct_phases(phases([0, 1, 1], mask=mask), corrected=phases([0, 1, 0]), **WHO)
    assert found.corrections.frame.changed_voxels.sum() == 0
    assert found.corrections.frame.volume_after_um3.sum() == 2
    assert found.image.mask is mask


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"voxel_size_um": 2}, r"different grids: voxel_size_um .* Correct the image that the step gives, uncropped"),
        ({"origin_um": (0, 0, 5)}, "different grids: origin_um"),
        ({"mask": np.array([[[True, False, True]]])}, "another mask than those before"),
    ],
)
def test_another_grid_or_mask_is_refused(changed, said):
    with pytest.raises(GeometryError, match=said):
        correct_particles(particles([1, 1, 0]), corrected=particles([1, 1, 0], **changed), **WHO)
    with pytest.raises(GeometryError, match=said):
        correct_phases(phases([1, 1, 0]), corrected=phases([1, 1, 0], **changed), **WHO)
    with pytest.raises(GeometryError, match="shape"):
        correct_particles(particles([1, 1, 0]), corrected=particles([1, 1]), **WHO)


def test_labels_of_a_file_without_an_origin_begin_where_the_image_does():
    found = correct_particles(particles([1, 1, 0], origin_um=(2, 3, 4)), corrected=particles([1, 2, 0]), **WHO)
    assert found.image.origin_um == (2, 3, 4)
    with pytest.raises(GeometryError, match=r"origin_um .* is \(2.0, 3.0, 4.0\) in 'phases'"):
        correct_phases(phases([1], origin_um=(2, 3, 4)), corrected=phases([1], origin_um=(2, 3, 5)), **WHO)


def test_other_phases_are_refused():
    with pytest.raises(PhaseError, match=r"are of 'carbon', those before of 'sulfur'; expected the same"):
        correct_particles(particles([1, 0]), corrected=particles([1, 0], phase="carbon"), **WHO)
    with pytest.raises(PhaseError, match=r"has the phases 'pore', 'solids' and not 'solid'"):
        correct_phases(phases([0, 1]), corrected=phases([0, 1], {0: "pore", 1: "solids"}), **WHO)


def test_somebody_must_answer_for_it():
    for words in ({"by": ""}, {"why": "  "}, {"by": None}):
        with pytest.raises(ParameterError, match="it is recorded with the numbers"):
            correct_particles(particles([1, 0]), corrected=particles([1, 0]), **(WHO | words))


@pytest.mark.parametrize("suffix", [".tif", ".nrrd", ".mha", ".am", ".h5", ".ome.zarr", ".raw"])
def test_labels_come_back_from_any_format(tmp_path, suffix):
    before = particles([1, 1, 1, 0, 9])
    path = vt.io.write(before.derive("by hand", values=np.array([[[1, 4, 4, 0, 9]]])), tmp_path / f"labels{suffix}")
    written_by_us = vt.io.describe(path).noun == "ParticleImage"
    corrected = vt.io.read(path) if written_by_us else vt.io.read_particles(path, phase="sulfur")
    found = correct_particles(before, corrected=corrected, **WHO).corrections.frame.iloc[0]
    assert (found.particles_after, found.split) == (3, 1)


def test_labels_that_are_no_whole_numbers_or_negative_are_refused_on_reading(tmp_path):
    for values, said in ((np.array([[0.5, 1]]), "expected integers"), (np.array([[-1, 1]]), "labels run from -1")):
        path = vt.io.write(vt.data.Volume(values, voxel_size_um=1), tmp_path / "labels.nrrd")
        with pytest.raises(ValuesError, match=said):
            vt.io.read_particles(path, phase="sulfur")

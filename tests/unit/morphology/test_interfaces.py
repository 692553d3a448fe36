from __future__ import annotations

import numpy as np
import pytest

import voltome as vt
from voltome.errors import PhaseError, ValuesError


def image(values, names=("pore", "NMC", "binder"), **more):
    return vt.data.PhaseImage(
        np.asarray(values, np.uint8), phases=dict(enumerate(names)), **{"voxel_size_um": 0.5, **more}
    )


@pytest.fixture
def values():
    return np.random.default_rng(0).integers(0, 3, (8, 9, 10))


def test_one_row_for_every_two_phases(values):
    table = vt.morphology.interface_areas(image(values, history=("made",)))
    assert table.kind == "interface_areas"
    assert table.frame[["phase_a", "phase_b"]].to_numpy().tolist() == [
        ["pore", "NMC"],
        ["pore", "binder"],
        ["NMC", "binder"],
    ]
    assert table.names("key") == ["phase_a", "phase_b"]
    assert table.history == ("made",)
    assert "8 x 9 x 10 voxels" in table.measured_on
    assert (table.frame.area_per_total_volume_per_um * 720 / 8).tolist() == pytest.approx(table.frame.area_um2.tolist())
    # the shares of one phase with all others add up to 1
    assert table.frame.share_of_phase_a[:2].sum() == pytest.approx(1)
    assert table.frame.share_of_phase_b[1:].sum() == pytest.approx(1)


def test_the_standard_error_is_the_scatter_among_octants():
    values = np.zeros((20, 20, 20))
    values[3:7, 3:7, 3:7] = 1  # in one octant of eight: S, 0, ... -> standard deviation S / sqrt(8), over sqrt(8)
    row = vt.morphology.interface_areas(image(values)).frame.iloc[0]
    assert row.area_per_total_volume_standard_error_per_um == pytest.approx(row.area_per_total_volume_per_um)


def test_a_phase_without_a_voxel_has_no_interface(values):
    frame = vt.morphology.interface_areas(image(np.where(values == 2, 0, values))).frame
    assert frame.area_um2[1:].tolist() == [0, 0]
    assert frame.share_of_phase_a[1] == frame.share_of_phase_b[1] == 0
    assert vt.morphology.interface_areas(image(np.zeros((3, 3, 3)))).frame.area_um2.tolist() == [0, 0, 0]


def test_labels_need_not_follow_each_other(values):
    expected = vt.morphology.interface_areas(image(values)).frame.area_um2
    far = vt.data.PhaseImage(
        np.array([0, 85, 255], np.uint8)[values], voxel_size_um=0.5, phases={0: "pore", 85: "NMC", 255: "binder"}
    )
    assert vt.morphology.interface_areas(far).frame.area_um2.tolist() == expected.tolist()


def test_what_is_outside_the_mask_does_not_count(values):
    mask = np.zeros(values.shape, np.bool_)
    mask[1:7, 2:8, 3:9] = True
    whole = vt.morphology.interface_areas(image(values, mask=mask)).frame
    crop = vt.morphology.interface_areas(image(values[1:7, 2:8, 3:9])).frame
    assert whole.area_um2.tolist() == crop.area_um2.tolist()


def test_one_slice_and_twenty_phases_are_measured():
    values = np.random.default_rng(1).integers(0, 20, (1, 30, 30))
    frame = vt.morphology.interface_areas(image(values, [f"p{i}" for i in range(20)])).frame
    assert len(frame) == 190
    assert (frame.area_um2 > 0).any()


def test_too_few_and_too_many_phases_are_refused():
    with pytest.raises(PhaseError, match="names 1 phases; expected 2 to 20"):
        vt.morphology.interface_areas(image(np.zeros((3, 3, 3)), ["pore"]))
    with pytest.raises(PhaseError, match="names 21 phases; expected 2 to 20"):
        vt.morphology.interface_areas(image(np.zeros((3, 3, 3)), [f"p{i}" for i in range(21)]))
    with pytest.raises(ValuesError, match="the sample is one voxel"):
        vt.morphology.interface_areas(image(np.zeros((1, 1, 1))))

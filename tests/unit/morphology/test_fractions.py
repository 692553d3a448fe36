from __future__ import annotations

import numpy as np
import pytest

import voltome as vt
from voltome.errors import AxisError, ParameterError, ValuesError

NAMES = {0: "pore", 1: "sulfur", 7: "binder"}


def image(values, voxel_size_um=(0.5, 1.0, 2.0), **more):
    return vt.data.PhaseImage(np.asarray(values, np.uint8), voxel_size_um=voxel_size_um, phases=NAMES, **more)


@pytest.fixture
def half():
    """Four layers of 2 x 3 voxels: three of pore, one of sulfur."""
    values = np.zeros((4, 2, 3))
    values[3] = 1
    return image(values, origin_um=(10.0, 20.0, 30.0), history=("threshold: by hand",))


def test_fractions_of_all_named_phases(half):
    table = vt.morphology.phase_fractions(half)
    assert table.kind == "phase_fractions"
    assert table.history == ("threshold: by hand",)
    assert table.frame.phase.tolist() == ["pore", "sulfur", "binder"]
    assert table.frame.voxels.tolist() == [18, 6, 0]
    assert table.frame.volume_um3.tolist() == [18.0, 6.0, 0.0]
    assert table.frame.fraction.tolist() == [0.75, 0.25, 0.0]
    assert table.column("fraction_standard_error").of == "fraction"
    assert "too small" in table.column("fraction_standard_error").meaning


def test_the_standard_error_is_that_of_the_octants():
    values = np.zeros((4, 4, 4))
    values[:2, :2, :2] = 1  # one octant of eight: f = 1, 0, ...; standard deviation sqrt(1/8), over sqrt(8)
    frame = vt.morphology.phase_fractions(image(values)).frame
    assert frame.fraction_standard_error[1] == pytest.approx(np.sqrt(1 / 8 / 8))
    assert frame.fraction_standard_error[2] == 0


def test_the_standard_error_is_right_on_average_for_independent_voxels():
    # binomial: sqrt(p (1 - p) / N), also where octants differ in volume and some are outside the mask
    rng = np.random.default_rng(4)
    mask = np.ones((9, 10, 11), np.bool_)
    mask[:4, :4] = False
    tables = [vt.morphology.phase_fractions(image(rng.random(mask.shape) < 0.3, mask=mask)) for _ in range(300)]
    variance = np.mean([table.frame.fraction_standard_error[1] ** 2 for table in tables])
    assert variance == pytest.approx(0.3 * 0.7 / mask.sum(), rel=0.1)


def test_only_the_inside_of_the_mask_counts():
    values = np.zeros((6, 6, 6))
    values[:3] = 1
    mask = np.zeros((6, 6, 6), np.bool_)
    mask[2:6, 1:5, 1:5] = True
    frame = vt.morphology.phase_fractions(image(values, mask=mask)).frame
    assert frame.fraction.tolist() == [0.75, 0.25, 0.0]
    crop = vt.morphology.phase_fractions(image(values[2:6, 1:5, 1:5])).frame
    assert frame.fraction_standard_error.tolist() == crop.fraction_standard_error.tolist()


def test_one_slice_has_four_quadrants():
    values = np.zeros((1, 4, 4))
    values[0, :2, :2] = 1
    frame = vt.morphology.phase_fractions(image(values)).frame
    assert frame.fraction_standard_error[1] == pytest.approx(np.sqrt(0.25 / 4))


def test_one_voxel_has_no_standard_error():
    with pytest.raises(ValuesError, match="the sample is one voxel; expected at least two"):
        vt.morphology.phase_fractions(image(np.zeros((1, 1, 1))))


@pytest.mark.parametrize(
    ("axis", "first", "step", "layers"), [("z", 10.25, 0.5, 4), ("y", 20.5, 1, 2), ("x", 31, 2, 3)]
)
def test_profile_positions_are_centres_in_the_frame_of_the_scan(half, axis, first, step, layers):
    frame = vt.morphology.phase_profile(half, axis=axis).frame
    sulfur = frame[frame.phase == "sulfur"]
    assert sulfur.position_um.tolist() == [first + step * layer for layer in range(layers)]
    assert sulfur.sample_volume_um3.tolist() == [24 / layers] * layers
    assert sulfur.fraction.tolist() == ([0, 0, 0, 1] if axis == "z" else [0.25] * layers)


def test_a_voxel_cut_by_a_layer_counts_by_its_share(half):
    # voxels of 0.5 um, layers of 0.75 um: 1.5 voxels, 1.5, and the last 1: sulfur is the last voxel
    frame = vt.morphology.phase_profile(half, axis="z", layer_um=0.75).frame
    sulfur = frame[frame.phase == "sulfur"]
    assert sulfur.position_um.tolist() == [10.375, 11.125, 11.75]
    assert sulfur.fraction.tolist() == [0, 0, 1]
    assert sulfur.sample_volume_um3.tolist() == [9, 9, 6]
    values = np.zeros((4, 2, 3))
    values[1] = 1
    frame = vt.morphology.phase_profile(image(values), axis="z", layer_um=0.75).frame
    assert frame[frame.phase == "sulfur"].fraction.tolist() == pytest.approx([1 / 3, 1 / 3, 0])


def test_layers_of_a_length_that_binary_numbers_cannot_hold_end_on_voxels():
    values = np.zeros((30, 2, 2))
    values[15:] = 1
    frame = vt.morphology.phase_profile(image(values, voxel_size_um=0.1), axis="z", layer_um=0.3).frame
    assert len(frame) == 3 * 10
    assert frame[frame.phase == "sulfur"].fraction.tolist() == [0] * 5 + [1] * 5


def test_a_layer_thicker_than_the_image_is_one_layer(half):
    frame = vt.morphology.phase_profile(half, layer_um=1e6).frame
    assert frame.position_um.tolist() == [11.0] * 3
    assert frame.fraction.tolist() == [0.75, 0.25, 0]


@pytest.mark.parametrize("layer_um", [None, 1.0])
def test_layers_without_a_sample_are_left_out(layer_um):
    mask = np.zeros((6, 2, 3), np.bool_)
    mask[2:4] = True
    frame = vt.morphology.phase_profile(image(np.zeros((6, 2, 3)), mask=mask), layer_um=layer_um).frame
    assert frame[frame.phase == "pore"].position_um.tolist() == ([1.25, 1.75] if layer_um is None else [1.5])
    assert (frame[frame.phase == "pore"].fraction == 1).all()


@pytest.mark.parametrize("layer_um", [0, -1, np.nan, np.inf])
def test_a_layer_without_thickness_is_refused(half, layer_um):
    with pytest.raises(ParameterError, match=r"layer_um is .*; expected a finite number above 0"):
        vt.morphology.phase_profile(half, layer_um=layer_um)


def test_a_layer_thinner_than_a_voxel_is_refused(half):
    with pytest.raises(ParameterError, match=r"layer_um is 0.4, thinner than a voxel along this axis \(0.5 um\)"):
        vt.morphology.phase_profile(half, layer_um=0.4)


def test_an_unknown_axis_is_refused(half):
    with pytest.raises(AxisError, match="unknown axis 'w'"):
        vt.morphology.phase_profile(half, axis="w")

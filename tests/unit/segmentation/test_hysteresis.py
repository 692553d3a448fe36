import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.filters import apply_hysteresis_threshold

import voltome as vt
from voltome.errors import ParameterError, PhaseError
from voltome.segmentation import hysteresis_threshold

NAMES = {"phase": "sulfur", "rest": "pore"}


def noise(seed=0, shape=(9, 10, 11)):
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


def grey(values, **fields):
    return vt.data.Volume(values, voxel_size_um=(1, 2, 3), **fields)


def test_a_faint_branch_is_kept_where_it_hangs_on_a_bright_body():
    values = np.full((7, 7, 20), 10, np.uint8)
    values[2:5, 2:5, 2:5] = 200
    values[3, 3, 5:12] = 90  # hangs on it
    values[3, 3, 15:18] = 90  # is as bright, and alone
    found = hysteresis_threshold(grey(values, history=("made",)), **NAMES, strong=150, weak=80)
    assert found.phases == {0: "pore", 1: "sulfur"}
    assert np.count_nonzero(found.values) == 27 + 7
    assert found.values[3, 3, 5:12].all()
    assert found.history == (
        "made",
        "hysteresis_threshold: sulfur from 80 where connected (by 26 neighbours) to 150, rest pore; "
        "20.59% of the phase below 150",
    )
    assert found.grey_intervals is None
    assert found.voxel_size_um == (1, 2, 3)


@pytest.mark.parametrize(("step", "needs"), [((0, 0, 1), 6), ((0, 1, 1), 18), ((1, 1, 1), 26)])
def test_connected_is_by_faces_edges_or_corners(step, needs):
    values = np.zeros((3, 3, 3), np.uint8)
    values[1, 1, 1], values[tuple(1 + np.array(step))] = 200, 100
    for connectivity in (6, 18, 26):
        found = hysteresis_threshold(grey(values), **NAMES, strong=150, weak=80, connectivity=connectivity)
        assert np.count_nonzero(found.values) == (2 if connectivity >= needs else 1)


@given(seed=st.integers(0, 99), weak=st.integers(100, 200), more=st.integers(0, 50))
def test_it_lies_between_the_two_thresholds_and_is_that_of_scikit_image_by_faces(seed, weak, more):
    values = noise(seed)
    found = hysteresis_threshold(grey(values), **NAMES, strong=weak + more, weak=weak, connectivity=6).values == 1
    assert (found >= (values >= weak + more)).all()
    assert (found <= (values >= weak)).all()
    # scikit-image takes voxels above a threshold, not at it
    assert np.array_equal(found, apply_hysteresis_threshold(values, weak - 0.5, weak + more - 0.5))


def test_equal_thresholds_are_one_threshold_also_for_floats():
    values = noise().astype(np.float32) * np.float32(0.1)
    found = hysteresis_threshold(grey(values), **NAMES, strong=12.8, weak=12.8)
    assert np.array_equal(
        found.values, vt.segmentation.threshold(grey(values), intervals={"sulfur": (12.8, None)}, rest="pore").values
    )
    assert (values == np.float32(12.8)).any()


def test_a_bridge_outside_the_mask_connects_nothing():
    values = np.array([[200, 100, 100, 100]], np.uint8)
    mask = np.array([[True, False, True, True]])
    found = hysteresis_threshold(grey(values, mask=mask), **NAMES, strong=150, weak=80)
    assert found.values.tolist() == [[[1, 0, 0, 0]]]
    assert found.mask is not None


def test_the_message_says_what_is_wrong_with_the_thresholds():
    volume = grey(noise())
    with pytest.raises(ParameterError, match="weak is 200 and strong is 100; expected weak at most strong"):
        hysteresis_threshold(volume, **NAMES, strong=100, weak=200)
    with pytest.raises(ParameterError, match="strong is nan; expected a finite grey value"):
        hysteresis_threshold(volume, **NAMES, strong=float("nan"), weak=2)
    with pytest.raises(ParameterError, match="weak is True; expected a finite grey value"):
        hysteresis_threshold(volume, **NAMES, strong=3, weak=True)
    with pytest.raises(ParameterError, match="connectivity is 8; expected 6, 18 or 26"):
        hysteresis_threshold(volume, **NAMES, strong=3, weak=2, connectivity=8)
    with pytest.raises(PhaseError, match="rest is 'pore', which is also an interval"):
        hysteresis_threshold(volume, phase="pore", rest="pore", strong=3, weak=2)
    with pytest.raises(PhaseError, match=r"no voxel has the strong grey value 300 or more; .* from 0 to 255\. Lower"):
        hysteresis_threshold(volume, **NAMES, strong=300, weak=2)
    with pytest.raises(PhaseError, match=r"no voxel is left for the rest 'pore'; .* Raise weak"):
        hysteresis_threshold(volume, **NAMES, strong=3, weak=0)

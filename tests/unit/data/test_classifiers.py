import numpy as np
import pytest

import voltome as vt
from voltome.errors import ParameterError, PhaseError, ValuesError, VoxelSizeError


def stump(**changes):
    """Return one question: is the grey value above 0.5?"""
    fields = {
        "features": np.array([0, -1, -1]),
        "thresholds": np.array([0.5, 0, 0]),
        "left": np.array([1, 0, 0]),
        "right": np.array([2, 0, 0]),
        "shares": np.array([[0.5, 0.5], [1, 0], [0, 1.0]]),
        "roots": np.array([0]),
        "phases": {1: "pore", 2: "solid"},
        "feature_names": ("grey value",),
        "scales_um": (1, 2.5),
        "slice_wise": False,
        "voxel_size_um": 0.5,
        "grey_offset": 100,
        "grey_range": (90, 120),
        "history": ("trained",),
    }
    return vt.data.PixelClassifier(**(fields | changes))


def test_it_says_what_it_is():
    assert repr(stump()) == "PixelClassifier(1 trees, 3 nodes, 1 features: 1 = pore, 2 = solid)"


def test_every_field_comes_back_from_a_file(tmp_path):
    made = stump(quantity="attenuation", unit="1/cm")
    found = vt.io.read(vt.io.write(made, tmp_path / "model.zarr"))
    assert isinstance(found, vt.data.PixelClassifier)
    for name in made.__dataclass_fields__:
        if name != "_":
            np.testing.assert_array_equal(getattr(found, name), getattr(made, name), err_msg=name)
    assert vt.io.describe(tmp_path / "model.zarr").noun == "PixelClassifier"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"left": np.array([0, 0, 0])}, "a node that does not lead on"),
        ({"right": np.array([3, 0, 0])}, "a node that does not lead on"),
        ({"features": np.array([1, -1, -1])}, "a feature without a name"),
        ({"features": np.array([0, -2, -1]), "left": np.array([1, 2, 0])}, "a node that does not lead on"),
        ({"thresholds": np.array([np.nan, 0, 0])}, "numbers that are not finite"),
        ({"shares": np.array([[0.5, 0.5], [1, 1], [0, 1.0]])}, "shares that do not add up to 1"),
        ({"shares": np.ones((3, 1))}, "one for each node and phase"),
        ({"left": np.array([1, 0])}, "node lists of different length"),
        ({"roots": np.array([3])}, "a tree without nodes"),
        ({"roots": np.array([], np.int64)}, "no node"),
        ({"phases": {0: "pore", 2: "solid"}}, "a phase 0"),
        ({"left": np.array([1.5, 0, 0])}, "left of a pixel classifier is no array of whole numbers"),
        ({"shares": [[1, 0]]}, "shares of a pixel classifier is no array of numbers"),
    ],
)
def test_what_is_no_tree_is_refused(changes, said):
    with pytest.raises(ValuesError, match=said):
        stump(**changes)


def test_scales_voxel_size_and_phases_are_checked():
    for scales in ((), (2, 1), (0, 1), (1, 1), (1, np.inf), "abc", 3):
        with pytest.raises(ParameterError, match="at least one finite length above 0 um, rising"):
            stump(scales_um=scales)
    with pytest.raises(VoxelSizeError):
        stump(voxel_size_um=0)
    with pytest.raises(PhaseError, match="used twice"):
        stump(phases={1: "pore", 2: "pore"})

import numpy as np
import pytest
from matplotlib.colors import to_hex

from voltome.data import PhaseImage
from voltome.errors import AxisError, PhaseError
from voltome.report import figure_states, svg_bytes
from voltome.report.figures_states import BACKGROUND, FATES, fate_of, members_of, scans_in, shares_of_fates
from voltome.report.style import scan_colours

THREE = {0: "none", 1: "a", 2: "b", 3: "a + b", 4: "c", 5: "a + c", 6: "b + c", 7: "a + b + c"}


def states(labels, names=THREE, **options):
    return PhaseImage(np.asarray(labels, np.uint8), voxel_size_um=1, phases=names, **options)


def one_of_each():
    # every slice across y is the row 0 ... 7
    return states(np.tile(np.arange(8, dtype=np.uint8), (4, 4, 1)))


def colours_along_x(axis):
    picture = axis.images[0].get_array()
    voxel = picture.shape[1] // 8
    return [to_hex(picture[voxel // 2, voxel // 2 + number * voxel] / 255) for number in range(8)]


def test_each_panel_shows_where_the_phase_is_in_one_state():
    figure = figure_states(one_of_each())
    tints = scan_colours(["a", "b", "c"])
    for axis, scan, bit in zip(figure.axes, "abc", (1, 2, 4), strict=False):
        expected = [tints[scan] if label & bit else BACKGROUND for label in range(8)]
        assert colours_along_x(axis) == [colour.lower() for colour in expected]
    assert [axis.get_title() for axis in figure.axes] == ["a", "b", "c", "all states"]


def test_the_last_panel_shows_what_became_of_every_voxel():
    colours = colours_along_x(figure_states(one_of_each()).axes[-1])
    fates = ["lost", "only in between", "lost", "gained", "lost and regained", "gained", "kept"]
    assert colours == [BACKGROUND, *(FATES[fate].lower() for fate in fates)]


def test_only_what_happened_is_in_the_legend():
    names = {0: "none", 1: "a", 2: "b", 3: "a + b"}
    (legend,) = figure_states(states(np.array([[[0, 1, 3]]]), names), axis="z").legends
    assert [text.get_text() for text in legend.get_texts()] == ["kept", "lost", "gained"]


def test_shares_are_those_of_the_sample_volume():
    image = one_of_each()
    assert shares_of_fates(image, ["a", "b", "c"]) == {
        "kept": 1 / 8, "lost": 2 / 8, "gained": 2 / 8, "lost and regained": 1 / 8, "only in between": 1 / 8
    }  # fmt: skip
    mask = np.zeros(image.shape, bool)
    mask[..., 6:] = True
    masked = states(image.values, mask=mask)
    assert shares_of_fates(masked, ["a", "b", "c"]) == {"kept": 0.5, "gained": 0.5}
    assert colours_along_x(figure_states(masked).axes[-1])[:6] == ["#ffffff"] * 6


def test_the_order_of_the_scans_decides_what_is_lost():
    assert fate_of(["b"], ["a", "b"]) == "gained"
    assert fate_of(["b"], ["b", "a"]) == "lost"
    assert scans_in(one_of_each()) == ["a", "b", "c"]
    assert members_of("a + c", ["c", "b", "a"]) == ["c", "a"]
    assert [axis.get_title() for axis in figure_states(one_of_each(), scans=["c", "a"]).axes] == [
        "c",
        "a",
        "all states",
    ]


def test_slices_across_any_axis_and_of_flat_images():
    for axis in ("z", "y", "x"):
        assert svg_bytes(figure_states(one_of_each(), axis=axis)) == svg_bytes(figure_states(one_of_each(), axis=axis))
    wide = states(np.tile(np.arange(8, dtype=np.uint8), (1, 3, 8)))
    assert len(figure_states(wide, axis="z").axes) == 4


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(PhaseError, match="expected combinations of two or more scans"):
        figure_states(states(np.zeros((2, 2, 2)), {0: "pore", 1: "sulfur"}))
    with pytest.raises(PhaseError, match="no phase of the states names the scan 'd'"):
        figure_states(one_of_each(), scans=["a", "d"])
    with pytest.raises(AxisError):
        figure_states(one_of_each(), axis="q")

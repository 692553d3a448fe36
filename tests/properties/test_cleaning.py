"""What holds for the clean-up of every image."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage

import voltome as vt
from voltome.errors import ParameterError, PhaseError
from voltome.segmentation import close_phase, open_phase, remove_artefacts
from voltome.segmentation._balls import dilated, eroded

shapes = st.tuples(*[st.integers(2, 9)] * 3)
edges = st.tuples(*[st.sampled_from([0.5, 1.0, 2.0])] * 3)
radii = st.sampled_from([2.0, 2.3, 3.0])


@st.composite
def images(draw, voxels=edges):
    shape = draw(shapes)
    solid = draw(arrays(np.uint8, shape, elements=st.integers(0, 1)))
    if draw(st.booleans()):  # coarser, so that something is left of it
        solid = np.repeat(np.repeat(np.repeat(solid, 3, 0), 3, 1), 2, 2)
    return vt.data.PhaseImage(solid, voxel_size_um=draw(voxels), phases={0: "pore", 1: "sulfur"})


def cleaned(clean, image, radius_um, phase="sulfur"):
    """The values after a clean-up, or None where it refuses."""
    try:
        return clean(image, phase=phase, radius_um=radius_um)
    except (ParameterError, PhaseError):
        return None


def digital_ball(voxel_size_um, radius_um):
    reach = [int(radius_um / edge) for edge in voxel_size_um]
    grids = np.meshgrid(
        *(np.arange(-far, far + 1) * edge for far, edge in zip(reach, voxel_size_um, strict=True)), indexing="ij"
    )
    return sum(grid**2 for grid in grids) <= radius_um**2 * (1 + 1e-9)


@given(image=images(), radius_um=radii)
def test_erosion_and_dilation_are_those_of_the_ball_of_voxels(image, radius_um):
    solid, ball = image.values == 1, digital_ball(image.voxel_size_um, radius_um)
    expected = ndimage.binary_erosion(solid, ball, border_value=1)
    assert np.array_equal(eroded(solid, ~solid, image, radius_um), expected)
    assert np.array_equal(dilated(solid, image, radius_um), ndimage.binary_dilation(solid, ball))


@given(image=images(), radius_um=radii)
def test_opening_removes_and_closing_adds_and_twice_is_once(image, radius_um):
    for clean, smaller in ((open_phase, True), (close_phase, False)):
        once = cleaned(clean, image, radius_um)
        if once is None:
            continue
        assert ((once.values <= image.values) if smaller else (once.values >= image.values)).all()
        again = cleaned(clean, once, radius_um)
        assert again is not None
        assert np.array_equal(again.values, once.values)


@given(image=images(), radius_um=radii)
def test_artefacts_removed_twice_are_removed_once_and_less_is_removed_than_by_opening(image, radius_um):
    once = cleaned(remove_artefacts, image, radius_um)
    if once is None:
        return
    again = cleaned(remove_artefacts, once, radius_um)
    assert again is not None
    assert np.array_equal(again.values, once.values)
    opened = cleaned(open_phase, image, radius_um)
    assert opened is not None
    assert (opened.values <= once.values).all()


@given(image=images(), radius_um=radii)
def test_closing_a_phase_is_opening_the_other(image, radius_um):
    closed, opened = cleaned(close_phase, image, radius_um), cleaned(open_phase, image, radius_um, phase="pore")
    if closed is not None and opened is not None:
        assert np.array_equal(closed.values, opened.values)


@pytest.mark.parametrize("clean", [open_phase, close_phase, remove_artefacts])
@given(image=images(), radius_um=radii, scale=st.floats(1e-3, 1e3), order=st.permutations([0, 1, 2]))
def test_the_unit_of_length_and_the_order_of_the_axes_do_not_matter(clean, image, radius_um, scale, order):
    scaled = vt.data.PhaseImage(
        np.ascontiguousarray(image.values.transpose(order)),
        voxel_size_um=tuple(image.voxel_size_um[axis] * scale for axis in order),
        phases=image.phases,
    )
    first, second = cleaned(clean, image, radius_um), cleaned(clean, scaled, radius_um * scale)
    assert (first is None) == (second is None)
    if first is not None and second is not None:
        assert np.array_equal(first.values.transpose(order), second.values)

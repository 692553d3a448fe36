import numpy as np
import pytest

import voltome as vt
from voltome.errors import ParameterError, PhaseError
from voltome.segmentation import close_phase, open_phase, remove_artefacts

EACH = [open_phase, close_phase, remove_artefacts]


def image(values, voxel_size_um=1.0, **fields):
    return vt.data.PhaseImage(
        np.asarray(values, np.uint8), voxel_size_um=voxel_size_um, phases={0: "pore", 1: "sulfur"}, **fields
    )


def three(values, **fields):
    return vt.data.PhaseImage(
        np.asarray(values, np.uint8), voxel_size_um=1, phases={0: "pore", 1: "sulfur", 2: "carbon"}, **fields
    )


def body_with_speck_and_hole():
    """A box with a thin bar on it, a pinhole in it, and a speck beside it."""
    values = np.zeros((15, 15, 20), np.uint8)
    values[3:12, 3:12, 3:12] = 1
    values[7, 7, 12:18] = 1
    values[5, 5, 5] = 0
    values[1, 1, 17] = 1
    return values


def test_artefacts_go_and_every_other_surface_stays():
    values = body_with_speck_and_hole()
    clean = remove_artefacts(image(values, history=("made",)), phase="sulfur", radius_um=2)
    expected = values.copy()
    expected[5, 5, 5], expected[1, 1, 17] = 1, 0
    assert np.array_equal(clean.values, expected)
    assert clean.history == (
        "made",
        f"remove_artefacts: sulfur by a ball of 2 um, specks of {1 / values.sum():.4%} of it removed to pore, pinholes "
        f"of {1 / values.sum():.4%} of it filled",
    )


def test_opening_takes_the_bar_and_the_corners_too():
    values = body_with_speck_and_hole()
    values[5, 5, 5] = 1
    opened = open_phase(image(values), phase="sulfur", radius_um=2)
    assert not opened.values[7, 7, 14:].any()
    assert not opened.values[3, 3, 3]
    assert opened.values[7, 7, 3]
    assert (opened.values <= values).all()
    assert f"{1 - opened.values.sum() / values.sum():.4%} of it removed to pore" in opened.history[-1]


def test_closing_fills_the_hole_and_joins_the_neighbours():
    values = np.zeros((1, 9, 20), np.uint8)
    values[0, :, 2:8] = values[0, :, 10:18] = 1  # a crack of two voxels
    closed = close_phase(image(values), phase="sulfur", radius_um=1)
    assert closed.values[0, :, 8:10].all()
    assert np.count_nonzero(closed.values) == values.sum() + 18
    assert f"{18 / values.sum():.4%} of it added" in closed.history[-1]


@pytest.mark.parametrize(("thickness", "kept"), [(2, False), (3, True), (4, True)])
def test_a_plate_is_kept_if_it_has_more_than_twice_the_layers_of_the_radius(thickness, kept):
    values = np.zeros((12, 20, 20), np.uint8)
    values[4 : 4 + thickness] = values[:, 17:] = 1  # and a wall, so that something is left
    opened = open_phase(image(values), phase="sulfur", radius_um=1.5)  # 2 floor(1.5) = 2
    assert opened.values[5, 10, 10] == kept


def test_a_phase_cut_by_the_border_is_not_eroded_from_there():
    values = np.zeros((10, 10, 10), np.uint8)
    values[:2] = 1  # two layers at the face: half of a plate of four
    assert np.array_equal(open_phase(image(values), phase="sulfur", radius_um=1).values, values)
    inside = np.roll(values, 4, axis=0)
    with pytest.raises(PhaseError, match="no ball of 1 um fits"):
        open_phase(image(inside), phase="sulfur", radius_um=1)
    corner = np.zeros((10, 10, 10), np.uint8)
    corner[:4, :4, :4] = 1
    opened = open_phase(image(corner), phase="sulfur", radius_um=3).values
    assert opened[0, 0, 3]  # as of a cube of 8, of which this is an eighth: corners go, middles of faces stay
    assert not opened[3, 3, 3]


@pytest.mark.parametrize("clean", EACH)
def test_nothing_is_added_or_removed_because_it_is_near_the_border(clean):
    values = np.zeros((12, 12, 12), np.uint8)
    values[:, :, :6] = 1
    for axis in range(3):
        turned = np.moveaxis(values, 2, axis)
        for side in (turned, np.flip(turned, axis=axis)):
            assert np.array_equal(clean(image(side), phase="sulfur", radius_um=3).values, side)


@pytest.mark.parametrize("clean", EACH)
def test_outside_the_mask_nothing_changes_and_nothing_matters(clean):
    rng = np.random.default_rng(0)
    values = (rng.random((14, 14, 14)) < 0.5).astype(np.uint8)
    values[3:11, 3:11, 3:11] = 1
    values[6, 6, 6], values[11:] = 0, 0
    mask = np.zeros(values.shape, np.bool_)
    mask[2:, 1:, :12] = True
    found = [
        clean(image(np.where(mask, values, other), mask=mask), phase="sulfur", radius_um=1.5)
        for other in (0, 1, values)
    ]
    for result, other in zip(found, (0, 1, values), strict=True):
        assert np.array_equal(result.values[mask], found[0].values[mask])
        assert np.array_equal(result.values[~mask], np.broadcast_to(other, values.shape)[~mask])
        assert result.mask is mask


def test_among_three_phases_the_one_that_is_left_is_named():
    values = np.zeros((9, 9, 18), np.uint8)
    values[:, :, 12:] = 2
    values[2:7, 2:7, 2:7] = 1
    values[4, 4, 14] = 1  # a speck of sulfur in the carbon
    values[4, 4, 4] = 2  # a pinhole of carbon in the sulfur
    with pytest.raises(PhaseError, match=r"2 phases beside 'sulfur' \('pore', 'carbon'\); expected rest to say"):
        remove_artefacts(three(values), phase="sulfur", radius_um=2)
    clean = remove_artefacts(three(values), phase="sulfur", radius_um=1, rest="carbon")
    assert clean.values[4, 4, 14] == 2
    assert clean.values[4, 4, 4] == 1
    assert np.count_nonzero(clean.values != values) == 2
    with pytest.raises(PhaseError, match="rest is 'sulfur', the phase that is cleaned; expected another"):
        open_phase(three(values), phase="sulfur", radius_um=1, rest="sulfur")
    with pytest.raises(PhaseError, match=r"unknown phase 'carbn'.*Did you mean 'carbon'"):
        open_phase(three(values), phase="sulfur", radius_um=1, rest="carbn")


def test_a_hole_with_a_speck_in_it_counts_as_one_hole():
    values = np.ones((13, 13, 13), np.uint8)
    values[3:10, 3:10, 3:10] = 0
    values[6, 6, 6] = 1
    values[0] = 0  # a pore elsewhere, and so two phases that stay
    # without the speck a ball of 3 voxels fits into the hole of 7, with it none of 2 does: specks go first
    clean = remove_artefacts(image(values), phase="sulfur", radius_um=2)
    assert not clean.values[3:10, 3:10, 3:10].any()


@pytest.mark.parametrize("clean", EACH)
def test_a_slice_is_cleaned_in_two_dimensions_however_thick_it_is(clean):
    rng = np.random.default_rng(1)
    values = (rng.random((1, 30, 30)) < 0.6).astype(np.uint8)
    values[0, 5:20, 5:20] = 1
    values[0, 22:, :] = 0
    found = [clean(image(values, (z, 1, 1)), phase="sulfur", radius_um=2).values for z in (0.1, 1, 10)]
    assert np.array_equal(found[0], found[1])
    assert np.array_equal(found[0], found[2])


@pytest.mark.parametrize("clean", EACH)
def test_what_cannot_be_is_refused(clean):
    values = body_with_speck_and_hole()
    with pytest.raises(PhaseError, match="unknown phase 'sulfr'"):
        clean(image(values), phase="sulfr", radius_um=2)
    with pytest.raises(PhaseError, match="'sulfur' has no voxel, so there is nothing to clean"):
        clean(image(values * 0), phase="sulfur", radius_um=2)
    with pytest.raises(PhaseError, match="'sulfur' has no voxel inside the mask"):
        clean(image(values, mask=values == 0), phase="sulfur", radius_um=2)
    with pytest.raises(ParameterError, match="radius_um is 0; expected a finite number above 0"):
        clean(image(values), phase="sulfur", radius_um=0)
    with pytest.raises(ParameterError, match=r"the smallest voxel edge 0\.5 um: such a ball is a single voxel"):
        clean(image(values, (2, 0.5, 1)), phase="sulfur", radius_um=0.4)
    with pytest.raises(ParameterError, match="larger than the image, whose longest edge is 20 um"):
        clean(image(values), phase="sulfur", radius_um=21)


def test_a_radius_that_leaves_nothing_is_refused():
    values = body_with_speck_and_hole()
    for clean in (open_phase, remove_artefacts):
        with pytest.raises(PhaseError, match=r"no ball of 6 um fits into the phase 'sulfur' .* 15 x 15 x 20 voxels"):
            clean(image(values), phase="sulfur", radius_um=6)
    with pytest.raises(PhaseError, match="would fill the whole sample"):
        close_phase(image(1 - values), phase="sulfur", radius_um=6)


@pytest.mark.parametrize("clean", EACH)
def test_the_type_of_the_labels_and_the_intervals_stay_and_the_input_too(clean):
    values = body_with_speck_and_hole().astype(np.int32)
    before = values.copy()
    phases = vt.data.PhaseImage(
        values, voxel_size_um=1, phases={0: "pore", 1: "sulfur"}, grey_intervals={"sulfur": (100, None)}
    )
    found = clean(phases, phase="sulfur", radius_um=2)
    assert found.values.dtype == np.int32
    assert found.grey_intervals == {"sulfur": (100, None)}
    assert np.array_equal(values, before)

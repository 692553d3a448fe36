import numpy as np
import pytest

import voltome as vt
from voltome.errors import ValuesError
from voltome.report import figure_local_thickness


def thickness(values, **options):
    return vt.data.Volume(values, voxel_size_um=(1, 1, 2), quantity="local thickness", unit="um", **options)


def layers():
    """Return a plate of thickness 4 um above one of 2 um, with nothing between them."""
    values = np.zeros((8, 8, 8), np.float32)
    values[:3], values[5:] = 2.0, 4.0
    return values


def test_the_scale_runs_from_nothing_to_the_largest_thickness():
    bar = figure_local_thickness(thickness(layers())).axes[-1]
    assert bar.get_xlim() == (0, 4)
    assert bar.get_xlabel() == "local thickness (µm)"


def test_outside_the_phase_it_is_white_and_thicker_is_brighter():
    picture = figure_local_thickness(thickness(layers())).axes[1].images[0].get_array()  # the xz plane
    middle = picture[:, picture.shape[1] // 2].astype(int)
    rows = len(middle)
    assert (middle[rows // 2] == 255).all()
    assert middle[-1].sum() > middle[0].sum()
    assert (middle[0] < 255).any()


def test_outside_the_mask_it_is_white():
    mask = np.zeros((8, 8, 8), bool)
    mask[:, :, :4] = True
    picture = figure_local_thickness(thickness(np.full((8, 8, 8), 3, np.float32), mask=mask)).axes[0].images[0]
    colours = picture.get_array()
    assert (colours[:, -1] == 255).all()
    assert (colours[:, 0] < 255).any(axis=-1).all()


def test_nothing_to_draw_is_said():
    with pytest.raises(ValuesError, match=r"largest local thickness is 0; expected a value above 0 .*local_thickness"):
        figure_local_thickness(thickness(np.zeros((4, 4, 4), np.float32)))

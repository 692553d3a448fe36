from __future__ import annotations

import numpy as np
import pytest

import voltome as vt
from voltome.errors import GeometryError, ParameterError, ValuesError


def ramp(**more):
    """A plate from z = 6.5 to z = 13.5 um (7 thick), grey values from 0 to 100 over two voxels at both faces."""
    z = np.arange(20) + 0.5
    share = np.clip((z - 5.5) / 2, 0, 1) * np.clip((14.5 - z) / 2, 0, 1)
    values = np.broadcast_to((100 * share)[:, None, None], (20, 12, 12)).astype(np.float32)
    return vt.data.Volume(np.ascontiguousarray(values), voxel_size_um=1, **more)


def cut(volume, level=50):
    return vt.segmentation.threshold(volume, intervals={"solid": (level, None)}, rest="pore")


def test_the_surface_is_where_the_grey_value_crosses_the_threshold():
    volume = ramp()
    phases = cut(volume)
    found = vt.morphology.local_thickness(phases, phase="solid", grey=volume)
    assert found.values[phases.is_phase("solid")] == pytest.approx(7.0, abs=0.1)
    assert (found.values[phases.is_phase("pore")] == 0).all()
    assert "sub-voxel: surface at the grey value 50, which lies between both sides at 100 % of it" in found.history[-1]
    # another level moves both faces: grey 25 is half a voxel further out
    wider = vt.morphology.local_thickness(phases, phase="solid", grey=volume, level=25).values
    assert wider[phases.is_phase("solid")] == pytest.approx(8.0, abs=0.1)


def test_the_rest_ends_where_the_others_begin():
    volume = ramp()
    found = vt.morphology.local_thickness(cut(volume), phase="pore", grey=volume)
    assert "grey value 50," in found.history[-1]


def test_the_distribution_says_that_it_is_finer_than_the_grid():
    volume = ramp()
    table = vt.morphology.continuous_size_distribution(cut(volume), phase="solid", grey=volume, bins=3)
    assert table.frame.r50_um[0] == pytest.approx(3.5, abs=0.05)
    assert table.frame.share.sum() == pytest.approx(1)
    assert "sub-voxel: surface at the grey value 50" in table.method
    assert (
        table.frame.columns.tolist()
        == vt.morphology.continuous_size_distribution(cut(volume), phase="solid").frame.columns.tolist()
    )


def test_outside_the_mask_nothing_counts():
    mask = np.ones((20, 12, 12), np.bool_)
    mask[:, :, 8:] = False
    volume = ramp(mask=mask)
    found = vt.morphology.local_thickness(cut(volume), phase="solid", grey=volume)
    assert (found.values[~mask] == 0).all()
    assert found.values[10, 6, 4] == pytest.approx(7.0, abs=0.1)


@pytest.mark.parametrize("function", [vt.morphology.local_thickness, vt.morphology.continuous_size_distribution])
def test_grey_values_that_do_not_fit(function):
    volume = ramp()
    phases = cut(volume)
    with pytest.raises(
        GeometryError, match=r"the grey values are on another grid: found .* expected .* Crop and align"
    ):
        function(phases, phase="solid", grey=vt.data.Volume(volume.values[1:], voxel_size_um=1))
    with pytest.raises(GeometryError, match="another grid"):
        function(phases, phase="solid", grey=ramp(origin_um=(5, 0, 0)))
    with pytest.raises(
        ValuesError, match=r"grey value 500 lies between the two sides .* at 0 % of it; expected at least 50"
    ):
        function(phases, phase="solid", grey=volume, level=500)
    unsaid = vt.data.PhaseImage(phases.values, voxel_size_um=1, phases=phases.phases)
    with pytest.raises(ParameterError, match=r"level is not given, and the phases do not say .* 'solid' was cut"):
        function(unsaid, phase="solid", grey=volume)
    with pytest.raises(ParameterError, match="level is nan; expected a finite grey value"):
        function(phases, phase="solid", grey=volume, level=float("nan"))
    with pytest.raises(ParameterError, match="level is 50, but there are no grey values"):
        function(phases, phase="solid", level=50.0)

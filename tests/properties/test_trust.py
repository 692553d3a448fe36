"""What must hold for the connectivity and the correlation of any image: axes, mirror images, other phases, units."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import voltome as vt

SETTINGS = settings(
    max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.data_too_large]
)
SHAPES = st.tuples(*[st.integers(2, 6)] * 3)
VALUES = SHAPES.flatmap(lambda shape: arrays(np.uint8, shape, elements=st.integers(0, 2)))
SHARES = ["percolating_fraction", "one_face_fraction", "isolated_fraction"]


def image(values, voxel_size_um=1.0):
    values = np.ascontiguousarray(values)
    values.flat[0], values.flat[-1] = 1, 0  # there is some, and not everywhere
    names = {0: "pore", 1: "solid", 2: "binder"}
    return vt.data.PhaseImage(values, voxel_size_um=voxel_size_um, phases=names)


def connectivity(values, neighbours=6):
    return vt.morphology.connectivity(image(values), phase="solid", neighbours=neighbours).frame.set_index("axis")


@SETTINGS
@given(VALUES)
def test_shares_add_up_and_more_neighbours_connect_more(values):
    few, many = connectivity(values), connectivity(values, neighbours=26)
    assert few[SHARES].sum(axis=1).to_numpy() == pytest.approx(1)
    assert (few.isolated_at_sides_fraction <= few.isolated_fraction).all()
    assert (many.percolating_fraction >= few.percolating_fraction).all()
    assert (many.isolated_fraction <= few.isolated_fraction + 1e-12).all()
    assert (many.components <= few.components).all()


@SETTINGS
@given(VALUES)
def test_axes_and_mirror_images(values):
    values = image(values.copy()).values
    found = connectivity(values.copy())
    turned = vt.data.PhaseImage(
        np.ascontiguousarray(values.transpose(2, 0, 1)[::-1]), voxel_size_um=1, phases={0: "a", 1: "solid", 2: "b"}
    )
    other = vt.morphology.connectivity(turned, phase="solid").frame.set_index("axis")
    assert other.loc[["y", "x", "z"], SHARES].to_numpy() == pytest.approx(found.loc[["z", "y", "x"], SHARES].to_numpy())


@SETTINGS
@given(VALUES, st.floats(0.3, 3))
def test_lengths_and_volumes_scale_with_the_voxel(values, scale):
    one = vt.morphology.fraction_confidence(image(values), phase="solid").frame.iloc[0]
    other = vt.morphology.fraction_confidence(image(values, scale), phase="solid").frame.iloc[0]
    assert 0 <= one.fraction_low <= one.fraction <= one.fraction_high <= 1
    assert one.fraction_standard_error > 0
    assert other.fraction_standard_error == pytest.approx(one.fraction_standard_error)
    assert other.integral_range_um3 == pytest.approx(one.integral_range_um3 * scale**3)


@SETTINGS
@given(VALUES)
def test_a_phase_and_all_else_have_the_same_error(values):
    both = image(values.copy()).values % 2
    one = vt.morphology.fraction_confidence(image(both), phase="solid").frame.iloc[0]
    other = vt.morphology.fraction_confidence(image(both), phase="pore").frame.iloc[0]
    assert other.fraction == pytest.approx(1 - one.fraction)
    assert other.fraction_standard_error == pytest.approx(one.fraction_standard_error)
    assert other.fraction_low == pytest.approx(1 - one.fraction_high)

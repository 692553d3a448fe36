"""What must hold of the local thickness and the continuous sizes of any phase."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import voltome as vt

SETTINGS = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.data_too_large]
)
SHAPES = st.tuples(st.integers(1, 8), st.integers(2, 8), st.integers(2, 8))
SOLIDS = SHAPES.flatmap(lambda shape: arrays(np.bool_, shape, elements=st.sampled_from([True] * 7 + [False])))
EDGES = st.tuples(*[st.sampled_from([0.5, 0.7, 1.0, 1.3, 2.0])] * 3)


def phases(solid, edges):
    solid = solid.copy()
    solid.flat[0], solid.flat[-1] = True, False  # neither empty nor full
    return vt.data.PhaseImage(
        np.ascontiguousarray(solid).astype(np.uint8), voxel_size_um=edges, phases={0: "pore", 1: "solid"}
    )


def thickness(image):
    return vt.morphology.local_thickness(image, phase="solid").values


@SETTINGS
@given(SOLIDS, EDGES, st.floats(0.01, 100))
def test_it_scales_with_the_voxel_size(solid, edges, factor):
    small, large = phases(solid, edges), phases(solid, tuple(factor * edge for edge in edges))
    assert thickness(large) == pytest.approx(factor * thickness(small), rel=1e-5)


@SETTINGS
@given(SOLIDS, EDGES, st.permutations([0, 1, 2]))
def test_it_does_not_mind_the_names_of_the_axes_nor_a_mirror(solid, edges, order):
    plain = phases(solid, edges)
    turned = vt.data.PhaseImage(
        np.ascontiguousarray(plain.values.transpose(order)[::-1]),
        voxel_size_um=tuple(edges[axis] for axis in order),
        phases=plain.phases,
    )
    assert thickness(turned) == pytest.approx(thickness(plain).transpose(order)[::-1], rel=1e-5)


@SETTINGS
@given(SOLIDS, SOLIDS, EDGES)
def test_a_larger_phase_is_nowhere_thinner(one, other, edges):
    shape = tuple(min(a, b) for a, b in zip(one.shape, other.shape, strict=True))
    here = tuple(slice(0, n) for n in shape)
    small, large = phases(one[here] & other[here], edges), phases(one[here], edges)
    assert (thickness(large) >= thickness(small) * (1 - 1e-5)).all()


@SETTINGS
@given(SOLIDS, EDGES, st.integers(1, 9), st.sampled_from(["linear", "log"]))
def test_shares_add_up_and_what_balls_cover_falls_with_their_size(solid, edges, bins, scale):
    found = vt.morphology.continuous_size_distribution(phases(solid, edges), phase="solid", bins=bins, scale=scale)
    frame = found.frame
    assert len(frame) == bins
    assert frame.share.sum() == pytest.approx(1)
    assert frame.coverable_share[0] == pytest.approx(1)
    assert (np.diff(frame.coverable_share) <= 1e-12).all()
    assert frame.radius_from_um[0] <= frame.volume_weighted_mean_radius_um[0] <= frame.radius_to_um.iloc[-1]

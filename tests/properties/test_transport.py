"""What must hold for the diffusion through any image: scaling, axes, mirror images, monotony, bounds."""

from __future__ import annotations

import conduction
import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from porous import pores

import voltome as vt

SETTINGS = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.data_too_large]
)
SHAPES = st.tuples(st.integers(2, 7), st.integers(1, 6), st.integers(1, 6))
# more pore than solid, so that most of them percolate
LABELS = SHAPES.flatmap(lambda shape: arrays(np.uint8, shape, elements=st.sampled_from([0, 1, 1, 1, 2])))
EDGES = st.tuples(*[st.floats(0.2, 3)] * 3)
CONVENTIONS = st.fixed_dictionaries(
    {"boundary": st.sampled_from(["face", "voxel"]), "sides": st.sampled_from(["no-flux", "periodic"])}
)
CLOSE = 2e-5


def diffusivity(labels: np.ndarray, edges: tuple[float, ...] = (1.0, 1.0, 1.0), **how: str) -> float:
    found = vt.transport.tortuosity(pores(labels, edges), phase="pore", tolerance=1e-5, **how)
    return found.relative_diffusivity


@SETTINGS
@given(LABELS, EDGES, CONVENTIONS)
def test_it_is_that_of_sparse_matrices_and_within_its_own_bound(labels, edges, how):
    truth = conduction.relative_diffusivity(
        labels == 1, spacing=edges, boundary=how["boundary"], periodic=how["sides"] == "periodic"
    )
    found = vt.transport.tortuosity(pores(labels, edges), phase="pore", tolerance=1e-5, **how)
    if truth == 0:
        assert found.relative_diffusivity == 0
        assert found.value == np.inf
        assert found.reason
    else:
        error = found.relative_diffusivity / truth - 1
        assert -1e-6 <= error <= found.relative_error_bound + 1e-6
        assert not found.reason


@SETTINGS
@given(LABELS, EDGES, CONVENTIONS, st.floats(0.01, 100))
def test_the_size_of_the_voxels_changes_nothing_but_its_ratios_do(labels, edges, how, factor):
    scaled = tuple(factor * edge for edge in edges)
    assert abs(diffusivity(labels, scaled, **how) - diffusivity(labels, edges, **how)) <= CLOSE


@SETTINGS
@given(LABELS, EDGES, CONVENTIONS)
def test_turning_and_mirroring_the_image_turns_the_result(labels, edges, how):
    one = diffusivity(labels, edges, **how)
    turned = diffusivity(labels.transpose(2, 0, 1), (edges[2], edges[0], edges[1]), axis="y", **how)
    assert abs(one - turned) <= CLOSE
    assert abs(one - diffusivity(labels[::-1], edges, **how)) <= CLOSE
    assert abs(one - diffusivity(labels[:, :, ::-1], edges, **how)) <= CLOSE


@SETTINGS
@given(LABELS, CONVENTIONS)
def test_what_conducts_more_conducts_more(labels, how):
    more = np.where(labels == 2, 1, labels)
    assert diffusivity(labels, **how) <= diffusivity(more, **how) + CLOSE


@SETTINGS
@given(LABELS)
def test_joining_the_sides_opens_ways_and_closes_none(labels):
    assert diffusivity(labels) <= diffusivity(labels, sides="periodic") + CLOSE


@SETTINGS
@given(LABELS, EDGES, st.floats(0.01, 1))
def test_several_phases_lie_between_the_means(labels, edges, ratio):
    found = vt.transport.effective_diffusivity(
        pores(labels, edges), diffusivities={"pore": 1.0, "binder": ratio}, tolerance=1e-5
    )
    assert found.harmonic_diffusivity - CLOSE <= found.value <= found.mean_diffusivity + CLOSE


@SETTINGS
@given(LABELS, EDGES)
def test_the_tensor_is_symmetric_never_negative_and_below_the_mean(labels, edges):
    found = vt.transport.diffusivity_tensor(pores(labels, edges), diffusivities={"pore": 1.0, "binder": 0.2})
    mean = (labels == 1).mean() + 0.2 * (labels == 2).mean()
    assert (found.values == found.values.T).all()
    assert (found.principal_values >= 0).all()
    assert found.principal_values[0] <= mean + 1e-3

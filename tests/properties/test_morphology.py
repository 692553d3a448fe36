"""What must hold for any image: scaling, axes, numbering, mirror images, masks, threads."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import voltome as vt

SETTINGS = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.data_too_large]
)
SHAPES = st.tuples(st.integers(1, 7), st.integers(2, 7), st.integers(2, 7))
PHASES = SHAPES.flatmap(lambda shape: arrays(np.uint8, shape, elements=st.integers(0, 2)))
LABELS = SHAPES.flatmap(lambda shape: arrays(np.int32, shape, elements=st.sampled_from([0, 0, 1, 2, 5])))
EDGES = st.tuples(*[st.floats(0.2, 3)] * 3)
LENGTHS = ("area_um2", "area_per_phase_volume_per_um", "area_per_total_volume_per_um")


def phases(values, voxel_size_um, **more):
    names = {0: "pore", 1: "solid", 2: "binder"}
    return vt.data.PhaseImage(np.ascontiguousarray(values), voxel_size_um=voxel_size_um, phases=names, **more)


def surface(values, voxel_size_um, estimator="crofton13", **more):
    values = values.copy()
    values.flat[0] = 1  # never empty
    return vt.morphology.surface_area(phases(values, voxel_size_um, **more), phase="solid", estimator=estimator)


def table(labels, voxel_size_um, **more):
    labels = labels.copy()
    labels.flat[0] = 2
    image = vt.data.ParticleImage(np.ascontiguousarray(labels), voxel_size_um=voxel_size_um, phase="solid", **more)
    return vt.morphology.measure_particles(image).frame


@SETTINGS
@given(LABELS, EDGES, st.floats(0.1, 10))
def test_particles_scale_with_the_voxel_size(labels, edges, factor):
    small, large = table(labels, edges), table(labels, tuple(factor * edge for edge in edges))
    for name, power in (
        ("volume_um3", 3),
        ("surface_area_um2", 2),
        ("z_um", 1),
        ("semi_axis_a_um", 1),
        ("x_max_um", 1),
    ):
        assert large[name].to_numpy() == pytest.approx(small[name].to_numpy() * factor**power, rel=1e-6, abs=1e-9)
    assert large.sphericity.to_numpy() == pytest.approx(small.sphericity.to_numpy())


@SETTINGS
@given(LABELS, EDGES, st.permutations([0, 1, 2]))
def test_particles_do_not_mind_the_names_of_the_axes(labels, edges, order):
    labels.flat[0] = 2
    plain, turned = table(labels, edges), table(labels.transpose(order), tuple(edges[axis] for axis in order))
    for name in ("label", "voxels", "surface_area_um2", "semi_axis_a_um", "semi_axis_c_um", "touches_border"):
        assert turned[name].to_numpy(float) == pytest.approx(plain[name].to_numpy(float), rel=1e-9, abs=1e-6)
    names = [f"{axis}_um" for axis in "zyx"]
    assert turned[names].to_numpy() == pytest.approx(plain[[names[axis] for axis in order]].to_numpy())


@SETTINGS
@given(LABELS, EDGES)
def test_particles_do_not_mind_their_numbers(labels, edges):
    labels.flat[0] = 2
    numbers = np.array([0, 40, 7, 0, 0, 300_000_000_000])
    plain, renamed = table(labels, edges), table_of_large_numbers(numbers[labels], edges)
    renamed = renamed.set_index("label").loc[numbers[plain.label]].reset_index()
    assert renamed.drop(columns="label").equals(plain.drop(columns="label"))


def table_of_large_numbers(labels, edges):
    return vt.morphology.measure_particles(vt.data.ParticleImage(labels, voxel_size_um=edges, phase="solid")).frame


@SETTINGS
@given(LABELS, EDGES)
def test_every_voxel_is_in_one_particle(labels, edges):
    frame = table(labels, edges)
    labels.flat[0] = 2
    assert frame.voxels.sum() == np.count_nonzero(labels)
    axes = frame[["semi_axis_a_um", "semi_axis_b_um", "semi_axis_c_um"]].to_numpy()
    assert (np.diff(axes, axis=1) <= 1e-12).all()
    longest = frame[["longest_axis_z", "longest_axis_y", "longest_axis_x"]].to_numpy()
    assert np.linalg.norm(longest, axis=1) == pytest.approx(1)
    assert (np.take_along_axis(longest, np.abs(longest).argmax(axis=1)[:, None], axis=1) > 0).all()


@SETTINGS
@given(PHASES, EDGES, st.permutations([0, 1, 2]), st.sets(st.sampled_from([0, 1, 2])))
@pytest.mark.parametrize("estimator", ["crofton13", "lindblad", "faces"])
def test_surfaces_do_not_mind_axes_and_mirrors(estimator, values, edges, order, flipped):
    values.flat[0] = 1
    plain = surface(values, edges, estimator).area_um2
    other = np.flip(values.transpose(order), tuple(flipped))
    image = phases(other, tuple(edges[axis] for axis in order))
    assert vt.morphology.surface_area(image, phase="solid", estimator=estimator).area_um2 == pytest.approx(
        plain, rel=1e-9, abs=1e-12
    )


@SETTINGS
@given(PHASES, EDGES)
@pytest.mark.parametrize("estimator", ["crofton13", "lindblad", "gradient", "faces"])
def test_a_mask_that_is_all_inside_changes_nothing(estimator, values, edges):
    plain = surface(values, edges, estimator)
    masked = surface(values, edges, estimator, mask=np.ones(values.shape, np.bool_))
    assert all(getattr(plain, name) == getattr(masked, name) for name in LENGTHS)


@SETTINGS
@given(PHASES, EDGES, st.sampled_from("zyx"), st.floats(0.3, 5))
def test_profiles_add_up_to_the_fractions(values, edges, axis, thickness):
    image = phases(values, edges, mask=np.random.default_rng(0).random(values.shape) < 0.7)
    layer_um = max(thickness, edges["zyx".index(axis)])
    fractions = vt.morphology.phase_fractions(image).frame
    assert fractions.fraction.sum() == pytest.approx(1)
    for layers in (None, layer_um):
        frame = vt.morphology.phase_profile(image, axis=axis, layer_um=layers).frame
        volumes = (frame.fraction * frame.sample_volume_um3).groupby(frame.phase).sum()
        assert volumes[fractions.phase].to_numpy() == pytest.approx(fractions.volume_um3.to_numpy())


def test_threads_change_no_bit(monkeypatch):
    monkeypatch.setattr("voltome.data._kernels_slabs.SMALLEST_VOXELS", 1)  # two slabs of a small image
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 40, (31, 40, 45)).astype(np.int32)
    values = (labels % 3).astype(np.uint8)
    most = numba.get_num_threads()
    found = []
    for threads in (1, min(2, numba.config.NUMBA_NUM_THREADS)):
        numba.set_num_threads(threads)
        try:
            found.append(
                (
                    table(labels, (0.3, 0.4, 0.5)),
                    surface(values, (0.3, 0.4, 0.5)).to_table().frame,
                    vt.morphology.phase_fractions(phases(values, 1)).frame,
                    vt.morphology.phase_profile(phases(values, 1), axis="y").frame,
                )
            )
        finally:
            numba.set_num_threads(most)
    assert all(one.equals(other) for one, other in zip(*found, strict=True))


@SETTINGS
@given(PHASES, EDGES, st.permutations([0, 1, 2]), st.floats(0.1, 10))
def test_interfaces_do_not_mind_the_names_of_the_axes_and_scale_with_the_voxel_size(values, edges, order, factor):
    turned = phases(values.transpose(order), tuple(factor * edges[axis] for axis in order))
    before = vt.morphology.interface_areas(phases(values, edges)).frame.area_um2.to_numpy()
    after = vt.morphology.interface_areas(turned).frame.area_um2.to_numpy()
    assert after == pytest.approx(before * factor**2, rel=1e-9)


@SETTINGS
@given(PHASES, EDGES, st.sampled_from([0, 1, 2]))
def test_a_mirror_image_has_the_same_triple_phase_boundary(values, edges, axis):
    # three phases turn the other way round in a mirror; where lines touch, another one of them may go on
    before = vt.morphology.triple_phase_boundary(phases(values, edges))
    after = vt.morphology.triple_phase_boundary(phases(np.flip(values, axis), edges))
    assert (after.edges, after.edge_length_um) == (before.edges, pytest.approx(before.edge_length_um))
    assert after.length_um == pytest.approx(before.length_um, rel=0.25, abs=2 * max(edges))

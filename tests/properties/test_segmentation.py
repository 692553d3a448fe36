import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

import voltome as vt
from voltome.segmentation import drop_touching_border, otsu_thresholds, separate_particles, threshold

seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=15, deadline=None, derandomize=True)


def smooth(seed, shape=(14, 16, 18)):
    return ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=shape), 1.5)


def phases(seed, voxel_size_um):
    field = smooth(seed)
    return vt.data.PhaseImage(
        (field > 0).astype(np.uint8), voxel_size_um=voxel_size_um, phases={0: "pore", 1: "sulfur"}
    )


@few
@given(seeds, st.floats(1e-3, 1e3), st.sampled_from([(1, 1, 1), (2, 1, 1), (1, 1.3, 0.7)]), st.floats(0.1, 2))
def test_the_unit_of_length_changes_no_particle(seed, factor, voxel_size_um, depth):
    scaled = tuple(edge * factor for edge in voxel_size_um)
    one = separate_particles(phases(seed, voxel_size_um), phase="sulfur", min_depth_um=depth)
    other = separate_particles(phases(seed, scaled), phase="sulfur", min_depth_um=depth * factor)
    assert np.array_equal(one.values, other.values)


@few
@given(seeds, st.floats(0.1, 1), st.floats(0.1, 2))
def test_a_greater_depth_never_separates_more_and_every_voxel_belongs(seed, depth, more):
    image = phases(seed, 1.0)
    fine = separate_particles(image, phase="sulfur", min_depth_um=depth)
    coarse = separate_particles(image, phase="sulfur", min_depth_um=depth + more)
    assert coarse.particle_count <= fine.particle_count
    assert np.array_equal(fine.values > 0, image.is_phase("sulfur"))


@few
@given(seeds, st.permutations([0, 1, 2]), st.integers(2, 4))
def test_the_order_of_the_axes_changes_no_otsu_threshold(seed, axes, classes):
    values = (smooth(seed) * 1000).astype(np.int16)
    one = otsu_thresholds(vt.data.Volume(values, voxel_size_um=1), classes=classes)
    other = otsu_thresholds(vt.data.Volume(values.transpose(axes), voxel_size_um=1), classes=classes)
    assert one == other


@few
@given(seeds, st.permutations(["low", "middle", "high"]))
def test_the_order_of_the_intervals_changes_no_phase(seed, order):
    values = np.random.default_rng(seed).integers(0, 256, (4, 8, 8)).astype(np.uint8)
    volume = vt.data.Volume(values, voxel_size_um=1)
    intervals = {"low": (None, 80), "middle": (81, 160), "high": (161, None)}
    one = threshold(volume, intervals=intervals)
    other = threshold(volume, intervals={name: intervals[name] for name in order})
    for name in intervals:
        assert np.array_equal(one.is_phase(name), other.is_phase(name))


@few
@given(seeds)
def test_dropping_what_touches_the_border_twice_is_dropping_it_once(seed):
    values = np.zeros((14, 16, 18), np.int32)
    values[6:8, 7:9, 8:10] = 10_000  # one that is never at the border
    found = separate_particles(phases(seed, 1.0), phase="sulfur").values
    labels = np.where(values > 0, values, found)
    once = drop_touching_border(vt.data.ParticleImage(labels, voxel_size_um=1, phase="sulfur"))
    twice = drop_touching_border(once)
    assert np.array_equal(once.values, twice.values)
    assert not once.values[0].any()

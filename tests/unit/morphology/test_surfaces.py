from __future__ import annotations

import numpy as np
import pytest

import voltome as vt
from voltome.data import _kernels_slabs
from voltome.errors import AxisError, GeometryError, ParameterError, PhaseError, ValuesError, VoxelSizeError
from voltome.morphology import _kernels_phases as kernels
from voltome.morphology import _triangles

ESTIMATORS = ("crofton13", "lindblad", "gradient", "marching_cubes", "faces")

SMOOTHING = ("gradient", "marching_cubes")


def image(values, voxel_size_um=1.0, **more):
    return vt.data.PhaseImage(
        np.asarray(values, np.uint8), voxel_size_um=voxel_size_um, phases={0: "pore", 1: "solid", 2: "rest"}, **more
    )


@pytest.fixture
def ball():
    z, y, x = np.ogrid[-10:11, -10:11, -10:11]
    return (z**2 + y**2 + x**2 <= 60).astype(np.uint8)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_the_three_numbers_belong_together(ball, estimator):
    found = vt.morphology.surface_area(image(ball, 0.5, history=("made",)), phase="solid", estimator=estimator)
    assert found.phase == "solid"
    assert found.estimator == estimator
    assert found.area_per_phase_volume_per_um == pytest.approx(found.area_um2 / (ball.sum() / 8))
    assert found.area_per_total_volume_per_um == pytest.approx(found.area_um2 / (ball.size / 8))
    assert found.history == ("made",)
    assert found.method.startswith(estimator)
    assert "21 x 21 x 21 voxels" in found.measured_on
    table = found.to_table()
    assert table.kind == "surface_area"
    assert table.names("key") == ["phase", "estimator"]
    assert table.frame.area_um2[0] == found.area_um2
    assert table.column("area_per_total_volume_standard_error_per_um").of == "area_per_total_volume_per_um"


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_both_sides_of_a_surface_have_the_same_area(ball, estimator):
    both = [vt.morphology.surface_area(image(ball), phase=p, estimator=estimator).area_um2 for p in ("pore", "solid")]
    # marching cubes joins or parts corners differently for a phase and its complement; a ball has few
    assert both[0] == pytest.approx(both[1], rel=0.01 if estimator == "marching_cubes" else 1e-12)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_the_standard_error_is_the_scatter_among_octants(estimator):
    values = np.zeros((20, 20, 20))
    values[3:7, 3:7, 3:7] = (
        1  # a cube in one octant of eight: S, 0, ... -> standard deviation S / sqrt(8), over sqrt(8)
    )
    found = vt.morphology.surface_area(image(values), phase="solid", estimator=estimator)
    expected = found.area_um2 / values.size
    assert found.area_per_total_volume_standard_error_per_um == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_phase_that_fills_the_box_has_no_surface(estimator):
    found = vt.morphology.surface_area(image(np.ones((4, 5, 6))), phase="solid", estimator=estimator)
    assert (found.area_um2, found.area_per_total_volume_standard_error_per_um) == (0, 0)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_phase_without_a_voxel_in_the_sample_is_refused(ball, estimator):
    with pytest.raises(PhaseError, match="phase 'rest' has no voxel in the sample"):
        vt.morphology.surface_area(image(ball), phase="rest", estimator=estimator)
    mask = ball == 0
    with pytest.raises(PhaseError, match="phase 'solid' has no voxel in the sample"):
        vt.morphology.surface_area(image(ball, mask=mask), phase="solid", estimator=estimator)


def test_wrong_names_are_refused_with_the_nearest(ball):
    with pytest.raises(PhaseError, match=r"unknown phase 'sold'.* Did you mean 'solid'"):
        vt.morphology.surface_area(image(ball), phase="sold")
    with pytest.raises(ParameterError, match=r"estimator is 'crofton'; .* Did you mean 'crofton13'"):
        vt.morphology.surface_area(image(ball), phase="solid", estimator="crofton")


def test_marching_cubes_need_two_voxels_along_every_axis():
    values = np.zeros((1, 6, 6))
    values[0, 2:4, 2:4] = 1
    with pytest.raises(AxisError, match="at least two voxels of the sample along every axis"):
        vt.morphology.surface_area(image(values), phase="solid", estimator="marching_cubes")
    assert vt.morphology.surface_area(image(values), phase="solid", estimator="faces").area_um2 == 8


def test_one_voxel_has_no_standard_error():
    with pytest.raises(ValuesError, match="the sample is one voxel"):
        vt.morphology.surface_area(image(np.ones((1, 1, 1))), phase="solid")


def test_voxels_like_needles_are_refused(ball):
    with pytest.raises(VoxelSizeError, match="more than 1000 times as long as it is wide"):
        vt.morphology.surface_area(image(ball, (5000, 1, 1)), phase="solid")
    assert vt.morphology.surface_area(image(ball, (5000, 1, 1)), phase="solid", estimator="faces").area_um2 > 0


@pytest.mark.parametrize("shape", [(7, 8, 9), (1, 6, 7), (5, 1, 6), (4, 5, 1), (1, 1, 5), (2, 2, 2)])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("slabs", [1, 3])
def test_the_kernel_counts_what_its_definition_says(shape, masked, slabs, monkeypatch):
    monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda: slabs)
    rng = np.random.default_rng(3)
    values = (rng.random(shape) < 0.4).astype(np.uint8)
    mask = rng.random(shape) < 0.8 if masked else None
    lower, upper = np.zeros(3, np.int64), np.array(shape, np.int64)
    counts = kernels.mixed_pairs(values, 1, mask, lower, upper, (upper + 1) // 2)
    expected = mixed_pairs_slowly(values, np.ones(shape, np.bool_) if mask is None else mask)
    assert counts.sum(axis=0).tolist() == expected.tolist()


def mixed_pairs_slowly(values, mask):
    """The definition, voxel by voxel: a component of a direction that alone leaves the sample is dropped."""
    classes = {(1, 0, 0): 0, (0, 1, 0): 1, (0, 0, 1): 2, (1, 1, 0): 3, (1, 0, 1): 4, (0, 1, 1): 5, (1, 1, 1): 6}

    def inside(place):
        return all(0 <= i < n for i, n in zip(place, values.shape, strict=True)) and bool(mask[tuple(place)])

    counts = np.zeros(kernels.COUNTS, np.int64)
    for place in np.argwhere(mask):
        counts[kernels.SAMPLE_VOXELS] += 1
        counts[kernels.PHASE_VOXELS] += values[tuple(place)]
        for step in np.ndindex(3, 3, 3):
            step = np.array(step) - 1
            if not step.any():
                continue
            there = place + step
            if not inside(there):
                kept = [s if inside(place + s * e) else 0 for s, e in zip(step, np.eye(3, dtype=int), strict=True)]
                there = place + kept
            if inside(there):
                counts[classes[tuple(np.abs(step).tolist())]] += values[tuple(place)] != values[tuple(there)]
    return counts


@pytest.fixture
def grey():
    z, y, x = np.ogrid[-10:11, -10:11, -10:11]
    distance = np.sqrt(z**2 + y**2 + x**2)
    return vt.data.Volume(np.clip(100 * (8 - distance), 0, 200).astype(np.uint16), voxel_size_um=0.5)


def cut(volume, low=90, high=None):
    return vt.segmentation.threshold(volume, intervals={"solid": (low, high)}, rest="pore")


def test_the_level_is_where_the_phase_was_cut(grey):
    phases = cut(grey)
    found = vt.morphology.surface_area(phases, phase="solid", estimator="iso_surface", grey=grey)
    given = vt.morphology.surface_area(phases, phase="solid", estimator="iso_surface", grey=grey, level=89.5)
    assert found.area_um2 == given.area_um2
    # the distance is 8 - 0.895 voxels at the level
    assert found.area_um2 == pytest.approx(4 * np.pi * (7.105 / 2) ** 2, rel=0.01)
    assert "at the level where the phase ends (89.5)" in found.method


def test_the_other_side_of_a_cut_has_the_same_surface(grey):
    areas = [
        vt.morphology.surface_area(
            vt.segmentation.threshold(grey, intervals={"pore": (None, 89), "solid": (90, None)}),
            phase=phase,
            estimator="iso_surface",
            grey=grey,
        ).area_um2
        for phase in ("pore", "solid")
    ]
    assert areas[0] == pytest.approx(areas[1], rel=1e-6)


@pytest.mark.parametrize("level", [100, 100.0])
def test_a_level_that_is_a_grey_value_leaves_no_hole(grey, level):
    found = vt.morphology.surface_area(cut(grey), phase="solid", estimator="iso_surface", grey=grey, level=level)
    assert found.area_um2 == pytest.approx(4 * np.pi * (7 / 2) ** 2, rel=0.01)


@pytest.mark.parametrize(
    ("dtype", "offset", "step"),
    [(np.float64, 1e9, 0.01), (np.uint32, 3e9, 1), (np.int64, 1e12, 1), (np.float64, 0, 1), (np.int32, -2e9, 1)],
)
def test_grey_values_far_from_0_have_the_same_iso_surface(grey, dtype, offset, step):
    # in single precision 1e9 and 1e9 + 1 are one number: the surface was 0
    far = grey.derive("moved", values=(grey.values * step + offset).astype(dtype))
    low, high = offset + 90 * step, offset + 89 * step
    for given in [{"solid": (low, None)}, {"solid": (None, high)}]:
        phases = vt.segmentation.threshold(far, intervals=given, rest="other")
        found = vt.morphology.surface_area(phases, phase="solid", estimator="iso_surface", grey=far)
        assert found.area_um2 == pytest.approx(4 * np.pi * (7.105 / 2) ** 2, rel=0.01)


@pytest.mark.parametrize("level", [2.5, 250])
def test_a_level_beside_the_surface_is_refused(grey, level):
    # inside the range of the grey values, but nowhere near the surface: the area was 0, or of a few corners
    values = grey.values.copy()
    values[0, 0, 0] = 300
    speck = grey.derive("specked", values=values)
    with pytest.raises(ValuesError, match=r"surface of 'solid' at \d+% of it; expected at least 5%. Give as level"):
        vt.morphology.surface_area(cut(grey), phase="solid", estimator="iso_surface", grey=speck, level=level)


def test_a_piece_inside_the_phase_has_no_iso_surface(grey):
    # as a cube of sub-volumes may be: its grey values do not reach the level
    box = ((9, 12), (9, 12), (9, 12))
    inside, piece = vt.filters.crop(cut(grey), box_voxels=box), vt.filters.crop(grey, box_voxels=box)
    assert vt.morphology.surface_area(inside, phase="solid", estimator="iso_surface", grey=piece).area_um2 == 0


def test_grains_that_were_cleaned_away_do_not_count(grey):
    values = grey.values.copy()
    values[1, 1, 1] = 200
    speck = grey.derive("specked", values=values)
    assert (
        vt.morphology.surface_area(cut(grey), phase="solid", estimator="iso_surface", grey=speck, level=89.5).area_um2
        == vt.morphology.surface_area(cut(grey), phase="solid", estimator="iso_surface", grey=grey).area_um2
    )


def test_slabs_do_not_change_the_triangles(grey, monkeypatch):
    phases = cut(grey)
    more = {"phase": "solid", "grey": grey, "estimator": "iso_surface"}
    whole = vt.morphology.surface_area(phases, **more).area_um2
    smooth = [vt.morphology.surface_area(phases, phase="solid", estimator=e, smoothed=True) for e in SMOOTHING]
    monkeypatch.setattr(_triangles, "SLAB_VOXELS", 300)
    assert vt.morphology.surface_area(phases, **more).area_um2 == pytest.approx(whole, rel=1e-6)
    for before in smooth:
        after = vt.morphology.surface_area(phases, phase="solid", estimator=before.estimator, smoothed=True)
        assert after.area_um2 == pytest.approx(before.area_um2, rel=1e-6)


def test_a_smoothed_phase_says_so(ball):
    found = vt.morphology.surface_area(image(ball), phase="solid", estimator="gradient", smoothed=True)
    assert "smoothed first by a Gaussian of 0.8 voxels in 3 x 3 x 3" in found.method


def test_iso_surfaces_need_their_grey_values_and_a_level(grey):
    phases, measure = cut(grey), vt.morphology.surface_area
    iso = {"phase": "solid", "estimator": "iso_surface"}
    with pytest.raises(ParameterError, match=r"iso_surface needs the grey values .* expected grey="):
        measure(phases, **iso)
    with pytest.raises(ParameterError, match=r"level is 900, but the grey values go from 0 to 200"):
        measure(phases, grey=grey, level=900, **iso)
    with pytest.raises(ParameterError, match=r"level is nan; expected a finite number"):
        measure(phases, grey=grey, level=float("nan"), **iso)
    with pytest.raises(ParameterError, match=r"not known at which grey value 'solid' ends"):
        measure(phases.derive("forgot", grey_intervals=None), grey=grey, **iso)
    with pytest.raises(GeometryError, match=r"shape .* is .* in 'phases' and .* in 'grey'"):
        measure(phases, grey=vt.data.Volume(grey.values[1:], voxel_size_um=0.5), **iso)
    flat = vt.data.Volume(np.full(grey.shape, 7, np.uint16), voxel_size_um=0.5)
    with pytest.raises(ParameterError, match=r"level is 89.5, but the grey values go from 7 to 7"):
        measure(phases, grey=flat, **iso)


def test_options_of_another_estimator_are_refused(grey):
    phases, measure = cut(grey), vt.morphology.surface_area
    with pytest.raises(ParameterError, match="'crofton13' works on the phases alone, but grey or level is given"):
        measure(phases, phase="solid", grey=grey)
    with pytest.raises(ParameterError, match="'faces' works on the phases alone"):
        measure(phases, phase="solid", estimator="faces", level=3)
    with pytest.raises(ParameterError, match=r"'lindblad' does not smooth the phase; expected .*'gradient' or"):
        measure(phases, phase="solid", estimator="lindblad", smoothed=True)
    masked = phases.derive("masked", mask=np.ones(phases.shape, np.bool_))
    with pytest.raises(ParameterError, match=r"would mix in what lies outside the mask"):
        measure(masked, phase="solid", estimator="gradient", smoothed=True)


def test_the_gradient_is_that_of_central_differences():
    values = (np.random.default_rng(1).random((7, 8, 9)) < 0.5).astype(np.uint8)
    size = (0.5, 1.0, 2.0)
    slopes = np.gradient(values.astype(float), *size)
    found = vt.morphology.surface_area(image(values, size), phase="solid", estimator="gradient")
    assert found.area_um2 == pytest.approx(np.sqrt(sum(s**2 for s in slopes)).sum(), rel=1e-12)

"""Sub-volumes: where the cubes lie, the fast path, and the edge at which a measure settles."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import voltome as vt
from voltome.data import ResultTable
from voltome.study import STEPS
from voltome.study.cubes import cubes_of
from voltome.study.settling import infinite_in_words, settling
from voltome.study.step import Step
from voltome.study.subvolumes import CUBE_COLUMNS, SubVolumes
from voltome.study.trends import trends

NAMES = {0: "pore", 1: "solid", 2: "binder"}
STUDY = "study: x\nscans:\n  a: {source: phases.ome.zarr}\npipeline:\n"

GIVEN = {
    "phase_fractions": ["phase_fractions"],
    "surface_area": [
        "surface_area: {phase: binder}",
        "surface_area: {phase: binder, estimator: faces}",
        "surface_area: {phase: binder, estimator: marching_cubes}",
    ],
}
"""Step with a fast path -> how it is asked for."""


@pytest.fixture
def phases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> vt.data.PhaseImage:
    """Three phases in one half of an image of uneven voxels, the third in a few places only."""
    random = np.random.default_rng(5)
    values = random.integers(0, 2, (24, 26, 30)).astype(np.uint8)
    values[random.random(values.shape) < 0.02] = 2
    values[12:][values[12:] == 2] = 0
    image = vt.data.PhaseImage(values, voxel_size_um=(1.0, 1.0, 0.5), phases=NAMES, origin_um=(5, 6, 7))
    vt.io.write(image, tmp_path / "phases.ome.zarr")
    monkeypatch.chdir(tmp_path)
    return image


def tables_of(entry: str, folder: str = "results") -> dict[str, ResultTable]:
    Path("study.yaml").write_text(STUDY + entry, encoding="utf-8")
    return vt.study.run(vt.study.load("study.yaml"), folder=folder).tables()


def test_every_fast_path_is_tested():
    assert {name for name, step in STEPS.items() if step.subvolumes} == set(GIVEN)


@pytest.mark.parametrize("step", [step for steps in GIVEN.values() for step in steps])
@pytest.mark.parametrize("arrangement", ["disjoint", "both"])
def test_a_fast_path_gives_the_very_numbers_of_the_general_one(
    phases: vt.data.PhaseImage, monkeypatch: pytest.MonkeyPatch, step: str, arrangement: str
):
    entry = "  - subvolumes: {edges_um: [1, 3, 8, 13], at_most: 40, arrangement: %s, steps: [%s]}\n"
    if step == "phase_fractions" or "marching" in step:
        entry = entry.replace("[1, 3", "[2, 3")
    fast = tables_of(entry % (arrangement, step))
    monkeypatch.setattr(SubVolumes, "_measured_at_once", lambda *given: False)
    general = tables_of(entry % (arrangement, step), "general")
    assert list(fast) == list(general)
    for name, table in fast.items():
        assert_frame_equal(table.frame, general[name].frame, check_exact=True)
        assert (table.method, table.measured_on, table.warnings) == (
            general[name].method,
            general[name].measured_on,
            general[name].warnings,
        )


def test_the_fast_path_is_taken_but_not_with_a_mask(phases: vt.data.PhaseImage):
    from voltome.morphology.boxes import phase_fractions_of_boxes, surface_area_of_boxes

    boxes = [((0, 4), (0, 4), (0, 8)), ((20, 24), (0, 4), (0, 8))]
    measured = surface_area_of_boxes(phases, boxes=boxes, phase="binder")
    assert measured is not None
    assert measured.box.tolist() == [0]
    assert "phase 'binder' has no voxel" in measured.failed[1]
    masked = vt.data.PhaseImage(phases.values, voxel_size_um=1, phases=NAMES, mask=np.ones(phases.shape, np.bool_))
    assert phase_fractions_of_boxes(masked, boxes=boxes) is None
    assert surface_area_of_boxes(masked, boxes=boxes, phase="binder") is None
    assert surface_area_of_boxes(phases, boxes=boxes, phase="binder", estimator="marching_cubes") is None


@pytest.mark.parametrize("threads", [1, 2])
def test_counts_of_boxes_are_the_same_for_any_number_of_threads(threads: int, monkeypatch: pytest.MonkeyPatch):
    from voltome.data import _kernels_slabs
    from voltome.morphology._kernels_boxes import box_label_counts

    monkeypatch.setattr(_kernels_slabs, "SMALLEST_VOXELS", 100)
    monkeypatch.setattr(_kernels_slabs, "get_num_threads", lambda: threads)
    values = np.random.default_rng(1).integers(0, 5, (12, 13, 14)).astype(np.uint8)
    corners = np.array([[[0, 0, 0], [12, 13, 14]], [[3, 4, 5], [6, 8, 7]], [[1, 1, 1], [2, 2, 2]]])
    counts = box_label_counts(values, corners, (corners.sum(axis=1) + 1) // 2)
    for index, (lower, upper) in enumerate(corners):
        part = values[tuple(slice(low, high) for low, high in zip(lower, upper, strict=True))]
        assert counts[index].sum(axis=0)[:5].tolist() == np.bincount(part.ravel(), minlength=5).tolist()


def test_nested_cubes_grow_from_the_middle_and_the_corners():
    image = vt.data.PhaseImage(np.zeros((10, 10, 10), np.uint8), voxel_size_um=1, phases=NAMES)
    cubes = cubes_of(image, 4, "nested", 512, 0)
    assert all(cube.nested for cube in cubes)
    assert cubes[0].box == ((3, 7), (3, 7), (3, 7))
    assert {cube.box[0] for cube in cubes[1:]} == {(0, 4), (6, 10)}
    assert len(cubes) == 9
    assert [cube.box for cube in cubes_of(image, 10, "nested", 512, 0)] == [((0, 10),) * 3]  # the whole, once
    both = cubes_of(image, 5, "both", 512, 0)
    assert [cube.nested for cube in both] == [False] * 8 + [True] * 9


def test_edges_that_are_the_same_in_voxels_are_measured_once(phases: vt.data.PhaseImage):
    entry = "  - subvolumes: {edges_um: %s, arrangement: both, at_most: 40, steps: [phase_fractions]}\n"
    once, twice = (tables_of(entry % edges, f"results-{len(edges)}") for edges in ("[6]", "[6, 6.1, 6]"))
    assert_frame_equal(
        once["subvolumes-phase_fractions"].frame, twice["subvolumes-phase_fractions"].frame, check_exact=True
    )


def cubes_table(
    values: dict[float, list[float]], name: str = "fraction", unit: str = "1", *, infinite: bool = False
) -> ResultTable:
    rows = [(edge, 0.0, 0.0, 0.0, 0.1, False, "solid", value) for edge, found in values.items() for value in found]
    phase, measure = whole_table(0.5, name, unit).columns
    columns = (*CUBE_COLUMNS, phase, replace(measure, may_be_infinite=infinite))
    frame = pd.DataFrame(rows, columns=[column.name for column in columns])
    return ResultTable(frame, columns=columns, kind="subvolumes")


def whole_table(value: float, name: str = "fraction", unit: str = "1") -> ResultTable:
    columns = (vt.data.Column("phase", "", "Phase.", "key"), vt.data.Column(name, unit, "A measure."))
    return ResultTable(pd.DataFrame({"phase": ["solid"], name: [value]}), columns=columns, kind="x")


def test_a_measure_settles_at_the_first_edge_from_which_on_mean_and_scatter_are_close():
    table = cubes_table(
        {
            10.0: [0.5, 0.5, 0.5],  # close by chance: the next is not
            20.0: [0.3, 0.7, 0.5],  # the mean is right, the scatter is not
            30.0: [0.49, 0.5, 0.52],
            40.0: [0.5, 0.505, 0.5],
            80.0: [0.5],  # a single one has no scatter
        }
    )
    settled = settling(table, whole_table(0.5), 0.05)
    row = settled.frame.iloc[0]
    assert (row.phase, row.measure, row.edge_um, row.volume_um3) == ("solid", "fraction", 30.0, 27000.0)
    assert row.subvolumes == 3
    assert row.relative_deviation == pytest.approx((0.49 + 0.5 + 0.52) / 1.5 - 1)
    assert row.relative_scatter == pytest.approx(np.std([0.49, 0.5, 0.52], ddof=1) / 0.5)
    assert settled.warnings == ()


@pytest.mark.parametrize(
    "values",
    [
        {10.0: [0.3, 0.7, 0.5]},  # scatters
        {10.0: [0.6, 0.6, 0.6]},  # off
        {10.0: [0.5, 0.5]},  # too few to say
        {10.0: [0.5, 0.5, 0.5], 30.0: [0.6]},  # a larger one is off
    ],
)
def test_what_has_not_settled_is_a_warning_and_no_row(values: dict[float, list[float]]):
    settled = settling(cubes_table(values), whole_table(0.5), 0.05)
    assert settled.frame.empty
    (said,) = settled.warnings
    assert f"Not settled within 5 % in sub-volumes of up to {max(values):g} um: fraction (solid)" in said
    assert "edges_um" in said


def test_what_cannot_settle_is_left_out():
    values = {10.0: [0.5, 0.5, 0.5]}
    lengths = [(0.5, "length_um", "um"), (0.5, "independent_volumes", "1")]  # these grow with the cube
    for whole, name, unit in [(None, "fraction", "1"), (0.0, "fraction", "1"), (0.5, "volume_um3", "um3"), *lengths]:
        table = None if whole is None else whole_table(whole, name, unit)
        settled = settling(cubes_table(values, name, unit), table, 0.05)
        assert settled.frame.empty
        assert settled.warnings == ()


def test_of_nested_and_disjoint_cubes_the_disjoint_ones_count():
    table = cubes_table({10.0: [0.5, 0.5, 0.5]})
    grown = table.frame.assign(nested=True, fraction=0.9)
    both = ResultTable(pd.concat([table.frame, grown]), columns=table.columns, kind="subvolumes")
    assert settling(both, whole_table(0.5), 0.05).frame.edge_um.tolist() == [10.0]
    alone = ResultTable(grown, columns=table.columns, kind="subvolumes")
    assert settling(alone, whole_table(0.9), 0.05).frame.edge_um.tolist() == [10.0]


def test_a_random_image_settles_where_its_binomial_scatter_says(tmp_path: Path, monkeypatch):
    # voxels at random with p = 1/2: the relative scatter of a cube of n^3 voxels is n^-1.5: 4.4 % at 8, 8.8 % at 5
    values = (np.random.default_rng(2).random((40, 40, 40)) < 0.5).astype(np.uint8)
    image = vt.data.PhaseImage(values, voxel_size_um=2, phases={0: "pore", 1: "solid"})
    vt.io.write(image, tmp_path / "phases.ome.zarr")
    monkeypatch.chdir(tmp_path)
    entry = "  - subvolumes: {edges_um: [10, 16, 26], settles_within: 0.06, steps: [phase_fractions]}\n"
    tables = tables_of(entry)
    settled = tables["subvolumes-phase_fractions-settling"]
    assert settled.kind == "settling"
    found = settled.frame[settled.frame.measure == "fraction"]
    assert found.edge_um.tolist() == [16.0, 16.0]
    assert found.volume_um3.tolist() == [4096.0, 4096.0]
    assert found.relative_scatter.to_numpy() == pytest.approx(8**-1.5, rel=0.2)  # 125 cubes: +- 6 %


def test_a_cube_outside_the_mask_is_left_out(phases: vt.data.PhaseImage, tmp_path: Path):
    mask = np.zeros(phases.shape, np.bool_)
    mask[:, :13] = True
    masked = vt.data.PhaseImage(phases.values, voxel_size_um=1, phases=NAMES, mask=mask)
    vt.io.write(masked, tmp_path / "phases.ome.zarr")
    table = tables_of("  - subvolumes: {edges_um: [12], steps: [phase_fractions]}\n")
    assert "4 sub-volumes of a left out" in table["subvolumes-phase_fractions"].method


def test_steps_that_are_not_fast_run_beside_those_that_are(phases: vt.data.PhaseImage):
    steps = "[phase_fractions, phase_profile, surface_area: {phase: solid}]"
    tables = tables_of(f"  - subvolumes: {{edges_um: [8], steps: {steps}}}\n")
    assert {"subvolumes-phase_fractions", "subvolumes-phase_profile", "subvolumes-surface_area"} <= set(tables)
    profile = tables["subvolumes-phase_profile-settling"]  # every cube has other positions: nothing to settle
    assert profile.frame.empty
    assert profile.warnings == ()


def test_a_step_says_its_fast_path():
    assert Step("x", "morphology:phase_fractions").subvolumes == ""


def test_a_trend_is_the_line_through_the_cubes_with_the_error_of_its_slope():
    # 0.5 + 0.01 (edge - 20) at three edges without any scatter: the line is exact
    exact = trends(cubes_table({10.0: [0.4] * 4, 20.0: [0.5] * 2, 30.0: [0.6]})).frame.iloc[0]
    mean = (4 * 1e3 * 0.4 + 2 * 8e3 * 0.5 + 27e3 * 0.6) / (4e3 + 16e3 + 27e3)
    assert (exact.phase, exact.measure, exact.subvolumes) == ("solid", "fraction", 7)
    assert exact.mean_edge_um == pytest.approx((4e4 + 32e4 + 81e4) / 47e3)
    assert exact.relative_slope_per_um == pytest.approx(0.01 / mean)
    assert exact.relative_slope_standard_error_per_um == pytest.approx(0, abs=1e-9)


def test_the_error_of_a_slope_covers_chance():
    # no trend, and a variance that falls with the volume: slopes lie beyond twice their error in 5 % of cases
    random = np.random.default_rng(3)
    beyond = 0
    for _ in range(200):
        values = {edge: list(0.5 + random.normal(0, edge**-1.5, int(20**3 / edge**3) + 1)) for edge in (4.0, 5.0, 10.0)}
        row = trends(cubes_table(values)).frame.iloc[0]
        beyond += abs(row.relative_slope_per_um) > 2 * row.relative_slope_standard_error_per_um
    assert 1 <= beyond <= 22  # binomial: 10 expected, deviation 3


def test_what_has_no_trend_is_left_out():
    few = {10.0: [0.5, 0.6], 20.0: [0.5, 0.4]}
    endless = {10.0: [0.5], 20.0: [np.inf], 30.0: [0.5]}
    table = cubes_table({10.0: [0.5], 20.0: [0.4], 30.0: [0.6]}, "volume_um3", "um3")
    infinite = cubes_table(endless, infinite=True)
    for cubes in (cubes_table(few), table, infinite):
        assert trends(cubes).frame.empty


def test_infinite_values_are_counted_and_not_averaged():
    cubes = cubes_table({10.0: [0.5, np.inf, 0.5, 0.5], 20.0: [0.5, 0.51, 0.5]}, infinite=True)
    settled = settling(cubes, whole_table(0.5), 0.05)
    assert settled.frame.edge_um.tolist() == [20.0]
    (said,) = infinite_in_words(cubes, "edge_um")
    assert "fraction" in said
    assert "1 of 4 at 10" in said
    assert " 20" not in said
    whole = ResultTable(whole_table(0.5).frame.assign(fraction=np.inf), columns=cubes.columns[-2:], kind="x")
    assert settling(cubes, whole, 0.05).frame.empty

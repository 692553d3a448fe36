"""`sweep` and `subvolumes` wrap any step; comparison sets scans side by side."""

from collections.abc import Callable
from pathlib import Path

import made_up
import numpy as np
import pytest

import voltome as vt
from voltome.errors import AxisError, StudyFileError
from voltome.study import Study

Load = Callable[[str], Study]

TRACE = "study: Traces\nscans:\n  a: {source: a.csv, as: trace}\npipeline:\n  - scale: {factor: 3}\n"
BALL = "study: x\nscans:\n  first: {source: first.tif}\npipeline:\n"
CUT = "  - threshold: {intervals: {solid: [150, null]}, rest: pore}\n"


def test_a_sweep_measures_once_for_each_value(traces: Path, load: Load):
    results = vt.study.run(load(TRACE + "  - sweep: {over: scale.factor, values: [1, 2, 4], steps: [find_peak]}\n"))
    table = results.tables()["sweep-find_peak"]
    assert table.kind == "sweep"
    assert table.frame["scale.factor"].tolist() == [1.0, 2.0, 4.0]
    assert table.frame.height.tolist() == [3.0, 6.0, 12.0]
    assert table.column("scale.factor").role == "position"


def test_a_sweep_goes_through_the_steps_between(traces: Path, load: Load):
    text = (
        TRACE
        + "  - subtract: {standard: source}\n  - sweep: {over: scale.factor, values: [2, 5], steps: [find_peak]}\n"
    )
    frame = vt.study.run(load(text)).tables()["sweep-find_peak"].frame
    assert frame.height.tolist() == [3.0, 12.0]  # (factor - 1) * 3


def test_a_sweep_over_a_choice(traces: Path, load: Load):
    text = TRACE + "  - sweep: {over: scale.mode, values: [up, down], steps: [find_peak]}\n"
    table = vt.study.run(load(text)).tables()["sweep-find_peak"]
    assert table.frame.height.tolist() == [9.0, 1.0]
    assert table.column("scale.mode").role == "key"


def test_a_longer_sweep_reuses_the_values_that_are_there(traces: Path, load: Load):
    sweep = "  - sweep: {over: scale.factor, values: [%s], steps: [find_peak]}\n"
    vt.study.run(load(TRACE + sweep % "1, 2"))
    made_up.CALLS.clear()
    vt.study.run(load(TRACE + sweep % "1, 2, 4"))
    assert made_up.CALLS == ["scale", "find_peak"]


def test_a_sweep_of_two_measures_makes_what_they_share_once(traces: Path, load: Load):
    text = (
        TRACE + "  - sweep: {over: scale.factor, values: [1], steps: [find_peak, find_peak: {name: low, above: -1}]}\n"
    )
    vt.study.run(load(text))
    assert made_up.CALLS.count("scale") == 2  # the pipeline's own, and the swept one


def test_a_threshold_sweep_of_phase_fractions_falls_monotonically(spheres: Path, load: Load):
    text = (
        BALL
        + CUT
        + ("  - sweep: {over: threshold.intervals.solid.0, values: [100, 150, 200], steps: [phase_fractions]}\n")
    )
    with pytest.raises(vt.errors.PhaseError, match="pore") as caught:
        vt.study.run(load(text))  # at 100 everything is solid: the phase 'pore' has no voxel
    assert "first: threshold@sweep-1" in caught.value.__notes__[0]
    frame = vt.study.run(load(text.replace("100,", "101,"))).tables()["sweep-phase_fractions"].frame
    solid = frame[frame.phase == "solid"].fraction.to_numpy()
    assert np.all(np.diff(solid) <= 0)


@pytest.mark.parametrize(
    ("sweep", "said"),
    [
        ("{over: scal.factor, values: [1], steps: [find_peak]}", "no step before this is named 'scal'"),
        ("{over: scale.factr, values: [x], steps: [find_peak]}", "unknown parameter 'factr'"),
        ("{over: scale.factor, values: [-1], steps: [find_peak]}", "greater than 0"),
        ("{over: scale.factor, values: [], steps: [find_peak]}", "at least 1 item"),
        ("{over: scale.factor, values: [1]}", "the parameter 'steps' is missing"),
        ("{over: scale.factor, values: [1], steps: [find_peek]}", "Did you mean 'find_peak'?"),
        ("{over: scale.factor, values: [1], steps: [scale]}", "measure nothing that can be swept"),
        ("{over: scale.factor, values: [1], steps: [spread]}", "cannot stand inside another step"),
        ("{over: scale.factor, values: [1], steps: [find_peak: {of: source}]}", "does not depend on 'scale.factor'"),
    ],
)
def test_mistakes_in_a_sweep_are_said_before_the_run(traces: Path, load: Load, sweep: str, said: str):
    with pytest.raises(StudyFileError) as caught:
        load(TRACE + f"  - sweep: {sweep}\n")
    assert said in str(caught.value)


def test_subvolumes_measure_disjoint_cubes_of_each_edge(spheres: Path, load: Load):
    text = BALL + CUT + "  - subvolumes: {edges_um: [8, 12, 24], steps: [phase_fractions]}\n"
    table = vt.study.run(load(text)).tables()["subvolumes-phase_fractions"]
    frame = table.frame[table.frame.phase == "solid"]
    assert table.kind == "subvolumes"
    assert frame.groupby("edge_um").size().to_dict() == {8.0: 27, 12.0: 8, 24.0: 1}
    whole = frame.fraction[frame.edge_um == 24.0].iloc[0]
    for edge in (8.0, 12.0):  # disjoint cubes that fill the image: their mean is the whole
        assert frame.fraction[frame.edge_um == edge].mean() == pytest.approx(whole, rel=1e-12)


def test_the_table_says_the_edge_that_was_cut(spheres: Path, load: Load):
    # 7.6 um are 8 voxels of 1 um
    text = BALL + CUT + "  - subvolumes: {edges_um: [7.6], steps: [phase_fractions]}\n"
    assert set(vt.study.run(load(text)).tables()["subvolumes-phase_fractions"].frame.edge_um) == {8.0}


def test_subvolumes_in_which_a_measure_cannot_be_made_are_left_out_and_counted(spheres: Path, load: Load):
    text = BALL + CUT + "  - subvolumes: {edges_um: [4], at_most: 216, steps: [surface_area: {phase: solid}]}\n"
    table = vt.study.run(load(text)).tables()["subvolumes-surface_area"]
    assert 0 < len(table.frame) < 216
    assert f"{216 - len(table.frame)} sub-volumes of first left out" in table.method


def test_at_most_so_many_subvolumes(spheres: Path, load: Load):
    text = BALL + CUT + "  - subvolumes: {edges_um: [4], at_most: 10, steps: [phase_fractions]}\n"
    assert len(vt.study.run(load(text)).tables()["subvolumes-phase_fractions"].frame) == 20


def test_subvolumes_larger_than_the_image_are_an_error(spheres: Path, load: Load):
    study = load(BALL + CUT + "  - subvolumes: {edges_um: [25], steps: [phase_fractions]}\n")
    with pytest.raises(
        AxisError, match="a sub-volume of 25 um does not fit in the image, which measures 24 x 24 x 24 um"
    ):
        vt.study.run(study)


def test_subvolumes_of_steps_that_measure_nothing_are_refused(spheres: Path, load: Load):
    with pytest.raises(StudyFileError, match="measure nothing"):
        load(BALL + CUT + "  - subvolumes: {edges_um: [8], steps: [crop: {box_um: [[0, 2], [0, 2], [0, 2]]}]}\n")
    with pytest.raises(StudyFileError, match="sub-volumes are cut from images"):
        load(TRACE + "  - subvolumes: {edges_um: [8], steps: [find_peak]}\n")


COMPARED = """\
study: x
scans:
  early: {source: second.tif, cycle: 0}
  late: {source: first.tif, cycle: 10}
pipeline:
  - threshold: {intervals: {solid: [150, null]}, rest: pore}
  - phase_fractions
  - phase_profile
compare: {by: cycle}
"""


def test_scans_that_do_not_stand_in_the_order_of_the_number_are_refused(spheres: Path, load: Load):
    text = COMPARED.replace("cycle: 10", "cycle: -1")
    with pytest.raises(StudyFileError, match=r"order early \(0\), late \(-1\); expected rising 'cycle': late, early"):
        load(text)
    assert load(COMPARED.replace("cycle: 10", "cycle: 0")).compare_by == "cycle", "two cells at one cycle are in order"


def test_scans_are_compared_with_the_first(spheres: Path, load: Load):
    tables = vt.study.run(load(COMPARED)).tables()
    assert "comparison-phase_profile" not in tables, "rows along a position have no partner"
    table = tables["comparison-phase_fractions"]
    solid = table.frame[table.frame.phase == "solid"]
    assert solid.scan.tolist() == ["early", "late"]
    assert solid.cycle.tolist() == [0, 10]
    early, late = solid.fraction
    assert solid.change_of_fraction.tolist() == [0.0, late - early]
    assert solid.relative_change_of_fraction.tolist() == [0.0, (late - early) / early]
    assert table.kind == "comparison"


def test_particles_of_different_scans_are_no_partners(spheres: Path, load: Load):
    text = COMPARED.replace("  - phase_profile\n", "  - separate_particles: {phase: solid}\n  - measure_particles\n")
    assert "comparison-measure_particles" not in vt.study.run(load(text)).tables()


def test_tables_carry_the_attribute_by_which_scans_are_compared(spheres: Path, load: Load):
    frame = vt.study.run(load(COMPARED)).tables()["phase_fractions"].frame
    assert list(frame.columns[:3]) == ["scan", "cycle", "phase"]
    assert frame.cycle.tolist() == [0, 0, 10, 10]


def test_scans_can_be_compared_by_their_name(spheres: Path, load: Load):
    table = vt.study.run(load(COMPARED.replace("by: cycle", "by: scan"))).tables()["comparison-phase_fractions"]
    assert table.frame.scan.tolist() == ["early", "late"] * 2

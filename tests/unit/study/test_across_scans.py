"""Steps across scans, nouns of other scans, and made-up nouns: the engine knows nothing of images."""

from collections.abc import Callable
from pathlib import Path

import made_up
import numpy as np
import pytest

import voltome as vt
from voltome.errors import ParameterError, StudyFileError
from voltome.study import Study

Load = Callable[[str], Study]

SCANS = "study: Traces\nscans:\n" + "".join(f"  {n}: {{source: {n}.csv, as: trace, label: {n}}}\n" for n in "abc")


def test_a_noun_that_is_no_image_goes_through_store_and_back(traces: Path, load: Load):
    results = vt.study.run(load(SCANS + "pipeline:\n  - scale: {factor: 3}\n"))
    trace = results.load(results.find(scan="b", name="scale")[0])
    assert isinstance(trace, made_up.Trace)
    np.testing.assert_array_equal(trace.values, [0.0, 18.0, 3.0])
    assert trace.limits == (0.0, 3.0)
    assert trace.label == "b"


def test_a_result_of_several_numbers_becomes_a_table_of_all_scans(traces: Path, load: Load):
    results = vt.study.run(load(SCANS + "pipeline:\n  - find_peak\n"))
    frame = results.tables()["find_peak"].frame
    assert frame[["scan", "height", "place"]].to_numpy().tolist() == [["a", 3.0, 1], ["b", 6.0, 1], ["c", 12.0, 1]]


def test_a_step_across_scans_stands_in_the_pipeline(traces: Path, load: Load):
    results = vt.study.run(load(SCANS + "pipeline:\n  - normalise_together: {to: b}\n  - find_peak\n"))
    assert made_up.CALLS.count("normalise_together") == 1
    assert results.tables()["find_peak"].frame.height.tolist() == [0.5, 1.0, 2.0]


def test_a_step_across_scans_may_stand_at_the_top_before_the_pipelines(traces: Path, load: Load):
    text = SCANS + "normalise_together: {to: a}\npipeline:\n  - find_peak\n"
    assert vt.study.run(load(text)).tables()["find_peak"].frame.height.tolist() == [1.0, 2.0, 4.0]


def test_a_step_across_scans_can_give_one_result_for_all(traces: Path, load: Load):
    results = vt.study.run(load(SCANS + "pipeline:\n  - scale\n  - spread\n"))
    assert results.tables()["spread"].frame.spread.tolist() == [18.0]


def test_a_noun_of_another_scan_is_named_and_waited_for(traces: Path, load: Load):
    text = SCANS.replace("a.csv, as: trace", "a.csv, as: trace, pipeline: sample")
    text = text.replace("b.csv, as: trace", "b.csv, as: trace, pipeline: sample")
    text = text.replace("c.csv, as: trace", "c.csv, as: trace, pipeline: plate")
    text += "pipelines:\n  sample:\n    - subtract: {standard: c/scale}\n    - find_peak\n"
    text += "  plate:\n    - scale: {factor: 0.25}\n"
    results = vt.study.run(load(text))
    # c/scale is [0, 3, 0.25]: a - c = [0, 0, 0.75], b - c = [0, 3, 0.75]
    heights = results.tables()["find_peak"].frame
    assert heights[["scan", "height"]].to_numpy().tolist() == [["a", 0.75], ["b", 3.0]]
    assert made_up.CALLS.index("scale") < made_up.CALLS.index("subtract")


def test_scans_that_wait_for_each_other_are_refused(traces: Path, load: Load):
    text = SCANS.replace("a.csv, as: trace", "a.csv, as: trace, pipeline: one")
    text = text.replace("b.csv, as: trace", "b.csv, as: trace, pipeline: two")
    text = text.replace("c.csv, as: trace", "c.csv, as: trace, pipeline: two")
    text += "pipelines:\n  one:\n    - subtract: {standard: b/scale}\n    - scale\n"
    text += "  two:\n    - subtract: {standard: a/scale}\n    - scale\n"
    with pytest.raises(StudyFileError, match="waits here for another scan, which waits for it"):
        load(text)


def test_an_unknown_scan_or_noun_is_refused(traces: Path, load: Load):
    with pytest.raises(StudyFileError, match="unknown scan 'd'; expected one of a, b, c"):
        load(SCANS + "pipeline:\n  - subtract: {standard: d/source}\n")
    with pytest.raises(StudyFileError, match=r"scan 'c' has no 'sorce'; it has source\. Did you mean 'source'"):
        load(SCANS + "pipeline:\n  - subtract: {standard: c/sorce}\n")
    with pytest.raises(StudyFileError, match="the noun 'standard' is missing; name a Trace"):
        load(SCANS + "pipeline:\n  - subtract\n")


def test_types_are_checked_across_kinds_of_nouns(spheres: Path, load: Load):
    with pytest.raises(StudyFileError, match=r"needs a Trace, but scan 'first' has at this point source \(Volume\)"):
        load("study: x\nscans:\n  first: {source: first.tif}\npipeline:\n  - scale\n")


def test_image_and_made_up_nouns_meet_in_one_pipeline(spheres: Path, load: Load):
    text = (
        "study: x\nscans:\n  first: {source: first.tif}\npipeline:\n"
        "  - threshold: {intervals: {solid: [150, null]}, rest: pore}\n  - trace_of: {phase: solid}\n  - find_peak\n"
    )
    table = vt.study.run(load(text)).tables()["find_peak"]
    assert 0 < table.frame.height.iloc[0] < 1


def test_an_error_in_a_step_says_scan_and_place(traces: Path, load: Load):
    with pytest.raises(ParameterError, match=r"no value above 5\.0; the highest is 3\.0") as caught:
        vt.study.run(load(SCANS + "pipeline:\n  - find_peak: {above: 5}\n"))
    assert caught.value.__notes__ == ["in a: find_peak (study file: pipeline.0)"]


def test_a_step_across_scans_can_give_several_results(traces: Path, load: Load):
    results = vt.study.run(load(SCANS + "pipeline:\n  - centre: {to: a}\n  - find_peak\n"))
    shifts = results.tables()["centre-shifts"].frame
    # the means of [0, 3, 1], [0, 6, 1] and [0, 12, 1]
    assert shifts["shift"].to_numpy() == pytest.approx([0, 4 / 3 - 7 / 3, 4 / 3 - 13 / 3])
    assert results.tables()["find_peak"].frame.height.iloc[0] == 3.0
    assert [found.kind for found in results.find(name="centre-shifts")] == ["shifts"]


def test_several_results_of_one_step_are_cached_together(traces: Path, load: Load):
    text = SCANS + "pipeline:\n  - split: {at: 1}\n  - find_peak: {of: split-high}\n"
    first = vt.study.run(load(text))
    calls = made_up.CALLS.count("split")
    assert vt.study.run(load(text)).tables()["find_peak"].frame.equals(first.tables()["find_peak"].frame)
    assert made_up.CALLS.count("split") == calls
    assert first.tables()["split-peak"].frame.height.tolist() == [1.0, 1.0, 1.0]
    assert first.tables()["find_peak"].frame.height.tolist() == [3.0, 6.0, 12.0]


def test_two_steps_of_several_results_get_names_of_their_own(traces: Path, load: Load):
    study = load(SCANS + "pipeline:\n  - split\n  - split: {of: split}\n")
    names = [output.ref.name for node in study.graph.nodes for output in node.outputs if output.ref.scan == "a"]
    assert names == ["source", "split", "split-high", "split-peak", "split-2", "split-2-high", "split-2-peak"]
    with pytest.raises(StudyFileError, match="the name 'split' is taken"):
        load(SCANS + "pipeline:\n  - scale: {name: split-high}\n  - split: {name: split, of: source}\n")


def test_a_step_of_several_results_can_be_swept_and_measured_in_a_sweep(traces: Path, load: Load):
    text = SCANS + "pipeline:\n  - scale\n  - split: {at: 4}\n"
    text += "  - sweep: {over: split.at, values: [1, 2], steps: [find_peak: {of: split-high}]}\n"
    text += "  - sweep: {name: factors, over: scale.factor, values: [1, 2], steps: [split: {of: scale, at: 5}]}\n"
    tables = vt.study.run(load(text)).tables()
    assert tables["sweep-find_peak"].frame.query("scan == 'a'").height.tolist() == [6.0, 6.0]
    assert tables["factors-split-peak"].frame.query("scan == 'a'").height.tolist() == [3.0, 5.0]


def test_a_parameter_that_names_no_scan_is_refused(traces: Path, load: Load):
    with pytest.raises(StudyFileError, match="unknown scan 'd'; expected one of a, b, c"):
        load(SCANS + "pipeline:\n  - centre: {to: d}\n")

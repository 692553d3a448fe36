"""Every mistake in a study file is said before anything runs, all at once, with line, place, found and expected."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import voltome as vt
from voltome.errors import MissingFileError, StudyFileError
from voltome.study import Study

Load = Callable[[str], Study]

HEAD = "study: Balls\nscans:\n  first: {source: first.tif}\npipeline:\n"
CUT = "  - threshold: {intervals: {solid: [150, null]}, rest: pore}\n"


def message(load: Load, text: str) -> str:
    with pytest.raises(StudyFileError) as caught:
        load(text)
    return str(caught.value)


def test_a_good_study_is_loaded(spheres: Path, load: Load):
    study = load(HEAD + CUT + "  - phase_fractions\n")
    assert study.title == "Balls"
    assert study.results_folder == spheres / "study-results"
    assert [node.title for node in study.graph.nodes] == ["first: source", "first: threshold", "first: phase_fractions"]


def test_three_mistakes_are_said_at_once_each_with_its_line(spheres: Path, load: Load):
    text = HEAD + "  - threshhold: {}\n  - median: {size_voxels: 4}\n  - phase_profile: {axes: z}\n"
    said = message(load, text)
    assert "3 mistakes in the study file; nothing was run" in said
    assert "study.yaml:5: pipeline.0.threshhold: unknown step 'threshhold'" in said
    assert "Did you mean 'threshold'?" in said
    assert "study.yaml:6: pipeline.1.median.size_voxels: found 4; input should be 3 or 5" in said
    assert "study.yaml:7: pipeline.2.phase_profile.axes: unknown parameter 'axes'" in said
    assert "Did you mean 'axis'?" in said


def test_a_missing_parameter_is_said_with_its_meaning(spheres: Path, load: Load):
    said = message(load, HEAD + CUT + "  - surface_area: {}\n")
    assert "pipeline.1.surface_area: the parameter 'phase' is missing" in said


def test_an_unknown_phase_is_said_before_the_run(spheres: Path, load: Load):
    said = message(load, HEAD + CUT + "  - surface_area: {phase: sold}\n")
    assert "unknown phase 'sold'; the image has 'pore', 'solid'. Did you mean 'solid'?" in said


def test_overlapping_intervals_are_said_before_the_run(spheres: Path, load: Load):
    said = message(load, HEAD + "  - threshold: {intervals: {a: [10, 50], b: [40, 90]}, rest: pore}\n")
    assert "pipeline.0.threshold" in said
    assert "'a'" in said
    assert "'b'" in said
    assert "overlap" in said


def test_a_chain_whose_types_do_not_fit_names_the_step_that_would_mend_it(spheres: Path, load: Load):
    said = message(load, HEAD + "  - measure_particles\n")
    assert "needs a ParticleImage, but scan 'first' has at this point source (Volume)" in said
    assert "separate_particles" in said


def test_a_table_of_the_wrong_kind_does_not_fit(spheres: Path, load: Load):
    said = message(load, HEAD + CUT + "  - phase_fractions\n  - size_distribution\n")
    assert "needs a ResultTable of kind 'particles'" in said
    assert "measure_particles" in said


def test_an_unknown_step_does_not_cause_mistakes_after_it(spheres: Path, load: Load):
    said = message(load, HEAD + "  - treshold: {intervals: {solid: [150, null]}, rest: pore}\n  - phase_fractions\n")
    assert said.startswith("1 mistake ")


def test_two_volumes_of_different_quantity_ask_for_of(spheres: Path, load: Load):
    text = HEAD + "  - attenuation\n  - median\n"
    assert "several Volumes fit: source (grey value), attenuation (attenuation); say which with 'of: NAME'" in message(
        load, text
    )
    study = load(HEAD + "  - attenuation\n  - median: {of: source}\n")
    assert study.graph.nodes[-1].inputs["volume"] == ("first", "source")


def test_an_unknown_of_lists_what_there_is(spheres: Path, load: Load):
    said = message(load, HEAD + CUT + "  - phase_fractions: {of: treshold}\n")
    assert "scan 'first' has no 'treshold'; it has source, threshold. Did you mean 'threshold'?" in said


def test_a_noun_of_the_wrong_type_is_refused_by_name(spheres: Path, load: Load):
    assert "'source' is a Volume; expected a PhaseImage" in message(
        load, HEAD + CUT + "  - phase_fractions: {of: source}\n"
    )


def test_a_missing_scan_file_is_said_with_its_line(spheres: Path, load: Load):
    said = message(load, "study: x\nscans:\n  first: {source: frist.tif}\npipeline:\n  - median\n")
    assert "study.yaml:3: scans.first.source" in said
    assert "frist.tif" in said


def test_a_scan_without_voxel_size_says_how_to_give_it(tmp_path: Path, load: Load):
    import tifffile

    tifffile.imwrite(tmp_path / "bare.tif", np.zeros((3, 4, 5), np.uint8), photometric="minisblack")
    said = message(load, "study: x\nscans:\n  bare: {source: bare.tif}\npipeline:\n  - median\n")
    assert "does not say its voxel size" in said
    assert "add 'voxel_size_um: 0.78'" in said


def test_a_voxel_size_against_the_files_is_refused(spheres: Path, load: Load):
    said = message(load, "study: x\nscans:\n  first: {source: first.tif, voxel_size_um: 0.78}\npipeline:\n  - median\n")
    assert "the study file 0.78; expected the same" in said
    assert "--overrule" in said


@pytest.mark.parametrize("size", ["0", "-1", "[1, 2]", "two"])
def test_a_voxel_size_that_cannot_be_is_refused(spheres: Path, load: Load, size: str):
    text = f"study: x\nscans:\n  first: {{source: first.tif, voxel_size_um: {size}}}\npipeline:\n  - median\n"
    assert "scans.first.voxel_size_um: found" in message(load, text)


def test_a_mistyped_key_of_a_scan_is_no_attribute(spheres: Path, load: Load):
    said = message(load, "study: x\nscans:\n  first: {source: first.tif, voxel_size: 0.78}\npipeline:\n  - median\n")
    assert "unknown key 'voxel_size'. Did you mean 'voxel_size_um'?" in said


def test_unknown_keys_at_the_top_and_missing_ones_are_said(spheres: Path, load: Load):
    said = message(load, "studdy: x\nscans:\n  first: {source: first.tif}\n")
    assert "unknown key 'studdy'" in said
    assert "Did you mean 'study'?" in said
    assert "the title is missing" in said
    assert "found neither of 'pipeline' and 'pipelines'" in said


def test_a_key_given_twice_is_said(spheres: Path, load: Load):
    said = message(load, HEAD + "  - threshold: {intervals: {solid: [1, 2]}, rest: pore, rest: air}\n")
    assert "the key 'rest' is given twice" in said


def test_yaml_that_does_not_parse_says_where(load: Load):
    assert "not valid YAML: line 3, column" in message(load, "study: x\nscans: {first: [\n")


def test_an_empty_file_and_a_list_are_refused(load: Load):
    assert "is empty" in message(load, "")
    assert "expected 'study', 'scans' and 'pipeline'" in message(load, "- a\n- b\n")


def test_a_study_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(MissingFileError, match=r"there is no study file .*nowhere\.yaml"):
        vt.study.load(tmp_path / "nowhere.yaml")


def test_a_binary_study_file_is_refused(tmp_path: Path):
    (tmp_path / "study.yaml").write_bytes(b"\xff\xfe\x00study")
    with pytest.raises(StudyFileError, match="not a text file in UTF-8"):
        vt.study.load(tmp_path / "study.yaml")


def test_what_a_scan_sets_differently_is_checked_too(spheres: Path, load: Load):
    head = "study: x\nscans:\n  first: {source: first.tif, set: {%s}}\npipeline:\n" + CUT + "  - phase_fractions\n"
    assert "no step is named 'treshold' here" in message(load, head % "treshold.rest: air")
    assert "Did you mean 'threshold'?" in message(load, head % "treshold.rest: air")
    assert "scans.first.set.threshold.intervals: found 'x'" in message(load, head % "threshold.intervals: x")
    assert "names no parameter" in message(load, head % "threshold.interval.solid.0: 5")
    study = load(head % "threshold.intervals.solid.0: 120")
    assert study.graph.nodes[1].parameters["intervals"] == {"solid": (120.0, None)}


def test_compare_needs_the_attribute_in_every_scan(spheres: Path, load: Load):
    text = (
        "study: x\nscans:\n  first: {source: first.tif, cycle: 0}\n  second: {source: second.tif}\n"
        "pipeline:\n" + CUT + "  - phase_fractions\ncompare: {by: cycle}\n"
    )
    assert "compare.by: the scans second have no attribute 'cycle'" in message(load, text)


def test_pipelines_by_name(spheres: Path, load: Load):
    text = (
        "study: x\nscans:\n  first: {source: first.tif, pipeline: %s}\n"
        "pipelines:\n  grey:\n    - median\n  cut:\n    - otsu: {phases: [pore, solid]}\n"
    )
    study = load(text % "cut")
    assert [node.operation.name for node in study.graph.nodes] == ["read volume", "otsu"]
    said = message(load, text % "cot")
    assert "unknown pipeline 'cot'; expected one of grey, cut. Did you mean 'cut'?" in said
    assert "says no pipeline" in message(load, (text % "cut").replace(", pipeline: cut", ""))


@pytest.mark.parametrize("entry", ["- {median: {}, otsu: {}}", "- 3", "- [median]"])
def test_an_entry_that_is_no_step_is_refused(spheres: Path, load: Load, entry: str):
    assert "expected one step" in message(load, HEAD + f"  {entry}\n")


def test_parameters_that_are_no_mapping_are_refused(spheres: Path, load: Load):
    assert "found 3; expected parameters as 'name: value' lines" in message(load, HEAD + "  - median: 3\n")


@pytest.mark.parametrize("name", ["a/b", "../up", "-x", "all scans"])
def test_a_scan_name_that_is_no_folder_name_is_refused(spheres: Path, load: Load, name: str):
    text = f"study: x\nscans:\n  '{name}': {{source: first.tif}}\npipeline:\n  - median\n"
    assert "is no name for a scan" in message(load, text)


def test_nan_as_a_parameter_is_refused(spheres: Path, load: Load):
    assert "finite number" in message(load, HEAD + "  - gaussian: {sigma_um: .nan}\n")


def test_what_the_report_shows_is_read_checked_and_kept(spheres: Path, load: Load):
    assert load(HEAD + CUT).report == vt.study.ReportOptions()
    study = load(HEAD + CUT + "report: {interactive: true, movies: [turntable]}\n")
    assert study.report == vt.study.ReportOptions(interactive=True, movies=("turntable",))
    results = vt.study.run(study)
    assert results.report == study.report
    assert vt.study.load_results(results.folder).report == study.report


def test_mistakes_about_the_report_are_said_with_what_was_meant(spheres: Path, load: Load):
    said = message(load, HEAD + CUT + "report: {rendering: true, interactive: 1, movies: [turntabel]}\n")
    assert "3 mistakes" in said
    assert "study.yaml:6: report.rendering: unknown parameter 'rendering'" in said
    assert "Did you mean 'renderings'?" in said
    assert "report.interactive: found 1; input should be a valid boolean" in said
    assert (
        "report.movies.0: found 'turntabel'; input should be 'slices' or 'turntable'; did you mean 'turntable'" in said
    )
    assert "report.movies: found 'slices'; expected a list in square brackets." in message(
        load, HEAD + CUT + "report: {movies: slices}\n"
    )
    assert "report: found True; expected parameters" in message(load, HEAD + CUT + "report: true\n")


def test_the_schema_knows_the_report():
    described = vt.study.schema()["properties"]["report"]
    assert list(described["properties"]) == ["renderings", "interactive", "movies"]
    assert described["properties"]["movies"]["items"]["enum"] == list(vt.study.MOVIES)
    assert described["additionalProperties"] is False


@pytest.mark.parametrize("size", ["1", "1.0", "[1, 1, 1]"])
def test_a_voxel_size_beside_voltomes_own_file_may_repeat_it(spheres: Path, load: Load, size: str):
    vt.io.convert(spheres / "first.tif", spheres / "first.h5")
    scan = load(own_file(f"voxel_size_um: {size}")).scans["first"]
    assert scan.attributes == {}, "it is no attribute of the scan"


@pytest.mark.parametrize(
    ("size", "said"),
    [
        ("0.5", r"first.h5 says \(1.0, 1.0, 1.0\) um .*, the study file 0.5; expected the same"),
        ("[1, 1, 2]", r"the study file \[1, 1, 2\]; expected the same"),
        ("-1", "expected finite numbers above 0"),
        ("[1, 2]", "expected one number or three"),
        ("thick", "expected one number or three"),
    ],
)
def test_a_voxel_size_against_voltomes_own_file_is_refused(spheres: Path, load: Load, size: str, said: str):
    vt.io.convert(spheres / "first.tif", spheres / "first.h5")
    assert re.search(said, message(load, own_file(f"voxel_size_um: {size}")))


def own_file(attribute: str) -> str:
    return f"study: Own\nscans:\n  first: {{source: first.h5, {attribute}}}\npipeline:\n  - median\n"

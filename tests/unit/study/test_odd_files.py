"""Study files as hostile and clumsy people write them: one clear message, no traceback, no number lost or mixed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import voltome as vt
from voltome.errors import ResultsFolderError, StudyFileError
from voltome.study import STEPS, Study
from voltome.study.keys import keys_of

Load = Callable[[str], Study]

SCANS = "study: Balls\nscans:\n  a: {source: first.tif, cycle: 1}\n  b: {source: second.tif, cycle: 2}\n"
CHAIN = SCANS + "pipeline:\n  - threshold: {intervals: {solid: [150, null]}, rest: pore}\n  - phase_fractions\n"
SWEEP = "  - sweep: {over: threshold.intervals.solid.0, values: [%s], steps: [phase_fractions]}\n"
SUBVOLUMES = "  - subvolumes: {edges_um: [%s], steps: [phase_fractions]}\n"

ALIASES = "a0: &a0 [1]\n" + "".join(f"a{n}: &a{n} [%s]\n" for n in range(1, 8))
"""A few lines that stand for millions of entries."""


def test_merge_keys_are_followed(spheres: Path, load: Load):
    merged = CHAIN.replace("a: {", "a: &a {").replace("b: {source: second.tif", "b: {<<: *a")
    scans = load(merged).scans
    assert scans["b"].path.name == "first.tif"
    assert scans["b"].attributes == {"cycle": 2}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SCANS + "pipeline: &p\n  - *p\n", r"study.yaml:5: an entry contains itself"),
        (SCANS + "pipeline:\n  - threshold: &p {intervals: *p}\n", "an entry contains itself"),
        (ALIASES % (", ".join(["*a0"] * 9), *(", ".join([f"*a{n}"] * 9) for n in range(1, 7))), "more than 100,000"),
        (CHAIN.replace("study: Balls", "study: 2020-13-45"), "no such number or date"),
        (CHAIN.replace("study: Balls", "study: !!int abc"), "no such number or date"),
        (SCANS + "pipeline:\n  - threshold: " + "[" * 3000 + "]" * 3000, "nested too deeply"),
        (CHAIN.replace("cycle: 1", "pipeline: [x]"), r"unknown pipeline \['x'\]"),
        (CHAIN.replace("cycle: 1", "cycle: .nan"), "found nan; expected a finite number"),
        (CHAIN.replace("cycle: 1", "cycle: 99999999999999999999"), "expected a finite number below"),
        (CHAIN.replace("cycle: 1", "5: 1"), "5 is no name for an attribute"),
        (CHAIN.replace("cycle: 1", "'': 1"), "'' is no name for an attribute"),
        (CHAIN + SWEEP.replace("solid.0", "solid.²") % "120", "names no parameter"),
        (CHAIN + SWEEP.replace("threshold.intervals.solid.0", "phase_fractions.x") % "1", "the step has none"),
    ],
)
def test_odd_files_have_one_clear_message(spheres: Path, load: Load, text: str, said: str):
    with pytest.raises(StudyFileError, match=said):
        load(text)


@pytest.mark.parametrize("name", ["a/b", "../../x", "x@y", "a.b", "source", "null", "''", "5", "[1]", "comparison-x"])
def test_names_that_cannot_be_files_or_clash_are_refused(spheres: Path, load: Load, name: str):
    for entry in (f"  - phase_fractions: {{name: {name}}}\n", SWEEP.replace("{over", f"{{name: {name}, over") % "120"):
        with pytest.raises(StudyFileError, match="is no name for a result"):
            load(CHAIN + entry)


def test_a_name_is_given_once(spheres: Path, load: Load):
    with pytest.raises(StudyFileError, match="the name 'threshold' is taken"):
        load(CHAIN + "  - phase_fractions: {name: threshold}\n")


def test_a_second_sweep_keeps_its_own_values(spheres: Path, load: Load):
    tables = vt.study.run(load(CHAIN + SWEEP % "120, 140" + SWEEP % "130, 150, 170")).tables()
    over = "threshold.intervals.solid.0"
    assert sorted(set(tables["sweep-phase_fractions"].frame[over])) == [120, 140]
    assert sorted(set(tables["sweep-2-phase_fractions"].frame[over])) == [130, 150, 170]


def test_a_second_entry_of_subvolumes_keeps_its_own_cubes(spheres: Path, load: Load):
    tables = vt.study.run(load(CHAIN + SUBVOLUMES % "8" + SUBVOLUMES % "12")).tables()
    # 24 voxels of 1 um: 27 cubes of 8 um, 8 of 12 um, for two scans and two phases
    assert len(tables["subvolumes-phase_fractions"].frame) == 27 * 2 * 2
    assert len(tables["subvolumes-2-phase_fractions"].frame) == 8 * 2 * 2


def test_a_cube_whose_phases_cannot_be_made_is_counted(spheres: Path, load: Load):
    nested = "  - subvolumes: {edges_um: [8], steps: [threshold: {intervals: {x: [%s]}}, phase_fractions]}\n"
    with pytest.raises(vt.errors.ValuesError, match="no sub-volume could be measured for subvolumes-phase_fractions"):
        vt.study.run(load(CHAIN + nested % "300, null"))
    table = vt.study.run(load(CHAIN + nested % "0, 150")).tables()["subvolumes-phase_fractions"]
    counts = table.frame.groupby("scan").size().to_dict()
    assert max(counts.values()) < 27  # the cubes with a piece of a ball have grey values in no interval
    assert f"{27 - counts['a']} sub-volumes of a left out" in table.method


def test_the_version_of_a_step_inside_subvolumes_is_in_the_key(spheres: Path, write_study: Callable[[str], Path]):
    path = write_study(CHAIN + SUBVOLUMES % "8")
    newer = {**STEPS, "phase_fractions": replace(STEPS["phase_fractions"], version=99)}
    old, new = (
        {str(ref): key for ref, key in keys_of(vt.study.load(path, steps=steps).graph, lambda _: ["x"]).items()}
        for steps in (STEPS, newer)
    )
    assert old["a/threshold"] == new["a/threshold"]
    assert old["a/subvolumes-phase_fractions"] != new["a/subvolumes-phase_fractions"]


def test_scans_are_compared_though_the_attribute_is_named_like_a_column(spheres: Path, load: Load):
    tables = vt.study.run(load(CHAIN.replace("cycle", "phase") + "compare: {by: phase}\n")).tables()
    assert "change_of_fraction" in tables["comparison-phase_fractions"].frame
    tables = vt.study.run(load(CHAIN.replace("cycle", "fraction") + "compare: {by: fraction}\n")).tables()
    assert "change_of_fraction" in tables["comparison-phase_fractions"].frame


def test_a_folder_of_other_things_is_not_run_over(spheres: Path, load: Load):
    (spheres / "mine" / "tables").mkdir(parents=True)
    (spheres / "mine" / "tables" / "thesis.csv").write_text("years of work")
    with pytest.raises(ResultsFolderError, match="not made by a run but has tables"):
        vt.study.run(load(CHAIN), folder=spheres / "mine")
    assert (spheres / "mine" / "tables" / "thesis.csv").read_text() == "years of work"


def test_results_of_a_run_that_did_not_end_are_not_offered_with_the_old_provenance(spheres: Path, load: Load):
    folder = vt.study.run(load(CHAIN)).folder

    def stop(event: vt.runtime.ProgressEvent) -> None:
        if event.task == "b: threshold":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        vt.study.run(load(CHAIN.replace("150", "170")), progress=stop)
    with pytest.raises(ResultsFolderError, match="no finished run"):
        vt.study.load_results(folder)
    assert vt.study.run(load(CHAIN)).tables()


def test_a_chunk_of_a_zarr_that_moved_is_another_source(spheres: Path, load: Load):
    vt.io.convert(spheres / "first.tif", spheres / "first.ome.zarr")
    chain = CHAIN.replace("first.tif", "first.ome.zarr")
    extra = spheres / "first.ome.zarr" / "0" / ".note"
    extra.write_text("x")
    first = vt.study.run(load(chain)).provenance["steps"][0]["key"]
    extra.rename(extra.with_name(".note2"))
    assert vt.study.run(load(chain)).provenance["steps"][0]["key"] != first


def test_what_was_damaged_in_the_store_is_made_again_or_named(spheres: Path, load: Load):
    folder = vt.study.run(load(CHAIN)).folder
    (folder / "store" / "a" / "threshold.ome.zarr" / "zarr.json").unlink()
    (folder / "store" / "b" / "phase_fractions.parquet").unlink()
    (folder / "store" / "b" / "phase_fractions.parquet").mkdir()
    (folder / "provenance.json").write_bytes(b"\xff")
    with pytest.raises(ResultsFolderError, match="is damaged"):
        vt.study.load_results(folder)
    assert len(vt.study.run(load(CHAIN)).tables()["phase_fractions"].frame) == 4

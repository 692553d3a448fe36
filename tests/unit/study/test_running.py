"""Cache, resume, lock, provenance: what a results folder promises."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import made_up
import numpy as np
import pytest
import remounted
from filelock import FileLock

import voltome as vt
from voltome.errors import MemoryEstimateError, MissingFileError, ResultsFolderError
from voltome.study import Step, Study

Load = Callable[[str], Study]

SCANS = "study: Traces\nscans:\n" + "".join(f"  {n}: {{source: {n}.csv, as: trace}}\n" for n in "abc")
CHAIN = SCANS + "pipeline:\n  - scale: {factor: 3}\n  - find_peak: {above: 1}\n"

BALLS = """\
study: Balls
scans:
  first: {source: first.tif, cycle: 0}
  second: {source: second.tif, cycle: 5}
pipeline:
  - median
  - threshold: {intervals: {solid: [150, null]}, rest: pore}
  - phase_fractions
  - phase_profile
  - surface_area: {phase: solid}
  - separate_particles: {phase: solid}
  - measure_particles
  - particle_statistics
  - sweep: {over: threshold.intervals.solid.0, values: [140, 160], steps: [phase_fractions]}
compare: {by: cycle}
"""


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "tables").iterdir())}


def test_a_second_run_calls_nothing_and_gives_the_same_bytes(traces: Path, load: Load):
    first = vt.study.run(load(CHAIN))
    before, calls = bytes_of(first.folder), list(made_up.CALLS)
    second = vt.study.run(load(CHAIN))
    assert calls == made_up.CALLS
    assert bytes_of(second.folder) == before
    assert all(step["cached"] for step in second.provenance["steps"])


def test_a_changed_parameter_reruns_what_depends_on_it_and_nothing_else(traces: Path, load: Load):
    vt.study.run(load(CHAIN))
    made_up.CALLS.clear()
    results = vt.study.run(load(CHAIN.replace("above: 1", "above: 2")))
    assert made_up.CALLS == ["find_peak"] * 3
    assert {step["name"]: step["cached"] for step in results.provenance["steps"]} == {"scale": True, "find_peak": False}


def test_a_changed_file_reruns_its_scan_only(traces: Path, load: Load):
    vt.study.run(load(CHAIN))
    made_up.CALLS.clear()
    (traces / "b.csv").write_text("0\n9\n0\n")
    results = vt.study.run(load(CHAIN))
    assert made_up.CALLS == ["scale", "find_peak"]
    assert results.tables()["find_peak"].frame.height.tolist() == [9.0, 27.0, 36.0]


def test_a_new_version_of_a_step_expires_its_results(traces: Path, write_study: Callable[[str], Path]):
    path = write_study(CHAIN)
    vt.study.run(vt.study.load(path, steps=made_up.STEP_TABLE, sources=made_up.SOURCE_TABLE))
    made_up.CALLS.clear()
    newer = {**made_up.STEP_TABLE, "find_peak": Step("find_peak", made_up.find_peak, kind="peak", version=2)}
    vt.study.run(vt.study.load(path, steps=newer, sources=made_up.SOURCE_TABLE))
    assert made_up.CALLS == ["find_peak"] * 3


def test_what_scans_set_differently_reaches_their_step(traces: Path, load: Load):
    text = CHAIN.replace("b.csv, as: trace", "b.csv, as: trace, set: {scale.factor: 10}")
    assert vt.study.run(load(text)).tables()["find_peak"].frame.height.tolist() == [9.0, 60.0, 36.0]


def test_results_of_a_step_that_is_gone_are_removed(traces: Path, load: Load):
    folder = vt.study.run(load(CHAIN)).folder
    assert (folder / "tables" / "find_peak.csv").exists()
    vt.study.run(load(SCANS + "pipeline:\n  - scale: {factor: 3}\n"))
    assert sorted(path.name for path in (folder / "tables").iterdir()) == ["columns.json"]
    assert sorted(path.name for path in (folder / "store" / "a").iterdir()) == ["scale.zarr"]


def test_a_damaged_entry_of_the_store_is_made_again(traces: Path, load: Load):
    folder = vt.study.run(load(CHAIN)).folder
    before = bytes_of(folder)
    (folder / "store" / "a" / "find_peak.parquet").write_bytes(b"PAR1 no more")
    (folder / "store" / "b" / "scale.zarr" / "zarr.json").write_text("{")
    vt.study.run(load(CHAIN))
    assert bytes_of(folder) == before


def test_two_runs_on_one_folder_do_not_mix(traces: Path, load: Load):
    study = load(CHAIN)
    study.results_folder.mkdir()
    with FileLock(study.results_folder / ".lock"), pytest.raises(ResultsFolderError, match="another run is working in"):
        vt.study.run(study)
    vt.study.run(study)


def test_a_results_folder_that_is_a_file_is_refused(traces: Path, load: Load):
    (traces / "taken").write_text("x")
    with pytest.raises(ResultsFolderError, match=r"cannot write in the results folder .*--results FOLDER"):
        vt.study.run(load(CHAIN), folder=traces / "taken")


@pytest.mark.skipif(os.name != "posix", reason="permissions of folders are those of POSIX")
def test_a_results_folder_that_is_not_writable_is_refused(traces: Path, load: Load):
    if os.geteuid() == 0:
        # the administrator may write anywhere, except where the system itself forbids it
        folder = Path("/proc/voltome-results")
    else:
        (traces / "locked").mkdir(mode=0o500)
        folder = traces / "locked" / "results"
    with pytest.raises(ResultsFolderError, match=r"cannot write in the results folder .*--results FOLDER"):
        vt.study.run(load(CHAIN), folder=folder)


def test_a_step_that_would_not_fit_in_memory_is_refused_before_it_starts(
    spheres: Path, write_study: Callable[[str], Path]
):
    table = {**made_up.STEP_TABLE, "attenuation": Step("attenuation", made_up.attenuation, bytes_per_voxel=1e12)}
    text = "study: x\nscans:\n  first: {source: first.tif}\npipeline:\n  - attenuation\n"
    with pytest.raises(
        MemoryEstimateError, match=r"needs about 13824000\.0 GB .* largest cube that fits is about \d+\^3"
    ):
        vt.study.run(vt.study.load(write_study(text), steps=table))


def test_a_folder_without_a_finished_run_says_so(tmp_path: Path):
    with pytest.raises(MissingFileError, match="there is no results folder"):
        vt.study.load_results(tmp_path / "nowhere")
    with pytest.raises(ResultsFolderError, match="holds no finished run"):
        vt.study.load_results(tmp_path)
    (tmp_path / "provenance.json").write_text("{")
    with pytest.raises(ResultsFolderError, match="is damaged"):
        vt.study.load_results(tmp_path)


def test_the_provenance_says_where_every_number_comes_from(traces: Path, load: Load):
    provenance = vt.study.run(load(CHAIN)).provenance
    assert provenance["study"] == "Traces"
    assert provenance["study_file"] == CHAIN
    assert [entry["scan"] for entry in provenance["inputs"]] == ["a", "b", "c"]
    assert all(len(entry["sha256"]) == 64 for entry in provenance["inputs"])
    step = next(entry for entry in provenance["steps"] if entry["name"] == "find_peak")
    assert step["parameters"] == {"above": 1.0}
    assert step["inputs"] == {"trace": "a/scale"}
    assert provenance["decisions"][0]["meaning"] == "the height above which a peak counts"
    assert provenance["simulated"] == []
    assert provenance["packages"]["numpy"]


def test_progress_is_told_for_every_step(traces: Path, load: Load):
    events = []
    vt.study.run(load(CHAIN), progress=events.append)
    told = [event.task for event in events]
    assert [task for task in told if "scale" in task] == ["a: scale", "b: scale", "c: scale"]
    assert events[-1].done == events[-1].total
    events.clear()
    vt.study.run(load(CHAIN), progress=events.append)
    assert {event.note for event in events if "scale" in event.task} == {"cached"}


def test_the_memory_of_a_large_step_is_told_before_it(spheres: Path, write_study: Callable[[str], Path]):
    table = {**made_up.STEP_TABLE, "attenuation": Step("attenuation", made_up.attenuation, bytes_per_voxel=5e4)}
    text = "study: x\nscans:\n  first: {source: first.tif}\npipeline:\n  - attenuation\n"
    events = []
    vt.study.run(vt.study.load(write_study(text), steps=table), progress=events.append)
    # 24^3 voxels of 50,000 bytes each
    assert "first: attenuation takes about 0.7 GB" in [event.note for event in events]


def test_the_first_compilation_of_kernels_has_its_own_line(spheres: Path, load: Load, monkeypatch: pytest.MonkeyPatch):
    events = []
    text = "study: x\nscans: {first: {source: first.tif}}\npipeline: [otsu: {phases: [pore, solid]}, phase_fractions]\n"
    monkeypatch.setattr("voltome.study.step.compiled_before", lambda module: False)
    vt.study.run(load(text), progress=events.append)
    told = [event.note for event in events if "compiling" in event.note]
    assert told == ["first: phase_fractions: compiling its kernels, once on this machine"]


def test_a_source_can_be_read_again_from_its_results(spheres: Path, load: Load):
    results = vt.study.run(load(BALLS))
    volume = results.load(results.find(scan="first", name="source")[0])
    assert isinstance(volume, vt.data.Volume)
    (spheres / "first.tif").unlink()
    with pytest.raises(MissingFileError):
        results.load(results.find(scan="first", name="source")[0])


def environment() -> dict[str, str]:
    """Let a process have the voltome of the tests, wherever it starts."""
    return {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(Path(vt.__file__).parents[1])}


def start(folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "voltome", "run", "study.yaml"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment(),
        preexec_fn=heed_interrupts,
    )


def heed_interrupts() -> None:
    """Heed SIGINT as a program in a terminal does: tests that run in the background hand down that it is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is of POSIX")
def test_a_run_that_was_killed_goes_on_and_ends_with_the_same_bytes(spheres: Path, write_study: Callable[[str], Path]):
    """Killed at three points: in the first step, in the middle, and while the tables are written."""
    study = vt.study.load(write_study(BALLS))
    expected = bytes_of(vt.study.run(study, folder=spheres / "undisturbed").folder)
    for moment in ("first: median", "second: threshold", "] tables"):
        with start(spheres) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if moment in line:
                    process.send_signal(signal.SIGKILL)
                    break
        assert process.returncode == -signal.SIGKILL
    results = vt.study.run(study)
    assert bytes_of(results.folder) == expected
    cached = {(step["scans"][0], step["name"]): step["cached"] for step in results.provenance["steps"]}
    assert cached["first", "median"], "what was finished before the kill is not made again"
    leftovers = [path.name for path in results.folder.rglob("*") if path.name.startswith(".") and path.name != ".lock"]
    assert leftovers == []


REMOUNTED = """\
study: Remounted
scans:
  uncycled: {source: uncycled.tif, cycle: 0}
  cycled: {source: cycled.tif, cycle: 10}
pipeline:
  - align: {to: uncycled, region: {box_um: [[11, 20], [null, null], [null, null]]}}
  - level: {collector: [190, null], like: uncycled/align}
  - threshold: {intervals: {sulfur: [95, 145]}, rest: pore}
  - phase_fractions
  - states: {phase: sulfur}
compare: {by: cycle}
"""

KILLED = """
import os, signal, sys
import voltome as vt
from voltome.study.store import Store
def killed(self, output, *given, save=Store.save):
    if f"{output.ref.scan}/{output.ref.name}" == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)
    return save(self, output, *given)
Store.save = killed
vt.study.run(vt.study.load("study.yaml"))
"""
"""Ends its own process when a certain noun is about to be stored."""


def scan_twice(folder: Path) -> None:
    """Write a made-up cell on a collector, scanned before and after it was turned by 9 degrees."""
    shape = (36, 40, 40)
    cell = remounted.cell(shape, fibre_layer_um=(10, 21), fibres=40, particles=60, seed=1)
    turned = remounted.motion(9.0, shift_um=(0.6, -1.2, 1.4), centre_um=(18, 20, 20))
    centres = np.stack(np.meshgrid(*(np.arange(count) + 0.5 for count in shape), indexing="ij"), axis=-1)
    for name, to, seed in (("uncycled", vt.data.Transform((0, 0, 0)), 1), ("cycled", turned, 2)):
        grey = remounted.scan(cell.moved(to), shape, seed=seed)
        height = to.inverse().apply(centres)[..., 0]
        vt.io.write(grey.derive("on steel", values=np.where(height < 10, 220, grey.values)), folder / f"{name}.tif")


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is of POSIX")
def test_a_killed_run_of_steps_across_scans_goes_on_and_ends_with_the_same_bytes(
    tmp_path: Path, write_study: Callable[[str], Path]
):
    """Killed between the results of one step, between two scans that one plane levels, and before the states."""
    scan_twice(tmp_path)
    study = vt.study.load(write_study(REMOUNTED))
    undisturbed = vt.study.run(study, folder=tmp_path / "undisturbed")
    expected = bytes_of(undisturbed.folder)
    assert {"align-motions.csv", "phase_fractions.csv", "comparison-phase_fractions.csv"} <= set(expected)
    stored = tmp_path / "study-results" / "store"
    for moment in ("cycled/align", "cycled/level", "all scans/states"):
        command = [sys.executable, "-c", KILLED, moment]
        done = subprocess.run(command, cwd=tmp_path, env=environment(), check=False, capture_output=True)
        assert done.returncode == -signal.SIGKILL, done.stderr
        assert not list(stored.glob(f"{moment}*"))
    results = vt.study.run(study)
    assert bytes_of(results.folder) == expected
    made = {step["name"] for step in results.provenance["steps"] if not step["cached"]}
    assert made == {"states"}, "what was finished before the last kill is not made again"
    for name in ("align", "level"):
        one, other = (run.load(run.find(scan="cycled", name=name)[0]) for run in (undisturbed, results))
        assert np.array_equal(one.values, other.values)


@pytest.mark.skipif(os.name != "posix", reason="SIGINT is of POSIX")
def test_a_run_that_is_interrupted_says_that_nothing_is_lost(spheres: Path, write_study: Callable[[str], Path]):
    write_study(BALLS)
    with start(spheres) as process:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if "first: threshold" in line:
                process.send_signal(signal.SIGINT)
    assert process.returncode == 130
    assert "interrupted; what was finished is kept" in said
    assert "Traceback" not in said


def test_a_report_is_not_written_while_a_run_works(spheres: Path, load: Load):
    results = vt.study.run(load(BALLS))
    with FileLock(results.folder / ".lock"), pytest.raises(ResultsFolderError, match="another run is working in"):
        vt.report.write(results)


def test_a_cached_run_of_images_reads_and_computes_nothing(spheres: Path, load: Load, monkeypatch: pytest.MonkeyPatch):
    first = vt.study.run(load(BALLS))
    before = bytes_of(first.folder)

    def refuse(*_: object) -> None:
        pytest.fail("a cached run did some work")

    monkeypatch.setattr("voltome.study.running.perform", refuse)
    second = vt.study.run(load(BALLS))
    assert all(step["cached"] for step in second.provenance["steps"])
    assert bytes_of(second.folder) == before


def test_the_parts_of_a_sweep_are_no_results_of_their_own(spheres: Path, load: Load):
    results = vt.study.run(load(BALLS))
    fractions = [noun.name for noun in results.find(scan="first", kind="phase_fractions")]
    assert fractions == ["phase_fractions"]
    assert [noun.name for noun in results.find(scan="first", kind="sweep")] == ["sweep-phase_fractions"]


def test_columns_json_says_what_every_column_means(spheres: Path, load: Load):
    folder = vt.study.run(load(BALLS)).folder
    meanings = json.loads((folder / "tables" / "columns.json").read_text())
    described = meanings["phase_fractions"]["columns"]["fraction"]
    assert described["unit"] == "1"
    assert described["meaning"]
    for name, table in meanings.items():
        header = (folder / "tables" / f"{name}.csv").read_text().splitlines()[0].split(",")
        assert header == list(table["columns"])

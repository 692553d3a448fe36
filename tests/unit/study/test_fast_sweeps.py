"""The faster path of a sweep gives what the general path gives: tables, keys of the cache, errors."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import made_up
import numpy as np
import pytest
from pandas.testing import assert_frame_equal
from scipy.ndimage import gaussian_filter

import voltome as vt
from voltome.errors import PhaseError
from voltome.morphology import sweeps
from voltome.study import STEPS, Results, Study
from voltome.study.step import FastSweep

SLOW = {name: replace(step, sweeps={}) for name, step in STEPS.items()}
STUDY = """\
study: x
scans: {first: {source: scan.tif}}
pipeline:
  - threshold: {intervals: {solid: [100, null], binder: [80, 99]}, rest: pore}
  - sweep:
      over: threshold.intervals.solid.0
      values: [100, 104, 110]
      steps: [phase_fractions, surface_area: {phase: solid}, phase_profile, surface_area: {name: faces, phase: pore, estimator: faces}]
"""  # noqa: E501


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Write a scan, and note which fast paths are taken."""
    field = gaussian_filter(np.random.default_rng(0).standard_normal((10, 11, 12)), 1.0)
    vt.io.write(vt.data.Volume((field * 100 + 100).astype(np.uint16), voxel_size_um=0.5), tmp_path / "scan.tif")
    taken: list[str] = []
    for name in ("phase_fractions_over_thresholds", "surface_areas_over_thresholds"):
        monkeypatch.setattr(sweeps, name, noted(getattr(sweeps, name), name, taken))
    monkeypatch.setattr("voltome.study.step._resolve", lambda function: resolved(function))
    return taken


def resolved(function: str | Callable) -> Callable:
    """Import without a cache, so that what a test has replaced is found."""
    import importlib

    if not isinstance(function, str):
        return function
    room, _, name = function.partition(":")
    return getattr(importlib.import_module(f"voltome.{room}"), name)


def noted(function: Callable, name: str, taken: list[str]) -> Callable:
    def call(volume, *, variants, **parameters):
        taken.append(f"{name} {len(variants)}")
        return function(volume, variants=variants, **parameters)

    return call


def run(tmp_path: Path, text: str, *, fast: bool, folder: str | None = None) -> Results:
    (tmp_path / "study.yaml").write_text(text)
    study: Study = vt.study.load(tmp_path / "study.yaml", steps=STEPS if fast else SLOW)
    return vt.study.run(study, folder=tmp_path / (folder or ("fast" if fast else "slow")))


def steps_of(results: Results) -> list[tuple]:
    return [(s["name"], s["step"], s["key"], s["parameters"], s["inputs"]) for s in results.provenance["steps"]]


def test_both_paths_give_the_same_tables_from_the_same_keys(tmp_path, calls):
    slow = run(tmp_path, STUDY, fast=False)
    assert calls == []
    fast = run(tmp_path, STUDY, fast=True)
    assert calls == [
        f"{name} 3" for name in ("phase_fractions_over_thresholds", *["surface_areas_over_thresholds"] * 2)
    ]
    assert steps_of(fast) == steps_of(slow)
    assert list(fast.tables()) == list(slow.tables())
    for name, table in fast.tables().items():
        other = slow.tables()[name]
        assert_frame_equal(table.frame, other.frame, check_exact=True)
        assert (table.columns, table.kind, table.method) == (other.columns, other.kind, other.method)
        assert (table.measured_on, table.history) == (other.measured_on, other.history)


def test_what_one_path_has_stored_the_other_uses(tmp_path, calls):
    run(tmp_path, STUDY, fast=False, folder="both")
    again = run(tmp_path, STUDY, fast=True, folder="both")
    assert calls == []
    assert all(step["cached"] for step in again.provenance["steps"] if not step["step"].startswith("read"))


def test_a_longer_sweep_measures_only_the_new_values(tmp_path, calls):
    run(tmp_path, STUDY, fast=True)
    calls.clear()
    run(tmp_path, STUDY.replace("110]", "110, 112]"), fast=True)
    assert {call.rpartition(" ")[2] for call in calls} == {"1"}


def test_a_value_that_cannot_be_is_the_same_error_and_the_values_before_it_are_kept(tmp_path, calls):
    text = STUDY.replace("110]", "9999, 110]")
    with pytest.raises(PhaseError) as slow:
        run(tmp_path, text, fast=False)
    with pytest.raises(PhaseError) as fast:
        run(tmp_path, text, fast=True)
    assert str(fast.value) == str(slow.value)
    assert fast.value.__notes__ == slow.value.__notes__
    assert "first: threshold@sweep-3" in fast.value.__notes__[0]
    stored = sorted(path.name for path in (tmp_path / "fast" / "store" / "first").iterdir())
    assert stored == sorted(path.name for path in (tmp_path / "slow" / "store" / "first").iterdir())


def test_steps_between_and_other_estimators_take_the_general_path(tmp_path, calls):
    text = STUDY.partition("  - sweep")[0] + (
        "  - open_phase: {phase: solid, radius_um: 0.5, rest: pore}\n"
        "  - sweep: {over: threshold.intervals.solid.0, values: [100, 104], steps: [phase_fractions]}\n"
    )
    run(tmp_path, text, fast=True)
    marching = STUDY.replace("estimator: faces", "estimator: marching_cubes")
    run(tmp_path, marching, fast=True)
    assert calls == ["phase_fractions_over_thresholds 3", "surface_areas_over_thresholds 3"]


def test_a_fast_path_that_gives_up_leaves_the_rest_to_the_general_path(traces, load):
    def first_only(trace, *, variants, above):
        yield made_up.find_peak(made_up.scale(trace, **variants[0]), above=above)
        raise PhaseError("no more")

    table = made_up.STEP_TABLE
    text = "study: x\nscans:\n  a: {source: a.csv, as: trace}\npipeline:\n  - scale: {factor: 3}\n"
    text += "  - sweep: {over: scale.factor, values: [1, 2, 4], steps: [find_peak]}\n"
    study = load(text)
    slow = vt.study.run(study, folder=traces / "slow").tables()["sweep-find_peak"]
    steps = {**table, "find_peak": replace(table["find_peak"], sweeps={"scale": FastSweep(first_only)})}
    fast = vt.study.load(traces / "study.yaml", steps=steps, sources=made_up.SOURCE_TABLE)
    assert_frame_equal(vt.study.run(fast, folder=traces / "fast").tables()["sweep-find_peak"].frame, slow.frame)

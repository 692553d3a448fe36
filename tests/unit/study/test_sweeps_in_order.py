"""A sweep whose values begin at each other's results is made whole, in order, and gives the same bytes when resumed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import made_up
import pytest

import voltome as vt
from voltome.study import Results, StepTable
from voltome.study.step import FastSweep

STUDY = """\
study: x
scans:
  a: {source: a.csv, as: trace}
pipeline:
  - scale: {factor: 3}
  - sweep: {over: scale.factor, values: [1, 2, 4], steps: [find_peak]}
"""


def growing(trace: made_up.Trace, *, variants: list[Mapping[str, Any]], above: float) -> Iterator[made_up.Peak]:
    """Yield peaks that hang on those before them by a little, as a solver that begins at the last solution does."""
    made_up.CALLS.append(f"growing {len(variants)}")
    before = 0.0
    for variant in variants:
        peak = made_up.find_peak(made_up.scale(trace, **variant), above=above)
        before = peak.height + 1e-6 * before
        yield made_up.Peak(before, peak.place)


@pytest.fixture
def run(traces: Path) -> Callable[..., Results]:
    find_peak = made_up.STEP_TABLE["find_peak"]
    fast = FastSweep(growing, in_order=True)
    steps: StepTable = {**made_up.STEP_TABLE, "find_peak": replace(find_peak, sweeps={"scale": fast})}

    def run_study(text: str = STUDY, folder: str = "results") -> Results:
        made_up.CALLS.clear()
        (traces / "study.yaml").write_text(text)
        study = vt.study.load(traces / "study.yaml", steps=steps, sources=made_up.SOURCE_TABLE)
        return vt.study.run(study, folder=traces / folder)

    return run_study


def heights(results: Results) -> list[float]:
    return list(results.tables()["sweep-find_peak"].frame.height)


def grown(*factors: float) -> list[float]:
    found: list[float] = []
    for factor in factors:
        found.append(3 * factor + (1e-6 * found[-1] if found else 0.0))
    return found


def test_a_sweep_that_was_cut_short_is_made_whole_again(run: Callable[..., Results], traces: Path):
    whole = run()
    assert heights(whole) == grown(1, 2, 4)
    before = (traces / "results" / "tables" / "sweep-find_peak.csv").read_bytes()
    (traces / "results" / "store" / "a" / "find_peak@sweep-3.parquet").unlink()
    assert heights(run()) == grown(1, 2, 4)
    assert "growing 3" in made_up.CALLS  # the third alone would have begun at nothing
    assert (traces / "results" / "tables" / "sweep-find_peak.csv").read_bytes() == before
    run()
    assert made_up.CALLS == []


def test_values_before_a_value_are_in_its_key(run: Callable[..., Results]):
    run()
    # 2 stood second before; begun at nothing it is another number, in its own folder and in the old one
    fewer = STUDY.replace("[1, 2, 4]", "[2, 4]")
    assert heights(run(fewer)) == heights(run(fewer, folder="new")) == grown(2, 4)


def test_a_longer_sweep_gives_what_it_gives_in_a_new_folder(run: Callable[..., Results]):
    run()
    longer = STUDY.replace("[1, 2, 4]", "[1, 2, 4, 5]")
    assert heights(run(longer)) == heights(run(longer, folder="new")) == grown(1, 2, 4, 5)
    assert "growing 4" in made_up.CALLS

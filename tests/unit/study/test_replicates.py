"""Several samples in one state: means, and the error between samples."""

from pathlib import Path

import numpy as np
import pytest

import voltome as vt
from voltome.study import Results

STUDY = """
study: Three cells in two states
scans:
{scans}
pipeline:
  - threshold: {{intervals: {{sulfur: [128, null]}}, rest: pore}}
  - phase_fractions
  - phase_profile: {{axis: z}}
compare: {{by: {by}}}
"""

FILLED = {"a-0": (0, 40), "b-0": (0, 50), "c-0": (0, 60), "a-10": (10, 20), "b-10": (10, 30), "single": (20, 10)}
"""Scan: its cycle, and per cent of its voxels that are sulfur."""


def results_of(folder: Path, scans: list[str], by: str = "cycle") -> Results:
    lines = []
    for name in scans:
        cycle, filled = FILLED[name]
        values = np.zeros(1000, np.uint8)
        values[: 10 * filled] = 255
        vt.io.write(vt.data.Volume(values.reshape(10, 10, 10), voxel_size_um=1), folder / f"{name}.tif")
        lines.append(f"  {name}: {{source: {name}.tif, cycle: {cycle}}}")
    (folder / "study.yaml").write_text(STUDY.format(scans="\n".join(lines), by=by))
    return vt.study.run(vt.study.load(folder / "study.yaml"))


def test_means_and_errors_are_those_between_the_samples(tmp_path: Path) -> None:
    table = results_of(tmp_path, ["a-0", "b-0", "c-0", "a-10", "b-10"]).tables()["replicates-phase_fractions"]
    rows = table.frame.set_index(["cycle", "phase"]).xs("sulfur", level="phase")
    assert rows["samples"].tolist() == [3, 2]
    assert rows["fraction"].tolist() == pytest.approx([0.5, 0.25])
    # standard deviations 0.1 and 0.0707, over the root of 3 and 2
    assert rows["fraction_standard_error"].tolist() == pytest.approx([0.1 / 3**0.5, 0.05])
    assert rows["change_of_fraction"].tolist() == pytest.approx([0.0, -0.25])
    assert rows["change_of_fraction_standard_error"].tolist() == pytest.approx([0.0, (0.01 / 3 + 0.0025) ** 0.5])
    assert table.column("volume_standard_error_um3").of == "volume_um3"
    assert table.warnings == ()


def test_there_is_no_comparison_with_one_sample_beside_it(tmp_path: Path) -> None:
    tables = results_of(tmp_path, ["a-0", "b-0", "a-10", "b-10"]).tables()
    assert "comparison-phase_fractions" not in tables
    assert "replicates-phase_profile" not in tables, "a profile is compared by its figure"


def test_without_replicates_scans_are_compared_as_before(tmp_path: Path) -> None:
    tables = results_of(tmp_path, ["a-0", "a-10"]).tables()
    assert "comparison-phase_fractions" in tables
    assert not any(name.startswith("replicates") for name in tables)
    (tmp_path / "by-scan").mkdir()
    assert "comparison-phase_fractions" in results_of(tmp_path / "by-scan", ["a-0", "b-0"], by="scan").tables()


def test_a_state_with_one_sample_is_left_out_and_said(tmp_path: Path) -> None:
    table = results_of(tmp_path, ["a-0", "b-0", "a-10", "b-10", "single"]).tables()["replicates-phase_fractions"]
    assert set(table.frame["cycle"]) == {0, 10}
    assert table.warnings == (
        "There is one sample only of cycle 20, so no error between samples: it is left out of the tables of "
        "replicates. Add a second sample.",
    )


def test_where_the_first_state_has_one_sample_there_is_no_change(tmp_path: Path) -> None:
    table = results_of(tmp_path, ["a-0", "a-10", "b-10"]).tables()["replicates-phase_fractions"]
    assert set(table.frame["cycle"]) == {10}
    assert not [column.name for column in table.columns if column.name.startswith("change_of_")]


def test_the_report_shows_them_with_their_errors(tmp_path: Path) -> None:
    results = results_of(tmp_path, ["a-0", "b-0", "c-0", "a-10", "b-10"])
    page = vt.report.write(results).read_text(encoding="utf-8")
    assert "means over the samples of each state (3, 2 samples)" in page
    assert (results.folder / "figures" / "replicates-phase_fractions.png").is_file()

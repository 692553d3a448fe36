from pathlib import Path

import finished_study
import numpy as np
import pandas as pd
import pytest

from voltome.data import Column, ResultTable
from voltome.report.drawing_thresholds import band_of, threshold_sensitivity
from voltome.report.drawn import Looked
from voltome.report.figures_sensitivity import figure_sweep
from voltome.report.key_numbers import key_numbers
from voltome.report.lines import MOST_LINES
from voltome.report.writing import write
from voltome.study import ReportOptions

OVER = "threshold.intervals.sulfur.0"
BAND = {"sweep": "sweep-phase_fractions", "table": "phase_fractions", "over": OVER, "low": 28000, "high": 32000}


@pytest.fixture
def finished(tmp_path: Path) -> finished_study.Finished:
    return finished_study.finished(tmp_path, {"uncycled": 0, "cycled": 10})


def test_a_key_number_has_the_range_over_its_sweep(finished):
    bands = [{**BAND, "scan": scan} for scan in finished.scans]
    tables = finished.combined
    (number,) = [n for n in key_numbers(tables, by="cycle", bands=bands) if n.name == "fraction, sulfur"]
    assert number.choices == ["lower grey threshold of sulfur 28\u202f000 to 32\u202f000"]
    frame = tables["sweep-phase_fractions"].frame
    for scan in finished.scans:
        of_scan = frame[(frame.scan == scan) & (frame.phase == "sulfur")].fraction
        low, high = (f"{value:.4g}" for value in (of_scan.min(), of_scan.max()))
        assert number.bands[scan] == {number.choices[0]: f"{low} to {high}"}


def test_only_values_inside_the_band_count(finished):
    numbers = key_numbers(finished.combined, by="cycle", bands=[{**BAND, "scan": "cycled", "low": 30000}])
    (number,) = [n for n in numbers if n.name == "fraction, sulfur"]
    frame = finished.combined["sweep-phase_fractions"].frame
    inside = frame[(frame.scan == "cycled") & (frame.phase == "sulfur") & (frame[OVER] >= 30000)].fraction
    assert list(number.bands) == ["cycled"]
    assert list(number.bands["cycled"].values()) == [f"{inside.min():.4g} to {inside.max():.4g}"]


def test_without_a_sweep_or_where_nothing_changes_there_is_no_range(finished):
    assert all(not number.bands for number in key_numbers(finished.combined, by="cycle"))
    narrow = {**BAND, "scan": "cycled", "low": 30000, "high": 30000}
    assert all(not number.bands for number in key_numbers(finished.combined, by="cycle", bands=[narrow]))
    lost = {**BAND, "scan": "cycled", "sweep": "sweep-of-another-run"}
    assert all(not number.bands for number in key_numbers(finished.combined, by="cycle", bands=[lost]))


def test_the_page_says_the_range_and_what_was_varied(finished):
    finished.provenance["bands"] = [{**BAND, "scan": scan} for scan in finished.scans]
    page = write(finished, options=ReportOptions(renderings=False)).read_text(encoding="utf-8")
    assert '<span class="band">over lower grey threshold of sulfur 28\u202f000 to 32\u202f000</span>' in page
    assert page.count('class="band"') == 2 * 3, "for two phases what was varied, and the range of two scans"
    assert "the error does not hold this" in page


def test_a_band_narrower_than_the_sweep_is_shaded(finished):
    table = finished.combined["sweep-phase_fractions"]
    finished.provenance["bands"] = [{**BAND, "scan": "cycled"}]
    assert band_of(finished, "sweep-phase_fractions", table) is None, "it is the whole sweep"
    finished.provenance["bands"] = [{**BAND, "scan": scan, "high": 30000} for scan in finished.scans]
    band = band_of(finished, "sweep-phase_fractions", table)
    assert band == (28000, 30000)
    shaded = [patch for axis in figure_sweep(table, band=band).axes for patch in axis.patches]
    assert {(patch.get_x(), patch.get_width()) for patch in shaded} == {(28000, 2000)}
    finished.provenance["bands"][0]["high"] = 31000
    assert band_of(finished, "sweep-phase_fractions", table) is None, "the scans differ"


def sensitivity(scans: int) -> ResultTable:
    columns = (
        Column("scan", "", "Name of the scan.", "key"),
        Column("threshold", "1", "The end of the interval.", "position"),
        Column("fraction", "1", "Volume fraction."),
    )
    frame = pd.DataFrame(
        {
            "scan": np.repeat([f"s{number}" for number in range(scans)], 3),
            "threshold": np.tile([10.0, 20.0, 30.0], scans),
            "fraction": np.linspace(1, 0, 3 * scans),
        }
    )
    return ResultTable(frame, columns=columns, kind="threshold_sensitivity", method="counted")


def test_a_phase_against_its_threshold_is_drawn():
    (drawn,) = threshold_sensitivity("threshold_sensitivity", sensitivity(2), Looked())
    assert drawn.section == "sensitivity"
    assert drawn.caption == (
        "Threshold sensitivity. How much of the phase there is against its threshold. Method: counted."
    )
    (axes,) = drawn.figure.axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("threshold", "fraction")


def test_too_many_lines_are_a_remark():
    looked = Looked()
    assert list(threshold_sensitivity("threshold_sensitivity", sensitivity(MOST_LINES + 1), looked)) == []
    assert "too many to draw" in looked.remarks[0]

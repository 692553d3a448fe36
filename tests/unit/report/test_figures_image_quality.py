"""The correlation of two halves against frequency: its lines, thresholds and words."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

import voltome as vt
from voltome.errors import ValuesError
from voltome.report import figure_shell_correlation
from voltome.report.drawing_kinds import FIGURES_OF_KINDS
from voltome.report.drawn import Looked


def table(noise: float) -> vt.data.ResultTable:
    random = np.random.default_rng(0)
    signal = np.cumsum(np.cumsum(random.normal(size=(1, 32, 32)), axis=1), axis=2)
    one, other = (vt.data.Volume(signal + noise * each, voxel_size_um=1) for each in random.normal(size=(2, 1, 32, 32)))
    return vt.reconstruction.fourier_shell_correlation(one, other=other)


def of_two_scans() -> vt.data.ResultTable:
    tables = {"fine": table(1), "coarse": table(30)}
    frames = [each.frame.assign(scan=scan) for scan, each in tables.items()]
    columns = (vt.data.Column("scan", "", "Name of the scan.", "key"), *tables["fine"].columns)
    frame = pd.concat(frames)[[column.name for column in columns]]
    return dataclasses.replace(tables["fine"], frame=frame, columns=columns)


def test_one_scan_is_drawn_with_both_thresholds_and_periods_above() -> None:
    figure = figure_shell_correlation(table(3))
    axis = figure.axes[0]
    assert [text.get_text() for text in figure.legends[0].texts] == ["correlation", "half a bit", "0.143"]
    assert axis.get_xlim() == (0, pytest.approx(0.5))
    above = axis.child_axes[0]
    assert [text.get_text() for text in above.get_xticklabels()] == ["8", "4", "2.67", "2"]


def test_scans_have_a_line_each_and_the_caption_says_their_resolution() -> None:
    both = of_two_scans()
    figure = figure_shell_correlation(both)
    assert [text.get_text() for text in figure.legends[0].texts] == ["fine", "coarse"]
    (drawn,) = FIGURES_OF_KINDS["fourier_shell_correlation"]("resolution", both, Looked())
    assert "fine: " in drawn.caption
    assert "coarse: " in drawn.caption
    assert "µm by half a bit" in drawn.caption


def test_halves_without_anything_in_common_have_no_resolution() -> None:
    one = table(1)
    none = dataclasses.replace(one, frame=one.frame.assign(half_bit_resolution_um=np.inf))
    (drawn,) = FIGURES_OF_KINDS["fourier_shell_correlation"]("resolution", none, Looked())
    assert "none by half a bit" in drawn.caption


def test_a_table_of_another_kind_or_without_rows_is_refused() -> None:
    one = table(1)
    with pytest.raises(ValuesError, match="the table has the kind 'other'; expected rows of kind"):
        figure_shell_correlation(dataclasses.replace(one, kind="other"))
    with pytest.raises(ValuesError, match="the table has no rows"):
        figure_shell_correlation(dataclasses.replace(one, frame=one.frame.iloc[:0]))

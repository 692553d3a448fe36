from __future__ import annotations

import numpy as np
import pytest

import voltome as vt
from voltome.data import Column, ResultTable
from voltome.errors import GeometryError, ValuesError
from voltome.report.drawing_centring import draw_nothing, draw_rotation_axis
from voltome.report.drawn import Looked
from voltome.report.figures_centring import figure_axis_candidates, figure_rotation_axis

ANGLES = np.arange(0, 180, 3.0)


def scan() -> vt.data.Projections:
    places = 30 + 14 * np.cos(np.deg2rad(ANGLES - 30))
    seen = np.exp(-(((np.arange(64) - places[:, None, None]) / 4) ** 2)).astype(np.float32).repeat(3, axis=1)
    return vt.data.Projections(seen, angles_deg=ANGLES, geometry=vt.data.ParallelBeam(1), kind="absorbance")


def of_scan(table: ResultTable, name: str) -> ResultTable:
    columns = (Column("scan", "", "Name of the scan.", "key"), *table.columns)
    frame = table.frame.assign(scan=name)[[column.name for column in columns]]
    return ResultTable(frame, columns=columns, kind=table.kind)


def test_every_method_has_its_line_and_the_result_its_shade():
    table = vt.projections.find_rotation_axis(scan())
    (axis,) = figure_rotation_axis(table).axes
    assert [label.get_text() for label in axis.get_yticklabels()] == ["fourier", "pairs", "sharpness"]
    low, high = axis.get_xlim()
    assert low < table.frame.rotation_axis_px[0] < high


def test_the_caption_says_the_axis_and_a_given_one_is_not_drawn():
    found = of_scan(vt.projections.find_rotation_axis(scan(), method="fourier"), "powder")
    (drawn,) = draw_rotation_axis("rotation_axis", found, Looked())
    assert drawn.name == "rotation-axis-rotation_axis-powder"
    assert "powder: rotation axis. Line and shade: the result, column 30.0" in drawn.caption
    given = vt.projections.set_rotation_axis(scan(), rotation_axis_px=30.0).rotation_axis
    assert list(draw_rotation_axis("rotation_axis", of_scan(given, "powder"), Looked())) == []


def test_candidates_have_a_slice_each_and_their_scores():
    sheet = vt.projections.axis_candidates(scan(), around_px=30, candidates=11)
    figure = figure_axis_candidates(sheet.axis_candidates, sheet.candidate_scores)
    titles = [axis.get_title() for axis in figure.axes[:-1]]
    assert titles == [f"column {column:.2f}" for column in range(26, 35)]
    assert len(figure.axes[-1].lines) == 3
    assert list(draw_nothing("candidate_scores", sheet.candidate_scores, Looked())) == []


def test_other_tables_and_slices_are_refused():
    sheet = vt.projections.axis_candidates(scan(), around_px=30, candidates=3)
    with pytest.raises(ValuesError, match="expected rows of kind 'rotation_axis'"):
        figure_rotation_axis(sheet.candidate_scores)
    with pytest.raises(ValuesError, match="expected rows of kind 'axis_candidates'"):
        figure_axis_candidates(sheet.axis_candidates, vt.projections.find_rotation_axis(scan(), method="fourier"))
    fewer = vt.data.Volume(sheet.axis_candidates.values[:2], voxel_size_um=1)
    with pytest.raises(GeometryError, match="2 slices and 3 rows"):
        figure_axis_candidates(fewer, sheet.candidate_scores)

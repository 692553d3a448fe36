"""Figures of connectivity, correlation and confidence, and the settled edge."""

import numpy as np
import pandas as pd
import pytest

import voltome as vt
from voltome.data import Column, ResultTable
from voltome.errors import ValuesError
from voltome.report import figure_confidence, figure_connectivity, figure_correlation, figure_subvolumes
from voltome.report.drawing_trust import draw_confidence, draw_connectivity, draw_correlation, settled_in_words
from voltome.report.drawn import Looked
from voltome.report.key_numbers import key_numbers

SCAN = Column("scan", "", "Scan.", "key")


def of_scans(table: ResultTable, names: list[str]) -> ResultTable:
    """Return the table once for each scan."""
    frame = pd.concat([table.frame.assign(scan=name) for name in names], ignore_index=True)
    frame = frame[["scan", *(column.name for column in table.columns)]]
    return ResultTable(frame, columns=(SCAN, *table.columns), kind=table.kind, method=table.method)


@pytest.fixture(scope="module")
def tables() -> dict[str, ResultTable]:
    labels = (np.random.default_rng(0).random((14, 14, 14)) < 0.4).astype(np.uint8)
    image = vt.data.PhaseImage(labels, voxel_size_um=1, phases={0: "solid", 1: "pore"})
    return {
        "connectivity": vt.morphology.connectivity(image, phase="pore"),
        "correlation": vt.morphology.two_point_correlation(image, phase="pore", maximum_um=5),
        "confidence": vt.morphology.fraction_confidence(image, phase="pore"),
    }


FIGURES = {"connectivity": figure_connectivity, "correlation": figure_correlation, "confidence": figure_confidence}


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("scans", [[], ["a", "b"], ["a", "b", "c", "d", "e"]])
def test_every_axis_is_named_for_one_scan_and_for_several(tables, name, scans):
    table = of_scans(tables[name], scans) if scans else tables[name]
    figure = FIGURES[name](table)
    for axis in figure.axes:
        assert axis.get_xlabel()
        assert axis.get_ylabel()
    assert len(figure.axes) == (1 if not scans or name == "confidence" else {"connectivity": 3, "correlation": 4}[name])


@pytest.mark.parametrize("name", FIGURES)
def test_a_table_of_another_kind_is_refused(tables, name):
    other = tables["confidence" if name != "confidence" else "connectivity"]
    with pytest.raises(ValuesError, match="nothing"):
        FIGURES[name](other)


def test_bars_are_stacked_to_100_percent(tables):
    axis = figure_connectivity(tables["connectivity"]).axes[0]
    assert sum(bar.get_height() for bar in axis.patches) == pytest.approx(300)
    assert [tick.get_text() for tick in axis.get_xticklabels()] == ["z", "y", "x"]


def test_captions_say_what_is_drawn(tables):
    (one,) = draw_connectivity("connectivity", tables["connectivity"], Looked())
    assert "share of its volume in components that reach both faces of the sample" in one.caption
    assert "6 neighbours" in one.caption
    (two,) = draw_correlation("two_point_correlation", tables["correlation"], Looked())
    assert "Dotted: the fraction" in two.caption
    assert "Integral range:" in two.caption
    (several,) = draw_correlation("two_point_correlation", of_scans(tables["correlation"], ["a", "b"]), Looked())
    assert "(a) and" in several.caption
    assert not list(draw_confidence("fraction_confidence", tables["confidence"], Looked()))  # one number is no figure
    (three,) = draw_confidence("x", of_scans(tables["confidence"], ["a", "b"]), Looked())
    assert "probability of 95 %" in three.caption


def test_key_numbers_say_the_shares_and_the_interval(tables):
    names = [number.name for number in key_numbers(tables)]
    assert "percolating fraction, pore, z" in names
    assert any(name.startswith("fraction low, pore") for name in names)
    assert not any("components" in name for name in names)


def cubes(nested: bool) -> ResultTable:
    columns = (
        Column("edge_um", "um", "Edge.", "position"),
        Column("nested", "1", "Whether it grows.", "flag"),
        Column("phase", "", "Phase.", "key"),
        Column("fraction", "1", "Fraction."),
    )
    rows = [(edge, False, "pore", 0.5 + 0.01 * n) for edge in (10.0, 20.0) for n in range(3)]
    rows += [(10.0, True, "pore", 0.9)] if nested else []
    frame = pd.DataFrame(rows, columns=[column.name for column in columns])
    return ResultTable(frame, columns=columns, kind="subvolumes")


def settled(edge: float | None) -> ResultTable:
    columns = (
        Column("phase", "", "Phase.", "key"),
        Column("measure", "", "Measure.", "key"),
        Column("edge_um", "um", "Edge."),
    )
    rows = [] if edge is None else [("pore", "fraction", edge), ("solid", "fraction", 99.0)]
    frame = pd.DataFrame(rows, columns=[column.name for column in columns]).astype({"edge_um": "float64"})
    warnings = ("Not settled.",) if edge is None else ()
    return ResultTable(frame, columns=columns, kind="settling", warnings=warnings)


def test_where_a_measure_settles_is_a_vertical_line():
    without = figure_subvolumes(cubes(nested=False)).axes[0]
    axis = figure_subvolumes(cubes(nested=False), settled=settled(20.0)).axes[0]
    assert len(axis.lines) == len(without.lines) + 1
    assert 20.0 in [float(np.mean(line.get_xdata())) for line in axis.lines]
    assert "Vertical" in settled_in_words(settled(20.0), ["fraction"])
    assert "None of the drawn measures has settled" in settled_in_words(settled(None), ["fraction"])
    assert settled_in_words(None, ["fraction"]) == ""


def test_mean_and_deviation_are_of_the_disjoint_cubes():
    # the mean is the only line that goes from edge to edge
    (mean,) = [
        line for line in figure_subvolumes(cubes(nested=True)).axes[0].lines
        if len(line.get_xdata()) == 2 and line.get_marker() == "D"
    ]  # fmt: skip
    assert mean.get_ydata()[0] == pytest.approx(0.51)

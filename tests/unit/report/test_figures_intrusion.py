from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import voltome as vt
from voltome.data import Column, ResultTable
from voltome.errors import ValuesError
from voltome.report.drawing_intrusion import draw_intrusion
from voltome.report.drawn import Looked
from voltome.report.figures_intrusion import figure_intrusion


def bottle(inlet="z-", **parameters):
    """A throat of 2 x 2 voxels before a chamber of 8 x 8 x 8."""
    labels = np.zeros((16, 20, 20), np.uint8)
    labels[:6, 9:11, 9:11] = labels[6:14, 6:14, 6:14] = 1
    image = vt.data.PhaseImage(labels, voxel_size_um=1, phases={0: "solid", 1: "pore"})
    return vt.morphology.mercury_intrusion(image, phase="pore", inlet=inlet, **parameters)


def of_scans(**tables):
    """Put the tables of several scans under each other."""
    frames = [table.frame.assign(scan=scan) for scan, table in tables.items()]
    first = next(iter(tables.values()))
    columns = (Column("scan", "", "Name of the scan.", "key"), *first.columns)
    frame = pd.concat(frames, ignore_index=True)[[column.name for column in columns]]
    return ResultTable(frame, columns=columns, kind=first.kind)


def test_both_curves_fall_from_what_is_reached_to_nothing():
    shares, sums = figure_intrusion(bottle(bins=5)).axes
    assert (shares.get_xscale(), shares.get_xlabel()) == ("log", "radius (µm)")
    lines = {line.get_label(): line.get_ydata() for line in sums.lines}
    assert set(lines) >= {"through the inlet", "without an inlet"}
    through, without = np.array(lines["through the inlet"]), np.array(lines["without an inlet"])
    assert (through[0], through[-1], without[0]) == (100, 0, 100)
    assert through[1] == 0  # all through the throat, at its radius
    assert without[1] > 90
    assert (through <= without).all()


def test_bins_of_other_widths_are_per_decade_and_linear_ones_are_linear():
    two = of_scans(first=bottle(bins=4), second=bottle(bins=9))
    assert figure_intrusion(two).axes[0].get_ylabel() == "share per decade (%)"
    assert len(figure_intrusion(two).legends[0].texts) == 4
    linear = figure_intrusion(bottle(bins=4, scale="linear")).axes[0]
    assert (linear.get_xscale(), linear.get_ylabel()) == ("linear", "share per bin (%)")


def test_the_caption_has_the_bottleneck_ratio_of_every_scan():
    (drawn,) = draw_intrusion("mercury_intrusion", of_scans(first=bottle(), second=bottle()), Looked())
    assert drawn.section == "distributions"
    assert "first: 0.25 (1 over 4 µm; 0 % never reached); second: 0.25" in drawn.caption


def test_another_table_is_refused():
    table = bottle()
    with pytest.raises(ValuesError, match="the table has no rows; expected rows of kind 'mercury_intrusion'"):
        figure_intrusion(ResultTable(table.frame.iloc[:0], columns=table.columns, kind=table.kind))
    with pytest.raises(ValuesError, match="the table has the kind 'sizes'"):
        figure_intrusion(ResultTable(table.frame, columns=table.columns, kind="sizes"))

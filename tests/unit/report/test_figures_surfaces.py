import numpy as np
import pandas as pd
import pytest

import voltome as vt
from voltome.data import Column, ResultTable
from voltome.errors import ValuesError
from voltome.report import figure_interfaces, figure_surface_estimators

LABELS = np.random.default_rng(0).integers(0, 3, (9, 9, 9)).astype(np.uint8)
IMAGE = vt.data.PhaseImage(LABELS, voxel_size_um=1, phases={0: "pore", 1: "NMC", 2: "binder"})


def of_scans(table, scans=("fresh", "aged")):
    frame = pd.concat([table.frame.assign(scan=scan) for scan in scans])[["scan", *table.frame.columns]]
    columns = (Column("scan", "", "Scan.", "key"), *table.columns)
    return ResultTable(frame.reset_index(drop=True), columns=columns, kind=table.kind)


@pytest.fixture(scope="module")
def surfaces():
    return vt.morphology.surface_areas(IMAGE, phase="NMC")


@pytest.fixture(scope="module")
def interfaces():
    return vt.morphology.interface_areas(IMAGE)


def test_every_estimator_has_a_bar_and_a_mark_of_what_it_would_read_if_the_surface_were_smooth(surfaces):
    (axis,) = figure_surface_estimators(surfaces).axes
    frame = surfaces.frame
    assert [text.get_text() for text in axis.get_yticklabels()] == frame.estimator.tolist()
    assert [bar.get_width() for bar in axis.patches] == frame.area_per_total_volume_per_um.tolist()
    marks = next(line for line in axis.lines if line.get_marker() == "D")
    crofton = frame.area_per_total_volume_per_um[0]
    assert marks.get_xdata() == pytest.approx(crofton * (1 + frame.bias_on_spheres))
    assert axis.get_xlabel() == "area per total volume (µm⁻¹)"


def test_scans_and_phases_lie_beside_each_other(surfaces):
    other = vt.morphology.surface_areas(IMAGE, phase="binder")
    both = ResultTable(pd.concat([surfaces.frame, other.frame]), columns=surfaces.columns, kind="surface_areas")
    (axis,) = figure_surface_estimators(of_scans(both)).axes
    assert len(axis.patches) == 2 * 2 * len(surfaces.frame)
    assert axis.get_yticklabels()[0].get_text() == "NMC: crofton13"
    assert [text.get_text() for text in axis.figure.legends[0].get_texts()] == ["if it were smooth", "fresh", "aged"]


def test_phases_that_do_not_touch_have_no_row(interfaces):
    (axis,) = figure_interfaces(interfaces).axes
    assert [text.get_text() for text in axis.get_yticklabels()] == ["pore | NMC", "pore | binder", "NMC | binder"]
    apart = np.zeros((9, 9, 9), np.uint8)
    apart[1:3, 1:3, 1:3], apart[6:8, 6:8, 6:8] = 1, 2
    image = vt.data.PhaseImage(apart, voxel_size_um=1, phases=IMAGE.phases)
    (axis,) = figure_interfaces(of_scans(vt.morphology.interface_areas(image))).axes
    assert [text.get_text() for text in axis.get_yticklabels()] == ["pore | NMC", "pore | binder"]
    nothing = vt.data.PhaseImage(np.zeros((4, 4, 4), np.uint8), voxel_size_um=1, phases=IMAGE.phases)
    (axis,) = figure_interfaces(vt.morphology.interface_areas(nothing)).axes
    assert len(axis.get_yticklabels()) == 3


def test_tables_of_another_kind_are_refused(surfaces, interfaces):
    with pytest.raises(ValuesError, match="of the kind 'interface_areas'; expected 'surface_areas'"):
        figure_surface_estimators(interfaces)
    with pytest.raises(ValuesError, match="of the kind 'surface_areas'; expected 'interface_areas'"):
        figure_interfaces(surfaces)

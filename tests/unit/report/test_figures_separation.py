import numpy as np
import pandas as pd
import pytest

import voltome as vt
from voltome.data import Column, ResultTable
from voltome.errors import ValuesError
from voltome.report import figure_separation_curve
from voltome.report.drawing_kinds import FIGURES_OF_KINDS
from voltome.report.drawing_separation import draw_separation_curve
from voltome.report.drawn import Looked
from voltome.segmentation.separation_depths import COLUMNS

SCAN = Column("scan", "", "Name of the scan.", "key")


def curve(radius=9):
    """Three balls in a row; between the second and the third the neck is narrower."""
    z, y, x = np.ogrid[:24, :24, :70]
    solid = np.any([(z - 12) ** 2 + (y - 12) ** 2 + (x - at) ** 2 <= radius**2 for at in (12, 27, 44)], axis=0)
    image = vt.data.PhaseImage(solid.astype(np.uint8), voxel_size_um=0.5, phases={0: "pore", 1: "sulfur"})
    return vt.segmentation.separation_curve(image, phase="sulfur")


def of_scans(*scans):
    parts = [curve(9 - i).frame.assign(scan=scan) for i, scan in enumerate(scans)]
    frame = pd.concat(parts, ignore_index=True)[["scan", *curve().frame.columns]]
    return ResultTable(frame, columns=(SCAN, *COLUMNS), kind="separation_curve")


def dashed(axis):
    return {line.get_label(): line.get_xdata()[0] for line in axis.lines if line.get_linestyle() != "-"}


def test_the_steps_the_plateau_and_the_depths_are_drawn():
    table = curve()
    (axis,) = figure_separation_curve(table, chosen={"": 0.6}).axes
    (line,) = [line for line in axis.lines if line.get_label() == "particles"]
    assert line.get_drawstyle() == "steps-pre"  # a count holds up to its depth
    assert line.get_xdata()[1:].tolist() == table.frame.depth_um.tolist()
    assert line.get_ydata()[1:].tolist() == table.frame.particles.tolist()
    assert line.get_ydata()[0] == line.get_ydata()[1]
    assert dashed(axis) == {"default depth": 0.25, "depth of this study": 0.6}
    (shade,) = axis.patches
    assert shade.get_x() + shade.get_width() == pytest.approx(table.frame.plateau_to_um[0])
    assert [text.get_text() for text in axis.texts] == ["3"]
    assert axis.get_xscale() == "log"
    assert axis.get_ylabel() == "particles"


def test_every_scan_has_its_panel_and_its_depth():
    figure = figure_separation_curve(of_scans("fresh", "aged"), chosen={"aged": 0.7})
    assert [axis.get_title() for axis in figure.axes] == ["fresh", "aged"]
    assert "depth of this study" not in dashed(figure.axes[0])
    assert dashed(figure.axes[1])["depth of this study"] == 0.7


def test_no_more_than_six_panels_are_drawn_and_the_caption_says_so():
    table = of_scans(*"abcdefgh")
    assert len(figure_separation_curve(table).axes) == 6
    (drawn,) = draw_separation_curve("separation_curve", table, Looked())
    assert "2 more are in the table." in drawn.caption


def test_many_particles_are_on_a_logarithmic_axis():
    frame = curve().frame.assign(particles=[400, 30, 1][: len(curve().frame)] or 1)
    table = ResultTable(frame, columns=COLUMNS, kind="separation_curve")
    assert figure_separation_curve(table).axes[0].get_yscale() == "log"


def test_the_report_draws_it_with_the_depth_of_the_study():
    assert FIGURES_OF_KINDS["separation_curve"] is draw_separation_curve
    depth = {"step": "separate_particles", "scans": ["fresh"], "parameters": {"phase": "sulfur", "min_depth_um": 0.6}}
    other = {"step": "separate_particles", "scans": ["aged"], "parameters": {"phase": "binder", "min_depth_um": 0.9}}
    none = {"step": "separate_particles", "scans": ["aged"], "parameters": {"phase": "sulfur", "min_depth_um": None}}
    looked = Looked(work=[depth, other, none])
    (drawn,) = draw_separation_curve("separation_curve", of_scans("fresh", "aged"), looked)
    assert dashed(drawn.figure.axes[0])["depth of this study"] == 0.6
    assert "depth of this study" not in dashed(drawn.figure.axes[1])
    assert drawn.section == "sensitivity"
    assert "Dashed: the depth by which the study separates." in drawn.caption
    assert "Shaded: the widest range (as a ratio) in which the number does not change, 3 above " in drawn.caption
    assert "(fresh)" in drawn.caption


def test_a_table_without_rows_is_refused():
    empty = ResultTable(curve().frame.iloc[:0], columns=COLUMNS, kind="separation_curve")
    with pytest.raises(ValuesError, match="separation_curve has no rows"):
        figure_separation_curve(empty)


def test_one_particle_is_counted_in_whole_numbers_and_long_names_are_broken():
    solid = np.zeros((12, 12, 12), np.uint8)
    solid[3:9, 3:9, 3:9] = 1
    image = vt.data.PhaseImage(solid, voxel_size_um=0.5, phases={0: "pore", 1: "sulfur"})
    (axis,) = figure_separation_curve(vt.segmentation.separation_curve(image, phase="sulfur")).axes
    assert (axis.get_yticks() % 1 == 0).all()
    names = [f"NMC 811 batch {number} after calendering at 120 degrees" for number in (1, 2)]
    titles = [axis.get_title() for axis in figure_separation_curve(of_scans(*names)).axes]
    assert [title.replace("\n", " ") for title in titles] == names
    assert max(len(line) for title in titles for line in title.split("\n")) <= 32

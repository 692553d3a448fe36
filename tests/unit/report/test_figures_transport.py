"""The figure of the tortuosity, its caption and its key numbers."""

import numpy as np
import pandas as pd
import pytest
from porous import blobs, pores

import voltome as vt
from voltome.data import Column, ResultTable
from voltome.errors import ValuesError
from voltome.report import figure_tortuosity
from voltome.report.drawing_transport import axes_together, draw_tortuosity
from voltome.report.drawn import Looked
from voltome.report.key_numbers import key_numbers


@pytest.fixture(scope="module")
def tables() -> list[ResultTable]:
    """Return one that percolates and one that does not."""
    images = [blobs(12, porosity=0.6), np.indices((12, 12, 12))[0] < 6]
    return [vt.transport.tortuosity(pores(image), phase="pore").to_table() for image in images]


def together(tables: list[ResultTable]) -> ResultTable:
    frame = pd.concat([table.frame.assign(scan=f"scan {i}") for i, table in enumerate(tables)], ignore_index=True)
    columns = (Column("scan", "", "Scan.", "key"), *tables[0].columns)
    frame = frame[[column.name for column in columns]]
    return ResultTable(frame, columns=columns, kind="tortuosity", method=tables[0].method)


def test_bars_have_the_height_of_the_values_and_marks_those_of_the_formulae(tables):
    figure = figure_tortuosity(tables[0])
    row = tables[0].frame.iloc[0]
    factor, relative = figure.axes
    assert factor.patches[0].get_height() == row.tortuosity
    assert relative.patches[0].get_height() == row.relative_diffusivity
    bruggeman, bound = (line.get_ydata()[0] for line in factor.lines)
    assert bruggeman == pytest.approx(row.porosity**-0.5)
    assert bound == pytest.approx((3 - row.porosity) / 2)
    assert relative.lines[0].get_ydata()[0] == pytest.approx(row.porosity**1.5)
    assert relative.lines[1].get_ydata()[0] == pytest.approx(2 * row.porosity / (3 - row.porosity))
    assert [axis.get_xlabel() for axis in figure.axes] == ["axis", "axis"]


def test_infinity_is_a_sign_and_not_a_bar(tables):
    figure = figure_tortuosity(together(tables))
    factor = figure.axes[0]
    assert [text.get_text() for text in factor.texts] == ["∞"]
    assert factor.patches[1].get_height() == 0
    assert [tick.get_text() for tick in factor.get_xticklabels()] == ["scan 0", "scan 1"]
    (drawn,) = draw_tortuosity("tortuosity", together(tables), Looked())
    assert "∞: pore does not percolate" in drawn.caption
    (alone,) = draw_tortuosity("tortuosity", tables[0], Looked())
    assert "∞" not in alone.caption
    assert "Bruggeman" in alone.caption
    assert "outer faces" in alone.caption


def test_a_sample_without_the_phase_is_drawn(tables):
    nothing = vt.transport.tortuosity(pores(np.zeros((4, 4, 4))), phase="pore").to_table()
    assert figure_tortuosity(nothing).axes[0].texts[0].get_text() == "∞"


def test_a_table_of_another_kind_is_refused(tables):
    other = vt.morphology.phase_fractions(pores(np.ones((4, 4, 4))))
    with pytest.raises(ValuesError, match="nothing can be drawn"):
        figure_tortuosity(other)


def test_key_numbers_are_tortuosity_and_relative_diffusivity(tables):
    names = [number.name for number in key_numbers({"tortuosity": together(tables)})]
    assert names == ["tortuosity, pore, z", "relative diffusivity, pore, z"]  # the usual conventions are not said


def test_unusual_conventions_are_said_in_key_numbers():
    image = pores(blobs(8, porosity=0.7))
    table = vt.transport.tortuosity(image, phase="pore", boundary="voxel", sides="periodic").to_table()
    names = [number.name for number in key_numbers({"tortuosity": table})]
    assert names[0] == "tortuosity, pore, z, voxel, periodic"


def test_tables_of_three_axes_have_one_figure_and_what_is_said_twice_one_bar():
    image = pores(blobs(12, porosity=0.7))
    along = {axis: vt.transport.tortuosity(image, phase="pore", axis=axis).to_table() for axis in "xzy"}
    field = vt.transport.diffusion_field(image, phase="pore", axis="z", tolerance=1e-6).tortuosity
    tables = {f"tortuosity-{axis}": table for axis, table in along.items()}
    made = axes_together({"field-tortuosity": field, **tables, "other": vt.morphology.phase_fractions(image)})
    assert list(made) == ["tortuosity-x", "other"]
    assert made["tortuosity-x"].frame["axis"].tolist() == ["z", "y", "x"]
    (drawn,) = draw_tortuosity("tortuosity", made["tortuosity-x"], Looked())
    assert "of pore along z, y and x" in drawn.caption
    assert [tick.get_text() for tick in drawn.figure.axes[0].get_xticklabels()] == ["z", "y", "x"]


def test_tables_of_other_images_or_methods_keep_their_figures(tables):
    image = pores(blobs(12, porosity=0.7))
    face = vt.transport.tortuosity(image, phase="pore", axis="y").to_table()
    voxel = vt.transport.tortuosity(image, phase="pore", axis="x", boundary="voxel").to_table()
    # tables[0] is of another porosity: what one figure would show side by side has no one sample
    made = axes_together({"one": tables[0], "two": face, "three": voxel})
    assert list(made) == ["one", "two", "three"]
    tensor, sealed, flow = (
        vt.transport.permeability(image, phase="pore", tolerance=0.1).to_table(),
        vt.transport.permeability(image, phase="pore", mode="experiment", tolerance=0.1).to_table(),
        vt.transport.flow_field(image, phase="pore", mode="experiment", tolerance=0.01).permeability,
    )
    made = axes_together({"tensor": tensor, "sealed": sealed, "flow-permeability": flow})
    assert {name: len(table.frame) for name, table in made.items()} == {"tensor": 3, "sealed": 1}


def test_scans_keep_their_order_and_too_many_bars_their_own_figures(tables):
    table = together(tables)
    across = ResultTable(table.frame.assign(axis="x"), columns=table.columns, kind=table.kind, method=table.method)
    (made,) = axes_together({"x": across, "z": table}).values()
    assert made.frame[["scan", "axis"]].to_numpy().tolist() == [
        ["scan 0", "z"], ["scan 0", "x"], ["scan 1", "z"], ["scan 1", "x"],
    ]  # fmt: skip
    many = pd.concat([table.frame.assign(scan=f"{i} {j}") for i in range(6) for j in range(2)]).drop_duplicates("scan")
    long = ResultTable(many, columns=table.columns, kind=table.kind, method=table.method)
    turned = ResultTable(many.assign(axis="x"), columns=table.columns, kind=table.kind, method=table.method)
    assert len(axes_together({"z": long, "x": turned})) == 2

import numpy as np
import pandas as pd
import pytest

import voltome as vt
from voltome.data import Column, ResultTable
from voltome.errors import ValuesError
from voltome.morphology.columns_shapes import PARTICLE_CONTACTS, PARTICLE_NEIGHBOURS, PARTICLE_SHAPES
from voltome.report import figure_neighbours, figure_shapes, svg_bytes
from voltome.report.drawing_shapes import neighbours_drawn, shapes_drawn
from voltome.report.drawn import Looked
from voltome.report.key_numbers import is_summary, key_numbers

SCAN = Column("scan", "", "Scan.", "key")


def table_of(columns, kind, *scans, **values):
    """A table with these columns for every scan, and ones elsewhere."""
    frames = []
    for scan in scans:
        count = len(next(iter(values.values())))
        frame = pd.DataFrame({column.name: np.ones(count) for column in columns} | values)
        frame["phase"] = "sulfur"
        frames.append(frame.assign(scan=scan))
    frame = pd.concat(frames, ignore_index=True)[["scan", *[column.name for column in columns]]]
    return ResultTable(frame, columns=(SCAN, *columns), kind=kind)


def shapes(*scans, border=(False, False, False, True)):
    return table_of(
        PARTICLE_SHAPES, "particle_shapes", *scans, elongation=[0.9, 0.5, 0.8, 0.1], flatness=[0.9, 0.9, 0.3, 0.1],
        sphericity=[0.98, 0.9, 0.8, 0.1], feret_mean_um=[3.0, 4.0, 5.0, 90.0], touches_border=list(border),
    )  # fmt: skip


def neighbours(*scans, border=(False, False, True)):
    return table_of(
        PARTICLE_NEIGHBOURS, "particle_neighbours", *scans, neighbours=[2, 4, 9], contact_share=[0.1, 0.3, 0.9],
        touches_border=list(border),
    )  # fmt: skip


def test_a_point_is_a_particle_that_does_not_touch_the_border():
    zingg, sphericity, bar = figure_shapes(shapes("a")).axes
    points = zingg.collections[0]
    assert sorted(points.get_offsets()[:, 1].tolist()) == [0.5, 0.8, 0.9]
    assert zingg.get_xlabel() == "flatness c/b"
    assert {text.get_text() for text in zingg.texts} == {"discs", "equant", "blades", "rods"}
    assert bar.get_ylabel() == "breadth (µm)"
    assert points.get_clim() == (3, 5)
    assert sphericity.patches[0].get_data().values.sum() == pytest.approx(100)


def test_where_all_touch_the_border_all_are_drawn():
    assert len(figure_shapes(shapes("a", border=[True] * 4)).axes[0].collections[0].get_offsets()) == 4


def test_every_scan_has_a_diagram_up_to_three_and_a_line():
    figure = figure_shapes(shapes("a", "b", "c", "d"))
    assert [axis.get_title() for axis in figure.axes[:4]] == ["a", "b", "c", ""]
    assert len(figure.axes[3].patches) == 8  # a line and its filling each
    (drawn,) = shapes_drawn("measure_shapes", shapes("a", "b", "c", "d"), Looked())
    assert "3 (a, 1 at the border left out), 3 (b" in drawn.caption
    assert drawn.caption.endswith("Diagrams of 1 more scan is not drawn.") or "1 more scan" in drawn.caption


def test_neighbours_are_counted_in_whole_numbers():
    counts, shares = figure_neighbours(neighbours("a", "b")).axes
    assert counts.patches[0].get_data().values.tolist() == [0, 0, 50, 0, 50]
    assert counts.patches[0].get_data().edges[0] == -0.5
    assert shares.lines[0].get_xdata()[1:3].tolist() == pytest.approx([10, 30])
    (drawn,) = neighbours_drawn("particle_neighbours", neighbours("a"), Looked())
    assert drawn.caption.endswith("Particles: 2 (a, 1 at the border left out).")


def test_one_particle_without_contact_can_be_drawn():
    labels = np.zeros((30, 30, 30), np.int32)
    labels[2:28, 2:28, 2:28] = 1
    image = vt.data.ParticleImage(labels, voxel_size_um=1, phase="sulfur")
    for draw, table in (
        (figure_shapes, vt.morphology.measure_shapes(image)),
        (figure_neighbours, vt.morphology.particle_neighbours(image)),
    ):
        assert svg_bytes(draw(table)).startswith(b"<?xml")
    (drawn,) = shapes_drawn("measure_shapes", vt.morphology.measure_shapes(image), Looked())
    assert "Particles: 1." in drawn.caption


@pytest.mark.parametrize(
    ("draw", "kind"), [(figure_shapes, "particle_shapes"), (figure_neighbours, "particle_neighbours")]
)
def test_other_tables_are_refused(draw, kind):
    other = table_of(PARTICLE_CONTACTS, "particle_contacts", "a", label_a=[1])
    with pytest.raises(ValuesError, match=f"the table has the kind 'particle_contacts'; expected one of kind '{kind}'"):
        draw(other)
    columns = PARTICLE_SHAPES if kind == "particle_shapes" else PARTICLE_NEIGHBOURS
    empty = ResultTable(pd.DataFrame(columns=[column.name for column in columns]), columns=columns, kind=kind)
    with pytest.raises(ValuesError, match="the table has no row"):
        draw(empty)


def test_key_numbers_are_means_of_whole_particles():
    tables = {"shapes": shapes("a", "b"), "neighbours": neighbours("a")}
    assert not any(is_summary(table) for table in tables.values())
    found = {number.name: number for number in key_numbers(tables)}
    assert found["mean number of neighbours"].values == {"a": "3.0 ± 1.0"}
    assert found["mean breadth of particles"].values["b"] == "4.0 ± 0.6"
    assert found["mean breadth of particles"].unit == "µm"
    assert "do not touch the border" in found["mean elongation of particles"].meaning
    contacts = table_of(PARTICLE_CONTACTS, "particle_contacts", "a", label_a=[1], contact_area_um2=[4.0])
    (number,) = key_numbers({"contacts": contacts})
    assert number.values == {"a": "4"} or number.values == {"a": "4.000"}
    none = ResultTable(contacts.frame.iloc[:0], columns=contacts.columns, kind=contacts.kind)
    assert key_numbers({"contacts": none}) == []


def test_particles_without_neighbours_are_counted_in_whole_numbers():
    labels = np.zeros((30, 30, 30), np.int32)
    labels[2:28, 2:28, 2:28] = 1
    image = vt.data.ParticleImage(labels, voxel_size_um=1, phase="sulfur")
    counts = figure_neighbours(vt.morphology.particle_neighbours(image)).axes[0]
    assert (counts.get_xticks() % 1 == 0).all()


def test_long_names_of_scans_are_broken():
    names = [f"NMC 811 batch {number} after calendering at 120 degrees" for number in (1, 2)]
    titles = [axis.get_title() for axis in figure_shapes(shapes(*names)).axes[:2]]
    assert [title.replace("\n", " ") for title in titles] == names
    assert max(len(line) for title in titles for line in title.split("\n")) <= 32

import numpy as np
import pandas as pd
import pytest

from voltome.data import Column, ResultTable
from voltome.errors import ValuesError
from voltome.report import figure_pores, figure_throats, svg_bytes
from voltome.report.drawing_network import draw_pores, draw_throats
from voltome.report.drawn import Looked
from voltome.report.key_numbers import is_particles, is_summary, key_numbers
from voltome.transport.columns_network import NETWORK_TRANSPORT, PORES, THROATS, VOXEL_DIFFUSION

SCAN = Column("scan", "", "Scan.", "key")


def table_of(columns, kind, *scans, **values):
    """A table with these columns for every scan, and ones elsewhere."""
    frames = []
    for scan in scans:
        count = len(next(iter(values.values())))
        frame = pd.DataFrame({column.name: np.ones(count) for column in columns} | values)
        frame["phase"] = "pore"
        frames.append(frame.assign(scan=scan))
    frame = pd.concat(frames, ignore_index=True)[["scan", *[column.name for column in columns]]]
    return ResultTable(frame, columns=(SCAN, *columns), kind=kind)


def pores(*scans, border=(False, False, False, True)):
    return table_of(
        PORES, "pores", *scans, inscribed_diameter_um=[2.0, 3.0, 5.0, 60.0],
        equivalent_diameter_um=[3.0, 4.0, 8.0, 70.0], coordination_number=[2, 2, 6, 30], touches_border=list(border),
    )  # fmt: skip


def throats(*scans):
    return table_of(
        THROATS, "throats", *scans, inscribed_diameter_um=[1.0, 2.0, 2.5], equivalent_diameter_um=[1.5, 2.5, 3.0],
        length_um=[4.0, 5.0, 7.0],
    )  # fmt: skip


def stairs(axis):
    return [patch for patch in axis.patches if not patch.get_fill()]


def test_pores_at_the_border_are_left_out():
    widths, coordination = figure_pores(pores("a")).axes
    assert widths.get_xlim()[1] == pytest.approx(1.02 * 8)
    found = stairs(coordination)[0].get_data()
    assert found.values.tolist() == pytest.approx([0, 0, 200 / 3, 0, 0, 0, 100 / 3])
    assert widths.get_xlabel() == "diameter of pores (µm)"


def test_where_all_touch_the_border_all_are_drawn():
    widths, _ = figure_pores(pores("a", border=[True] * 4)).axes
    assert widths.get_xlim()[1] == pytest.approx(1.02 * 70)


def test_every_bin_is_a_share_of_all():
    for axis in (*figure_pores(pores("a")).axes, *figure_throats(throats("a")).axes):
        for each in stairs(axis):
            assert each.get_data().values.sum() == pytest.approx(100)


def test_one_scan_has_a_legend_of_the_diameters_and_several_of_the_scans():
    def legend(figure):
        return [text.get_text() for text in figure.legends[0].get_texts()]

    assert legend(figure_pores(pores("a"))) == ["inscribed", "equivalent"]
    assert legend(figure_pores(pores("a", "b"))) == ["a", "b"]
    assert legend(figure_throats(throats("a"))) == ["inscribed", "equivalent"]


def test_other_tables_are_refused():
    for draw, table in ((figure_pores, throats("a")), (figure_throats, pores("a"))):
        with pytest.raises(ValuesError, match="the table has the kind"):
            draw(table)
    with pytest.raises(ValuesError, match="the table has no row; expected one of kind 'throats'"):
        figure_throats(ResultTable(throats("a").frame[:0], columns=(SCAN, *THROATS), kind="throats"))


def test_captions_count_what_is_drawn():
    (drawn,) = draw_pores("measure_pores", pores("a", "b"), Looked())
    assert drawn.caption.endswith("Pores: 3 (a, 1 at the border left out) and 3 (b, 1 at the border left out).")
    (drawn,) = draw_throats("measure_throats", throats("a"), Looked())
    assert "solid: the largest ball that fits in at its centre (inscribed)" in drawn.caption
    assert drawn.caption.endswith("Throats: 3 (a).")
    assert svg_bytes(drawn.figure).startswith(b"<?xml")


def test_a_network_without_throats_has_no_figure_of_them():
    none = ResultTable(throats("a").frame[:0], columns=(SCAN, *THROATS), kind="throats")
    assert list(draw_throats("measure_throats", none, Looked())) == []


def test_the_key_numbers_are_means_and_how_far_the_network_is_off():
    transport = table_of(
        (*NETWORK_TRANSPORT, *VOXEL_DIFFUSION), "network_transport", "a", diffusivity_ratio=[0.9]
    ).frame
    table = ResultTable(
        transport.assign(axis="z"), columns=(SCAN, *NETWORK_TRANSPORT, *VOXEL_DIFFUSION), kind="network_transport"
    )
    numbers = key_numbers({"measure_pores": pores("a"), "measure_throats": throats("a"), "network_transport": table})
    assert [number.name for number in numbers] == [
        "network relative diffusivity, pore, z",
        "diffusivity ratio, pore, z",
        "network permeability, pore, z",
        "mean inscribed diameter of pores",
        "mean coordination number of pores",
        "mean inscribed diameter of throats",
    ]
    assert numbers[1].values == {"a": "0.9"}
    assert not is_particles(pores("a"))
    assert not is_summary(pores("a"))

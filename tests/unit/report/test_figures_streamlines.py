"""Streamlines in three dimensions: panels, colours, boxes, scenes; and the message of every error."""

import numpy as np
import pytest
import solved_fields

import voltome as vt
from voltome.errors import ValuesError
from voltome.report import interactive
from voltome.report.paths import paths_of, scale_of_paths
from voltome.report.rendering import View, bodies_of

COLOURS = {"pore": "#8c8c8c", "solid": "#E69F00"}


@pytest.fixture(scope="module")
def pore() -> np.ndarray:
    return solved_fields.percolating((12, 12, 12))


@pytest.fixture(scope="module")
def lines(pore: np.ndarray) -> vt.data.ResultTable:
    solved = solved_fields.diffusion(pore)
    z, y, x = (
        solved[f"flux_{axis}"].derive("in m/s", unit="m/s", origin_um=(10.0, 20.0, 30.0)) for axis in ("z", "y", "x")
    )
    return vt.transport.streamlines(z, along_y=y, along_x=x, count=12)


def phases(pore: np.ndarray) -> vt.data.PhaseImage:
    labels = (~pore).astype(np.uint8)
    return vt.data.PhaseImage(labels, voxel_size_um=1, origin_um=(10, 20, 30), phases={0: "pore", 1: "solid"})


def two_scans(lines: vt.data.ResultTable) -> vt.data.ResultTable:
    import pandas as pd

    frame = pd.concat([lines.frame.assign(scan=scan) for scan in ("fresh", "cycled")], ignore_index=True)
    columns = (vt.data.Column("scan", "", "Name of the scan.", "key"), *lines.columns)
    return vt.data.ResultTable(frame[[column.name for column in columns]], columns=columns, kind=lines.kind)


def test_lines_are_joined_to_points_of_their_own_line(lines):
    (paths,) = paths_of(lines).values()
    numbers = lines.frame["line"].to_numpy()
    assert paths.lines == 12
    assert (numbers[paths.joined] == numbers[paths.joined + 1]).all()
    few = paths.every(5)
    assert few.lines == 12
    assert len(few.points_um) < len(paths.points_um)
    ends = lines.frame.groupby("line")[["z_um", "y_um", "x_um"]].last().to_numpy()
    last = np.setdiff1d(np.arange(len(few.points_um)), few.joined)
    assert np.array_equal(few.points_um[last], ends), "the last point of every line is kept"


def test_lines_lie_in_the_box_of_their_image(lines, pore):
    (paths,) = paths_of(lines).values()
    bodies = bodies_of(phases(pore), colours=COLOURS)
    assert bodies.origin_um == (10, 20, 30)
    assert np.abs(paths.inside(bodies)).max() <= 6 + 1e-9


def test_a_figure_has_a_panel_per_scan_and_one_bar(lines, pore):
    one = vt.report.figure_streamlines(lines, images={"any": phases(pore)})
    assert len(one.axes) == 2
    assert len(one.axes[0].images) == 1, "the pale body"
    two = vt.report.figure_streamlines(two_scans(lines), images={"cycled": phases(pore)})
    assert [len(axis.images) for axis in two.axes[:2]] == [0, 1]
    assert {"fresh", "cycled"} <= {text.get_text() for text in two.texts}
    assert two.axes[-1].get_xlabel() == "speed (m s⁻¹)"


def test_fast_points_have_the_light_end_of_the_colours(lines):
    paths = paths_of(lines)
    scale = scale_of_paths(paths, "speed_m_per_s")
    (only,) = paths.values()
    tints = only.colours(scale)
    assert tints[only.values.argmax(), :3].sum() > tints[only.values.argmin(), :3].sum()


def test_a_scene_with_lines_is_pale_and_has_the_same_bytes_every_time(lines, pore):
    bodies, (paths,) = bodies_of(phases(pore), colours=COLOURS), paths_of(lines).values()
    one, again = (interactive.scene_of("cell", bodies, View(), paths) for _ in range(2))
    assert one.data == again.data
    assert len(one.data) > len(interactive.scene_of("cell", bodies, View()).data)
    made, _ = interactive.scenes_of({"cell": bodies, "other": bodies}, View(), {"cell": paths})
    assert made[0].data == one.data
    assert made[1].data != one.data


def test_what_cannot_be_drawn_is_named(lines, pore):
    table = vt.morphology.phase_fractions(phases(pore))
    with pytest.raises(ValuesError, match="the table has the kind 'phase_fractions'; expected rows of kind 'stream"):
        vt.report.figure_streamlines(table)
    empty = vt.data.ResultTable(lines.frame[:0], columns=lines.columns, kind=lines.kind)
    with pytest.raises(ValuesError, match="the table has no rows; expected rows of kind 'streamlines'"):
        vt.report.figure_streamlines(empty)
    with pytest.raises(
        ValuesError, match="there is an image for 'old' but no streamlines; expected scans of the table"
    ):
        vt.report.figure_streamlines(two_scans(lines), images={"old": phases(pore)})

"""Files of VTK, read back: values, order, grid, units, names; and what cannot be written."""

from pathlib import Path

import numpy as np
import pytest
from vtk_file import read_vtk

import voltome as vt
from voltome.errors import FileFormatError, GeometryError, ParameterError, ResultsFolderError, ValuesError

GRID = {"voxel_size_um": (0.5, 1.0, 2.0), "origin_um": (10.0, 20.0, 30.0)}
VALUES = np.arange(24, dtype=np.float32).reshape(2, 3, 4)


def speed(values: np.ndarray = VALUES, **grid: object) -> vt.data.Volume:
    return vt.data.Volume(values, **{**GRID, **grid}, quantity="speed", unit="m/s", history=("made", "solved & kept"))


def test_an_image_is_cells_with_x_fastest_and_its_grid_in_um(tmp_path: Path):
    read = read_vtk(vt.export.write_vtk(speed(), tmp_path / "speed.vti"))
    assert read.kind == "ImageData"
    assert read.dataset == {"WholeExtent": "0 4 0 3 0 2", "Origin": "30.0 20.0 10.0", "Spacing": "2.0 1.0 0.5"}
    assert np.array_equal(read.arrays["CellData"]["speed (m/s)"], VALUES.ravel())
    assert read.notes == {"unit of length": "um", "history": "made\nsolved & kept"}


@pytest.mark.parametrize("kind", ["u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f4", "f8"])
def test_every_type_of_number_comes_back(kind: str, tmp_path: Path):
    values = VALUES.astype(kind)
    read = read_vtk(vt.export.write_vtk(speed(values), tmp_path / "a.vti")).arrays["CellData"]["speed (m/s)"]
    assert np.array_equal(read, values.ravel())
    assert read.dtype == values.dtype


def test_phases_and_particles_keep_labels_names_and_mask(tmp_path: Path):
    labels = (VALUES % 2).astype(np.uint8)
    mask = VALUES < 20
    phases = vt.data.PhaseImage(labels, **GRID, mask=mask, phases={0: "pore", 1: "Schwefel (groß)"})
    read = read_vtk(vt.export.write_vtk(phases, tmp_path / "phases.vti"))
    assert np.array_equal(read.arrays["CellData"]["phase"], labels.ravel())
    assert np.array_equal(read.arrays["CellData"]["sample"], mask.ravel())
    assert read.notes["phases"] == "0 = pore; 1 = Schwefel (groß)"
    particles = vt.data.ParticleImage(VALUES.astype(np.int32), **GRID, phase="solid")
    read = read_vtk(vt.export.write_vtk(particles, tmp_path / "particles.vti"))
    assert np.array_equal(read.arrays["CellData"]["particle"], np.arange(24))


def test_three_volumes_are_one_vector_in_the_order_x_y_z(tmp_path: Path):
    z, y, x = (speed(VALUES + add) for add in (300, 200, 100))
    path = vt.export.write_vtk({"speed": speed(), "velocity": (z, y, x)}, tmp_path / "flow.vti")
    cells = read_vtk(path).arrays["CellData"]
    assert list(cells) == ["speed (m/s)", "velocity (m/s)"]
    assert np.array_equal(cells["velocity (m/s)"], np.stack([VALUES + a for a in (100, 200, 300)], -1).reshape(-1, 3))


def test_arrays_larger_than_a_block_come_back(tmp_path: Path):
    values = np.random.default_rng(1).integers(0, 9, (70, 130, 133)).astype(np.float32)
    volume = vt.data.Volume(values, voxel_size_um=1)
    for noun, name in ((volume, "grey value"), ({"field": (volume, volume, volume)}, "field")):
        read = read_vtk(vt.export.write_vtk(noun, tmp_path / "large.vti")).arrays["CellData"][name]
        assert np.array_equal(read.reshape(values.size, -1)[:, -1], values.ravel())


def test_the_same_noun_gives_the_same_bytes(tmp_path: Path):
    one, other = (vt.export.write_vtk(speed(), tmp_path / f"{name}.vti").read_bytes() for name in "ab")
    assert one == other


def lines() -> vt.data.ResultTable:
    still = vt.data.Volume(np.zeros((4, 3, 3), np.float32), voxel_size_um=0.5, origin_um=(1, 2, 3), unit="m/s")
    flow = np.ones((4, 3, 3), np.float32)
    flow[2:, 0] = 0
    down = still.derive("flow", values=flow)
    return vt.transport.streamlines(down, along_y=still, along_x=still, count=6, seed=2)


def test_streamlines_are_lines_with_their_measures(tmp_path: Path):
    table = lines()
    read = read_vtk(vt.export.write_vtk(table, tmp_path / "lines.vtp"))
    frame = table.frame
    assert read.kind == "PolyData"
    assert (read.piece["NumberOfPoints"], read.piece["NumberOfLines"]) == (str(len(frame)), "6")
    assert np.array_equal(read.arrays["Points"]["points"], frame[["x_um", "y_um", "z_um"]].to_numpy())
    for name in ("distance_um", "speed_m_per_s", "travel_time_s"):
        assert np.array_equal(read.arrays["PointData"][name], frame[name])
    offsets = read.arrays["Lines"]["offsets"]
    assert np.array_equal(np.diff(offsets, prepend=0), frame.groupby("line").size())
    assert np.array_equal(read.arrays["Lines"]["connectivity"], np.arange(len(frame)))
    assert np.array_equal(read.arrays["CellData"]["line"], np.arange(1, 7))
    assert np.array_equal(read.arrays["CellData"]["crosses"], frame.groupby("line")["end"].last() == "outlet")


def test_what_vtk_cannot_hold_is_refused(tmp_path: Path):
    table = lines()
    empty = vt.data.ResultTable(table.frame[:0], columns=table.columns, kind=table.kind)
    phases = vt.data.PhaseImage(np.zeros((2, 2, 2), np.uint8), voxel_size_um=1, phases={0: "pore"})
    fractions = vt.morphology.phase_fractions(phases)
    with pytest.raises(FileFormatError, match=r"ends in '.vtk'; expected '.vti' for images. Call it speed.vti"):
        vt.export.write_vtk(speed(), tmp_path / "speed.vtk")
    with pytest.raises(FileFormatError, match=r"ends in '.vti'; expected '.vtp' for streamlines"):
        vt.export.write_vtk(lines(), tmp_path / "lines.vti")
    with pytest.raises(FileFormatError, match="cannot hold a table of phase_fractions; expected one of streamlines"):
        vt.export.write_vtk(fractions, tmp_path / "a.vtp")
    with pytest.raises(FileFormatError, match="cannot hold a Transform; expected an image"):
        vt.export.write_vtk(vt.data.Transform((0, 0, 0)), tmp_path / "a.vti")
    with pytest.raises(FileFormatError, match="'speed' is a int; expected a Volume"):
        vt.export.write_vtk({"speed": 3}, tmp_path / "a.vti")
    with pytest.raises(ParameterError, match="the mapping of images is empty"):
        vt.export.write_vtk({}, tmp_path / "a.vti")
    with pytest.raises(ValuesError, match="the table of streamlines has no rows"):
        vt.export.write_vtk(empty, tmp_path / "a.vtp")
    assert list(tmp_path.iterdir()) == []


def test_images_that_do_not_belong_together_are_refused(tmp_path: Path):
    with pytest.raises(GeometryError, match=r"voxel_size_um .* in 'a' and .* in 'b'.*one file for each"):
        vt.export.write_vtk({"a": speed(), "b": speed(voxel_size_um=1.0)}, tmp_path / "a.vti")
    other = vt.data.Volume(VALUES, **GRID, unit="1")
    with pytest.raises(ValuesError, match="the vector 'v' has components in 'm/s', 'm/s', '1'; expected three volumes"):
        vt.export.write_vtk({"v": (speed(), speed(), other)}, tmp_path / "a.vti")
    with pytest.raises(ValuesError, match="the vector 'v' has 2 components; expected three volumes"):
        vt.export.write_vtk({"v": (speed(), speed())}, tmp_path / "a.vti")


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultsFolderError, match="cannot write"):
        vt.export.write_vtk(speed(), tmp_path / "file" / "a.vti")

"""A finished study as files of VTK: fields of one step together, and what is left out, said."""

from pathlib import Path

import numpy as np
import pytest
import solved_fields
from finished_study import Finished, Stored, finished
from vtk_file import read_vtk

import voltome as vt
from voltome.data import Noun
from voltome.errors import ParameterError, ResultsFolderError, ValuesError


def with_fields(folder: Path) -> Finished:
    """Return a study of one scan: phases, a field of five volumes, a projection of it, its streamlines, a table."""
    pore = solved_fields.percolating((8, 8, 8))
    solved = solved_fields.diffusion(pore)
    phases = vt.data.PhaseImage(pore.astype(np.uint8), voxel_size_um=1, phases={0: "solid", 1: "pore"})
    lines = vt.transport.streamlines(solved["flux_z"], along_y=solved["flux_y"], along_x=solved["flux_x"], count=5)
    made: list[tuple[str, Noun, str, str]] = [
        ("source", phases, "", "source"),
        ("flux", solved["diffusion_field"], "diffusive flux", "diffusion_field"),
        *((f"flux-flux_{axis}", solved[f"flux_{axis}"], f"flux_{axis}", "diffusion_field") for axis in "zyx"),
        ("flux-potential", solved["potential"], "potential", "diffusion_field"),
        ("project", vt.transport.project(solved["flux_z"], axis="z"), "flux_z", "project"),
        ("streamlines", lines, "streamlines", "streamlines"),
        ("streamline_statistics", vt.transport.streamline_statistics(lines), "streamline_statistics", "s"),
        ("moved", vt.data.Transform((0, 0, 0)), "", "align"),
    ]
    nouns = [Stored("cell", name, type(noun).__name__, kind, step, {}, Path(name)) for name, noun, kind, step in made]
    held = {Path(name): noun for name, noun, _, _ in made}
    return Finished(folder, "Fields", {"cell": {}}, None, tuple(nouns), {"steps": []}, held)


def test_the_images_of_a_step_share_a_file_and_streamlines_have_one(tmp_path: Path):
    results = with_fields(tmp_path)
    told = []
    exported = vt.export.export_results(results, progress=told.append)
    assert exported.folder == tmp_path / "export"
    names = ["source.vti", "flux.vti", "project.vti", "streamlines.vtp"]
    assert [file.relative_to(exported.folder).as_posix() for file in exported.files] == [f"cell/{n}" for n in names]
    cells = read_vtk(exported.files[1]).arrays["CellData"]
    assert list(cells) == ["diffusive flux", "flux", "potential"]
    assert np.array_equal(cells["flux"][:, 2], results.held[Path("flux-flux_z")].values.ravel())
    assert told[-1].done == told[-1].total == 4


def test_what_is_left_out_is_said(tmp_path: Path):
    results = with_fields(tmp_path)
    del results.held[Path("source")]
    exported = vt.export.export_results(results, folder=tmp_path / "elsewhere")
    assert len(exported.files) == 3
    assert exported.left_out == (
        "cell: moved is left out: a file of VTK cannot hold a Transform; it is in the store.",
        "cell: source.vti is left out: source is not there",
    )


def test_a_study_of_several_scans_has_a_folder_for_each(tmp_path: Path):
    exported = vt.export.export_results(finished(tmp_path, {"fresh": 0, "cycled": 10}))
    found = {file.relative_to(exported.folder).as_posix() for file in exported.files}
    assert found == {f"{s}/{n}.vti" for s in ("fresh", "cycled") for n in ("source", "threshold", "separate_particles")}


def test_what_cannot_be_done_is_named(tmp_path: Path):
    results = with_fields(tmp_path)
    with pytest.raises(ParameterError, match="file_format is 'obj'; expected one of 'vtk'"):
        vt.export.export_results(results, file_format="obj")
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultsFolderError, match=r"cannot write into '.*file': a file is there. Choose a folder"):
        vt.export.export_results(results, folder=tmp_path / "file")
    tables = [stored for stored in results.nouns if stored.kind == "streamline_statistics"]
    bare = Finished(tmp_path, "Tables", {"cell": {}}, None, tuple(tables), {}, {})
    with pytest.raises(ValuesError, match="has no image and no streamlines, so there is nothing to export"):
        vt.export.export_results(bare)

"""The command line: what it prints, its exit codes, and that the user's mistakes are no tracebacks."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

import voltome as vt
from voltome.app.cli import main

STUDY = """\
study: Two halves
scans:
  block: {source: block.tif}
pipeline:
  - threshold: {intervals: {solid: [32, null]}, rest: pore}
  - phase_fractions
  - surface_area: {phase: solid}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    volume = vt.data.Volume(np.arange(512, dtype=np.uint16).reshape(8, 8, 8) // 8, voxel_size_um=0.5)
    vt.io.write(volume, tmp_path / "block.tif")
    (tmp_path / "study.yaml").write_text(STUDY)
    return tmp_path


@pytest.fixture
def voltome(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path):
    """Run a command in the folder; return its exit code, what it printed, and what it said as an error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["voltome", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return run


def test_run_makes_tables_figures_and_report(voltome, folder: Path):
    code, out, _ = voltome("run", "study.yaml")
    assert code == 0
    assert (folder / "study-results" / "report.html").stat().st_size > 10_000
    assert (folder / "study-results" / "tables" / "surface_area.csv").exists()
    assert "[0/3] block: threshold" in out
    assert out.endswith(f"report: {Path('study-results') / 'report.html'}\n")
    made = (folder / "study-results" / "report.html").stat().st_mtime_ns
    _, again, _ = voltome("run", "study.yaml")
    assert "[0/3] block: threshold (cached)" in again
    assert (folder / "study-results" / "report.html").stat().st_mtime_ns == made, "nothing changed: nothing is drawn"
    (folder / "study.yaml").write_text(STUDY.replace("Two halves", "Another title"))
    voltome("run", "study.yaml")
    assert "Another title" in (folder / "study-results" / "report.html").read_text()


def test_results_go_where_they_are_asked_for(voltome, folder: Path):
    assert voltome("run", "study.yaml", "--results", "elsewhere")[0] == 0
    assert (folder / "elsewhere" / "report.html").exists()


def test_check_shows_the_plan_and_runs_nothing(voltome, folder: Path):
    code, out, _ = voltome("check", "study.yaml")
    assert code == 0
    assert "no mistakes found; nothing was run" in out
    assert "block: surface_area -> table of surface_area" in out
    assert not (folder / "study-results").exists()


def test_mistakes_are_one_message_without_a_traceback(voltome, folder: Path):
    (folder / "study.yaml").write_text(STUDY.replace("threshold", "treshold"))
    code, out, err = voltome("run", "study.yaml")
    assert code == 1
    assert err.startswith("voltome: 1 mistake in the study file; nothing was run.\n  study.yaml:5: pipeline.0.treshold")
    assert "Traceback" not in out + err


def test_an_error_in_a_step_says_where(voltome, folder: Path):
    (folder / "study.yaml").write_text(STUDY.replace("[32,", "[3200,"))
    code, _, err = voltome("run", "study.yaml")
    assert code == 1
    assert "in block: threshold (study file: pipeline.0)" in err


def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch, folder: Path):
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["voltome", "--debug", "check", "nowhere.yaml"])
    with pytest.raises(vt.errors.MissingFileError):
        main()


@pytest.mark.parametrize("arguments", [["fly"], ["run"], ["convert", "a.tif"], ["run", "study.yaml", "--fast"]])
def test_wrong_usage_is_exit_code_2(voltome, arguments: list[str]):
    assert voltome(*arguments)[0] == 2


def test_describe_says_what_is_there_and_what_is_missing(voltome, folder: Path):
    import tifffile

    code, out, _ = voltome("describe", "block.tif")
    assert code == 0
    assert "8 x 8 x 8" in out
    assert "0.5" in out
    tifffile.imwrite(folder / "bare.tif", np.zeros((3, 4, 5), np.uint8), photometric="minisblack")
    code, out, _ = voltome("describe", "bare.tif")
    assert code == 0
    assert "voxel_size_um" in out
    assert voltome("describe", "nowhere.tif")[0] == 1


def test_convert_and_its_voxel_size(voltome, folder: Path):
    assert voltome("convert", "block.tif", "block.ome.zarr")[0] == 0
    np.testing.assert_array_equal(
        vt.io.read_volume(folder / "block.ome.zarr").values, vt.io.read_volume(folder / "block.tif").values
    )
    code, _, err = voltome("convert", "block.tif", "other.tif", "--voxel-size-um", "0.6")
    assert code == 1
    assert "overrule" in err
    assert voltome("convert", "block.tif", "other.tif", "--voxel-size-um", "1,0.6,0.6", "--overrule")[0] == 0
    assert vt.io.read_volume(folder / "other.tif").voxel_size_um == pytest.approx((1, 0.6, 0.6))
    assert voltome("convert", "block.tif", "other.tif", "--voxel-size-um", "a,b")[0] == 2
    assert voltome("convert", "block.tif", "other.ome.zarr", "--ngff", "0.3")[0] == 2
    assert voltome("convert", "block.tif", "packed.nrrd", "--compressed")[0] == 0
    assert vt.io.describe(folder / "packed.nrrd").metadata["encoding"] == "gzip"
    code, _, err = voltome("convert", "block.tif", "other.raw", "--compressed")
    assert code == 1
    assert "compressed" in err


def test_the_schema_knows_every_step(voltome):
    code, out, _ = voltome("schema")
    assert code == 0
    entries = json.loads(out)["$defs"]["pipeline"]["items"]["anyOf"][1]["properties"]
    assert set(entries) == {*vt.study.STEPS, "sweep", "subvolumes"}
    estimators = entries["surface_area"]["properties"]["estimator"]["enum"]
    assert estimators == ["crofton13", "lindblad", "iso_surface", "gradient", "marching_cubes", "faces"]
    assert entries["gaussian"]["properties"]["sigma_um"]["exclusiveMinimum"] == 0
    undescribed = [
        f"{s}.{p}" for s, e in entries.items() for p, d in e["properties"].items() if not d.get("description")
    ]
    assert undescribed == []


def test_report_and_cite_work_on_a_finished_run(voltome, folder: Path):
    voltome("run", "study.yaml")
    (folder / "study-results" / "report.html").unlink()
    assert voltome("report", "study-results")[0] == 0
    assert (folder / "study-results" / "report.html").exists()
    code, out, _ = voltome("cite", "study-results")
    assert code == 0
    assert out.startswith(f"voltome {vt.study.load_results(folder / 'study-results').provenance['voltome_version']}")
    assert "Crofton" in out
    code, _, err = voltome("report", ".")
    assert code == 1
    assert "holds no finished run" in err


def test_an_unknown_demonstration_lists_those_there_are(voltome):
    code, _, err = voltome("demo", "sphere")
    assert code == 1
    assert "Did you mean 'spheres'?" in err


def test_report_shows_what_is_asked_for_on_the_command_line(voltome, folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("voltome.report.movies.LONGEST_PX", 120)
    (folder / "study.yaml").write_text(STUDY + "report: {renderings: false}\n")
    voltome("run", "study.yaml")
    page, movies = folder / "study-results" / "report.html", folder / "study-results" / "movies"
    assert 'id="renderings"' not in page.read_text()
    assert voltome("report", "study-results", "--movies", "--renderings")[0] == 0
    assert 'id="renderings"' in page.read_text()
    assert sorted(path.name for path in movies.iterdir()) == ["block-slices.gif", "block-turntable.gif"]
    assert voltome("report", "study-results", "--interactive")[0] == 0
    assert 'id="scenes"' in page.read_text()
    assert not movies.exists(), "the study file asks for no movies"
    (folder / "study-results" / "provenance.json").write_text(
        (folder / "study-results" / "provenance.json").read_text().replace('"renderings": false', '"renderings": "no"')
    )
    code, _, err = voltome("report", "study-results")
    assert code == 1
    assert "is damaged" in err


def test_run_says_every_warning_of_the_tables_once(voltome, folder: Path):
    (folder / "study.yaml").write_text(
        STUDY + "  - separate_particles: {phase: solid}\n  - measure_particles\n  - size_distribution\n"
    )
    code, out, _ = voltome("run", "study.yaml")
    assert code == 0
    # in the table of particles and in the one made of it
    assert out.count("note: 1 of 1 particles (100 % of the volume) has an equivalent diameter under 10 voxels") == 1
    page = (folder / "study-results" / "report.html").read_text()
    assert page.count("has an equivalent diameter under 10 voxels") == 1
    (folder / "study.yaml").write_text(STUDY)
    assert "note:" not in voltome("run", "study.yaml", "--results", "other")[1]


def test_export_writes_files_for_other_programs(voltome, folder: Path):
    voltome("run", "study.yaml")
    code, out, _ = voltome("export", "study-results", "--to", "drawn", "--format", "vtk")
    assert code == 0
    assert out.endswith("files: 2 in drawn\n")
    assert {path.name for path in (folder / "drawn" / "block").iterdir()} == {"source.vti", "threshold.vti"}
    (folder / "block.tif").unlink()
    code, out, _ = voltome("export", "study-results")
    assert code == 0
    assert "note: block: source.vti is left out: " in out
    assert (folder / "study-results" / "export" / "block" / "threshold.vti").is_file()
    assert voltome("export", "study-results", "--format", "obj")[0] == 2
    assert voltome("export", "nowhere")[0] == 1


@pytest.fixture
def rod(folder: Path) -> Path:
    """Return the folder with a raw scan of a rod, whose axis is known, and its study."""
    across = np.arange(32) - 15.5
    chords_um = 2 * np.sqrt(np.clip(10.0**2 - across**2, 0, None))
    scan = vt.data.Projections(
        np.tile(np.exp(-chords_um * 1e-4 * 100), (48, 3, 1)).astype(np.float32),
        angles_deg=np.arange(48) * 3.75,
        geometry=vt.data.ParallelBeam(1.0, rotation_axis_px=15.5),
        kind="transmission",
    )
    vt.io.write(scan, folder / "rod.h5")
    (folder / "rod.yaml").write_text(
        "study: A rod\nscans: {rod: {source: rod.h5, as: projections}}\npipeline:\n  - absorbance\n  - fbp\n"
    )
    return folder


def test_reconstruct_writes_the_volume_and_says_what_it_is(voltome, rod: Path):
    code, out, _ = voltome("reconstruct", "rod.yaml", "rod.ome.zarr", "--memory-gb", "1")
    assert code == 0
    assert "3 x 32 x 32 (z, y, x)" in out
    volume = vt.io.read_volume(rod / "rod.ome.zarr")
    # a rod of 100 / cm
    assert float(volume.values[:, 12:20, 12:20].mean()) == pytest.approx(100, rel=0.02)


def test_the_plan_of_a_reconstruction_is_one_line_and_makes_nothing(voltome, rod: Path):
    code, out, _ = voltome("reconstruct", "rod.yaml", "rod.ome.zarr", "--plan", "--memory-gb", "1")
    assert code == 0
    assert out.startswith("rod: absorbance -> fbp in 1 slab of 3 rows, about 0.")
    assert out.count("\n") == 1
    assert not (rod / "rod.ome.zarr").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("rod.yaml", "rod.ome.zarr", "--scan", "rood"), "scan is 'rood'; this study has 'rod'"),
        (("rod.yaml", "rod.ome.zarr", "--memory-gb", "0.01"), "0.01 GB are allowed"),
        (("rod.yaml", "rod.tif"), ".ome.zarr"),
        (("study.yaml", "block.ome.zarr"), "makes no volume of the projections of 'block'"),
    ],
)
def test_what_cannot_be_reconstructed_is_one_message(voltome, rod: Path, arguments: tuple[str, ...], says: str):
    code, out, err = voltome("reconstruct", *arguments)
    assert code == 1
    assert err.startswith("voltome: ")
    assert says in err
    assert "Traceback" not in out + err


def test_check_describe_and_cite_know_raw_scans(voltome, rod: Path):
    assert "rod: fbp -> Volume" in voltome("check", "rod.yaml")[1]
    assert "48 x 3 x 32 (angle, row, column)" in voltome("describe", "rod.h5")[1]
    assert "fbp" in voltome("schema")[1]
    assert voltome("run", "rod.yaml")[0] == 0
    assert "[fbp]" in voltome("cite", "rod-results")[1]

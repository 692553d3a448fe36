"""Scans as Avizo and Zeiss's microscopes write them, in a study and on the command line."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from avizo_file import MATERIALS, avizo_file
from compound_file import compound_file, zeiss_streams

import voltome as vt
from voltome.app.cli import main
from voltome.errors import StudyFileError

GREY = np.zeros((6, 7, 8), np.uint16)
GREY[2:4, 2:5, 2:6] = 1000  # 24 of 336 voxels

LABELS = (GREY > 0).astype(np.uint8)

STUDY = """\
study: Other programs
scans:
  scan: {{source: {source}}}
pipeline:
  {first}- phase_fractions
"""

THRESHOLD = "- threshold: {intervals: {NMC: [500, null]}, rest: Exterior}\n  "


def write_study(folder: Path, source: str, first: str = "") -> Path:
    path = folder / "study.yaml"
    path.write_text(STUDY.format(source=source, first=first))
    return path


def labels(folder: Path, unit: str | None = "um") -> None:
    whole = avizo_file(LABELS, kind="byte", name="Labels", parameters=MATERIALS, unit=unit)
    (folder / "scan.am").write_bytes(whole)


def fraction(folder: Path, source: str, first: str = "") -> float:
    results = vt.study.run(vt.study.load(write_study(folder, source, first)))
    frame = results.tables()["phase_fractions"].frame
    return float(frame.loc[frame["phase"] == "NMC", "fraction"].iloc[0])


def mistakes(folder: Path, source: str) -> str:
    with pytest.raises(StudyFileError) as caught:
        vt.study.load(write_study(folder, source))
    return str(caught.value)


def test_a_reconstruction_of_zeiss(tmp_path: Path) -> None:
    (tmp_path / "scan.txm").write_bytes(compound_file(zeiss_streams(GREY)))
    assert fraction(tmp_path, "scan.txm", THRESHOLD) == pytest.approx(24 / 336, rel=1e-12)


def test_a_grey_image_of_avizo(tmp_path: Path) -> None:
    (tmp_path / "scan.am").write_bytes(avizo_file(GREY))
    assert fraction(tmp_path, "scan.am", THRESHOLD) == pytest.approx(24 / 336, rel=1e-12)
    (tmp_path / "scan.am").write_bytes(avizo_file(GREY, unit=None))
    assert "scan.am does not say its voxel size" in mistakes(tmp_path, "scan.am")
    assert fraction(tmp_path, "scan.am, voxel_size_um: 0.5", THRESHOLD) == pytest.approx(24 / 336, rel=1e-12)


def test_a_label_field_of_avizo_brings_its_phases(tmp_path: Path) -> None:
    labels(tmp_path)
    assert fraction(tmp_path, "scan.am") == pytest.approx(24 / 336, rel=1e-12)


def test_a_label_field_without_a_unit_says_how_to_read_it(tmp_path: Path) -> None:
    labels(tmp_path, unit=None)
    said = mistakes(tmp_path, "scan.am")
    assert "in a unit that it does not name" in said
    assert "'as: phases'" in said
    source = "scan.am, as: phases, phases: {0: Exterior, 1: NMC}, voxel_size_um: 0.5"
    assert fraction(tmp_path, source) == pytest.approx(24 / 336, rel=1e-12)


def test_projections_are_refused_before_anything_runs(tmp_path: Path) -> None:
    angles = np.linspace(0, 150, 6)
    (tmp_path / "scan.txrm").write_bytes(compound_file(zeiss_streams(GREY, angles_deg=angles)))
    said = mistakes(tmp_path, "scan.txrm")
    assert "holds Zeiss projections with axes angle, row, column; expected an image (z, y, x)" in said
    assert "read the reconstruction that belongs to them (.txm)" in said
    assert "voxel_size_um" not in said


def test_convert_and_describe_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "scan.txm").write_bytes(compound_file(zeiss_streams(GREY)))
    labels(tmp_path)
    monkeypatch.chdir(tmp_path)
    for words, says in (
        (("convert", "scan.txm", "scan.tif"), "ImageJ TIFF"),
        (("convert", "scan.txm", "copy.am"), "Avizo"),
        (("convert", "scan.am", "labels.ome.zarr"), "PhaseImage"),
        (("convert", "scan.am", "labels.tif"), "0 = Exterior, 1 = NMC"),
        (("describe", "scan.txm"), "ImageInfo/Voltage: 80.0 kV"),
        (("describe", "scan.am"), "Materials: 0 = Exterior, 1 = NMC, 2 = Inside"),
    ):
        monkeypatch.setattr(sys, "argv", ["voltome", *words])
        with pytest.raises(SystemExit) as left:
            main()
        assert not left.value.code
        assert says in capsys.readouterr().out
    for name in ("scan.tif", "copy.am"):
        found = vt.io.read_volume(tmp_path / name)
        assert np.array_equal(found.values, GREY)
        assert found.voxel_size_um == (0.5, 0.5, 0.5)

"""A raw scan in a study file: read as projections, checked before anything runs."""

from pathlib import Path

import pytest
from raw_scans import data_exchange

import voltome as vt
from voltome.errors import StudyFileError
from voltome.study import Study

STUDY = "study: Raw\nscans:\n  first: {{source: {source}}}\npipeline:\n  - absorbance\n"


def load(folder: Path, source: str) -> Study:
    (folder / "study.yaml").write_text(STUDY.format(source=source))
    return vt.study.load(folder / "study.yaml")


def test_a_raw_scan_is_planned(tmp_path: Path):
    data_exchange(tmp_path / "scan.h5")
    study = load(tmp_path, "scan.h5, as: projections, kind: transmission, angles_deg: [0, 180]")
    assert [node.title for node in study.graph.nodes] == ["first: source", "first: absorbance"]
    (made,) = study.graph.nodes[0].outputs
    assert (made.noun, made.kind) == (vt.data.Projections, "transmission")


def test_counts_are_not_what_absorbance_needs(tmp_path: Path):
    data_exchange(tmp_path / "scan.h5")
    with pytest.raises(StudyFileError) as caught:
        load(tmp_path, "scan.h5, as: projections")
    needs = "needs a Projections of kind 'transmission', but scan 'first' has at this point source (Projections of kind"
    assert needs in str(caught.value)


def test_what_is_missing_is_said_before_the_run(tmp_path: Path):
    data_exchange(tmp_path / "scan.h5")
    with pytest.raises(StudyFileError) as caught:
        load(tmp_path, "scan.h5, as: projections, kind: transmission, beam: cone, pixel_size_um: -1, enrgy_kev: 3")
    said = str(caught.value)
    assert "scans.first.pixel_size_um: found -1" in said
    assert "unknown key 'enrgy_kev'. Did you mean 'energy_kev'?" in said
    with pytest.raises(StudyFileError, match=r"scans\.first\.source: .*2 fields are missing:\n  source_to_axis_um"):
        load(tmp_path, "scan.h5, as: projections, kind: transmission, beam: cone")


def test_a_raw_scan_as_a_volume_says_how_it_is_read(tmp_path: Path):
    data_exchange(tmp_path / "scan.h5")
    with pytest.raises(StudyFileError, match=r"axes angle, row, column.*as: projections"):
        load(tmp_path, "scan.h5")


@pytest.mark.parametrize("name", ["own.h5", "own.zarr"])
def test_projections_of_voltome_keep_their_kind(name: str, tmp_path: Path):
    found = vt.io.read_projections(data_exchange(tmp_path / "scan.h5"), kind="transmission")
    vt.io.write(found, tmp_path / name)
    study = load(tmp_path, name)
    assert [each.kind for node in study.graph.nodes for each in node.outputs] == ["transmission", "absorbance"]

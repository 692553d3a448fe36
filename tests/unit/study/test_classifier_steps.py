"""Trained, applied to another scan, stored and applied again; labels corrected by hand: what a study file can "
"ask for."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from textures import brushed, textured

import voltome as vt
from voltome.errors import StudyFileError, VoltomeError
from voltome.study import Study

TRAINED = """\
study: Two textures
scans:
  one: {source: one.tif, pipeline: train}
  two: {source: two.tif, pipeline: apply}
  brush: {source: brush.tif, as: phases, phases: {0: not brushed, 1: rough, 2: smooth}, voxel_size_um: 1, pipeline:
  null}
pipelines:
  train:
    - train_classifier: {brush: brush/source, scales_um: [1, 2], trees: 20}
    - classify: {classifier: train_classifier}
    - phase_fractions
  apply:
    - classify: {classifier: one/train_classifier}
    - phase_fractions
"""

AGAIN = """\
study: The same classifier
scans:
  two: {source: two.tif, pipeline: apply}
  model: {source: study-results/store/one/train_classifier.zarr, pipeline: null}
pipelines:
  apply:
    - classify: {classifier: model/source}
    - phase_probability: {classifier: model/source, phase: rough}
    - phase_fractions
"""

CORRECTED = """\
study: Corrected by hand
scans:
  cell: {source: cell.tif, pipeline: measure}
  by-hand: {source: by-hand.tif, as: particles, phase: solid, voxel_size_um: 1, pipeline: null}
  cracks: {source: cracks.tif, as: phases, phases: {0: pore, 1: solid, 2: crack}, voxel_size_um: 1, pipeline: null}
pipelines:
  measure:
    - threshold: {intervals: {solid: [100, null]}, rest: pore}
    - correct_phases: {corrected: cracks/source, by: A. Person, why: a crack was missed}
    - surface_area: {phase: crack}
    - separate_particles: {phase: solid}
    - correct_particles: {corrected: by-hand/source, by: A. Person, why: two grains were one}
    - measure_particles
"""


@pytest.fixture
def textures(tmp_path: Path) -> Path:
    for name, seed in (("one", 1), ("two", 2)):
        volume, rough = textured((1, 64, 64), seed=seed)
        vt.io.write(volume, tmp_path / f"{name}.tif")
        if name == "one":
            tifffile.imwrite(tmp_path / "brush.tif", brushed(rough).values, photometric="minisblack")
    return tmp_path


@pytest.fixture
def cell(tmp_path: Path) -> Path:
    """One bar, which a person cut in two, and a crack in it."""
    grey = np.zeros((4, 8, 12), np.uint8)
    grey[1:3, 2:6, 2:10] = 200
    vt.io.write(vt.data.Volume(grey, voxel_size_um=1), tmp_path / "cell.tif")
    phases = (grey > 100).astype(np.uint8)
    phases[1:3, 2:6, 5] = 2
    tifffile.imwrite(tmp_path / "cracks.tif", phases, photometric="minisblack")
    labels = np.where(phases == 1, np.where(np.arange(12) < 5, 4, 9), 0).astype(np.uint16)
    labels[1, 2, 2] = 0
    tifffile.imwrite(tmp_path / "by-hand.tif", labels, photometric="minisblack")
    return tmp_path


def test_a_classifier_is_trained_on_one_scan_applied_to_another_and_in_another_study(
    textures: Path, load: Callable[[str], Study]
):
    results = vt.study.run(vt.study.load(_written(textures, TRAINED)))
    two = results.load(results.find(scan="two", name="classify")[0])
    assert two.phases == {1: "rough", 2: "smooth"}
    assert {"train_classifier-accuracy", "train_classifier-confusion", "train_classifier-importances"} <= set(
        results.tables()
    )
    decision = next(each for each in results.provenance["decisions"] if each["step"] == "train_classifier")
    assert [Path(file["path"]).name for file in decision["files"]] == ["brush.tif"]
    assert len(decision["files"][0]["sha256"]) == 64
    again = vt.study.run(vt.study.load(_written(textures, AGAIN, "again.yaml")))
    np.testing.assert_array_equal(again.load(again.find(scan="two", name="classify")[0]).values, two.values)
    assert again.find(scan="two", noun="Volume", kind="probability")
    page = vt.report.write(results).read_text(encoding="utf-8")
    assert "brush.tif (SHA-256" in page
    assert "Two scans, one and two, were analysed" in page
    assert "Trained classifiers" in page


def test_corrections_are_decisions_with_who_why_and_the_file(cell: Path):
    results = vt.study.run(vt.study.load(_written(cell, CORRECTED)))
    decisions = {each["step"]: each for each in results.provenance["decisions"]}
    assert decisions["correct_particles"]["parameters"] == {"by": "A. Person", "why": "two grains were one"}
    assert Path(decisions["correct_particles"]["files"][0]["path"]).name == "by-hand.tif"
    tables = results.tables()
    by_phase = tables["correct_phases-corrections"].frame.set_index("phase")
    assert by_phase.gained_um3.to_dict() == {"pore": 0, "solid": 0, "crack": 8}
    particles = tables["correct_particles-corrections"].frame.iloc[0]
    assert (particles.particles_after, particles.changed_voxels) == (2, 1)
    assert sorted(tables["measure_particles"].frame.label) == [4, 9]
    page = vt.report.write(results).read_text(encoding="utf-8")
    assert "The particles were corrected by hand by A. Person (two grains were one)" in page
    assert json.loads((results.folder / "provenance.json").read_text())["decisions"]


def test_a_phase_that_the_corrected_image_does_not_name_is_said_before_anything_runs(cell: Path):
    with pytest.raises(StudyFileError, match=r"unknown phase 'cracks'; the image has 'pore', 'solid', 'crack'"):
        vt.study.load(_written(cell, CORRECTED.replace("{phase: crack}", "{phase: cracks}")))


def test_the_further_noun_must_be_there_and_of_its_type(textures: Path):
    with pytest.raises(StudyFileError, match=r"the noun 'brush' is missing; name a PhaseImage"):
        vt.study.load(_written(textures, TRAINED.replace("brush: brush/source, ", "")))
    with pytest.raises(StudyFileError, match=r"'two/source' is a Volume; expected a PixelClassifier"):
        vt.study.load(_written(textures, TRAINED.replace("classifier: train_classifier", "classifier: two/source")))
    with pytest.raises(VoltomeError, match="trees"):
        vt.study.load(_written(textures, TRAINED.replace("trees: 20", "trees: 3")))


def _written(folder: Path, text: str, name: str = "study.yaml") -> Path:
    path = folder / name
    path.write_text(text)
    return path

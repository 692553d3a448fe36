"""Shapes, contacts and neighbours from a study file: tables of scans, report, what is said of too few voxels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import voltome as vt
from voltome.study import Study

STUDY = """\
study: Shapes over cycles
scans:
  first: {source: first.tif, cycle: 0}
  second: {source: second.tif, cycle: 5}
pipeline:
  - threshold: {intervals: {solid: [150, null]}, rest: pore}
  - separate_particles: {phase: solid}
  - measure_particles
  - measure_shapes
  - particle_contacts
  - particle_neighbours
  - particle_statistics
compare: {by: cycle}
"""


@pytest.fixture
def touching(tmp_path: Path) -> Path:
    """Two balls of 11 voxels that touch, and a third apart that is smaller in the second scan."""
    grid = np.indices((28, 28, 74)) + 0.5
    for name, radius in (("first", 11.0), ("second", 4.5)):
        solid = np.zeros(grid.shape[1:], bool)
        for x, size in ((14.0, 11.0), (34.0, 11.0), (60.0, radius)):
            solid |= sum((g - c) ** 2 for g, c in zip(grid, (14.0, 14.0, x), strict=True)) <= size**2
        values = np.where(solid, 200, 100).astype(np.uint16)
        vt.io.write(vt.data.Volume(values, voxel_size_um=0.5), tmp_path / f"{name}.tif")
    return tmp_path


def test_the_steps_run_for_all_scans_and_are_reported(touching: Path, load: Callable[[str], Study], monkeypatch):
    results = vt.study.run(load(STUDY))
    tables = results.tables()
    shapes = tables["measure_shapes"]
    assert shapes.frame.scan.tolist() == ["first"] * 3 + ["second"] * 2
    assert shapes.frame.feret_mean_um.to_numpy() == pytest.approx(11, rel=0.02)
    assert len(shapes.warnings) == 1
    assert shapes.warnings[0].startswith("second: 1 of 3 particles (3.1 % of the volume)")
    contacts = tables["particle_contacts"].frame
    assert contacts.scan.tolist() == ["first", "second"]
    # centres 20 voxels apart: a disc of sqrt(11^2 - 10^2) = 4.6 voxels; diagonals bridge the narrow notch: reads high
    assert (contacts.contact_area_um2 / (np.pi * 21 / 4)).between(1.0, 1.25).all()
    assert contacts.normal_x.tolist() == [1, 1]
    assert sorted(tables["particle_neighbours"].frame.neighbours) == [0, 0, 1, 1, 1, 1]
    statistics = tables["particle_statistics"].frame
    assert statistics.unresolved_particles.tolist() == [0, 1]
    assert "change_of_mean_sphericity" in tables["comparison-particle_statistics"].frame
    monkeypatch.setattr("voltome.report.writing.RESOLUTION", 30)
    monkeypatch.setattr("voltome.report.figures_renderings.DOTS_PER_MM", 1)
    page = vt.report.write(results).read_text(encoding="utf-8")
    assert "Zingg's diagram" in page.replace("&#39;", "'")
    assert "with each number of neighbours" in page
    assert page.count("second: 1 of 3 particles") >= 1
    for name in ("mean breadth of particles", "mean number of neighbours", "mean area of a contact"):
        assert f">{name}</td>" in page
    assert "neighbours and free surface of every particle" in page


def test_a_scan_without_resolved_particles_has_the_columns_that_all_have(spheres: Path, load: Callable[[str], Study]):
    text = STUDY.replace("  - measure_shapes\n", "").replace("  - particle_contacts\n  - particle_neighbours\n", "")
    statistics = vt.study.run(load(text)).tables()["particle_statistics"]
    assert "mean_sphericity" not in statistics.frame
    assert statistics.frame.unresolved_particles.tolist() == [0, 1]
    assert any("second: There is no mean sphericity" in warning for warning in statistics.warnings)


def test_scans_of_which_only_one_has_a_mean_sphericity(touching: Path, load: Callable[[str], Study]):
    text = STUDY.replace("  - measure_shapes\n  - particle_contacts\n  - particle_neighbours\n", "")
    text = text.replace("particle_statistics\n", "particle_statistics: {minimum_radius_um: 1}\n")
    text = text.replace("cycle: 5}", "cycle: 5, set: {crop.box_voxels: [[0, 28], [0, 28], [26, 74]]}}")
    text = text.replace("  - threshold", "  - crop: {box_voxels: [[0, 28], [0, 28], [0, 74]]}\n  - threshold")
    tables = vt.study.run(load(text)).tables()
    assert tables["particle_statistics"].frame.unresolved_particles.tolist() == [0, 1]
    assert "mean_sphericity" not in tables["particle_statistics"].frame
    assert "change_of_mean_radius_um" in tables["comparison-particle_statistics"].frame

"""Surfaces, interfaces and triple-phase boundaries in one study: what the steps promise a study file."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import voltome as vt
from voltome.study import Study

STUDY = """\
study: A ball in two phases
scans:
  cell: {source: cell.tif}
pipeline:
  - threshold: {intervals: {NMC: [150, null], binder: [85, 149]}, rest: pore}
  - surface_area: {phase: NMC, estimator: iso_surface, grey: source}
  - surface_areas: {phase: NMC, grey: source}
  - interface_areas
  - triple_phase_boundary: {axis: z, connected: {pore: first, binder: last}}
"""


@pytest.fixture
def cell(tmp_path: Path) -> Path:
    """A ball of NMC of 8 um radius, its lower half in binder."""
    z, y, x = np.ogrid[:26, :26, :26]
    distance = np.sqrt((z - 12.3) ** 2 + (y - 12.6) ** 2 + (x - 12.8) ** 2)
    below = np.where(z > 12.3, 100, 50)
    grey = below + np.clip(8.5 - distance, 0, 1) * (250 - below)
    vt.io.write(vt.data.Volume(np.rint(grey).astype(np.uint8), voxel_size_um=1), tmp_path / "cell.tif")
    return tmp_path


@pytest.mark.usefixtures("cell")
def test_surfaces_lines_and_their_figures_come_from_one_study_file(tmp_path: Path, load: Callable[[str], Study]):
    results = vt.study.run(load(STUDY))
    tables = {name: table.frame for name, table in results.tables().items()}
    # grey 150 lies at half the height of the edge against pore, and at a third of it against binder
    assert tables["surface_area"].area_um2[0] == pytest.approx(4 * np.pi * 8.1**2, rel=0.02)
    assert tables["surface_areas"].estimator.tolist()[:3] == ["crofton13", "lindblad", "iso_surface"]
    pairs = tables["interface_areas"].set_index(["phase_a", "phase_b"]).area_um2
    # blur from NMC to pore passes through the grey values of binder: a film of it lies on some of the upper half
    assert pairs["NMC", "binder"] > 2 * np.pi * 8**2 > pairs["pore", "NMC"]
    line = tables["triple_phase_boundary"].iloc[0]
    assert line.edges > 0
    vt.report.write(results)
    figures = {path.stem for path in (results.folder / "figures").glob("*.svg")}
    assert {"surface_areas", "interface_areas"} <= figures
    page = (results.folder / "report.html").read_text(encoding="utf-8")
    assert "lengths of the triple-phase boundary" in page
    assert "active share" in page

"""From a tilted scan to clean phases in one study: what the steps of levelling and clean-up promise a study file."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from collectors import centres, tilted_collector

import voltome as vt
from voltome.errors import StudyFileError
from voltome.study import Study

STUDY = """\
study: A tilted cell
scans:
  cell: {source: cell.tif}
pipeline:
  - find_collector: {collector: [16000, null]}
  - level: {collector: [16000, null]}
  - select_electrode: {collector: [16000, null], separator: [12800, 13200], margin_um: 2}
  - hysteresis_threshold: {phase: sulfur, strong: 12000, weak: 11000, rest: pore}
  - remove_artefacts: {phase: sulfur, radius_um: 1, rest: pore}
  - phase_fractions
  - sweep: {over: remove_artefacts.radius_um, values: [1, 2], steps: [phase_fractions]}
"""


@pytest.fixture
def cell(tmp_path: Path) -> Path:
    """A collector tilted by 3 degrees, a ball of 5 um and a speck 12 um above it, and a separator from 25 um."""
    volume = tilted_collector(shape=(60, 40, 40), height_um=16.0, tilt_y_deg=3.0, blur_um=0.5)
    z, y, x = centres((60, 40, 40), (1, 1, 1))
    above = z - 16 - np.tan(np.radians(3.0)) * (x - 20)
    values = volume.values.copy()
    values[(above - 12) ** 2 + (y - 20) ** 2 + (x - 15) ** 2 <= 25] = 12_500
    values[28, 10, 33] = 14_000
    values[(above > 25) & (y > 20)] = 13_000
    vt.io.write(volume.derive("cell", values=values), tmp_path / "cell.tif")
    return tmp_path


def test_a_tilted_cell_becomes_an_electrode_of_clean_phases(cell: Path, load: Callable[[str], Study]):
    results = vt.study.run(load(STUDY))
    tables = results.tables()
    assert tables["find_collector"].frame.tilt_y_deg[0] == pytest.approx(3.0, abs=0.1)
    noun = {name: results.load(results.find(scan="cell", name=name)[0]) for name in ("select_electrode", "level")}
    assert noun["select_electrode"].origin_um[0] == pytest.approx(2.0, abs=1.0)
    assert sum((noun["select_electrode"].origin_um[0], noun["select_electrode"].size_um[0])) == pytest.approx(23, abs=1)
    sulfur = tables["phase_fractions"].frame.set_index("phase").volume_um3["sulfur"]
    assert sulfur == pytest.approx(4 / 3 * np.pi * 125, rel=0.1)  # the ball, in whole voxels, without the speck
    swept = next(table for name, table in tables.items() if name.startswith("sweep"))
    assert swept.frame["remove_artefacts.radius_um"].unique().tolist() == [1, 2]
    decided = [decision["step"] for decision in results.provenance["decisions"]]
    assert {"level", "select_electrode", "hysteresis_threshold"} <= set(decided)


def test_a_phase_that_the_image_will_not_have_is_said_before_anything_runs(cell: Path, load: Callable[[str], Study]):
    with pytest.raises(StudyFileError, match=r"unknown phase 'por'; the image has 'pore', 'sulfur'"):
        load(STUDY.replace("radius_um: 1, rest: pore", "radius_um: 1, rest: por"))
    with pytest.raises(StudyFileError, match=r"size_voxels: found 4"):
        load(STUDY.replace("pipeline:\n", "pipeline:\n  - box: {size_voxels: 4}\n"))

"""From a scan of powder to radii, voids and cracks in one study: what the steps promise a study file."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import voltome as vt
from voltome.errors import StudyFileError
from voltome.study import Study

STUDY = """\
study: NMC powder
scans:
  batch: {source: batch.nrrd}
pipeline:
  - threshold: {intervals: {NMC: [110, null]}, rest: pore}
  - internal_voids: {phase: NMC, void: void}
  - merge_phases: {phases_to_merge: [NMC, void], into: filled}
  - separate_particles: {phase: filled, min_depth_um: 2}
  - drop_touching_border
  - particle_radii: {grey: source}
  - measure_voids: {phases: internal_voids, void: void, grey: source}
  - measure_cracks: {crack_width_um: 2}
"""


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    """Two whole particles, one of them with a void, and one that the border cuts."""
    balls = [vt.twins.Sphere(centre, 8.0, material="NMC") for centre in ((12, 12, 12), (12, 12, 30), (12, 12, 48))]
    void = vt.twins.Sphere((12, 12, 12), 3.5, material="void")
    scene = vt.twins.Scene((void, *balls), size_um=(24, 24, 50))
    grey = {"pore": 60, "void": 60, "NMC": 160}
    scan = vt.twins.grey_volume(scene, voxel_size_um=1, grey=grey, blur_um=0.7, noise=5, seed=1)
    vt.io.write(scan, tmp_path / "batch.nrrd")
    return tmp_path


def test_a_scan_of_powder_becomes_radii_voids_and_cracks(batch: Path, load: Callable[[str], Study]):
    results = vt.study.run(load(STUDY))
    tables = results.tables()
    radii = tables["particle_radii-particle_roughness"].frame
    assert radii.mean_radius_um.tolist() == pytest.approx([8, 8], abs=0.1)
    statistics = tables["measure_voids"].frame.iloc[0]
    assert (statistics.particles, statistics.void_frequency) == (2, 0.5)
    assert statistics.dead_volume_fraction_of_voided_particles == pytest.approx((3.5 / 8) ** 3, rel=0.04)
    assert len(tables["measure_voids-voids"].frame) == 1
    assert tables["measure_cracks"].frame.cracked_particles.tolist() == [0]
    assert np.count_nonzero(tables["particle_radii"].frame.at_contact) == 0
    report = vt.report.write(results)
    text = Path(report).read_text(encoding="utf-8")
    for said in (
        "Voids inside NMC, which a flood",
        "void frequency",
        "Radii of up to four particles",
        "roughness proxy",
    ):
        assert said in text


def test_phases_are_known_after_voids_were_made_and_phases_merged(batch: Path, load: Callable[[str], Study]):
    for old, new, said in (
        ("[NMC, void], into", "[NMC, viod], into", "unknown phase 'viod'; the image has 'pore', 'NMC', 'void'"),
        ("separate_particles: {phase: filled", "separate_particles: {phase: NMC", "the image has 'pore', 'filled'"),
    ):
        with pytest.raises(StudyFileError, match=said):
            load(STUDY.replace(old, new))

"""Real files through whole studies, from file to report, by the command that a user gives."""

import subprocess
import sys
from pathlib import Path

import pytest

import voltome as vt

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the real data folder ../shared/data is not here")


def run(tmp_path: Path, text: str) -> vt.study.Results:
    (tmp_path / "study.yaml").write_text(text)
    command = [sys.executable, "-m", "voltome", "run", "study.yaml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "report: " in done.stdout
    results = vt.study.load_results(tmp_path / "study-results")
    page = (results.folder / "report.html").read_text()
    assert "data:image/svg+xml" in page
    return results


def test_a_grey_fibre_preform_from_file_to_report(tmp_path: Path):
    """FiberForm micro-CT: the fraction of grey 90..255 is 0.16714 (published with the PuMA test)."""
    results = run(
        tmp_path,
        f"""\
study: Carbon-fibre preform
scans:
  fiberform: {{source: {SHARED / "fibreform-ct-puma" / "100_fiberform.tif"}, voxel_size_um: 1.3}}
pipeline:
  - threshold: {{intervals: {{fibre: [90, 255]}}, rest: pore}}
  - phase_fractions
  - phase_profile: {{axis: z, layer_um: 13}}
  - surface_area: {{phase: fibre}}
  - sweep: {{over: threshold.intervals.fibre.0, values: [80, 90, 100], steps: [phase_fractions]}}
  - subvolumes: {{edges_um: [26, 43, 65], steps: [phase_fractions]}}
""",
    )
    tables = results.tables()
    fibre = tables["phase_fractions"].frame.set_index("phase").loc["fibre"]
    assert round(fibre.fraction, 5) == 0.16714
    assert fibre.fraction_standard_error > 0
    swept = tables["sweep-phase_fractions"].frame
    assert swept[swept.phase == "fibre"].fraction.is_monotonic_decreasing
    assert results.provenance["simulated"] == []


def test_a_labelled_electrode_with_particles(tmp_path: Path):
    """NMC electrode: fractions .449917 / .400466 / .149616; face areas as in the README of the data."""
    results = run(
        tmp_path,
        f"""\
study: NMC electrode
scans:
  nmc:
    source: {SHARED / "electrode-nmc-taufactor" / "electrode.tiff"}
    as: phases
    phases: {{0: pore, 85: NMC, 170: binder}}
    voxel_size_um: 0.390625
pipeline:
  - phase_fractions
  - surface_area: {{phase: pore, estimator: faces, name: pore-faces}}
  - surface_area: {{phase: NMC, estimator: faces, name: nmc-faces}}
  - surface_area: {{phase: NMC}}
  - separate_particles: {{phase: NMC, min_depth_um: 0.4}}
  - drop_touching_border
  - filter_by_size: {{min_voxels: 30}}
  - measure_particles
  - particle_statistics
  - size_distribution
""",
    )
    tables = results.tables()
    fractions = tables["phase_fractions"].frame.set_index("phase").fraction
    assert [round(fractions[phase], 6) for phase in ("pore", "NMC", "binder")] == [0.449917, 0.400466, 0.149616]
    per_um = {name: tables[name].frame.area_per_total_volume_per_um.iloc[0] for name in ("pore-faces", "nmc-faces")}
    assert per_um["pore-faces"] * 1e6 == pytest.approx(785502, rel=2e-6)
    assert per_um["nmc-faces"] * 1e6 == pytest.approx(374028, rel=2e-6)
    particles = tables["measure_particles"].frame
    assert len(particles) > 50
    assert not particles.touches_border.any()
    assert (particles.volume_um3 > 0).all()
    assert particles.sphericity.between(0.2, 1.1).all()


def test_two_real_scans_of_other_kinds_in_one_study(tmp_path: Path):
    """A cell slice by Otsu and a fibre preform by threshold: two pipelines, one report."""
    results = run(
        tmp_path,
        f"""\
study: A cell and a preform
scans:
  cell:
    source: {SHARED / "cell-cylindrical-ucl" / "cell_vol.tif"}
    voxel_size_um: [67.94, 33.97, 33.97]
    pipeline: cell
  preform: {{source: {SHARED / "fibreform-ct-puma" / "100_fiberform.tif"}, voxel_size_um: 1.3, pipeline: fibres}}
pipelines:
  cell:
    - crop: {{box_voxels: [[70, 80], [0, null], [0, null]]}}
    - otsu: {{phases: [air, solid]}}
    - phase_fractions
  fibres:
    - threshold: {{intervals: {{fibre: [90, 255]}}, rest: pore}}
    - phase_fractions
""",
    )
    frame = results.tables()["phase_fractions"].frame
    assert frame.scan.tolist() == ["cell", "cell", "preform", "preform"]
    assert frame[frame.phase == "solid"].fraction.iloc[0] == pytest.approx(0.5, abs=0.3)

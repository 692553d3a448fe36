"""Loading, sizes and surface over volume as steps of a study of two scans."""

from collections.abc import Callable
from pathlib import Path

import pytest

import voltome as vt
from voltome.study import Study

STUDY = """\
study: Balls
scans:
  first: {source: first.tif, cycle: 0}
  second: {source: second.tif, cycle: 5}
pipeline:
  - threshold: {intervals: {solid: [150, null]}, rest: pore}
  - areal_loading: {phase: solid, density_g_per_cm3: 2.03}
  - continuous_size_distribution: {phase: solid, bins: 6, minimum_radius_um: 2}
  - local_thickness: {phase: solid}
  - local_thickness: {phase: solid, grey: source, name: fine}
  - mercury_intrusion: {phase: pore, bins: 6}
  - intrusion_radius: {phase: pore, inlet: z-}
  - separate_particles: {phase: solid}
  - measure_particles
  - particle_statistics: {minimum_radius_um: 1.5, surface: corrected}
  - size_distribution: {bins: 4, minimum_radius_um: 1.5, border: miles_lantuejoul, seed: 3}
  - surface_to_volume_distribution: {bins: 4, weight: area}
compare: {by: cycle}
"""


def test_the_steps_run_and_scans_compare(spheres: Path, load: Callable[[str], Study]):
    results = vt.study.run(load(STUDY))
    tables = results.tables()
    loading = tables["areal_loading"].frame
    # two balls each, of radius 6 and 5, then 5 and 4 um, over 24 x 24 um
    assert loading.cycle.tolist() == [0, 5]
    for found, radii in zip(loading.loading_mg_per_cm2, ((6, 5), (5, 4)), strict=True):
        volume = sum(4.18879 * radius**3 for radius in radii)
        assert found == pytest.approx(volume * 2.03 * 0.1 / 576, rel=0.07)  # of so few voxels
    change = tables["comparison-areal_loading"].frame.relative_change_of_loading
    assert change[1] == pytest.approx(189 / 341 - 1, abs=0.03)
    statistics = tables["particle_statistics"]
    assert statistics.frame.mean_radius_um.tolist() == pytest.approx([5.5, 4.5], rel=0.02)
    assert statistics.frame.excluded_particles.tolist() == [0, 0]
    sizes = tables["continuous_size_distribution"].frame
    assert sizes.groupby("scan").volume_weighted_mean_radius_um.first()["first"] == pytest.approx(5.15, abs=0.4)
    assert (tables["size_distribution"].frame.excluded_volume_fraction == 0).all()
    assert (tables["size_distribution"].frame.share_low <= tables["size_distribution"].frame.share_high).all()
    assert "is of 2 particles" in tables["size_distribution"].warnings[0]
    assert (tables["mercury_intrusion"].frame.never_intruded_fraction == 0).all()
    fine = results.load(results.find(scan="first", name="fine")[0])
    assert "sub-voxel: surface at the grey value 150" in fine.history[-1]
    assert results.find(scan="second", name="intrusion_radius")[0].kind == "intrusion radius"
    assert set(tables["surface_to_volume_distribution"].frame.scan) == {"first", "second"}
    thickness = results.load(results.find(scan="first", name="local_thickness")[0])
    assert isinstance(thickness, vt.data.Volume)
    assert thickness.quantity == "local thickness"

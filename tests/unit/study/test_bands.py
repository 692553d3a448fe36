"""Which sweep belongs to which reported table, and from where to where it is looked at."""

from pathlib import Path

import pytest

import voltome as vt
from voltome.errors import StudyFileError

HEAD = """\
study: x
scans: {first: {source: first.tif}, second: {source: second.tif, set: {threshold.intervals: {solid: [160, null]}}}}
pipeline:
  - threshold: {intervals: {solid: [150, null]}, rest: pore}
  - phase_fractions
  - surface_area: {phase: solid}
"""
SWEEP = "  - sweep: {over: threshold.intervals.solid.0, values: [140, 150, 160], steps: [phase_fractions]%s}\n"


def bands(folder: Path) -> list[dict]:
    return vt.study.run(vt.study.load(folder / "study.yaml")).provenance["bands"]


def test_a_sweep_belongs_to_the_table_that_is_made_alike(spheres, write_study):
    write_study(HEAD + SWEEP % "")
    swept = {"sweep": "sweep-phase_fractions", "over": "threshold.intervals.solid.0", "low": 140, "high": 160}
    assert bands(spheres) == [{"scan": scan, "table": "phase_fractions", **swept} for scan in ("first", "second")], (
        "of the fractions and not of the surfaces; a threshold of its own changes nothing"
    )


def test_the_band_that_the_study_says(spheres, write_study):
    write_study(HEAD + SWEEP % ", band: [145, 160]")
    assert [(band["low"], band["high"]) for band in bands(spheres)] == [(145, 160)] * 2


def test_steps_between_and_other_parameters_part_them(spheres, write_study):
    between = "  - open_phase: {phase: solid, radius_um: 1, rest: pore}\n"
    write_study(HEAD + between + SWEEP % "")
    assert bands(spheres) == [], "the swept fractions are those after the opening, the reported ones before"
    write_study(HEAD + between + "  - phase_fractions: {name: opened}\n" + SWEEP % "")
    assert {band["table"] for band in bands(spheres)} == {"opened"}


def test_through_particles_to_their_statistics(spheres, write_study):
    chain = "separate_particles: {phase: solid}, measure_particles: {}, particle_statistics: {}"
    steps = "".join(f"  - {step}\n" for step in chain.split(", "))
    nested = ", ".join(f"{{{step}}}" for step in chain.split(", "))
    write_study(HEAD + steps + (SWEEP % "").replace("[phase_fractions]", f"[{nested}]"))
    found = {(band["sweep"], band["table"]) for band in bands(spheres)}
    assert ("sweep-particle_statistics", "particle_statistics") in found
    assert ("sweep-measure_particles", "measure_particles") in found


@pytest.mark.parametrize("band", ["[161, 200]", "[160, 140]", "[145, 155]"])
def test_a_band_without_two_values_is_refused(spheres, write_study, band):
    write_study(HEAD + SWEEP % f", band: {band}")
    with pytest.raises(StudyFileError, match=r"of the values 140.0, 150.0, 160.0 lie from .*; expected at least two"):
        vt.study.load(spheres / "study.yaml")

"""A pore network as a noun of a study: made, stored, taken by name, measured, reported."""

import numpy as np
import pytest

import voltome as vt
from voltome.errors import StudyFileError

STUDY = """
study: A pore network
scans:
  cell: {source: cell.ome.zarr}
pipeline:
  - threshold: {intervals: {solid: [1, null]}, rest: pore}
  - separate_particles: {phase: pore, min_depth_um: 1.0}
  - extract_network: {}
  - measure_pores: {}
  - measure_throats: {}
  - network_transport: {phases: threshold, axis: x}
report: {renderings: false}
"""


def lattice() -> np.ndarray:
    """Return spherical pores on a cubic lattice as grey value 0 in a solid of grey value 1."""
    z, y, x = np.ogrid[:24, :24, :36]
    away = sum((((index + 0.5) % 12) - 6) ** 2 for index in (z, y, x))
    return (away >= 49).astype(np.uint8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("network")
    vt.io.write(vt.data.Volume(lattice(), voxel_size_um=0.5), folder / "cell.ome.zarr")
    (folder / "study.yaml").write_text(STUDY)
    return folder


@pytest.fixture(scope="module")
def results(folder):
    return vt.study.run(vt.study.load(folder / "study.yaml"))


def test_the_network_is_stored_and_its_tables_are_those_of_the_functions(results):
    (stored,) = results.find(scan="cell", noun="PoreNetwork")
    network = results.load(stored)
    assert (network.pore_count, network.throat_count) == (12, 20)
    tables = results.tables()
    assert tables["measure_pores"].frame.coordination_number.tolist() == network.coordination_number.tolist()
    assert len(tables["measure_throats"].frame) == 20
    row = tables["network_transport"].frame.iloc[0]
    own = vt.transport.network_transport(network, axis="x").frame.iloc[0]
    assert row.network_relative_diffusivity == own.network_relative_diffusivity
    assert 0.7 < row.diffusivity_ratio < 1.3


def test_a_second_run_takes_it_from_the_store(folder, results):
    again = vt.study.run(vt.study.load(folder / "study.yaml"))
    assert all(step["cached"] for step in again.provenance["steps"])


def test_the_report_has_its_figures_and_says_what_was_done(results):
    page = vt.report.write(results).read_text(encoding="utf-8")
    assert "The pore space was made a network of pores and throats" in page
    assert "throats of each pore" in page
    assert "length from the centre of one pore through the throat" in page


def test_a_network_is_made_of_particles_and_not_of_phases(folder):
    (folder / "wrong.yaml").write_text(STUDY.replace("  - separate_particles: {phase: pore, min_depth_um: 1.0}\n", ""))
    with pytest.raises(StudyFileError, match="extract_network"):
        vt.study.load(folder / "wrong.yaml")

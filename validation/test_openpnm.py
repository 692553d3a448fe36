"""OpenPNM loads the networks that voltome writes, and computes the same from them.

Not part of the tests, as OpenPNM is no dependency: ``pip install openpnm``, then ``python -m pytest validation``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

import voltome as vt

openpnm = pytest.importorskip("openpnm")
pytestmark = pytest.mark.filterwarnings("ignore")

VOXEL_UM = 0.5


def network_of(porosity: float) -> vt.data.PoreNetwork:
    """Return the network of a random medium of 60 x 50 x 40 voxels."""
    field = gaussian_filter(np.random.default_rng(3).standard_normal((60, 50, 40)), 3)
    space = (field < np.quantile(field, porosity)).astype(np.uint8)
    phases = vt.data.PhaseImage(space, voxel_size_um=VOXEL_UM, phases={0: "solid", 1: "pore"})
    return vt.transport.extract_network(vt.segmentation.separate_particles(phases, phase="pore"))


def loaded(network: vt.data.PoreNetwork, folder: Path) -> Any:
    found = openpnm.io.network_from_csv(vt.export.write_openpnm(network, folder / "network.csv"))
    health = openpnm.utils.check_network_health(found)
    openpnm.topotools.trim(found, pores=health["disconnected_pores"])
    return found


def flow(network: Any, axis: str, algorithm: str, conductance: str, model: Any) -> float:
    """Return the flow between both faces at a unit difference, for a unit diffusivity and viscosity."""
    phase = openpnm.phase.Phase(network=network)
    for name in ("diffusivity", "viscosity"):
        phase[f"pore.{name}"] = phase[f"throat.{name}"] = 1.0
    phase.add_model(propname=f"throat.{conductance}", model=model)
    solver = getattr(openpnm.algorithms, algorithm)(network=network, phase=phase)
    solver.set_value_BC(pores=network.pores(f"{axis}min"), values=1.0)
    solver.set_value_BC(pores=network.pores(f"{axis}max"), values=0.0)
    solver.run()
    return float(solver.rate(pores=network.pores(f"{axis}min"))[0])


@pytest.mark.parametrize("axis", ["z", "y", "x"])
def test_openpnm_finds_the_diffusivity_and_the_permeability_of_the_network(axis, tmp_path) -> None:
    network = network_of(0.5)
    found = loaded(network, tmp_path)
    row = vt.transport.network_transport(network, axis=axis).frame.iloc[0]
    along = "zyx".index(axis)
    per_conductance = (network.size_um[along] * 1e-6) ** 2 / (network.sample_volume_um3 * 1e-18)
    models = openpnm.models.physics
    diffusive = flow(found, axis, "FickianDiffusion", "diffusive_conductance",
                     models.diffusive_conductance.generic_diffusive)  # fmt: skip
    hydraulic = flow(found, axis, "StokesFlow", "hydraulic_conductance",
                     models.hydraulic_conductance.generic_hydraulic)  # fmt: skip
    assert diffusive * per_conductance == pytest.approx(row.network_relative_diffusivity, rel=1e-6)
    assert hydraulic * per_conductance == pytest.approx(row.network_permeability_um2 * 1e-12, rel=1e-6)


def test_labels_counts_and_types_are_as_openpnm_has_them(tmp_path) -> None:
    network = network_of(0.5)
    found = openpnm.io.network_from_csv(vt.export.write_openpnm(network, tmp_path / "network.csv"))
    at_faces = int((network.face_area_um2 > 0).sum())
    assert (found.Np, found.Nt) == (network.pore_count + at_faces, network.throat_count + at_faces)
    assert found["throat.conns"].dtype.kind == "i"
    assert len(found.pores("zmin")) == int((network.face_area_um2[:, 0] > 0).sum())
    assert len(found.pores("xmax")) == int((network.face_area_um2[:, 5] > 0).sum())
    assert len(found.throats("boundary")) == at_faces
    np.testing.assert_allclose(found["pore.coords"][: network.pore_count, 0], network.position_um[:, 2] * 1e-6)


def test_more_pores_than_throats_load_too(tmp_path) -> None:
    network = network_of(0.12)
    assert network.pore_count > network.throat_count
    found = openpnm.io.network_from_csv(vt.export.write_openpnm(network, tmp_path / "network.csv"))
    assert found["throat.conns"].shape[1] == 2
    assert found["pore.internal"].dtype == bool

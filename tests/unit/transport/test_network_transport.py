from types import SimpleNamespace

import numpy as np
import pytest

import voltome as vt
from voltome import transport
from voltome.errors import AxisError, GeometryError, ParameterError, PhaseError


@pytest.fixture(scope="module")
def channel():
    """Return a straight channel of 8 x 8 voxels along z, cut into three pores, and its network."""
    labels = np.zeros((24, 12, 12), np.int32)
    for number in (1, 2, 3):
        labels[8 * number - 8 : 8 * number, 2:10, 2:10] = number
    phases = vt.data.PhaseImage((labels > 0).astype(np.uint8), voxel_size_um=0.5, phases={0: "solid", 1: "pore"})
    pores = vt.data.ParticleImage(labels, voxel_size_um=0.5, phase="pore", history=("cut",))
    return phases, vt.transport.extract_network(pores)


def solved_on_voxels(monkeypatch, diffusivity, permeability=1.0):
    """Let the solution on the voxels be these numbers."""
    asked = []

    def solve(name, number):
        def call(phases, **parameters):
            asked.append((name, parameters))
            return SimpleNamespace(**{number[0]: number[1]})

        return call

    monkeypatch.setitem(vars(transport), "tortuosity", solve("tortuosity", ("relative_diffusivity", diffusivity)))
    monkeypatch.setitem(vars(transport), "permeability", solve("permeability", ("value", permeability)))
    return asked


def test_the_table_of_a_network_alone(channel):
    _, network = channel
    table = vt.transport.network_transport(network)
    assert table.kind == "network_transport"
    assert table.history == ("cut", "extract_network: 3 pores, 2 throats of pore")
    row = table.frame.iloc[0]
    assert (row.phase, row.axis) == ("pore", "z")
    assert (row.percolating_pores, row.inlet_pores, row.outlet_pores) == (3, 1, 1)
    assert row.porosity == row.percolating_porosity == pytest.approx(64 / 144)
    assert row.network_tortuosity == pytest.approx(1, rel=1e-12)
    assert row.flux_imbalance < 1e-12
    assert "voxel_relative_diffusivity" not in table.frame
    assert table.warnings == ()


def test_ratios_are_those_to_the_solution_on_the_voxels(channel, monkeypatch):
    phases, network = channel
    asked = solved_on_voxels(monkeypatch, 0.5, 2.0)
    row = vt.transport.network_transport(network, phases=phases).frame.iloc[0]
    assert row.diffusivity_ratio == pytest.approx(row.network_relative_diffusivity / 0.5)
    assert "permeability_ratio" not in row
    both = vt.transport.network_transport(network, phases=phases, voxel_solve="diffusion and flow").frame.iloc[0]
    assert both.permeability_ratio == pytest.approx(both.network_permeability_um2 / 2)
    assert asked[-2:] == [
        ("tortuosity", {"phase": "pore", "axis": "z"}),
        ("permeability", {"phase": "pore", "axis": "z", "mode": "tensor", "sides": "mirrored"}),
    ]


def test_a_network_far_off_is_said(channel, monkeypatch):
    phases, network = channel
    solved_on_voxels(monkeypatch, 0.2)
    (said,) = vt.transport.network_transport(network, phases=phases).warnings
    assert said.startswith("The diffusivity of the network along z is 2.22 times that on the voxels.")


def test_without_a_path_everything_is_zero_and_it_is_said_why(channel, monkeypatch):
    phases, network = channel
    solved_on_voxels(monkeypatch, 0.0)
    table = vt.transport.network_transport(network, phases=phases, axis="x")
    row = table.frame.iloc[0]
    assert (
        row.network_relative_diffusivity,
        row.network_permeability_um2,
        row.percolating_pores,
        row.flux_imbalance,
    ) == (0, 0, 0, 0)
    assert np.isinf(row.network_tortuosity)
    assert row.diffusivity_ratio == 1  # both are 0
    (said,) = table.warnings
    assert said.startswith("No pores of pore connect the first and the last face along x")


def test_voxels_without_a_path_make_the_ratio_infinite(channel, monkeypatch):
    phases, network = channel
    solved_on_voxels(monkeypatch, 0.0)
    assert np.isinf(vt.transport.network_transport(network, phases=phases).frame.diffusivity_ratio.iloc[0])


def test_what_cannot_be_is_refused(channel):
    phases, network = channel
    with pytest.raises(AxisError, match="unknown axis 'w'"):
        vt.transport.network_transport(network, axis="w")
    with pytest.raises(ParameterError, match="voxel_solve is 'flow'; expected one of"):
        vt.transport.network_transport(network, voxel_solve="flow")
    cropped = vt.data.PhaseImage(phases.values[1:], voxel_size_um=0.5, phases=phases.phases)
    with pytest.raises(GeometryError, match="expected the image from which the network was made"):
        vt.transport.network_transport(network, phases=cropped)
    renamed = vt.data.PhaseImage(phases.values, voxel_size_um=0.5, phases={0: "solid", 1: "void"})
    with pytest.raises(PhaseError, match="unknown phase 'pore'"):
        vt.transport.network_transport(network, phases=renamed)

import numpy as np
import pandas as pd
import pytest

import voltome as vt
from voltome.errors import FileFormatError, ResultsFolderError


@pytest.fixture(scope="module")
def network():
    """Return a channel along x of 4 x 4 um in two pores of 4 and 8 um, and a pore beside it that touches y = 0."""
    labels = np.zeros((12, 20, 24), np.int32)
    labels[2:10, 10:18, :8], labels[2:10, 10:18, 8:], labels[4:8, :10, 2:6] = 1, 2, 5
    image = vt.data.ParticleImage(labels, voxel_size_um=0.5, phase="pore", origin_um=(1, 2, 3))
    return vt.transport.extract_network(image)


@pytest.fixture(scope="module")
def written(network, tmp_path_factory):
    return vt.export.write_openpnm(network, tmp_path_factory.mktemp("openpnm") / "network.csv")


def columns(path, part):
    """Return the columns of the pores, or of the throats, without the empty rows behind them."""
    table = pd.read_csv(path)
    chosen = table[[name for name in table if name.startswith(part)]].dropna()
    return {name: chosen[name].to_numpy() for name in chosen}


def test_pores_are_in_si_units_with_x_first(network, written):
    pores = columns(written, "pore.")
    assert pores["pore.volume"].tolist() == pytest.approx([64e-18, 128e-18, 20e-18, 0, 0, 0])
    np.testing.assert_allclose(pores["pore.coords[0]"][:3], network.position_um[:, 2] * 1e-6)
    np.testing.assert_allclose(pores["pore.coords[1]"][:3], network.position_um[:, 1] * 1e-6)
    np.testing.assert_allclose(pores["pore.coords[2]"][:3], network.position_um[:, 0] * 1e-6)
    np.testing.assert_allclose(pores["pore.diameter"][:3], network.inscribed_diameter_um * 1e-6)
    assert pores["pore.region_label"].tolist() == [1, 2, 5, 1, 2, 5]
    assert pores["pore.internal"].tolist() == [True] * 3 + [False] * 3
    assert pores["pore.boundary"].tolist() == [False] * 3 + [True] * 3


def test_every_pore_on_a_face_has_a_pore_on_the_face_itself(network, written):
    pores = columns(written, "pore.")
    assert [np.flatnonzero(pores[f"pore.{name}"]).tolist() for name in ("xmin", "xmax", "ymin", "ymax", "zmin")] == [
        [3], [4], [5], [], [],
    ]  # fmt: skip
    assert pores["pore.coords[0]"][3] == pytest.approx(3e-6)
    assert pores["pore.coords[0]"][4] == pytest.approx(15e-6)
    assert pores["pore.coords[1]"][5] == pytest.approx(2e-6)


def test_throats_lead_to_other_pores_and_to_faces_and_have_the_conductances_of_the_network(network, written):
    throats = columns(written, "throat.")
    ends = list(zip(throats["throat.conns[0]"], throats["throat.conns[1]"], strict=True))
    assert ends == [(0, 1), (0, 2), (0, 3), (1, 4), (2, 5)]
    assert throats["throat.internal"].tolist() == [True, True, False, False, False]
    # the channel: area over length, from centre to centre, and from there to the faces
    np.testing.assert_allclose(throats["throat.diffusive_size_factors"][[0, 2, 3]], 16e-6 / np.array([6, 2, 4]))
    np.testing.assert_allclose(throats["throat.cross_sectional_area"], np.array([16, 4, 16, 16, 4]) * 1e-12)
    # a square duct: 0.5623 / 16 of its area squared, over its length
    np.testing.assert_allclose(throats["throat.hydraulic_size_factors"][3], 0.5623 / 16 * 256e-24 / 4e-6)
    np.testing.assert_allclose(throats["throat.total_length"][0], 6e-6)


def test_the_whole_file_gives_the_flow_of_the_network(network, written):
    """Solved from the file alone, as another program would."""
    pores, throats = columns(written, "pore."), columns(written, "throat.")
    count = len(pores["pore.volume"])
    matrix = np.zeros((count, count))
    for name in ("diffusive", "hydraulic"):
        matrix[:] = 0
        for a, b, g in zip(*(throats[each] for each in ("throat.conns[0]", "throat.conns[1]",
                                                         f"throat.{name}_size_factors")), strict=True):  # fmt: skip
            a, b = int(a), int(b)
            matrix[[a, b], [b, a]] -= g
            matrix[[a, b], [a, b]] += g
        fixed = (pores["pore.xmin"] | pores["pore.xmax"]).astype(bool)
        values = pores["pore.xmin"].astype(float)
        values[~fixed] = np.linalg.solve(matrix[~fixed][:, ~fixed], -matrix[~fixed][:, fixed] @ values[fixed])
        flow = (matrix @ values)[pores["pore.xmin"].astype(bool)].sum()
        row = vt.transport.network_transport(network, axis="x").frame.iloc[0]
        per_conductance = 12e-6**2 / (network.sample_volume_um3 * 1e-18)
        expected = row.network_relative_diffusivity if name == "diffusive" else row.network_permeability_um2 * 1e-12
        assert flow * per_conductance == pytest.approx(expected, rel=1e-9)


def test_the_same_network_gives_the_same_bytes(network, written, tmp_path):
    again = vt.export.write_openpnm(network, tmp_path / "folder" / "again.csv")
    assert again.read_bytes() == written.read_bytes()


def test_a_network_without_throats_can_be_written(tmp_path):
    labels = np.zeros((6, 6, 6), np.int32)
    labels[2:4, 2:4, 2:4] = 1
    network = vt.transport.extract_network(vt.data.ParticleImage(labels, voxel_size_um=1, phase="pore"))
    table = pd.read_csv(vt.export.write_openpnm(network, tmp_path / "one.csv"))
    assert len(table) == 1


def test_another_ending_and_a_place_that_cannot_be_are_refused(network, tmp_path):
    with pytest.raises(FileFormatError, match=r"'network.pnm' does not end in .csv"):
        vt.export.write_openpnm(network, tmp_path / "network.pnm")
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultsFolderError, match="cannot write"):
        vt.export.write_openpnm(network, tmp_path / "file" / "network.csv")

"""Pore networks as files for OpenPNM."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import PoreNetwork
from voltome.data.networks import FACES
from voltome.errors import FileFormatError
from voltome.io._atomic import write_atomically
from voltome.transport._conduits import Conduits, diffusive, hydraulic

SUFFIX = ".csv"

LABEL_OF_FACE = {"-": "min", "+": "max"}

M_PER_UM = 1e-6

Columns = dict[str, NDArray[Any]]


def write_openpnm(network: PoreNetwork, path: str | Path) -> Path:
    """Write a pore network as a CSV file that OpenPNM loads, with conductances, in SI units.

    For what OpenPNM computes on networks: invasion, two-phase flow, reactions, dispersion. To keep the network with
    all it says and read it back, take `voltome.io.write`.

    Parameters
    ----------
    network : PoreNetwork
        The network.
    path : str or pathlib.Path
        The file, which is replaced if it is there; it ends in ``.csv``.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    FileFormatError
        Another ending.
    ResultsFolderError
        A place at which nothing can be written.

    Notes
    -----
    All lengths are in m, areas in m2, volumes in m3; coordinates are x, y, z as OpenPNM has them. Wherever a pore
    reaches a face of the image there is one more pore without volume, labelled ``pore.xmin`` ... ``pore.zmax`` and
    ``pore.boundary``, joined to it by a throat, ``throat.boundary``: the places for boundary conditions. All others
    are ``pore.internal`` and ``throat.internal``.

    ``throat.diffusive_size_factors`` (m) and ``throat.hydraulic_size_factors`` (m3) hold the whole conductance from
    the centre of one pore to that of the next, for a unit diffusivity and viscosity, as in `network_transport`; so
    OpenPNM's ``generic_diffusive`` and ``generic_hydraulic`` give the same effective values. ``pore.diameter`` and
    ``throat.diameter`` are the inscribed ones.

    To load it::

        import openpnm
        network = openpnm.io.network_from_csv("network.csv")
        network["throat.conns"] = network["throat.conns"].astype(int)

    Tried with OpenPNM 3.6.4.

    References
    ----------
    J. Gostick et al., Comput. Sci. Eng. 18 (2016) 60 (OpenPNM).

    Examples
    --------
    >>> import tempfile, numpy as np, pandas as pd, voltome as vt
    >>> labels = np.zeros((12, 12, 24), np.int32)
    >>> labels[2:10, 2:10, :12], labels[2:10, 2:10, 12:] = 1, 2
    >>> network = vt.transport.extract_network(vt.data.ParticleImage(labels, voxel_size_um=0.5, phase="pore"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table = pd.read_csv(vt.export.write_openpnm(network, f"{folder}/network.csv"))
    >>> int(table["pore.internal"].sum()), int(table["pore.xmin"].sum()), len(table["throat.conns[0]"].dropna())
    (2, 1, 3)
    """
    target = Path(path)
    if target.suffix.lower() != SUFFIX:
        raise FileFormatError(
            f"{target.name!r} does not end in {SUFFIX}; expected a name such as network.csv, from which OpenPNM loads "
            f"a network. To keep the network for voltome, use voltome.io.write with .zarr."
        )
    places = np.argwhere(network.face_area_um2 > 0)
    pores, throats = _pores(network, places), _throats(network, places)
    frame = pd.concat([pd.DataFrame(pores), pd.DataFrame(throats)], axis=1)
    write_atomically(target, lambda part: frame.to_csv(part, index=False, lineterminator="\n"))
    return target


def _pores(network: PoreNetwork, places: NDArray[np.int64]) -> Columns:
    """Return the columns of the pores, those on faces behind the others."""
    pore, face = places.T
    at_face = network.position_um[pore].copy()
    first, last = np.array(network.origin_um), np.array(network.origin_um) + np.array(network.size_um)
    axis = face // 2
    at_face[np.arange(len(pore)), axis] = np.where(face % 2 == 0, first[axis], last[axis])
    position = np.concatenate([network.position_um, at_face]) * M_PER_UM
    none = np.zeros(len(pore))
    on_face = network.face_inscribed_diameter_um[pore, face]
    inscribed = np.concatenate([network.inscribed_diameter_um, on_face]) * M_PER_UM
    # all columns of one array one after the other, and no other name that begins like them: as OpenPNM reads them
    columns: Columns = {f"pore.coords[{place}]": position[:, 2 - place] for place in range(3)}
    columns |= {
        "pore.volume": np.concatenate([network.volume_um3, none]) * M_PER_UM**3,
        "pore.surface_area": np.concatenate([network.surface_area_um2, none]) * M_PER_UM**2,
        "pore.diameter": inscribed,
        "pore.inscribed_diameter": inscribed,
        "pore.equivalent_diameter": np.concatenate([network.equivalent_diameter_um, on_face]) * M_PER_UM,
        "pore.region_label": np.concatenate([network.labels, network.labels[pore]]),
        "pore.internal": np.arange(len(position)) < network.pore_count,
        "pore.boundary": np.arange(len(position)) >= network.pore_count,
    }
    for number, name in enumerate(FACES):
        columns[f"pore.{name[0]}{LABEL_OF_FACE[name[1]]}"] = np.concatenate(
            [np.zeros(network.pore_count, np.bool_), face == number]
        )
    return columns


def _throats(network: PoreNetwork, places: NDArray[np.int64]) -> Columns:
    """Return the columns of the throats, those to faces behind the others."""
    pore, face = places.T
    to_face = np.stack([pore, network.pore_count + np.arange(len(pore))], axis=1)
    ends = np.concatenate([network.throat_pores, to_face])
    area = np.concatenate([network.throat_cross_section_um2, network.face_area_um2[pore, face]])
    on_face = network.face_inscribed_diameter_um[pore, face]
    inscribed = np.concatenate([network.throat_inscribed_diameter_um, on_face]) * M_PER_UM
    length = np.concatenate([network.half_length_um.sum(axis=1), network.face_length_um[pore, face]])

    def both(conduits: Conduits) -> NDArray[np.float64]:
        return np.concatenate([conduits.throats, conduits.faces[pore, face]])

    return {
        "throat.conns[0]": ends[:, 0],
        "throat.conns[1]": ends[:, 1],
        "throat.diameter": inscribed,
        "throat.inscribed_diameter": inscribed,
        "throat.equivalent_diameter": np.sqrt(4 * area / np.pi) * M_PER_UM,
        "throat.cross_sectional_area": area * M_PER_UM**2,
        "throat.total_length": length * M_PER_UM,
        "throat.diffusive_size_factors": both(diffusive(network)) * M_PER_UM,
        "throat.hydraulic_size_factors": both(hydraulic(network)) * M_PER_UM**3,
        "throat.internal": np.arange(len(ends)) < network.throat_count,
        "throat.boundary": np.arange(len(ends)) >= network.throat_count,
    }

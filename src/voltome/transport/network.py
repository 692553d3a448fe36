"""Pores and the throats between them, from a phase that was separated into its wide places."""

from __future__ import annotations

from dataclasses import replace

import edt
import fastremap
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import Column, ParticleImage, PoreNetwork, ResultTable
from voltome.data._kernels_slabs import slab_count
from voltome.data.networks import FACES
from voltome.errors import ValuesError
from voltome.morphology import measure_particles, particle_contacts
from voltome.runtime import check_memory
from voltome.transport import _kernels_network as kernels
from voltome.transport.columns_network import PORES, THROATS

BYTES_PER_VOXEL = 14
"""Labels, distances and a mask; a renumbered image is among them."""

FEW_VOXELS = 5
"""Voxels across a throat below which its inscribed diameter is a guess."""


def extract_network(pores: ParticleImage) -> PoreNetwork:
    """Make a network of pores and throats from a pore space that was separated into its wide places.

    For models that need thousands of pores instead of millions of voxels: invasion, reactions, coupling with OpenPNM
    (`voltome.export.write_openpnm`). A network simplifies; `network_transport` says how far its diffusivity and
    permeability are off. For these alone, solve on the voxels (`voltome.transport.tortuosity`): exacter, and faster.

    Parameters
    ----------
    pores : ParticleImage
        The pores, as from `voltome.segmentation.separate_particles` of the pore phase; its `min_depth_um` decides how
        finely the space is divided. What is 0 inside the mask is wall. Do not drop pores at the border.

    Returns
    -------
    PoreNetwork
        Pores in the order of their numbers, throats where two share a face of a voxel, lengths in um.

    Raises
    ------
    ValuesError
        No pore, or no wall.
    VoxelSizeError
        Voxels more than 1000 times as long as wide.
    MemoryEstimateError
        It would not fit in memory.

    Notes
    -----
    Inscribed diameter of a pore: twice the largest distance of one of its voxels to the nearest voxel of the wall,
    centre to centre (Euclidean, anisotropic), as in `local_thickness`. Of a throat: of the smaller distance on both
    sides of each shared face the largest, but no more than fits into its area. Faces of the image and the edge of the
    mask are no wall; with a mask, the faces are those of the box around it. Bias: plates and channels along the axes 0
    where an even number of voxels wide, +1 voxel where odd; balls about -1 voxel.

    Cross-section of a throat: the length of the sum of the vectors of its faces, which for a flat contact of any
    direction is its area, and for a bowl that of its rim: a watershed makes bowls, and a stream passes the rim.
    Contact area: as `particle_contacts` has it, curved parts included.

    Covariance and volume give the mean cross-section of a pore across any direction n: V / sqrt(12 n.C.n), exact for a
    prism along n, 0.86 of the great circle for a ball.

    Time and memory: see ``docs/network.md``; three passes over the image and a distance transform.

    References
    ----------
    J. Gostick, Phys. Rev. E 96 (2017) 023307 (networks from a watershed of the distance map);
    T. Saito, J.-I. Toriwaki, Pattern Recognit. 27 (1994) 1551 (distance map).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> z, y, x = np.ogrid[:20, :20, :34]
    >>> space = sum((z - 10) ** 2 + (y - 10) ** 2 + (x - centre) ** 2 < 64 for centre in (10, 23)) > 0
    >>> phases = vt.data.PhaseImage(space.astype(np.uint8), voxel_size_um=0.5, phases={0: "solid", 1: "pore"})
    >>> pores = vt.segmentation.separate_particles(phases, phase="pore")
    >>> vt.transport.extract_network(pores)
    PoreNetwork(2 pores, 1 throats, pore in 10 x 10 x 17 um)
    """
    check_memory(BYTES_PER_VOXEL * pores.values.size, task="extract_network", voxels=pores.values.size)
    pores = _boxed(pores)
    bodies, contacts = measure_particles(pores).frame, particle_contacts(pores).frame
    labels = bodies["label"].to_numpy(np.int64)
    values = _numbered(pores, labels)
    squared, unit_um = _squared_to_wall(pores, values)
    pairs = np.searchsorted(labels, contacts[["label_a", "label_b"]].to_numpy(np.int64))
    sums = kernels.sum_network(values, squared, len(labels), pairs)
    edges = np.array(pores.voxel_size_um)
    areas = edges.prod() / edges
    cross_section = np.maximum(np.linalg.norm(sums.crossed * areas, axis=1), areas.min())
    fitting = np.sqrt(4 * cross_section / np.pi)
    face_area, face_diameter = _on_faces(values, squared, len(labels), areas, unit_um)
    return PoreNetwork(
        labels=labels,
        position_um=bodies[["z_um", "y_um", "x_um"]].to_numpy(np.float64),
        volume_um3=bodies["volume_um3"].to_numpy(np.float64),
        surface_area_um2=bodies["surface_area_um2"].to_numpy(np.float64),
        inscribed_diameter_um=2 * unit_um * np.sqrt(sums.pore_squared.astype(np.float64)),
        covariance_um2=_covariance_um2(sums.moments, edges),
        face_area_um2=face_area,
        face_inscribed_diameter_um=face_diameter,
        throat_pores=pairs,
        throat_position_um=contacts[["z_um", "y_um", "x_um"]].to_numpy(np.float64),
        throat_contact_area_um2=contacts["contact_area_um2"].to_numpy(np.float64),
        throat_cross_section_um2=cross_section,
        throat_inscribed_diameter_um=np.minimum(2 * unit_um * np.sqrt(sums.throat_squared.astype(np.float64)), fitting),
        voxel_size_um=pores.voxel_size_um,
        size_um=pores.size_um,
        origin_um=pores.origin_um,
        sample_volume_um3=pores.sample_volume_um3,
        phase=pores.phase,
        history=(*pores.history, f"extract_network: {len(labels)} pores, {len(pairs)} throats of {pores.phase}"),
    )


def measure_pores(network: PoreNetwork) -> ResultTable:
    """Measure size, place and coordination number of every pore of a network.

    For the sizes of a pore space without dividing it into pores, `voltome.morphology.continuous_size_distribution`.

    Parameters
    ----------
    network : PoreNetwork
        The network.

    Returns
    -------
    ResultTable
        Kind ``pores``, one row per pore in the order of their numbers: `pore`, `volume_um3`, `surface_area_um2`,
        `equivalent_diameter_um`, `inscribed_diameter_um`, `coordination_number`, centroid, `touches_border`, `phase`.

    Notes
    -----
    Definitions as in `extract_network`. A pore that reaches a face of the image may be cut: it reads too small and
    misses throats. Takes no time.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((12, 12, 24), np.int32)
    >>> labels[2:10, 2:10, 2:12], labels[2:10, 2:10, 12:22] = 1, 2
    >>> network = vt.transport.extract_network(vt.data.ParticleImage(labels, voxel_size_um=0.5, phase="pore"))
    >>> vt.transport.measure_pores(network).frame.coordination_number.tolist()
    [1, 1]
    """
    measures = [
        network.labels,
        network.volume_um3,
        network.surface_area_um2,
        network.equivalent_diameter_um,
        network.inscribed_diameter_um,
        network.coordination_number,
        *network.position_um.T,
        (network.face_area_um2 > 0).any(axis=1),
        np.array([network.phase] * network.pore_count, dtype=object),
    ]
    return _table(network, PORES, measures, "pores")


def measure_throats(network: PoreNetwork) -> ResultTable:
    """Measure size, length and place of every throat of a network.

    Narrow throats decide on flow; where they are a few voxels wide, so is what is known of them: see the warning.

    Parameters
    ----------
    network : PoreNetwork
        The network.

    Returns
    -------
    ResultTable
        Kind ``throats``, one row per throat by rising `pore_a`, `pore_b`: `inscribed_diameter_um`,
        `equivalent_diameter_um`, `cross_section_um2`, `contact_area_um2`, `length_um`, `straight_length_um`, centre,
        `phase`. No row where no pore touches another.

    Notes
    -----
    Definitions as in `extract_network`. `warnings` says how many throats are less than 5 voxels wide, if more than a
    tenth are: their inscribed diameter is uncertain by a fifth or more.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((12, 12, 24), np.int32)
    >>> labels[2:10, 2:10, 2:12], labels[2:10, 2:10, 12:22] = 1, 2
    >>> network = vt.transport.extract_network(vt.data.ParticleImage(labels, voxel_size_um=0.5, phase="pore"))
    >>> row = vt.transport.measure_throats(network).frame.iloc[0]
    >>> float(row.cross_section_um2), float(row.inscribed_diameter_um), float(row.length_um)
    (16.0, 4.0, 5.0)
    """
    numbers = network.labels[network.throat_pores]
    between = network.position_um[network.throat_pores]
    measures = [
        *numbers.T,
        network.throat_inscribed_diameter_um,
        network.throat_equivalent_diameter_um,
        network.throat_cross_section_um2,
        network.throat_contact_area_um2,
        network.half_length_um.sum(axis=1),
        np.linalg.norm(between[:, 1] - between[:, 0], axis=1),
        *network.throat_position_um.T,
        np.array([network.phase] * network.throat_count, dtype=object),
    ]
    return _table(network, THROATS, measures, "throats", _narrow(network))


def measured_on(network: PoreNetwork) -> str:
    """Return the network in words, as tables say what they were measured on."""
    size = " x ".join(f"{edge:g}" for edge in network.size_um)
    return f"network of {network.pore_count} pores and {network.throat_count} throats of {network.phase} in {size} um"


def _table(
    network: PoreNetwork, columns: tuple[Column, ...], measures: list[NDArray[np.generic]], kind: str,
    warnings: tuple[str, ...] = (),
) -> ResultTable:  # fmt: skip
    """Return a table with these columns."""
    return ResultTable(
        pd.DataFrame({column.name: measure for column, measure in zip(columns, measures, strict=True)}),
        columns=columns,
        kind=kind,
        measured_on=measured_on(network),
        method="inscribed diameters: twice the largest distance to the wall; cross-sections: sum of vectors of faces",
        history=network.history,
        warnings=warnings,
    )


def _narrow(network: PoreNetwork) -> tuple[str, ...]:
    """Return the warning that many throats are narrow, or nothing."""
    edge = max(network.voxel_size_um)
    narrow = int(np.count_nonzero(network.throat_inscribed_diameter_um < FEW_VOXELS * edge))
    throats = network.throat_count
    if 10 * narrow <= throats:
        return ()
    return (
        f"{narrow} of {throats} throats are less than {FEW_VOXELS} voxels ({FEW_VOXELS * edge:g} um) wide, "
        f"so that their diameter is uncertain by a fifth or more. Use a scan of smaller voxels, or raise min_depth_um "
        f"of separate_particles where they are no true constrictions.",
    )


def _boxed(pores: ParticleImage) -> ParticleImage:
    """Return the box around the sample: its faces are those that transport goes between."""
    mask = pores.mask
    if mask is None:
        return pores
    others = ((1, 2), (0, 2), (0, 1))
    inside = [np.flatnonzero(mask.any(axis=each)) for each in others]
    box = tuple(slice(int(found[0]), int(found[-1]) + 1) for found in inside)
    starts = zip(pores.origin_um, pores.voxel_size_um, box, strict=True)
    z, y, x = (first + edge * extent.start for first, edge, extent in starts)
    return replace(pores, values=pores.values[box], mask=mask[box], origin_um=(z, y, x))


def _numbered(pores: ParticleImage, labels: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return the image with its pores numbered from 1 in rising order, 0 elsewhere and outside the mask."""
    values = pores.values if pores.mask is None else np.where(pores.mask, pores.values, 0)
    values = np.ascontiguousarray(values, values.dtype.newbyteorder("="))
    if int(labels[-1]) != len(labels):
        numbers = {0: 0} | {int(label): place for place, label in enumerate(labels, start=1)}
        values = fastremap.remap(values, numbers, in_place=False)
    return values.astype(np.int32, copy=False)


def _squared_to_wall(pores: ParticleImage, values: NDArray[np.int32]) -> tuple[NDArray[np.float32], float]:
    """Return the squared distance of each voxel to the nearest of the wall, and the length in um that is its unit."""
    space = values != 0
    if pores.mask is not None:
        space |= ~pores.mask
    if space.all():
        raise ValuesError(
            f"the pores of {pores.phase} fill the whole sample: nothing bounds them, so no pore and no throat has a "
            f"width; expected at least one voxel that is 0. Check the threshold, the crop and the mask."
        )
    unit_um = min(pores.voxel_size_um)
    edges = tuple(round(edge / unit_um, 6) for edge in pores.voxel_size_um)
    squared = edt.edtsq(space, anisotropy=edges, black_border=False, parallel=slab_count(space.shape))
    return np.ascontiguousarray(squared, np.float32), unit_um


def _covariance_um2(moments: NDArray[np.int64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the covariances of the pores, shape (n, 3, 3): of the centres of voxels, and of the voxels themselves."""
    count, first, second = moments[:, :1], moments[:, 1:4], moments[:, 4:]
    a, b = np.array([(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)]).T
    # exact in whole numbers: about the voxel nearest to the centroid, so that little cancels afterwards
    near = first // count
    about = second - near[:, a] * first[:, b] - near[:, b] * first[:, a] + count * near[:, a] * near[:, b]
    mean = (first - count * near) / count
    covariance = np.empty((len(moments), 3, 3))
    covariance[:, a, b] = (about / count - mean[:, a] * mean[:, b]) * edges[a] * edges[b]
    covariance[:, b, a] = covariance[:, a, b]
    return covariance + np.diag(edges**2 / 12)


def _on_faces(
    values: NDArray[np.int32], squared: NDArray[np.float32], pores: int, areas: NDArray[np.float64], unit_um: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the area and the inscribed diameter of every pore on every face of the image, (pore, 6) each."""
    area, largest = np.zeros((pores, len(FACES))), np.zeros((pores + 1, len(FACES)), np.float32)
    for face in range(len(FACES)):
        axis, end = face // 2, -(face % 2)
        here = np.take(values, end, axis=axis).ravel()
        area[:, face] = np.bincount(here, minlength=pores + 1)[1:] * areas[axis]
        np.maximum.at(largest[:, face], here, np.take(squared, end, axis=axis).ravel())
    diameter = 2 * unit_um * np.sqrt(largest[1:].astype(np.float64))
    return area, np.minimum(diameter, np.sqrt(4 * area / np.pi))

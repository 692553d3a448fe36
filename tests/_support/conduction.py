"""Diffusion solved a second time, in double precision by sparse matrices: the independent truth of transport.

Nothing here is shared with the solvers of the package but the definition: finite volumes on voxels, harmonic means on
faces, walls without flux. It is slow and meant for images of up to about 50 voxels edge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import linalg


@dataclass(frozen=True)
class Faces:
    """The faces between voxels along one axis: the two voxels of each, and its conductance."""

    one: np.ndarray
    other: np.ndarray
    conductance: np.ndarray


def faces(conductivity: np.ndarray, spacing: tuple[float, ...], axis: int, *, periodic: bool) -> Faces:
    """Return the conducting faces along an axis; periodic ones join the last layer to the first."""
    numbers = np.arange(conductivity.size).reshape(conductivity.shape)
    layers = conductivity.shape[axis]
    last = layers if periodic else layers - 1
    one = np.take(numbers, np.arange(last), axis=axis).ravel()
    other = np.take(numbers, np.arange(1, last + 1) % layers, axis=axis).ravel()
    first, second = conductivity.ravel()[one], conductivity.ravel()[other]
    open_ = (first > 0) & (second > 0)
    first, second = first[open_], second[open_]
    weight = float(np.prod(spacing)) / spacing[axis] ** 2
    return Faces(one[open_], other[open_], weight * 2 * first * second / (first + second))


def relative_diffusivity(
    conductivity: np.ndarray,
    *,
    spacing: tuple[float, ...] = (1.0, 1.0, 1.0),
    axis: int = 0,
    boundary: str = "face",
    periodic: bool = False,
) -> float:
    """Return the effective diffusivity of a box between two faces, in the unit of the conductivities."""
    flux = np.mean(solved(conductivity, spacing=spacing, axis=axis, boundary=boundary, periodic=periodic)[1])
    shape = conductivity.shape
    area = np.prod([n * h for other, (n, h) in enumerate(zip(shape, spacing, strict=True)) if other != axis])
    length = (shape[axis] - (boundary == "voxel")) * spacing[axis]
    return float(flux * length / area)


def solved(
    conductivity: np.ndarray,
    *,
    spacing: tuple[float, ...] = (1.0, 1.0, 1.0),
    axis: int = 0,
    boundary: str = "face",
    periodic: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the potential, 1 at the inlet and 0 at the outlet, and the flux through each layer of faces."""
    k = np.asarray(conductivity, np.float64)
    shape = k.shape
    all_faces = [
        faces(k, spacing, other, periodic=periodic and other != axis and shape[other] > 1) for other in range(3)
    ]
    matrix = laplacian(all_faces, k.size)
    weight = 2 * float(np.prod(spacing)) / spacing[axis] ** 2
    ends = np.zeros((2, *shape))
    for end, layer in enumerate((0, -1)):
        np.moveaxis(ends[end], axis, 0)[layer] = weight * np.moveaxis(k, axis, 0)[layer]
    if boundary == "voxel":
        ends = np.where(ends > 0, 1e12, 0.0)  # as good as fixed
    potential = np.zeros(k.size)
    system = matrix + sparse.diags(ends.sum(axis=0).ravel())
    _, label = sparse.csgraph.connected_components(matrix, directed=False)
    driven = np.isin(label, np.unique(label[ends[0].ravel() > 0])) & (k.ravel() > 0)
    driven &= np.isin(label, np.unique(label[ends[1].ravel() > 0]))
    if driven.any():
        inner = system[driven][:, driven].tocsc()
        potential[driven] = linalg.spsolve(inner, ends[0].ravel()[driven])
    along = all_faces[axis]
    flow = along.conductance * (potential[along.one] - potential[along.other])
    layer = np.unravel_index(along.one, shape)[axis]
    return potential.reshape(shape), np.bincount(layer, flow, minlength=shape[axis])[: max(shape[axis] - 1, 1)]


def laplacian(all_faces: list[Faces], size: int) -> sparse.csr_matrix:
    """Return the matrix of the fluxes out of every voxel."""
    one = np.concatenate([each.one for each in all_faces])
    other = np.concatenate([each.other for each in all_faces])
    conductance = np.concatenate([each.conductance for each in all_faces])
    links = sparse.coo_matrix((conductance, (one, other)), shape=(size, size)).tocsr()
    links = links + links.T
    links.setdiag(0)
    return (sparse.diags(np.asarray(links.sum(axis=1)).ravel()) - links).tocsr()


def tensor(conductivity: np.ndarray, *, spacing: tuple[float, ...] = (1.0, 1.0, 1.0)) -> np.ndarray:
    """Return the effective tensor of a periodic cell, 3 x 3 in the order z, y, x."""
    k = np.asarray(conductivity, np.float64)
    along = [faces(k, spacing, axis, periodic=True) for axis in range(3)]
    matrix = laplacian(along, k.size)
    matrix = matrix + sparse.diags(np.where(k.ravel() > 0, 1e-10, 1.0))  # as good as singular
    solve = linalg.factorized(matrix.tocsc())
    fields = []
    for axis, each in enumerate(along):
        push = each.conductance * spacing[axis]
        right = np.bincount(each.one, push, minlength=k.size) - np.bincount(each.other, push, minlength=k.size)
        fields.append(solve(-right) * -1)
    found = np.zeros((3, 3))
    for i in range(3):
        for j in range(3):
            for axis, each in enumerate(along):
                drops = [
                    (spacing[axis] if a == axis else 0.0) - (fields[a][each.one] - fields[a][each.other])
                    for a in (i, j)
                ]
                found[i, j] += np.sum(each.conductance * drops[0] * drops[1])
    return found / (k.size * np.prod(spacing))


def reactive_faces(
    conducting: np.ndarray, reactive: np.ndarray, spacing: tuple[float, ...], *, periodic: tuple[bool, bool, bool]
) -> np.ndarray:
    """Return the area of the faces that each conducting voxel shares with the reactive phase."""
    area = np.zeros(conducting.shape)
    for axis in range(3):
        face = float(np.prod(spacing)) / spacing[axis]
        for step in (1, -1):
            neighbour = np.roll(reactive, step, axis)
            if not periodic[axis]:
                np.moveaxis(neighbour, axis, 0)[0 if step == 1 else -1] = False
            area += face * (conducting & neighbour)
    return area


def electrode_impedance(
    conducting: np.ndarray,
    reactive: np.ndarray,
    *,
    frequency: float,
    spacing: tuple[float, ...] = (1.0, 1.0, 1.0),
    axis: int = 0,
) -> complex:
    """Return the impedance, times the area of the box, of a blocking electrode whose first layer meets the separator.

    Conductivity and capacitance per area of the reactive faces are 1; the other end and the sides are closed.
    """
    k = conducting.astype(np.float64)
    inner = [faces(k, spacing, other, periodic=False) for other in range(3)]
    inlet = np.zeros(k.shape)
    weight = 2 * float(np.prod(spacing)) / spacing[axis] ** 2
    np.moveaxis(inlet, axis, 0)[0] = weight * np.moveaxis(k, axis, 0)[0]
    area = reactive_faces(conducting, reactive, spacing, periodic=(False, False, False))
    matrix = laplacian(inner, k.size)
    _, label = sparse.csgraph.connected_components(matrix, directed=False)
    reached = np.isin(label, np.unique(label[inlet.ravel() > 0])) & (k.ravel() > 0)
    system = matrix + sparse.diags(inlet.ravel() + 1j * frequency * area.ravel())
    potential = linalg.spsolve(system[reached][:, reached].tocsc(), inlet.ravel()[reached].astype(complex))
    current = np.sum(inlet.ravel()[reached] * (1 - potential))
    box = np.prod([n * h for other, (n, h) in enumerate(zip(k.shape, spacing, strict=True)) if other != axis])
    return complex(box / current)

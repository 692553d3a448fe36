"""Fields of diffusion on small images, solved directly with scipy: for tests of what is made of fields."""

from __future__ import annotations

import numpy as np
from scipy import ndimage, sparse
from scipy.sparse.linalg import spsolve

import voltome as vt


def percolating(shape: tuple[int, int, int], *, porosity: float = 0.5, seed: int = 1) -> np.ndarray:
    """Return where a random pore space connects both faces along z."""
    noise = ndimage.gaussian_filter(np.random.default_rng(seed).standard_normal(shape), 1.5, mode="wrap")
    pore = noise < np.quantile(noise, porosity)
    labels, _ = ndimage.label(pore)
    through = set(np.unique(labels[0])) & set(np.unique(labels[-1])) - {0}
    return np.isin(labels, list(through))


def diffusion(pore: np.ndarray, *, voxel_size_um: float = 1.0) -> dict[str, vt.data.Volume]:
    """Return potential and flux (relative to that of an empty box) on cell centres, from z = 0 to the last face."""
    number = np.full(pore.shape, -1)
    number[pore] = np.arange(pore.sum())
    count = int(pore.sum())
    rows, columns, values = [], [], []
    diagonal, right = np.zeros(count), np.zeros(count)
    for axis in range(3):
        one, other = (np.take(number, np.arange(first, pore.shape[axis] - 1 + first), axis) for first in (0, 1))
        both = (one >= 0) & (other >= 0)
        a, b = one[both], other[both]
        rows += [a, b]
        columns += [b, a]
        values += [-np.ones(len(a)), -np.ones(len(a))]
        np.add.at(diagonal, a, 1)
        np.add.at(diagonal, b, 1)
    inlet, outlet = number[0][pore[0]], number[-1][pore[-1]]
    np.add.at(diagonal, inlet, 2)
    np.add.at(diagonal, outlet, 2)
    right[inlet] += 2
    rows.append(np.arange(count))
    columns.append(np.arange(count))
    values.append(diagonal)
    matrix = sparse.csr_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))))
    potential = np.zeros(pore.shape)
    potential[pore] = spsolve(matrix, right)
    return _as_volumes(pore, potential, voxel_size_um)


def _as_volumes(pore: np.ndarray, potential: np.ndarray, voxel_size_um: float) -> dict[str, vt.data.Volume]:
    layers = pore.shape[0]
    found = {}
    for axis, name in enumerate("zyx"):
        count = list(pore.shape)
        count[axis] += 1
        faces = np.zeros(count)
        inner = [slice(None)] * 3
        inner[axis] = slice(1, -1)
        low, high = (np.take(pore, np.arange(first, pore.shape[axis] - 1 + first), axis) for first in (0, 1))
        faces[tuple(inner)] = np.where(low & high, -np.diff(potential, axis=axis), 0)
        if axis == 0:
            faces[0], faces[-1] = 2 * (1 - potential[0]) * pore[0], 2 * potential[-1] * pore[-1]
        centres = (
            np.take(faces, np.arange(count[axis] - 1), axis) + np.take(faces, np.arange(1, count[axis]), axis)
        ) / 2
        found[f"flux_{name}"] = _volume(centres * layers, voxel_size_um, f"diffusive flux along {name}")
    size = np.sqrt(sum(volume.values.astype(float) ** 2 for volume in found.values()))
    found["diffusion_field"] = _volume(size, voxel_size_um, "diffusive flux")
    found["potential"] = _volume(potential, voxel_size_um, "potential")
    return found


def _volume(values: np.ndarray, voxel_size_um: float, quantity: str) -> vt.data.Volume:
    return vt.data.Volume(
        values.astype(np.float32),
        voxel_size_um=voxel_size_um,
        quantity=quantity,
        unit="1",
        history=("solved directly",),
    )

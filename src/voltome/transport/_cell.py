"""The periodic cell: the effective tensor of a medium that repeats the sample in all directions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.transport import _multigrid as multigrid
from voltome.transport._clusters import clusters_of
from voltome.transport._conjugate_gradients import solve
from voltome.transport._diffusion import contrast
from voltome.transport._sample import Sample
from voltome.transport._steady import check_converged, conductivities


@dataclass(frozen=True, slots=True)
class CellTensor:
    """The tensor of a cell: 3 x 3 in the order z, y, x, and of each of its axes the error bound and iterations."""

    values: NDArray[np.float64]
    bounds: tuple[float, float, float]
    winds: tuple[bool, bool, bool]


def cell_tensor(sample: Sample, diffusivities: Mapping[str, float], tolerance: float) -> CellTensor:
    """Return the effective tensor of the periodic cell.

    Only clusters that wind around the cell carry a flux. The potential falls by the length of the cell along one axis
    and is corrected by a periodic field, one for each axis, on the same grids.
    """
    largest = max(diffusivities.values())
    given = conductivities(sample, diffusivities)
    clusters = clusters_of(given, periodic=(True, True, True))
    winding = np.asarray(clusters.winds.any(axis=1))
    z, y, x = (bool(clusters.winds[:, axis].any()) for axis in range(3))
    given = np.where(clusters.where(winding), given, given.dtype.type(0))
    del clusters
    # a tensor has no length in it: edges near 1 keep every product within the range of float32
    z_um, y_um, x_um = sample.phases.voxel_size_um
    spacing = (z_um / x_um, y_um / x_um, 1.0)
    cell = _Cell(_faces(given, spacing), spacing, contrast(given))
    corrections, bounds = [], []
    levels = None if not winding.any() else multigrid.Multigrid(cell.operator())
    for axis, winds in enumerate((z, y, x)):
        correction, bound = np.zeros(0, np.float32), 0.0
        if winds and levels is not None:
            correction, bound = cell.correction(levels, axis, tolerance)
        corrections.append(correction)
        bounds.append(bound)
    volume = given.size * float(np.prod(spacing))
    values = cell.dissipation(corrections) * (largest / volume)
    return CellTensor(values, (bounds[0], bounds[1], bounds[2]), (z, y, x))


def _faces(given: NDArray[Any], spacing: tuple[float, float, float]) -> list[NDArray[np.float32]]:
    """Return the conductance of the face of every voxel to the next one along each axis, the last to the first."""
    volume = float(np.prod(spacing))
    found = []
    for axis, edge in enumerate(spacing):
        mine = given.astype(np.float32)
        theirs = np.roll(mine, -1, axis)
        total = mine + theirs
        series = np.divide(2 * mine * theirs, total, out=np.zeros_like(total), where=(mine > 0) & (theirs > 0))
        found.append(series * np.float32(volume / edge**2))
    return found


@dataclass(frozen=True, slots=True)
class _Cell:
    """Conductances of all faces of a cell, the edges of its voxels, and smallest over largest conductivity."""

    faces: list[NDArray[np.float32]]
    spacing: tuple[float, float, float]
    contrast: float

    def operator(self) -> multigrid.Operator:
        """Return the operator; along an axis of one voxel the faces join it to itself and carry no difference."""
        volume = float(np.prod(self.spacing))
        z, y, x = (face if face.shape[axis] > 1 else np.zeros_like(face) for axis, face in enumerate(self.faces))
        weights = [volume / edge**2 for edge in self.spacing]
        return multigrid.of_conductances(z, y, x, weights=(weights[0], weights[1], weights[2]))

    def correction(self, levels: multigrid.Multigrid, axis: int, tolerance: float) -> tuple[NDArray[np.float32], float]:
        """Return the periodic field that corrects the even fall along an axis, and the bound of the relative error."""
        edge = np.float32(self.spacing[axis])
        source = edge * (self.faces[axis] - np.roll(self.faces[axis], 1, axis))
        even = float(self.faces[axis].sum(dtype=np.float64)) * float(edge) ** 2
        solution = solve(
            levels.operator,
            source,
            tolerance=tolerance,
            energy_beyond=even,
            multigrid=levels,
            slowest=self.contrast,
        )
        bound, iterations = solution.relative_error_bound, solution.iterations
        check_converged(solution.stopped_by, bound, iterations, tolerance, what="diffusivity_tensor")
        return solution.values, bound

    def dissipation(self, corrections: list[NDArray[np.float32]]) -> NDArray[np.float64]:
        """Return the sums over all faces of conductance times the falls of two fields, layer by layer in float64."""
        found = np.zeros((3, 3))
        used = [axis for axis in range(3) if corrections[axis].size]
        for across, face in enumerate(self.faces):
            conductance = np.moveaxis(face, across, 0)
            fields = {axis: np.moveaxis(corrections[axis], across, 0) for axis in used}
            for layer in range(len(conductance)):
                following = (layer + 1) % len(conductance)
                weight = conductance[layer].astype(np.float64)
                falls = {
                    axis: (self.spacing[axis] if axis == across else 0.0)
                    - (each[layer].astype(np.float64) - each[following])
                    for axis, each in fields.items()
                }
                for i in used:
                    for j in used:
                        if j >= i:
                            found[i, j] += float(np.sum(weight * falls[i] * falls[j]))
        return found + np.triu(found, 1).T

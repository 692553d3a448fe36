"""Pores that are open to the separator and end anywhere: the equations of the electrode tortuosity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from voltome.transport import _multigrid as multigrid
from voltome.transport._clusters import clusters_of
from voltome.transport._conjugate_gradients import solve
from voltome.transport._sample import Sample, layers_of
from voltome.transport._steady import Sides, check_converged

Separator = Literal["first", "last"]


@dataclass(frozen=True, slots=True)
class Pores:
    """The pores of an electrode.

    Attributes
    ----------
    sample : Sample
        The electrode.
    conducting : numpy.ndarray of bool
        Where the pores are, in its box.
    axis : int
        Axis of its thickness.
    separator : str
        The end of the axis at which the separator is.
    sides : str
        What is beside the axis.
    """

    sample: Sample
    conducting: NDArray[np.bool_]
    axis: int
    separator: Separator
    sides: Sides

    @property
    def periodic(self) -> tuple[bool, bool, bool]:
        """Whether the sides across each axis are joined."""
        z, y, x = (self.sides == "periodic" and axis != self.axis for axis in range(3))
        return z, y, x

    @property
    def face_areas_um2(self) -> tuple[float, float, float]:
        """Area of the faces of a voxel across each axis, in um2."""
        z, y, x = self.sample.phases.voxel_size_um
        return y * x, z * x, z * y

    @property
    def weights_um(self) -> tuple[float, float, float]:
        """Area over distance of two voxels along each axis, in um."""
        z, y, x = (a / h for a, h in zip(self.face_areas_um2, self.sample.phases.voxel_size_um, strict=True))
        return z, y, x

    @property
    def thickness_um(self) -> float:
        """Thickness of the electrode in um."""
        return self.sample.shape[self.axis] * self.sample.phases.voxel_size_um[self.axis]

    @property
    def area_um2(self) -> float:
        """Cross-section of the electrode in um2."""
        layer = self.sample.voxels / self.sample.shape[self.axis]
        return layer * self.face_areas_um2[self.axis]

    def reached(self) -> NDArray[np.bool_]:
        """Return where pores are connected to the separator."""
        found = clusters_of(self.conducting, periodic=self.periodic)
        return found.where(found.touching(self._at_separator(found.labels)))

    def reactive_area_um2(self, names: list[str]) -> NDArray[np.float32]:
        """Return the area that every voxel of the pores shares with these phases, in um2."""
        reactive = np.zeros(self.sample.shape, np.bool_)
        for name in names:
            reactive |= self.sample.is_phase(name)
        found = np.zeros(self.sample.shape, np.float32)
        for axis, face in enumerate(self.face_areas_um2):
            area, pore, wall = (layers_of(each, axis) for each in (found, self.conducting, reactive))
            area[:-1] += (pore[:-1] & wall[1:]) * np.float32(face)
            area[1:] += (pore[1:] & wall[:-1]) * np.float32(face)
            if self.periodic[axis] and len(area) > 1:
                area[-1] += (pore[-1] & wall[0]) * np.float32(face)
                area[0] += (pore[0] & wall[-1]) * np.float32(face)
        return found

    def resistance_per_um(
        self, reached: NDArray[np.bool_], area_um2: NDArray[np.float32], tolerance: float
    ) -> tuple[float, float, int]:
        """Return the resistance times conductivity in 1/um, the bound of its relative error, and the iterations."""
        # solved in edges of a voxel, as products of micrometres may leave the range of float32
        edge_um = self.sample.phases.voxel_size_um[self.axis]
        area, (z, y, x) = area_um2 / np.float32(edge_um**2), (weight / edge_um for weight in self.weights_um)
        extra = np.zeros(self.sample.shape, np.float32)
        half_voxel = np.float32(2 * self.weights_um[self.axis] / edge_um)
        self._at_separator(extra)[...] = self._at_separator(reached) * half_voxel
        operator = multigrid.of_mask(reached, weights=(z, y, x), extra=extra, periodic=self.periodic)
        solution = solve(operator, area.copy(), tolerance=tolerance)
        bound, iterations = solution.relative_error_bound, solution.iterations
        check_converged(solution.stopped_by, bound, iterations, tolerance, what="electrode_tortuosity")
        pushed = sum(
            float(np.vdot(layer.astype(np.float64), values))
            for layer, values in zip(area, solution.values, strict=True)
        )
        total = float(area.sum(dtype=np.float64))
        return (2 * pushed - operator.energy(solution.values)) / total**2 / edge_um, bound, iterations

    def _at_separator(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the view of the layer that meets the separator."""
        layer: NDArray[Any] = layers_of(values, self.axis)[0 if self.separator == "first" else -1]
        return layer

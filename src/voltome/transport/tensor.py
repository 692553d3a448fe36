"""The full tensor of the effective diffusivity, with its principal axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import PhaseImage, PhaseName, Positive, ResultTable
from voltome.data._parameters import AXES, check_choice
from voltome.runtime import check_memory
from voltome.transport import columns_diffusion as columns
from voltome.transport._cell import cell_tensor
from voltome.transport._sample import warnings_of_sections, whole_box
from voltome.transport._steady import check_tolerance, checked_diffusivities, in_words, steady

Repeated = Literal["periodic", "mirrored"]

BYTES_PER_VOXEL = 55

PRINCIPAL = ("first principal", "second principal", "third principal")


@dataclass(frozen=True, slots=True)
class DiffusivityTensor:
    """How well a medium conducts in every direction.

    Attributes
    ----------
    diffusivities : dict of str to float
        Diffusivity of every phase that conducts, as given.
    sides : str
        How the sample is repeated.
    values : numpy.ndarray of float64
        The tensor, 3 x 3, rows and columns in the order z, y, x, in the unit of the given diffusivities; symmetric.
    principal_values : numpy.ndarray of float64
        Its eigenvalues, largest first.
    principal_axes : numpy.ndarray of float64
        The unit vectors of the principal axes as rows, components in the order z, y, x; the largest one positive.
    relative_error_bounds : tuple of float
        For the axes z, y, x: the solver is not further than this from the exact diagonal entry, as a share of it.
    warnings : tuple of str
        What a reader must know before using the numbers.
    measured_on, method : str
        The image, and how it was measured.
    history : tuple of str
        What was done to the image, oldest first.
    """

    diffusivities: Mapping[str, float]
    sides: Repeated
    values: NDArray[np.float64]
    principal_values: NDArray[np.float64]
    principal_axes: NDArray[np.float64]
    relative_error_bounds: tuple[float, float, float]
    warnings: tuple[str, ...]
    measured_on: str
    method: str
    history: tuple[str, ...]

    def along(self, direction: tuple[float, float, float]) -> float:
        """Return the effective diffusivity along a direction (z, y, x) of any length above 0."""
        vector = np.asarray(direction, np.float64)
        return float(vector @ self.values @ vector / (vector @ vector))

    def to_table(self) -> ResultTable:
        """Return a row for each axis of the image and each principal axis, kind ``diffusivity_tensor``."""
        rows = [self._row(axis, np.eye(3)[index], self.relative_error_bounds[index]) for index, axis in enumerate(AXES)]
        rows += [
            self._row(name, vector, max(self.relative_error_bounds))
            for name, vector in zip(PRINCIPAL, self.principal_axes, strict=True)
        ]
        return ResultTable(
            pd.DataFrame(rows),
            columns=columns.DIFFUSIVITY_TENSOR,
            kind="diffusivity_tensor",
            measured_on=self.measured_on,
            method=self.method,
            history=self.history,
            warnings=self.warnings,
        )

    def _row(self, name: str, vector: NDArray[np.float64], bound: float) -> dict[str, Any]:
        """Return the row of one direction."""
        flux = self.values @ vector
        return {
            "diffusivities": in_words(self.diffusivities),
            "sides": self.sides,
            "direction": name,
            **{f"along_{axis}": float(part) for axis, part in zip(AXES, vector, strict=True)},
            "effective_diffusivity": float(vector @ flux),
            **{f"flux_{axis}": float(part) for axis, part in zip(AXES, flux, strict=True)},
            "relative_error_bound": bound,
        }


def diffusivity_tensor(
    phases: PhaseImage,
    *,
    diffusivities: Mapping[PhaseName, Positive],
    sides: Repeated = "periodic",
    tolerance: Positive = 1e-4,
) -> DiffusivityTensor:
    """Measure the full tensor of the effective diffusivity, or conductivity, of a sample.

    Use it where the medium has directions of its own, such as fibres or flakes that lie askew: three measures along
    the axes of the image say nothing of what a gradient along z drives along x. Where the axes of the image are the
    axes of the medium, `effective_diffusivity` or `tortuosity` along each of them is enough.

    Parameters
    ----------
    phases : PhaseImage
        The segmented image, without a mask: the box is repeated in all directions.
    diffusivities : dict of str to float
        Diffusivity of every phase that conducts, each above 0 and at least 1e-6 of the largest, all in one unit.
        Phases that are not named are walls.
    sides : {"periodic", "mirrored"}
        How the sample goes on. ``periodic``: the same again, the cell problem of homogenisation, three equations with
        one set of grids; where pores of an image do not meet across its sides they are cut there, which lowers the
        values of small images. ``mirrored``: mirror images, between which no path is cut; the tensor of that medium is
        diagonal by symmetry and the same as `effective_diffusivity` along the three axes.
    tolerance : float
        Largest relative error of the three diagonal entries that the solver may leave, above 0.

    Returns
    -------
    DiffusivityTensor
        `values` of shape (3, 3) in the unit of `diffusivities`, symmetric, with principal values and axes; along an
        axis on which nothing percolates row and column are 0, and a warning says so.

    Raises
    ------
    PhaseError
        A phase that the image does not have.
    ParameterError
        No phase, a diffusivity that is not above 0 or less than 1e-6 of the largest, an unknown way of repeating, or a
        tolerance that cannot be reached.
    GeometryError
        A mask that is not a whole box.
    AxisError
        With ``mirrored`` sides, an axis with a single layer of voxels.
    ConvergenceError
        The solver does not reach the tolerance.
    MemoryEstimateError
        The image does not fit in memory.

    Notes
    -----
    With n the direction of a mean gradient of 1, D n is the mean flux. The entries are sums over all faces of
    conductance times the falls of two fields, which makes the tensor symmetric and never negative; an error e of a
    field enters as its square.

    Memory: about 54 bytes per voxel, ``mirrored`` that of `effective_diffusivity`.

    References
    ----------
    S. Torquato, Random Heterogeneous Materials (2002), section 16.1; A. Bensoussan, J.-L. Lions, G. Papanicolaou,
    Asymptotic Analysis for Periodic Structures (1978), chapter 1.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> z, y, x = np.indices((12, 4, 12))
    >>> slanted = ((z + x) % 12 < 6).astype(np.uint8)  # sheets along y, at 45 degrees to z and x
    >>> image = vt.data.PhaseImage(slanted, voxel_size_um=1, phases={0: "solid", 1: "pore"})
    >>> found = vt.transport.diffusivity_tensor(image, diffusivities={"pore": 1.0})
    >>> print(round(float(found.values[1, 1]), 3), found.values[0, 2] < 0)
    0.5 True
    """
    check_choice("sides", sides, get_args(Repeated))
    given = checked_diffusivities(phases, diffusivities)
    check_tolerance(tolerance, given)
    sample = whole_box(phases, what="diffusivity_tensor")
    voxels = phases.values.size
    check_memory(BYTES_PER_VOXEL * voxels, task="diffusivity_tensor", voxels=voxels)
    if sides == "mirrored":
        values, bounds = _mirrored(phases, given, tolerance)
    else:
        found = cell_tensor(sample, given, tolerance)
        values, bounds = found.values, found.bounds
    lengths, vectors = np.linalg.eigh(values)
    principal = _oriented(vectors.T[::-1])
    blocked = [axis for index, axis in enumerate(AXES) if values[index, index] == 0]
    return DiffusivityTensor(
        diffusivities=given,
        sides=sides,
        values=values,
        principal_values=np.maximum(lengths[::-1], 0.0),
        principal_axes=principal,
        relative_error_bounds=bounds,
        warnings=(*_of_blocked(blocked, given), *warnings_of_sections(sample)),
        measured_on=f"phases of {phases.grid_in_words}",
        method=f"cell problem of the {sides} sample, finite volumes on voxels with harmonic means on faces",
        history=phases.history,
    )


def _mirrored(
    phases: PhaseImage, given: Mapping[str, float], tolerance: float
) -> tuple[NDArray[np.float64], tuple[float, float, float]]:
    """Return the diagonal tensor of the mirrored medium, and the error bounds."""
    found = [
        steady(
            phases, given, axis=axis, boundary="face", sides="no-flux", tolerance=tolerance, what="diffusivity_tensor"
        )
        for axis in AXES
    ]
    z, y, x = (each.relative_error_bound for each in found)
    return np.diag([each.effective_diffusivity for each in found]), (z, y, x)


def _oriented(axes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return unit vectors with their largest component positive: an axis has no sign."""
    largest = np.take_along_axis(axes, np.argmax(np.abs(axes), axis=1)[:, None], axis=1)
    turned: NDArray[np.float64] = axes * np.where(largest < 0, -1.0, 1.0)
    return turned


def _of_blocked(blocked: Sequence[str], given: Mapping[str, float]) -> tuple[str, ...]:
    """Return the warning of axes along which nothing flows."""
    if not blocked:
        return ()
    return (
        f"Nothing flows along {', '.join(blocked)}: no cluster of {' and '.join(map(repr, given))} goes through the "
        f"repeated sample; so the tensor is 0 there. Check threshold and crop.",
    )

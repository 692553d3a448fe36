"""The effective diffusivity, or conductivity, of several phases that conduct side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import AxisName, PhaseImage, PhaseName, Positive, ResultTable
from voltome.transport import columns_diffusion as columns
from voltome.transport._sample import Sample, warnings_of_sections
from voltome.transport._steady import (
    Boundary,
    Sides,
    checked_diffusivities,
    in_words,
    percolation_warning,
    steady,
)
from voltome.transport.tortuosity import spread


@dataclass(frozen=True, slots=True)
class EffectiveDiffusivity:
    """How well several phases conduct together.

    Attributes
    ----------
    diffusivities : dict of str to float
        Diffusivity of every phase that conducts, as given.
    axis : str
        Axis along which the potential falls.
    boundary, sides : str
        The conventions at the ends and beside the axis.
    value : float
        Effective diffusivity of the sample, in the unit of the given ones; 0 where nothing percolates.
    conducting_fraction : float
        Volume of all phases that conduct over that of the sample.
    mean_diffusivity, harmonic_diffusivity : float
        Arithmetic and harmonic mean over the volume, between which `value` lies (Wiener).
    tortuosity : float
        `mean_diffusivity` over `value`.
    relative_error_bound : float
        The solver is not further than this from the exact solution on these voxels, as a share of `value`.
    flux_per_slice : numpy.ndarray of float64
        Flux through every layer of faces, from inlet to outlet, in the unit of `value`.
    iterations : int
        Iterations of the solver.
    reason : str
        Why nothing percolates; empty where it does.
    warnings : tuple of str
        What a reader must know before using the numbers.
    measured_on, method : str
        The image, and how it was measured.
    history : tuple of str
        What was done to the image, oldest first.
    """

    diffusivities: Mapping[str, float]
    axis: AxisName
    boundary: Boundary
    sides: Sides
    value: float
    conducting_fraction: float
    mean_diffusivity: float
    harmonic_diffusivity: float
    tortuosity: float
    relative_error_bound: float
    flux_per_slice: NDArray[np.float64]
    iterations: int
    reason: str
    warnings: tuple[str, ...]
    measured_on: str
    method: str
    history: tuple[str, ...]

    @property
    def flux_spread(self) -> float:
        """Largest less smallest flux through a layer, over the mean; 0 where nothing percolates."""
        return spread(self.flux_per_slice)

    def to_table(self) -> ResultTable:
        """Return the numbers as a table of one row, kind ``effective_diffusivity``."""
        other = {"diffusivities": in_words(self.diffusivities), "effective_diffusivity": self.value}
        row = {
            column.name: [other[column.name] if column.name in other else getattr(self, column.name)]
            for column in columns.EFFECTIVE_DIFFUSIVITY
        }
        return ResultTable(
            pd.DataFrame(row),
            columns=columns.EFFECTIVE_DIFFUSIVITY,
            kind="effective_diffusivity",
            measured_on=self.measured_on,
            method=self.method,
            history=self.history,
            warnings=self.warnings,
        )


def effective_diffusivity(
    phases: PhaseImage,
    *,
    diffusivities: Mapping[PhaseName, Positive],
    axis: AxisName = "z",
    boundary: Boundary = "face",
    sides: Sides = "no-flux",
    tolerance: Positive = 1e-4,
) -> EffectiveDiffusivity:
    """Measure the effective diffusivity, or conductivity, of a sample in which several phases conduct.

    Use it where one phase does not do: ions in pores and in a binder that swells, electrons in active material and
    carbon, heat in everything. Diffusivity, electric and thermal conductivity obey one equation: give any of them. For
    one phase in walls `tortuosity` is the same and faster; for all directions see `diffusivity_tensor`.

    Parameters
    ----------
    phases : PhaseImage
        The segmented image. Outside its mask is wall; the mask must leave the same cross-section in every layer along
        the axis, whose area counts.
    diffusivities : dict of str to float
        Diffusivity of every phase that conducts, each above 0 and at least 1e-6 of the largest, all in one unit.
        Phases that are not named are walls.
    axis : {"z", "y", "x"}
        Axis along which the potential falls.
    boundary : {"face", "voxel"}
        Where the potential is held: on the outer faces of the sample, or in the centres of its first and last layers;
        see `tortuosity`.
    sides : {"no-flux", "periodic"}
        What is beside the axis: walls, or the opposite side.
    tolerance : float
        Largest relative error of the effective diffusivity that the solver may leave, above 0. Above 0.01 counts as
        0.01.

    Returns
    -------
    EffectiveDiffusivity
        `value` in the unit of `diffusivities`, the arithmetic and harmonic means between which it must lie, the error
        bound of the solver and the flux through every layer. Where nothing percolates it is 0, with a `reason`.

    Raises
    ------
    PhaseError
        A phase that the image does not have.
    ParameterError
        No phase, a diffusivity that is not above 0 or less than 1e-6 of the largest, an unknown convention, or a
        tolerance that cannot be reached.
    AxisError
        An unknown axis, or a single layer of voxels along it.
    GeometryError
        A mask with another cross-section in one layer than in the next.
    ConvergenceError
        The solver does not reach the tolerance.
    MemoryEstimateError
        The image does not fit in memory.

    Notes
    -----
    Finite volumes on the voxels; on a face between two phases the harmonic mean of their diffusivities, which makes
    layers in series exact. Interfaces have no resistance of their own.

    Memory: about 54 bytes per voxel, where all diffusivities are the same about 28.

    References
    ----------
    S. V. Patankar, Numerical Heat Transfer and Fluid Flow (1980), equation 4.9; O. Wiener, Abh. Sächs. Akad. Wiss. 32,
    507 (1912), for the bounds.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((8, 6, 6), np.uint8)
    >>> labels[4:] = 1  # two layers, one behind the other along z, side by side along y
    >>> image = vt.data.PhaseImage(labels, voxel_size_um=0.5, phases={0: "pore", 1: "binder"})
    >>> given = {"pore": 1.0, "binder": 0.25}
    >>> for axis in ("z", "y"):
    ...     print(axis, round(vt.transport.effective_diffusivity(image, diffusivities=given, axis=axis).value, 4))
    z 0.4
    y 0.625
    """
    given = checked_diffusivities(phases, diffusivities)
    solved = steady(
        phases, given, axis=axis, boundary=boundary, sides=sides, tolerance=tolerance, what="effective_diffusivity"
    )
    arithmetic, harmonic = means(solved.sample, given)
    return EffectiveDiffusivity(
        diffusivities=given,
        axis=axis,
        boundary=boundary,
        sides=sides,
        value=solved.effective_diffusivity,
        conducting_fraction=solved.conducting_fraction,
        mean_diffusivity=arithmetic,
        harmonic_diffusivity=harmonic,
        tortuosity=arithmetic / solved.effective_diffusivity if solved.effective_diffusivity > 0 else float("inf"),
        relative_error_bound=solved.relative_error_bound,
        flux_per_slice=solved.flux_per_slice,
        iterations=solved.iterations,
        reason=solved.reason,
        warnings=(
            *percolation_warning(solved, "the effective diffusivity is 0"),
            *warnings_of_sections(solved.sample),
        ),
        measured_on=f"phases of {phases.grid_in_words}",
        method=f"steady diffusion by finite volumes on voxels with harmonic means on faces, {solved.conventions}",
        history=phases.history,
    )


def means(sample: Sample, diffusivities: Mapping[str, float]) -> tuple[float, float]:
    """Return the arithmetic and the harmonic mean over the volume of the sample, walls counting as 0."""
    shares = {phase: np.count_nonzero(sample.is_phase(phase)) / sample.voxels for phase in diffusivities}
    arithmetic = float(sum(share * diffusivities[phase] for phase, share in shares.items()))
    if sum(shares.values()) < 1 - 1e-12:
        return arithmetic, 0.0
    return arithmetic, float(1 / sum(share / diffusivities[phase] for phase, share in shares.items()))

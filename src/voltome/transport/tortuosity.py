"""The tortuosity factor of a phase, from steady diffusion between two faces of the sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import AxisName, PhaseImage, PhaseName, Positive, ResultTable
from voltome.transport import columns_diffusion as columns
from voltome.transport._sample import warnings_of_sections
from voltome.transport._steady import Boundary, Sides, Steady, percolation_warning, steady

DEFINITION = "porosity / (D_eff/D_0), with the whole porosity: what does not percolate counts, but carries nothing"


@dataclass(frozen=True, slots=True)
class Tortuosity:
    """How much the shape of a phase hinders diffusion through the sample.

    Attributes
    ----------
    phase : str
        Name of the phase that conducts.
    axis : str
        Axis along which the potential falls.
    boundary, sides : str
        The conventions at the ends and beside the axis.
    value : float
        Tortuosity factor, `porosity` over `relative_diffusivity`; infinite where the phase does not percolate.
    relative_diffusivity : float
        Effective diffusivity of the sample over that of the phase.
    porosity, percolating_porosity : float
        Volume of the phase, and of its part that is connected to both ends, over the volume of the sample.
    relative_error_bound : float
        The solver is not further than this from the exact solution on these voxels, as a share of
        `relative_diffusivity`.
    flux_per_slice : numpy.ndarray of float64
        Flux through every layer of faces across the axis, from inlet to outlet, in the unit of `relative_diffusivity`:
        the same everywhere, but for the error of the solver. Empty where the phase does not percolate.
    iterations : int
        Iterations of the solver.
    stopped_by : str
        What ended them.
    reason : str
        Where the phase does not percolate: which, along what, and how far it reaches; empty otherwise.
    definition : str
        Which of the tortuosities of the literature this is.
    warnings : tuple of str
        What a reader must know before using the numbers.
    measured_on, method : str
        The image, and how it was measured.
    history : tuple of str
        What was done to the image, oldest first.
    """

    phase: str
    axis: AxisName
    boundary: Boundary
    sides: Sides
    value: float
    relative_diffusivity: float
    porosity: float
    percolating_porosity: float
    relative_error_bound: float
    flux_per_slice: NDArray[np.float64]
    iterations: int
    stopped_by: str
    reason: str
    definition: str
    warnings: tuple[str, ...]
    measured_on: str
    method: str
    history: tuple[str, ...]

    @property
    def flux_spread(self) -> float:
        """Largest less smallest flux through a layer, over the mean; 0 where the phase does not percolate."""
        return spread(self.flux_per_slice)

    def to_table(self) -> ResultTable:
        """Return the numbers as a table of one row, kind ``tortuosity``."""
        row = {
            column.name: [self.value if column.name == "tortuosity" else getattr(self, column.name)]
            for column in columns.TORTUOSITY
        }
        return ResultTable(
            pd.DataFrame(row),
            columns=columns.TORTUOSITY,
            kind="tortuosity",
            measured_on=self.measured_on,
            method=self.method,
            history=self.history,
            warnings=self.warnings,
        )


def tortuosity(
    phases: PhaseImage,
    *,
    phase: PhaseName,
    axis: AxisName = "z",
    boundary: Boundary = "face",
    sides: Sides = "no-flux",
    tolerance: Positive = 1e-4,
) -> Tortuosity:
    """Measure the tortuosity factor and the relative diffusivity of a phase along one axis.

    The number that porous-electrode models divide porosity by: D_eff = D_0 porosity / tortuosity. It is the factor of
    the flux and not the length of a path; a path longer by a factor f gives about f squared. For several phases that
    conduct see `effective_diffusivity`, for all directions at once `diffusivity_tensor`, for electrodes whose blind
    pores work too `electrode_tortuosity`, for the fields `diffusion_field`.

    Parameters
    ----------
    phases : PhaseImage
        The segmented image. Outside its mask is wall; the mask must leave the same cross-section in every layer along
        the axis, whose area counts.
    phase : str
        Name of the phase that conducts; everything else is wall.
    axis : {"z", "y", "x"}
        Axis along which the potential falls; z is the thickness of an electrode.
    boundary : {"face", "voxel"}
        Where the potential is held. ``face``: on the outer faces of the sample, as TauFactor; the length is that of
        the sample. ``voxel``: in the centres of the first and last layers of voxels, as PoreSpy and PuMA; the length
        is one voxel less. On one image the two differ by 0.1 to 0.3 % at 100 voxels, more on fewer.
    sides : {"no-flux", "periodic"}
        What is beside the axis: walls, or the opposite side.
    tolerance : float
        Largest relative error of the relative diffusivity that the solver may leave, above 0. Above 0.01
        counts as 0.01. It is a bound on the
        number itself, and not a residual. From about 1e-6 down single precision does not reach it.

    Returns
    -------
    Tortuosity
        `value`, `relative_diffusivity`, both porosities, the error bound of the solver and the flux through every
        layer, all without unit. A phase that does not percolate has a relative diffusivity of 0, a tortuosity of
        infinity, a `reason` and a warning.

    Raises
    ------
    PhaseError
        An unknown phase.
    AxisError
        An unknown axis, or a single layer of voxels along it.
    GeometryError
        A mask with another cross-section in one layer than in the next.
    ParameterError
        An unknown convention, or a tolerance that is not above 0 or below the reach of single precision.
    ConvergenceError
        The solver does not reach the tolerance.
    MemoryEstimateError
        The image does not fit in memory.

    Notes
    -----
    Solved is the Laplace equation in the voxels of the phase, potential 1 at the first layer along the axis and 0 at
    the last, by finite volumes: two voxels that share a face exchange area / distance times their difference. What is
    not connected to both ends is left out of the equations, and stays in `porosity`: published values that leave it
    out of the porosity too are smaller by `percolating_porosity` / `porosity`. Edges of voxels count with their
    length.

    The error bound is of the solver alone. Pores that are few voxels wide add an error that `tortuosity_refinement`
    measures, the threshold one that `sweep` shows, a small sample one that `subvolumes` shows.

    Cost: see docs/benchmarks.md; about 10 to 20 iterations whatever the size. Memory: about 28 bytes per voxel.

    References
    ----------
    S. J. Cooper et al., TauFactor: an open-source application for calculating tortuosity factors from tomographic data,
    SoftwareX 5, 203 (2016), equation 1; B. Tjaden, D. J. L. Brett, P. R. Shearing, Tortuosity in electrochemical
    devices: a review of calculation approaches, Int. Mater. Rev. 63, 47 (2018).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((8, 6, 6), np.uint8)
    >>> labels[:, 2:4, 2:4] = 1  # a straight channel
    >>> image = vt.data.PhaseImage(labels, voxel_size_um=0.5, phases={0: "solid", 1: "pore"})
    >>> found = vt.transport.tortuosity(image, phase="pore")
    >>> print(f"{found.value:.4f} {found.relative_diffusivity:.4f} {found.porosity:.4f}")
    1.0000 0.1111 0.1111
    >>> vt.transport.tortuosity(image, phase="pore", axis="y").value
    inf
    """
    solved = steady(
        phases, {phase: 1.0}, axis=axis, boundary=boundary, sides=sides, tolerance=tolerance, what="tortuosity"
    )
    return tortuosity_of(solved, phase)


def tortuosity_of(solved: Steady, phase: str) -> Tortuosity:
    """Return the result of a solved field of one phase."""
    image = solved.sample.phases
    porosity, relative = solved.conducting_fraction, solved.effective_diffusivity
    return Tortuosity(
        phase=phase,
        axis=solved.axis,
        boundary=solved.boundary,
        sides=solved.sides,
        value=porosity / relative if relative > 0 else float("inf"),
        relative_diffusivity=relative,
        porosity=porosity,
        percolating_porosity=solved.percolating_fraction,
        relative_error_bound=solved.relative_error_bound,
        flux_per_slice=solved.flux_per_slice,
        iterations=solved.iterations,
        stopped_by=solved.stopped_by,
        reason=solved.reason,
        definition=DEFINITION,
        warnings=(
            *percolation_warning(solved, "the relative diffusivity is 0 and the tortuosity infinite"),
            *warnings_of_sections(solved.sample),
        ),
        measured_on=f"phases of {image.grid_in_words}",
        method=f"steady diffusion by finite volumes on voxels, {solved.conventions}; {DEFINITION}",
        history=image.history,
    )


def spread(flux_per_slice: NDArray[np.float64]) -> float:
    """Return the largest less the smallest flux through a layer, over the mean; 0 without a flux."""
    if not flux_per_slice.size:
        return 0.0
    return float((flux_per_slice.max() - flux_per_slice.min()) / flux_per_slice.mean())

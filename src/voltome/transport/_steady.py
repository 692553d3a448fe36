"""Steady diffusion between two ends of the sample, through one phase or several: what its measures share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import cc3d
import numpy as np
from numpy.typing import NDArray

from voltome.data import AxisName, PhaseImage
from voltome.data._parameters import axis_index, check_choice, check_positive
from voltome.errors import ConvergenceError, ParameterError
from voltome.runtime import check_memory
from voltome.transport._diffusion import SMALLEST_TOLERANCE, diffuse
from voltome.transport._sample import Sample, sample_along

Boundary = Literal["face", "voxel"]
Sides = Literal["no-flux", "periodic"]

SMALLEST_CONTRAST = 0.99e-6
"""Smallest diffusivity over the largest; at 1e-8 rounding left an error of 0.6 % that no bound saw."""

SMALLEST_TOLERANCE_TIMES_CONTRAST = 1e-11
"""With a contrast of 1e-6 rounding left 3e-6 where the bound was 6e-7."""

BYTES_PER_VOXEL = 29
BYTES_PER_VOXEL_OF_SEVERAL = 55

AT_THE_ENDS = {"face": "potential held on the outer faces", "voxel": "potential held in the centres of the end layers"}
BESIDE = {"no-flux": "walls beside the axis", "periodic": "sides beside the axis joined"}


@dataclass(frozen=True, slots=True)
class Steady:
    """A solved field.

    Attributes
    ----------
    sample : Sample
        What was solved on.
    diffusivities : dict of str to float
        Diffusivity of every phase that conducts.
    axis, boundary, sides : str
        The conventions.
    effective_diffusivity : float
        Flux times length, over area and drop of the potential; in the unit of the diffusivities.
    relative_error_bound : float
        Largest relative error of it.
    conducting_fraction, percolating_fraction : float
        Share of the sample that conducts, and that is connected to both ends.
    flux_per_slice : numpy.ndarray of float64
        The flux through every layer of faces, in the unit of the effective diffusivity.
    potential : numpy.ndarray of float32
        In the box of the sample; 0 where nothing flows.
    iterations : int
        Iterations of the solver.
    stopped_by, reason : str
        What ended them; why nothing percolates, or nothing.
    """

    sample: Sample
    diffusivities: Mapping[str, float]
    axis: AxisName
    boundary: Boundary
    sides: Sides
    effective_diffusivity: float
    relative_error_bound: float
    conducting_fraction: float
    percolating_fraction: float
    flux_per_slice: NDArray[np.float64]
    potential: NDArray[np.float32]
    iterations: int
    stopped_by: str
    reason: str

    @property
    def conventions(self) -> str:
        """Ends and sides in words."""
        return f"{AT_THE_ENDS[self.boundary]}, {BESIDE[self.sides]}"


def steady(
    phases: PhaseImage,
    diffusivities: Mapping[str, float],
    *,
    axis: AxisName,
    boundary: Boundary,
    sides: Sides,
    tolerance: float,
    what: str,
    start: NDArray[np.float32] | None = None,
) -> Steady:
    """Solve diffusion along `axis` through the phases named; the rest is wall. `start` is a potential to begin at."""
    index = axis_index(axis)
    check_choice("boundary", boundary, get_args(Boundary))
    check_choice("sides", sides, get_args(Sides))
    check_tolerance(tolerance, diffusivities)
    sample = sample_along(phases, axis, what=what, joined=sides == "periodic")
    several = len(set(diffusivities.values())) > 1
    per_voxel = BYTES_PER_VOXEL_OF_SEVERAL if several else BYTES_PER_VOXEL
    voxels = int(np.prod(sample.shape))
    check_memory(per_voxel * voxels, task=what, voxels=voxels)
    largest = max(diffusivities.values())
    conducting = conductivities(sample, diffusivities)
    filled = int(np.count_nonzero(conducting))
    found = diffuse(
        conducting,
        spacing=phases.voxel_size_um,
        axis=index,
        boundary=boundary,
        periodic_sides=sides == "periodic",
        tolerance=tolerance,
        start=start,
    )
    check_converged(found.stopped_by, found.relative_error_bound, found.iterations, tolerance, what=what)
    percolates = found.relative_diffusivity > 0
    scale = largest / sample.share_of_box
    return Steady(
        sample=sample,
        diffusivities=dict(diffusivities),
        axis=axis,
        boundary=boundary,
        sides=sides,
        effective_diffusivity=found.relative_diffusivity * scale,
        relative_error_bound=found.relative_error_bound,
        conducting_fraction=filled / sample.voxels,
        percolating_fraction=int(np.count_nonzero(found.percolating)) / sample.voxels,
        flux_per_slice=found.flux_per_slice * scale if percolates else np.zeros(0),
        potential=found.potential,
        iterations=found.iterations,
        stopped_by=found.stopped_by,
        reason="" if percolates else _why_not(conducting > 0, index, axis, list(diffusivities), sides),
    )


def checked_diffusivities(phases: PhaseImage, diffusivities: Any) -> dict[str, float]:
    """Return the diffusivities as numbers above 0 of known phases, or say what is wrong with them."""
    if not isinstance(diffusivities, Mapping) or not diffusivities:
        raise ParameterError(
            f"diffusivities is {diffusivities!r}; expected the phases that conduct with their diffusivities, such as "
            f"{{'pore': 1.0, 'binder': 0.05}}. Phases that are not named are walls."
        )
    for phase, value in diffusivities.items():
        phases.label_of(phase)
        check_positive(f"the diffusivity of {phase!r}", value)
    least, *_, largest = sorted([*diffusivities, *diffusivities], key=lambda phase: float(diffusivities[phase]))
    if diffusivities[least] < SMALLEST_CONTRAST * diffusivities[largest]:
        raise ParameterError(
            f"the diffusivity of {least!r} is {diffusivities[least]:g}, of {largest!r} {diffusivities[largest]:g}; "
            f"expected at least {SMALLEST_CONTRAST:g} times the largest, as fields in single precision do not carry "
            f"more. Leave {least!r} out, which makes it a wall; or, if {least!r} is what carries the flux, give "
            f"{largest!r} less: it hinders nothing either way."
        )
    return {str(phase): float(value) for phase, value in diffusivities.items()}


def conductivities(sample: Sample, diffusivities: Mapping[str, float]) -> NDArray[Any]:
    """Return where the sample conducts, as uint8; as float32 over the largest where phases differ."""
    largest = max(diffusivities.values())
    several = len(set(diffusivities.values())) > 1
    conducting = np.zeros(sample.shape, np.float32 if several else np.uint8)
    for phase, value in diffusivities.items():
        conducting[sample.is_phase(phase)] = value / largest if several else 1
    return conducting


def check_tolerance(tolerance: float, diffusivities: Mapping[str, float] | None = None) -> None:
    """Refuse a tolerance that is none, or that single precision does not reach."""
    check_positive("tolerance", tolerance)
    least, where = SMALLEST_TOLERANCE, ""
    if diffusivities:
        contrast = min(diffusivities.values()) / max(diffusivities.values())
        if SMALLEST_TOLERANCE_TIMES_CONTRAST / contrast > least:
            least, where = SMALLEST_TOLERANCE_TIMES_CONTRAST / contrast, " where diffusivities differ so much"
    if tolerance < least:
        raise ParameterError(
            f"tolerance is {tolerance:g}; expected {least:.3g} or more, as fields in single precision carry "
            f"no effective diffusivity with a smaller relative error{where}."
        )


def check_converged(stopped_by: str, bound: float, iterations: int, tolerance: float, *, what: str) -> None:
    """Refuse a solution that did not reach its tolerance."""
    if stopped_by not in ("tolerance", "no path"):
        raise ConvergenceError(
            f"{what} stopped after {iterations} iterations at a relative error of at most {bound:.1e}; expected "
            f"{tolerance:g}. Give a tolerance above that bound; if it is large, look for a phase that hangs together "
            f"by single voxels, or for diffusivities that differ by many powers of ten."
        )


def in_words(diffusivities: Mapping[str, float]) -> str:
    """Return diffusivities as a key of a table: ``pore 1, binder 0.05``."""
    return ", ".join(f"{phase} {value:g}" for phase, value in diffusivities.items())


def percolation_warning(solved: Steady, so: str) -> tuple[str, ...]:
    """Return the warning of a sample through which nothing flows."""
    if not solved.reason:
        return ()
    return (
        f"Nothing flows along {solved.axis}: {solved.reason}; so {so}. Check threshold and crop; with 'connectivity' "
        f"see which part is connected to what.",
    )


def _why_not(conducting: NDArray[np.bool_], index: int, axis: str, names: list[str], sides: Sides) -> str:
    """Return why nothing percolates, and how far what starts at the first layer reaches."""
    of = " and ".join(map(repr, names))
    layers = conducting.shape[index]
    if not conducting.any():
        return f"the sample has no voxel of {of}"
    labels = cc3d.connected_components(conducting, connectivity=6, binary_image=True)
    for end, layer in (("first", 0), ("last", layers - 1)):
        if not np.take(conducting, layer, axis=index).any():
            return f"{of} has no voxel in the {end} layer along {axis}"
    starting = np.unique(np.take(labels, 0, axis=index))
    reached = np.isin(labels, starting[starting > 0]).any(axis=tuple(other for other in range(3) if other != index))
    depth = int(np.flatnonzero(reached)[-1]) + 1
    across = "" if sides == "no-flux" else ", without going round the sides,"
    return (
        f"no cluster of {of} (voxels that share a face) is connected to both ends; from the first layer{across} "
        f"the furthest reaches {depth} of {layers} layers"
    )

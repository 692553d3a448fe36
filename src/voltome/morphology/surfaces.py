"""The surface of a phase inside the image, by the estimators that users meet in the literature."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import ImageNoun, PhaseImage, PhaseName, ResultTable, Volume
from voltome.data._parameters import check_choice
from voltome.errors import ParameterError, PhaseError
from voltome.morphology import columns
from voltome.morphology._crofton import area_per_exit_um2
from voltome.morphology._gradient import gradient_um2
from voltome.morphology._iso_levels import grey_levels
from voltome.morphology._kernels_cubes import configuration_counts
from voltome.morphology._kernels_phases import CLASSES, PHASE_VOXELS, SAMPLE_VOXELS, mixed_pairs
from voltome.morphology._lindblad import area_per_configuration_um2
from voltome.morphology._octants import Octants, octants_of, standard_error
from voltome.morphology._triangles import GreyLevels, triangles_um2

_area_per_exit_um2 = cache(area_per_exit_um2)

Estimator = Literal["crofton13", "lindblad", "iso_surface", "gradient", "marching_cubes", "faces"]

METHODS = {
    "crofton13": "crossings along 13 directions (Crofton), weighted by their cells on the sphere",
    "lindblad": "configurations of 2 x 2 x 2 voxels, weighted so that planes of all directions read alike",
    "iso_surface": "marching cubes on the grey values at the level where the phase ends",
    "gradient": "integral of the gradient of the binary phase",
    "marching_cubes": "marching cubes on the binary phase (reads +7 to +10 % on smooth surfaces)",
    "faces": "voxel faces counted (reads +50 % on smooth isotropic surfaces)",
}

CAN_BE_SMOOTHED = ("gradient", "marching_cubes")

PAIR_ESTIMATORS = ("crofton13", "faces")
"""Estimators that count pairs of neighbours alone: many images that share voxels can be counted together."""


@dataclass(frozen=True, slots=True)
class SurfaceArea:
    """The surface of one phase inside the sample.

    Attributes
    ----------
    phase : str
        Name of the phase.
    estimator : str
        How it was estimated; areas by different estimators do not compare.
    area_um2 : float
        Surface between the phase and the rest of the sample, without the faces of the image, in um2.
    area_per_phase_volume_per_um : float
        Surface over the volume of the phase, in 1/um.
    area_per_total_volume_per_um : float
        Surface over the volume of the sample, in 1/um.
    area_per_total_volume_standard_error_per_um : float
        Its standard error from the scatter among the octants of this image, in 1/um.
    measured_on, method : str
        The image, and how the surface was estimated.
    history : tuple of str
        What was done to the image, oldest first.
    """

    phase: str
    estimator: Estimator
    area_um2: float
    area_per_phase_volume_per_um: float
    area_per_total_volume_per_um: float
    area_per_total_volume_standard_error_per_um: float
    measured_on: str
    method: str
    history: tuple[str, ...]

    def to_table(self) -> ResultTable:
        """Return the numbers as a table of one row, kind ``surface_area``."""
        row = {column.name: [getattr(self, column.name)] for column in columns.SURFACE_AREA}
        return ResultTable(
            pd.DataFrame(row),
            columns=columns.SURFACE_AREA,
            kind="surface_area",
            measured_on=self.measured_on,
            method=self.method,
            history=self.history,
        )


def surface_area(
    phases: PhaseImage,
    *,
    phase: PhaseName,
    estimator: Estimator = "crofton13",
    grey: Volume | None = None,
    level: float | None = None,
    smoothed: bool = False,
) -> SurfaceArea:
    """Measure the surface of a phase inside the sample.

    Use ``crofton13`` unless a number must be compared with one measured otherwise, or the grey values are at hand and
    hold more than the phases do (``iso_surface``). Published surfaces differ by 50 % and more by the estimator alone:
    `surface_areas` gives all of them side by side. For the surface of every particle see `measure_particles`, for that
    between every two phases `interface_areas`.

    Parameters
    ----------
    phases : PhaseImage
        The segmented image; only surface inside its mask counts.
    phase : str
        Name of the phase whose surface is measured.
    estimator : {"crofton13", "lindblad", "iso_surface", "gradient", "marching_cubes", "faces"}
        ``crofton13``: crossings along 13 directions; within 0.5 % for radii of 6 voxels and more. ``lindblad``:
        configurations of 2 x 2 x 2 voxels; within 0.6 % on smooth bodies from 3 voxels radius.
        ``iso_surface``: triangles through the grey values; the least scatter where the image is not noisy.
        ``gradient``: integral of the gradient, with `smoothed` the default of TauFactor 2. ``marching_cubes``:
        triangles through the binary image, as scikit-image and BoneJ; about +8 %. ``faces``: faces of voxels, as
        TauFactor's face counting and MATBOX; +50 % on smooth surfaces at any resolution.
    grey : Volume, optional
        For ``iso_surface``: the grey values that the phases were cut from.
    level : float, optional
        For ``iso_surface``: the grey value at which the phase ends. None: the ends of the interval of grey values that
        it was cut by.
    smoothed : bool, default False
        For ``gradient`` and ``marching_cubes``: smooth the phase first by a Gaussian of 3 x 3 x 3 voxels with a
        standard deviation of 0.8 voxels, as TauFactor 2 does.

    Returns
    -------
    SurfaceArea
        The area in um2, over the volume of the phase and over that of the sample in 1/um, with a standard error.

    Raises
    ------
    PhaseError
        An unknown phase, or one without a voxel in the sample.
    ParameterError
        An unknown estimator; `grey` or `level` without ``iso_surface``, or a level that the grey values do not cross;
        `smoothed` with an estimator that does not smooth, or with a mask.
    GeometryError
        Grey values on another grid.
    AxisError
        ``marching_cubes`` or ``iso_surface`` on an image with an axis of a single voxel.
    VoxelSizeError
        ``crofton13`` or ``lindblad`` on voxels more than 1000 times as long as wide.
    ValuesError
        The sample is a single voxel, from which there is no standard error, or a level that lies between the grey
        values of both sides at less than a twentieth of the surface.

    Notes
    -----
    Only the surface inside the image counts: nothing is added where the phase meets a face of the image or the
    edge of the mask. ``crofton13`` compares every voxel with its 26 neighbours; along a direction that leaves
    the sample sideways the image goes on as it is at its border, so a surface that meets the border is measured as
    if it went on straight, and a body inside gets the area that `measure_particles` gives. ``lindblad`` does the same.
    A surface on the very face of the image cannot be seen; for a random medium in a cube of N voxels ``faces``
    therefore reads 1/N too little and ``crofton13`` 0.7/N. Triangles end at the centres of the outermost voxels.

    A flat surface reads -7 to +2 % by ``crofton13`` depending on its direction, -7 % along the axes of the image; by
    ``lindblad`` hardly less.

    ``lindblad``: every cube between eight voxel centres adds the area of its configuration. Weights are derived for
    the voxel size: those of least variance over all directions of a plane (1.4 % for cubes), right on average, and
    right for a ball of 10 voxels. ``iso_surface``: only in cubes that touch one in which the phase meets another, so
    that grains that were cleaned away do not count; of an interval with two ends both surfaces count.

    Time: about 10 ns per voxel on one core, 50 ns for ``lindblad``, 100 ns and more for triangles and the gradient.
    Memory: nothing beside the image for ``crofton13``, ``lindblad`` and ``faces``; 1 to 3 bytes per voxel for the
    others.

    References
    ----------
    D. Legland, K. Kiêu, M.-F. Devaux, Image Anal. Stereol. 26 (2007) 83 (13 directions);
    J. Lindblad, Image Vis. Comput. 23 (2005) 111 (2 x 2 x 2 configurations; table 2);
    W. E. Lorensen, H. E. Cline, SIGGRAPH Comput. Graph. 21 (1987) 163; T. Lewiner et al., J. Graph. Tools 8
    (2003) 1.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> z, y, x = np.ogrid[-15:16, -15:16, -15:16]
    >>> ball = (z**2 + y**2 + x**2 <= 12.3**2).astype(np.uint8)
    >>> image = vt.data.PhaseImage(ball, voxel_size_um=0.1, phases={0: "pore", 1: "sulfur"})
    >>> true = 4 * np.pi * 1.23**2
    >>> round(vt.morphology.surface_area(image, phase="sulfur").area_um2 / true, 1)
    1.0
    >>> round(vt.morphology.surface_area(image, phase="sulfur", estimator="faces").area_um2 / true, 1)
    1.5
    """
    check_choice("estimator", estimator, get_args(Estimator))
    check_options(phases, estimator, grey, level, smoothed=smoothed)
    octants = octants_of(phases)
    counts = counts_of(phases, phase, octants)
    levels = grey_levels(phases, phase, grey, level) if estimator == "iso_surface" else None
    areas = _areas_um2(phases, phase, estimator, octants, counts, levels, smoothed=smoothed)
    method = in_words(estimator, levels, smoothed=smoothed)
    return of_counts(phases, phase, estimator, areas, counts, method=method, history=phases.history)


def by_pairs(estimator: str, *, level: float | None, smoothed: bool) -> bool:
    """Say whether the pairs of neighbours alone tell the surface, with these parameters of `surface_area`."""
    return estimator in PAIR_ESTIMATORS and level is None and not smoothed


def of_counts(
    image: ImageNoun,
    phase: str,
    estimator: Estimator,
    areas_um2: NDArray[np.float64],
    counts: NDArray[np.int64],
    *,
    method: str,
    history: tuple[str, ...],
) -> SurfaceArea:
    """Return the surface from what was counted in each octant of an image."""
    volumes: NDArray[np.float64] = counts[:, SAMPLE_VOXELS] * np.float64(image.voxel_volume_um3)
    area = float(areas_um2.sum())
    return SurfaceArea(
        phase=phase,
        estimator=estimator,
        area_um2=area,
        area_per_phase_volume_per_um=area / float(counts[:, PHASE_VOXELS].sum() * image.voxel_volume_um3),
        area_per_total_volume_per_um=area / float(volumes.sum()),
        area_per_total_volume_standard_error_per_um=standard_error(areas_um2, volumes),
        measured_on=f"phases of {image.grid_in_words}",
        method=method,
        history=history,
    )


def check_options(
    phases: PhaseImage, estimator: str, grey: Volume | None, level: float | None, *, smoothed: bool
) -> None:
    """Refuse options of another estimator, and smoothing across the edge of a mask."""
    if estimator != "iso_surface" and (grey is not None or level is not None):
        raise ParameterError(
            f"estimator {estimator!r} works on the phases alone, but grey or level is given; expected them with "
            f"estimator='iso_surface' only. Leave them out, or choose that estimator."
        )
    if not smoothed:
        return
    if estimator not in CAN_BE_SMOOTHED:
        raise ParameterError(
            f"estimator {estimator!r} does not smooth the phase; expected smoothed=True with "
            f"{' or '.join(map(repr, CAN_BE_SMOOTHED))} only."
        )
    if phases.mask is not None:
        raise ParameterError(
            "smoothed=True would mix in what lies outside the mask; expected an image without a mask. Crop the image "
            "to a box inside the sample, or leave smoothed out."
        )


def counts_of(phases: PhaseImage, phase: str, octants: Octants) -> NDArray[np.int64]:
    """Return mixed pairs by class of direction, voxels of the sample and of the phase, for each octant."""
    values = phases.values.astype(np.uint8, copy=False)
    counts = mixed_pairs(values, phases.label_of(phase), phases.mask, octants.lower, octants.upper, octants.split)
    check_present(phase, counts)
    return counts


def check_present(phase: str, counts: NDArray[np.int64]) -> None:
    """Refuse a phase without a voxel, from the counts of `mixed_pairs`."""
    if not counts[:, PHASE_VOXELS].sum():
        raise PhaseError(
            f"phase {phase!r} has no voxel in the sample, so it has no surface. Check the intervals of the threshold, "
            f"the crop and the mask."
        )


def _areas_um2(
    phases: PhaseImage,
    phase: str,
    estimator: Estimator,
    octants: Octants,
    counts: NDArray[np.int64],
    levels: GreyLevels | None,
    *,
    smoothed: bool,
) -> NDArray[np.float64]:
    """Return the area in each octant."""
    label = phases.label_of(phase)
    if estimator in ("marching_cubes", "iso_surface"):
        return triangles_um2(phases, label, octants, grey=levels, smoothed=smoothed)
    if estimator == "gradient":
        return gradient_um2(phases, label, octants, smoothed=smoothed)
    if estimator == "lindblad":
        values = phases.values.astype(np.uint8, copy=False)
        seen = configuration_counts(values, label, phases.mask, octants.lower, octants.upper, octants.split)
        cubes: NDArray[np.float64] = seen @ area_per_configuration_um2(phases.voxel_size_um) / 8
        return cubes
    return areas_of_pairs_um2(phases.voxel_size_um, estimator, counts)


def areas_of_pairs_um2(
    voxel_size_um: tuple[float, float, float], estimator: Estimator, counts: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the area in each octant from its mixed pairs by class of direction."""
    if estimator == "faces":
        z, y, x = voxel_size_um
        faces_um2 = z * y * x / np.array(voxel_size_um)
        areas: NDArray[np.float64] = counts[:, :3] @ faces_um2 / 2  # a face is counted from both its voxels
    else:
        # of four counts of a line through a body, two are of its exit, and a pair is counted from both its voxels
        areas = counts[:, :CLASSES] @ _area_per_exit_um2(voxel_size_um) / 4
    return areas


def in_words(estimator: Estimator, levels: GreyLevels | None = None, *, smoothed: bool = False) -> str:
    """Return how the surface was estimated."""
    at = "" if levels is None else f" ({' and '.join(f'{level:g}' for level in levels.levels)})"
    after = ", smoothed first by a Gaussian of 0.8 voxels in 3 x 3 x 3" if smoothed else ""
    return (
        f"{estimator}: {METHODS[estimator]}{at}{after}; inside the sample only; standard error from octants of this "
        f"image"
    )

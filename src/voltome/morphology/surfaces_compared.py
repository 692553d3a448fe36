"""The surface of one phase by every estimator, side by side."""

from __future__ import annotations

import pandas as pd

from voltome.data import PhaseImage, PhaseName, ResultTable, Volume
from voltome.errors import ParameterError
from voltome.morphology import columns_interfaces as columns
from voltome.morphology.surfaces import CAN_BE_SMOOTHED, Estimator, SurfaceArea, surface_area

BIAS_ON_SPHERES: dict[tuple[Estimator, bool], float] = {
    ("crofton13", False): 0.0,
    ("lindblad", False): 0.0,
    ("iso_surface", False): 0.003,
    ("marching_cubes", True): 0.005,
    ("gradient", True): 0.009,
    ("gradient", False): 0.087,
    ("marching_cubes", False): 0.087,
    ("faces", False): 0.500,
}
"""Estimator, and whether the phase is smoothed -> relative error on spheres of 20 voxels radius.

Measured by ``python -m benchmarks surface_bias``; a test holds them against balls.
"""


def surface_areas(
    phases: PhaseImage, *, phase: PhaseName, grey: Volume | None = None, level: float | None = None
) -> ResultTable:
    """Measure the surface of a phase by every estimator, side by side.

    Shows on one's own image how far published numbers may differ by the estimator alone, and which column of another
    program to compare with. For the one number to use see `surface_area`.

    Parameters
    ----------
    phases : PhaseImage
        The segmented image with at least two voxels along every axis; only surface inside its mask counts.
    phase : str
        Name of the phase whose surface is measured.
    grey : Volume, optional
        The grey values that the phases were cut from: adds the row ``iso_surface``.
    level : float, optional
        The grey value at which the phase ends. None: the ends of the interval that it was cut by.

    Returns
    -------
    ResultTable
        Kind ``surface_areas``, one row per estimator, the least biased first: `area_um2`, over the volume of the phase
        and of the sample in 1/um with a standard error, `ratio_to_crofton13`, and `bias_on_spheres`, the known relative
        error on smooth surfaces that face all ways. Smoothed rows are left out of an image with a mask.

    Raises
    ------
    PhaseError, ParameterError, GeometryError, AxisError, VoxelSizeError, ValuesError
        As `surface_area`; a `level` without `grey`.

    Notes
    -----
    TauFactor 2 has ``gradient, smoothed`` (its default), ``gradient``, ``marching_cubes, smoothed``, ``marching_cubes``
    and ``faces`` (face_counting); MATBOX and TauFactor 1 ``faces``; ITK, MorphoLibJ and, by its documentation, Avizo
    ``crofton13``; scikit-image and BoneJ ``marching_cubes``; Dragonfly ``lindblad``; PuMA ``iso_surface``.

    Ratios that differ much from those of spheres (1.09 for marching_cubes, 1.50 for faces) tell of features of few
    voxels: smoothing wipes them out, and binary estimators count their corners.

    Time: about 1 us per voxel in all. Memory: 100 MB beside the image.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> z, y, x = np.ogrid[-15:16, -15:16, -15:16]
    >>> ball = (z**2 + y**2 + x**2 <= 12.3**2).astype(np.uint8)
    >>> image = vt.data.PhaseImage(ball, voxel_size_um=0.1, phases={0: "pore", 1: "sulfur"})
    >>> table = vt.morphology.surface_areas(image, phase="sulfur").frame
    >>> print(table[["estimator", "ratio_to_crofton13"]].round(1).to_string(index=False))
                   estimator  ratio_to_crofton13
                   crofton13                 1.0
                    lindblad                 1.0
    marching_cubes, smoothed                 1.0
          gradient, smoothed                 1.0
                    gradient                 1.1
              marching_cubes                 1.1
                       faces                 1.5
    """
    if grey is None and level is not None:
        raise ParameterError(
            f"level is {level:g} but grey is not given; expected both, for the estimator iso_surface. Give grey the "
            f"volume that the phases were cut from, or leave level out."
        )
    found = {
        (estimator, smoothed): _one(phases, phase, estimator, grey, level, smoothed=smoothed)
        for estimator, smoothed in sorted(BIAS_ON_SPHERES, key=lambda which: BIAS_ON_SPHERES[which])
        if not (estimator == "iso_surface" and grey is None) and not (smoothed and phases.mask is not None)
    }
    reference = found["crofton13", False].area_um2
    rows = [
        (
            phase,
            f"{estimator}, smoothed" if smoothed else estimator,
            area.area_um2,
            area.area_per_phase_volume_per_um,
            area.area_per_total_volume_per_um,
            area.area_per_total_volume_standard_error_per_um,
            area.area_um2 / reference if reference else 1.0,
            BIAS_ON_SPHERES[estimator, smoothed],
        )
        for (estimator, smoothed), area in found.items()
    ]
    return ResultTable(
        pd.DataFrame(rows, columns=[column.name for column in columns.SURFACE_AREAS]),
        columns=columns.SURFACE_AREAS,
        kind="surface_areas",
        measured_on=f"phases of {phases.grid_in_words}",
        method="every estimator on one image; inside the sample only; standard error from octants of this image",
        history=phases.history,
    )


def _one(
    phases: PhaseImage, phase: str, estimator: Estimator, grey: Volume | None, level: float | None, *, smoothed: bool
) -> SurfaceArea:
    """Return the surface by one estimator."""
    if estimator == "iso_surface":
        return surface_area(phases, phase=phase, estimator=estimator, grey=grey, level=level)
    return surface_area(phases, phase=phase, estimator=estimator, smoothed=smoothed and estimator in CAN_BE_SMOOTHED)

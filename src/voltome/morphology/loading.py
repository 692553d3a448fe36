"""The mass of a phase over the geometric area of the electrode."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import AxisName, PhaseImage, PhaseName, Positive, ResultTable
from voltome.data._parameters import axis_index, check_positive
from voltome.errors import ValuesError
from voltome.morphology import columns
from voltome.morphology._octants import octants_of, standard_error

_MG_PER_UM3 = 1e-9
"""Mass of 1 um3 of 1 g/cm3 in mg."""

_CM2_PER_UM2 = 1e-8


def areal_loading(
    phases: PhaseImage,
    *,
    phase: PhaseName,
    density_g_per_cm3: Positive,
    axis: AxisName = "z",
    area_um2: Positive | None = None,
) -> ResultTable:
    """Measure the mass of a phase per geometric area of the electrode (areal loading).

    The image must hold the whole thickness of the electrode; a layer that is cropped away is lost. The density is
    that of the phase as segmented: of the solid, or of the solid with its unresolved pores.

    Parameters
    ----------
    phases : PhaseImage
        The segmented image; only voxels inside its mask count.
    phase : str
        Name of the phase whose mass is measured.
    density_g_per_cm3 : float
        Density of the phase in g/cm3. There is no default.
    axis : {"z", "y", "x"}
        Axis along the thickness of the electrode; the area lies across it.
    area_um2 : float, optional
        Geometric area in um2 that the mass lies on. None: that of the image across the axis, or with a mask that of
        the shadow of the mask along the axis.

    Returns
    -------
    ResultTable
        Kind ``areal_loading``, one row: `volume_um3`, `density_g_per_cm3`, `mass_mg`, `area_um2`,
        `loading_mg_per_cm2` and `loading_standard_error_mg_per_cm2`. A phase that is named but absent has 0.

    Raises
    ------
    PhaseError
        An unknown phase.
    ParameterError
        A density or an area that is not a finite number above 0.
    AxisError
        An unknown axis.
    ValuesError
        The sample is one voxel wide across the axis, from which there is no standard error.

    Notes
    -----
    Loading = volume x density / area. The standard error comes from the scatter of the loading among the quarters of
    the area (2 x 2, each through the whole thickness; weighted by area where a mask makes them unequal): a gradient
    along the thickness is no scatter of the loading. It is from one image, too small where the structure is coarser
    than a quarter, and holds neither the error of the density nor that of the segmentation. Where an area is given,
    the relative standard error stays.

    Time: one pass, about 3 ns per voxel. Memory: 1 byte per voxel.

    References
    ----------
    Yermukhambetova et al., Sci. Rep. 6 (2016) 35291, Table 1 (sulfur per geometric area of the cathode).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((100, 4, 4), np.uint8)
    >>> labels[:50] = 1
    >>> image = vt.data.PhaseImage(labels, voxel_size_um=2, phases={0: "pore", 1: "sulfur"})
    >>> found = vt.morphology.areal_loading(image, phase="sulfur", density_g_per_cm3=2.0).frame
    >>> round(float(found.loading_mg_per_cm2[0]), 6)  # 100 um of 2 g/cm3
    20.0
    """
    density = check_positive("density_g_per_cm3", density_g_per_cm3)
    given = None if area_um2 is None else check_positive("area_um2", area_um2)
    across = axis_index(axis)
    here = phases.is_phase(phase)
    volumes, areas = _of_quarters(phases, here, across)
    if np.count_nonzero(areas) < 2:
        raise ValuesError(
            f"the sample is one voxel wide across the axis {axis}; expected at least two voxels, as the standard error "
            f"comes from the scatter over the area. Check axis, the crop and the mask."
        )
    volume, seen = float(np.count_nonzero(here) * phases.voxel_volume_um3), float(areas.sum())
    area = seen if given is None else given
    # from um of solid to mg/cm2
    per_um = density * _MG_PER_UM3 / _CM2_PER_UM2
    measures = [
        phase,
        volume,
        density,
        volume * density * _MG_PER_UM3,
        area,
        volume / area * per_um,
        standard_error(volumes, areas) * (seen / area) * per_um,
    ]
    names = [column.name for column in columns.AREAL_LOADING]
    whose = "of the sample seen along it" if given is None else "as given"
    return ResultTable(
        pd.DataFrame({name: [measure] for name, measure in zip(names, measures, strict=True)}),
        columns=columns.AREAL_LOADING,
        kind="areal_loading",
        measured_on=f"phases of {phases.grid_in_words}",
        method=f"voxels counted, thickness along {axis}, area {whose}; standard error from quarters of the area",
        history=phases.history,
    )


def _of_quarters(
    phases: PhaseImage, here: NDArray[np.bool_], across: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the volume of the phase in um3 and the area of the sample in um2 of each quarter of the area."""
    octants = octants_of(phases)
    sides = [axis for axis in range(3) if axis != across]
    area_um2 = float(np.prod([phases.voxel_size_um[axis] for axis in sides]))
    inside = np.ones((1, 1, 1), np.bool_) if phases.mask is None else phases.mask
    seen = np.broadcast_to(np.asarray(inside.any(axis=across)), [here.shape[axis] for axis in sides])
    columns_of_phase = here.sum(axis=across, dtype=np.int64)
    halves = [
        (slice(octants.lower[axis], octants.split[axis]), slice(octants.split[axis], octants.upper[axis]))
        for axis in sides
    ]
    quarters = list(product(*halves))
    volumes = np.array([columns_of_phase[quarter].sum() for quarter in quarters]) * phases.voxel_volume_um3
    areas = np.array([np.count_nonzero(seen[quarter]) for quarter in quarters]) * area_um2
    return volumes, areas

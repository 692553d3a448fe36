"""Where the mass of a phase goes between states of one sample, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import AxisName, NonNegative, PhaseImage, PhaseName, Positive, ResultTable
from voltome.data._grids import check_one_grid
from voltome.data._parameters import axis_index, check_not_negative, check_positive
from voltome.errors import ParameterError, PhaseError, ValuesError
from voltome.morphology import columns_cycles as columns
from voltome.morphology._layers import layer_edges, sums_between

_MG_PER_CM2 = 0.1
"""mg/cm2 of a layer 1 um thick of 1 g/cm3."""

_ISOTROPIC = 2 / 3
"""Surface of bodies without a preferred direction over that of their voxel faces (Crofton along three directions)."""

DEFAULT_MISFIT_EDGES = 0.25
"""Default of `misfit_um` in smallest voxel edges: what the alignment of good scans leaves."""


def mass_balance(
    phases: Mapping[str, PhaseImage],
    *,
    phase: PhaseName,
    density_g_per_cm3: Positive,
    axis: AxisName = "z",
    layer_um: Positive | None = None,
    misfit_um: NonNegative | None = None,
) -> ResultTable:
    """Measure how much of a phase was lost and gained between aligned scans in every layer along an axis.

    Shows where an active material dissolves and where it comes back, which the change of a profile hides: a layer that
    loses and gains as much looks unchanged there. Scans must lie on one grid (`voltome.registration.align`).

    Parameters
    ----------
    phases : dict of str to PhaseImage
        The scans by name, two or more, in their order.
    phase : str
        Name of the phase; every scan must have it, if perhaps without a voxel.
    density_g_per_cm3 : float
        Density of the phase in g/cm3. There is no default.
    axis : {"z", "y", "x"}
        Axis along the thickness of the electrode; the geometric area lies across it.
    layer_um : float, optional
        Thickness of a layer in um, at least one voxel; a voxel cut by the edge of a layer counts by its share. None:
        one layer per voxel.
    misfit_um : float, optional
        How far the scans may be out of place in any direction, such as the residual of their alignment. Default: a
        quarter of the smallest voxel edge.

    Returns
    -------
    ResultTable
        Kind ``mass_balance``, one row for each layer of each two successive scans, in mg per cm2 of geometric area:
        what was there before, what was lost, what was gained, the difference, and the exchange that the misfit alone
        would show. Layers that the masks leave empty are left out.

    Raises
    ------
    ParameterError
        No mapping of phase images, less than two scans, or a number out of its range.
    GeometryError
        Scans of different shape, voxel size or origin.
    PhaseError
        A scan without this phase.
    ValuesError
        No voxel inside all masks.

    Notes
    -----
    Counted where all masks see. The area is that of the sample seen along the axis. Net = gained - lost, and the sum
    of the nets over the layers is the change of the areal loading.

    A body that is out of place by d in a random direction loses and gains a volume of d S / 4, S its surface (the mean
    projected area of a convex body is S / 4; Cauchy). S is estimated by 2/3 of the voxel faces in the layer;
    the edge of the mask is no surface. The net
    does not depend on the misfit.

    Time: about 5 ns per voxel and scan. Memory: two bytes per voxel of one layer of voxels.

    References
    ----------
    A. Cauchy, C. R. Acad. Sci. 13 (1841) 1060 (mean projected area).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> before, after = np.zeros((2, 4, 10, 10), np.uint8)
    >>> before[0], after[3] = 1, 1  # a layer went from the bottom to the top
    >>> names = {0: "pore", 1: "sulfur"}
    >>> images = {name: vt.data.PhaseImage(values, voxel_size_um=10, phases=names)
    ...           for name, values in (("uncycled", before), ("cycle-10", after))}
    >>> found = vt.morphology.mass_balance(images, phase="sulfur", density_g_per_cm3=2.0, layer_um=20)
    >>> print(found.frame[["position_um", "lost_mg_per_cm2", "gained_mg_per_cm2"]].to_string(index=False))
     position_um  lost_mg_per_cm2  gained_mg_per_cm2
            10.0              2.0                0.0
            30.0              0.0                2.0
    """
    density = check_positive("density_g_per_cm3", density_g_per_cm3)
    along = axis_index(axis)
    images = _checked(phases, phase)
    first = next(iter(images.values()))
    edge = min(first.voxel_size_um)
    shift = DEFAULT_MISFIT_EDGES * edge if misfit_um is None else check_not_negative("misfit_um", misfit_um)
    mask = _common(images)
    area_um2, sample = _sample(first, mask, along)
    edges = layer_edges(first.shape[along], first.voxel_size_um[along], layer_um)
    filled = sums_between(sample[:, np.newaxis], edges)[:, 0] > 0
    centres = first.origin_um[along] + (edges[:-1] + edges[1:])[filled] / 2 * first.voxel_size_um[along]
    frames = []
    for before, after in pairwise(images):
        planes = _exchange(images[before], images[after], phase, mask, along)
        there, lost, gained, surface = sums_between(planes, edges)[filled].T * density * _MG_PER_CM2 / area_um2
        measures = [before, after, phase, centres, there, lost, gained, gained - lost, shift * surface / 4]
        names = [column.name for column in columns.MASS_BALANCE]
        frames.append(pd.DataFrame(dict(zip(names, measures, strict=True))))
    thickness = "one voxel" if layer_um is None else f"{layer_um:g} um"
    return ResultTable(
        pd.concat(frames, ignore_index=True),
        columns=columns.MASS_BALANCE,
        kind="mass_balance",
        measured_on=f"phases of {first.grid_in_words}, {len(images)} scans",
        method=f"voxels compared in layers of {thickness} along {axis}; {density:g} g/cm3; misfit {shift:.4g} um",
        history=first.history,
    )


def _checked(phases: Any, phase: str) -> dict[str, PhaseImage]:
    """Return the images by scan, or say what is wrong with them."""
    if not isinstance(phases, Mapping) or not all(isinstance(image, PhaseImage) for image in phases.values()):
        found = {n: type(i).__name__ for n, i in phases.items()} if isinstance(phases, Mapping) else phases
        raise ParameterError(f"phases is {found!r}; expected {{scan: PhaseImage}}, two scans or more.")
    if len(phases) < 2:
        raise ParameterError(
            f"mass_balance got {len(phases)} scan ({', '.join(phases)}); expected two or more states of one sample, in "
            f"their order. For one scan there is areal_loading."
        )
    check_one_grid(phases, mend="Bring the scans onto one grid with voltome.registration.align, and crop them alike.")
    for name, image in phases.items():
        try:
            image.label_of(phase)
        except PhaseError as error:
            raise PhaseError(f"scan {name!r}: {error}") from error
    return dict(phases)


def _common(images: Mapping[str, PhaseImage]) -> NDArray[np.bool_] | None:
    """Return where all scans see, or None where they see everything."""
    masks = [image.mask for image in images.values() if image.mask is not None]
    if not masks:
        return None
    common: NDArray[np.bool_] = np.logical_and.reduce(masks)
    if not common.any():
        raise ValuesError("the masks of the scans have no voxel in common; expected at least one: align them again.")
    return common


def _sample(image: PhaseImage, mask: NDArray[np.bool_] | None, along: int) -> tuple[float, NDArray[np.int64]]:
    """Return the area of the sample seen along the axis in um2, and the voxels of the sample in each plane."""
    sides = tuple(axis for axis in range(3) if axis != along)
    pixel_um2 = float(np.prod([image.voxel_size_um[axis] for axis in sides]))
    pixels = int(np.prod([image.shape[axis] for axis in sides]))
    if mask is None:
        return pixels * pixel_um2, np.full(image.shape[along], pixels, np.int64)
    voxels: NDArray[np.int64] = np.count_nonzero(mask, axis=sides)
    return int(np.count_nonzero(mask.any(axis=along))) * pixel_um2, voxels


def _exchange(
    before: PhaseImage, after: PhaseImage, phase: str, mask: NDArray[np.bool_] | None, along: int
) -> NDArray[np.float64]:
    """Return for every plane the volume before, lost and gained in um3, and the surface before in um2."""
    # plane by plane, so that no second image is made
    images = [np.moveaxis(image.values, along, 0) for image in (before, after)]
    labels = [image.label_of(phase) for image in (before, after)]
    inside = None if mask is None else np.moveaxis(mask, along, 0)
    voxel = before.voxel_volume_um3
    faces_um2 = np.delete(voxel / np.array(before.voxel_size_um), along)
    face_um2 = voxel / before.voxel_size_um[along]
    planes = np.zeros((len(images[0]), 4))
    everything = np.ones(images[0].shape[1:], np.bool_)
    seen_before = everything
    last: NDArray[np.bool_] | None = None
    for index in range(len(planes)):
        seen = everything if inside is None else inside[index]
        here, there = ((image[index] == label) & seen for image, label in zip(images, labels, strict=True))
        faces = sum(np.count_nonzero(_faces(here, seen, axis)) * faces_um2[axis] for axis in (0, 1))
        if last is not None:  # faces between two planes are shared by them
            between = np.count_nonzero((here != last) & seen & seen_before) * face_um2 / 2
            planes[index - 1, 3] += _ISOTROPIC * between
            faces += between
        volumes = (np.count_nonzero(each) * voxel for each in (here, here & ~there, there & ~here))
        planes[index] = (*volumes, _ISOTROPIC * faces)
        last, seen_before = here, seen
    return planes


def _faces(here: NDArray[np.bool_], seen: NDArray[np.bool_], axis: int) -> NDArray[np.bool_]:
    """Return where the phase ends between two pixels that are both seen: the edge of the mask is no surface."""
    along, inside = np.moveaxis(here, axis, 0), np.moveaxis(seen, axis, 0)
    faces: NDArray[np.bool_] = (along[1:] != along[:-1]) & inside[1:] & inside[:-1]
    return faces

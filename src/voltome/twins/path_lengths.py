"""Exact projections of a scene: how far each ray runs in each material."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import ParallelBeam, Projections
from voltome.data._kernels_slabs import in_slabs
from voltome.data._parameters import check_not_negative
from voltome.data.images import SIMULATED
from voltome.errors import ParameterError, did_you_mean
from voltome.runtime import check_memory
from voltome.twins._rays import Rays, check_detector, check_points, mean_of_pixels, rays_of
from voltome.twins.scenes import Scene

__all__ = ["PathLengths", "line_integrals"]

UM_PER_CM = 1e4


@dataclass(frozen=True, slots=True, eq=False)
class PathLengths:
    """How far the rays of a scan run in each material of a scene.

    Attributes
    ----------
    values_um : numpy.ndarray
        float32, shape (material, angle, row, column): mean path length over each pixel in um.
    materials : tuple of str
        Names of the materials, in the order of the first axis.
    angles_deg : numpy.ndarray
        Angle of every view in degrees.
    geometry : ParallelBeam
        Pixel size, and the column at which the axis of rotation is seen.
    scene : str
        The scene in words.
    """

    values_um: NDArray[np.float32]
    materials: tuple[str, ...]
    angles_deg: NDArray[np.float64]
    geometry: ParallelBeam
    scene: str

    def of(self, material: str) -> NDArray[np.float32]:
        """Return the path lengths in one material in um, shape (angle, row, column)."""
        if material not in self.materials:
            raise ParameterError(
                f"material is {material!r}; expected one of {list(self.materials)}."
                f"{did_you_mean(str(material), self.materials)}"
            )
        found: NDArray[np.float32] = self.values_um[self.materials.index(material)]
        return found

    def absorbance(self, attenuation_per_cm: Mapping[str, float]) -> Projections:
        """Return the exact line integrals of the attenuation as projections, without an instrument.

        Parameters
        ----------
        attenuation_per_cm : mapping of str to float
            Attenuation of each material in 1/cm, 0 or above; materials that are left out attenuate nothing.

        Raises
        ------
        ParameterError
            An attenuation that is none, or a material that is not in the scene.
        """
        if not isinstance(attenuation_per_cm, Mapping):
            raise ParameterError(
                f"attenuation_per_cm is {attenuation_per_cm!r}; expected material -> attenuation in 1/cm, such as "
                f"{{'NMC': 430}}."
            )
        total = np.zeros(self.values_um.shape[1:], np.float32)
        for material, attenuation in attenuation_per_cm.items():
            per_cm = check_not_negative(f"attenuation_per_cm[{material!r}]", attenuation)
            total += np.float32(per_cm / UM_PER_CM) * self.of(material)
        said = ", ".join(f"{name} {value:g}" for name, value in attenuation_per_cm.items())
        return Projections(
            total,
            angles_deg=self.angles_deg,
            geometry=self.geometry,
            kind="absorbance",
            history=(f"{SIMULATED} {self.scene}; exact line integrals, attenuation in 1/cm: {said}",),
        )


def line_integrals(
    scene: Scene,
    *,
    angles_deg: Any,
    pixel_size_um: float | tuple[float, float],
    shape: tuple[int, int] | None = None,
    rotation_axis_px: float | None = None,
    axis_um: tuple[float, float] | None = None,
    shifts_px: Any = None,
    with_background: bool = False,
    supersampling: int = 2,
) -> PathLengths:
    """Return how far parallel rays run in each material of a scene, from the formulae of its solids.

    Use it where exact projections are wanted, such as to judge a reconstruction; `simulate` adds an instrument. Nothing
    here is shared with the projector of `voltome.reconstruction`.

    Parameters
    ----------
    scene : Scene
        The sample. Solids count whole, also where the box cuts them.
    angles_deg : sequence of float
        Angle of every view in degrees.
    pixel_size_um : float or tuple of float
        Edges of a pixel (row, column) in um.
    shape : tuple of int, optional
        Rows and columns of the detector. None: enough for the whole box from all sides.
    rotation_axis_px : float, optional
        Column at which the axis is seen; None: the middle of the detector.
    axis_um : tuple of float, optional
        Place (y, x) of the axis of rotation in the scene in um; None: the middle of the box.
    shifts_px : array of float, optional
        Shape (angle, 2): by how many pixels (row, column) the image of each view is shifted on the detector.
    with_background : bool
        Whether what the solids leave of the box is a material as well.
    supersampling : int
        Rays along each edge of a pixel, 1 to 16, over which the path length is averaged.

    Returns
    -------
    PathLengths
        Mean path lengths in um of every material, in the order of `Scene.materials`, and last the background.

    Raises
    ------
    ParameterError
        A parameter outside its range, or a solid through which no ray can be traced.
    GeometryError
        A pixel size that is none.
    MemoryEstimateError
        More than the memory that is free.

    Notes
    -----
    A point (y, x) from the axis is seen at the column axis + (x cos(angle) + y sin(angle)) / pixel; row k looks at
    z = (k + 1/2) pixel. Where solids overlap, the earlier one is what is there: the pieces of a ray in all solids
    are kept in order, and a later solid gets what is free. The chords of spheres, ellipsoids, cylinders, capsules,
    blocks and shells are roots of their equations; a rough sphere is stepped through in twelfths of its shortest wave,
    its surface then found to nine digits. Cost: one chord for each ray and each solid that it may meet. Memory: 4 bytes
    per material and pixel. The same bits for any number of threads.

    Examples
    --------
    >>> import voltome as vt
    >>> scene = vt.twins.Scene((vt.twins.Sphere((8, 8, 8), 5),), size_um=(16, 16, 16))
    >>> found = vt.twins.line_integrals(scene, angles_deg=[0, 90], pixel_size_um=0.5, supersampling=6)
    >>> round(float(found.of("solid")[0].sum()) * 0.25, 1), round(scene.solids[0].volume_um3, 1)
    (523.6, 523.6)
    """
    pixel = ParallelBeam(pixel_size_um).pixel_size_um  # type: ignore[arg-type]
    points, detector = check_points(supersampling), _detector(scene, shape, pixel)
    axis_px = (detector[1] - 1) / 2 if rotation_axis_px is None else rotation_axis_px
    geometry = ParallelBeam(pixel, rotation_axis_px=axis_px)
    angles = checked_angles(angles_deg)
    shifts = checked_shifts(shifts_px, len(angles))
    rays = rays_of(
        scene, pixel_um=pixel, rotation_axis_px=float(axis_px), axis_um=axis_um, with_background=with_background
    )
    count = len(rays.materials) * len(angles) * math.prod(detector)
    check_memory(4 * count, task="line_integrals", voxels=count)
    values = np.empty((len(rays.materials), len(angles), *detector), np.float32)
    _fill(values, rays, angles, shifts, points)
    return PathLengths(values, rays.materials, angles, geometry, scene.in_words)


def _fill(
    values: NDArray[np.float32],
    rays: Rays,
    angles: NDArray[np.float64],
    shifts: NDArray[np.float64],
    points: int,
) -> None:
    """Write the mean path lengths of all views, some views on each thread."""
    rows, columns = values.shape[2:]

    def work(_: int, first: int, stop: int) -> None:
        for view in range(first, stop):
            fine = rays.lengths(angles[view], tuple(shifts[view]), (rows, columns), points=points)
            values[:, view] = mean_of_pixels(fine, points)

    in_slabs((len(angles), rows * points, columns * points), work)


def checked_angles(angles_deg: Any) -> NDArray[np.float64]:
    """Return finite angles, at least one."""
    try:
        angles = np.array(angles_deg, np.float64)
    except (TypeError, ValueError):
        angles = np.empty(0)
    if angles.ndim != 1 or not len(angles) or not np.isfinite(angles).all():
        raise ParameterError(f"angles_deg is {angles_deg!r}; expected finite numbers, one for each view.")
    return angles


def checked_shifts(shifts_px: Any, views: int) -> NDArray[np.float64]:
    """Return a shift (row, column) for every view, zero where none are given."""
    if shifts_px is None:
        return np.zeros((views, 2))
    try:
        shifts = np.array(shifts_px, np.float64)
    except (TypeError, ValueError):
        shifts = np.empty(0)
    if shifts.shape != (views, 2) or not np.isfinite(shifts).all():
        raise ParameterError(
            f"shifts_px has the shape {shifts.shape}; expected ({views}, 2), finite numbers (row, column) of each view."
        )
    return shifts


def _detector(scene: Scene, shape: Any, pixel: tuple[float, float]) -> tuple[int, int]:
    """Return rows and columns, as given or so that the whole box is always seen."""
    if shape is not None:
        return check_detector(shape)
    depth, height, width = scene.size_um
    return math.ceil(depth / pixel[0] - 1e-9), math.ceil(math.hypot(height, width) / pixel[1] - 1e-9)

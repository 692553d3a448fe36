"""The forward model of a parallel beam, and its adjoint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import ParallelBeam, Positive, Projections, Volume
from voltome.errors import GeometryError, ParameterError, ValuesError, VoxelSizeError
from voltome.reconstruction._checking import parallel_absorbance
from voltome.reconstruction._gridding import Lattice, lattice_of
from voltome.reconstruction._lines import PaddedLines, padded_lines, waves
from voltome.reconstruction._slabs import UM_PER_CM, batch_of, check_fits, in_batches, volume_of
from voltome.reconstruction._slice_grid import SliceGrid, centred_grid, grid_of
from voltome.runtime import check_memory

ONE_LENGTH = 1e-6
"""Share by which two lengths may differ and still be one."""


def project(
    volume: Volume, *, angles_deg: Sequence[float] | None = None, like: Projections | None = None
) -> Projections:
    """Return what a parallel beam would see of a volume of attenuation: the forward model of `fbp` and its kind.

    Use it to hold a reconstruction against what was measured, and as the operator of a method of your own. Do not make
    test data for a reconstruction of this room with it: the two share their model, whose error would not show;
    `voltome.twins` has exact ones.

    Parameters
    ----------
    volume : Volume
        Attenuation in 1/cm; the axis of rotation is in the middle of its slices. Voxels outside a mask count as 0.
    angles_deg : sequence of float, optional
        The angle of every view; the detector then has the pixels of the voxels, and as many columns as a slice is
        wide, the larger of y and x.
    like : Projections, optional
        Or: angles, pixels, columns and axis of rotation of this scan of a parallel beam. One of the two is given.

    Returns
    -------
    Projections
        Absorbance, float32, shape (angle, slice, column).

    Raises
    ------
    ParameterError
        Neither or both of `angles_deg` and `like`, or angles that are not one finite number for each view.
    ValuesError
        A volume that is not in 1/cm.
    VoxelSizeError
        Voxels that are not square in a slice, or not as high as the pixels of `like`.
    GeometryError
        `like` of a cone beam, without an axis of rotation, or with another number of rows than the volume has slices.
    MemoryEstimateError
        More than the memory that is free.

    Notes
    -----
    By the Fourier slice theorem, with the same gridding as `fbp`, to 4e-4: the slice is taken for the band-limited one
    with these values, so an edge rings a little. `backproject` is its adjoint: <project(x), y> = <x, backproject(y)> to
    1e-6. Any slices alone, on any number of threads, give the same bits.

    Cost: views x columns for each slice. Memory: 4 bytes per pixel, and 8 per voxel of 16 to 64 slices.

    References
    ----------
    R. N. Bracewell, Strip integration in radio astronomy, Aust. J. Phys. 9, 198 (1956).

    Examples
    --------
    A disc of radius 10 um and 50/cm: its chords near the middle are 19.9 um long, an absorbance of 0.099.

    >>> import numpy as np, voltome as vt
    >>> y, x = np.indices((32, 32)) - 15.5
    >>> disc = np.where(y**2 + x**2 < 100, 50.0, 0.0)
    >>> volume = vt.data.Volume(disc, voxel_size_um=1, quantity="attenuation", unit="1/cm")
    >>> seen = vt.reconstruction.project(volume, angles_deg=[0, 30, 60])
    >>> seen.values[:, 0, 14:18].mean().round(3)
    np.float32(0.099)
    """
    _check_volume(volume)
    angles, geometry, columns, axis = _views(volume, angles_deg, like)
    pixel = geometry.pixel_size_um[1]
    grid = centred_grid(volume.shape[1:], volume.voxel_size_um[1] / pixel)
    lines, lattice = _model(grid, columns, axis, angles)
    slices, batch = volume.shape[0], batch_of(len(angles), columns)
    need = 4 * len(angles) * slices * columns + lattice.bytes_for(min(batch, slices))
    check_memory(need, task="project", voxels=volume.values.size)
    seen = np.empty((len(angles), slices, columns), np.float32)
    for first in range(0, slices, batch):
        some = slice(first, min(first + batch, slices))
        values = volume.values[some]
        if volume.mask is not None:
            values = np.where(volume.mask[some], values, 0)
        _see(lattice, lines, values, grid.step**2 * pixel / UM_PER_CM, seen[:, some])
    return Projections(
        seen,
        angles_deg=angles,
        geometry=geometry,
        kind="absorbance",
        history=(*volume.history, f"project: {len(angles)} views computed from the volume, axis at column {axis:g}"),
    )


def backproject(
    projections: Projections, *, voxel_size_um: Positive | None = None, size_voxels: int | None = None
) -> Volume:
    """Return the unfiltered backprojection: the adjoint of `project`, for methods of your own.

    It is no reconstruction; `fbp` is.

    Parameters
    ----------
    projections : Projections
        Absorbance of a parallel beam, with a known axis of rotation.
    voxel_size_um : float, optional
        Edge of a voxel along y and x in um; None: that of a pixel.
    size_voxels : int, optional
        Voxels of a slice along y and x, the axis of rotation in its middle; None: as wide as the detector.

    Returns
    -------
    Volume
        In cm, float32, shape (row, y, x): the sum over all views of what they see at each voxel, times the length that
        a voxel adds to a ray. Every view counts alike.

    Raises
    ------
    ValuesError
        Projections that are no absorbance.
    GeometryError
        No axis of rotation, a cone beam, views that are still shifted, or fewer than two.
    ParameterError
        A voxel size or size of 0.
    MemoryEstimateError
        More than the memory that is free.

    Notes
    -----
    <project(x), y> = <x, backproject(y)> to 1e-6, as the two do the same sums in the other order. Cost and memory:
    those of `fbp`.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> flat = np.ones((4, 1, 15))
    >>> beam = vt.data.ParallelBeam(10, rotation_axis_px=7)
    >>> scan = vt.data.Projections(flat, angles_deg=[0, 45, 90, 135], geometry=beam, kind="absorbance")
    >>> vt.reconstruction.backproject(scan).values[0, 7, 7].round(4)  # 4 views x 10 um
    np.float32(0.004)
    """
    geometry, axis = parallel_absorbance(projections, "backproject")
    columns, pixel = projections.column_count, geometry.pixel_size_um[1]
    grid = grid_of(geometry, columns, voxel_size_um, size_voxels, None)
    check_fits(projections, grid, "backproject")
    lines, lattice = _model(grid, columns, axis, projections.angles_deg)
    factors = waves(lines.length) * (grid.step**2 * pixel / UM_PER_CM)
    alike = np.ones(projections.view_count)

    def reconstruct(values: NDArray[Any]) -> NDArray[np.float32]:
        return lattice.to_slices(lambda some: lines.spectra(values[some]), factors, alike, values.shape[1])

    return volume_of(
        projections,
        in_batches(projections, grid, reconstruct),
        grid=grid,
        quantity="backprojection",
        unit="cm",
        did=f"backproject: {projections.view_count} views, unfiltered, axis at column {axis:g}",
    )


def _model(grid: SliceGrid, columns: int, axis: float, angles_deg: NDArray[np.float64]) -> tuple[PaddedLines, Lattice]:
    """Return the lines and the lattice that `project` and `backproject` share."""
    lines = padded_lines(columns, grid.reach, axis, "zero")
    return lines, lattice_of(grid, angles_rad=np.radians(angles_deg), axis=axis, length=lines.length)


def _see(lattice: Lattice, lines: PaddedLines, values: NDArray[Any], factor: float, seen: NDArray[np.float32]) -> None:
    """Fill seen[view, slice, column] from values[slice, y, x]."""
    factors = np.full(lines.length // 2 + 1, factor)

    def take(some: slice, spectra: NDArray[np.complex64]) -> None:
        seen[some] = lines.samples(spectra, 0, seen.shape[2])

    lattice.to_lines(values, factors, len(factors), take)


def _check_volume(volume: Volume) -> None:
    """Refuse volumes that have no line integrals, or voxels that are not square in a slice."""
    if volume.unit != "1/cm":
        raise ValuesError(
            f"project takes attenuation in 1/cm, this volume is {volume.quantity} in {volume.unit or 'no unit'}. If "
            f"its values are an attenuation, say so: dataclasses.replace(volume, quantity='attenuation', unit='1/cm')."
        )
    _, y, x = volume.voxel_size_um
    if abs(y - x) > ONE_LENGTH * x:
        raise VoxelSizeError(
            f"voxels of {y:g} x {x:g} um (y, x); expected squares in a slice, as the sample turns about z. "
            f"Resample the volume."
        )


def _angles(angles_deg: Any) -> NDArray[np.float64]:
    """Return angles as an array."""
    try:
        angles = np.asarray(angles_deg, np.float64)
    except (TypeError, ValueError) as fault:
        raise ParameterError(f"angles_deg is {angles_deg!r}; expected one number in degrees for each view.") from fault
    if angles.ndim != 1 or not angles.size or not np.isfinite(angles).all():
        raise ParameterError(
            f"angles_deg has the shape {angles.shape} and {np.count_nonzero(~np.isfinite(angles))} entries that are "
            f"not finite; expected one finite number in degrees for each view."
        )
    return angles


def _views(
    volume: Volume, angles_deg: Sequence[float] | None, like: Projections | None
) -> tuple[NDArray[np.float64], ParallelBeam, int, float]:
    """Return angles, beam, columns and axis of the views asked for."""
    if (angles_deg is None) == (like is None):
        found = "neither" if like is None else "both"
        raise ParameterError(f"{found} of angles_deg and like given; expected one: the views to compute.")
    height, _, edge = volume.voxel_size_um
    if like is None:
        columns = max(volume.shape[1:])
        axis = (columns - 1) / 2
        return _angles(angles_deg), ParallelBeam((height, edge), axis), columns, axis
    geometry = like.geometry
    if not isinstance(geometry, ParallelBeam) or geometry.rotation_axis_px is None:
        raise GeometryError(
            "like is no scan of a parallel beam with a known axis of rotation; expected one. Set the axis with "
            "voltome.projections.set_rotation_axis, or give angles_deg."
        )
    if like.row_count != volume.shape[0]:
        raise GeometryError(
            f"like has {like.row_count} rows, the volume {volume.shape[0]} slices; expected as many. Take "
            f"like.rows(first, stop)."
        )
    if abs(geometry.pixel_size_um[0] - height) > ONE_LENGTH * height:
        raise VoxelSizeError(
            f"the voxels are {height:g} um high, the pixels of like {geometry.pixel_size_um[0]:g} um; expected as high."
        )
    return like.angles_deg, geometry, like.column_count, geometry.rotation_axis_px

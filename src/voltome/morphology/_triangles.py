"""Triangles through a binary or grey image (marching cubes), octant by octant and in thin slabs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, convolve
from skimage.measure import marching_cubes, mesh_surface_area

from voltome.data import PhaseImage
from voltome.errors import AxisError
from voltome.morphology._octants import Octants

Block = tuple[slice, slice, slice]

SLAB_VOXELS = 1 << 19
"""Triangles and what leads to them take 100 bytes for each voxel of a slab."""

SMOOTHING_VOXELS = 0.8
"""Standard deviation of the Gaussian of 3 x 3 x 3 voxels that TauFactor 2 smooths a phase with."""


@dataclass(frozen=True, slots=True)
class GreyLevels:
    """Grey values, and the levels at which a phase ends."""

    values: NDArray[Any]
    levels: tuple[float, ...]


def triangles_um2(
    phases: PhaseImage, label: int, octants: Octants, *, grey: GreyLevels | None = None, smoothed: bool = False
) -> NDArray[np.float64]:
    """Return the area of the triangles in each octant: cubes of eight voxel centres in the sample, open at its end.

    Parameters
    ----------
    phases : PhaseImage
        The phases.
    label : int
        The phase whose surface is measured.
    octants : Octants
        Where the image is cut.
    grey : GreyLevels, optional
        Take the surfaces at these levels, in cubes that touch one in which the phase meets another; None: the surface
        half way between voxels of the phase and others.
    smoothed : bool, default False
        Smooth the binary phase first.
    """
    if min(octants.upper - octants.lower) < 2:
        raise AxisError(
            f"marching_cubes and iso_surface need at least two voxels of the sample along every axis; the "
            f"image has {phases.grid_in_words}. Use estimator='crofton13', which takes a slice as a section of a prism."
        )
    areas = np.zeros(8)
    for octant, block in enumerate(octants.blocks(overlap=1)):
        for slab in thin(block, overlap=1):
            areas[octant] += _of_slab_um2(phases, label, slab, grey, smoothed=smoothed)
    return areas


def thin(block: Block, overlap: int) -> Iterator[Block]:
    """Yield slabs of a block that follow each other along z, each with `overlap` layers of the next."""
    z, y, x = block
    layers = max(1, SLAB_VOXELS // max(1, (y.stop - y.start) * (x.stop - x.start)))
    for start in range(z.start, max(z.stop - overlap, z.start), layers):
        yield slice(start, min(start + layers + overlap, z.stop)), y, x


def widened(block: Block, margin: int, octants: Octants) -> tuple[Block, Block]:
    """Return a block with a margin inside the sample's box, and where the block lies in it."""
    wide, place = [], []
    for part, low, high in zip(block, octants.lower.tolist(), octants.upper.tolist(), strict=True):
        start, stop = max(part.start - margin, low), min(part.stop + margin, high)
        wide.append(slice(start, stop))
        place.append(slice(part.start - start, part.stop - start))
    return (wide[0], wide[1], wide[2]), (place[0], place[1], place[2])


def smoothed_phase(here: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return a binary phase smoothed as TauFactor 2 does; beyond its border it goes on as it is there."""
    steps = np.arange(-1, 2) ** 2
    weights = np.exp(-(steps[:, None, None] + steps[:, None] + steps) / (2 * SMOOTHING_VOXELS**2))
    smooth: NDArray[np.float64] = convolve(here.astype(np.float64), weights / weights.sum(), mode="nearest")
    return smooth


def _of_slab_um2(phases: PhaseImage, label: int, slab: Block, grey: GreyLevels | None, *, smoothed: bool) -> float:
    """Return the area of the triangles of one slab."""
    if min(part.stop - part.start for part in slab) < 2:
        return 0.0
    margin = 1 if smoothed or grey is not None else 0
    whole = Octants(np.zeros(3, np.int64), np.array(phases.shape, np.int64), np.zeros(3, np.int64))
    wide, place = widened(slab, margin, whole)
    here = phases.values[wide] == label
    mixed = _mixed_cubes(here)
    if not mixed.any():
        return 0.0
    cubes = None if phases.mask is None else _whole_cubes(phases.mask[slab])
    if grey is None:
        binary = smoothed_phase(here)[place] if smoothed else here[place].astype(np.float32)
        return _area_um2(binary, 0.5, phases.voxel_size_um, cubes)
    near = binary_dilation(mixed, np.ones((3, 3, 3), np.bool_))[place]
    near &= _last_corners(near.shape) if cubes is None else cubes
    values = grey.values[slab]
    return sum(_area_um2(values, level, phases.voxel_size_um, near) for level in grey.levels)


def _area_um2(
    values: NDArray[Any], level: float, voxel_size_um: tuple[float, float, float], cubes: NDArray[np.bool_] | None
) -> float:
    """Return the area of the triangles at a level in the cubes whose last corner is marked."""
    grey, at = _in_single_precision(values, level)
    if (grey == at).any():
        # a voxel on the very level would leave a hole; it is taken just above, as the ends of an interval belong to it
        at = np.nextafter(at, np.float32(-np.inf))
    crossed = _mixed_cubes(grey > at)
    if not (crossed if cubes is None else crossed & cubes).any():
        return 0.0
    vertices, triangles, _, _ = marching_cubes(grey, float(at), spacing=voxel_size_um, mask=cubes)  # type: ignore[no-untyped-call]
    return float(mesh_surface_area(vertices, triangles))  # type: ignore[no-untyped-call]


def _in_single_precision(values: NDArray[Any], level: float) -> tuple[NDArray[np.float32], np.float32]:
    """Return grey values and a level as marching cubes takes them; those that do not fit, as their distance to it."""
    if np.can_cast(values.dtype, np.float32):
        return values.astype(np.float32), np.float32(level)
    return (values.astype(np.float64) - level).astype(np.float32), np.float32(0)


def _whole_cubes(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return, at the last corner of every cube of eight voxels, whether all of them are inside."""
    whole: NDArray[np.bool_] = inside.copy()
    for axis in range(3):
        whole = np.swapaxes(whole, 0, axis)
        whole[1:] &= whole[:-1].copy()
        whole[0] = False
        whole = np.swapaxes(whole, 0, axis)
    return whole


def _mixed_cubes(here: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return, at the last corner of every cube of eight voxels, whether some of them are True and some are not."""
    return _last_corners(here.shape) & ~_whole_cubes(here) & ~_whole_cubes(~here)


def _last_corners(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return where a cube of eight voxels has its last corner: everywhere but in the first planes."""
    corners = np.zeros(shape, np.bool_)
    corners[1:, 1:, 1:] = True
    return corners

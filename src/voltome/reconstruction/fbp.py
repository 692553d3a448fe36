"""Filtered backprojection of a parallel beam."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from voltome.data import Positive, Projections, Share, Volume
from voltome.data._parameters import check_choice, check_share
from voltome.errors import GeometryError
from voltome.reconstruction._checking import FEWEST_DIRECTIONS, parallel_absorbance
from voltome.reconstruction._direct import backproject_directly
from voltome.reconstruction._gridding import Lattice, lattice_of
from voltome.reconstruction._lines import PaddedLines, Padding, padded_lines, waves
from voltome.reconstruction._slabs import UM_PER_CM, check_fits, field_of_view, in_batches, volume_of
from voltome.reconstruction._slice_grid import RegionVoxels, SliceGrid, grid_of
from voltome.reconstruction._view_weights import ViewWeights, view_weights
from voltome.reconstruction._windows import FilterName, filter_of

Method = Literal["auto", "nufft", "direct"]

DIRECT_BELOW = 9000
"""With fewer views times columns, direct backprojection is faster (measured: docs/reconstruction.md)."""


def fbp(
    projections: Projections,
    *,
    filter: FilterName = "ram-lak",  # noqa: A002 - the field's word
    cutoff: Share = 1.0,
    method: Method = "auto",
    voxel_size_um: Positive | None = None,
    size_voxels: int | None = None,
    region_voxels: RegionVoxels | None = None,
    padding: Padding = "zero",
    mask_field_of_view: bool = False,
) -> Volume:
    """Return the attenuation of the sample by filtered backprojection of a parallel beam.

    It is the method to begin with: exact for many views without noise. With few or noisy views, or a wedge of missing
    ones, an iterative method is better.

    Parameters
    ----------
    projections : Projections
        Absorbance of a parallel beam, with a known axis of rotation. Any angles in any order: over 180 or 360 degrees,
        uneven, repeated, or with a gap. Values that still lie in a file are read a few rows at a time.
    filter : {"ram-lak", "shepp-logan", "hann", "hamming", "butterworth"}
        The window on the ramp filter: none (sharpest, noisiest); sinc; raised cosines; 1 / sqrt(1 + (f / cutoff)^8).
    cutoff : float
        Share of the highest frequency, half a cycle per pixel, at which the window ends; above 0, at most 1.
    method : {"auto", "nufft", "direct"}
        By a non-uniform Fourier transform, or by adding every view to every voxel, linear between pixels, which
        smooths a little; auto: the faster one, which is direct where views times columns are fewer than 9000.
    voxel_size_um : float, optional
        Edge of a voxel along y and x in um; None: that of a pixel.
    size_voxels : int, optional
        Voxels of a slice along y and x, the axis of rotation in its middle; None: as wide as the detector.
    region_voxels : two pairs of int, optional
        ((y0, y1), (x0, x1)): of such slices this part alone, first voxel and the one behind the last: the same numbers
        as a cut, for less work and memory.
    padding : {"zero", "edge"}
        What the filter finds beside the detector: nothing, or its outermost pixels. Edge is for samples wider than
        the detector; it takes away the bright rim, not the shift of all values.
    mask_field_of_view : bool
        Mask the voxels that some view does not see. Their values are kept; without a mask they count like the others.

    Returns
    -------
    Volume
        Attenuation in 1/cm, float32, shape (row, y, x); row k of the detector is slice k. `origin_um` is from the
        corner of a slice as wide as the detector.

    Raises
    ------
    ValuesError
        Projections that are no absorbance, or values in the file that are not finite.
    GeometryError
        No axis of rotation, a cone beam, views that are still shifted, or not from two directions.
    ParameterError
        An unknown filter, method or padding; a cutoff outside 0 to 1; a size of 0.
    AxisError
        A region outside the slice.
    MemoryEstimateError
        More than the memory that is free.

    Notes
    -----
    Every direction counts by half the angle between its neighbours on the half turn. A gap over 10 times the mean of
    the others is a missing wedge, which nothing makes up for. The history says the wedge, and the views where they are
    fewer than pi/2 times the columns, which a slice needs at its rim.

    The ramp is the transform of its band-limited samples, so that the mean is right; lines are padded to twice their
    length. nufft takes the lines of frequency space to a grid 1.25 times finer by a Kaiser-Bessel kernel of 6 cells, to
    4e-4 of the exact sum; its interpolation of a line is the band-limited one. Slices do not know of each other: any
    rows alone, on any number of threads, give the same bits.

    Cost: nufft views x columns, direct views x columns^2 for each slice. Memory: 4 bytes per voxel, and for 16 to 64
    slices at a time 10 bytes per view and column and 15 per voxel.

    References
    ----------
    A. C. Kak, M. Slaney, Principles of Computerized Tomographic Imaging, IEEE Press (1988), ch. 3, eq. 34 and 61.
    J. A. Fessler, B. P. Sutton, Nonuniform fast Fourier transforms using min-max interpolation, IEEE Trans. Signal
    Process. 51, 560 (2003); P. J. Beatty, D. G. Nishimura, J. M. Pauly, Rapid gridding reconstruction with a minimal
    oversampling ratio, IEEE Trans. Med. Imaging 24, 799 (2005), eq. 5.

    Examples
    --------
    A disc of radius 20 pixels of 1 um about the axis, of 100/cm: its chords, and the values in its middle.

    >>> import numpy as np, voltome as vt
    >>> across = np.arange(64) - 31.5
    >>> chords_um = 2 * np.sqrt(np.clip(20**2 - across**2, 0, None))
    >>> scan = vt.data.Projections(
    ...     np.tile(chords_um * 1e-4 * 100, (90, 1, 1)),
    ...     angles_deg=np.arange(0, 180, 2),
    ...     geometry=vt.data.ParallelBeam(1, rotation_axis_px=31.5),
    ...     kind="absorbance",
    ... )
    >>> volume = vt.reconstruction.fbp(scan)
    >>> volume
    Volume(1 x 64 x 64 voxels (z, y, x), float32, voxel 1 x 1 x 1 um, attenuation in 1/cm)
    >>> round(float(volume.values[0, 24:40, 24:40].mean()))
    100
    """
    geometry, axis = parallel_absorbance(projections, "fbp")
    for name, value, known in (
        ("filter", filter, FilterName),
        ("method", method, Method),
        ("padding", padding, Padding),
    ):
        check_choice(name, value, get_args(known))
    check_share("cutoff", cutoff)
    columns = projections.column_count
    grid = grid_of(geometry, columns, voxel_size_um, size_voxels, region_voxels)
    check_fits(projections, grid, "fbp")
    lines = padded_lines(columns, grid.reach, axis, padding)
    weights = view_weights(projections.angles_deg)
    if weights.directions < FEWEST_DIRECTIONS:
        raise GeometryError(
            f"fbp needs views from several directions; all {projections.view_count} views have the same, "
            f"{projections.angles_deg[0]:g} degrees or its opposite. Check angles_deg."
        )
    filtering = filter_of(filter, cutoff, lines.length, grid.step) * (UM_PER_CM / geometry.pixel_size_um[1])
    if method == "auto":
        method = "direct" if projections.view_count * columns < DIRECT_BELOW else "nufft"
    way = _Way(lines, grid, axis, np.radians(projections.angles_deg), weights.weights_rad, filtering, method)
    did = f"fbp: {method}, {filter} filter to {cutoff:g} of the highest frequency, axis at column {axis:g}"
    mask = field_of_view(projections, grid, axis) if mask_field_of_view else None
    return volume_of(
        projections,
        in_batches(projections, grid, way.reconstruct),
        grid=grid,
        mask=mask,
        quantity="attenuation",
        unit="1/cm",
        did=did + _shortcomings(projections, weights),
    )


@dataclass(frozen=True, slots=True)
class _Way:
    """How some slices are reconstructed; worked out once for all of them."""

    lines: PaddedLines
    grid: SliceGrid
    axis: float
    angles_rad: NDArray[np.float64]
    weights: NDArray[np.float64]
    filtering: NDArray[np.float64]
    method: str

    def reconstruct(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """Return slices[slice, y, x] from values[view, slice, column]."""
        spectra = self._spectra(values)
        slices = values.shape[1]
        if self.method == "direct":
            return backproject_directly(
                spectra,
                self.lines,
                axis=self.axis,
                angles_rad=self.angles_rad,
                weights=self.weights,
                filtering=self.filtering,
                grid=self.grid,
                slices=slices,
            )
        return self._lattice().to_slices(spectra, waves(self.lines.length) * self.filtering, self.weights, slices)

    def _spectra(self, values: NDArray[Any]) -> Callable[[slice], NDArray[np.complex64]]:
        """Return what transforms some views."""
        return lambda some: self.lines.spectra(values[some])

    def _lattice(self) -> Lattice:
        """Return the frequencies of the views that the filter lets through, on the grid of the slices."""
        count = int(np.flatnonzero(self.filtering)[-1]) + 1
        return lattice_of(self.grid, angles_rad=self.angles_rad, axis=self.axis, length=self.lines.length, count=count)


def _shortcomings(projections: Projections, weights: ViewWeights) -> str:
    """Return in words what the views do not hold."""
    needed = int(np.ceil(np.pi / 2 * projections.column_count))
    short = ""
    if weights.missing_deg:
        short = f", a wedge of {weights.missing_deg:.3g} degrees is missing"
    if weights.directions < needed:
        short += f", {weights.directions} directions where {needed} show every detail at the rim"
    return short

"""A mosaic of radiographs: neighbouring fields of view, where the stage went, and where it says it went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import NonNegative, Projections
from voltome.data._parameters import check_not_negative, check_seed
from voltome.data.images import SIMULATED
from voltome.errors import ParameterError
from voltome.physics import Material
from voltome.twins._rays import check_points
from voltome.twins.path_lengths import checked_angles
from voltome.twins.scanners import ParallelScanner
from voltome.twins.scenes import Scene
from voltome.twins.simulated_scans import camera_of, check_scanner, expose, saturated_in_words, scan_of

__all__ = ["MosaicScan", "simulate_mosaic"]

_STAGE = 5
"""The stream of random numbers of the stage, beside those of `voltome.twins._camera`."""


@dataclass(frozen=True, slots=True, eq=False)
class MosaicScan:
    """Radiographs of neighbouring fields, and their places.

    Attributes
    ----------
    tiles : Projections
        Counts; each view is a tile, row after row of the grid, all under one angle.
    grid : tuple of int
        Rows and columns of tiles.
    nominal_px, true_px : numpy.ndarray
        Shape (tile, 2): place (row, column) of the first pixel of each tile from that of the first tile, in pixels: as
        the stage says it, and as it was; the difference is the error of the stage.
    """

    tiles: Projections
    grid: tuple[int, int]
    nominal_px: NDArray[np.float64]
    true_px: NDArray[np.float64]


def simulate_mosaic(
    scene: Scene,
    scanner: ParallelScanner,
    *,
    grid: tuple[int, int] = (5, 8),
    overlap_share: NonNegative = 0.1,
    position_error_px: NonNegative = 0.0,
    angle_deg: float = 0.0,
    materials: Mapping[str, Material],
    supersampling: int = 2,
    seed: int,
) -> MosaicScan:
    """Simulate the radiographs of a grid of overlapping fields over a scene.

    Use it to test the stitching of mosaics; Heenan et al. (2020) took 5 x 8 fields to choose where to scan.

    Parameters
    ----------
    scene : Scene
        The sample, as large as the mosaic; the first row of tiles begins at z = 0, the middle column of the mosaic is
        at the middle of the box.
    scanner : ParallelScanner
        The scanner; one field is one image of it.
    grid : tuple of int
        Rows and columns of tiles.
    overlap_share : float
        Share of a tile that its neighbour sees as well, 0 or above and below 1; rounded to whole pixels.
    position_error_px : float
        Standard deviation of the error of the stage along rows and columns, in pixels; the first tile has none.
    angle_deg : float
        Angle of all views in degrees.
    materials : mapping of str to Material
        What every material of the scene is made of; its background only where it is not empty.
    supersampling : int
        Rays along each edge of a binned pixel, 1 to 16.
    seed : int
        Seed of all random numbers, 0 or above.

    Returns
    -------
    MosaicScan
        The tiles as counts with flats and darks, their nominal and their true places in pixels.

    Raises
    ------
    ParameterError
        A parameter outside its range, or a solid through which no ray can be traced.
    PhaseError
        A material of the scene that `materials` lacks, or one that is not in the scene.

    Notes
    -----
    As `simulate`. Jitter of the scanner is not added: the error of the stage is.

    Examples
    --------
    >>> import voltome as vt
    >>> scene = vt.twins.Scene((vt.twins.Sphere((8, 8, 16), 5, material="NMC"),), size_um=(16, 16, 32))
    >>> scanner = vt.twins.ParallelNanoCT(rows=256, columns=256, flats=2, darks=2)
    >>> nmc = vt.physics.Material("LiNi0.6Mn0.2Co0.2O2", 4.7)
    >>> mosaic = vt.twins.simulate_mosaic(
    ...     scene, scanner, grid=(1, 2), position_error_px=0.5, materials={"NMC": nmc}, seed=1)
    >>> mosaic.tiles.values.shape, mosaic.nominal_px.tolist()
    ((2, 32, 32), [[0.0, 0.0], [0.0, 29.0]])
    """
    check_scanner(scanner)
    rows, columns = _checked_grid(grid)
    overlap = check_not_negative("overlap_share", overlap_share)
    if overlap >= 1:
        raise ParameterError(f"overlap_share is {overlap:g}; expected 0 or above, below 1.")
    spread, seed = check_not_negative("position_error_px", position_error_px), check_seed(seed)
    steps = [max(1, count - round(overlap * count)) for count in scanner.shape]
    nominal = np.array([(row * steps[0], column * steps[1]) for row in range(rows) for column in range(columns)], float)
    error = spread * np.random.default_rng([seed, _STAGE]).standard_normal(nominal.shape)
    error[0] = 0
    true = nominal + error
    shifts = -true
    shifts[:, 1] += (columns - 1) * steps[1] / 2
    angles = np.repeat(checked_angles([angle_deg]), len(true))
    points = check_points(supersampling)
    camera = camera_of(scanner, seed, views=len(angles), points=points)
    exposed = expose(scene, camera, angles=angles, shifts=shifts, materials=materials, axis_um=None, points=points)
    did = (
        f"{SIMULATED} {scene.in_words}; mosaic of {rows} x {columns} fields, error of the stage {spread:g} pixels; "
        f"{scanner.in_words}; supersampling {supersampling}, seed {seed}{saturated_in_words(exposed)}"
    )
    return MosaicScan(scan_of(exposed, camera, angles, shifts=None, did=did), (rows, columns), nominal, true)


def _checked_grid(grid: Any) -> tuple[int, int]:
    """Return rows and columns of tiles."""
    numbers = tuple(grid) if isinstance(grid, tuple | list) else ()
    if len(numbers) != 2 or not all(_is_count(number) for number in numbers):
        raise ParameterError(f"grid is {grid!r}; expected two whole numbers (rows, columns), 1 or above each.")
    return int(numbers[0]), int(numbers[1])


def _is_count(number: Any) -> bool:
    """Say whether a number is whole and 1 or above."""
    return isinstance(number, int | np.integer) and not isinstance(number, bool) and bool(number >= 1)

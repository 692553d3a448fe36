"""Radiographs of neighbouring places, stitched to one large one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import Positive, Projections, ResultTable, Share, Volume
from voltome.data._parameters import check_choice, check_positive, check_share
from voltome.errors import GeometryError, ParameterError, ValuesError
from voltome.projections._kinds import require_kind
from voltome.registration.blending import as_type, blend
from voltome.registration.columns_joining import MOSAIC_TILES
from voltome.registration.neighbours import Link, left_px, link, neighbours, settle

TileOrder = Literal["rows", "columns", "rows_to_and_fro", "columns_to_and_fro"]

POOR_PX = 0.5
"""Tiles that fit worse than this, root mean square, are said to."""


@dataclass(frozen=True, slots=True, eq=False)
class Mosaic:
    """One large radiograph, and how well its tiles fit.

    Attributes
    ----------
    stitch_mosaic : Volume
        One slice; the mask is False where no tile lies.
    mosaic_tiles : ResultTable
        Kind ``mosaic_tiles``, one row per tile.
    """

    stitch_mosaic: Volume
    mosaic_tiles: ResultTable


def stitch_mosaic(
    tiles: Volume | Projections,
    *,
    grid: Sequence[int] | None = None,
    overlap_share: Share | None = None,
    order: TileOrder = "rows",
    places_um: Sequence[Sequence[float]] | None = None,
    max_shift_px: Positive = 8.0,
    interpolation: Literal["cubic", "linear"] = "cubic",
) -> Mosaic:
    """Stitch radiographs that were taken on a grid, or at places that the stage says, to one large radiograph.

    Use it for the map of a powder on a tape, in which regions of interest are chosen, and for samples higher or wider
    than the detector. Tiles are shifted against each other, not turned; volumes are joined by
    `voltome.registration.join_volumes`.

    Parameters
    ----------
    tiles : Volume or Projections
        One tile per slice, as a folder of TIFF files is read by `voltome.io.read_volume`, or per view; projections must
        be transmission or absorbance. Each as long and as wide as the others.
    grid : sequence of two int, optional
        Rows and columns of tiles, (5, 8) for 40. Given with `overlap_share`, and without `places_um`.
    overlap_share : float, optional
        Nominal overlap of neighbours, as a share of a tile, above 0 and below 1.
    order : {"rows", "columns", "rows_to_and_fro", "columns_to_and_fro"}
        How the tiles follow each other: row by row, column by column; to and fro: every second one backwards.
    places_um : sequence of (y, x), optional
        Where the stage says that the first pixel of each tile lies, in um along rows and columns, instead of a grid.
    max_shift_px : float
        How far from its nominal place against its neighbour a tile may be along each axis, in pixels, above 0.
    interpolation : {"cubic", "linear"}
        How values between pixels are made: cubic B-spline, or linear, which smooths more.

    Returns
    -------
    Mosaic
        The large radiograph, of the type of the tiles, and the table of the tiles.

    Raises
    ------
    ParameterError
        Neither a grid with its overlap nor places, or both; a grid or places of another number of tiles; a number out
        of its range.
    GeometryError
        Tiles that overlap with no other.
    ValuesError
        Counts, or tiles that cannot be told from each other because nothing is in them.

    Notes
    -----
    Each two tiles that share a side are laid over each other where their fine structure correlates best, up to
    `max_shift_px` from the nominal place, then to a share of a pixel by least squares with contrast, brightness and its
    slope free. All places follow from all overlaps by weighted least squares, the first tile fixed; an overlap known to
    worse than half a pixel, or that contradicts the others by more than a pixel and five spreads, is left out. A tile
    in whose overlaps nothing is to be seen keeps its nominal distance from its neighbours, and a warning says so. Where
    several tiles lie, each weighs as much as the pixel is away from the nearest side of it; brightness is not changed.
    Values beyond the range of the tiles, from splines beside edges, are set to its end, and the history counts them.
    Cost: a few transforms for each overlap. Memory: 24 bytes per pixel of the mosaic.

    References
    ----------
    S. Preibisch, S. Saalfeld, P. Tomancak, Globally optimal stitching of tiled 3D microscopic image acquisitions,
    Bioinformatics 25, 1463 (2009): places of all from overlaps of two. T. M. M. Heenan et al., Resolving Li-ion battery
    electrode particles using rapid lab-based X-ray nano-computed tomography, Adv. Sci. 7, 2000362 (2020): a map of
    5 x 8 tiles.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> from scipy.ndimage import gaussian_filter
    >>> whole = gaussian_filter(np.random.default_rng(0).standard_normal((60, 110)), 2).astype(np.float32)
    >>> tiles = np.stack([whole[:, :64], whole[:, 46:110]])  # 46, where an overlap of 20 % would have 51.2
    >>> pair = vt.data.Volume(tiles, voxel_size_um=0.512)
    >>> found = vt.projections.stitch_mosaic(pair, grid=(1, 2), overlap_share=0.2)
    >>> found.stitch_mosaic.shape, found.mosaic_tiles.frame.shift_x_px.round(1).tolist()
    ((1, 60, 110), [0.0, -5.2])
    """
    if isinstance(tiles, Projections):
        require_kind(tiles, "transmission", "absorbance", task="stitch_mosaic")
        pixel_um = tiles.geometry.voxel_size_um
        images = [np.asarray(view) for view in tiles.values]
        masks: list[NDArray[np.bool_] | None] = [None] * len(images)
        sizes = (pixel_um[2], pixel_um[0], pixel_um[2])
        volume = Volume(images[0], voxel_size_um=sizes, quantity=tiles.kind, history=tiles.history)
    else:
        volume, images = tiles, list(tiles.values)
        masks = [None] * len(images) if tiles.mask is None else list(tiles.mask)
    edge = np.asarray(volume.voxel_size_um[1:])
    most = check_positive("max_shift_px", max_shift_px)
    check_choice("interpolation", interpolation, ("cubic", "linear"))
    shape = images[0].shape
    nominal = _nominal(len(images), shape, grid, overlap_share, order, places_um, edge)
    pairs = neighbours(nominal, np.full((len(images), 2), shape, np.float64))
    _check_neighbours(len(images), pairs)
    links = [
        link((a, b), (images[a], images[b]), (masks[a], masks[b]), nominal[b] - nominal[a], most) for a, b in pairs
    ]
    if not any(each.used for each in links):
        raise ValuesError(
            f"none of the {len(links)} overlaps of {len(images)} tiles fits: the best correlation is "
            f"{max(each.correlation for each in links):.2f}. Expected tiles with structure in their overlaps; look at "
            f"grid, order and overlap_share, or give a larger max_shift_px."
        )
    corners, links = settle(nominal, links, most)
    values, known, first = blend(images, masks, corners, interpolation)
    typed, remark = as_type(values, images)
    did = f"stitch_mosaic: {len(images)} tiles of {shape[0]} x {shape[1]} pixels, {interpolation} interpolation{remark}"
    mosaic = volume.derive(
        did,
        values=typed[np.newaxis],
        mask=None if known.all() else known[np.newaxis],
        origin_um=(volume.origin_um[0], *(float(at) for at in np.asarray(volume.origin_um[1:]) + first * edge)),
    )
    return Mosaic(mosaic, _table(mosaic, nominal, corners - first, links, corners, edge))


def _nominal(
    count: int,
    shape: tuple[int, ...],
    grid: Any,
    overlap_share: Any,
    order: Any,
    places_um: Any,
    edge: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return where the first pixel of every tile nominally lies, in pixels."""
    check_choice("order", order, get_args(TileOrder))
    if (grid is None) == (places_um is None) or (grid is None) != (overlap_share is None):
        raise ParameterError(
            "expected either grid and overlap_share, or places_um, which says where each tile lies; give one."
        )
    if places_um is not None:
        places = np.asarray(places_um, np.float64)
        if places.shape != (count, 2) or not np.isfinite(places).all():
            raise ParameterError(f"places_um has the shape {places.shape}; expected {count} finite pairs (y, x) in um.")
        found: NDArray[np.float64] = (places - places[0]) / edge
        return found
    sizes = [
        int(size) for size in grid if not isinstance(size, bool) and isinstance(size, int | np.integer) and size >= 1
    ]
    if len(sizes) != 2 or len(list(grid)) != 2:
        raise ParameterError(f"grid is {grid!r}; expected two whole numbers, rows and columns of tiles, 1 or more.")
    rows, columns = sizes
    if rows * columns != count:
        raise ParameterError(
            f"a grid of {rows} x {columns} has {rows * columns} tiles, there are {count}; expected one for each place."
        )
    share = check_share("overlap_share", overlap_share)
    if share == 1:
        raise ParameterError("overlap_share is 1; expected less: tiles that lie on each other show one place.")
    places = np.array([_place(number, rows, columns, order) for number in range(count)], np.float64)
    steps: NDArray[np.float64] = places * np.asarray(shape) * (1 - share)
    return steps


def _place(number: int, rows: int, columns: int, order: TileOrder) -> tuple[int, int]:
    """Return row and column of a tile."""
    across = columns if order.startswith("rows") else rows
    line, along = divmod(number, across)
    if order.endswith("to_and_fro") and line % 2:
        along = across - 1 - along
    return (line, along) if order.startswith("rows") else (along, line)


def _check_neighbours(count: int, pairs: Sequence[tuple[int, int]]) -> None:
    """Refuse tiles that overlap with no other."""
    alone = [number for number in range(count) if not any(number in pair for pair in pairs)]
    if alone:
        said = ", ".join(map(str, alone[:8]))
        raise GeometryError(
            f"{len(alone)} of {count} tiles ({said}) share no side with another one where they nominally lie; expected "
            f"tiles that overlap. Look at overlap_share or places_um."
        )


def _table(
    mosaic: Volume,
    nominal: NDArray[np.float64],
    places: NDArray[np.float64],
    links: Sequence[Link],
    corners: NDArray[np.float64],
    edge: NDArray[np.float64],
) -> ResultTable:
    """Return the table of the tiles."""
    rows, lost = [], []
    for tile, (place, shift) in enumerate(zip(places * edge, corners - nominal, strict=True)):
        own = [each for each in links if tile in (each.first, each.second)]
        used = [each for each in own if each.used]
        squares = [float((left_px(each, corners) ** 2).sum()) for each in used]
        left = float(np.sqrt(np.mean(squares))) if squares else 0.0
        correlation = float(np.mean([each.correlation for each in own]))
        rows.append((tile, *place, *shift, left, len(own), len(used), correlation))
        lost += [str(tile)] if not used else []
    warnings = []
    if lost:
        warnings.append(
            f"No overlap of tile {', '.join(lost)} fits: it keeps its nominal distance from its "
            f"neighbours, and may be off by as much as the stage is."
        )
    left_out = sum(not each.used for each in links)
    if left_out:
        warnings.append(f"Of {len(links)} overlaps {left_out} fit badly or contradict the others, and were left out.")
    worst = max(row[5] for row in rows)
    if worst > POOR_PX:
        warnings.append(f"A tile fits to {worst:.2f} pixels only: edges may be doubled where it overlaps.")
    return ResultTable(
        pd.DataFrame(rows, columns=[column.name for column in MOSAIC_TILES]),
        columns=MOSAIC_TILES,
        kind="mosaic_tiles",
        measured_on=mosaic.grid_in_words,
        method="correlation of fine structure, then least squares; all places by weighted least squares",
        history=mosaic.history,
        warnings=tuple(warnings),
    )

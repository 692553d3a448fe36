"""Contrast spread tile by tile, with a limit to its steepness (CLAHE), in three dimensions."""

from __future__ import annotations

from itertools import product
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge
from numpy.typing import NDArray

from voltome.data import Positive, Volume
from voltome.data._parameters import AXES, check_positive
from voltome.errors import ParameterError, ValuesError

BINS = 256
HIGHEST_LEVEL = 65_535
SMALLEST_TILE_VOXELS = 8
TILES_ALONG_THE_LONGEST_EDGE = 8

Counts = tuple[int, int, int]
ClipLimit = Annotated[float, Ge(1)]


def equalise_adaptive(volume: Volume, *, tile_um: Positive | None = None, clip_limit: ClipLimit = 3.0) -> Volume:
    """Spread the grey values tile by tile, so that contrast is alike everywhere (CLAHE).

    For the eye, where brightness or contrast drifts through the sample. One grey value becomes different ones in
    different places, so a threshold afterwards is a local one: it follows what the tiles hold, also where the sample
    itself changes, such as a fraction that varies with depth. Prefer `equalise_histogram`, or no equalisation, before
    anything is measured.

    Parameters
    ----------
    volume : Volume
        Grey values of any kind; voxels may be anisotropic.
    tile_um : float, optional
        Edge of a tile in um, at least 8 voxels along every axis; rounded so that whole tiles fill the image. Larger
        than the largest feature. Default: an eighth of the longest edge of the image, or 8 voxels where that is more.
    clip_limit : float
        Steepest local curve, as a multiple of the straight line from black to white; 1 or above. 1 spreads the grey
        values linearly, a large number equalises each tile completely.

    Returns
    -------
    Volume
        uint16 values from 0 to 65,535. The quantity stays, the unit does not.

    Raises
    ------
    ParameterError
        A tile of fewer than 8 voxels along an axis, or a clip limit below 1.
    ValuesError
        A single grey value in the sample.

    Notes
    -----
    The voxels inside the mask of each tile are counted in 256 bins of equal width between the lowest and the highest
    grey value of the sample; counts are clipped at the level at which, once what was cut is shared by all bins,
    no bin has more than `clip_limit` times the mean count. The curve of a tile is the sum of its bins, straight
    inside a bin; a voxel takes the mean of the curves of the 8 tiles around it, weighted by the distance to their
    centres [1]_. A tile outside the mask has the curve of the whole sample. A few very bright voxels widen the
    bins: remove them before (`median`). Memory: 2 bytes per voxel, and up to 4 more for tiles of 8 voxels.

    References
    ----------
    .. [1] Pizer S.M. et al., Comput. Vis. Graph. Image Process. 39, 355-368 (1987), sections 2 to 4.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> values = np.linspace(100, 300, 32**3).reshape(32, 32, 32)
    >>> even = vt.filters.equalise_adaptive(vt.data.Volume(values, voxel_size_um=1), tile_um=16, clip_limit=1)
    >>> even.values.min(), even.values.max(), even.history
    (np.uint16(0), np.uint16(65535), ('equalise_adaptive: 2 x 2 x 2 tiles, clip limit 1',))
    """
    counts = _tile_counts(volume, tile_um)
    if isinstance(clip_limit, bool) or not clip_limit >= 1 or not np.isfinite(clip_limit):
        raise ParameterError(f"clip_limit is {clip_limit!r}; expected a finite number, 1 or above.")
    inside = volume.values if volume.mask is None else volume.values[volume.mask]
    low, high = float(inside.min()), float(inside.max())
    if low == high:
        raise ValuesError(
            f"the sample has the single grey value {low:g}; expected at least two to spread. "
            f"Look whether the right volume was read, and whether its mask is the right one."
        )
    curves = _curves(volume, counts, (low, high), float(clip_limit))
    values = np.empty(volume.shape, np.uint16)
    along = [_between_centres(length, count) for length, count in zip(volume.shape, counts, strict=True)]
    for z in range(volume.shape[0]):
        values[z] = _mapped(volume.values[z], z, along, curves, (low, high))
    tiles = " x ".join(map(str, counts))
    return volume.derive(f"equalise_adaptive: {tiles} tiles, clip limit {clip_limit:.10g}", values=values, unit="")


def _tile_counts(volume: Volume, tile_um: float | None) -> Counts:
    """Return the tiles along each axis."""
    smallest = [min(SMALLEST_TILE_VOXELS, length) for length in volume.shape]
    if tile_um is None:
        edge = max(volume.size_um) / TILES_ALONG_THE_LONGEST_EDGE
    else:
        edge = check_positive("tile_um", tile_um)
        for axis, (voxel, fewest) in enumerate(zip(volume.voxel_size_um, smallest, strict=True)):
            if edge < fewest * voxel * (1 - 1e-9):
                raise ParameterError(
                    f"tile_um is {tile_um:g}, {edge / voxel:.3g} voxels along {AXES[axis]}; expected at least {fewest} "
                    f"voxels ({fewest * voxel:g} um), as fewer give no histogram."
                )
    z, y, x = (
        max(1, min(round(size / edge), length // fewest))
        for size, length, fewest in zip(volume.size_um, volume.shape, smallest, strict=True)
    )
    return z, y, x


def _curves(volume: Volume, counts: Counts, ends: tuple[float, float], clip_limit: float) -> NDArray[np.float32]:
    """Return the curve of each tile at the ends of its bins, from 0 to 1; shape (tiles z, y, x, bins + 1)."""
    histograms = np.zeros((*counts, BINS), np.int64)
    edges = [np.arange(count + 1) * length // count for length, count in zip(volume.shape, counts, strict=True)]
    for place in product(*map(range, counts)):
        zs, ys, xs = (slice(edges[axis][n], edges[axis][n + 1]) for axis, n in enumerate(place))
        tile = (zs, ys, xs)
        inside = volume.values[tile].ravel() if volume.mask is None else volume.values[tile][volume.mask[tile]]
        bins, _ = _bin_of(inside, ends)
        histograms[place] = np.bincount(bins, minlength=BINS)
    whole = histograms.sum(axis=(0, 1, 2))
    curves = np.zeros((*counts, BINS + 1), np.float32)
    for place in product(*map(range, counts)):
        histogram = histograms[place] if histograms[place].any() else whole
        curves[place][1:] = np.cumsum(_clipped(histogram / histogram.sum(), clip_limit))
    curves[..., -1] = 1.0  # the sum of the shares, without its rounding error
    return curves


def _clipped(shares: NDArray[np.float64], clip_limit: float) -> NDArray[np.float64]:
    """Return shares of which none is above `clip_limit` times their mean; what was cut is shared by all.

    With the shares cut at c, the highest is c + (1 - sum of min(share, c)) / bins, which rises with c: the right c lies
    on the straight part between two shares.
    """
    highest = clip_limit / shares.size
    if shares.max() <= highest:
        return shares
    ordered = np.concatenate(([0.0], np.sort(shares)))
    above = shares.size - np.arange(ordered.size)  # shares that are cut at each of them
    kept = np.cumsum(ordered) + ordered * above
    reached = ordered + (1.0 - kept) / shares.size
    last = int(np.flatnonzero(reached <= highest)[-1])
    slope = 1.0 - above[last] / shares.size
    cut = ordered[last] + ((highest - reached[last]) / slope if slope > 0 else 0.0)
    clipped = np.minimum(shares, cut)
    even: NDArray[np.float64] = clipped + (1.0 - clipped.sum()) / shares.size
    return even


def _bin_of(values: NDArray[Any], ends: tuple[float, float]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Return the bin of each value, and where in its bin it lies, from 0 to 1; values beyond the ends lie on them."""
    low, high = ends
    place = np.clip((values.astype(np.float64) - low) / (high - low), 0.0, 1.0) * BINS
    bins = np.minimum(place.astype(np.intp), BINS - 1)
    return bins, (place - bins).astype(np.float32)


def _between_centres(length: int, count: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """Return for each voxel along an axis the tile centres below and above, and the weight of the one above."""
    place = np.clip((np.arange(length) + 0.5) * count / length - 0.5, 0.0, count - 1.0)
    below = np.floor(place).astype(np.intp)
    return below, np.minimum(below + 1, count - 1), (place - below).astype(np.float32)


def _mapped(
    plane: NDArray[Any],
    z: int,
    along: list[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]],
    curves: NDArray[np.float32],
    ends: tuple[float, float],
) -> NDArray[np.uint16]:
    """Return the levels of one slice."""
    (z_below, z_above, z_weight), (y_below, y_above, y_weight), (x_below, x_above, x_weight) = along
    at_z = curves[z_below[z]] + z_weight[z] * (curves[z_above[z]] - curves[z_below[z]])
    bins, part = _bin_of(plane, ends)
    level = np.zeros(plane.shape, np.float32)
    for (ys, wy), (xs, wx) in product(
        ((y_below, 1 - y_weight), (y_above, y_weight)), ((x_below, 1 - x_weight), (x_above, x_weight))
    ):
        begin, end = at_z[ys[:, np.newaxis], xs, bins], at_z[ys[:, np.newaxis], xs, bins + 1]
        level += wy[:, np.newaxis] * wx * (begin + part * (end - begin))
    return np.rint(level * HIGHEST_LEVEL).clip(0, HIGHEST_LEVEL).astype(np.uint16)

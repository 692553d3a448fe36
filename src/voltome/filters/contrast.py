"""The histogram of a volume made flat: each grey value becomes the share of the sample that is darker."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from annotated_types import Ge, Le
from numpy.typing import NDArray

from voltome.data import Volume
from voltome.errors import ParameterError, ValuesError

MOST_LEVELS = 65_536


def equalise_histogram(volume: Volume, *, levels: Annotated[int, Ge(2), Le(MOST_LEVELS)] = MOST_LEVELS) -> Volume:
    """Spread the grey values so that every level has the same number of voxels.

    For the eye, and to threshold several scans of one sample at equal percentiles. It is one monotonic curve for the
    whole volume: thresholds at equal percentiles select the same voxels before and after. It is not linear: intervals
    of grey value need new values, and grey values no longer measure attenuation or density.

    Parameters
    ----------
    volume : Volume
        Grey values of any kind.
    levels : int
        Grey levels of the result, 2 to 65,536.

    Returns
    -------
    Volume
        uint16 values from 0, the darkest voxel of the sample, to levels - 1, the brightest. The quantity stays, the
        unit does not. The history says how many grey values were merged.

    Raises
    ------
    ParameterError
        A number of levels that is not a whole number from 2 to 65,536.
    ValuesError
        A single grey value in the sample.

    Notes
    -----
    A grey value v becomes (levels - 1) (C(v) - C(lowest)) / (N - C(lowest)), rounded, where C(v) of the N voxels
    inside the mask are at most v. C is exact, without bins, so a few very bright voxels do not matter. Grey values
    between which there is less than 1 / (levels - 1) of the sample may become one level, so a percentile is kept
    within that. Values outside the mask follow the same curve. Cost: one pass for types of 8 and 16 bits, else a
    sort of the values. Memory: 2 bytes per voxel for types of 8 and 16 bits, else twice the volume and that.

    References
    ----------
    .. [1] Gonzalez R.C., Woods R.E., Digital Image Processing, 3rd ed. (2008), section 3.3.1.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> volume = vt.data.Volume(np.array([[10, 11, 12, 12, 900]], np.uint16), voxel_size_um=1)
    >>> vt.filters.equalise_histogram(volume, levels=5).values
    array([[[0, 1, 3, 3, 4]]], dtype=uint16)
    """
    _check_levels(levels)
    found, counts = _distinct(volume)
    if found.size == 1:
        raise ValuesError(
            f"the sample has the single grey value {found[0].item()}; expected at least two to spread. "
            f"Look whether the right volume was read, and whether its mask is the right one."
        )
    below = np.cumsum(counts)
    level = np.rint((levels - 1) * ((below - below[0]) / (below[-1] - below[0]))).astype(np.uint16)
    first = np.flatnonzero(np.diff(level.astype(np.int64), prepend=-1))
    values = _replaced(volume.values, found[first], level[first])
    merged = f", {found.size:,} grey values became {first.size:,}" if first.size < found.size else ""
    return volume.derive(f"equalise_histogram: {levels:,} levels{merged}", values=values, unit="")


def _check_levels(levels: Any) -> None:
    """Refuse what is no whole number from 2 to `MOST_LEVELS`."""
    if isinstance(levels, bool) or not isinstance(levels, int | np.integer) or not 2 <= levels <= MOST_LEVELS:
        raise ParameterError(f"levels is {levels!r}; expected a whole number from 2 to {MOST_LEVELS:,}.")


def _distinct(volume: Volume) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the grey values of the sample, ascending, and how many voxels have each."""
    values = volume.values
    if values.dtype.kind == "f" or values.dtype.itemsize > 2:
        found, voxels = np.unique(values if volume.mask is None else values[volume.mask], return_counts=True)
        return found, voxels.astype(np.int64)
    lowest = int(np.iinfo(values.dtype).min)
    counts = np.zeros(2 ** (8 * values.dtype.itemsize), np.int64)
    for z, plane in enumerate(values):  # slice by slice: counting makes 8 bytes of every voxel
        inside = plane.ravel() if volume.mask is None else plane[volume.mask[z]]
        counts += np.bincount(inside.astype(np.int64) - lowest, minlength=counts.size)
    full = np.flatnonzero(counts)
    return (full + lowest).astype(values.dtype), counts[full]


def _replaced(values: NDArray[Any], begins: NDArray[Any], levels: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Return the level that begins at or below each value; what is darker than all of the sample gets the lowest."""
    replaced = np.empty(values.shape, np.uint16)
    for z, plane in enumerate(values):
        place = np.searchsorted(begins, plane.ravel(), side="right") - 1
        replaced[z] = levels[np.maximum(place, 0)].reshape(plane.shape)
    return replaced

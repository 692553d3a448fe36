"""A volume that never is in memory whole -> a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from voltome.data import Volume
from voltome.errors import FileFormatError, ParameterError
from voltome.io._atomic import write_atomically
from voltome.io._headers import naming
from voltome.io._paths import StrPath
from voltome.io._zarr_write import write_slabs as write_zarr_slabs
from voltome.io.formats import ZARR
from voltome.io.writing import refuse_foreign_target


def write_slabs(
    slabs: Iterable[Volume], path: StrPath, *, depth: int, history: tuple[str, ...] | Callable[[], tuple[str, ...]] = ()
) -> Path:
    """Write a volume slab by slab as OME-Zarr 0.5: the very bytes that `write` makes of the whole.

    Use it for volumes larger than memory. Slabs are asked for one after another, each is written and let go.

    Parameters
    ----------
    slabs : iterable of Volume
        Slabs that follow each other along z, of float or integer grey values, on one grid; only the first one's origin
        counts.
    path : str or path
        A folder whose name ends in ``.zarr``; an existing one is replaced once the new one is complete.
    depth : int
        Slices of all slabs together, 1 or above.
    history : tuple of str, or callable
        What was done to the volume, oldest first, or a function that is asked for it after the last slab; that of the
        slabs is not kept.

    Returns
    -------
    pathlib.Path
        The target.

    Raises
    ------
    FileFormatError
        A name that does not end in ``.zarr``.
    ParameterError
        A depth that is no whole number, 1 or above.
    GeometryError, ValuesError
        Slabs of different grids, or not `depth` slices.
    ResultsFolderError
        As for `write`.

    Notes
    -----
    The pyramid is made from what is on disk. Memory: one slab; then for the pyramid 10 bytes for each voxel of 128
    layers of 128 rows (256 of 256 where a voxel has one or two bytes). Slabs of whole
    chunks (64 slices, or 128) are written fastest.

    Examples
    --------
    >>> import tempfile, numpy as np, voltome as vt
    >>> slabs = (vt.data.Volume(np.full((2, 4, 5), z, np.float32), voxel_size_um=0.5) for z in range(3))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     vt.io.read_volume(vt.io.write_slabs(slabs, f"{folder}/large.ome.zarr", depth=6)).values[:, 0, 0]
    array([0., 0., 1., 1., 2., 2.], dtype=float32)
    """
    target = Path(path)
    if target.suffix.lower() not in ZARR.suffixes:
        raise FileFormatError(f"{target}: slabs are written as OME-Zarr; expected a name that ends in .ome.zarr.")
    if depth < 1:
        raise ParameterError(f"depth is {depth!r}; expected a whole number of slices, 1 or above.")
    refuse_foreign_target(target, folder=True)
    with naming(target):
        write_atomically(target, lambda part: write_zarr_slabs(slabs, part, depth, history))
    return target

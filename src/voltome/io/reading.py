"""Files -> nouns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import Noun, ParticleImage, PhaseImage, Positive, ResultTable, Volume
from voltome.errors import FileFormatError, ValuesError
from voltome.io import _voxel_sizes
from voltome.io._headers import Header, StoredImage, naming
from voltome.io._paths import StrPath
from voltome.io.formats import format_of

VoxelSize = Positive | tuple[Positive, Positive, Positive] | None

GREY_VALUE = "grey value"


def read_volume(
    path: StrPath, *, voxel_size_um: VoxelSize = None, quantity: str = GREY_VALUE, unit: str = ""
) -> Volume:
    """Read grey values from TIFF, OME-Zarr, HDF5, NRRD, MetaImage, Avizo, Zeiss, or RAW with a side-car.

    Use it for reconstructed grey values. For labels use `read_phases` or `read_particles`; for what voltome
    wrote itself, `read` gives every field back.

    Parameters
    ----------
    path : str or path
        A file, a folder of slices, a pattern (``"scan/slice_*.tif"``), an OME-Zarr folder, or a dataset of an HDF5
        file (``"scan.h5::/entry/data"``; without ``::`` the only image in it).
    voxel_size_um : float or (float, float, float), optional
        Edge lengths of a voxel along (z, y, x) in um, above 0; one number means a cube. Needed where the file does
        not say; where it does, it must agree within 0.1 %. Where a file has numbers without a unit (MetaImage), it must
        be in proportion to them.
    quantity : str
        What the values are: ``grey value``, ``attenuation``, ``electron density`` ... A volume that voltome wrote
        knows its own.
    unit : str
        Unit of the values; attenuation is in 1/cm. Empty for grey values.

    Returns
    -------
    Volume
        Shape (z, y, x), the type of the file; origin, mask and history where voltome wrote the file.

    Raises
    ------
    VoxelSizeError
        Given by nobody, not above 0, or contradicting the file.
    MissingFileError, FileFormatError, AxisError, ValuesError
        Nothing at the path; damaged, unknown, or no grey image; channels or time points; NaN or infinity.

    Notes
    -----
    Slices are put in natural order (2 before 10); they must agree in shape and type, and their numbers have no gaps.
    A print resolution (dpi) is not a voxel size. Stored values are taken as they are, also where the file asks for
    an inverted or coloured display.

    Avizo (``.am``): the bounding box is that of the voxels' centres, so the voxel size is (x1 - x0) / (nx - 1), and
    the origin lies half a voxel before x0. A box without a unit is no voxel size; one given must be in its proportion.
    Zeiss (``.txm``): image k is slice z = k - 1, along the axis of rotation; projections (``.txrm``) are read by
    `read_projections`.

    Memory: the result and one slice.

    Examples
    --------
    >>> import tempfile, numpy as np, voltome as vt
    >>> volume = vt.data.Volume(np.zeros((4, 5, 6), np.uint16), voxel_size_um=(1, 0.5, 0.5))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     vt.io.read_volume(vt.io.write(volume, f"{folder}/small.tif"))
    Volume(4 x 5 x 6 voxels (z, y, x), uint16, voxel 1 x 0.5 x 0.5 um, grey value)
    """
    header, stored, size = _load(Path(path), voxel_size_um, ("", "Volume"))
    fields = _grid(stored, size)
    own = stored.fields if header.noun else {}
    with naming(header.path):
        return Volume(
            stored.values,
            **fields,
            quantity=str(own.get("quantity", quantity)) if quantity == GREY_VALUE else quantity,
            unit=unit or str(own.get("unit", "")),
        )


def read_phases(path: StrPath, *, phases: Mapping[int, str], voxel_size_um: VoxelSize = None) -> PhaseImage:
    """Read a segmented image, whose every value stands for a phase.

    Use it for labels made elsewhere (0, 1, 2 or 0, 85, 170 ...). A PhaseImage that voltome wrote, and a label field
    of Avizo, are read with their phases by `read`.

    Parameters
    ----------
    path : str or path
        As for `read_volume`.
    phases : mapping of int to str
        Name of the phase of every value, 0 to 255: ``{0: "pore", 85: "NMC", 170: "binder"}``.
    voxel_size_um : float or (float, float, float), optional
        As for `read_volume`.

    Returns
    -------
    PhaseImage
        Shape (z, y, x), uint8, with the values of the file as labels.

    Raises
    ------
    PhaseError
        A value in the image that no phase is named for.
    ValuesError
        Values that are not whole numbers from 0 to 255.
    VoxelSizeError, MissingFileError, FileFormatError, AxisError
        As for `read_volume`.

    Notes
    -----
    Memory: the result, and the stored values where they are not uint8.

    Examples
    --------
    >>> import tempfile, numpy as np, voltome as vt
    >>> labels = vt.data.Volume(np.eye(4, dtype=np.uint8) * 85, voxel_size_um=0.5)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = vt.io.write(labels, f"{folder}/labels.tif")
    ...     vt.io.read_phases(path, phases={0: "pore", 85: "NMC"})
    PhaseImage(1 x 4 x 4 voxels (z, y, x), uint8, voxel 0.5 x 0.5 x 0.5 um, 0 = pore, 85 = NMC)
    """
    header, stored, size = _load(Path(path), voxel_size_um, ("", "Volume", "PhaseImage"))
    with naming(header.path):
        labels = _as_phase_labels(stored.values)
        intervals = _renamed_intervals(stored.fields, phases)
        return PhaseImage(labels, **_grid(stored, size), phases=phases, grey_intervals=intervals)


def read_particles(path: StrPath, *, phase: str, voxel_size_um: VoxelSize = None) -> ParticleImage:
    """Read an image of instance labels: one number per particle, 0 for everything else.

    Use it for particles separated elsewhere. A ParticleImage that voltome wrote is read by `read`.

    Parameters
    ----------
    path : str or path
        As for `read_volume`.
    phase : str
        Name of the phase that the particles are made of.
    voxel_size_um : float or (float, float, float), optional
        As for `read_volume`.

    Returns
    -------
    ParticleImage
        Shape (z, y, x), the integer type of the file.

    Raises
    ------
    ValuesError
        Labels that are not whole numbers, 0 or above.
    VoxelSizeError, MissingFileError, FileFormatError, AxisError
        As for `read_volume`.

    Notes
    -----
    Memory: the result and one slice.

    Examples
    --------
    >>> import tempfile, numpy as np, voltome as vt
    >>> labels = vt.data.ParticleImage(np.eye(4, dtype=np.uint16), voxel_size_um=0.5, phase="sulfur")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     vt.io.read_particles(vt.io.write(labels, f"{folder}/labels.tif"), phase="sulfur").particle_count
    1
    """
    header, stored, size = _load(Path(path), voxel_size_um, ("", "Volume", "ParticleImage"))
    with naming(header.path):
        return ParticleImage(stored.values, **_grid(stored, size), phase=phase)


def read_table(path: StrPath) -> ResultTable:
    """Read a table of results that voltome wrote as Parquet.

    Use it for the tables of a study. A CSV file lacks the meaning of its columns: read the Parquet file beside it.

    Parameters
    ----------
    path : str or path
        A ``.parquet`` file written by `write`.

    Returns
    -------
    ResultTable
        The frame with every column's meaning, unit and role.

    Raises
    ------
    MissingFileError, FileFormatError
        Nothing at the path; damaged, or not a table that voltome wrote.

    Examples
    --------
    >>> import tempfile, pandas as pd, voltome as vt
    >>> table = vt.data.ResultTable(pd.DataFrame({"size_um": [1.5]}), kind="sizes",
    ...                             columns=(vt.data.Column("size_um", "um", "Diameter."),))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     vt.io.read_table(vt.io.write(table, f"{folder}/sizes.parquet")).column("size_um").unit
    'um'
    """
    noun = read(path)
    if not isinstance(noun, ResultTable):
        raise FileFormatError(f"{path}: holds a {type(noun).__name__}; expected a ResultTable. Use voltome.io.read.")
    return noun


def read(path: StrPath) -> Noun:
    """Read back what voltome wrote, as the noun it was.

    Use it for what `write` wrote, except TIFF and CSV: every field comes back, bit for bit. It also reads label fields
    of Avizo (``.am``), whose materials are the phases. Files of other programs, and TIFF, are read by `read_volume`,
    `read_phases` and `read_particles`.

    Parameters
    ----------
    path : str or path
        A ``.zarr`` folder, or a file: ``.parquet``, ``.h5``, ``.nrrd``, ``.nhdr``, ``.mha``, ``.mhd``, ``.raw``
        with its side-car, whoever wrote that, or ``.am`` with Labels and Materials.

    Returns
    -------
    Noun
        Of the class that was written.

    Raises
    ------
    MissingFileError, FileFormatError
        Nothing at the path; damaged, incomplete, or not written by voltome.
    PhaseError, VoxelSizeError
        A label field whose materials do not name every label, or which does not say its voxel size.

    Notes
    -----
    The materials of a label field stand for 0, 1, 2 ... in their order, as Avizo counts them; only where voxels hold
    labels beyond the list, and each of them is the ``Id`` of one material, are the labels these.

    Examples
    --------
    >>> import tempfile, numpy as np, voltome as vt
    >>> labels = vt.data.PhaseImage(np.eye(3, dtype=np.uint8), voxel_size_um=1, phases={0: "pore", 1: "sulfur"})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     vt.io.read(vt.io.write(labels, f"{folder}/labels.ome.zarr")).phases
    {0: 'pore', 1: 'sulfur'}
    """
    place = Path(path)
    reader = format_of(place).read_noun
    if reader is None:
        raise FileFormatError(
            f"{place}: does not say which noun it holds; expected .zarr, .h5, .nrrd, .mha or .parquet of voltome. "
            f"Read it with voltome.io.read_volume, read_phases or read_particles."
        )
    return reader(place)


def load_volume_or_noun(path: Path, voxel_size_um: Any, *, overrule: bool) -> Noun:
    """Return the noun that voltome wrote, or the image of another program as a Volume of unchanged type."""
    found = format_of(path)
    header = found.read_header(path)
    if found.read_sized_noun is not None and header.noun:
        return found.read_sized_noun(path, _voxel_sizes.resolve(header, voxel_size_um, overrule=overrule))
    if found.read_noun is not None and (header.noun or not header.is_image):
        return found.read_noun(path)
    _voxel_sizes.require_image(header)
    size = _voxel_sizes.resolve(header, voxel_size_um, overrule=overrule)
    return _volume(header, _stored(header, found.read_image), size)


def _volume(header: Header, stored: StoredImage, size: tuple[float, float, float]) -> Volume:
    with naming(header.path):
        return Volume(stored.values, voxel_size_um=size, origin_um=_voxel_sizes.origin_um(header, size))


def _load(
    path: Path, voxel_size_um: Any, nouns: tuple[str, ...]
) -> tuple[Header, StoredImage, tuple[float, float, float]]:
    """Return header, voxels and voxel size; the voxel size is settled before the voxels are read."""
    found = format_of(path)
    header = found.read_header(path)
    _voxel_sizes.require_image(header)
    if header.noun not in nouns:
        raise FileFormatError(f"{path}: holds a {header.noun}; expected grey values or labels. Use voltome.io.read.")
    size = _voxel_sizes.resolve(header, voxel_size_um)
    stored = _stored(header, found.read_image)
    return header, replace(stored, fields={"origin_um": _voxel_sizes.origin_um(header, size), **stored.fields}), size


def _stored(header: Header, read_image: Any) -> StoredImage:
    """Return the voxels, or say that the format has none."""
    _voxel_sizes.require_image(header)
    stored: StoredImage = read_image(header)
    return stored


def _grid(stored: StoredImage, size: tuple[float, float, float]) -> dict[str, Any]:
    """Return the fields that every image has."""
    kept = {name: stored.fields[name] for name in ("origin_um", "mask", "history") if name in stored.fields}
    return {"voxel_size_um": size, **kept}


def _renamed_intervals(fields: Mapping[str, Any], phases: Mapping[int, str]) -> dict[str, Any] | None:
    """Return the stored grey intervals under the names that the phases have now."""
    stored, names = fields.get("grey_intervals"), fields.get("phases", {})
    if not stored:
        return None
    labels = {name: label for label, name in names.items()}
    return {phases[labels[name]]: interval for name, interval in stored.items() if labels[name] in phases}


def _as_phase_labels(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Return the values as uint8, or refuse those that are not whole numbers from 0 to 255."""
    if values.dtype == np.uint8:
        return values
    labels = np.empty(values.shape, np.uint8)
    for source, target in zip(values, labels, strict=True):
        inside = (source >= 0) & (source <= 255) if source.dtype != np.bool_ else np.ones_like(source)
        # NaN is neither, so nothing undefined is cast
        target[...] = np.where(inside, source, 0)
        faults = ~inside | (target != source)
        if faults.any():
            raise ValuesError(
                f"values such as {source[faults][0]} ({values.dtype}) are no phase labels; expected whole numbers from "
                f"0 to 255. Grey values become phases with voltome.segmentation.threshold or otsu."
            )
    return labels

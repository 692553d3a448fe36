"""Projections as an HDF5 file in the layout of Data Exchange, and back, every field bit for bit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from voltome.data import LazyArray, ParallelBeam, Projections
from voltome.errors import FileFormatError, ResultsFolderError
from voltome.io import _hdf5_attributes
from voltome.io._data_exchange import ENERGY, GROUP, RESOLUTION
from voltome.io._fields import assemble, dismantle
from voltome.io._hdf5_lazy import frames_of
from voltome.io._hdf5_write import FORMAT, FORMAT_KEY, LEVEL, NOUN_KEY, fixed_text

FIELDS_KEY = "voltome_fields"

PLACES = {"values": "data", "flats": "data_white", "darks": "data_dark", "angles_deg": "theta"}
"""Where Data Exchange has what a field holds; all others lie beside under their own names."""

UNITS = {"theta": "degrees", "data": "counts", "data_white": "counts", "data_dark": "counts"}

CHUNK_BYTES = 2**21


def write_projections(scan: Projections, path: Path, address: str) -> None:
    """Write projections to a new file; lazy ones are read some rows at a time."""
    if address:
        raise ResultsFolderError(f"cannot write projections to the place {address!r}: a scan has a file of its own.")
    fields, arrays = dismantle(scan, without=("values",))
    text = json.dumps(fields)  # in ASCII, whatever letters the history has
    # of HDF5 1.8 (2008) and later, as for images
    with h5py.File(path, "w", libver=("v108", "v108")) as file:
        file.create_dataset("implements", data=fixed_text("exchange:measurement"), track_times=False)
        group = file.create_group(GROUP)
        _write_values(group, scan.values)
        for name, array in arrays.items():
            group.create_dataset(PLACES.get(name, name), data=np.ascontiguousarray(array), track_times=False)
        for name, unit in UNITS.items():
            if name in group and (name == "theta" or scan.kind == "counts"):
                group[name].attrs["units"] = fixed_text(unit)
        group["data"].attrs["axes"] = fixed_text("theta:y:x")
        _write_measurement(file, scan)
        for key, value in ((FORMAT_KEY, FORMAT), (NOUN_KEY, "Projections"), (FIELDS_KEY, text)):
            group.attrs[key] = fixed_text(value) if isinstance(value, str) else value


def is_own(group: Any) -> bool:
    """Say whether voltome wrote the scan in a group."""
    exchange = group.get(GROUP)
    return exchange is not None and FIELDS_KEY in exchange.attrs


def read_own(group: Any, *, lazy: bool) -> Projections:
    """Return the projections that voltome wrote."""
    exchange = group[GROUP]
    version = int(_hdf5_attributes.attribute(exchange, FORMAT_KEY))
    if version > FORMAT:
        raise FileFormatError(f"written by a newer voltome (format {version}, known {FORMAT}). Update voltome.")
    fields = json.loads(_hdf5_attributes.text_of(exchange, FIELDS_KEY))
    values = frames_of(_dataset(exchange, "data"))

    def array(name: str) -> NDArray[Any]:
        dataset = _dataset(exchange, PLACES.get(name, name))
        return np.asarray(dataset[()], dataset.dtype.newbyteorder("="))

    made = assemble("Projections", fields, array, values=values if lazy else values[:])
    assert isinstance(made, Projections)  # noqa: S101 - for the type checker
    return made


def _dataset(exchange: Any, name: str) -> Any:
    found = exchange.get(name)
    if not isinstance(found, h5py.Dataset):
        raise FileFormatError(f"its attributes name an array {name!r}, which is missing. Copy it again.")
    return found


def _write_values(group: Any, values: NDArray[Any] | LazyArray) -> None:
    """Write the views in chunks of a few rows of many views, packed: slabs and single views are both read quickly."""
    views, rows, columns = values.shape
    width = min(columns, CHUNK_BYTES // values.dtype.itemsize)
    height = max(1, min(8, rows))
    depth = max(1, min(views, CHUNK_BYTES // (values.dtype.itemsize * width * height)))
    data = group.create_dataset(
        "data",
        shape=values.shape,
        dtype=values.dtype.newbyteorder("="),
        chunks=(depth, height, width),
        shuffle=True,
        compression="gzip",
        compression_opts=LEVEL,
        track_times=False,
    )
    for first in range(0, rows, height):
        data[:, first : first + height] = values[:, first : first + height]


def _write_measurement(file: Any, scan: Projections) -> None:
    """Write what other programs look for: pixel size at the sample, and energy."""
    row, column = scan.geometry.pixel_size_um
    if isinstance(scan.geometry, ParallelBeam) and row == column:
        file.create_dataset(RESOLUTION, data=row, track_times=False)
        file[RESOLUTION].attrs["units"] = fixed_text("um")
    if scan.energy_kev is not None:
        file.create_dataset(ENERGY, data=scan.energy_kev, track_times=False)
        file[ENERGY].attrs["units"] = fixed_text("keV")

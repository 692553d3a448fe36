"""Scans in HDF5 files: which layout a file has, and what it says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py

from voltome.data import Noun, Projections
from voltome.errors import FileFormatError, VoltomeError
from voltome.io import _data_exchange, _hdf5, _hdf5_find, _nexus, _scan_hdf5_write
from voltome.io._hdf5_walk import walk
from voltome.io._headers import Header, naming
from voltome.io._paths import split_address
from voltome.io._scan import ScanOptions, StoredScan, agreeing, header_of, header_of_own, projections_of

FORMAT = "Data Exchange HDF5 of voltome"


def read_header(path: Path) -> Header:
    """Return the header of a scan, or of the image that a path names."""
    with _opened(path) as (file, address):
        group = (file.get(address) if "\0" not in address else None) if address else file
        if isinstance(group, h5py.Group) and _scan_hdf5_write.is_own(group):
            return header_of_own(_scan_hdf5_write.read_own(group, lazy=True), path, (split_address(path)[0],), FORMAT)
        stored = _stored(file, group, path, None) if isinstance(group, h5py.Group) else None
        if stored is not None:
            return header_of(stored)
    return _hdf5.read_header(path)


def files_of(path: Path) -> tuple[Path, ...]:
    """Return the file, and those in which parts of it lie."""
    return read_header(path).files


def read_projections_of(path: Path, options: ScanOptions) -> Projections:
    """Return the scan that a path names."""
    with _opened(path) as (file, address):
        node = _hdf5_find.node_at(file, address, split_address(path)[0])
        if isinstance(node, h5py.Group) and _scan_hdf5_write.is_own(node):
            return agreeing(_scan_hdf5_write.read_own(node, lazy=options.lazy), options)
        stored = _stored(file, node, path, options.beam)
        if stored is None:
            raise FileFormatError(
                "it holds no scan that is known: neither NeXus (image_key, rotation_angle) nor Data Exchange "
                "(exchange/data with theta, data_white or data_dark). Name the group of the scan ('FILE::/GROUP'), or "
                "save the views as TIFF with a side-car."
            )
    return projections_of(stored, options)


def read_noun(path: Path) -> Noun:
    """Return the noun that voltome wrote."""
    with _opened(path) as (file, address):
        group = file if not address else None
        if group is not None and _scan_hdf5_write.is_own(group):
            return _scan_hdf5_write.read_own(group, lazy=False)
        if group is not None and _data_exchange.is_scan(group):
            raise FileFormatError("holds a raw scan, not written by voltome. Read it with voltome.io.read_projections.")
    return _hdf5.read_noun(path)


def _stored(file: Any, node: Any, path: Path, beam: str | None) -> StoredScan | None:
    """Return what a group says about its scan, or a dataset with what lies around it; None where there is none."""
    place, address = split_address(path)
    if isinstance(node, h5py.Dataset):
        around = file[address.split("/")[1]] if address.count("/") > 1 else file
        return _nexus.stored_scan(walk(around, place), node, path, place, beam)
    if _data_exchange.is_scan(node):
        return _data_exchange.stored_scan(node, path, place)
    found = walk(node, place)
    return _nexus.stored_scan(found, None, path, place, beam) if _nexus.is_scan(found) else None


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, str]]:
    """Open the file, and turn whatever goes wrong into `FileFormatError`."""
    place, address = split_address(path)
    with naming(path):
        try:
            with h5py.File(place, "r") as file:
                yield file, address
        except VoltomeError:
            raise
        except _hdf5.FAULTS as fault:
            told = " ".join(str(fault).split())[:200]
            raise FileFormatError(
                f"not a sound HDF5 file, or not one that can be read: {type(fault).__name__}: {told}. Copy it again "
                f"from its source."
            ) from fault

"""Scans in HDF5 files: which layout a file has, and what it says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py

from voltome.data import Projections
from voltome.errors import FileFormatError, VoltomeError
from voltome.io import _data_exchange, _hdf5
from voltome.io._headers import Header, naming
from voltome.io._paths import split_address
from voltome.io._scan import ScanOptions, StoredScan, header_of, projections_of


def read_header(path: Path) -> Header:
    """Return the header of a scan, or of the image that a path names."""
    with _opened(path) as (file, address):
        scan = _scan_at(file, address)
        if scan is not None:
            return header_of(_stored(scan, path))
    return _hdf5.read_header(path)


def files_of(path: Path) -> tuple[Path, ...]:
    """Return the file, and those in which parts of it lie."""
    return read_header(path).files


def read_projections_of(path: Path, options: ScanOptions) -> Projections:
    """Return the scan that a path names."""
    with _opened(path) as (file, address):
        scan = _scan_at(file, address)
        if scan is None:
            raise FileFormatError(
                "holds no scan that is known: neither NeXus (image_key, rotation_angle) nor Data Exchange "
                "(exchange/data with theta). Name its group ('scan.h5::/entry'), or write a side-car for TIFF."
            )
        stored = _stored(scan, path)
    return projections_of(stored, options)


def _scan_at(file: Any, address: str) -> Any:
    """Return the group with a scan, or None."""
    group = file.get(address) if address else file
    return group if isinstance(group, h5py.Group) and _data_exchange.is_scan(group) else None


def _stored(scan: Any, path: Path) -> StoredScan:
    """Return what the file says."""
    return _data_exchange.stored_scan(scan, path, split_address(path)[0])


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

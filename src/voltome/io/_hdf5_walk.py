"""Every dataset below a group of an HDF5 file, and every link that leads to a file that is not there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py

from voltome.io._hdf5_find import MOST_DATASETS, identity_of


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """A link to another file that is not there."""

    address: str
    file: str
    target: str
    is_file: bool

    def __str__(self) -> str:
        lost = "which has no such place" if self.is_file else "which is not there"
        return f"{self.address} leads to {self.target} in the file {self.file!r}, {lost}"


@dataclass(frozen=True, slots=True)
class Found:
    """What is below a group.

    Attributes
    ----------
    datasets : dict of str to dataset
        By their addresses in this file; one that is reached twice is there twice.
    broken : list of BrokenLink
        In the order of their addresses.
    """

    datasets: dict[str, Any] = field(default_factory=dict)
    broken: list[BrokenLink] = field(default_factory=list)

    def named(self, *names: str) -> Iterator[tuple[str, Any]]:
        """Yield the datasets whose last name is one of these."""
        return ((address, each) for address, each in self.datasets.items() if address.rpartition("/")[2] in names)

    def ending(self, *ends: str) -> Iterator[tuple[str, Any]]:
        """Yield the datasets whose address ends like one of these."""
        return ((address, each) for address, each in self.datasets.items() if address.endswith(ends))

    def others(self, dataset: Any) -> list[str]:
        """Return all addresses of a dataset."""
        own = identity_of(dataset)
        return [address for address, each in self.datasets.items() if identity_of(each) == own]


def walk(group: Any, path: Path) -> Found:
    """Return what is below a group; soft links lead to places in the same file, which come by themselves."""
    found = Found()
    _walk(group, path, found, {identity_of(group)})
    return found


def _walk(group: Any, path: Path, found: Found, seen: set[Any]) -> None:
    """Add what is in a group, and in those below that were not seen."""
    for name in group:
        if len(found.datasets) + len(seen) > MOST_DATASETS:
            return
        link, address = group.get(name, getlink=True), f"{group.name.rstrip('/')}/{name}"
        if isinstance(link, h5py.SoftLink):
            continue
        node = _target(group, name, link, address, path, found)
        if isinstance(node, h5py.Dataset):
            found.datasets[address] = node
        elif isinstance(node, h5py.Group) and not isinstance(link, h5py.ExternalLink):
            own = identity_of(node)
            if own not in seen:
                seen.add(own)
                _walk(node, path, found, seen)


def _target(group: Any, name: str, link: Any, address: str, path: Path, found: Found) -> Any:
    """Return what a name stands for, or None for a link that leads nowhere."""
    if not isinstance(link, h5py.ExternalLink):
        return group.get(name)
    is_file = os.path.isfile(path.parent / link.filename)  # noqa: PTH113 - no error for a name that is too long
    try:
        node = group.get(name) if is_file else None
    except (KeyError, OSError, ValueError, RuntimeError):
        node = None
    if node is None:
        found.broken.append(BrokenLink(address, link.filename, link.path, is_file))
    return node

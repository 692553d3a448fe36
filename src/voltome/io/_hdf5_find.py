"""Which dataset of an HDF5 file is meant, and in which files its values lie."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py

from voltome.errors import FileFormatError, did_you_mean

PART_KEY = "part_of"
"""Attribute of a dataset that belongs to another one, such as a mask; it is never the image that is meant."""

MOST_DATASETS = 10_000
"""Looked at in one file."""

MOST_NESTED = 8
"""Virtual datasets made of virtual datasets."""


def find(file: Any, address: str, path: Path) -> Any:
    """Return the dataset at an address, or the only image in the file."""
    return _only_image(file, path) if not address else _at(file, address, path)


def is_numeric(dataset: Any) -> bool:
    """Say whether a dataset holds real numbers, or booleans."""
    return dataset.dtype.kind in "buif"


def datasets_in(group: Any, path: Path, seen: set[Any] | None = None) -> Iterator[tuple[str, Any]]:
    """Yield every dataset below a group with its address; one in another file, where that is there.

    Soft links lead to places in the same file, which come by themselves.
    """
    seen = set() if seen is None else seen
    for name in group:
        link = group.get(name, getlink=True)
        if isinstance(link, h5py.SoftLink):
            continue
        if isinstance(link, h5py.ExternalLink) and not (path.parent / link.filename).is_file():
            continue
        found = group.get(name)
        if found is None or identity_of(found) in seen or len(seen) > MOST_DATASETS:
            continue
        seen.add(identity_of(found))
        address = f"{group.name.rstrip('/')}/{name}"
        if isinstance(found, h5py.Dataset):
            yield address, found
        elif isinstance(found, h5py.Group) and not isinstance(link, h5py.ExternalLink):
            yield from datasets_in(found, path, seen)


def identity_of(node: Any) -> Any:
    """Return what tells two objects of a file apart, however they were reached."""
    info = h5py.h5o.get_info(node.id)
    return info.fileno, str(getattr(info, "token", None) or getattr(info, "addr", None))


def _only_image(file: Any, path: Path) -> Any:
    """Return the one 3-D dataset of numbers, or list those there are."""
    found = [
        (address, dataset)
        for address, dataset in datasets_in(file, path)
        if len(dataset.shape or ()) == 3 and is_numeric(dataset) and PART_KEY not in dataset.attrs
    ]
    if len(found) == 1:
        return found[0][1]
    if found:
        raise FileFormatError(
            f"it has {len(found)} images. Say which, such as '{path.name}::{found[0][0]}':{_listed(found)}"
        )
    others = [(address, dataset) for address, dataset in datasets_in(file, path) if dataset.shape]
    has = f"It has:{_listed(others)}" if others else "It has no dataset at all."
    raise FileFormatError(f"it has no 3-D dataset of numbers (z, y, x). {has}")


def _listed(found: list[tuple[str, Any]]) -> str:
    lines = [f"\n  ::{address}  {' x '.join(map(str, data.shape))} {data.dtype}" for address, data in found[:20]]
    return "".join(lines) + (f"\n  and {len(found) - 20} more" if len(found) > 20 else "")


def _at(file: Any, address: str, path: Path) -> Any:
    """Return the dataset at an address, or say what is there instead."""
    found = node_at(file, address, path)
    if isinstance(found, h5py.Dataset):
        return found
    raise _nothing_at(file, address, path, "a group")


def node_at(file: Any, address: str, path: Path) -> Any:
    """Return the group or dataset at an address, the file itself where there is none, or say what is there instead."""
    if not address:
        return file
    found = None
    if "\0" not in address:  # which HDF5 takes for the end of the name
        _refuse_broken_links(file, address, path)
        found = file.get(address)
    if isinstance(found, h5py.Dataset | h5py.Group):
        return found
    raise _nothing_at(file, address, path, "nothing")


def _nothing_at(file: Any, address: str, path: Path, what: str) -> FileFormatError:
    known = [(name, dataset) for name, dataset in datasets_in(file, path) if dataset.shape]
    hint = did_you_mean(address, [name for name, _ in known])
    return FileFormatError(f"there is {what} at {address!r}; expected a dataset. The file has:{_listed(known)}{hint}")


def _refuse_broken_links(file: Any, address: str, path: Path) -> None:
    """Say which file is missing, where an address leads to another one."""
    group = file
    for name in address.split("/"):
        if name in ("", "."):  # this group itself
            continue
        link = group.get(name, getlink=True)
        if isinstance(link, h5py.ExternalLink):
            target = path.parent / link.filename
            if not target.is_file():
                raise FileFormatError(
                    f"{address!r} leads to the file {link.filename!r}, which is not in {str(target.parent)!r}. Copy it "
                    f"there, under this name."
                )
        elif link is None:
            return
        group = group.get(name)
        if not isinstance(group, h5py.Group):
            return


def other_files(dataset: Any, path: Path, depth: int = 0) -> tuple[Path, ...]:
    """Return the files beside the one named in which values lie; refuse those that are missing."""
    own = Path(os.fsdecode(dataset.file.filename))
    found = [] if own.resolve() == path.resolve() or depth else [own]
    if dataset.external:
        raise FileFormatError(
            f"dataset {dataset.name!r} keeps its values in plain files ({dataset.external[0][0]!r} ...), which is not "
            f"supported. Copy it into one file (h5repack)."
        )
    if dataset.is_virtual:
        found += _sources(dataset, own, depth)
    return tuple(dict.fromkeys(found))


def _sources(dataset: Any, own: Path, depth: int) -> list[Path]:
    """Return the files of a virtual dataset; HDF5 itself would give zeros for those that are missing."""
    found: list[Path] = []
    if depth >= MOST_NESTED:
        raise FileFormatError(f"virtual datasets in virtual datasets, over {MOST_NESTED} deep. Copy the values.")
    for source in dataset.virtual_sources():
        if "%" in source.file_name.replace("%%", ""):
            raise FileFormatError(
                f"dataset {dataset.name!r} is made of a series of files {source.file_name!r}, which cannot be checked. "
                f"Copy it into one file (h5repack)."
            )
        place = own if source.file_name == "." else _must_be_there(own, source.file_name)
        with h5py.File(place, "r") as file:
            part = file.get(source.dset_name)
            if not isinstance(part, h5py.Dataset):
                raise FileFormatError(
                    f"dataset {dataset.name!r} is made of parts, and {place.name} has no {source.dset_name!r}. Copy "
                    f"the file again."
                )
            found += [] if place == own else [place]
            found += other_files(part, place, depth + 1)
    return found


def _must_be_there(own: Path, name: str) -> Path:
    place = own.parent / name
    if not os.path.isfile(place):  # noqa: PTH113 - unlike Path.is_file, no error for a name that is too long
        raise FileFormatError(
            f"parts of it are in the file {name!r}, which is not in {str(place.parent)!r}. Copy it there."
        )
    return place

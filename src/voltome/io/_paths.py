"""Paths: what is there, what was probably meant, and the natural order of slices."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from voltome.errors import FileFormatError, MissingFileError, did_you_mean

StrPath = str | os.PathLike[str]

TIFF_SUFFIXES = (".tif", ".tiff")

MAGIC = re.compile(r"[*?\[]")

NUMBER = re.compile(r"(\d+)")


HDF5_SUFFIXES = (".h5", ".hdf5", ".hdf", ".nxs", ".nx")

ADDRESS_MARK = "::"
"""Between a file and the place inside it: ``scan.h5::/entry/data``."""


def split_address(path: Path) -> tuple[Path, str]:
    """Return the file and the place inside it; the place is empty where the path names a file alone.

    Only an HDF5 file has places inside. A name with ``::`` that exists as it is stays whole, as does one in a folder
    that exists.

    Examples
    --------
    >>> file, place = split_address(Path("scan.h5::/entry/data"))
    >>> file.name, place
    ('scan.h5', '/entry/data')
    """
    name, mark, place = str(path).partition(ADDRESS_MARK)
    if not mark or not name.lower().endswith(HDF5_SUFFIXES):
        return path, ""
    in_a_folder = ADDRESS_MARK in str(path.parent) and os.path.isdir(path.parent)  # noqa: PTH112 - see must_exist
    if in_a_folder or os.path.exists(path):  # noqa: PTH110 - see must_exist
        return path, ""
    place = place.strip("/")
    return Path(name), f"/{place}" if place else ""


def is_pattern(path: Path) -> bool:
    """Say whether the path is a glob and not the name of something that exists."""
    return bool(MAGIC.search(str(path))) and not os.path.exists(path)  # noqa: PTH110 - see must_exist


def must_exist(path: Path) -> None:
    """Raise `MissingFileError` with what is nearby, where there is nothing at the path."""
    if os.path.exists(path):  # noqa: PTH110 - unlike Path.exists, no error for a name that is too long
        return
    folder = path.parent
    if os.path.islink(path):  # noqa: PTH114 - as above
        raise MissingFileError(
            f"{str(path)!r} is a link to {str(path.readlink())!r}, where nothing is. Mend the link, or copy the file."
        )
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    wanted = path.relative_to(folder).parts[0]
    nearby = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
    has = ", ".join(map(repr, nearby[:8])) + (f" and {len(nearby) - 8} more" if len(nearby) > 8 else "")
    raise MissingFileError(
        f"there is no {str(path)!r}; the folder {str(folder)!r} has {has or 'nothing in it'}."
        f"{did_you_mean(wanted, nearby)}"
    )


def natural_key(path: Path) -> tuple[tuple[int, int, str], ...]:
    """Return a sorting key that puts ``slice_2`` before ``slice_10``; equal numbers fall back on the text.

    Examples
    --------
    >>> [path.name for path in sorted(map(Path, ["s10.tif", "s2.tif"]), key=natural_key)]
    ['s2.tif', 's10.tif']
    """
    parts = NUMBER.split(str(path))
    return tuple((1, int(part), part) if part.isdecimal() else (0, 0, part) for part in parts if part)


def slices_of(path: Path) -> tuple[Path, ...]:
    """Return the TIFF slices that a folder or a pattern stands for, in natural order, without gaps."""
    found = _matches(path) if is_pattern(path) else _tiffs_in(path)
    slices = tuple(sorted(found, key=natural_key))
    _refuse_gaps(path, slices)
    return slices


def _tiffs_in(folder: Path) -> list[Path]:
    """Return the TIFF files of a folder, or say what it has instead."""
    entries = [entry for entry in folder.iterdir() if entry.is_file() and not entry.name.startswith(".")]
    tiffs = [entry for entry in entries if entry.suffix.lower() in TIFF_SUFFIXES]
    if tiffs:
        return tiffs
    if not entries:
        raise FileFormatError(f"{folder}: the folder has no files; expected TIFF slices (.tif, .tiff).")
    suffixes = sorted({entry.suffix or "no suffix" for entry in entries})
    raise FileFormatError(
        f"{folder}: the folder has no TIFF slices; expected .tif or .tiff, found {len(entries)} files with "
        f"{', '.join(suffixes)}."
    )


def _matches(pattern: Path) -> list[Path]:
    """Return the files that match a glob pattern, or say what is in the folder instead."""
    parts = pattern.parts
    first = next(index for index, part in enumerate(parts) if MAGIC.search(part))
    folder, rest = Path(*parts[:first]), "/".join(parts[first:])
    if not folder.is_dir():
        must_exist(folder)
        raise FileFormatError(f"{folder}: not a folder; {str(pattern)!r} looks for slices in it.")
    try:
        found = [entry for entry in folder.glob(rest) if entry.is_file()]
    except ValueError as fault:
        raise FileFormatError(f"{str(pattern)!r} is not a pattern of file names: {fault}.") from fault
    if found:
        return found
    present = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
    has = ", ".join(map(repr, present[:8])) + (" ..." if len(present) > 8 else "")
    raise MissingFileError(
        f"no file matches {str(pattern)!r}; the folder {str(folder)!r} has {has or 'nothing in it'}."
    )


def _refuse_gaps(path: Path, slices: Sequence[Path]) -> None:
    """Refuse a series of names that mixes several series, or whose numbers have gaps."""
    if len(slices) < 2:
        return
    names = [slice_.name for slice_ in slices]
    skeletons = {NUMBER.sub("#", name): name for name in reversed(names)}
    if len(skeletons) > 1:
        listed = ", ".join(repr(name) for name in sorted(skeletons.values())[:4])
        raise FileFormatError(
            f"{path}: the names of the slices follow {len(skeletons)} different schemes (first of each: {listed}); "
            f"expected one series. Choose one with a pattern such as 'folder/slice_*.tif'."
        )
    numbers = list(zip(*([int(number) for number in NUMBER.findall(name)] for name in names), strict=True))
    varying = [column for column in numbers if len(set(column)) > 1]
    counters = [column for column in varying if len(set(column)) == len(column)]
    if not counters:
        raise FileFormatError(
            f"{path}: no number in the names tells the slices apart (such as {names[0]!r} and {names[1]!r}); they look "
            f"like several series. Choose one with a pattern such as 'folder/scan1_*.tif'."
        )
    fewest = min((_missing_numbers(column) for column in counters), key=len)
    if fewest:
        listed = ", ".join(map(str, fewest[:10])) + (f" and {len(fewest) - 10:,} more" if len(fewest) > 10 else "")
        raise FileFormatError(
            f"{path}: the numbering of the slices has gaps: {listed} missing between {names[0]!r} and {names[-1]!r}. "
            f"Add the missing slices, or choose a series without gaps with a pattern."
        )


def _missing_numbers(column: Sequence[int]) -> range | list[int]:
    """Return the numbers missing from otherwise evenly spaced ones; time stamps, unevenly spaced, have none."""
    ordered = sorted(column)
    steps = sorted(after - before for before, after in pairwise(ordered))
    step = steps[0]
    evenly_spaced = steps[(len(steps) - 1) // 2] == step
    if steps[-1] == step or not evenly_spaced:
        return []
    absent: list[int] = []
    for before, after in pairwise(ordered):
        between = range(before + step, after, step)
        absent.extend(between[: max(0, 100_000 - len(absent))])
    return absent

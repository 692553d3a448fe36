"""The store of a results folder: every noun under ``store/<scan>/<name>``, with the key that it was made for.

An entry is written under a temporary name and renamed when complete, and its key is inside it: so an entry is whole
and says what it is, or it is not there, whenever the run was ended.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from voltome.data import ImageNoun, Noun, ResultTable
from voltome.data.images import SIMULATED
from voltome.errors import FileFormatError, ResultsFolderError
from voltome.io import read, read_attributes, write
from voltome.study.model import Output

__all__ = ["LOCK", "PROVENANCE", "Store", "locked", "replace_folder"]

LOCK = ".lock"
PROVENANCE = "provenance.json"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep everything else from writing in a results folder; the lock ends with the process, however it ends."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK, timeout=0)
        lock.acquire()
    except Timeout as error:
        raise ResultsFolderError(
            f"another run is working in {folder}; wait until it ends, or give this one its own folder "
            f"(voltome run --results FOLDER)."
        ) from error
    except OSError as error:
        raise ResultsFolderError(
            f"cannot write in the results folder {folder} ({error.strerror or error}); give a folder that you may "
            f"write in (voltome run --results FOLDER)."
        ) from error
    try:
        yield
    finally:
        lock.release()


@dataclass(frozen=True, slots=True)
class Store:
    """The nouns of a results folder.

    Attributes
    ----------
    folder : Path
        The results folder; nouns are in its sub-folder ``store``.
    """

    folder: Path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other run out of the folder, which must be new or that of a run."""
        self._refuse_other_folder()
        with locked(self.folder):
            yield

    def _refuse_other_folder(self) -> None:
        """Refuse a folder that no run made but that has what a run would replace."""
        if any(os.path.lexists(self.folder / name) for name in (LOCK, PROVENANCE)):
            return
        foreign = [
            name for name in ("store", "tables", "figures", "movies", "report.html") if (self.folder / name).exists()
        ]
        if foreign:
            raise ResultsFolderError(
                f"{self.folder} was not made by a run but has {', '.join(foreign)}, which a run would replace; give a "
                f"folder of its own (voltome run --results FOLDER)."
            )

    def path(self, output: Output) -> Path:
        """Return where a noun lies."""
        suffix = ".ome.zarr" if issubclass(output.noun, ImageNoun) else ".zarr"
        if issubclass(output.noun, ResultTable):
            suffix = ".parquet"
        return self.folder / "store" / output.ref.scan / f"{output.ref.name}{suffix}"

    def attributes(self, output: Output, key: str) -> dict[str, Any] | None:
        """Return what was stored with a noun, or None where there is none made for `key`."""
        path = self.path(output)
        if not path.exists():
            return None
        try:
            attributes = read_attributes(path)
        except FileFormatError:
            return None  # damaged from outside: it is made again
        return attributes if attributes.get("key") == key else None

    def load(self, output: Output) -> Noun:
        """Return a stored noun."""
        path = self.path(output)
        try:
            return read(path)
        except FileFormatError as error:
            raise FileFormatError(f"{path} in the store is damaged; remove it and run again. {error}") from error

    def unfinished(self) -> None:
        """Remove the provenance of the run before: it no longer describes what lies here."""
        (self.folder / PROVENANCE).unlink(missing_ok=True)

    def save(self, output: Output, noun: Noun, key: str, seconds: float) -> None:
        """Store a noun with the key that it was made for, and how long it took."""
        path = self.path(output)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ResultsFolderError(
                f"cannot make the folder {path.parent} ({error.strerror or error}); remove {self.folder / 'store'}, "
                f"the run makes it again."
            ) from error
        if path.is_dir() != (path.suffix != ".parquet") or (path.is_dir() and not _whole(path)):
            remove(path)  # damaged from outside: the store is ours
        simulated = any(line.startswith(SIMULATED) for line in getattr(noun, "history", ()))
        write(noun, path, attributes={"key": key, "seconds": round(seconds, 3), "simulated": simulated})

    def keep_only(self, outputs: Iterable[Output]) -> None:
        """Remove what no step of the study makes any more, and leftovers of runs that were ended."""
        kept = {self.path(output) for output in outputs}
        root = self.folder / "store"
        for scan in [path for path in root.glob("*") if path.is_dir()]:
            for entry in [path for path in scan.iterdir() if path not in kept]:
                remove(entry)
            if not any(scan.iterdir()):
                scan.rmdir()


def _whole(path: Path) -> bool:
    """Say whether a folder of the store is zarr still."""
    return (path / "zarr.json").is_file()


def remove(path: Path) -> None:
    """Remove a file or a folder with all that is in it, where there is one."""
    if not path.exists():
        return
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def replace_folder(temporary: Path, final: Path) -> None:
    """Put a finished folder in the place of the old one."""
    old = final.with_name(f".{final.name}.old")
    if old.exists():
        shutil.rmtree(old)
    if final.exists():
        final.rename(old)
    temporary.rename(final)
    if old.exists():
        shutil.rmtree(old)

"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from voltome.errors import ResultsFolderError

_NUMBERS = itertools.count()


def write_atomically(target: Path, fill: Callable[[Path], None]) -> None:
    """Let `fill` write a hidden sibling of `target`, and give it its name when it is complete.

    The sibling is called ``.NAME.PID-N.part``; a killed process leaves one behind, never half a target.
    """
    part = _part_of(target)
    with _explained(target):
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            fill(part)
            _swap(part, target)
        finally:
            remove(part)


def write_pair(values: Path, text: Path, fill: Callable[[Path, Path], None]) -> None:
    """Let `fill` write hidden siblings of a file of values and of the text without which it cannot be read.

    The former values go before the new text comes, and the new values come last: a killed process can leave a text
    whose values are missing, never values that a text for other ones describes, be it another one that was there.
    """
    parts = _part_of(values), _part_of(text)
    with _explained(values):
        try:
            values.parent.mkdir(parents=True, exist_ok=True)
            fill(*parts)
            remove(values)
            _swap(parts[1], text)
            _swap(parts[0], values)
        finally:
            for part in parts:
                remove(part)


def _part_of(target: Path) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}-{next(_NUMBERS)}.part")


@contextmanager
def _explained(target: Path) -> Iterator[None]:
    """Turn what the operating system refuses into an error that says how to mend it."""
    try:
        yield
    except OSError as fault:
        reason = fault.strerror or str(fault)
        raise ResultsFolderError(
            f"cannot write {str(target)!r}: {reason}. Choose a folder in which you may write and which has space."
        ) from fault


def _swap(part: Path, target: Path) -> None:
    """Put `part` in the place of `target`, whose former content goes only when the new one is there."""
    if not (target.is_dir() or part.is_dir()):
        part.replace(target)
        return
    former = part.with_suffix(".old")
    if target.exists():
        target.rename(former)
    try:
        part.rename(target)
    except OSError:
        if former.exists():
            former.rename(target)
        raise
    remove(former)


def remove(path: Path) -> None:
    """Remove a file or a folder, where there is one."""
    if not os.path.lexists(path):
        return
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()

"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from voltome.errors import ResultsFolderError

_NUMBERS = itertools.count()


def write_atomically(target: Path, fill: Callable[[Path], None]) -> None:
    """Let `fill` write a hidden sibling of `target`, and give it its name when it is complete.

    The sibling is called ``.NAME.PID-N.part``; a killed process leaves one behind, never half a target.
    """
    part = target.with_name(f".{target.name}.{os.getpid()}-{next(_NUMBERS)}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        fill(part)
        _swap(part, target)
    except OSError as fault:
        reason = fault.strerror or str(fault)
        raise ResultsFolderError(
            f"cannot write {str(target)!r}: {reason}. Choose a folder in which you may write and which has space."
        ) from fault
    finally:
        remove(part)


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

"""Progress of long work, and whether it fits in memory: no science, no third-party import."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Protocol

from voltome.errors import MemoryEstimateError

__all__ = ["Progress", "ProgressEvent", "available_memory_bytes", "check_memory", "compiled_before", "silent"]


@dataclass(frozen=True, slots=True)
class ProgressEvent:
    """One report of long work: `done` of `total` parts of `task` are finished.

    Attributes
    ----------
    task : str
        What is being done, such as ``uncycled: separate_particles``.
    done, total : int
        Parts finished and parts in all; ``done == total`` is said once, at the end.
    note : str
        A remark to show beside the task (``cached``, a memory estimate), or nothing.
    """

    task: str
    done: int
    total: int
    note: str = ""


class Progress(Protocol):
    """Anything that can be told of progress: a bar on a terminal, a line in a log, or nothing."""

    def __call__(self, event: ProgressEvent) -> None:
        """Take one report; called from one thread, in order."""


def silent(event: ProgressEvent) -> None:
    """Ignore the report: the default of every function that can report progress."""


def compiled_before(module: ModuleType) -> bool:
    """Say whether the kernels of a module were compiled before, so that compiled forms are kept on disk.

    The first use of a kernel takes seconds to compile it; this tells beforehand, so that a user can be told.

    Parameters
    ----------
    module : module
        A ``_kernels`` module; its compiled functions say where their compiled forms are kept.

    Returns
    -------
    bool
        False where none was ever compiled on this machine. Where it is True, a form for another type of array, or of
        a kernel that was not needed yet, may still be missing.

    Examples
    --------
    >>> import voltome.runtime
    >>> voltome.runtime.compiled_before(voltome.runtime)
    True
    """
    kernels = [value for value in vars(module).values() if hasattr(value, "py_func")]
    kept = f"{module.__name__.rpartition('.')[2]}.*.nbi"
    return not kernels or any(any(Path(kernel.stats.cache_path).glob(kept)) for kernel in kernels)


def available_memory_bytes() -> int:
    """Memory that this process may still take, in bytes: the machine's, or its container's if less.

    Examples
    --------
    >>> available_memory_bytes() > 0
    True
    """
    candidates = [_machine_available_bytes()]
    container = _container_available_bytes()
    if container is not None:
        candidates.append(container)
    return max(0, min(candidates))


def check_memory(need_bytes: int, *, task: str, voxels: int) -> None:
    """Raise `MemoryEstimateError` if `need_bytes` exceeds what is available.

    Parameters
    ----------
    need_bytes : int
        Estimated peak of the task above what is already held.
    task : str
        Name of the task, for the message.
    voxels : int
        Voxels it would work on; the message says the largest number that fits.

    Raises
    ------
    MemoryEstimateError
        The task needs more than `available_memory_bytes`.

    Examples
    --------
    >>> check_memory(1_000_000, task="otsu", voxels=1_000_000)
    >>> check_memory(10**18, task="otsu", voxels=512**3)
    Traceback (most recent call last):
    voltome.errors.MemoryEstimateError: otsu needs about 1000000000.0 GB for 134,217,728 voxels, but ... GB are ...
    """
    available = available_memory_bytes()
    if need_bytes <= available:
        return
    largest_edge = int(round((voxels * available / need_bytes) ** (1 / 3), 6))  # 499.999... is 500
    raise MemoryEstimateError(
        f"{task} needs about {need_bytes / 1e9:.1f} GB for {voxels:,} voxels, but {available / 1e9:.1f} GB "
        f"are available. The largest cube that fits is about {largest_edge}^3 voxels: crop the image, "
        f"or run on a machine with more memory."
    )


def _machine_available_bytes(meminfo: Path = Path("/proc/meminfo")) -> int:
    """Return the memory the operating system can give without swapping."""
    if meminfo.exists():
        for line in meminfo.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        # Windows has no sysconf; there an estimate cannot be compared, so nothing is refused
        return 2**62


def _container_available_bytes(group: Path = Path("/sys/fs/cgroup")) -> int | None:
    """Return what the control group (version 2) still allows, or None where there is no limit."""
    limit, used = group / "memory.max", group / "memory.current"
    if not (limit.exists() and used.exists()):
        return None
    text = limit.read_text().strip()
    if text == "max":
        return None
    return int(text) - int(used.read_text()) + _reclaimable_bytes(group / "memory.stat")


def _reclaimable_bytes(statistics: Path) -> int:
    """Return the file cache that counts as used but is given back on demand."""
    if not statistics.exists():
        return 0
    fields = dict(line.split() for line in statistics.read_text().splitlines())
    return int(fields.get("inactive_file", 0))

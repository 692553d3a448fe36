"""Every error voltome raises, as one tree.

::

    VoltomeError
    ├── AxisError (ValueError)             wrong number of axes, an unknown axis, an extent outside the image
    ├── VoxelSizeError (ValueError)        absent, not positive, or two sources that disagree
    ├── GeometryError (ValueError)         images that do not lie on the same grid, a beam that cannot be
    ├── ValuesError (ValueError)           array values or types that cannot be measured (NaN, infinity, empty)
    ├── PhaseError (KeyError)              an unknown, overlapping or empty phase
    ├── ParameterError (ValueError)        a parameter outside its range
    ├── FileFormatError (ValueError)       a file that is not what it claims to be
    ├── MissingFileError (FileNotFoundError)
    ├── MissingDependencyError (ImportError)
    ├── ConvergenceError (RuntimeError)
    ├── MemoryEstimateError (MemoryError)  a step that would not fit, said before it starts
    ├── ResultsFolderError (OSError)       a results folder that is in use, unfinished or not writable
    └── StudyFileError (ValueError)        a study file with mistakes, all of them at once

A message says what was found, what was expected and how to mend it.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "AxisError",
    "ConvergenceError",
    "FileFormatError",
    "GeometryError",
    "MemoryEstimateError",
    "MissingDependencyError",
    "MissingFileError",
    "ParameterError",
    "PhaseError",
    "ResultsFolderError",
    "StudyFileError",
    "ValuesError",
    "VoltomeError",
    "VoxelSizeError",
    "did_you_mean",
]


class VoltomeError(Exception):
    """Base of every error that voltome raises on purpose."""


class AxisError(VoltomeError, ValueError):
    """A wrong number of axes, an unknown axis, or an extent outside the image."""


class VoxelSizeError(VoltomeError, ValueError):
    """A voxel size that is absent, not positive, or stated differently by two sources."""


class GeometryError(VoltomeError, ValueError):
    """Images that do not lie on the same grid, or a beam geometry that cannot be."""


class ValuesError(VoltomeError, ValueError):
    """Array values or types from which nothing can be measured (NaN, infinity, an empty array)."""


class PhaseError(VoltomeError, KeyError):
    """An unknown, overlapping or empty phase."""

    def __str__(self) -> str:
        # KeyError shows the repr of its argument, which would put the whole message in quotes
        return str(self.args[0]) if self.args else ""


class ParameterError(VoltomeError, ValueError):
    """A parameter outside its range."""


class FileFormatError(VoltomeError, ValueError):
    """A file that is not what it claims to be, or lacks something voltome needs."""


class MissingFileError(VoltomeError, FileNotFoundError):
    """A path at which there is nothing."""


class MissingDependencyError(VoltomeError, ImportError):
    """An optional package that is not installed; the message has the install command."""


class ConvergenceError(VoltomeError, RuntimeError):
    """An iteration that did not reach its tolerance."""


class MemoryEstimateError(VoltomeError, MemoryError):
    """A step that would not fit in memory, said before it starts."""


class ResultsFolderError(VoltomeError, OSError):
    """A results folder that is in use, unfinished or not writable."""


class StudyFileError(VoltomeError, ValueError):
    """A study file with mistakes; the message lists all of them."""


def did_you_mean(found: str, known: Iterable[str]) -> str:
    """Return `` Did you mean 'x'?`` for the known name nearest to `found`, or nothing.

    Examples
    --------
    >>> did_you_mean("sulfr", ["pore", "sulfur"])
    " Did you mean 'sulfur'?"
    >>> did_you_mean("binder", ["pore", "sulfur"])
    ''
    """
    nearest = get_close_matches(str(found), [str(name) for name in known], n=1, cutoff=0.6)
    return f" Did you mean {nearest[0]!r}?" if nearest else ""

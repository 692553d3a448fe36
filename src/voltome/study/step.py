"""What one row of the table of steps is: a name in a study file, and the function behind it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from voltome.runtime import compiled_before
from voltome.study.signatures import Signature, read_signature

__all__ = ["DetectorShape", "FastSweep", "Parameters", "Rows", "Source", "Step", "StepTable"]

Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FastSweep:
    """How a measure is made for many values of a parameter of the step before it in one go.

    Attributes
    ----------
    function : str or callable
        ``"room.module:function"``. From the noun that the swept step takes, ``variants`` (the parameters of the swept
        step for each value) and the parameters of the measure it yields what the measure gives for each value in turn,
        the very same numbers; or raises in its turn what the swept step or the measure would raise.
    fits : callable, optional
        From the parameters of the measure to whether it can do these.
    in_order : bool
        Each value begins at the result of the one before it: the numbers are then those of the measure within its
        tolerance, and hang on the values before. Such a sweep is always made whole, in the order of its values, and its
        results are kept under keys that say so: what is run again gives the same bytes.
    """

    function: str | Callable[..., Any]
    fits: Callable[[Parameters], bool] | None = None
    in_order: bool = False

    @property
    def call(self) -> Callable[..., Any]:
        """The function itself."""
        return _resolve(self.function)


@dataclass(frozen=True, slots=True)
class DetectorShape:
    """What the memory for some rows of a scan hangs on.

    Attributes
    ----------
    view_count, row_count, column_count : int
        Views, and rows and columns of the detector.
    pixel_um : float
        Width of a pixel in um.
    """

    view_count: int
    row_count: int
    column_count: int
    pixel_um: float = 1.0

    @property
    def pixels(self) -> int:
        """Pixels of all views."""
        return self.view_count * self.row_count * self.column_count


@dataclass(frozen=True, slots=True)
class Rows:
    """How a step of projections works on some rows of the detector alone.

    Attributes
    ----------
    halo : int or callable
        Rows that it needs beyond each end to give those between as if it had all; or that number from its parameters.
    binned : callable, optional
        From the parameters to how many rows become one; None: each stays.
    settles : callable, optional
        From what the step gives, on a few rows in the middle, to the parameters with which it then works on each slab:
        what holds for the whole scan is settled once.
    peak_bytes : callable, optional
        From the shape of what it takes and the parameters to its peak memory above that; None: `Step.bytes_per_voxel`.
    reshapes : callable, optional
        From the shape of what it takes and the parameters to that of what it gives; None: it stays.
    """

    halo: int | Callable[[Parameters], int] = 0
    binned: Callable[[Parameters], int] | None = None
    settles: Callable[[tuple[Any, ...]], Parameters] | None = None
    peak_bytes: Callable[[DetectorShape, Parameters], int] | None = None
    reshapes: Callable[[DetectorShape, Parameters], DetectorShape] | None = None

    def halo_of(self, parameters: Parameters) -> int:
        """Return the rows needed beyond each end."""
        return self.halo if isinstance(self.halo, int) else self.halo(parameters)

    def binned_of(self, parameters: Parameters) -> int:
        """Return how many rows become one."""
        return 1 if self.binned is None else self.binned(parameters)

    def reshaped(self, shape: DetectorShape, parameters: Parameters) -> DetectorShape:
        """Return the shape of what the step gives."""
        return shape if self.reshapes is None else self.reshapes(shape, parameters)


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the table: a name, the function behind it, and what its signature cannot say.

    Attributes
    ----------
    name : str
        Name in the study file.
    function : str or callable
        ``"room:function"``, imported when first needed, or the function itself.
    version : int
        Raised whenever the same input and parameters would give another result: cached results then expire.
    kind : str
        Kind of the table, or quantity of the volume, that it gives; empty: that of its first input.
    takes : str
        Kind of the table, or quantity of the volume, that it works on; empty: any.
    phases : callable, optional
        From the parameters, and the names of the phases of the image that it takes (none where that has no phases), to
        the names of the phases of the image that it gives. None: they stay.
    phases_of : str
        The further noun of which the image that it gives has the phases; empty: those of its first input.
    check : callable, optional
        From the parameters to nothing; raises a `VoltomeError` for a combination that cannot be.
    decision : str
        For a choice that a person makes by eye: what was chosen. Recorded in the provenance.
    bytes_per_voxel : float
        Estimated peak memory above the input, in bytes per voxel of the input.
    kernels : str
        The module with the kernels it calls, as ``room._kernels``; compiled at first use, which a user is told.
    references : tuple of str
        What to cite.
    sweeps : mapping of str to FastSweep
        Step that is swept -> a faster path where this measure works on what that step gives.
    subvolumes : str
        ``"room.module:function"`` that measures many boxes of one image at once, as `subvolumes` asks for: from the
        image, `boxes` and the parameters of the step to `voltome.morphology.boxes.MeasuredBoxes` with the very numbers
        that the step gives for each box cut out, or None where it cannot. Empty: boxes are cut and measured one by one.
    rows : Rows, optional
        How a step of projections works on some rows of the detector alone; None: it takes the whole scan.
    """

    name: str
    function: str | Callable[..., Any]
    version: int = 1
    kind: str = ""
    takes: str = ""
    phases: Callable[[Parameters, tuple[str, ...]], Iterable[str]] | None = None
    phases_of: str = ""
    check: Callable[[Parameters], None] | None = None
    decision: str = ""
    bytes_per_voxel: float = 0.0
    kernels: str = ""
    references: tuple[str, ...] = ()
    sweeps: Mapping[str, FastSweep] = field(default_factory=dict)
    subvolumes: str = ""
    rows: Rows | None = None

    @property
    def call(self) -> Callable[..., Any]:
        """The function itself."""
        return _resolve(self.function)

    @property
    def is_compiled(self) -> bool:
        """Whether its kernels were compiled before on this machine, so that it starts at once."""
        return not self.kernels or compiled_before(importlib.import_module(f"voltome.{self.kernels}"))

    @property
    def signature(self) -> Signature:
        """What the function takes and gives."""
        return _signature(self.function, ())


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of scan: how its files are read, and what they become.

    Attributes
    ----------
    name : str
        What a study file says after ``as:``.
    function : str or callable
        The reader; its first parameter is the path.
    version : int
        Raised whenever the same file would be read differently.
    kind : str
        Quantity or kind of what it gives, where no parameter ``quantity`` says it.
    """

    name: str
    function: str | Callable[..., Any]
    version: int = 1
    kind: str = ""

    @property
    def call(self) -> Callable[..., Any]:
        """The reader itself."""
        return _resolve(self.function)

    @property
    def signature(self) -> Signature:
        """What the reader takes beside the path, and gives."""
        return _signature(self.function, ("path",))


StepTable = Mapping[str, Step]


@cache
def _resolve(function: str | Callable[..., Any]) -> Callable[..., Any]:
    """Import ``room:function`` on first use, so that listing the steps loads no room."""
    if not isinstance(function, str):
        return function
    room, _, name = function.partition(":")
    resolved: Callable[..., Any] = getattr(importlib.import_module(f"voltome.{room}"), name)
    return resolved


@cache
def _signature(function: str | Callable[..., Any], skip: tuple[str, ...]) -> Signature:
    return read_signature(_resolve(function), skip=skip)

"""Tables of results: a pandas frame whose every column has a meaning, a unit and a role."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from voltome.data import _checks
from voltome.data._noun import Noun
from voltome.errors import ParameterError, ValuesError, did_you_mean

Role = Literal["key", "label", "position", "measure", "standard_error", "flag"]

UNIT_SUFFIXES = {
    "_mg_per_cm2": "mg/cm2",
    "_g_per_cm3": "g/cm3",
    "_per_um3": "1/um3",
    "_per_um2": "1/um2",
    "_per_um": "1/um",
    "_m_per_s": "m/s",
    "_kg_per_m3": "kg/m3",
    "_per_s": "1/s",
    "_pa_s": "Pa s",
    "_pa": "Pa",
    "_um3": "um3",
    "_um2": "um2",
    "_um": "um",
    "_deg": "deg",
    "_kev": "keV",
    "_s": "s",
    "_mah_per_g": "mAh/g",
    "_mg": "mg",
    "_per_cm": "1/cm",
}
"""How a unit is spelled at the end of a column name; the first that fits counts."""


def unit_in_name(name: str) -> str:
    """Return the unit that the ending of a column name spells, or nothing.

    Examples
    --------
    >>> unit_in_name("surface_area_um2"), unit_in_name("sphericity")
    ('um2', '')
    """
    return next((unit for ending, unit in UNIT_SUFFIXES.items() if name.endswith(ending)), "")


@dataclass(frozen=True, slots=True)
class Column:
    """What one column of a table means.

    Attributes
    ----------
    name : str
        Column name; it ends in its unit (``_um2``, ``_per_um``) where it has one.
    unit : str
        Unit as printed (``um2``, ``1/um``); ``1`` for a ratio or a count, empty for a text, ``as given`` where numbers
        without a unit were given.
    meaning : str
        One sentence, with the definition where there are several.
    role : str
        ``key`` tells rows apart (a phase, an estimator), ``label`` numbers the things of one image (another image
        numbers others), ``position`` is a coordinate along a profile, ``measure`` is a result,
        ``standard_error`` belongs to the measure named by `of`, ``flag`` is yes or no.
    of : str
        For a standard error: the measure it belongs to.
    may_be_infinite : bool
        Whether infinity is a result that its definition allows: the tortuosity of what does not percolate.

    Raises
    ------
    ParameterError
        A role that does not exist.
    ValuesError
        A unit that contradicts the name, or a standard error that does not say `of` what.

    Examples
    --------
    >>> import voltome as vt
    >>> vt.data.Column("volume_um3", "um3", "Volume of the particle.").role
    'measure'
    """

    name: str
    unit: str
    meaning: str
    role: Role = "measure"
    of: str = ""
    may_be_infinite: bool = False

    def __post_init__(self) -> None:
        if self.role not in get_args(Role):
            known = ", ".join(map(repr, get_args(Role)))
            raise ParameterError(
                f"the role of column {self.name!r} is {self.role!r}; expected one of {known}."
                f"{did_you_mean(self.role, get_args(Role))}"
            )
        expected = unit_in_name(self.name)
        if expected and expected != self.unit:
            raise ValuesError(
                f"column {self.name!r} ends like {expected!r} but its unit is {self.unit!r}; "
                f"expected name and unit to agree: change one of them."
            )
        if (self.role == "standard_error") != bool(self.of):
            raise ValuesError(
                f"column {self.name!r} has the role {self.role!r} and of={self.of!r}; expected a standard error, "
                f"and only that, to name the measure it belongs to."
            )


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ResultTable(Noun):
    """Measured numbers, one row per thing measured.

    Attributes
    ----------
    frame : pandas.DataFrame
        The numbers; its columns are exactly `columns`, in that order.
    columns : tuple of Column
        Meaning, unit and role of each column.
    kind : str
        What was measured (``particles``, ``phase_fractions``): tables of one kind can be compared.
    measured_on : str
        The image, in words (``phases of 100 x 100 x 100 voxels of 1.3 um``).
    method : str
        How it was measured: the estimator and its parameters.
    history : tuple of str
        What was done to the image before it was measured, oldest first.
    warnings : tuple of str
        What a reader must know before using the numbers (particles too small to be resolved, too few to count): whole
        sentences. The report and ``voltome run`` show them.

    Raises
    ------
    ValuesError
        Columns that are not declared, declared but absent, or hold NaN, or infinity where it is no result.

    Examples
    --------
    >>> import pandas as pd, voltome as vt
    >>> columns = (vt.data.Column("phase", "", "Name of the phase.", "key"),
    ...            vt.data.Column("volume_um3", "um3", "Volume of the phase."))
    >>> frame = pd.DataFrame({"phase": ["pore"], "volume_um3": [12.5]})
    >>> vt.data.ResultTable(frame, columns=columns, kind="volumes").frame.volume_um3.sum()
    np.float64(12.5)
    """

    frame: pd.DataFrame
    _: KW_ONLY
    columns: tuple[Column, ...]
    kind: str
    measured_on: str = ""
    method: str = ""
    history: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(self.columns))
        object.__setattr__(self, "history", _checks.history(self.history))
        object.__setattr__(self, "warnings", _checks.history(self.warnings, name="warnings"))
        self._check_columns()
        faults = [column.name for column in self.columns if _has_gaps(self.frame[column.name], column.may_be_infinite)]
        if faults:
            raise ValuesError(
                f"a table of {self.kind} has empty, NaN or infinite entries in {faults}; expected a value everywhere."
            )

    def _check_columns(self) -> None:
        """Refuse a frame that is none, columns that are not the declared ones, and errors of no measure."""
        if not isinstance(self.frame, pd.DataFrame):
            raise ValuesError(
                f"a table of {self.kind} holds a {type(self.frame).__name__}; expected a pandas.DataFrame."
            )
        declared, present = [column.name for column in self.columns], list(self.frame.columns)
        if declared != present or len(set(declared)) != len(declared):
            raise ValuesError(
                f"a table of {self.kind} has the columns {present}; declared are {declared}: "
                f"expected the same names in the same order, each once."
            )
        lost = [column.name for column in self.columns if column.of and column.of not in declared]
        if lost:
            raise ValuesError(f"a table of {self.kind} has the standard errors {lost} of measures that are not in it.")

    def column(self, name: str) -> Column:
        """Return the declaration of the column `name`, or raise `ParameterError` with the columns there are."""
        declared = {column.name: column for column in self.columns}
        if name not in declared:
            known = ", ".join(map(repr, declared))
            raise ParameterError(
                f"unknown column {name!r}; this table of {self.kind} has {known}.{did_you_mean(name, declared)}"
            )
        return declared[name]

    def names(self, role: Role) -> list[str]:
        """Return the names of the columns with this role."""
        return [column.name for column in self.columns if column.role == role]

    def to_table(self) -> ResultTable:
        """Return itself: so that every result has `to_table`."""
        return self

    def __repr__(self) -> str:
        names = ", ".join(column.name for column in self.columns)
        return f"ResultTable({self.kind}, {len(self.frame)} rows: {names})"


def _has_gaps(series: pd.Series, may_be_infinite: bool) -> bool:
    """Say whether a column has an entry without a value."""
    if series.isna().any():
        return True
    return not may_be_infinite and series.dtype.kind == "f" and not bool(np.isfinite(series.to_numpy()).all())

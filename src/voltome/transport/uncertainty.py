"""The uncertainty of a measure from all that is known of it: solver, threshold, size of the image, resolution."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from voltome.data import ResultTable
from voltome.errors import ParameterError, ValuesError, did_you_mean
from voltome.transport._parts import (
    Part,
    from_octants,
    from_refinement,
    from_solver,
    from_subvolumes,
    from_threshold,
)
from voltome.transport.columns_uncertainty import ALL_PARTS, SOLVED, SOLVER_NUMBERS, columns_of, named

__all__ = ["combined_uncertainty"]

OF_ITS_SIZE = frozenset({"um2", "um3", "mg", "um"})
"""Units of measures that grow with the image, which neither sub-volumes nor a sweep can be compared by."""

Source = Callable[[str, pd.Series], Part | None]


@dataclass(frozen=True, slots=True)
class _Row:
    """A measure of one row: its value, and the parts that there are."""

    value: float
    parts: Mapping[str, Part]

    def total(self, parts: Sequence[str]) -> float:
        """Return the root of the sum of squares of the standard uncertainties."""
        return float(np.sqrt(sum(self.parts[part].uncertainty ** 2 for part in parts)))


def combined_uncertainty(
    result: ResultTable,
    *,
    threshold: ResultTable | None = None,
    subvolumes: ResultTable | None = None,
    refinement: ResultTable | None = None,
    measures: tuple[str, ...] | None = None,
    band: tuple[float, float] | None = None,
) -> ResultTable:
    """Combine what is known of the error of a measure into one standard uncertainty, part by part.

    Use it for the number that goes into a paper or a model. What was not given is not in it, and is said. It does not
    replace the parts: where one of them rules, that one is what to improve.

    Parameters
    ----------
    result : ResultTable
        The measure on the whole image: a table of `tortuosity`, `effective_diffusivity`, `permeability`,
        `phase_fractions`, `surface_area` or another with numbers that do not grow with the image.
    threshold : ResultTable, optional
        The same measured for other values of a choice: the table of a ``sweep``.
    subvolumes : ResultTable, optional
        The same measured in disjoint cubes of the image: the table of ``subvolumes``.
    refinement : ResultTable, optional
        The same on finer voxels with its extrapolation: the table of `tortuosity_refinement` or
        `permeability_refinement`.
    measures : tuple of str, optional
        Columns of the result; by default all numbers that do not grow with the image and of which a part is known.
    band : tuple of float, optional
        Lowest and highest value of the swept parameter that may be right, both included; by default all values.

    Returns
    -------
    ResultTable
        Kind ``combined_uncertainty``, one row for each row of the result: its keys and, for each measure, the value,
        its `standard_uncertainty` (of all parts together), and each part by itself, all in the unit of the measure:
        `from_solver`, `from_threshold`, `from_subvolumes` (or `from_octants`, the standard error that the result has
        itself, where no sub-volumes are given), `from_resolution`; and `resolution_bias` with its sign: positive where
        the voxels make the value too large. An infinite value, of a phase that does not percolate at every threshold of
        the band, has an infinite uncertainty. Warnings name what is not included.

    Raises
    ------
    ValuesError
        A result that has no such measure or whose rows are not told apart by their keys; nothing given of which a part
        could be taken; a table that is not of the kind expected.
    ParameterError
        An unknown measure; a band with fewer than two values of the sweep.

    Notes
    -----
    All parts are standard uncertainties, added as the root of the sum of squares, as if independent:

    * solver: the bound of the relative error, times the value, over the root of 3. A bound or a range says only where
      the value lies, and a uniform distribution of that half-width has this standard deviation.
    * threshold: half of the range of the measure over the band, over the root of 3.
    * sub-volumes: standard deviation among disjoint cubes of one edge, times the root of their share of the image:
      the variance of a mean over a volume falls as 1/volume once that is larger than what the structure repeats in. Of
      the edges in whose cubes the measure is finite everywhere, the largest with 8 cubes or more is taken, else the
      largest with 3. Of 8 cubes the standard deviation is itself known to 27 %. A tortuosity is the ratio of two
      measures, which scatters to the first order as porosity over its mean less diffusivity over its mean: so cubes
      that do not percolate count with their diffusivity of 0, and not with an infinite tortuosity.
    * resolution: the value less its extrapolation to voxels of no size; the size of that over the root of 3. It is not
      corrected for: the bias is given beside it.

    What happened before the segmentation (blur, a wrong voxel size), and what differs between samples, is in none of
    them. Twice the standard uncertainty holds the true value in about 95 % of cases, if several parts share in it.

    Time and memory: nothing to speak of.

    References
    ----------
    JCGM 100:2008, Guide to the expression of uncertainty in measurement, 4.3.7 (uniform distribution), 5.1.2 (root of
    the sum of squares), F.2.4.5 (a bias that is not corrected). C. Lantuéjoul, J. Microsc. 161 (1991) 387, equation 5
    (variance over volume).

    Examples
    --------
    >>> import pandas as pd, voltome as vt
    >>> columns = (vt.data.Column("phase", "", "Phase.", "key"), vt.data.Column("fraction", "1", "Its share."))
    >>> whole = vt.data.ResultTable(pd.DataFrame({"phase": ["pore"], "fraction": [0.30]}), columns=columns, kind="x")
    >>> over = vt.data.Column("threshold.intervals.pore.1", "1", "Swept.", "position")
    >>> rows = pd.DataFrame({over.name: [90, 100, 110], "phase": "pore", "fraction": [0.27, 0.30, 0.33]})
    >>> sweep = vt.data.ResultTable(rows, columns=(over, *columns), kind="sweep")
    >>> found = vt.transport.combined_uncertainty(whole, threshold=sweep).frame
    >>> round(float(found.fraction_standard_uncertainty[0]), 4)  # 0.03 / sqrt(3)
    0.0173
    """
    keys = result.names("key")
    _check(result, keys, threshold, subvolumes, refinement)
    sources: dict[str, Source] = {"solver": partial(from_solver, result)}
    if threshold is not None:
        sources["threshold"] = partial(from_threshold, threshold, keys, band)
    if subvolumes is not None:
        sources["subvolumes"] = partial(from_subvolumes, subvolumes, keys)
    else:
        sources["octants"] = partial(from_octants, result)
    if refinement is not None:
        sources["resolution"] = partial(from_refinement, refinement, keys)
    found = {name: _measured(result, name, sources) for name in _measures(result, measures)}
    order = {name: place for place, name in enumerate(SOLVED)}
    known = {name: found[name] for name in sorted(found, key=lambda n: order.get(n, len(order))) if _parts(found[name])}
    if measures is not None:
        known = found
    if not any(_parts(rows) for rows in known.values()):
        raise ValuesError(
            f"of no measure of this table of {result.kind} ({', '.join(found)}) a part of the uncertainty is known; "
            f"expected a sweep (threshold), sub-volumes or a refinement of the same measure: name them."
        )
    return _table(result, keys, known, threshold, band)


def _check(
    result: ResultTable,
    keys: Sequence[str],
    threshold: ResultTable | None,
    subvolumes: ResultTable | None,
    refinement: ResultTable | None,
) -> None:
    """Refuse tables that are not what they are taken for."""
    if not len(result.frame) or (result.frame.duplicated(list(keys)).any() if keys else len(result.frame) > 1):
        raise ValuesError(
            f"this table of {result.kind} has {len(result.frame)} rows that its keys ({', '.join(keys) or 'none'}) do "
            f"not tell apart; expected one row for each phase or axis: a measure of the whole image."
        )
    for name, table, fits, made_by in (
        ("threshold", threshold, lambda t: bool(t.names("position")), "a sweep over numbers (sweep)"),
        ("subvolumes", subvolumes, lambda t: {"image_share", "nested"} <= set(t.frame), "sub-volumes (subvolumes)"),
        ("refinement", refinement, lambda t: t.kind.endswith("_refinement"), "a refinement (tortuosity_refinement)"),
    ):
        if table is not None and not fits(table):
            raise ValuesError(f"{name} is a table of {table.kind}; expected the table of {made_by}.")
        if table is not None and (lost := [key for key in keys if key not in table.frame]):
            raise ValuesError(
                f"{name} (a table of {table.kind}) lacks the columns {', '.join(lost)} that tell the rows of "
                f"{result.kind} apart; expected the same measure: name the table of that step."
            )


def _measures(result: ResultTable, wanted: Sequence[str] | None) -> list[str]:
    """Return the columns of which the uncertainty is combined."""
    numbers = [name for name in result.names("measure") if result.frame[name].dtype.kind == "f"]
    if wanted is not None:
        for name in wanted:
            if name not in numbers:
                raise ParameterError(
                    f"unknown measure {name!r}; this table of {result.kind} has {', '.join(map(repr, numbers))}."
                    f"{did_you_mean(name, numbers)}"
                )
        return list(wanted)
    numbers = [name for name in numbers if name not in SOLVER_NUMBERS]
    return [n for n in numbers if result.column(n).unit not in OF_ITS_SIZE or n.startswith("permeability")]


def _measured(result: ResultTable, name: str, sources: Mapping[str, Source]) -> list[_Row]:
    """Return every row of a measure with its parts."""
    rows = []
    for _, row in result.frame.iterrows():
        parts = {of: part for of, source in sources.items() if (part := source(name, row)) is not None}
        rows.append(_Row(float(row[name]), parts))
    return rows


def _parts(rows: Sequence[_Row]) -> list[str]:
    """Return the parts that all rows have, in the order of the table."""
    return [part for part in ALL_PARTS if all(part in row.parts for row in rows)]


def _table(
    result: ResultTable,
    keys: Sequence[str],
    known: Mapping[str, Sequence[_Row]],
    threshold: ResultTable | None,
    band: tuple[float, float] | None,
) -> ResultTable:
    """Return one row for each row of the result."""
    frame, columns = result.frame[list(keys)].reset_index(drop=True), [result.column(key) for key in keys]
    for name, rows in known.items():
        parts = _parts(rows)
        made = columns_of(result.column(name), parts)
        values: dict[str, list[Any]] = {name: [row.value for row in rows]}
        values[named(name, "standard_uncertainty")] = [row.total(parts) for row in rows]
        values |= {named(name, f"from_{part}"): [row.parts[part].uncertainty for row in rows] for part in parts}
        if "resolution" in parts:
            values[named(name, "resolution_bias")] = [row.parts["resolution"].bias for row in rows]
        columns += made
        frame = frame.assign(**{column.name: values[column.name] for column in made})
    return ResultTable(
        frame,
        columns=tuple(columns),
        kind="combined_uncertainty",
        measured_on=result.measured_on,
        method="; ".join(
            ("root of the sum of squares of standard uncertainties", _ranges(known, threshold, band), result.method)
        ).rstrip("; "),
        history=result.history,
        warnings=(*_not_included(known), *_said(known)),
    )


def _ranges(
    known: Mapping[str, Sequence[_Row]], threshold: ResultTable | None, band: tuple[float, float] | None
) -> str:
    """Return how bounds and ranges became standard uncertainties, and over what was swept."""
    words = "bounds and half ranges over the root of 3"
    if threshold is None or not any("threshold" in _parts(rows) for rows in known.values()):
        return words
    over = threshold.names("position")[0]
    low, high = band if band is not None else (threshold.frame[over].min(), threshold.frame[over].max())
    return f"{words}; range over {over} from {low:g} to {high:g}"


def _not_included(known: Mapping[str, Sequence[_Row]]) -> tuple[str, ...]:
    """Return the sentences that say what no total holds."""
    lacking: dict[tuple[str, ...], list[str]] = {}
    for name, rows in known.items():
        parts = _parts(rows)
        absent = [words for part, words in ALL_PARTS.items() if part not in parts]
        if "subvolumes" in parts or "octants" in parts:  # both say how well the image speaks for the electrode
            absent = [words for words in absent if words not in (ALL_PARTS["subvolumes"], ALL_PARTS["octants"])]
        else:
            absent = [words for words in absent if words != ALL_PARTS["octants"]]
        if "solver" not in parts:  # a count has none
            absent = [words for words in absent if words != ALL_PARTS["solver"]]
        if absent:
            lacking.setdefault(tuple(absent), []).append(name)
    return tuple(
        f"Not included in the uncertainty of {', '.join(names)}: {', '.join(absent)}."
        for absent, names in lacking.items()
    )


def _said(known: Mapping[str, Sequence[_Row]]) -> tuple[str, ...]:
    """Return what a reader must know of the parts, each once."""
    found = [f"{name}: {part.remark}" for name, rows in known.items() for row in rows for part in row.parts.values()
             if part.remark]  # fmt: skip
    return tuple(dict.fromkeys(found))

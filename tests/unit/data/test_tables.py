"""ResultTable and Column: every column is declared, has a unit that its name agrees with, and no gaps."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from voltome.data import Column, ResultTable
from voltome.errors import ParameterError, ValuesError

COLUMNS = (
    Column("phase", "", "Name of the phase.", "key"),
    Column("volume_um3", "um3", "Volume of the phase."),
    Column("volume_standard_error_um3", "um3", "Its standard error.", "standard_error", of="volume_um3"),
)


def frame(**columns: Any) -> pd.DataFrame:
    whole = {"phase": ["pore", "sulfur"], "volume_um3": [12.5, 3.0], "volume_standard_error_um3": [0.5, 0.1]}
    return pd.DataFrame({**whole, **columns})


def table(values: Any = None, **fields: Any) -> ResultTable:
    return ResultTable(frame() if values is None else values, **{"columns": COLUMNS, "kind": "volumes", **fields})


# ---- columns


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("volume_um3", "um3"),
        ("area_um2", "um2"),
        ("diameter_um", "um"),
        ("surface_to_volume_per_um", "1/um"),
        ("length_density_per_um2", "1/um2"),
        ("number_density_per_um3", "1/um3"),
        ("angle_deg", "deg"),
        ("energy_kev", "keV"),
        ("time_s", "s"),
        ("counts_per_s", "1/s"),
        ("capacity_mah_per_g", "mAh/g"),
        ("attenuation_per_cm", "1/cm"),
    ],
)
def test_a_unit_agrees_with_the_name(name: str, unit: str) -> None:
    assert Column(name, unit, "Meaning.").unit == unit
    with pytest.raises(ValuesError, match=f"column '{name}' ends like '{re.escape(unit)}' but its unit is 'furlong'"):
        Column(name, "furlong", "Meaning.")


@pytest.mark.parametrize(("name", "unit"), [("sphericity", "1"), ("label", ""), ("mass", "mg"), ("axis", "")])
def test_a_name_without_a_unit_takes_any(name: str, unit: str) -> None:
    assert Column(name, unit, "Meaning.").role == "measure"


def test_a_standard_error_names_its_measure_and_nothing_else_does() -> None:
    for faulty in ({"role": "standard_error"}, {"role": "measure", "of": "volume_um3"}):
        with pytest.raises(ValuesError, match="a standard error, and only that, to name the measure it belongs to"):
            Column("spread", "1", "Meaning.", **faulty)


def test_an_unknown_role_lists_the_known_ones() -> None:
    with pytest.raises(ParameterError, match=r"role of column 'a' is 'measured'; .*'key'.* Did you mean 'measure'\?"):
        Column("a", "", "Meaning.", "measured")  # type: ignore[arg-type]


# ---- tables


def test_the_frame_is_not_copied_and_found_by_column_and_role() -> None:
    given = frame()
    made = table(given, history=["read a.tif"])
    assert made.frame is given
    assert made.history == ("read a.tif",)
    assert made.column("volume_um3") is COLUMNS[1]
    assert made.names("measure") == ["volume_um3"]
    assert made.names("flag") == []
    assert made.to_table() is made


def test_a_table_without_rows_is_a_result() -> None:
    assert len(table(frame().iloc[:0]).frame) == 0


def test_a_repr_is_one_line() -> None:
    assert repr(table()) == "ResultTable(volumes, 2 rows: phase, volume_um3, volume_standard_error_um3)"


@pytest.mark.parametrize(
    "values",
    [
        frame(extra=[1, 2]),  # not declared
        frame().drop(columns="volume_um3"),  # declared but absent
        frame()[["volume_um3", "phase", "volume_standard_error_um3"]],  # another order
    ],
)
def test_columns_that_are_not_the_declared_ones(values: pd.DataFrame) -> None:
    with pytest.raises(
        ValuesError, match=r"a table of volumes has the columns .*; declared are .*expected the same names"
    ):
        table(values)


def test_a_column_declared_twice() -> None:
    twice = (COLUMNS[0], COLUMNS[0])
    with pytest.raises(ValuesError, match="each once"):
        table(pd.DataFrame([["a", "b"]], columns=["phase", "phase"]), columns=twice)


def test_a_standard_error_whose_measure_is_not_there() -> None:
    lonely = (COLUMNS[0], COLUMNS[2])
    with pytest.raises(
        ValuesError, match=r"standard errors \['volume_standard_error_um3'\] of measures that are not in it"
    ):
        table(frame()[["phase", "volume_standard_error_um3"]], columns=lonely)


@pytest.mark.parametrize("gap", [np.nan, np.inf, -np.inf, None, pd.NA])
def test_a_gap_in_the_numbers(gap: Any) -> None:
    values = frame()
    values["volume_um3"] = values["volume_um3"].astype("float64" if isinstance(gap, float) else "Float64")
    values.loc[1, "volume_um3"] = gap
    with pytest.raises(ValuesError, match=r"empty, NaN or infinite entries in \['volume_um3'\]; expected a value"):
        table(values)


def test_a_gap_in_the_texts() -> None:
    with pytest.raises(ValuesError, match=r"entries in \['phase'\]"):
        table(frame(phase=["pore", None]))


def test_no_frame() -> None:
    with pytest.raises(ValuesError, match=r"a table of volumes holds a dict; expected a pandas.DataFrame"):
        table({"phase": ["pore"]})


def test_a_history_that_is_one_text() -> None:
    with pytest.raises(ValuesError, match="expected a tuple of texts"):
        table(history="read a.tif")


def test_an_unknown_column_lists_the_known_ones() -> None:
    with pytest.raises(ParameterError, match=r"unknown column 'volume_um'; .*'phase', .*Did you mean 'volume_um3'\?"):
        table().column("volume_um")


def test_a_table_is_frozen() -> None:
    for name in ("frame", "kind", "unit"):
        with pytest.raises(FrozenInstanceError, match=f"cannot change '{name}': a ResultTable is frozen"):
            setattr(table(), name, 1)


@pytest.mark.parametrize(
    "copier",
    [copy.copy, copy.deepcopy, replace, lambda made: pickle.loads(pickle.dumps(made))],  # noqa: S301
)
def test_a_copy_has_every_field(copier: Callable[[ResultTable], ResultTable]) -> None:
    made = table(method="counted", measured_on="2 voxels", history=("read a.tif",), warnings=("Too few.",))
    other = copier(made)
    pd.testing.assert_frame_equal(other.frame, made.frame)
    for name in ("columns", "kind", "method", "measured_on", "history", "warnings"):
        assert getattr(other, name) == getattr(made, name)


def test_warnings_are_sentences_and_not_one_text() -> None:
    with pytest.raises(ValuesError, match=r"warnings is 'Too few\.'; expected a tuple of texts"):
        table(warnings="Too few.")


def test_infinity_is_a_result_where_the_definition_allows_it():
    columns = (Column("tortuosity", "1", "Of what does not percolate it is infinite.", may_be_infinite=True),)
    assert ResultTable(pd.DataFrame({"tortuosity": [np.inf]}), columns=columns, kind="t").frame.tortuosity[0] == np.inf
    with pytest.raises(ValuesError, match="expected a value everywhere"):
        ResultTable(pd.DataFrame({"tortuosity": [np.nan]}), columns=columns, kind="t")

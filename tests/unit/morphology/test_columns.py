from __future__ import annotations

import pytest

from voltome.morphology import columns

TABLES = {name: value for name, value in vars(columns).items() if name.isupper() and isinstance(value, tuple)}


@pytest.mark.parametrize("name", TABLES)
def test_a_standard_error_belongs_to_a_measure_of_its_table(name):
    names = [column.name for column in TABLES[name]]
    assert len(set(names)) == len(names)
    assert all(column.of in names for column in TABLES[name] if column.role == "standard_error")
    assert any(column.role == "key" for column in TABLES[name])
    assert all(column.meaning.endswith(".") for column in TABLES[name])

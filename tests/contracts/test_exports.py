"""The public names: one list serves the import system, the type checker and the reader."""

from __future__ import annotations

import ast
import importlib

import pytest
from house import PACKAGE, PublicName, in_order, lazy_rooms, public_names, rooms, stub

import voltome


def test_the_package_offers_every_room_but_the_command_line() -> None:
    offered = ast.literal_eval((PACKAGE / "__init__.pyi").read_text(encoding="utf-8").partition("__all__ = ")[2])
    modules = [path.stem for path in PACKAGE.glob("*.py") if not path.stem.startswith("__")]
    assert offered == sorted({*rooms(), *modules} - {"app"})
    assert sorted(voltome.__all__) == offered


def test_the_tour_of_the_rooms_names_each_once() -> None:
    tour = [line.split("``")[1] for line in str(voltome.__doc__).splitlines() if line.startswith("``")]
    modules = [path.stem for path in PACKAGE.glob("*.py") if not path.stem.startswith("__")]
    assert sorted(tour) == sorted({*rooms(), *modules})


@pytest.mark.parametrize("room", lazy_rooms())
def test_the_names_of_a_room_are_sorted_and_the_same_everywhere(room: str) -> None:
    imported, offered = stub(room)
    assert list(offered) == in_order(name.name for name in imported)
    assert not [name for name in offered if name.startswith("_")]
    loaded = importlib.import_module(f"voltome.{room}")
    assert in_order(loaded.__all__) == list(offered)
    assert set(offered) <= set(dir(loaded))


@pytest.mark.parametrize("room", lazy_rooms())
def test_every_module_that_a_room_names_is_there(room: str) -> None:
    assert [str(name) for name in stub(room)[0] if not name.is_built] == []


@pytest.mark.parametrize("name", public_names(), ids=str)
def test_a_public_name_can_be_imported_from_its_room(name: PublicName) -> None:
    found = getattr(importlib.import_module(f"voltome.{name.room}"), name.name)
    assert found is getattr(importlib.import_module(f"voltome.{name.room}.{name.module}"), name.name)


@pytest.mark.parametrize("room", ["errors", "runtime"])
def test_the_names_of_a_module_are_sorted_and_there(room: str) -> None:
    loaded = importlib.import_module(f"voltome.{room}")
    assert list(loaded.__all__) == in_order(loaded.__all__)
    assert [name for name in loaded.__all__ if not hasattr(loaded, name)] == []

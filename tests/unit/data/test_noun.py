"""What makes a class a noun: it is found by its name, once."""

from __future__ import annotations

import dataclasses
import gc
from collections.abc import Iterator

import pytest

from voltome.data import ImageNoun, Noun, ParticleImage, PhaseImage, ResultTable, Transform, Volume, _noun, noun_types
from voltome.errors import ParameterError


@pytest.fixture
def register() -> Iterator[None]:
    """Put the table of nouns back after a test that adds to it."""
    before = dict(_noun._TYPES)
    yield
    _noun._TYPES.clear()
    _noun._TYPES.update(before)


def test_every_noun_is_found_by_its_name_as_the_class_that_is_used() -> None:
    # slots=True makes each class twice; the first must not be the one that is found
    for kind in (Volume, PhaseImage, ParticleImage, ResultTable, Transform):
        assert noun_types()[kind.__name__] is kind


def test_of_the_two_classes_that_slots_make_one_is_left() -> None:
    gc.collect()
    assert [kind.__name__ for kind in ImageNoun.__subclasses__()].count("Volume") == 1


def test_the_table_of_nouns_is_a_copy() -> None:
    noun_types().clear()
    assert "Volume" in noun_types()


@pytest.mark.parametrize("kind", [Volume, PhaseImage, ParticleImage, ResultTable, Transform])
def test_a_noun_is_a_frozen_dataclass_with_slots(kind: type[Noun]) -> None:
    assert dataclasses.is_dataclass(kind)
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert all("__slots__" in base.__dict__ for base in kind.__mro__[:-1])


@pytest.mark.usefixtures("register")
def test_a_new_noun_is_found_and_frozen() -> None:
    @dataclasses.dataclass(frozen=True, slots=True)
    class Pattern(Noun):
        counts: int

    assert noun_types()["Pattern"] is Pattern
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot change 'errors': a Pattern is frozen"):
        Pattern(1).errors = 2  # type: ignore[attr-defined]


@pytest.mark.usefixtures("register")
def test_a_second_noun_of_the_same_name_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"a noun named 'Volume' exists already \(voltome.data.images.Volume\)"):

        class Volume(Noun):
            pass

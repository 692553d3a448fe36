"""Attributes of HDF5 datasets: numbers and texts, and nothing else."""

from __future__ import annotations

import math
from typing import Any

import h5py
import numpy as np

from voltome.errors import FileFormatError

PLAIN = (h5py.h5t.INTEGER, h5py.h5t.FLOAT, h5py.h5t.STRING, h5py.h5t.ENUM)
"""Classes of types that are read. A damaged file can turn a text into a list of any length, which ends the process."""

MOST_NUMBERS = 100_000
"""In an attribute that is read."""

LONGEST_SHOWN = 500
"""Letters of an attribute that is shown."""


def is_plain(owner: Any, name: str) -> bool:
    """Say whether an attribute holds numbers or texts."""
    found = owner.attrs.get_id(name)
    return found.get_type().get_class() in PLAIN and math.prod(found.shape or ()) <= MOST_NUMBERS


def attribute(owner: Any, name: str) -> Any:
    """Return an attribute of a dataset, or refuse one that holds neither numbers nor texts."""
    if not is_plain(owner, name):
        raise FileFormatError(
            f"the attribute {name!r} of {owner.name!r} holds neither numbers nor a text. Correct it, or copy it again."
        )
    return owner.attrs[name]


def text_of(owner: Any, name: str) -> str:
    """Return an attribute as text."""
    value = attribute(owner, name)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value.tolist() if isinstance(value, np.ndarray) else value)


def numbers_of(owner: Any, name: str) -> list[float]:
    """Return the finite numbers of an attribute; none where it holds something else."""
    found = np.ravel(np.asarray(attribute(owner, name)))
    numbers: list[float] = found.astype(float).tolist() if found.dtype.kind in "uif" else []
    return numbers if all(map(math.isfinite, numbers)) else []


def shown(owner: Any) -> dict[str, str]:
    """Return all attributes as texts to show."""
    found = {str(name): text_of(owner, name) if is_plain(owner, name) else "(not shown)" for name in owner.attrs}
    cut = {
        name: f"{text[:LONGEST_SHOWN]}... ({len(text):,} characters)"
        for name, text in found.items()
        if len(text) > LONGEST_SHOWN
    }
    return {**found, **cut}

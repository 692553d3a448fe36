"""How fields of transport are coloured: by their quantity, from which value to which, in which unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import Volume
from voltome.report.formatting import name_in_print, number_in_print, unit_in_print

if TYPE_CHECKING:
    from voltome.study.results import StoredNoun

SEEN_THROUGH = "project"
"""The step that makes a projection."""

ROBUST = 99.5
"""Percentile of the values that has the last colour: a few throats carry much more and would make all else dark."""

MOST_SAMPLED = 96
"""Voxels along each axis from which the ends of a scale are found."""

WALL = 200
"""Grey of walls."""

_PREFIXES: Mapping[str, tuple[tuple[float, str], ...]] = {
    "m/s": ((1.0, "m/s"), (1e3, "mm/s"), (1e6, "um/s"), (1e9, "nm/s")),
    "Pa": ((1e-6, "MPa"), (1e-3, "kPa"), (1.0, "Pa")),
}
"""Unit -> factors and units from which the first is taken in which the largest value is 1 or above."""


@dataclass(frozen=True, slots=True)
class FieldStyle:
    """How a quantity is drawn.

    Attributes
    ----------
    colours : str
        Name of the colour map: even to the eye and to every colour vision.
    meaning : str
        What the quantity is, for the caption.
    from_zero : bool
        Whether the scale begins at 0 and ends where few values lie above; otherwise it holds all values.
    """

    colours: str
    meaning: str
    from_zero: bool


FIELDS: Mapping[str, FieldStyle] = {
    "diffusive flux": FieldStyle(
        "plasma", "diffusive flux relative to that through an empty box under the same drop of potential", True
    ),
    "speed": FieldStyle("plasma", "speed of the flow", True),
    "potential": FieldStyle("viridis", "potential, from 1 at the inlet to 0 at the outlet", False),
    "pressure": FieldStyle("viridis", "pressure of the fluid", False),
}
"""Quantity -> how it is drawn."""

COMPONENTS = frozenset(f"{what}_{axis}" for what in ("flux", "velocity") for axis in "zyx")
"""The names under which the components of a field are kept; they are drawn where they are projected only."""

_GREY = FieldStyle("gray", "", False)


@dataclass(frozen=True, slots=True)
class Scale:
    """Colours for values: in which unit, from where to where.

    Attributes
    ----------
    style : FieldStyle
        How the quantity is drawn.
    factor, unit : float, str
        What values are multiplied by, and the unit they then have.
    low, high : float
        Values of the first and last colour, in that unit.
    cut : bool
        Whether there are values above the last colour.
    """

    style: FieldStyle
    factor: float
    unit: str
    low: float
    high: float
    cut: bool

    def label(self, quantity: str) -> str:
        """Return name and unit as they stand at a colour bar."""
        unit = unit_in_print(self.unit)
        return name_in_print(quantity) + (f" ({unit})" if unit else "")

    @property
    def top(self) -> str:
        """The value of the last colour with its unit, in print."""
        return f"{number_in_print(self.high, 3)} {unit_in_print(self.unit)}".rstrip()


def is_field(stored: StoredNoun) -> bool:
    """Say whether a stored volume is a field or a projection, and no image that was segmented."""
    return stored.kind in FIELDS or stored.kind in COMPONENTS or stored.step == SEEN_THROUGH


def seen_through(volume: Volume) -> str:
    """Return how a projection was made (``mean along z``), as its history says; nothing for any other volume."""
    before, mark, how = (volume.history[-1] if volume.history else "").partition(f"{SEEN_THROUGH}: ")
    return how if mark and not before else ""


def style_of(volume: Volume) -> FieldStyle:
    """Return how a volume is drawn; one that is no field in grey."""
    return FIELDS.get(volume.quantity.partition(" along ")[0], _GREY)


def scale_of(values: NDArray[Any], style: FieldStyle, unit: str, *, robust: float = ROBUST) -> Scale:
    """Return the scale for these values, which are those of the field without walls; at least one."""
    ends = (float(values.min()), float(values.max()))
    if style.from_zero:
        high = float(np.percentile(values, robust))
        low = min(0.0, float(np.percentile(values, 100 - robust)))
        low, high = (low, high) if high > low else ends
    else:
        low, high = ends
    if not high > low:
        margin = 0.5 * abs(high) or 0.5
        low, high = low - margin, high + margin
    factor, named = _prefix(max(abs(low), abs(high)), unit)
    return Scale(style, factor, named, factor * low, factor * high, cut=ends[1] > high)


def sampled(volume: Volume) -> NDArray[Any]:
    """Return values of a volume that are not walls, from every so many voxels; of all, where these have none."""
    every = tuple(slice(None, None, max(1, count // MOST_SAMPLED)) for count in volume.shape)
    for index in (every, (slice(None),) * 3):
        values = volume.values[index]
        inside = values != 0
        if volume.mask is not None:
            inside &= volume.mask[index]
        if inside.any():
            found: NDArray[Any] = values[inside]
            return found
    return np.zeros(1, volume.values.dtype)


def _prefix(largest: float, unit: str) -> tuple[float, str]:
    """Return factor and unit in which the largest value is written without many zeros."""
    choices = _PREFIXES.get(unit, ((1.0, unit),))
    return next((choice for choice in choices if largest * choice[0] >= 1), choices[-1])

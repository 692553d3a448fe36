"""Lengths in files -> micrometres."""

from __future__ import annotations

import math
from decimal import Context, Decimal
from fractions import Fraction

UM_PER_UNIT = {
    "pm": Fraction(1, 10**6),
    "angstrom": Fraction(1, 10**4),
    "nm": Fraction(1, 1000),
    "um": Fraction(1),
    "mm": Fraction(1000),
    "cm": Fraction(10_000),
    "m": Fraction(10**6),
}
"""Micrometres in one unit; neither pixels nor inches, which programs write where nobody gave a voxel size."""

SPELLINGS = {
    "picometer": "pm",
    "picometre": "pm",
    "å": "angstrom",
    "nanometer": "nm",
    "nanometre": "nm",
    "micron": "um",
    "micrometer": "um",
    "micrometre": "um",
    "µm": "um",
    "millimeter": "mm",
    "millimetre": "mm",
    "centimeter": "cm",
    "centimetre": "cm",
    "meter": "m",
    "metre": "m",
}


def unit_name(unit: str) -> str | None:
    """Return the short name of a unit of length, or None where it is none.

    Examples
    --------
    >>> unit_name("Microns"), unit_name("inch")
    ('um', None)
    """
    # ImageJ escapes the micro sign; Greek mu and the Kelvin-like look-alikes of Unicode count as the plain letters
    plain = unit.strip().replace("\\u00B5", "µ").replace("μ", "µ").replace("\u212b", "å").lower()
    if plain in UM_PER_UNIT:
        return plain
    # a plural of a word; "ms" is no plural of "m"
    return SPELLINGS.get(plain) or SPELLINGS.get(plain.removesuffix("s"))


def to_um(number: float, unit: str) -> float | None:
    """Return a length in um, rounded once, or None where it is no positive length in a known unit.

    Examples
    --------
    >>> to_um(0.03397, "mm")
    33.97
    """
    name = unit_name(unit)
    if name is None or not (math.isfinite(number) and number > 0):
        return None
    try:
        length = float(Fraction(repr(float(number))) * UM_PER_UNIT[name])
    except OverflowError:
        return None
    return length if length > 0 else None


EXACT = Context(prec=80)
"""Enough digits for the sum of any two numbers of similar size; unlike fractions, quick for any exponent."""


def centre_of_first_voxel(corner_um: float, size_um: float) -> str:
    """Return the centre of a voxel from its outer corner, as a decimal number that `corner_um` gives back exactly.

    Examples
    --------
    >>> centre_of_first_voxel(0.1, 0.78)
    '0.49'
    """
    return str(EXACT.add(Decimal(repr(corner_um)), EXACT.divide(Decimal(repr(size_um)), Decimal(2))))


def corner_um(centre: str, size: float, um_per_unit: float | Fraction = 1) -> float:
    """Return the outer corner of the first voxel from its centre, rounded once.

    Examples
    --------
    >>> corner_um("0.49", 0.78)
    0.1
    """
    exact = EXACT.subtract(Decimal(centre), EXACT.divide(Decimal(repr(size)), Decimal(2)))
    factor = Fraction(um_per_unit)
    return float(EXACT.divide(EXACT.multiply(exact, Decimal(factor.numerator)), Decimal(factor.denominator)))

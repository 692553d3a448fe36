"""Numbers, units and names as they are printed in a report."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from voltome.data import Column
from voltome.data.tables import UNIT_SUFFIXES, unit_in_name

THIN_SPACE = "\u202f"
MINUS = "\u2212"
MICRO = "\u00b5"
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

_UNIT_PART = re.compile(r"(?P<base>[A-Za-z%]+)(?P<power>-?\d+)?$")


def unit_in_print(unit: str) -> str:
    """Return a unit as it is printed; a ratio has none.

    Examples
    --------
    >>> [unit_in_print(unit) for unit in ("um2", "1/um", "mAh/g", "1")]
    ['µm²', 'µm⁻¹', 'mAh g⁻¹', '']
    >>> [unit_in_print(unit) for unit in ("mg/cm2", "g/cm3", "deg")]
    ['mg cm⁻²', 'g cm⁻³', '°']
    """
    above, *below = unit.split("/")
    parts = [_unit_part(part, 1) for part in above.split() if part != "1"]
    parts += [_unit_part(part, -1) for group in below for part in group.split()]
    return " ".join(parts)


def name_in_print(name: str) -> str:
    """Return a column name in words, without its unit.

    Examples
    --------
    >>> name_in_print("surface_to_volume_per_um")
    'surface to volume'
    >>> name_in_print("threshold.intervals.sulfur.0")
    'lower grey threshold of sulfur'
    >>> name_in_print("reynolds_number")
    'Reynolds number'
    """
    interval = re.search(r"intervals\.(?P<phase>.+)\.(?P<end>[01])$", name)
    if interval:
        return f"{('lower', 'upper')[int(interval['end'])]} grey threshold of {interval['phase']}"
    ending = next((suffix for suffix in UNIT_SUFFIXES if name.endswith(suffix)), "")
    words = name.removesuffix(ending).replace("_", " ").replace(".", " · ")
    return words.replace("reynolds", "Reynolds")


def axis_label(column: Column) -> str:
    """Return name and unit of a column as the label of an axis: ``volume (µm³)``."""
    unit, name = unit_in_print(column.unit), name_in_print(column.name)
    return f"{name} ({unit})" if unit else name


def number_in_print(value: float, digits: int = 4) -> str:
    """Return a number rounded to `digits` significant digits; large and small ones with a power of ten.

    Examples
    --------
    >>> [number_in_print(value) for value in (0.166667, 1234.56, 2.5, 0)]
    ['0.1667', '1235', '2.5', '0']
    >>> number_in_print(1234567.0), number_in_print(float("inf"))
    ('1.235 × 10⁶', '∞')
    """
    number = float(value)
    if math.isnan(number):
        return "not a number"
    if math.isinf(number):
        return _signed("∞" if number > 0 else "-∞")
    if number == 0:
        return "0"
    exponent = _exponent(number, digits)
    if -4 <= exponent < 6:
        return grouped(_trimmed(round_to(number, digits - 1 - exponent)))
    mantissa = round_to(number / 10.0**exponent, digits - 1)
    return f"{_signed(_trimmed(mantissa))} × 10{str(exponent).translate(SUPERSCRIPTS)}"


def whole_in_print(value: int) -> str:
    """Return a whole number in full, its thousands apart.

    Examples
    --------
    >>> whole_in_print(1234567) == "1\u202f234\u202f567"
    True
    """
    return grouped(str(int(value)))


def with_error_in_print(value: float, error: float) -> str:
    """Return value and standard error, rounded together.

    The error keeps one significant digit, two where the first is a 1 or a 2; the value stops at the same place.

    Examples
    --------
    >>> with_error_in_print(0.31416, 0.00271)
    '0.3142 ± 0.0027'
    >>> with_error_in_print(1234.5, 62.0)
    '1230 ± 60'
    >>> with_error_in_print(2.5, 0)
    '2.5 ± 0'
    """
    if not (math.isfinite(value) and math.isfinite(error)) or error <= 0:
        return f"{number_in_print(value)} ± {number_in_print(error)}"
    power = _exponent(max(abs(value), error), 4)
    if -4 <= power < 6:
        left, right = _rounded_together(value, error)
        return f"{grouped(left)} ± {grouped(right)}"
    left, right = _rounded_together(value / 10.0**power, error / 10.0**power)
    return f"({_signed(left)} ± {right}) × 10{str(power).translate(SUPERSCRIPTS)}"


def value_in_print(value: Any) -> str:
    """Return any entry of a table as text."""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer):
        return whole_in_print(int(value))
    if isinstance(value, float | np.floating):
        return number_in_print(float(value))
    return str(value)


def parameter_in_print(value: Any) -> str:
    """Return a parameter of a step as text: mappings and lists without quotes and braces.

    Examples
    --------
    >>> parameter_in_print({"sulfur": [31000, None]})
    'sulfur: [31000, open]'
    """
    if value is None:
        return "open"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {parameter_in_print(entry)}" for key, entry in value.items())
    if isinstance(value, list | tuple):
        return f"[{', '.join(parameter_in_print(entry) for entry in value)}]"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else str(value)


def title_in_print(name: str) -> str:
    """Return the name of a table as a title.

    Examples
    --------
    >>> title_in_print("sweep-phase_fractions")
    'Sweep: phase fractions'
    """
    words = name_in_print(name.replace("-", ": ", 1))
    return words[:1].upper() + words[1:]


def parameters_in_words(parameters: Mapping[str, Any]) -> str:
    """Return the parameters of a step as a phrase, with their units; those not set are left out.

    Examples
    --------
    >>> parameters_in_words({"min_depth_um": 0.6, "size_voxels": 3, "rest": None})
    'min depth 0.6 µm, size 3 voxels'
    """
    phrases = []
    for name, value in parameters.items():
        if value is None or value == {}:
            continue
        unit = "voxels" if name.endswith("_voxels") else unit_in_print(unit_in_name(name))
        words = name_in_print(name.removesuffix("_voxels"))
        phrases.append(f"{words} {parameter_in_print(value)} {unit}".rstrip())
    return ", ".join(phrases)


def parameters_in_print(parameters: Mapping[str, Any]) -> str:
    """Return the parameters of a step as one line; those not set are left out."""
    shown = {name: value for name, value in parameters.items() if value is not None and value != {}}
    return "; ".join(f"{name} = {parameter_in_print(value)}" for name, value in shown.items())


def length_in_print(length_um: float) -> str:
    """Return a length with the unit that suits it.

    Examples
    --------
    >>> [length_in_print(length) for length in (0.2, 50, 2000)]
    ['200 nm', '50 µm', '2 mm']
    """
    for factor, unit in ((1e-3, "mm"), (1.0, f"{MICRO}m")):
        if abs(length_um) * factor >= 1:
            return f"{number_in_print(length_um * factor)} {unit}"
    return f"{number_in_print(length_um * 1e3)} nm"


def duration_in_print(seconds: float) -> str:
    """Return a duration in seconds, or minutes and seconds.

    Examples
    --------
    >>> [duration_in_print(seconds) for seconds in (0.004, 3.21, 125)]
    ['< 0.1 s', '3.2 s', '2 min 5 s']
    """
    if seconds < 0.1:
        return "< 0.1 s"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def listed(names: list[str], most: int = 8) -> str:
    """Return names as a phrase: ``a, b and c``; a long list is cut and says so.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed(["a"] * 12, most=2)
    ('a, b and c', 'a, a and 10 more')
    """
    shown = names if len(names) <= most else [*names[:most], f"{len(names) - most} more"]
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else "".join(shown)


def grid_in_print(grid: str) -> str:
    """Return voxels and voxel size with the signs of print."""
    cubes = re.sub(r"of (\S+) x \1 x \1 um", r"of \1 um", grid)
    return cubes.replace(" x ", "\u00a0×\u00a0").replace(" um", f"\u00a0{MICRO}m")


def round_to(value: float, decimals: int) -> str:
    """Return a number with `decimals` digits after the point; below 0, with that many zeros before it."""
    return f"{round(value, decimals):.{max(decimals, 0)}f}"


def grouped(number: str) -> str:
    """Return the digits of a number with a thin space between thousands, from five digits on."""
    whole, point, rest = number.partition(".")
    digits = whole.removeprefix("-")
    if len(digits) > 4:
        digits = f"{int(digits):,}".replace(",", THIN_SPACE)
    return _signed(("-" if whole.startswith("-") else "") + digits + point + rest)


def _signed(number: str) -> str:
    """Return the number with a true minus sign."""
    return number.replace("-", MINUS)


def _trimmed(number: str) -> str:
    """Return the number without zeros at the end of its fraction."""
    return number.rstrip("0").rstrip(".") if "." in number else number


def _exponent(number: float, digits: int) -> int:
    """Return the power of ten of a number after rounding to `digits` significant digits."""
    return int(f"{abs(number):.{digits - 1}e}".partition("e")[2])


def _rounded_together(value: float, error: float) -> tuple[str, str]:
    """Return value and error as text, both rounded to the place of the error."""
    leading, exponent = int(f"{error:.1e}"[0]), _exponent(error, 2)
    decimals = (1 if leading <= 2 else 0) - exponent
    return round_to(value, decimals), round_to(error, decimals)


def _unit_part(part: str, sign: int) -> str:
    """Return one unit with its power, such as ``µm²``."""
    if part == "deg" and sign > 0:
        return "°"
    found = _UNIT_PART.match(part)
    if found is None:
        return part if sign > 0 else f"/{part}"
    base = re.sub(r"^u(?=[mgsAVWJL]$)", MICRO, found["base"])
    power = sign * int(found["power"] or 1)
    return base if power == 1 else base + str(power).translate(SUPERSCRIPTS)

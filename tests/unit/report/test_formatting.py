import math

import pytest

from voltome.data import Column
from voltome.report.formatting import (
    MINUS,
    axis_label,
    duration_in_print,
    grid_in_print,
    grouped,
    length_in_print,
    listed,
    name_in_print,
    number_in_print,
    parameter_in_print,
    parameters_in_print,
    parameters_in_words,
    title_in_print,
    unit_in_print,
    value_in_print,
    with_error_in_print,
)


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("um", "µm"),
        ("um2", "µm²"),
        ("um3", "µm³"),
        ("1/um", "µm⁻¹"),
        ("1/um3", "µm⁻³"),
        ("1/cm", "cm⁻¹"),
        ("1/s", "s⁻¹"),
        ("mAh/g", "mAh g⁻¹"),
        ("keV", "keV"),
        ("deg", "°"),
        ("mg/cm2", "mg cm⁻²"),
        ("g/cm3", "g cm⁻³"),
        ("1", ""),
        ("", ""),
        ("%", "%"),
        ("S m-1", "S m⁻¹"),
    ],
)
def test_units(unit, expected):
    assert unit_in_print(unit) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (0.16666, "0.1667"),
        (1 / 3, "0.3333"),
        (-2.5, "−2.5"),
        (12, "12"),
        (999.96, "1000"),
        (99999.6, "100\u202f000"),
        (123456.0, "123\u202f500"),
        (999999.0, "1 × 10⁶"),
        (1.2345e9, "1.234 × 10⁹"),
        (-3.2e-7, "−3.2 × 10⁻⁷"),
        (0.00012, "0.00012"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "not a number"),
    ],
)
def test_numbers_have_four_significant_digits(value, expected):
    assert number_in_print(value) == expected


@pytest.mark.parametrize(
    ("value", "error", "expected"),
    [
        (0.31416, 0.00271, "0.3142 ± 0.0027"),
        (0.31416, 0.0051, "0.314 ± 0.005"),
        (0.31416, 0.0096, "0.314 ± 0.010"),
        (21.2, 0.07, "21.20 ± 0.07"),
        (1234.5, 62.0, "1230 ± 60"),
        (1234.5, 12.3, "1234 ± 12"),
        (-0.5, 0.25, "−0.50 ± 0.25"),
        (0.0, 0.1, "0.00 ± 0.10"),
        (2.5, 0.0, "2.5 ± 0"),
        (0.001, 3.0, "0 ± 3"),
        (45678.0, 1500.0, "45\u202f700 ± 1500"),
        (4.5678e8, 2.1e6, "(4.568 ± 0.021) × 10⁸"),
        (4.5e-7, 3e-8, "(4.5 ± 0.3) × 10⁻⁷"),
    ],
)
def test_value_and_error_are_rounded_together(value, error, expected):
    assert with_error_in_print(value, error) == expected


def test_five_digits_are_grouped_and_four_are_not():
    assert grouped("9999") == "9999"
    assert grouped("-12345.678") == "−12\u202f345.678"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("surface_to_volume_per_um", "surface to volume"),
        ("z_um", "z"),
        ("equivalent_diameter_um", "equivalent diameter"),
        ("touches_border", "touches border"),
        ("threshold.intervals.sulfur.1", "upper grey threshold of sulfur"),
        ("separate_particles.min_depth_um", "separate particles · min depth"),
    ],
)
def test_names_lose_their_unit(name, expected):
    assert name_in_print(name) == expected


def test_labels_and_titles():
    assert axis_label(Column("area_um2", "um2", "Area.")) == "area (µm²)"
    assert axis_label(Column("sphericity", "1", "Sphericity.")) == "sphericity"
    assert title_in_print("comparison-phase_fractions") == "Comparison: phase fractions"


def test_entries_of_tables():
    assert [value_in_print(value) for value in (True, False, 12345, 0.5, "a<b")] == [
        "yes",
        "no",
        "12\u202f345",
        "0.5",
        "a<b",
    ]


def test_parameters():
    parameters = {"intervals": {"sulfur": [31000, None]}, "rest": None, "min_depth_um": 0.6, "keep": True}
    assert parameters_in_print(parameters) == "intervals = sulfur: [31000, open]; min_depth_um = 0.6; keep = yes"
    assert parameters_in_words({"min_depth_um": 0.6}) == "min depth 0.6 µm"
    assert parameter_in_print((1, 2.5, "z")) == "[1, 2.5, z]"


def test_lengths_and_durations():
    assert [length_in_print(length) for length in (0.05, 1, 999, 1000)] == ["50 nm", "1 µm", "999 µm", "1 mm"]
    assert [length_in_print(length) for length in (-474.5, -2000)] == [f"{MINUS}474.5 µm", f"{MINUS}2 mm"]
    assert duration_in_print(59.4) == "59.4 s"
    assert duration_in_print(3599.6) == "60 min 0 s"


def test_lists():
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(list("abcdefghij")) == "a, b, c, d, e, f, g, h and 2 more"


def test_grids_are_printed_with_their_signs_and_cubes_once():
    assert grid_in_print("4 x 5 x 6 voxels (z, y, x) of 0.5 x 0.5 x 0.5 um") == (
        "4\u00a0×\u00a05\u00a0×\u00a06 voxels (z, y, x) of 0.5\u00a0µm"
    )
    assert "2\u00a0×\u00a01\u00a0×\u00a01\u00a0µm" in grid_in_print("voxels of 2 x 1 x 1 um")

"""What is said of the Mg-S study: no table and no panel left out, and the sums that show what cannot be as printed."""

from __future__ import annotations

import math

import pytest

from voltome.papers._mg_s_published import (
    FIBRE,
    PANELS,
    PORE,
    TABLE_1,
    TABLE_3,
    between_phases,
    doubts_in_print,
    mat_permeability,
    reynolds_number,
)
from voltome.papers.published import panels_in_print

# Written down from the study: Tables 1 to 3 have a row for each state, Table 4 is one; figures 1 to 9 and their panels;
# of the supporting figures and movies those that its text quotes.
TABLES = ["Table 1, 0", "Table 1, 1", "Table 2, 0", "Table 2, 1", "Table 3, 0", "Table 3, 1", "Table 3, 3", "Table 4"]
LAST_PANELS = {"1": "", "2": "t", "3": "", "4": "f", "5": "o", "6": "e", "7": "m", "8": "f", "9": "c"}
SUPPORTING = [*(f"Fig. S{number}" for number in range(1, 6)), *(f"Movie S{number}" for number in range(1, 6))]


def test_every_table_row_and_every_panel_of_the_mg_s_study_is_listed_once() -> None:
    figures = [
        f"Fig. {figure}{panel}"
        for figure, last in LAST_PANELS.items()
        for panel in ([chr(code) for code in range(ord("a"), ord(last) + 1)] if last else [""])
    ]
    assert [panel.name for panel in PANELS] == [*TABLES, *figures, *SUPPORTING]


def test_what_is_impossible_says_why_and_every_panel_is_printed() -> None:
    assert all(panel.shows and panel.how for panel in PANELS)
    lines = [line for line in panels_in_print(PANELS) if line.startswith(" ")]
    assert sorted(line.strip().split("  ")[0] for line in lines) == sorted(panel.name for panel in PANELS)


def test_surfaces_of_three_boxes_give_their_interfaces_back() -> None:
    # a cube of edge 1 in three slabs of 0.2, 0.5, 0.3, a beside b beside c: a-b and b-c have 1 each, a-c none
    slabs = {"a": (0.2, 1 / 0.2), "b": (0.5, 2 / 0.5), "c": (0.3, 1 / 0.3)}
    between = between_phases(slabs)
    assert between["a", "b"] == pytest.approx(1)
    assert between["b", "c"] == pytest.approx(1)
    assert between["a", "c"] == pytest.approx(0, abs=1e-12)
    per_total = between_phases({"a": (0.2, 1), "b": (0.5, 2), "c": (0.3, 1)}, per="total")
    assert per_total["a", "c"] == pytest.approx(0, abs=1e-12)


def test_the_surfaces_of_the_fresh_separator_are_per_volume_of_the_phase() -> None:
    (air, air_area), (fibre, fibre_area) = TABLE_1["separator-0"][PORE], TABLE_1["separator-0"][FIBRE]
    assert air * air_area == pytest.approx(fibre * fibre_area, rel=0.1)  # 0.221 and 0.241: one surface, seen twice
    assert fibre_area / air_area > 6  # per total volume they would be equal


@pytest.mark.parametrize(
    ("surfaces", "least"),
    [
        # cathode 0: 1.683, 2.409, 0.393 per total volume; (1.683 + 0.393 - 2.409) / 2
        (TABLE_3["cathode-0"], -0.166),
        (TABLE_3["cathode-3"], -0.038),
        (TABLE_1["separator-1"], -0.058),
    ],
)
def test_three_phases_cannot_have_the_surfaces_that_are_printed(surfaces, least) -> None:
    assert min(between_phases(surfaces).values()) == pytest.approx(least, abs=1e-3)


def test_the_reynolds_number_is_that_of_darcys_law() -> None:
    # u = k dp / (mu L) = 0.13e-12 * 30e3 / (1e-3 * 50e-6) = 0.078 m/s; Re = 1000 * 0.078 * 2e-6 / 1e-3
    found = reynolds_number(0.13, length_um=50, diameter_um=2, porosity=1)
    assert found == pytest.approx(0.156)
    assert reynolds_number(0.13, length_um=50, diameter_um=2, porosity=0.5) == pytest.approx(0.312)


def test_the_permeability_of_a_mat_is_that_of_jackson_and_james() -> None:
    # p = exp(-1.931): -ln p - 0.931 = 1, and k = 3 r^2 / (20 p)
    fraction = math.exp(-1.931)
    assert mat_permeability(fraction, 2.0) == pytest.approx(0.6 / fraction)


def test_every_doubt_is_said_with_its_numbers() -> None:
    text = "\n".join(doubts_in_print())
    for words in (
        "they are 0.22 and 0.24",
        "-0.17 um2/um3 (cycle 0) and -0.04 (cycle 3)",
        "fibre and deposit -0.06",
        "0.025 to 0.075 of the diffusivity",
        "1.3 along z, 1.9 along y and 5.0 along x",
        "rises from 0.13 to 0.21",
        "1.74 is that of cycle 3",
        "binder has 3.52 and the pores 1.22",  # 5.68 * 0.62 and 4.37 * 0.28: what is apart is sulfur's, / 0.10
        "2.30, is left to sulfur, 23 um2/um3 of its 10%",
        "31% in Table 3",
        "22% and 10% are of a cube each, of 3457 um3, less than the 8200 um3",
        "radius of 1.24 um. A random mat with 15% of them has 1.5 um2",
        "0.45 in the mean",
    ):
        assert words in text
    assert not math.isnan(TABLE_3["cathode-0"][PORE][1])

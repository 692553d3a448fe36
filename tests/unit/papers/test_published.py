"""What is said of a study's tables and figures: nothing left out, and numbers that follow from each other."""

from __future__ import annotations

import pytest

from voltome.errors import ParameterError
from voltome.papers._li_s_published import TABLE_1, table_1_in_print
from voltome.papers.li_s import PANELS
from voltome.papers.published import Panel, panels_in_print

# Written down from the study: Table 1 has four rows; figures 1 to 7 and their panels.
TABLE_1_ROWS = ["Table 1, uncycled", "Table 1, 2 cycles", "Table 1, 10 cycles", "Table 1, nano-CT"]
FIGURES = ["1a", "1b", "2a", "2b", "2c", "2d", "3a", "3b", "4", "5", "6", "7a", "7b"]


def test_every_table_row_and_every_panel_of_the_li_s_study_is_listed_once() -> None:
    assert [panel.name for panel in PANELS] == [*TABLE_1_ROWS, *(f"Fig. {name}" for name in FIGURES)]


def test_what_is_impossible_says_why_and_every_panel_is_printed() -> None:
    assert all(panel.shows and panel.how for panel in PANELS)
    lines = panels_in_print(PANELS)
    assert lines[0] == "reproduced on the twin:"
    assert [line for line in lines if not line.startswith(" ")] == [
        "reproduced on the twin:",
        "quoted as published:",
        "impossible:",
    ]
    for panel in PANELS:
        assert sum(line.split("  ")[1] == panel.name for line in lines if line.startswith(" ")) == 1


@pytest.mark.parametrize(
    ("state", "printed", "recomputed"),
    [
        # volume (um3) x 2.03 g/cm3 / area: 2.804e7 x 2.03e-9 mg / (515.8 x 531.0 x 1e-8 cm2) = 0.056921 / 0.00273890
        ("uncycled", 20.86, 20.78),
        ("2-cycles", 14.18, 13.70),
        ("10-cycles", 18.73, 18.08),
        # 0.00393e7 x 2.03e-9 / (46.7 x 40.7 x 1e-8) = 7.9779e-5 / 1.90069e-5
        ("nano-CT, uncycled", 4.22, 4.20),
    ],
)
def test_the_loading_follows_from_volume_area_and_density(state, printed, recomputed) -> None:
    (row,) = [row for row in TABLE_1 if row.state == state]
    assert row.loading_mg_per_cm2 == printed
    assert row.recomputed_loading_mg_per_cm2 == pytest.approx(recomputed, abs=0.005)


def test_the_printed_table_says_both_loadings_and_their_difference() -> None:
    (line,) = [line for line in table_1_in_print() if line.strip().startswith("uncycled")]
    assert line.split() == ["uncycled", "2.804e+07", "1.57", "20.86", "20.78", "-0.4%"]


def test_another_status_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"the status of Fig\. 9 is 'done'; expected one of"):
        Panel("Fig. 9", "x", "done", "y")  # type: ignore[arg-type]

"""The figures of particles and mass over the states of a sample."""

import numpy as np
import pytest

import voltome as vt
from voltome.errors import ValuesError
from voltome.report.figures_cycles import EVENT_COLOURS


def boxes(*places: int, edge: int = 3) -> vt.data.ParticleImage:
    values = np.zeros((8, 8, 60), np.int32)
    for label, x in enumerate(places, start=1):
        values[2 : 2 + edge, 2 : 2 + edge, x : x + edge] = label
    return vt.data.ParticleImage(values, voxel_size_um=0.5, phase="sulfur")


@pytest.fixture
def matches() -> vt.morphology.Matches:
    return vt.morphology.match_particles({"a": boxes(2, 10, 20), "b": boxes(2, 10, edge=4), "c": boxes(2, 30)})


def test_a_bar_stands_for_every_two_scans_and_holds_every_event(matches: vt.morphology.Matches) -> None:
    counts, volumes = vt.report.figure_particle_events(matches.events).axes
    assert [text.get_text() for text in counts.get_xticklabels()] == ["a to b", "b to c"]
    height = sum(bar.get_height() for bar in counts.patches)
    assert height == len(matches.matches.frame) == 6
    moved = sum(bar.get_height() for bar in volumes.patches)
    assert moved == pytest.approx(matches.matches.frame["volume_change_um3"].sum())


def test_the_legend_names_what_happened_and_nothing_else(matches: vt.morphology.Matches) -> None:
    for figure in (
        vt.report.figure_particle_events(matches.events),
        vt.report.figure_particle_matches(matches.matches),
    ):
        shown = {text.get_text() for text in figure.legends[0].get_texts()}
        assert shown == {"grown", "shrunk", "vanished", "new"}
    assert set(EVENT_COLOURS) == {
        *("unchanged", "grown", "shrunk", "merged"),
        *("split", "regrouped", "vanished", "new"),
    }


def test_vanished_and_new_particles_stand_inside_the_axes(matches: vt.morphology.Matches) -> None:
    for axis in vt.report.figure_particle_matches(matches.matches).axes:
        low, high = axis.get_xlim()
        drawn = np.concatenate([line.get_xydata() for line in axis.lines if line.get_linestyle() == "None"])
        assert ((drawn > low) & (drawn < high)).all()


def test_the_balance_shows_losses_to_the_left_and_gains_to_the_right() -> None:
    before, after = np.zeros((2, 4, 6, 6), np.uint8)
    before[0], after[3] = 1, 1
    images = {
        name: vt.data.PhaseImage(values, voxel_size_um=1, phases={0: "pore", 1: "sulfur"})
        for name, values in (("a", before), ("b", after))
    }
    table = vt.morphology.mass_balance(images, phase="sulfur", density_g_per_cm3=2.0)
    (axis,) = vt.report.figure_mass_balance(table).axes
    widths = [bar.get_width() for bar in axis.patches[:8]]
    assert widths == pytest.approx([-0.2, 0, 0, 0, 0, 0, 0, 0.2])


def test_another_table_is_refused(matches: vt.morphology.Matches) -> None:
    with pytest.raises(ValuesError, match="kind 'events'; expected rows of kind 'matches'"):
        vt.report.figure_particle_matches(matches.events)
    with pytest.raises(ValuesError, match="kind 'matches'; expected rows of kind 'mass_balance'"):
        vt.report.figure_mass_balance(matches.matches)

import dataclasses

import numpy as np
import pandas as pd
import pytest
from balls import labels_of_balls, particles_of_balls

import voltome as vt
from voltome.errors import ParameterError, ValuesError
from voltome.report import figure_histograms, figure_particle_radii, figure_particle_roughness
from voltome.report.drawing_kinds import FIGURES_OF_KINDS
from voltome.report.drawn import Looked

SIZE = (40.0, 40.0, 200.0)
BALLS = [((20, 20, 15), 5.0), ((20, 20, 40), 7.0), ((20, 20, 70), 9.0), ((20, 20, 100), 6.0), ((20, 20, 130), 10.0),
         ((20, 20, 165), 12.0)]  # fmt: skip
SCAN = vt.data.Column("scan", "", "Name of the scan.", "key")


@pytest.fixture(scope="module")
def powder():
    particles = particles_of_balls(BALLS, size=SIZE)
    values = (particles.values > 0).astype(np.uint8)
    values[labels_of_balls(SIZE, (1.0,) * 3, [((20, 20, 130), 4.0), ((20, 20, 165), 3.0)]) > 0] = 2
    names = {0: "pore", 1: "NMC", 2: "internal void"}
    phases = vt.data.PhaseImage(values, voxel_size_um=1.0, phases=names)
    return vt.morphology.particle_radii(particles), vt.morphology.measure_voids(particles, phases=phases)


def of_two_scans(table):
    frames = [table.frame.assign(scan=scan) for scan in ("batch A", "batch B")]
    columns = (SCAN, *table.columns)
    frame = pd.concat(frames, ignore_index=True)[[column.name for column in columns]]
    return dataclasses.replace(table, frame=frame, columns=columns)


def names_in_legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_four_particles_are_drawn_from_the_largest_to_the_smallest(powder):
    figure = figure_particle_radii(powder[0].radii)
    assert names_in_legend(figure) == ["particle 6", "particle 3", "particle 2", "particle 1"]
    assert [axis.get_title() for axis in figure.axes] == ["plane xy", "plane xz", "plane yz"]
    line = figure.axes[0].lines[0]
    assert line.get_xdata().tolist() == [45.0 * step for step in range(9)]  # round to where it began
    assert line.get_ydata()[0] == line.get_ydata()[-1] == pytest.approx(12, abs=0.6)


def test_of_several_scans_particles_are_named_with_theirs(powder):
    figure = figure_particle_radii(of_two_scans(powder[0].radii))
    assert all(name.endswith((", batch A", ", batch B")) for name in names_in_legend(figure))


def test_rays_at_a_contact_are_open(powder):
    frame = powder[0].radii.frame.copy()
    frame = frame[frame.particle == 6]
    frame["at_contact"] = frame.azimuth_deg == 90
    figure = figure_particle_radii(dataclasses.replace(powder[0].radii, frame=frame))
    assert [line.get_xdata().tolist() for line in figure.axes[0].lines if line.get_markerfacecolor() == "white"] == [
        [90.0]
    ]


def test_roughness_stands_against_the_size(powder):
    table = powder[0].particle_roughness
    figure = figure_particle_roughness(of_two_scans(table))
    assert names_in_legend(figure) == ["batch A", "batch B"]
    assert figure.axes[1].lines[0].get_xdata() == pytest.approx(2 * table.frame.mean_radius_um)
    assert [axis.get_ylabel() for axis in figure.axes] == [
        "mean diameter in a plane (µm)",
        "roughness proxy (µm)",
        "largest local roughness (µm)",
    ]


def test_histograms_add_up_to_a_hundred_per_cent_and_wide_ones_are_logarithmic(powder):
    figure = figure_histograms(of_two_scans(powder[1].particles_with_voids), ["volume_um3", "dead_volume_fraction"])
    volume, dead = figure.axes
    assert (volume.get_xscale(), dead.get_xscale()) == ("log", "linear")
    assert sum(volume.patches[0].get_data().values) == pytest.approx(100)
    assert volume.get_ylabel() == "share of the number (%)"


def test_equal_values_make_a_histogram(powder):
    table = powder[1].particles_with_voids
    for value in (0.0, 3.0):
        flat = dataclasses.replace(table, frame=table.frame.assign(sphericity=value))
        low, high = figure_histograms(flat, ["sphericity"]).axes[0].get_xlim()
        assert low < value < high


@pytest.mark.parametrize("kind", ["particle_radii", "particle_roughness", "voids", "particles_with_voids"])
def test_every_kind_has_its_figure_and_caption(powder, kind):
    tables = [powder[0].radii, powder[0].particle_roughness, powder[1].voids, powder[1].particles_with_voids]
    table = next(table for table in tables if table.kind == kind)
    (drawn,) = FIGURES_OF_KINDS[kind]("measured", table, Looked())
    assert (drawn.name, drawn.section) == ("measured", "distributions")
    assert drawn.caption.startswith("Measured. ")


def test_what_cannot_be_drawn_is_said(powder):
    empty = dataclasses.replace(powder[0].radii, frame=powder[0].radii.frame[:0])
    with pytest.raises(ValuesError, match="a table of particle_radii has no rows"):
        figure_particle_radii(empty)
    with pytest.raises(ParameterError, match=r"unknown column 'volum_um3'.*Did you mean 'volume_um3'"):
        figure_histograms(powder[1].voids, ["volum_um3"])


def test_particles_that_are_all_as_rough_lie_below_the_upper_end():
    balls = [((20, 20, x), 8.0) for x in (20, 50, 80)]
    table = vt.morphology.particle_radii(particles_of_balls(balls, size=(40, 40, 100))).particle_roughness
    for axis in figure_particle_roughness(table).axes[1:]:
        assert axis.get_ylim()[1] > 1.05 * max(axis.lines[0].get_ydata())

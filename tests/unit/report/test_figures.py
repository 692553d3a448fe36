import subprocess
import sys

import matplotlib
import numpy as np
import pandas as pd
import pytest
from finished_study import FRACTION, PHASE, SCAN

from voltome.data import Column, ParticleImage, PhaseImage, ResultTable, Volume
from voltome.errors import GeometryError, PhaseError, ValuesError
from voltome.report import (
    figure_comparison,
    figure_histogram,
    figure_profile,
    figure_size_distribution,
    figure_slices,
    figure_subvolumes,
    figure_sweep,
    phase_colours,
    png_bytes,
    svg_bytes,
)
from voltome.report.style import MM, particle_colours, round_length, scan_colours

FIGURES = {
    "slices": lambda images, tables: figure_slices(images.volume, images.phases, images.particles),
    "histogram": lambda images, tables: figure_histogram(images.volume, images.phases),
    "sizes": lambda images, tables: figure_size_distribution({"uncycled": tables["particles"]}),
    "profile": lambda images, tables: figure_profile(tables["phase_profile"]),
    "sweep": lambda images, tables: figure_sweep(tables["sweep-phase_fractions"], chosen={"uncycled": 30000}),
    "subvolumes": lambda images, tables: figure_subvolumes(tables["subvolumes-phase_fractions"]),
    "comparison": lambda images, tables: figure_comparison(tables["phase_fractions"], by="cycle"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_one_or_two_columns_wide_and_the_same_every_time(name, images, two_scans):
    first, second = (FIGURES[name](images, two_scans.tables()) for _ in range(2))
    assert first.get_size_inches()[0] / MM == pytest.approx(89) or first.get_size_inches()[0] / MM == pytest.approx(183)
    assert svg_bytes(first) == svg_bytes(second)
    assert png_bytes(first, dots_per_inch=60) == png_bytes(second, dots_per_inch=60)


@pytest.mark.parametrize("name", FIGURES)
def test_an_svg_has_text_as_text_and_no_date(name, images, two_scans):
    text = svg_bytes(FIGURES[name](images, two_scans.tables())).decode()
    assert "<text" in text
    assert "Arial, Helvetica" in text
    assert "dc:date" not in text


@pytest.mark.parametrize("name", sorted(set(FIGURES) - {"slices"}))
def test_every_axis_is_named(name, images, two_scans):
    for axis in FIGURES[name](images, two_scans.tables()).axes:
        assert axis.get_xlabel()
        assert axis.get_ylabel()


def test_the_settings_of_the_caller_are_neither_used_nor_changed(images):
    with matplotlib.rc_context({"font.size": 31, "axes.linewidth": 9}):
        figure = figure_histogram(images.volume)
        assert matplotlib.rcParams["font.size"] == 31
    assert figure.axes[0].xaxis.label.get_size() == 7


def test_pyplot_is_not_imported():
    code = "import sys, voltome.report as r; r.write, r.figure_slices; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_slices_keep_the_proportions_of_anisotropic_images():
    volume = Volume(np.arange(4 * 6 * 8, dtype=np.uint16).reshape(4, 6, 8), voxel_size_um=(5, 1, 2))
    figure = figure_slices(volume)
    width, height = figure.get_size_inches()
    sizes = [(axis.get_position().width * width, axis.get_position().height * height) for axis in figure.axes]
    # xy: 16 x 6 um, xz: 16 x 20 um, yz: 6 x 20 um, all at one scale
    scale = sizes[0][0] / 16
    assert sizes == [pytest.approx((x * scale, y * scale)) for x, y in ((16, 6), (16, 20), (6, 20))]


@pytest.mark.parametrize("shape", [(1, 30, 20), (30, 1, 20), (30, 20, 1), (1, 1, 40), (1, 1, 1), (900, 3, 2)])
def test_slices_of_thin_images(shape):
    values = np.arange(np.prod(shape), dtype=np.uint16).reshape(shape)
    phases = PhaseImage((values % 3).astype(np.uint8), voxel_size_um=1, phases={0: "a", 1: "b", 2: "c"})
    volume = Volume(values, voxel_size_um=1)
    figure = figure_slices(volume, phases, ParticleImage(values, voxel_size_um=1, phase="b"))
    assert len(figure.axes) == 3 * (3 if 1 not in shape else 1 if shape[0] == 1 else len(figure.axes) // 3)
    assert png_bytes(figure, dots_per_inch=50)


def test_a_large_slice_is_reduced_and_its_labels_with_it():
    values = np.zeros((2, 1500, 1400), np.uint8)
    values[:, :, 700:] = 1
    phases = PhaseImage(values, voxel_size_um=1, phases={0: "a", 1: "b"})
    figure = figure_slices(Volume(values * 100, voxel_size_um=1), phases)
    pictures = [axis.images[0].get_array() for axis in figure.axes]
    assert max(max(picture.shape[:2]) for picture in pictures) <= 1440
    xy_grey, xy_phases = pictures[0], pictures[3]
    assert (xy_phases[:, : xy_phases.shape[1] // 2 - 3] == xy_grey[0, 0, 0]).all()
    assert not (xy_phases[:, xy_phases.shape[1] // 2 + 3 :] == xy_grey[0, 0, 0]).all()


def test_what_is_outside_the_mask_is_white():
    mask = np.zeros((5, 6, 7), bool)
    mask[:, :3] = True
    phases = PhaseImage(np.ones((5, 6, 7), np.uint8), voxel_size_um=1, phases={0: "a", 1: "b"}, mask=mask)
    picture = figure_slices(phases=phases).axes[0].images[0].get_array()
    assert (picture[-1] == 255).all()
    assert not (picture[0] == 255).all()


def test_slices_refuse_nothing_and_different_grids(images):
    with pytest.raises(GeometryError, match="no image"):
        figure_slices()
    moved = images.phases.derive("moved", origin_um=(1.0, 0.0, 0.0))
    with pytest.raises(GeometryError, match="different grids"):
        figure_slices(images.volume, moved)


@pytest.mark.parametrize(
    "values",
    [
        np.full((3, 3, 3), 7, np.uint8),
        np.full((3, 3, 3), 0.5, np.float32),
        np.array([[[-5, 1000]]], np.int32),
        np.linspace(-1e-6, 1e-6, 60, dtype=np.float64).reshape(3, 4, 5),
        np.array([[[0, 65535]]], np.uint16),
    ],
)
def test_histograms_count_every_voxel(values):
    figure = figure_histogram(Volume(values, voxel_size_um=1))
    (step,) = figure.axes[0].patches
    assert step.get_data().values.sum() == values.size


def test_a_histogram_counts_only_the_sample():
    mask = np.zeros((4, 4, 4), bool)
    mask[1] = True
    volume = Volume(np.arange(64, dtype=np.uint8).reshape(4, 4, 4), voxel_size_um=1, mask=mask)
    (step,) = figure_histogram(volume).axes[0].patches
    assert step.get_data().values.sum() == 16


def test_a_histogram_shades_the_intervals_and_writes_the_thresholds(images):
    axis = figure_histogram(images.volume, images.phases).axes[0]
    assert [text.get_text() for text in axis.texts] == ["30\u202f000"]
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["sulfur"]


@pytest.mark.parametrize("first", [0, 40])  # 99 and 100 are nearer than 1/200 of 0..215, and further than of 40..147
def test_touching_intervals_write_their_common_threshold_once(first):
    values = (first + np.arange(216) // (1 if first == 0 else 2)).astype(np.uint8)
    volume = Volume(values.reshape(6, 6, 6), voxel_size_um=1)
    phases = PhaseImage(
        (volume.values >= 100).astype(np.uint8),
        voxel_size_um=1,
        phases={0: "a", 1: "b"},
        grey_intervals={"a": (None, 99), "b": (100, None)},
    )
    assert [text.get_text() for text in figure_histogram(volume, phases).axes[0].texts] == ["100"]


def test_the_cumulative_size_distribution_ends_at_one_hundred(two_scans):
    cumulative = figure_size_distribution({"all": two_scans.tables()["particles"]}).axes[1]
    heights = cumulative.lines[0].get_ydata()
    assert heights[0] == 0
    assert heights[-1] == pytest.approx(100)
    assert (np.diff(heights) >= 0).all()


def test_sizes_of_one_particle_and_of_none():
    columns = (Column("equivalent_diameter_um", "um", "Diameter."), Column("volume_um3", "um3", "Volume."))
    one = pd.DataFrame({"equivalent_diameter_um": [2.0], "volume_um3": [4.2]})
    assert figure_size_distribution({"a": ResultTable(one, columns=columns, kind="particles")}).axes
    with pytest.raises(ValuesError, match="no particle"):
        figure_size_distribution({"a": ResultTable(one.head(0), columns=columns, kind="particles")})


def test_each_phase_has_its_own_panel_in_a_comparison(two_scans):
    figure = figure_comparison(two_scans.tables()["phase_fractions"], by="cycle")
    assert [axis.get_title() for axis in figure.axes] == ["carbon-pore", "sulfur"]
    assert [list(axis.get_xticks()) for axis in figure.axes] == [[0, 10], [0, 10]]


def test_scans_are_compared_by_name_where_there_is_no_attribute(two_scans):
    figure = figure_comparison(two_scans.tables()["phase_fractions"])
    assert [text.get_text() for text in figure.axes[0].get_xticklabels()] == ["uncycled", "cycle-10"]


def test_samples_of_one_state_are_points_and_only_scans_in_a_row_a_line():
    columns = (SCAN, Column("cycle", "1", "Cycles done.", "key"), Column("fraction", "1", "Volume fraction."))
    for cycles, style_of_line in (((0, 0, 10, 10), "None"), ((0, 1, 2, 3), "-")):
        frame = pd.DataFrame({"scan": list("abcd"), "cycle": cycles, "fraction": [0.1, 0.2, 0.3, 0.4]})
        table = ResultTable(frame, columns=columns, kind="fractions")
        drawn = figure_comparison(table, by="cycle").axes[0].lines[0]
        assert drawn.get_linestyle() == style_of_line


def test_many_measures_share_no_more_than_six_panels():
    names = [f"m{i}" for i in range(9)]
    columns = (SCAN, PHASE, *(Column(name, "1", "Something.") for name in names))
    rows = [(scan, phase, *range(9)) for scan in "ab" for phase in "xyz"]
    table = ResultTable(pd.DataFrame(rows, columns=["scan", "phase", *names]), columns=columns, kind="many")
    assert len(figure_comparison(table).axes) == 6


@pytest.mark.parametrize("draw", [figure_profile, figure_sweep, figure_subvolumes])
def test_a_table_that_cannot_be_drawn_says_why(draw):
    frame = pd.DataFrame({"scan": ["a"], "fraction": [0.5]})
    with pytest.raises(ValuesError, match="no position"):
        draw(ResultTable(frame, columns=(SCAN, FRACTION), kind="fractions"))
    position = Column("z_um", "um", "Position.", "position")
    empty = pd.DataFrame({"z_um": np.zeros(0), "fraction": np.zeros(0)})
    with pytest.raises(ValuesError, match="no rows"):
        draw(ResultTable(empty, columns=(position, FRACTION), kind="profile"))
    texts = pd.DataFrame({"z_um": [1.0], "remark": ["x"]})
    with pytest.raises(ValuesError, match="no measure"):
        draw(ResultTable(texts, columns=(position, Column("remark", "", "Remark.")), kind="profile"))


def test_a_comparison_without_scans_is_refused():
    table = ResultTable(pd.DataFrame({"fraction": [0.5]}), columns=(FRACTION,), kind="fractions")
    with pytest.raises(ValuesError, match="no column 'scan'"):
        figure_comparison(table)


def test_colours_are_stable_and_different():
    assert phase_colours(["pore", "sulfur", "pore"]) == phase_colours(["pore", "sulfur"])
    many = phase_colours([f"phase {i}" for i in range(15)])
    assert len(set(many.values())) == 15
    assert len(set(scan_colours([f"scan {i}" for i in range(20)]).values())) == 20
    assert np.array_equal(particle_colours(np.array([5])), particle_colours(np.array([9, 5]))[1:])
    with pytest.raises(PhaseError):
        phase_colours([])


@pytest.mark.parametrize(("about", "expected"), [(1.0, 1), (1.99, 1), (2.0, 2), (4.99, 2), (0.05, 0.05), (700, 500)])
def test_scale_bars_are_round(about, expected):
    assert round_length(about) == pytest.approx(expected)


def test_signs_of_formulas_in_names_are_printed_as_they_are():
    phases = PhaseImage(np.eye(3, dtype=np.uint8), voxel_size_um=1, phases={0: "$\\nothing$", 1: "<a_1> & $x^"})
    text = svg_bytes(figure_slices(phases=phases)).decode()
    assert "$\\nothing$" in text
    assert "&lt;a_1&gt; &amp; $x^" in text


def test_grey_values_outside_the_mask_are_white_and_do_not_set_the_contrast():
    # inside: 10 and 20, which become black and white; outside: 60000, which would make both of them black
    values = np.full((8, 8, 8), 60000, np.uint16)
    mask = np.zeros(values.shape, np.bool_)
    mask[:, 2:6, 2:6] = True
    values[:, 2:6, 2:4], values[:, 2:6, 4:6] = 10, 20
    picture = figure_slices(Volume(values, voxel_size_um=1, mask=mask)).axes[0].images[0].get_array()
    voxel = len(picture) // 8
    middle = picture[voxel // 2 :: voxel, voxel // 2 :: voxel, 0]
    assert middle[4].tolist() == [255, 255, 0, 0, 255, 255, 255, 255]
    assert (middle[:2] == 255).all()


@pytest.mark.parametrize("value", [7, -(2**62), 2**62, 1e300, -1e-9])
def test_an_image_of_one_grey_value_however_large_is_drawn(value):
    volume = Volume(np.full((4, 4, 4), value), voxel_size_um=1)
    axis = figure_histogram(volume).axes[0]
    assert axis.patches[0].get_data().values.sum() == 64
    assert axis.get_xlim()[0] < value < axis.get_xlim()[1]
    picture = figure_slices(volume).axes[0].images[0].get_array()
    assert np.unique(picture).tolist() == [127]  # the middle of black and white


def test_a_histogram_counts_every_voxel_of_the_largest_whole_numbers():
    values = np.arange(64, dtype=np.uint64).reshape(4, 4, 4) * np.uint64(2**58) + np.uint64(2**58 - 1)
    counts = figure_histogram(Volume(values, voxel_size_um=1)).axes[0].patches[0].get_data().values
    assert counts.sum() == 64


def test_thresholds_beyond_all_grey_values_are_no_obstacle():
    volume = Volume(np.arange(27, dtype=np.uint8).reshape(3, 3, 3), voxel_size_um=1)
    phases = PhaseImage(
        np.zeros((3, 3, 3), np.uint8), voxel_size_um=1, phases={0: "a", 1: "b"}, grey_intervals={"b": (99, None)}
    )
    assert not figure_histogram(volume, phases).axes[0].lines

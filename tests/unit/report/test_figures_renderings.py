import pytest
from balls import particles_of_balls, phases_of_balls

from voltome.errors import ValuesError
from voltome.report import figure_renderings, png_bytes, svg_bytes
from voltome.report.style import MM


@pytest.fixture(autouse=True)
def _coarse(monkeypatch):
    monkeypatch.setattr("voltome.report.figures_renderings.DOTS_PER_MM", 2)


BALL = [((20.0, 20.0, 20.0), 10.0)]
SMALL = particles_of_balls([((10.0, 10.0, 10.0), 6.0)], size=(20.0, 20.0, 20.0))
LARGE = particles_of_balls(BALL)


@pytest.mark.parametrize(("count", "width"), [(1, 89), (2, 183), (3, 183), (4, 183), (6, 183)])
def test_every_scan_has_its_panel(count, width):
    figure = figure_renderings({f"scan {number}": SMALL for number in range(count)})
    assert len(figure.axes) == count
    assert figure.get_size_inches()[0] / MM == pytest.approx(width)
    assert {f"scan {number}" for number in range(count)} <= {text.get_text() for text in figure.texts}


def test_all_scans_have_one_scale():
    figure = figure_renderings({"small": SMALL, "large": LARGE})
    width = figure.get_size_inches()[0]
    scales = [axis.get_position().width * width / abs(axis.get_xlim()[1] - axis.get_xlim()[0]) for axis in figure.axes]
    assert scales[0] == pytest.approx(scales[1])
    height = figure.get_size_inches()[1]
    tall = [axis.get_position().height * height / (axis.get_ylim()[1] - axis.get_ylim()[0]) for axis in figure.axes]
    assert tall[0] == pytest.approx(scales[0])


def test_a_panel_has_the_twelve_edges_of_the_box_and_the_names_of_the_axes():
    (axis,) = figure_renderings({"a": LARGE}).axes
    assert len(axis.lines) == 12
    assert sum(line.get_zorder() < 2 for line in axis.lines) == 3  # the edges that meet in the farthest corner
    assert sorted(text.get_text() for text in axis.texts) == ["x", "y", "z"]


def test_the_scale_bar_is_as_long_as_it_says():
    figure = figure_renderings({"a": LARGE})
    (bar,) = figure.artists
    (axis,) = figure.axes
    per_um = axis.get_position().width / (axis.get_xlim()[1] - axis.get_xlim()[0])
    (said,) = [text.get_text() for text in figure.texts if text.get_text().endswith("µm")]
    assert bar.get_width() / per_um == pytest.approx(float(said.removesuffix(" µm")))


def test_phases_are_named_in_a_legend_and_particles_are_not():
    image = phases_of_balls([((12.0, 20.0, 20.0), 8.0), ((30.0, 20.0, 20.0), 8.0)])
    (legend,) = figure_renderings({"a": image}, colours=None).legends
    assert [text.get_text() for text in legend.get_texts()] == ["ball-1", "ball-2"]
    assert figure_renderings({"a": LARGE}).legends == []


def test_the_same_images_give_the_same_files():
    one, other = (figure_renderings({"a": SMALL, "b": SMALL}) for _ in range(2))
    assert svg_bytes(one) == svg_bytes(other)
    assert png_bytes(one, dots_per_inch=60) == png_bytes(other, dots_per_inch=60)


def test_no_image_and_too_many_are_refused():
    with pytest.raises(ValuesError, match="got 0 images; expected one to 6"):
        figure_renderings({})
    with pytest.raises(ValuesError, match="got 7 images"):
        figure_renderings({f"{number}": SMALL for number in range(7)})

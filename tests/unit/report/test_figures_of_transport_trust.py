"""Figures of combined uncertainties, growing volumes and sweeps of transport; what is infinite in them."""

import numpy as np
import pytest
from transport_tables import OVER, of_scans, refinement, subvolumes, sweep, tortuosity

import voltome as vt
from voltome.data import Column, ResultTable
from voltome.errors import ValuesError
from voltome.report import (
    figure_growing_volume,
    figure_subvolumes,
    figure_sweep,
    figure_transport_sensitivity,
    figure_uncertainty,
)
from voltome.report.drawing_transport_trust import draw_growing_volume, draw_transport_sensitivity
from voltome.report.drawing_trust import trend_in_words
from voltome.report.drawing_uncertainty import draw_uncertainty
from voltome.report.drawn import Looked
from voltome.report.key_numbers import key_numbers
from voltome.study.trends import trends

WHOLE = tortuosity({"z": (0.4, 0.1)}, bound=1e-3)
SWEEP = sweep(
    {80.0: {"z": (0.3, 0.0)}, 90.0: {"z": (0.35, 0.07)}, 100.0: {"z": (0.4, 0.1)}, 110.0: {"z": (0.45, 0.15)}}
)
CUBES = subvolumes({10.0: [(0.4, 0.0)] + [(0.4, 0.1)] * 9, 20.0: [(0.4, 0.11), (0.4, 0.1)] * 4, 30.0: [(0.4, 0.1)]})


@pytest.fixture(scope="module")
def combined() -> ResultTable:
    return vt.transport.combined_uncertainty(
        WHOLE, threshold=SWEEP, subvolumes=CUBES, refinement=refinement({"z": 3.5}), band=(90, 110)
    )


@pytest.fixture(scope="module")
def grown() -> ResultTable:
    values = np.random.default_rng(4).random((10, 10, 10)) < 0.55
    values[5] = False  # no path along z once a piece reaches this layer
    image = vt.data.PhaseImage(values.astype(np.uint8), voxel_size_um=0.5, phases={0: "solid", 1: "pore"})
    return vt.transport.growing_volume(image, phase="pore", edges_um=(3, 5), axes=("z", "x"), shares=(0.4, 0.7, 1))


def signs(axis) -> list[float]:
    return [text.get_position()[0] for text in axis.texts if text.get_text() == "∞"]


def test_shares_of_the_squares_add_to_one(combined: ResultTable):
    left, right = figure_uncertainty(combined).axes
    names = [tick.get_text() for tick in left.get_yticklabels()]
    assert names == ["tortuosity", "relative diffusivity", "porosity"]
    ends = [max(bar.get_x() + bar.get_width() for bar in right.patches if round(bar.get_y() + 0.3) == place)
            for place in range(3)]  # fmt: skip
    assert ends == pytest.approx([100, 100, 100])
    total = combined.frame.tortuosity_standard_uncertainty[0] / 4
    assert left.patches[0].get_width() == pytest.approx(100 * total)


def test_uncertainties_of_several_scans_are_named_and_what_is_infinite_has_no_bar(combined: ResultTable):
    two = of_scans(combined, ["fresh", "cycled"])
    (drawn,) = draw_uncertainty("combined_uncertainty", two, Looked())
    names = [tick.get_text() for tick in drawn.figure.axes[0].get_yticklabels()]
    assert names[:2] == ["tortuosity, fresh", "tortuosity, cycled"]
    assert "the largest is what to improve first" in drawn.caption
    endless = vt.transport.combined_uncertainty(WHOLE, threshold=SWEEP, measures=("tortuosity",))
    assert not list(draw_uncertainty("x", endless, Looked()))
    with pytest.raises(ValuesError, match="no combined uncertainties"):
        figure_uncertainty(WHOLE)


def test_the_key_number_is_the_value_with_all_of_its_uncertainty(combined: ResultTable):
    (number,) = [n for n in key_numbers({"u": of_scans(combined, ["a", "b"])}) if n.name.startswith("tortuosity")]
    assert number.name == "tortuosity, pore, z (all known errors)"
    assert number.values["a"].startswith("4.0 ± ")
    endless = vt.transport.combined_uncertainty(WHOLE, threshold=SWEEP, measures=("tortuosity",))
    (number,) = key_numbers({"u": endless})
    assert number.values == {"all scans": "4 ± ∞"}


def test_what_is_infinite_in_a_sweep_is_a_sign_and_no_point():
    figure = figure_sweep(SWEEP)
    (axis,) = [axis for axis in figure.axes if axis.get_ylabel() == "tortuosity"]
    assert signs(axis) == [80.0]
    assert axis.get_xlim()[0] <= 80
    drawn = np.concatenate([line.get_ydata() for line in axis.lines])
    assert not np.isinf(drawn.astype(float)).any()
    figure.savefig("/dev/null", format="png")


def test_what_is_infinite_among_subvolumes_is_a_sign_and_in_no_mean():
    trend = trends(CUBES)
    figure = figure_subvolumes(CUBES, trend=trend)
    (axis,) = [axis for axis in figure.axes if axis.get_ylabel() == "tortuosity"]
    assert len(signs(axis)) == 1
    mean = next(line for line in axis.lines if len(line.get_xdata()) == 3 and line.get_marker() == "D")
    assert mean.get_ydata()[0] == pytest.approx(4)
    assert "relative_diffusivity" in set(trend.frame.measure)
    assert "tortuosity" not in set(trend.frame.measure)
    assert "Dotted: straight line" in trend_in_words(trend, ["relative_diffusivity"])
    assert trend_in_words(trend, ["tortuosity"]) == trend_in_words(None, ["tortuosity"]) == ""


def test_curves_of_growing_volumes_have_a_panel_for_each_axis(grown: ResultTable):
    figure = figure_growing_volume(grown)
    assert [axis.get_title() for axis in figure.axes] == ["along z", "along x", "largest cube, 5 µm"]
    assert [line.get_label() for line in figure.axes[0].lines][:2] == ["3 µm", "5 µm"]
    assert signs(figure.axes[0])
    (drawn,) = draw_growing_volume("growing_volume", of_scans(grown, ["a", "b"]), Looked())
    assert "pieces do not percolate" in drawn.caption
    labels = [line.get_label() for line in drawn.figure.axes[0].lines]
    assert "a, 3 µm" in labels
    with pytest.raises(ValuesError, match="no rows of growing volumes"):
        figure_growing_volume(WHOLE)


def surface() -> ResultTable:
    columns = (OVER, Column("area_per_total_volume_per_um", "1/um", "Area."))
    frame = SWEEP.frame[[OVER.name]].assign(area_per_total_volume_per_um=[1.0, 1.1, 1.2, 1.3])
    return ResultTable(frame, columns=columns, kind="sweep")


def test_a_sweep_of_transport_pairs_diffusivity_with_porosity_and_tortuosity_with_surface():
    figure = figure_transport_sensitivity(SWEEP, surface=surface(), chosen=100.0, band=(90, 110))
    assert {axis.get_ylabel() for axis in figure.axes} == {
        "relative diffusivity", "porosity", "tortuosity", "area per total volume (µm⁻¹)",
    }  # fmt: skip
    tables = {"sweep-tortuosity": SWEEP, "sweep-surface_area": surface()}
    (drawn,) = draw_transport_sensitivity("sweep-tortuosity", SWEEP, tables, {}, None)
    assert "surface area per volume of sample" in drawn.caption
    assert "does not percolate" in drawn.caption
    assert not list(draw_transport_sensitivity("x", surface(), tables, {}, None))
    twice = of_scans(SWEEP, ["a", "b"])
    several = list(draw_transport_sensitivity("s", twice, {"s": twice}, {"a": 100.0}, (90, 110)))
    assert [each.name for each in several] == ["transport-s-a", "transport-s-b"]
    assert "Dashed" in several[0].caption
    assert "Dashed" not in several[1].caption
    with pytest.raises(ValuesError, match="several rows for one value"):
        figure_transport_sensitivity(twice)

import numpy as np
import pandas as pd
import pytest

from voltome.data import Column, ResultTable
from voltome.errors import ValuesError
from voltome.report import figure_distribution, svg_bytes
from voltome.report.figures_binned import binning_of, excluded_in_words

SCAN = Column("scan", "", "Scan.", "key")
RADIUS = (
    Column("radius_um", "um", "Middle.", "position"),
    Column("radius_from_um", "um", "Lower edge."),
    Column("radius_to_um", "um", "Upper edge.", "position"),
)
SHARES = (Column("share", "1", "Share of the volume in the bin."), Column("cumulative_share", "1", "At least."))
EXCLUDED = Column("excluded_volume_fraction", "1", "Left out.")


def table(edges, shares, sums, excluded=0.0, **options):
    """Return a distribution of one or more scans, given as lists of equal length."""
    frames = []
    for number, (edge, share, total) in enumerate(zip(edges, shares, sums, strict=True)):
        low, high = np.array(edge[:-1], float), np.array(edge[1:], float)
        frames.append(
            pd.DataFrame({"scan": f"s{number}", "radius_um": np.sqrt(low * high), "radius_from_um": low,
                          "radius_to_um": high, "share": share, "cumulative_share": total,
                          "excluded_volume_fraction": excluded * (number + 1)})
        )  # fmt: skip
    columns = (SCAN, *RADIUS, *SHARES, EXCLUDED)
    return ResultTable(pd.concat(frames), columns=columns, kind="continuous_size_distribution", **options)


LOG = table([[1, 2, 4, 8], [1, 2, 4, 8]], [[0.25, 0.5, 0.25], [0.5, 0.25, 0.25]], [[1, 0.75, 0.25], [1, 0.5, 0.25]])


def steps(axis, number):
    return axis.patches[2 * number].get_data()  # a line and its filling for every scan


def test_bins_that_are_equal_in_the_logarithm_have_a_logarithmic_axis():
    shares, sums = figure_distribution(LOG).axes
    assert (shares.get_xscale(), sums.get_xscale()) == ("log", "log")
    assert shares.get_ylabel() == "share per bin (%)"
    assert steps(shares, 0).values.tolist() == [25, 50, 25]
    assert steps(shares, 1).edges.tolist() == [1, 2, 4, 8]
    assert shares.get_xlim() == (1, 8)


def test_bins_of_equal_width_have_a_linear_axis():
    linear = table([[0, 2, 4, 6]], [[0.2, 0.3, 0.5]], [[0.2, 0.5, 1.0]])
    shares, _ = figure_distribution(linear).axes
    assert shares.get_xscale() == "linear"
    assert steps(shares, 0).values.tolist() == pytest.approx([20, 30, 50])


def test_bins_of_other_widths_in_other_scans_are_compared_per_decade():
    # 100 % in one decade is 100 % per decade; 50 % in half a decade as well
    coarse, fine = [1.0, 10.0, 100.0], [1.0, 10**0.5, 10.0]
    both = table([coarse, fine], [[1.0, 0.0], [0.5, 0.5]], [[1.0, 1.0], [0.5, 1.0]])
    shares, _ = figure_distribution(both).axes
    assert shares.get_ylabel() == "share per decade (%)"
    assert steps(shares, 0).values.tolist() == pytest.approx([100, 0])
    assert steps(shares, 1).values.tolist() == pytest.approx([100, 100])


def test_a_falling_sum_is_drawn_at_the_lower_edges_and_a_rising_one_at_the_upper():
    _, falling = figure_distribution(LOG).axes
    assert falling.get_ylabel() == "cumulative share, at or above (%)"
    assert falling.lines[0].get_xydata().tolist() == [[1, 100], [2, 75], [4, 25], [8, 0]]
    rising = table([[1, 2, 4]], [[0.25, 0.75]], [[0.25, 1.0]])
    _, sums = figure_distribution(rising).axes
    assert sums.get_ylabel() == "cumulative share, below (%)"
    assert sums.lines[0].get_xydata().tolist() == [[1, 0], [2, 25], [4, 100]]


def test_weights_have_panels_of_their_own_in_which_scans_have_their_colours():
    frame = pd.concat([LOG.frame.assign(weight=weight) for weight in ("number", "volume")])
    columns = (SCAN, Column("weight", "", "Weight.", "key"), *RADIUS, *SHARES)
    weighted = ResultTable(frame[[column.name for column in columns]], columns=columns, kind="sizes")
    figure = figure_distribution(weighted)
    assert [axis.get_title() for axis in figure.axes] == ["number", "number", "volume", "volume"]
    lines = [axis.lines[0].get_color() for axis in figure.axes[1::2]]
    assert lines[0] == lines[1]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["s0", "s1"]


def test_units_other_than_lengths_are_found_by_the_ends_of_the_names():
    columns = (
        Column("surface_to_volume_per_um", "1/um", "Middle.", "position"),
        Column("surface_to_volume_from_per_um", "1/um", "From.", "position"),
        Column("surface_to_volume_to_per_um", "1/um", "To.", "position"),
        SHARES[0],
    )
    frame = pd.DataFrame([[1.4, 1.0, 2.0, 0.5], [2.8, 2.0, 4.0, 0.5]], columns=[column.name for column in columns])
    distribution = ResultTable(frame, columns=columns, kind="surface_to_volume_distribution")
    (axis,) = figure_distribution(distribution).axes
    assert axis.get_xlabel() == "surface to volume (µm⁻¹)"
    assert svg_bytes(figure_distribution(distribution)) == svg_bytes(figure_distribution(distribution))


@pytest.mark.parametrize("edges", [[1, 1.01, 1.02], [1e-3, 1e3, 1e9], [5, 10], [0.3, 0.6, 1.2]])
def test_any_axis_has_numbers_on_it(edges):
    count = len(edges) - 1
    figure = figure_distribution(table([edges], [[1 / count] * count], [np.arange(1, count + 1) / count]))
    figure.draw_without_rendering()
    for axis in figure.axes:
        low, high = axis.get_xlim()
        assert [tick for tick in axis.get_xticks() if low <= tick <= high]


def test_what_was_left_out_is_said_scan_by_scan():
    left_out = table([[1, 2, 4]] * 2, [[0.5, 0.5]] * 2, [[1, 0.5]] * 2, excluded=0.006)
    assert excluded_in_words(left_out) == " Left out as too small, as a share of the volume: 0.6 % (s0), 1.2 % (s1)."
    assert excluded_in_words(LOG) == ""


def test_a_table_without_bins_or_rows_is_refused():
    columns = (RADIUS[0], SHARES[0])
    bare = ResultTable(pd.DataFrame({"radius_um": [1.0], "share": [1.0]}), columns=columns, kind="profile")
    assert binning_of(bare) is None
    with pytest.raises(ValuesError, match="no bins with both edges"):
        figure_distribution(bare)
    empty = ResultTable(LOG.frame.head(0), columns=LOG.columns, kind=LOG.kind)
    with pytest.raises(ValuesError, match="has no rows"):
        figure_distribution(empty)


def test_a_coverable_share_falls_from_the_lower_edge_of_each_bin():
    columns = tuple(Column("coverable_share", "1", "At least.") if c.name == "cumulative_share" else c
                    for c in LOG.columns)  # fmt: skip
    frame = LOG.frame.rename(columns={"cumulative_share": "coverable_share"})
    _, sums = figure_distribution(ResultTable(frame, columns=columns, kind="continuous_size_distribution")).axes
    assert sums.get_ylabel() == "cumulative share, at or above (%)"
    assert sums.lines[0].get_xydata().tolist() == [[1, 100], [2, 75], [4, 25], [8, 0]]


def test_bands_are_bars_and_shades_where_the_table_has_them():
    names = ["size_um", "size_from_um", "size_to_um", "share", "cumulative_share"]
    bands = ["share_low", "share_high", "cumulative_low", "cumulative_high"]
    columns = [Column(name, "um", "Bin.", "position") for name in names[:3]]
    columns += [Column(name, "1", "Share.") for name in [*names[3:], *bands]]
    frame = pd.DataFrame(
        [[1.5, 1, 2, 0.25, 0.25, 0.2, 0.3, 0.2, 0.3], [2.5, 2, 3, 0.75, 1.0, 0.7, 0.8, 1.0, 1.0]],
        columns=[column.name for column in columns],
    )
    shares, sums = figure_distribution(ResultTable(frame, columns=tuple(columns), kind="sizes")).axes
    (bars,) = [part for part in shares.collections if len(part.get_segments()) == 2]
    assert [list(segment[:, 1]) for segment in bars.get_segments()] == [[20, 30], [70, 80]]
    assert len(sums.collections) == 1

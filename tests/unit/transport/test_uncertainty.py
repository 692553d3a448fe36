"""Combined uncertainty: every part by hand, what is not included, what is infinite, and the messages."""

import numpy as np
import pandas as pd
import pytest
from transport_tables import INFINITY, OVER, TORTUOSITY, refinement, subvolumes, sweep, tortuosity

import voltome as vt
from voltome.data import Column, ResultTable
from voltome.errors import ParameterError, ValuesError
from voltome.transport import combined_uncertainty

WHOLE = tortuosity({"z": (0.4, 0.1), "y": (0.4, 0.2)}, bound=1e-3)  # tortuosity 4 and 2
SWEEP = sweep({
    90.0: {"z": (0.35, 0.07), "y": (0.35, 0.14)},  # 5 and 2.5
    100.0: {"z": (0.4, 0.1), "y": (0.4, 0.2)},
    110.0: {"z": (0.45, 0.15), "y": (0.45, 0.25)},  # 3 and 1.8
})  # fmt: skip


def row_of(table: ResultTable, axis: str = "z") -> pd.Series:
    return table.frame.set_index("axis").loc[axis]


def test_every_part_is_what_its_formula_says():
    # 27 cubes that are each 1/64 of the image: porosity 0.4, diffusivities 0.08 and 0.12 in turn and 0.1 once
    pairs = [(0.4, 0.08), (0.4, 0.12)] * 13 + [(0.4, 0.1)]
    cubes = subvolumes({25.0: pairs}, whole_um3=1e6)
    table = combined_uncertainty(
        tortuosity({"z": (0.4, 0.1)}, bound=1e-3),
        threshold=SWEEP,
        subvolumes=cubes,
        refinement=refinement({"z": 3.7}),
    )
    row = row_of(table)
    assert table.kind == "combined_uncertainty"
    assert row.tortuosity_from_solver == pytest.approx(4 * 1e-3 / np.sqrt(3))
    assert row.tortuosity_from_threshold == pytest.approx((5 - 3) / 2 / np.sqrt(3))
    diffusivities = [diffusivity for _, diffusivity in pairs]
    scatter = 4 * np.std(diffusivities, ddof=1) / np.mean(diffusivities)  # to the first order; the porosity is the same
    assert row.tortuosity_from_subvolumes == pytest.approx(scatter / 8)  # 1/64 of the volume: 8 times the scatter
    assert row.tortuosity_from_resolution == pytest.approx(0.3 / np.sqrt(3))
    assert row.tortuosity_resolution_bias == pytest.approx(0.3)  # the voxels make it too large: positive
    parts = [row[f"tortuosity_from_{part}"] for part in ("solver", "threshold", "subvolumes", "resolution")]
    assert row.tortuosity_standard_uncertainty == pytest.approx(np.sqrt(np.sum(np.square(parts))))
    assert row.relative_diffusivity_from_solver == pytest.approx(0.1 * 1e-3 / np.sqrt(3))
    assert "porosity_from_solver" not in row  # it is counted
    assert row.porosity_from_subvolumes == pytest.approx(0, abs=1e-12)


def test_every_row_has_the_parts_of_its_own_keys():
    table = combined_uncertainty(WHOLE, threshold=SWEEP)
    assert row_of(table, "y").tortuosity_from_threshold == pytest.approx((2.5 - 1.8) / 2 / np.sqrt(3))
    assert row_of(table, "z").porosity_standard_uncertainty == pytest.approx(0.05 / np.sqrt(3))
    errors = {column.of: column.name for column in table.columns if column.role == "standard_error"}
    assert errors["tortuosity"] == "tortuosity_standard_uncertainty"
    assert "iterations" not in table.frame
    assert "relative_error_bound" not in table.frame


def test_a_band_keeps_the_values_that_may_be_right():
    table = combined_uncertainty(WHOLE, threshold=SWEEP, band=(100, 110), measures=("tortuosity",))
    assert row_of(table).tortuosity_from_threshold == pytest.approx((4 - 3) / 2 / np.sqrt(3))
    assert "from 100 to 110" in table.method
    assert "porosity" not in table.frame
    with pytest.raises(ParameterError, match=r"1 of the values 90, 100, 110 of .* expected at least two"):
        combined_uncertainty(WHOLE, threshold=SWEEP, band=(95, 105))


def test_what_is_not_included_is_said():
    table = combined_uncertainty(WHOLE, threshold=SWEEP)
    (counted,) = [said for said in table.warnings if "porosity" in said]
    (solved,) = [said for said in table.warnings if "tortuosity:" in said or "tortuosity," in said or
                 "uncertainty of relative_diffusivity" in said]  # fmt: skip
    for said in (counted, solved):
        assert "size of the image (subvolumes), resolution (refinement)" in said
    every = combined_uncertainty(
        tortuosity({"z": (0.4, 0.1)}),
        threshold=SWEEP,
        subvolumes=subvolumes({20.0: [(0.4, 0.1)] * 9}),
        refinement=refinement({"z": 4.0}),
        measures=("tortuosity",),
    )
    assert every.warnings == ()


def test_of_edges_the_largest_with_eight_cubes_counts():
    cubes = subvolumes({
        10.0: [(0.4, 0.1 + 0.02 * (n % 2)) for n in range(64)],
        20.0: [(0.4, 0.1 + 0.005 * (n % 2)) for n in range(8)],
        30.0: [(0.4, 0.1), (0.4, 0.2), (0.4, 0.3)],
    })  # fmt: skip
    row = row_of(combined_uncertainty(tortuosity({"z": (0.4, 0.1)}), subvolumes=cubes))
    expected = np.std([0.1, 0.105] * 4, ddof=1) * np.sqrt(8000 / 1e6)
    assert row.relative_diffusivity_from_subvolumes == pytest.approx(expected)


def test_few_cubes_and_a_variance_that_falls_too_slowly_are_said():
    few = combined_uncertainty(
        tortuosity({"z": (0.4, 0.1)}), subvolumes=subvolumes({30.0: [(0.4, 0.1), (0.4, 0.2), (0.4, 0.3)]})
    )
    assert any("only 3 sub-volumes of 30 um" in said for said in few.warnings)
    alike = [(0.4, 0.1), (0.4, 0.2)] * 8  # the same scatter at both edges: no fall at all
    slow = combined_uncertainty(tortuosity({"z": (0.4, 0.1)}), subvolumes=subvolumes({10.0: alike, 20.0: alike}))
    assert any("falls more slowly than 1/volume (from 10 to 20 um" in said and "2.8-fold" in said
               for said in slow.warnings)  # fmt: skip


def test_cubes_that_do_not_percolate_are_not_averaged():
    pairs = [(0.2, 0.0), (0.4, 0.1), (0.5, 0.15)] * 5
    row = row_of(combined_uncertainty(tortuosity({"z": (0.4, 0.1)}), subvolumes=subvolumes({10.0: pairs})))
    porosity, diffusivity = np.array(pairs).T
    scatter = 4 * np.std(porosity / porosity.mean() - diffusivity / diffusivity.mean(), ddof=1)
    assert row.tortuosity_from_subvolumes == pytest.approx(scatter * np.sqrt(1e3 / 1e6))


def test_of_a_measure_that_is_no_ratio_of_others_only_edges_count_at_which_it_is_finite():
    columns = (Column("axis", "", "Axis.", "key"), Column("electrode_tortuosity", "1", "Factor.", may_be_infinite=True))
    whole = ResultTable(pd.DataFrame({"axis": ["z"], "electrode_tortuosity": [2.0]}), columns=columns, kind="x")
    of_cubes = (Column("edge_um", "um", "Edge.", "position"), Column("image_share", "1", "Share.", "position"),
                Column("nested", "1", "Nested.", "flag"))  # fmt: skip
    values = [2.0, 2.1, 2.2] * 3
    frame = pd.DataFrame({"edge_um": [10.0] * 9 + [20.0] * 9, "image_share": [0.01] * 9 + [0.08] * 9, "nested": False,
                          "axis": "z", "electrode_tortuosity": [*values, *values[1:], INFINITY]})  # fmt: skip
    cubes = ResultTable(frame, columns=(*of_cubes, *columns), kind="subvolumes")
    row = combined_uncertainty(whole, subvolumes=cubes).frame.iloc[0]
    assert row.electrode_tortuosity_from_subvolumes == pytest.approx(np.std(values, ddof=1) / 10)
    never = ResultTable(frame[9:], columns=cubes.columns, kind="subvolumes")
    with pytest.raises(ValuesError, match="of no measure of this table"):
        combined_uncertainty(whole, subvolumes=never)


def test_no_path_at_one_threshold_makes_the_tortuosity_as_uncertain_as_can_be_but_not_the_diffusivity():
    swept = sweep({90.0: {"z": (0.35, 0.0)}, 100.0: {"z": (0.4, 0.1)}})
    table = combined_uncertainty(tortuosity({"z": (0.4, 0.1)}), threshold=swept)
    row = row_of(table)
    assert row.tortuosity_standard_uncertainty == INFINITY
    assert row.relative_diffusivity_from_threshold == pytest.approx(0.05 / np.sqrt(3))
    assert any("infinite at 1 of 2 values" in said for said in table.warnings)
    whole = combined_uncertainty(tortuosity({"z": (0.4, 0.0)}), threshold=swept)
    assert row_of(whole).tortuosity == INFINITY
    assert row_of(whole).tortuosity_standard_uncertainty == INFINITY


def test_a_value_outside_of_its_sweep_is_said():
    swept = sweep({110.0: {"z": (0.45, 0.15)}, 120.0: {"z": (0.5, 0.2)}})
    table = combined_uncertainty(tortuosity({"z": (0.4, 0.1)}), threshold=swept, measures=("tortuosity",))
    assert any("lies outside of what the sweep" in said and "both sides" in said for said in table.warnings)


def test_the_standard_error_of_the_result_itself_counts_where_there_are_no_subvolumes():
    image = vt.data.PhaseImage(
        (np.random.default_rng(0).random((8, 8, 8)) < 0.4).astype(np.uint8), voxel_size_um=1, phases={0: "a", 1: "b"}
    )
    fractions = vt.morphology.phase_fractions(image)
    table = combined_uncertainty(fractions)
    assert table.frame.fraction_from_octants.to_numpy() == pytest.approx(
        fractions.frame.fraction_standard_error.to_numpy()
    )
    assert "volume_um3" not in table.frame  # it grows with the image
    assert not any("octants" in said or "subvolumes" in said for said in table.warnings)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"threshold": WHOLE}, "threshold is a table of tortuosity; expected the table of a sweep over numbers"),
        ({"subvolumes": SWEEP}, "subvolumes is a table of sweep; expected the table of sub-volumes"),
        ({"refinement": SWEEP}, "refinement is a table of sweep; expected the table of a refinement"),
    ],
)
def test_a_table_that_is_another_is_refused(given: dict[str, ResultTable], says: str):
    with pytest.raises(ValuesError, match=says):
        combined_uncertainty(WHOLE, **given)


def test_a_table_of_another_measure_is_refused():
    columns = (OVER, Column("fraction", "1", "Share."))
    other = ResultTable(pd.DataFrame({OVER.name: [1.0, 2.0], "fraction": [0.1, 0.2]}), columns=columns, kind="sweep")
    with pytest.raises(ValuesError, match="lacks the columns phase, axis that tell the rows of tortuosity apart"):
        combined_uncertainty(WHOLE, threshold=other)


def test_rows_that_nothing_tells_apart_are_refused():
    twice = ResultTable(pd.concat([WHOLE.frame] * 2), columns=TORTUOSITY, kind="tortuosity")
    with pytest.raises(ValuesError, match=r"has 4 rows that its keys \(phase, axis\) do not tell apart"):
        combined_uncertainty(twice, threshold=SWEEP)


def test_unknown_measures_and_nothing_known_are_refused():
    with pytest.raises(ParameterError, match=r"unknown measure 'tortuosty'.*Did you mean 'tortuosity'"):
        combined_uncertainty(WHOLE, threshold=SWEEP, measures=("tortuosty",))
    with pytest.raises(ValuesError, match=r"of no measure of this table of tortuosity .* name them"):
        combined_uncertainty(WHOLE, measures=("porosity",))


def test_uncertainties_keep_the_unit_of_the_measure():
    columns = (Column("axis", "", "Axis.", "key"), Column("permeability_um2", "um2", "Permeability."))
    whole = ResultTable(pd.DataFrame({"axis": ["z"], "permeability_um2": [0.2]}), columns=columns, kind="permeability")
    rows = pd.DataFrame({OVER.name: [1.0, 2.0], "axis": "z", "permeability_um2": [0.1, 0.3]})
    found = combined_uncertainty(whole, threshold=ResultTable(rows, columns=(OVER, *columns), kind="sweep"))
    finer = Column("permeability_extrapolated_um2", "um2", "Limit.")
    limit = ResultTable(pd.DataFrame({"axis": ["z"], finer.name: [0.17]}), columns=(columns[0], finer),
                        kind="permeability_refinement")  # fmt: skip
    row = combined_uncertainty(whole, refinement=limit).frame.iloc[0]
    assert row.permeability_from_resolution_um2 == pytest.approx(0.03 / np.sqrt(3))
    assert row.permeability_resolution_bias_um2 == pytest.approx(0.03)
    assert found.column("permeability_from_threshold_um2").unit == "um2"
    assert found.frame.permeability_standard_uncertainty_um2[0] == pytest.approx(0.1 / np.sqrt(3))

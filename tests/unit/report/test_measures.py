import pandas as pd
import pytest

from voltome.data import Column, ResultTable
from voltome.data.tables import unit_in_name
from voltome.report.key_numbers import key_numbers
from voltome.report.measures import most_telling_first, numeric_measures


@pytest.mark.parametrize(
    ("kind", "measures", "expected"),
    [
        ("phase_fractions", ["voxels", "volume_um3", "fraction"], ["fraction"]),
        ("volumes", ["voxels", "volume_um3"], ["volume_um3"]),
        ("counts", ["voxels"], ["voxels"]),
        ("subvolumes", ["area_um2", "area_per_total_volume_per_um"], ["area_per_total_volume_per_um"]),
        (
            "subvolumes",
            ["length_um", "active_length_um", "length_per_total_volume_per_um2", "correlation_length_um"],
            ["length_per_total_volume_per_um2", "correlation_length_um"],
        ),
        ("surface_area", ["area_um2", "area_per_total_volume_per_um"], ["area_um2", "area_per_total_volume_per_um"]),
        ("areal_loading", ["volume_um3", "mass_mg", "loading_mg_per_cm2"], ["mass_mg", "loading_mg_per_cm2"]),
        ("motions", ["rotation_z_deg", "residual_um", "kept_fraction"], ["residual_um", "kept_fraction"]),
    ],
)
def test_measures_that_only_repeat_others_are_left_out(kind, measures, expected):
    units = {
        "volume_um3": "um3",
        "area_um2": "um2",
        "area_per_total_volume_per_um": "1/um",
        "mass_mg": "mg",
        "loading_mg_per_cm2": "mg/cm2",
        "rotation_z_deg": "deg",
        "residual_um": "um",
    }
    columns = tuple(Column(name, units.get(name) or unit_in_name(name) or "1", "Something.") for name in measures)
    table = ResultTable(pd.DataFrame([[1.0] * len(measures)], columns=measures), columns=columns, kind=kind)
    assert numeric_measures(table) == expected


def test_texts_are_no_numbers():
    table = ResultTable(pd.DataFrame({"note": ["x"]}), columns=(Column("note", "", "Remark."),), kind="notes")
    assert numeric_measures(table) == []


def one_row(kind, measures):
    columns = (
        Column("scan", "", "Scan.", "key"),
        *(Column(name, unit_in_name(name) or "1", "Something.") for name in measures),
    )
    frame = pd.DataFrame([["a", *range(len(measures))]], columns=[column.name for column in columns])
    return ResultTable(frame, columns=columns, kind=kind)


def test_of_the_statistics_of_particles_the_most_telling_are_drawn_first():
    table = one_row("particle_statistics", ["particles", "d10", "d50_um", "mean_radius_um"])
    assert most_telling_first(table) == ["mean_radius_um", "particles", "d50_um", "d10"]


def test_key_numbers_begin_with_the_loading_and_end_with_the_alignment():
    tables = {
        "align": one_row("motions", ["residual_um", "correlation"]),
        "statistics": one_row("particle_statistics", ["d10_um", "mean_radius_um", "total_volume_um3"]),
        "fractions": one_row("phase_fractions", ["fraction"]),
        "loading": one_row("areal_loading", ["loading_mg_per_cm2"]),
    }
    assert [number.name for number in key_numbers(tables)] == [
        "loading", "total volume", "fraction", "mean radius", "d10", "alignment residual", "alignment correlation",
    ]  # fmt: skip


def test_key_numbers_leave_what_grows_with_the_image_and_what_was_left_out_to_the_tables():
    measures = ["area_um2", "area_per_total_volume_per_um"]
    assert [number.name for number in key_numbers({"faces": one_row("interface_areas", measures)})] == [
        "area per total volume"
    ]
    measures = ["particles", "mean_diameter_um", "d50_um", "excluded_particles"]
    assert [number.name for number in key_numbers({"sizes": one_row("particle_statistics", measures)})] == [
        "particles", "d50",
    ]  # fmt: skip


def estimators(kind, *names):
    columns = (
        Column("scan", "", "Scan.", "key"),
        Column("estimator", "", "Estimator.", "key"),
        Column("area_per_total_volume_per_um", "1/um", "Area."),
    )
    frame = pd.DataFrame([("a", name, 0.5) for name in names], columns=[column.name for column in columns])
    return ResultTable(frame, columns=columns, kind=kind)


def test_of_all_estimators_one_is_a_key_number_and_an_area_of_two_steps_is_said_once():
    compared = estimators("surface_areas", "crofton13", "faces", "gradient")
    alone = estimators("surface_area", "crofton13")
    for tables in ({"all": compared}, {"all": compared, "one": alone}):
        assert [number.name for number in key_numbers(tables)] == ["area per total volume, crofton13"]
    other = estimators("surface_area", "faces")
    assert len(key_numbers({"all": compared, "one": other})) == 2


def test_means_over_replicates_are_drawn_like_the_table_of_one_scan():
    measures = ["particles", "crack_frequency", "crack_frequency_low", "crack_volume_fraction"]
    assert numeric_measures(one_row("replicates", measures)) == ["crack_frequency", "crack_volume_fraction"]
    assert numeric_measures(one_row("replicates", ["other", "another"])) == ["other", "another"]


def test_of_a_classifier_the_key_numbers_are_those_of_strokes_left_out():
    columns = (
        Column("scan", "", "Scan.", "key"),
        Column("judged_by", "", "How.", "key"),
        Column("recall", "1", "Found again."),
    )
    rows = [("a", "out of bag", 0.9), ("a", "strokes left out", 0.7)]
    table = ResultTable(pd.DataFrame(rows, columns=[c.name for c in columns]), columns=columns, kind="accuracy")
    (number,) = key_numbers({"judged": table})
    assert (number.name, number.values) == ("recall, strokes left out", {"a": "0.7"})

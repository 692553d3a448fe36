import pandas as pd
import pytest

from voltome.data import Column, ResultTable
from voltome.report.measures import numeric_measures


@pytest.mark.parametrize(
    ("kind", "measures", "expected"),
    [
        ("phase_fractions", ["voxels", "volume_um3", "fraction"], ["fraction"]),
        ("volumes", ["voxels", "volume_um3"], ["volume_um3"]),
        ("counts", ["voxels"], ["voxels"]),
        ("subvolumes", ["area_um2", "area_per_total_volume_per_um"], ["area_per_total_volume_per_um"]),
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
    columns = tuple(Column(name, units.get(name, "1"), "Something.") for name in measures)
    table = ResultTable(pd.DataFrame([[1.0] * len(measures)], columns=measures), columns=columns, kind=kind)
    assert numeric_measures(table) == expected


def test_texts_are_no_numbers():
    table = ResultTable(pd.DataFrame({"note": ["x"]}), columns=(Column("note", "", "Remark."),), kind="notes")
    assert numeric_measures(table) == []

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

import voltome as vt
from voltome.errors import AxisError, ParameterError, PhaseError, ValuesError

FIELD = gaussian_filter(np.random.default_rng(0).standard_normal((14, 15, 16)), 1.5)
VOLUME = vt.data.Volume((FIELD * 1000).astype(np.int16), voxel_size_um=(0.5, 0.4, 0.3), history=("made up",))


def of(volume: vt.data.Volume = VOLUME, **given: object) -> vt.data.ResultTable:
    return vt.morphology.threshold_sensitivity(
        volume, **{"phase": "solid", "interval": (0, None), "values": [-40, 0, 40], **given}
    )


@pytest.mark.parametrize(("bound", "interval"), [("lower", (0, 200)), ("upper", (-200, None))])
@pytest.mark.parametrize("estimator", ["crofton13", "faces"])
def test_fraction_and_surface_are_those_of_the_single_measurements(bound, interval, estimator):
    frame = of(bound=bound, interval=interval, estimator=estimator).frame
    for _, row in frame.iterrows():
        moved = (row.threshold, interval[1]) if bound == "lower" else (interval[0], row.threshold)
        phases = vt.segmentation.threshold(VOLUME, intervals={"solid": moved}, rest="pore")
        fraction = vt.morphology.phase_fractions(phases).frame.set_index("phase").loc["solid"]
        area = vt.morphology.surface_area(phases, phase="solid", estimator=estimator)
        assert row.fraction == fraction.fraction
        assert row.fraction_standard_error == fraction.fraction_standard_error
        assert row.area_per_total_volume_per_um == area.area_per_total_volume_per_um
        error = area.area_per_total_volume_standard_error_per_um
        assert row.area_per_total_volume_standard_error_per_um == error


def test_the_order_of_the_values_does_not_matter():
    table = of(values=[40, -40, 0])
    assert table.frame.threshold.tolist() == [-40.0, 0.0, 40.0]
    assert table.frame.equals(of(values=np.array([-40, 0, 40])).frame)
    assert table.kind == "threshold_sensitivity"
    assert table.history == ("made up",)
    assert "6 neighbours, percolating along z" in table.method


def test_only_the_sample_inside_the_mask_counts():
    mask = np.zeros(VOLUME.shape, np.bool_)
    mask[2:10, 3:12, 1:9] = True
    inside = vt.data.Volume(VOLUME.values[2:10, 3:12, 1:9], voxel_size_um=VOLUME.voxel_size_um)
    masked = vt.data.Volume(VOLUME.values, voxel_size_um=VOLUME.voxel_size_um, mask=mask)
    assert of(masked).frame.equals(of(inside).frame)


def test_thresholds_outside_the_data_give_nothing_or_everything_and_a_warning():
    table = of(values=[-9999, 0, 9999])
    empty, full = table.frame.iloc[2], table.frame.iloc[0]
    measures = ["fraction", "relative_slope_of_fraction", "area_per_total_volume_per_um", "percolating_fraction"]
    assert empty[[*measures, "largest_cluster_fraction", "clusters"]].tolist() == [0] * 6
    assert full[["fraction", "percolating_fraction", "largest_cluster_fraction", "clusters"]].tolist() == [1] * 4
    assert full.area_per_total_volume_per_um == 0
    (warning,) = table.warnings
    assert "has no voxel at 1 and every voxel at 1 of 3 thresholds (grey values run from" in warning
    assert of().warnings == ()


def test_a_constant_image_is_all_or_nothing():
    flat = vt.data.Volume(np.full((3, 4, 5), 7, np.uint8), voxel_size_um=1)
    frame = of(flat, values=[5, 7, 8]).frame
    assert frame.fraction.tolist() == [1.0, 1.0, 0.0]
    assert frame.percolating_fraction.tolist() == [1.0, 1.0, 0.0]


def test_along_an_axis_of_one_voxel_everything_percolates():
    slice_ = vt.data.Volume(VOLUME.values[:1], voxel_size_um=1)
    assert of(slice_, axis="z").frame.percolating_fraction.tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"values": [5]}, ParameterError, "found 1 value; expected 2 to 250 grey values"),
        ({"values": list(range(251))}, ParameterError, "found 251 values"),
        ({"values": [1, 2, 1]}, ParameterError, "values has 1 twice"),
        ({"values": [1, float("nan")]}, ParameterError, "values has nan; expected finite grey values"),
        ({"values": [1, True]}, ParameterError, "values has True"),
        ({"values": "12"}, ParameterError, "values is '12'; expected a list"),
        ({"interval": (0,)}, ParameterError, r"interval is \(0,\); expected \(lowest, highest\)"),
        ({"interval": (0, 20)}, ParameterError, "runs from 40.0 down to 20"),
        ({"bound": "middle"}, ParameterError, "bound is 'middle'; expected one of 'lower', 'upper'"),
        ({"estimator": "marching_cubes"}, ParameterError, "estimator is 'marching_cubes'"),
        ({"connectivity": 8}, ParameterError, "connectivity is 8; expected 6, 18 or 26"),
        ({"axis": "w"}, AxisError, "unknown axis 'w'"),
        ({"phase": " "}, PhaseError, "have no name"),
    ],
)
def test_what_cannot_be_is_refused(given, error, said):
    with pytest.raises(error, match=said):
        of(**given)


def test_a_single_voxel_is_refused():
    with pytest.raises(ValuesError, match="the sample is one voxel"):
        of(vt.data.Volume(np.ones((1, 1, 1), np.uint8), voxel_size_um=1))

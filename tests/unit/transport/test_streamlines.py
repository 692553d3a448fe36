"""Streamlines: where they begin, that they stay in the pores, why they end, and the message of every error."""

import numpy as np
import pytest
import solved_fields
from numpy.testing import assert_allclose

import voltome as vt
from voltome.errors import AxisError, GeometryError, MemoryEstimateError, ParameterError, ValuesError

SHAPE = (8, 6, 6)


def components(z, y=0.0, x=0.0, *, unit="m/s", voxel_size_um=1.0, **grid):
    """Return three components from arrays or numbers."""
    made = {}
    for name, value in (("along_z", z), ("along_y", y), ("along_x", x)):
        values = np.broadcast_to(np.asarray(value, np.float32), np.broadcast_shapes(SHAPE, np.shape(value))).copy()
        made[name] = vt.data.Volume(values, voxel_size_um=voxel_size_um, quantity="velocity", unit=unit, **grid)
    return made


def follow(fields, **options):
    given = dict(fields)
    return vt.transport.streamlines(given.pop("along_z"), **given, **options)


def test_lines_begin_in_proportion_to_the_flux():
    flow = np.zeros(SHAPE, np.float32)
    flow[:, 1, 1], flow[:, 4, 4] = 3.0, 1.0
    begins = follow(components(flow), count=40, seed=5).frame.groupby("line").first()
    assert (begins["z_um"] == 0).all()
    assert int((begins["y_um"] < 2).sum()) == 30, "three quarters of the flux, three quarters of the lines"
    assert set(np.floor(begins["y_um"])) == {1.0, 4.0}


def test_the_same_seed_gives_the_same_lines_and_another_seed_others():
    one, again, other = (follow(components(1.0), count=5, seed=seed) for seed in (1, 1, 2))
    assert one.frame.equals(again.frame)
    assert not one.frame.equals(other.frame)


def test_transport_that_runs_backwards_begins_on_the_last_face():
    table = follow(components(-1.0), count=3)
    begins, ends = table.frame.groupby("line").first(), table.frame.groupby("line").last()
    assert (begins["z_um"] == 8).all()
    assert_allclose(ends["z_um"], 0, atol=1e-12)
    assert set(table.frame["end"]) == {"outlet"}
    assert "from the last face" in table.method


def test_places_are_in_the_frame_of_the_scan():
    table = follow(components(1.0, voxel_size_um=(0.5, 1, 2), origin_um=(10, 20, 30)), count=4)
    frame = table.frame
    assert frame["z_um"].between(10, 14).all()
    assert frame["y_um"].between(20, 26).all()
    assert frame["x_um"].between(30, 42).all()


def test_points_are_a_voxel_apart_and_the_last_lies_on_the_outlet():
    frame = follow(components(1.0, voxel_size_um=(0.5, 1, 2)), count=1).frame
    assert_allclose(np.diff(frame["distance_um"]), 0.5)
    assert frame["z_um"].iloc[-1] == 4.0


def test_a_field_that_is_no_velocity_has_no_time():
    table = follow(components(1.0, unit="1"), count=2)
    assert "travel_time_s" not in table.frame
    assert (table.frame["magnitude"] == 1).all()
    assert "with slip" in table.method


def test_lines_end_in_front_of_a_wall_that_the_field_runs_into():
    flow = np.ones(SHAPE, np.float32)
    flow[5:] = 0
    table = follow(components(flow), count=10)
    ends = table.frame.groupby("line").last()
    assert set(ends["end"]) <= {"wall", "stagnant"}
    assert (ends["z_um"] <= 5).all()
    (warning,) = table.warnings
    assert warning.startswith("0 of 10 streamlines cross the sample; the others end on their way (10 ")


def test_lines_leave_open_sides_and_not_closed_ones():
    fields = components(1.0, 1.0)
    assert "side" in set(follow(fields, count=10, sides="open").frame["end"])
    closed = follow(fields, count=10).frame
    assert "side" not in set(closed["end"])
    assert (closed["y_um"] < 6).all()


def test_lines_that_circle_are_given_up():
    z, y = np.mgrid[:8, :6][0] - 3.5, np.mgrid[:8, :6][1] - 2.5
    swirl = np.broadcast_to
    along_z = swirl((y + 0.01)[..., None], SHAPE)
    along_y = swirl((-z)[..., None], SHAPE)
    table = follow(components(along_z, along_y), count=4, longest=1.0)
    assert set(table.frame["end"]) <= {"limit", "inlet", "outlet", "wall"}
    assert table.frame["distance_um"].max() < 8 + 0.3


def test_lines_of_a_pore_space_stay_in_it_and_cross_it():
    pore = solved_fields.percolating((16, 16, 16))
    solved = solved_fields.diffusion(pore, voxel_size_um=0.5)
    table = vt.transport.streamlines(solved["flux_z"], along_y=solved["flux_y"], along_x=solved["flux_x"], count=80)
    places = table.frame[["z_um", "y_um", "x_um"]].to_numpy() / 0.5
    cells = np.minimum(np.floor(places).astype(int), 15)
    on_face = np.any(np.abs(places - np.round(places)) < 1e-6, axis=1)
    assert pore[tuple(cells[~on_face].T)].all()
    ends = table.frame.groupby("line")["end"].last()
    assert (ends == "outlet").mean() > 0.9
    assert table.warnings == ()


def test_a_mask_is_a_wall():
    mask = np.ones(SHAPE, bool)
    mask[:, :3] = False
    frame = follow(components(1.0, mask=mask), count=20).frame
    assert (frame["y_um"] >= 3).all()


def test_numbers_of_threads_do_not_matter_and_history_is_kept():
    fields = {name: volume.derive("solved") for name, volume in components(1.0).items()}
    assert follow(fields, count=1).history == ("solved",)


def test_components_of_different_fields_are_refused():
    fields = components(1.0)
    coarse = components(1.0, voxel_size_um=2.0)["along_x"]
    with pytest.raises(GeometryError, match=r"voxel_size_um .* in 'along_z' and .* in 'along_x'.*one field"):
        follow({**fields, "along_x": coarse})
    other = components(1.0, unit="1")["along_y"]
    with pytest.raises(ValuesError, match=r"units 'm/s' \(along_z\), '1' \(along_y\), 'm/s' \(along_x\)"):
        follow({**fields, "along_y": other})


def test_a_field_without_lines_is_refused():
    with pytest.raises(ValuesError, match="the field is 0 everywhere: nothing moves"):
        follow(components(0.0))
    with pytest.raises(ValuesError, match="nothing enters through the first face along x; expected the axis"):
        follow(components(1.0), axis="x")


def test_parameters_outside_their_range_are_named():
    fields = components(1.0)
    with pytest.raises(ParameterError, match="count is 0; expected a whole number of lines"):
        follow(fields, count=0)
    with pytest.raises(ParameterError, match="seed is -1"):
        follow(fields, seed=-1)
    with pytest.raises(ParameterError, match="longest is 0"):
        follow(fields, longest=0)
    with pytest.raises(ParameterError, match="sides is 'shut'; expected one of 'closed', 'open'"):
        follow(fields, sides="shut")
    with pytest.raises(AxisError, match="unknown axis 'w'"):
        follow(fields, axis="w")


def test_what_would_not_fit_is_said(monkeypatch):
    monkeypatch.setattr("voltome.runtime.available_memory_bytes", lambda: 10)
    with pytest.raises(MemoryEstimateError, match="streamlines needs about"):
        follow(components(1.0))


def test_statistics_are_of_the_lines_that_cross():
    # a quarter of the flux ends on a wall
    flow = np.zeros(SHAPE, np.float32)
    flow[:, 1, 1] = 3.0
    flow[:5, 4, 4] = 1.0
    table = vt.transport.streamline_statistics(follow(components(flow), count=40))
    row = table.frame.iloc[0]
    assert (row["lines"], row["crossing_fraction"]) == (40, 0.75)
    assert (row["field"], row["axis"]) == ("velocity", "z")
    assert_allclose(row["geometric_tortuosity"], 1)
    assert_allclose(row["geometric_tortuosity_standard_error"], 0, atol=1e-12)
    assert row["travel_time_d10_s"] <= row["travel_time_d50_s"] <= row["travel_time_d90_s"]
    assert len(table.warnings) == 1


def test_statistics_need_streamlines_that_cross():
    flow = np.ones(SHAPE, np.float32)
    flow[5:] = 0
    with pytest.raises(ValuesError, match="none of 3 streamlines crosses the sample"):
        vt.transport.streamline_statistics(follow(components(flow), count=3))
    fractions = vt.morphology.phase_fractions(
        vt.data.PhaseImage(np.zeros((2, 2, 2), np.uint8), voxel_size_um=1, phases={0: "pore"})
    )
    with pytest.raises(ValuesError, match="a table of phase_fractions; expected one of streamlines"):
        vt.transport.streamline_statistics(fractions)


def test_lines_of_a_flow_keep_off_walls():
    """What leaves a wall grows with the square of the distance; linearly, many more lines would end in walls."""
    pore = solved_fields.percolating((20, 16, 16), porosity=0.6, seed=6)
    phases = vt.data.PhaseImage(pore.astype(np.uint8), voxel_size_um=0.65, phases={0: "solid", 1: "pore"})
    flow = vt.transport.flow_field(phases, phase="pore", mode="experiment")
    table = vt.transport.streamlines(flow.velocity_z, along_y=flow.velocity_y, along_x=flow.velocity_x, count=100)
    assert vt.transport.streamline_statistics(table).frame["crossing_fraction"].iloc[0] >= 0.9

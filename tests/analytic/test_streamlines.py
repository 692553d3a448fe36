"""Streamlines of fields whose lines are known: straight, circles, hyperbolae, between plates, flux-weighted length."""

import numpy as np
import pytest
import solved_fields
from numpy.testing import assert_allclose

import voltome as vt
from voltome.transport import _kernels_streamlines as kernels


def volumes(field, *, voxel_size_um=1.0, unit="m/s"):
    return [
        vt.data.Volume(np.ascontiguousarray(part, np.float32), voxel_size_um=voxel_size_um, unit=unit) for part in field
    ]


def follow(field, *, voxel_size_um=1.0, unit="m/s", **options):
    z, y, x = volumes(field, voxel_size_um=voxel_size_um, unit=unit)
    return vt.transport.streamlines(z, along_y=y, along_x=x, **options).frame


def centres(shape, edges=(1.0, 1.0, 1.0)):
    return np.meshgrid(*[(np.arange(n) + 0.5) * edge for n, edge in zip(shape, edges, strict=True)], indexing="ij")


@pytest.mark.parametrize("edges", [(1.0, 1.0, 1.0), (0.5, 1.0, 2.0)])
def test_a_uniform_field_has_straight_lines_along_it(edges):
    """Expected: the direction (3, 1, -2) everywhere, whatever the voxels; speed sqrt(14); time = length over speed."""
    shape = (10, 20, 20)
    frame = follow([np.full(shape, v) for v in (3.0, 1.0, -2.0)], voxel_size_um=edges, count=30, sides="open")
    for _, line in frame.groupby("line"):
        moved = line[["z_um", "y_um", "x_um"]].to_numpy() - line[["z_um", "y_um", "x_um"]].to_numpy()[0]
        along = line["distance_um"].to_numpy()
        assert_allclose(moved, along[:, None] * np.array([3, 1, -2]) / np.sqrt(14), atol=1e-9)
        assert_allclose(line["travel_time_s"], along * 1e-6 / np.sqrt(14), rtol=1e-6)
    assert_allclose(frame["speed_m_per_s"], np.sqrt(14), rtol=1e-6)


def test_solid_body_rotation_has_closed_circles():
    """Expected: a line begun at radius 9 stays there; after one turn of 2 pi 9 um it is where it began.

    The field is linear, which the interpolation renders exactly: what is left is the fourth-order step (0.25 of 9).
    """
    shape = (30, 30, 3)
    z, y, _ = centres(shape)
    field = np.stack([-(y - 15), z - 15, np.zeros(shape)]).astype(np.float32)
    wall, turn = np.zeros(shape, np.uint8), 2 * np.pi * 9
    places, ways = np.empty((400, 3)), np.empty((400, 3))
    count, end = kernels.trace(
        field, wall, np.array([15.0, 24.0, 1.5]), np.ones(3), 0.25, 0.25, turn, 1e-9, 2, True, False, True, places, ways
    )  # fmt: skip
    assert end == kernels.LIMIT
    radius = np.hypot(places[:count, 0] - 15, places[:count, 1] - 15)
    assert_allclose(radius, 9, atol=1e-6)
    angle = np.arctan2(places[:count, 1] - 15, places[:count, 0] - 15)
    assert_allclose(np.unwrap(angle) - angle[0], ways[:count, 0] / 9, atol=1e-6)
    assert_allclose(ways[count - 1, 2], ways[count - 1, 0] / 9, rtol=1e-6, err_msg="a turn takes 2 pi")


def test_flow_towards_a_stagnation_point_has_hyperbolae():
    """Field (-z', y', 0) around a point: z' y' is the same all along a line. Lines leave through the open sides.

    In the outermost voxels, beyond whose faces nothing is known, the field is taken as that of their centres.
    """
    shape, middle = (40, 40, 3), np.array([50.0, 20.0])
    z, y, _ = centres(shape)
    frame = follow([middle[0] - z, y - middle[1], np.zeros(shape)], count=40, sides="open")
    inner = frame[frame["z_um"].between(1, 39) & frame["y_um"].between(1, 39)]
    for _, line in inner.groupby("line"):
        product = (middle[0] - line["z_um"]) * (line["y_um"] - middle[1])
        assert_allclose(product, product.iloc[0], atol=2e-4)
    assert set(frame["end"]) == {"side", "outlet"}


def test_between_plates_lines_are_straight_and_times_those_of_the_parabola():
    """Speed y (H - y) between plates H = 16 voxels apart; lines never leave their distance from the wall.

    Bias: between centres a concave profile is above its chord, so speeds are too low, by at most h^2 / 8 of the
    second derivative 2 (0.25); in the half voxel at a wall by at most (h/2)^2 / 4 (0.0625).
    """
    shape, high = (12, 18, 4), 16
    _, y, _ = centres(shape)
    y = y - 1
    speed = np.where((y > 0) & (y < high), y * (high - y), 0)
    frame = follow([speed, np.zeros(shape), np.zeros(shape)], count=60)
    place = frame["y_um"].to_numpy() - 1
    exact = place * (high - place)
    found = frame["speed_m_per_s"].to_numpy()
    assert np.all(found <= exact * (1 + 1e-6))
    assert np.all(found >= exact - 0.2501)
    spread = frame.groupby("line")["y_um"].agg(lambda line: line.max() - line.min())
    assert_allclose(spread, 0, atol=1e-12)
    assert set(frame["end"]) == {"outlet"}
    ends = frame.groupby("line").last()
    assert_allclose(ends["travel_time_s"], 12e-6 / ends["speed_m_per_s"], rtol=1e-6)


def test_the_flux_weighted_length_is_the_mean_of_the_flux_over_its_mean_along_the_axis():
    """For a field without sources: flux-weighted length of lines over that of the sample = <|v|> / <v_z>.

    (Duda, Koza, Matyka 2011.) Both sides come from cell centres, where the mean of two faces is below the root of the
    mean of squares: they agreed within 1 % on four such images; 300 lines scatter by 0.5 %.
    """
    pore = solved_fields.percolating((24, 24, 24), porosity=0.6, seed=3)
    solved = solved_fields.diffusion(pore)
    expected = float(solved["diffusion_field"].values.mean() / solved["flux_z"].values.mean())
    lines = vt.transport.streamlines(solved["flux_z"], along_y=solved["flux_y"], along_x=solved["flux_x"], count=300)
    found = vt.transport.streamline_statistics(lines).frame.iloc[0]
    assert found["crossing_fraction"] > 0.95
    assert_allclose(found["geometric_tortuosity"], expected, rtol=0.03)
    assert 1 < found["geometric_tortuosity"] < 2

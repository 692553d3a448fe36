"""Pictures and meshes of balls: a ball of radius r shows a disc of pi r^2, has the surface 4 pi r^2 and 4/3 pi r^3."""

import numpy as np
import pytest
from balls import particles_of_balls

from voltome.report.interactive import mesh_of
from voltome.report.rendering import View, bodies_of, render

CENTRE = (20.0, 20.0, 20.0)


@pytest.mark.parametrize("voxel", [(1.0, 1.0, 1.0), (2.0, 1.0, 1.0), (0.5, 0.5, 0.5)])
@pytest.mark.parametrize("view", [View(), View(30.0, 0.0), View(0.0, 90.0)])
def test_the_picture_of_a_ball_is_a_disc_seen_from_anywhere(voxel, view):
    # smoothing draws convex surfaces in: the disc is too small, less than 2 % from a radius of 12 voxels on
    radius, pixel = 14.0, 0.25
    picture = render(bodies_of(particles_of_balls([(CENTRE, radius)], voxel=voxel), colours={}), view, pixel_um=pixel)
    area = np.count_nonzero(picture[..., 3]) * pixel**2
    assert 0.98 < area / (np.pi * radius**2) <= 1.001
    rows, columns = np.nonzero(picture[..., 3])
    # the middle of the box is the middle of the picture, to half a pixel
    assert rows.mean() + 0.5 == pytest.approx(picture.shape[0] / 2, abs=0.6)
    assert columns.mean() + 0.5 == pytest.approx(picture.shape[1] / 2, abs=0.6)


@pytest.mark.parametrize("radius", [8.0, 16.0])
def test_the_mesh_of_a_ball_has_its_surface_and_volume_and_lies_where_it_is(radius):
    # volume: too small, by the smoothing (2.3 % at 8 voxels, 0.4 % at 16); surface: within 1 %
    mesh = mesh_of(bodies_of(particles_of_balls([(CENTRE, radius)]), colours={}))
    corners = mesh.places_um[mesh.triangles.astype(np.int64)].astype(np.float64)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    area = np.sqrt((normals**2).sum(axis=1)).sum() / 2
    volume = (corners[:, 0] * normals).sum() / 6  # positive where the triangles are seen from outside
    assert area == pytest.approx(4 * np.pi * radius**2, rel=0.01)
    assert 0.97 < volume / (4 / 3 * np.pi * radius**3) < 1
    assert mesh.places_um.mean(axis=0) == pytest.approx(CENTRE, abs=0.01)

import numpy as np
import pytest
from balls import labels_of_balls, particles_of_balls, phases_of_balls

from voltome.data import PhaseImage
from voltome.errors import ValuesError
from voltome.report.rendering import FINEST, View, bodies_of, extent_um, reduced, render
from voltome.report.style import particle_colours

COLOURS = {"pore": "#8c8c8c", "ball-1": "#ff0000", "ball-2": "#0000ff"}
FROM_ABOVE = View(-90.0, 90.0)
"""x to the right, y upwards, the viewer at the end of z."""


def hue(picture, row, column):
    return int(np.argmax(picture[row, column, :3]))


def test_a_view_is_three_directions_at_right_angles():
    axes = View(33.0, 12.0).axes
    assert axes @ axes.T == pytest.approx(np.eye(3))
    right, up, viewer = axes[:, ::-1]  # as (x, y, z)
    assert np.cross(right, up) == pytest.approx(viewer)
    assert up[2] > 0
    assert right[2] == 0


def test_from_above_x_runs_to_the_right_y_upwards_and_z_towards_the_viewer():
    assert FROM_ABOVE.axes == pytest.approx(np.array([(0, 0, 1), (0, 1, 0), (1, 0, 0)]), abs=1e-12)
    assert FROM_ABOVE.project(np.array([[3.0, 2.0, 1.0]]))[0] == pytest.approx([1, 2, 3])


def test_the_nearer_of_two_bodies_hides_the_other():
    balls = [((10.0, 20.0, 20.0), 6.0), ((30.0, 20.0, 20.0), 6.0)]
    bodies = bodies_of(phases_of_balls(balls), colours=COLOURS)
    above = render(bodies, FROM_ABOVE, pixel_um=0.5)
    below = render(bodies, View(-90.0, -90.0), pixel_um=0.5)
    middle = tuple(count // 2 for count in above.shape[:2])
    assert hue(above, *middle) == 2  # blue, the ball with the larger z
    assert hue(below, *middle) == 0
    assert above[0, 0].tolist() == [255, 255, 255, 0]


def test_light_comes_from_the_upper_left():
    picture = render(bodies_of(particles_of_balls([((20.0, 20.0, 20.0), 14.0)]), colours={}), FROM_ABOVE, pixel_um=0.5)
    grey = picture[..., :3].sum(axis=2).astype(int)
    half = picture.shape[0] // 2
    assert grey[half - 14, half - 14] > grey[half, half] * 0.9
    assert grey[half - 14, half - 14] > 1.2 * grey[half + 14, half + 14]


def test_what_is_farther_is_paler():
    balls = [((10.0, 12.0, 12.0), 6.0), ((30.0, 30.0, 30.0), 6.0)]
    picture = render(
        bodies_of(phases_of_balls(balls), colours=COLOURS | {"ball-2": "#ff0000"}), FROM_ABOVE, pixel_um=0.5
    )
    size = picture.shape[0]
    far, near = picture[size - 24, 24].astype(int), picture[size - 60, 60].astype(int)
    assert far[1] > near[1]  # more of the white of the page in the red


def test_a_particle_has_the_colour_of_its_number_whatever_the_others_are():
    lone = particles_of_balls([((20.0, 20.0, 20.0), 10.0)])
    renumbered = lone.derive("renumbered", values=lone.values * 1_000_000)
    bodies = bodies_of(renumbered, colours={})
    assert (bodies.tints == particle_colours(np.array([1_000_000]))[0]).all()


def test_the_same_bodies_give_the_same_picture():
    balls = [((12.0, 20.0, 20.0), 9.0), ((28.0, 20.0, 20.0), 9.0)]
    one, other = (render(bodies_of(particles_of_balls(balls), colours={}), View(), pixel_um=0.4) for _ in range(2))
    assert one.tobytes() == other.tobytes()


def test_voxels_that_are_no_cubes_give_the_same_box_and_nearly_the_same_picture():
    ball = [((20.0, 20.0, 20.0), 14.0)]
    cubes, slabs = (bodies_of(particles_of_balls(ball, voxel=voxel), colours={}) for voxel in ((1, 1, 1), (2.5, 1, 1)))
    assert extent_um(cubes, View()) == pytest.approx(extent_um(slabs, View()))
    assert slabs.labels.shape == (40, 40, 40)
    areas = [np.count_nonzero(render(bodies, View(), pixel_um=0.5)[..., 3]) for bodies in (cubes, slabs)]
    assert areas[0] == pytest.approx(areas[1], rel=0.03)


def test_a_large_image_is_reduced_and_a_small_one_is_not():
    labels = np.zeros((400, 8, 200), np.int32)
    labels[:, 2:6, :] = 7
    image = particles_of_balls([((4.0, 4.0, 4.0), 2.0)], size=(8, 8, 8)).derive("large", values=labels)
    assert bodies_of(image, colours={}).labels.shape == (FINEST, 3, 80)
    assert reduced(bodies_of(image, colours={}), 20).labels.shape[0] == 20
    assert bodies_of(particles_of_balls([((20.0, 20.0, 20.0), 9.0)]), colours={}).labels.shape == (40, 40, 40)


def test_one_voxel_and_a_sheet_of_one_voxel_are_seen():
    for shape in ((1, 1, 1), (9, 9, 1), (1, 9, 9)):
        labels = np.ones(shape, np.int32)
        image = particles_of_balls([((4.0, 4.0, 4.0), 2.0)], size=(8, 8, 8)).derive("other", values=labels)
        assert render(bodies_of(image, colours={}), View(), pixel_um=0.1)[..., 3].any()


def test_what_lies_outside_the_mask_is_not_drawn():
    image = particles_of_balls([((10.0, 20.0, 20.0), 6.0), ((30.0, 20.0, 20.0), 6.0)])
    mask = np.zeros(image.shape, bool)
    mask[:20] = True
    kept = bodies_of(image.derive("masked", mask=mask), colours={})
    assert np.unique(kept.labels).tolist() == [0, 1]
    with pytest.raises(ValuesError, match="nothing to render"):
        bodies_of(image.derive("masked", mask=np.arange(40)[:, None, None] + 0 * image.values < 2), colours={})


def test_the_first_phase_stays_clear_whatever_its_label():
    labels = labels_of_balls((20, 20, 20), (1, 1, 1), [((10, 10, 10), 5)]).astype(np.uint8)
    image = PhaseImage(2 + labels, voxel_size_um=1, phases={2: "pore", 3: "ball-1"})
    bodies = bodies_of(image, colours=COLOURS)
    assert np.count_nonzero(bodies.labels) == np.count_nonzero(labels)
    assert bodies.names == {"ball-1": "#ff0000"}
    assert (bodies.tints == (255, 0, 0)).all()
    with pytest.raises(ValuesError, match="no phase beside the first"):
        bodies_of(
            PhaseImage(labels, voxel_size_um=1, phases={0: "pore", 1: "x"}).derive("cut", values=labels * 0),
            colours={"x": "#ffffff"},
        )

import re
import sys

import numpy as np
import pytest
from balls import particles_of_balls, phases_of_balls

from voltome.errors import MissingDependencyError
from voltome.report import interactive
from voltome.report.interactive import as_script_text, mesh_of, scene_of, scenes_of, viewer
from voltome.report.rendering import View, bodies_of

TWO = [((12.0, 20.0, 20.0), 8.0), ((29.0, 20.0, 20.0), 8.0)]
COLOURS = {"pore": "#8c8c8c", "ball-1": "#ff0000", "ball-2": "#0000ff"}


def test_every_body_has_its_own_surface_in_its_colour():
    mesh = mesh_of(bodies_of(phases_of_balls(TWO), colours=COLOURS))
    red, blue = mesh.colours == 0xFF0000, mesh.colours == 0x0000FF
    assert (red | blue).all()
    assert mesh.places_um[red].mean(axis=0) == pytest.approx([20, 20, 12], abs=0.05)  # x, y, z
    assert mesh.places_um[blue].mean(axis=0) == pytest.approx([20, 20, 29], abs=0.05)
    assert mesh.triangles.max() == len(mesh.places_um) - 1
    assert len(np.unique(red[mesh.triangles.astype(int)].sum(axis=1))) == 2  # no triangle between the two


def test_bodies_that_touch_stay_apart_and_specks_are_kept():
    particles = particles_of_balls([((12.0, 20.0, 20.0), 8.0), ((27.0, 20.0, 20.0), 8.0)])
    speck = particles.values.copy()
    speck[1, 1, 1] = 9
    mesh = mesh_of(bodies_of(particles.derive("with a speck", values=speck), colours={}))
    assert len(np.unique(mesh.colours)) == 3


def test_an_image_full_of_one_body_has_a_surface():
    particles = particles_of_balls([((3.0, 3.0, 3.0), 90.0)], size=(6.0, 6.0, 6.0))
    places = mesh_of(bodies_of(particles, colours={})).places_um
    assert places.min() == pytest.approx(0.0, abs=0.3)
    assert places.max() == pytest.approx(6.0, abs=0.3)


def test_too_many_triangles_make_the_mesh_coarser(monkeypatch):
    bodies = bodies_of(particles_of_balls(TWO), colours={})
    whole = len(mesh_of(bodies).triangles)
    monkeypatch.setattr(interactive, "MOST_TRIANGLES", whole // 3)
    assert 0 < len(mesh_of(bodies).triangles) <= whole // 3


def test_a_scene_has_the_same_bytes_every_time():
    bodies = bodies_of(particles_of_balls(TWO), colours={})
    assert scene_of("a", bodies, View()) == scene_of("a", bodies, View())
    assert viewer() == viewer()


def test_the_viewer_needs_no_network():
    page = viewer()
    assert page.count(interactive.PLACE) == page.count(interactive.CAMERA) == 1
    assert not re.search(r"""<(script|link|img|iframe)[^>]*(src|href)=""", page)
    # the one address of its loader's messages, and the name of a language
    assert set(re.findall(r"https?://[\w./#]+", page)) <= {
        "https://requirejs.org/docs/errors.html#", "http://www.w3.org/1999/xhtml"
    }  # fmt: skip


def test_scenes_that_do_not_fit_are_named(monkeypatch):
    bodies = dict.fromkeys(("a", "b", "c"), bodies_of(particles_of_balls(TWO), colours={}))
    one = len(scene_of("a", bodies["a"], View()).data)
    monkeypatch.setattr(interactive, "MOST_BYTES", len(viewer()) + 2 * one + one // 2)
    scenes, left_out = scenes_of(bodies, View())
    assert [scene.scan for scene in scenes] == ["a", "b"]
    assert left_out == ["c"]


def test_text_in_a_script_cannot_end_it():
    assert as_script_text('</script><!-- "') == '"\\u003c/script>\\u003c!-- \\""'


def test_without_k3d_the_message_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "k3d", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'voltome\[report3d\]'"):
        scenes_of({}, View())

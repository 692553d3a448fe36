import pytest

from voltome.errors import ParameterError
from voltome.twins import Scene, Sphere


def test_materials_appear_once_in_order():
    solids = (Sphere((2, 2, 2), 1, "b"), Sphere((5, 5, 5), 1, "a"), Sphere((8, 8, 8), 1, "b"))
    assert Scene(solids, size_um=(10, 10, 10)).materials == ("b", "a")


def test_a_list_of_solids_becomes_a_tuple():
    assert Scene([Sphere((2, 2, 2), 1)], size_um=[10, 10, 10]).solids == (Sphere((2, 2, 2), 1),)


def test_an_empty_scene_is_allowed_and_says_so():
    assert Scene((), size_um=(1, 2, 3)).in_words == "0 solids in pore, 1 x 2 x 3 um (z, y, x)"


def test_what_crosses_the_border_is_known():
    scene = Scene((Sphere((1, 5, 5), 2), Sphere((5, 5, 5), 2)), size_um=(10, 10, 10))
    assert [scene.crosses_border(solid) for solid in scene.solids] == [True, False]


@pytest.mark.parametrize(
    ("solids", "size", "message"),
    [
        ((Sphere((20, 5, 5), 2),), (10, 10, 10), "outside the scene"),
        ((Sphere((5, 5, 5), 2, "pore"),), (10, 10, 10), "the name of the background"),
        (("sphere",), (10, 10, 10), "no solid|expected a Sphere"),
        ((), (10, 0, 10), "above 0"),
        ((), (10, 10), "three finite numbers"),
        (Sphere((5, 5, 5), 2), (10, 10, 10), "expected a tuple"),
    ],
)
def test_bad_scenes_are_refused(solids, size, message):
    with pytest.raises(ParameterError, match=message):
        Scene(solids, size_um=size)

import numpy as np
import pydantic
import pytest

import voltome as vt
from voltome.errors import AxisError, ParameterError, ValuesError
from voltome.filters import Cylinder, crop

ALL = (None, None)


@pytest.fixture
def volume():
    values = np.arange(10 * 12 * 14, dtype=np.uint16).reshape(10, 12, 14)
    return vt.data.Volume(values, voxel_size_um=(2.0, 1.0, 0.5), origin_um=(100.0, 0.0, -5.0), history=("read",))


def test_a_box_in_voxels_is_half_open_and_a_view(volume):
    part = crop(volume, box_voxels=((2, 5), ALL, (None, 7)))
    assert part.shape == (3, 12, 7)
    assert np.array_equal(part.values, volume.values[2:5, :, :7])
    assert np.shares_memory(part.values, volume.values)


def test_the_origin_moves_along_and_the_history_says_what_was_done(volume):
    part = crop(volume, box_voxels=((2, 5), (1, None), (4, 7)))
    assert part.origin_um == (104.0, 1.0, -3.0)
    assert part.history == ("read", "crop: box z 2..5, y 1.., x 4..7 voxels")


def test_a_box_in_um_takes_the_voxels_whose_centres_lie_inside(volume):
    # z voxels have centres 1, 3, 5, 7 ...; [3, 7) holds 3 and 5: the lower face is included, the upper is not
    assert crop(volume, box_um=((3, 7), ALL, ALL)).origin_um[0] == 100 + 2
    assert crop(volume, box_um=((3, 7), ALL, ALL)).shape[0] == 2
    assert crop(volume, box_um=((2.9, 7.1), ALL, ALL)).shape[0] == 3


def test_a_box_in_um_on_voxel_faces_is_exact_despite_round_off():
    volume = vt.data.Volume(np.zeros((1, 1, 100), np.uint8), voxel_size_um=0.1)
    for start in range(0, 90, 7):
        part = crop(volume, box_um=(ALL, ALL, (start * 0.1, (start + 3) * 0.1)))
        assert part.shape == (1, 1, 3)
        assert part.origin_um[2] == pytest.approx(start * 0.1)


def test_a_crop_of_a_crop_knows_where_it_was(volume):
    twice = crop(crop(volume, box_voxels=((2, 9), ALL, ALL)), box_voxels=((1, 3), ALL, ALL))
    assert twice.origin_um == crop(volume, box_voxels=((3, 5), ALL, ALL)).origin_um


def test_phases_and_particles_stay_what_they_are_and_the_mask_is_cut_too():
    mask = np.zeros((4, 4, 4), np.bool_)
    mask[2:] = True
    labels = np.ones((4, 4, 4), np.uint8)
    phases = vt.data.PhaseImage(
        labels, voxel_size_um=1, phases={0: "pore", 1: "s"}, grey_intervals={"s": (5, None)}, mask=mask
    )
    part = crop(phases, box_voxels=((1, 4), ALL, ALL))
    assert isinstance(part, vt.data.PhaseImage)
    assert part.grey_intervals == {"s": (5, None)}
    assert np.array_equal(part.mask, mask[1:])
    particles = vt.data.ParticleImage(labels, voxel_size_um=1, phase="s")
    assert crop(particles, box_voxels=((1, 4), ALL, ALL)).phase == "s"


def test_a_cylinder_masks_the_voxels_whose_centres_lie_outside():
    # area of the disc pi r^2 = 1256.6 um2 in voxels of 1 x 0.5 um: 2513; counting errs either way
    volume = vt.data.Volume(np.ones((3, 60, 120), np.uint8), voxel_size_um=(2.0, 1.0, 0.5))
    part = crop(volume, cylinder_um=Cylinder(axis="z", centre_um=(30, 25), radius_um=20))
    assert part.shape == (3, 40, 80)
    assert part.origin_um == (0, 10, 5)
    assert part.mask[0].sum() == pytest.approx(np.pi * 400 / 0.5, rel=0.01)
    assert np.array_equal(part.mask, part.mask[:, ::-1, ::-1])
    assert (part.values == 1).all()  # outside the mask the values are as they were


@pytest.mark.parametrize(("axis", "shape"), [("z", (20, 8, 8)), ("y", (8, 20, 8)), ("x", (8, 8, 20))])
def test_a_cylinder_runs_along_each_axis(axis, shape):
    volume = vt.data.Volume(np.ones((20, 20, 20), np.uint8), voxel_size_um=1)
    assert crop(volume, cylinder_um=Cylinder(axis=axis, centre_um=(10, 10), radius_um=4)).shape == shape


def test_a_cylinder_and_a_mask_combine():
    mask = np.zeros((1, 20, 20), np.bool_)
    mask[:, :10] = True
    volume = vt.data.Volume(np.ones((1, 20, 20), np.uint8), voxel_size_um=1, mask=mask)
    part = crop(volume, cylinder_um=Cylinder(axis="z", centre_um=(10, 10), radius_um=5))
    whole = crop(
        vt.data.Volume(volume.values, voxel_size_um=1), cylinder_um=Cylinder(axis="z", centre_um=(10, 10), radius_um=5)
    )
    assert 2 * part.sample_voxels == whole.sample_voxels
    assert not part.mask[:, 5:].any()


@pytest.mark.parametrize(
    ("region", "error", "message"),
    [
        ({}, ParameterError, "no region; expected exactly one"),
        ({"box_um": (ALL, ALL, ALL), "box_voxels": (ALL, ALL, ALL)}, ParameterError, "box_voxels and box_um"),
        ({"box_voxels": ((0, 11), ALL, ALL)}, AxisError, r"along z .* beyond .* 0 to 10 voxels \(0 to 20 um\)"),
        ({"box_voxels": ((-1, 5), ALL, ALL)}, AxisError, "from -1 to 5, beyond the image"),
        ({"box_voxels": (ALL, (5, 5), ALL)}, AxisError, "along y is from 5 to 5, empty or reversed"),
        ({"box_voxels": (ALL, ALL, (7, 3))}, AxisError, r"along x .* reversed; .* 0 to 14 voxels \(0 to 7 um\)"),
        ({"box_voxels": ((0.5, 3), ALL, ALL)}, ParameterError, "whole numbers"),
        ({"box_voxels": ((0, 3), ALL)}, ParameterError, "expected three pairs"),
        ({"box_um": ((0, 20.5), ALL, ALL)}, AxisError, r"beyond the image; expected within 0 to 10 voxels \(0 to 20"),
        ({"box_um": ((-0.5, 5), ALL, ALL)}, AxisError, "from -0.5 to 5, beyond"),
        ({"box_um": ((5, 4), ALL, ALL)}, AxisError, "reversed"),
        ({"box_um": ((1.2, 1.4), ALL, ALL)}, AxisError, "no centre of a voxel of 2 um"),
        ({"box_um": ((0, float("nan")), ALL, ALL)}, ParameterError, "finite numbers"),
        (
            {"cylinder_um": Cylinder(axis="z", centre_um=(6, 3.5), radius_um=4)},
            AxisError,
            "cylinder_um along x .* beyond",
        ),
        ({"cylinder_um": Cylinder(axis="z", centre_um=(6, 3.5), radius_um=-1)}, ParameterError, "above 0"),
        ({"cylinder_um": Cylinder(axis="q", centre_um=(6, 3), radius_um=1)}, AxisError, "unknown axis 'q'"),
        ({"cylinder_um": Cylinder(axis="z", centre_um=(6,), radius_um=1)}, ParameterError, "expected two numbers"),
        ({"cylinder_um": {"axis": "z"}}, ParameterError, "Cylinder"),
    ],
)
def test_wrong_regions_say_what_is_expected(volume, region, error, message):
    with pytest.raises(error, match=message):
        crop(volume, **region)


def test_a_region_without_a_voxel_of_the_sample_is_refused():
    mask = np.zeros((4, 4, 4), np.bool_)
    mask[3] = True
    volume = vt.data.Volume(np.ones((4, 4, 4), np.uint8), voxel_size_um=1, mask=mask)
    with pytest.raises(ValuesError, match="no voxel of the sample"):
        crop(volume, box_voxels=((0, 3), ALL, ALL))


def test_a_cylinder_is_read_from_a_study_file_and_a_typo_is_refused():
    reader = pydantic.TypeAdapter(Cylinder)
    read = reader.validate_python({"axis": "z", "centre_um": [1, 2], "radius_um": 3})
    assert read == Cylinder(axis="z", centre_um=(1, 2), radius_um=3)
    with pytest.raises(pydantic.ValidationError, match="radius"):
        reader.validate_python({"axis": "z", "centre_um": [1, 2], "radius_um": 3, "radius": 3})
    with pytest.raises(pydantic.ValidationError, match="greater than 0"):
        reader.validate_python({"axis": "z", "centre_um": [1, 2], "radius_um": -3})


@pytest.mark.parametrize("axis", ["z", "y", "x"])
def test_centres_on_the_surface_of_a_cylinder_are_inside_on_every_side(axis):
    # whole numbers x, y with x^2 + y^2 <= 3^2: 29, of which (+-3, 0) and (0, +-3) lie on the circle
    image = vt.data.Volume(np.zeros((11, 11, 11), np.uint8), voxel_size_um=1)
    part = crop(image, cylinder_um=Cylinder(axis=axis, centre_um=(5.5, 5.5), radius_um=3))
    across = part.mask.any(axis="zyx".index(axis))
    assert across.shape == (7, 7)
    assert across.sum() == 29
    assert np.array_equal(across, across[::-1, ::-1])


def test_a_cylinder_that_fills_the_image_does_not_reach_beyond_it():
    image = vt.data.Volume(np.zeros((1, 10, 10), np.uint8), voxel_size_um=0.1)
    part = crop(image, cylinder_um=Cylinder(axis="z", centre_um=(0.5, 0.5), radius_um=0.5))
    assert part.shape == (1, 10, 10)

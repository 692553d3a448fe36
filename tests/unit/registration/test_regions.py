"""A region: which voxels it has, and what it refuses."""

from __future__ import annotations

import numpy as np
import pydantic
import pytest

from voltome.data import Volume
from voltome.errors import GeometryError, ParameterError, ValuesError
from voltome.registration import Region
from voltome.registration.regions import check_grey_present, place_of

VOLUME = Volume(np.zeros((20, 30, 40), np.uint8), voxel_size_um=(2, 1, 0.5), origin_um=(100, 0, 0))


def test_a_box_is_in_the_frame_of_the_scan_and_takes_the_centres_within() -> None:
    place = place_of(Region(box_um=((110, 120), (None, 15), (5, None))), VOLUME, "z")
    assert place.box == (slice(5, 10), slice(0, 15), slice(10, 40))
    assert place.inside.all()


def test_a_radius_is_measured_from_the_middle_axis_across_the_axis_of_rotation() -> None:
    place = place_of(Region(radius_um=(3, 8)), VOLUME, "z")
    inside = np.zeros(VOLUME.shape, bool)
    inside[place.box] = place.inside
    y, x = (np.arange(30) + 0.5 - 15)[:, None], ((np.arange(40) + 0.5) * 0.5 - 10)[None, :]
    expected = (np.hypot(y, x) >= 3) & (np.hypot(y, x) <= 8)
    assert (inside == expected).all()


def test_grey_values_bring_their_edges_with_them() -> None:
    values = np.zeros((20, 30, 40), np.uint8)
    values[10, 10:20, 10:30] = 200
    place = place_of(Region(grey=(150, None)), Volume(values, voxel_size_um=1), "z")
    assert place.box == (slice(8, 13), slice(8, 22), slice(8, 32))


def test_the_criteria_hold_together_and_with_the_mask() -> None:
    mask = np.zeros(VOLUME.shape, bool)
    mask[:, :15] = True
    masked = VOLUME.derive("cut", mask=mask)
    place = place_of(Region(box_um=((100, 120), (None, None), (None, None)), radius_um=(None, 9)), masked, "z")
    assert place.box[0] == slice(0, 10)
    assert place.box[1].stop == 15


def test_a_region_says_itself_in_words() -> None:
    assert Region().in_words() == "the whole scan"
    assert Region(grey=(3, None), radius_um=(1, 2)).in_words() == (
        "at least 1 and at most 2 um from the middle, grey value at least 3"
    )


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"box_um": (1, 2)}, "expected three pairs"),
        ({"box_um": ((2, 1), (None, None), (None, None))}, "along z is .* the lower end first"),
        ({"radius_um": (-1, 3)}, "expected 0 um or above"),
        ({"radius_um": 3}, "radius_um is 3; expected .low, high."),
        ({"grey": ("a", None)}, "grey is .* finite numbers or None"),
    ],
)
def test_what_is_no_region_is_refused(given, says) -> None:
    with pytest.raises(ParameterError, match=says):
        Region(**given)


def test_a_misspelt_criterion_in_a_study_file_is_refused() -> None:
    with pytest.raises(pydantic.ValidationError, match="box"):
        pydantic.TypeAdapter(Region).validate_python({"box": ((1, 2), (None, None), (None, None))})


def test_a_region_outside_the_scan_is_refused_with_the_extent_of_the_scan() -> None:
    with pytest.raises(GeometryError, match=r"no voxel along z in the fixed scan, which has z 100 to 140"):
        place_of(Region(box_um=((0, 50), (None, None), (None, None))), VOLUME, "z")
    with pytest.raises(GeometryError, match=r"has 0 voxels of the sample .* expected at least 500"):
        place_of(Region(grey=(5, None)), VOLUME, "z")


def test_a_scan_without_the_grey_values_is_refused() -> None:
    with pytest.raises(ValuesError, match=r"no voxel of the region's grey values \(at least 5\); .* run from 0 to 0"):
        check_grey_present(Region(grey=(5, None)), VOLUME)

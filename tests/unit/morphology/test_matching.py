"""Particles of several scans matched: what became of each."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import voltome as vt
from voltome.errors import GeometryError, ParameterError, ValuesError

Boxes = dict[int, tuple[tuple[int, int], tuple[int, int], tuple[int, int]]]


def particles(boxes: Boxes, *, shape: tuple[int, int, int] = (12, 12, 40), **more: Any) -> vt.data.ParticleImage:
    values = np.zeros(shape, np.int32)
    for label, ((z0, z1), (y0, y1), (x0, x1)) in boxes.items():
        values[z0:z1, y0:y1, x0:x1] = label
    given: dict[str, Any] = {"voxel_size_um": (2.0, 1.0, 0.5), "phase": "sulfur"} | more
    return vt.data.ParticleImage(values, **given)


def cube(x: int, edge: int = 4, at: int = 3) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    return (at, at + edge), (at, at + edge), (x, x + edge)


def match(before: Boxes, after: Boxes, **options: Any) -> pd.DataFrame:
    return vt.morphology.match_particles(
        {"first": particles(before), "second": particles(after)}, **options
    ).matches.frame


@pytest.mark.parametrize(
    ("before", "after", "event"),
    [
        ({1: cube(5)}, {9: cube(5)}, "unchanged"),
        ({1: cube(5)}, {9: cube(5, 6)}, "grown"),
        ({1: cube(5, 6)}, {9: cube(5)}, "shrunk"),
        ({1: cube(5), 2: cube(9)}, {9: ((3, 7), (3, 7), (5, 13))}, "merged"),
        ({1: ((3, 7), (3, 7), (5, 13))}, {3: cube(5), 9: cube(9)}, "split"),
        ({1: cube(5), 2: cube(9)}, {3: ((3, 7), (3, 5), (5, 13)), 9: ((3, 7), (5, 7), (5, 13))}, "regrouped"),
        ({1: cube(5)}, {}, "vanished"),
        ({}, {9: cube(5)}, "new"),
    ],
)
def test_every_event_has_its_name(before: Boxes, after: Boxes, event: str) -> None:
    found = match(before, after)
    assert found["event"].tolist() == [event]
    assert (found["particles_before"][0], found["particles_after"][0]) == (len(before), len(after))
    changed = found["volume_after_um3"] - found["volume_before_um3"]
    pd.testing.assert_series_equal(found["volume_change_um3"], changed, check_names=False)


def test_a_particle_out_of_its_place_is_found_by_its_volume_within_the_search() -> None:
    before, after = {1: cube(5)}, {1: cube(12), 2: cube(12, 2, at=8)}
    # 7 voxels of 0.5 um; the equivalent diameter of 64 um3 is 4.96 um
    found = match(before, after)
    assert found["event"].tolist() == ["unchanged", "new"]
    assert found["displacement_um"].tolist() == pytest.approx([3.5, 0.0])
    assert found["moved"].tolist() == [True, False]
    assert found["overlap_fraction"][0] == 0
    assert match(before, after, search_um=3.4)["event"].tolist() == ["vanished", "new", "new"]
    assert match(before, after, search_um=0)["event"].tolist() == ["vanished", "new", "new"]


def test_of_several_that_moved_as_many_as_can_be_are_paired_at_the_least_sum_of_distances() -> None:
    # the nearest partner of 2 is 12; taken greedily, 1 would have none within its search
    found = match({1: cube(0), 2: cube(14)}, {11: cube(20), 12: cube(8)}, search_um=4.5)
    assert dict(zip(found["label_before"], found["label_after"], strict=True)) == {1: 12, 2: 11}


def test_displacement_and_centroid_are_in_um_of_the_frame_of_the_scan() -> None:
    images = {name: particles({1: cube(x)}, origin_um=(10.0, 20.0, 30.0)) for name, x in (("first", 5), ("second", 6))}
    found = vt.morphology.match_particles(images, moved_um=0.4).matches.frame
    assert found["displacement_um"][0] == pytest.approx(0.5)
    assert found["moved"][0]
    assert found[["z_um", "y_um", "x_um"]].to_numpy().tolist() == [[20.0, 25.0, 33.5]]
    assert not vt.morphology.match_particles(images).matches.frame["moved"][0], "the longest edge is 2 um"


def test_numbers_run_through_all_scans_and_are_not_used_again() -> None:
    images = {
        "a": particles({7: cube(2), 5: cube(12)}),
        "b": particles({1: cube(12)}),
        "c": particles({3: cube(12, 5), 8: cube(2), 9: cube(24)}),
    }
    tracked = vt.morphology.match_particles(images).tracked
    assert {name: sorted(np.unique(image.values)[1:].tolist()) for name, image in tracked.items()} == {
        "a": [1, 2],
        "b": [1],
        "c": [1, 3, 4],
    }
    assert tracked["a"].values[4, 4, 13] == tracked["b"].values[4, 4, 13] == tracked["c"].values[4, 4, 13] == 1
    assert tracked["c"].history[-1] == "match_particles: numbered through all scans"


def test_of_those_that_merged_the_one_that_shares_most_keeps_its_number() -> None:
    images = {
        "a": particles({1: cube(5), 2: ((3, 7), (3, 7), (9, 19))}),
        "b": particles({4: ((3, 7), (3, 7), (5, 19))}),
        "c": particles({4: cube(5), 2: ((3, 7), (3, 7), (9, 19))}),
    }
    found = vt.morphology.match_particles(images)
    assert found.matches.frame["track"].tolist() == [2, 2]
    assert sorted(np.unique(found.tracked["c"].values).tolist()) == [0, 2, 3]


def test_the_events_hold_every_particle_and_every_volume() -> None:
    rng = np.random.default_rng(5)
    images = {}
    for name in ("a", "b", "c"):
        points = rng.integers(0, [12, 12, 40], (25, 3))
        values = np.zeros((12, 12, 40), np.int32)
        for label, (z, y, x) in enumerate(points, start=1):
            values[z : z + 3, y : y + 3, x : x + 4] = label
        images[name] = vt.data.ParticleImage(values, voxel_size_um=0.5, phase="sulfur")
    events = vt.morphology.match_particles(images).events.frame
    for scan, ends, kind in (("from_scan", "ab", "before"), ("to_scan", "bc", "after")):
        for name in ends:
            rows = events[events[scan] == name]
            image = images[name]
            assert rows[f"volume_{kind}_um3"].sum() == pytest.approx((image.values > 0).sum() * 0.125)
            assert rows[f"particles_{kind}"].sum() == len(np.unique(image.values)) - 1
    assert len(events) == 16


def test_only_what_all_masks_see_counts() -> None:
    mask = np.ones((12, 12, 40), np.bool_)
    mask[:, :, 7:] = False
    images = {"a": particles({1: cube(5), 2: cube(20)}), "b": particles({1: cube(5)}, mask=mask)}
    found = vt.morphology.match_particles(images)
    assert found.matches.frame["event"].tolist() == ["unchanged"]
    assert found.matches.frame["volume_before_um3"].tolist() == [2 * 4 * 4.0]
    assert found.matches.frame["touches_border"].tolist() == [True], "the mask cuts it"
    assert np.unique(found.tracked["a"].values).tolist() == [0, 1, 2], "what is not compared is kept"


def test_labels_need_not_be_consecutive_nor_small() -> None:
    found = match({2_000_000_000: cube(5), 17: cube(20)}, {5: cube(20), 1_900_000_000: cube(5)})
    assert found["event"].tolist() == ["unchanged", "unchanged"]
    assert sorted(found["label_before"]) == [17, 2_000_000_000]
    assert sorted(found["label_after"]) == [5, 1_900_000_000]
    assert found.set_index("label_before")["track"].to_dict() == {17: 1, 2_000_000_000: 2}


def test_one_slice_and_a_particle_on_every_face_are_measured() -> None:
    flat = {"a": particles({1: ((0, 1), (0, 12), (0, 40))}, shape=(1, 12, 40))}
    flat["b"] = flat["a"]
    found = vt.morphology.match_particles(flat).matches.frame
    assert found[["event", "touches_border"]].to_numpy().tolist() == [["unchanged", True]]


@pytest.mark.parametrize(
    ("images", "error", "words"),
    [
        ({"a": particles({1: cube(5)})}, ParameterError, r"got 1 scan \(a\); expected two or more"),
        ([particles({1: cube(5)})], ParameterError, r"expected \{scan: ParticleImage\}"),
        (
            {"a": particles({1: cube(5)}), "b": particles({1: cube(5)}, voxel_size_um=1)},
            GeometryError,
            r"voxel_size_um .* in 'a' .* in 'b'.*registration\.align",
        ),
        (
            {"a": particles({1: cube(5)}), "b": particles({1: cube(5)}, phase="nmc")},
            ValuesError,
            r"'sulfur' in 'a', 'nmc' in 'b'",
        ),
        ({"a": particles({}), "b": particles({})}, ValuesError, "no scan has a particle where all scans see"),
        (
            {
                "a": particles({1: cube(5)}, mask=np.indices((12, 12, 40))[2] < 20),
                "b": particles({1: cube(5)}, mask=np.indices((12, 12, 40))[2] >= 20),
            },
            ValuesError,
            "masks of the scans have no voxel in common",
        ),
    ],
)
def test_what_cannot_be_matched_says_why(images: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        vt.morphology.match_particles(images)


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"minimum_overlap": 0.0}, "minimum_overlap is 0.0; expected a share above 0, at most 1"),
        ({"minimum_overlap": 1.5}, "minimum_overlap is 1.5"),
        ({"volume_tolerance": -1.0}, "volume_tolerance is -1.0"),
        ({"moved_um": float("nan")}, "moved_um is nan"),
        ({"search_um": -2.0}, "search_um is -2.0"),
    ],
)
def test_a_parameter_out_of_its_range_is_named(option: dict[str, float], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        match({1: cube(5)}, {1: cube(5)}, **option)


def test_a_tolerance_that_is_met_exactly_is_met() -> None:
    before, after = np.zeros((2, 12, 12, 24), np.int32)
    before[1:11, 1:11, 1:11], after[1:11, 1:11, 1:12] = 1, 1  # 1,000 and 1,100 voxels: 1.1 - 1 is above 0.1 in floats
    images = {
        name: vt.data.ParticleImage(values, voxel_size_um=1, phase="sulfur")
        for name, values in (("before", before), ("after", after))
    }
    assert vt.morphology.match_particles(images, volume_tolerance=0.1).matches.frame.event.tolist() == ["unchanged"]

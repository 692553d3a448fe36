import numpy as np
import pytest
from skimage.filters import threshold_multiotsu, threshold_otsu

import voltome as vt
from voltome.errors import ParameterError, PhaseError, ValuesError
from voltome.segmentation import otsu, otsu_thresholds, threshold


def volume(values, dtype=np.uint8, **grid):
    return vt.data.Volume(np.array(values, dtype).reshape(1, 1, -1), voxel_size_um=1, **grid)


def labels(image):
    return image.values.ravel().tolist()


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int16, np.int32, np.uint64, np.float32])
def test_both_ends_are_included_for_every_type(dtype):
    image = threshold(volume([9, 10, 20, 21, 0], dtype), intervals={"carbon": (10, 20)}, rest="pore")
    assert labels(image) == [0, 1, 1, 0, 0]
    assert image.values.dtype == np.uint8


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.float64])
def test_negative_grey_values_are_cut_where_they_are(dtype):
    image = threshold(volume([-100, -5, 0, 100], dtype), intervals={"a": (None, -5), "b": (-4, None)})
    assert labels(image) == [0, 0, 1, 1]


def test_labels_follow_the_order_given_with_the_rest_first():
    grey = volume([10, 90, 200])
    image = threshold(grey, intervals={"sulfur": (150, None), "carbon": (50, 149)}, rest="pore")
    assert labels(image) == [0, 2, 1]
    assert image.phases == {0: "pore", 1: "sulfur", 2: "carbon"}
    assert image.grey_intervals == {"sulfur": (150, None), "carbon": (50, 149)}
    assert image.history == ("threshold: sulfur [150, ...], carbon [50, 149], rest pore",)
    assert labels(threshold(grey, intervals={"low": (None, 99), "high": (100, None)})) == [0, 0, 1]


def test_an_end_is_compared_in_the_type_of_the_volume():
    # 0.1 as float32 is 0.100000001..., above 0.1 as float64: both mean 0.1
    image = threshold(volume([0.1, 0.2], np.float32), intervals={"low": (None, 0.1), "high": (0.2, None)})
    assert labels(image) == [0, 1]
    wide = threshold(volume([0, 1], np.float32), intervals={"all": (-1e300, 1e300)})
    assert labels(wide) == [0, 0]


def test_ends_between_and_beyond_the_grey_values_of_the_type_are_allowed():
    image = threshold(volume([9, 10, 11]), intervals={"low": (-300, 9.5), "high": (9.6, 1e6)})
    assert labels(image) == [0, 1, 1]


def test_the_mask_decides_what_has_to_be_covered_and_is_kept():
    mask = np.array([[[True, True, False]]])
    grey = volume([10, 200, 120], mask=mask)
    image = threshold(grey, intervals={"low": (None, 50), "high": (150, None)})
    assert labels(image) == [0, 1, 0]
    assert image.mask is mask
    with pytest.raises(PhaseError, match=r"'middle'.*selects no voxel; grey values run from 10 to 200"):
        threshold(grey, intervals={"low": (None, 50), "middle": (100, 140), "high": (150, None)})


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_phases_without_voxels_and_voxels_without_a_phase_are_named(dtype):
    grey = volume([10, 90, 200, 95], dtype)
    with pytest.raises(PhaseError, match=r"'b' \[210, \.\.\.\] selects no voxel; grey values run from 10(\.0)? to 200"):
        threshold(grey, intervals={"b": (210, None)}, rest="pore")
    with pytest.raises(PhaseError, match="no voxel is left for the rest 'pore'"):
        threshold(grey, intervals={"b": (0, None)}, rest="pore")
    with pytest.raises(
        PhaseError, match=r"2 voxels \(50.00%\) lie in no interval, with grey values from 90(\.0)? to 95"
    ):
        threshold(grey, intervals={"a": (None, 50), "b": (100, None)})


def test_all_256_labels_can_be_used():
    image = threshold(volume(range(256)), intervals={f"grey {n}": (n, n) for n in range(256)})
    assert labels(image) == list(range(256))


def three_peaks(dtype, scale=1.0, seed=3):
    rng = np.random.default_rng(seed)
    grey = np.concatenate([rng.normal(mean, 12, n) for mean, n in ((60, 4000), (120, 3000), (190, 3000))])
    values = (np.clip(grey, 0, 255) * scale).astype(dtype).reshape(10, 25, 40)
    return vt.data.Volume(values, voxel_size_um=1)


@pytest.mark.parametrize("classes", [2, 3, 4])
def test_thresholds_equal_those_of_scikit_image_on_8_bits(classes):
    grey = three_peaks(np.uint8)
    peer = [threshold_otsu(grey.values)] if classes == 2 else threshold_multiotsu(grey.values, classes, nbins=256)
    assert otsu_thresholds(grey, classes=classes) == pytest.approx(np.array(peer), abs=1)


def brute_force(values, classes):
    """All cuts of a small set of grey values, by the definition: the largest sum of n_k (mu_k - mu)^2."""
    from itertools import combinations

    levels = np.unique(values)
    best, found = -1.0, ()
    for uppers in combinations(levels[:-1], classes - 1):
        group = np.searchsorted(uppers, values, side="left")
        between = sum((group == k).sum() * (values[group == k].mean() - values.mean()) ** 2 for k in range(classes))
        if between > best + 1e-9:
            best, found = between, uppers
    return found


@pytest.mark.parametrize("classes", [2, 3, 4, 5])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_thresholds_are_the_best_of_all_cuts(classes, seed):
    values = np.random.default_rng(seed).integers(0, 14, 60) ** 2
    assert otsu_thresholds(volume(values), classes=classes) == brute_force(values, classes)


@pytest.mark.parametrize("classes", [2, 3, 5])
@pytest.mark.parametrize(
    ("dtype", "scale"), [(np.uint8, 1), (np.uint16, 250), (np.int32, 1e6), (np.float32, 0.01), (np.float64, 1e-9)]
)
def test_threshold_with_the_recorded_intervals_gives_the_same_image(dtype, scale, classes):
    grey, names = three_peaks(dtype, scale), [f"phase {n}" for n in range(classes)]
    image = otsu(grey, phases=names)
    assert list(image.phases.values()) == names
    again = threshold(grey, intervals=image.grey_intervals)
    assert np.array_equal(image.values, again.values)
    means = [grey.values[image.values == label].mean() for label in range(classes)]
    assert means == sorted(means)  # darkest first


def test_three_classes_are_found_between_the_peaks_of_16_bits_and_floats():
    for dtype, scale in ((np.uint16, 250), (np.float32, 0.01)):
        low, high = otsu_thresholds(three_peaks(dtype, scale), classes=3)
        assert low / scale == pytest.approx(90, abs=4)
        assert high / scale == pytest.approx(155, abs=4)


def test_only_voxels_inside_the_mask_are_counted():
    mask = np.array([[[True, True, True, True, False, False]]])
    grey = volume([10, 12, 90, 95, 250, 255], mask=mask)
    assert otsu_thresholds(grey, classes=2) == (12,)
    assert otsu(grey, phases=["dark", "bright"]).mask is mask


def test_extreme_values_of_signed_types_do_not_overflow():
    for dtype in (np.int8, np.int16, np.int32, np.int64):
        low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
        assert otsu_thresholds(volume([low, low, high], dtype), classes=2) == (low,)


def test_the_largest_floats_do_not_overflow():
    assert otsu_thresholds(volume([-1.7e308, -1.6e308, 1.7e308], np.float64), classes=2) == (-1.6e308,)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_too_few_grey_values_are_refused(dtype):
    with pytest.raises(ValuesError, match=r"fill only 1 of the bins .* run from 7"):
        otsu_thresholds(volume([7, 7, 7], dtype), classes=2)
    with pytest.raises(ValuesError, match="too few for 3 phases"):
        otsu(volume([7, 7, 9], dtype), phases=["a", "b", "c"])


@pytest.mark.parametrize("classes", [1, 6, 2.0, True, "2"])
def test_a_wrong_number_of_classes_is_refused(classes):
    with pytest.raises(ParameterError, match="whole number from 2 to 5"):
        otsu_thresholds(volume([1, 2]), classes=classes)


@pytest.mark.parametrize(
    ("names", "message"), [(["a"], "2 to 5 names"), ("ab", "2 to 5 names"), (["a", "b", "a"], "used twice")]
)
def test_wrong_names_are_refused(names, message):
    with pytest.raises(PhaseError, match=message):
        otsu(volume([1, 2, 3]), phases=names)


def test_intervals_that_meet_once_rounded_to_the_type_of_the_volume_are_refused():
    # float32 has no number between 0.3 and 0.30000001, so the voxel of 0.3 would belong to both
    intervals = {"pore": (None, 0.3), "sulfur": (0.30000001, None)}
    with pytest.raises(PhaseError, match=r"overlap at 0.3.* rounded to the float32"):
        threshold(volume([0.1, 0.3, 0.5], np.float32), intervals=intervals)
    assert labels(threshold(volume([0.1, 0.3, 0.5], np.float64), intervals=intervals)) == [0, 0, 1]

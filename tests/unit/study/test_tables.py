"""How the tables of several scans are put together."""

from voltome.study.tables import common_method


def test_a_method_that_all_scans_share_is_said_once():
    assert common_method(["voxels counted; along z", "voxels counted; along z"]) == "voxels counted; along z"


def test_parts_that_differ_in_numbers_alone_stay_with_their_scans():
    said = [f"largest balls, in 30 bins; mean radius {mean} um, r50 {r50:g} um" for mean, r50 in ((5.1, 5), (4.25, 4))]
    assert common_method(said) == "largest balls, in 30 bins"


def test_of_a_part_whose_result_differs_what_stands_before_its_colon_stays():
    said = ["radii below 1.5 um left out: 3 % of the volume", "radii below 1.5 um left out: 1.2e-05 % of the volume"]
    assert common_method(said) == "radii below 1.5 um left out"


def test_numbers_in_names_are_no_results():
    assert common_method(["surface: crofton13", "surface: crofton3"]) == "surface: crofton13; surface: crofton3"


def test_another_method_of_one_scan_is_said():
    assert common_method(["by ITK; 9 bins", "by planes; 9 bins"]) == "by ITK; 9 bins; by planes"


def test_a_method_of_which_nothing_is_common_is_said_as_it_is():
    assert common_method(["edge 3 um", "edge 4 um"]) == "edge 3 um; edge 4 um"

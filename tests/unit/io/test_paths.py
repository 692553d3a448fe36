import random
from pathlib import Path

import pytest

from voltome.errors import FileFormatError, MissingFileError
from voltome.io import input_files
from voltome.io._paths import natural_key


def touch(folder: Path, *names: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_bytes(b"")
    return folder


def names(path: Path | str) -> list[str]:
    return [file.name for file in input_files(path)]


def test_slices_are_in_natural_order(tmp_path: Path) -> None:
    folder = touch(tmp_path / "scan", *(f"slice_{number}.tif" for number in range(1, 13)))
    assert names(folder) == [f"slice_{number}.tif" for number in range(1, 13)]
    assert names(f"{folder}/slice_*.tif") == names(folder)


def test_natural_order_is_the_order_of_the_numbers() -> None:
    paths = [Path(f"a{number}.tif") for number in range(200)]
    shuffled = random.Random(1).sample(paths, 200)
    assert sorted(shuffled, key=natural_key) == paths


def test_other_files_and_hidden_ones_are_not_slices(tmp_path: Path) -> None:
    folder = touch(tmp_path / "scan", "s1.tif", "s2.TIFF".lower(), "readme.txt", ".s3.tif")
    (folder / "s2.tiff").rename(folder / "s2.tif")
    assert names(folder) == ["s1.tif", "s2.tif"]


def test_a_gap_names_the_missing_numbers(tmp_path: Path) -> None:
    folder = touch(tmp_path / "scan", *(f"s{number:03}.tif" for number in (1, 2, 3, 5, 6, 9)))
    with pytest.raises(FileFormatError, match=r"gaps: 4, 7, 8 missing between 's001.tif' and 's009.tif'"):
        input_files(folder)


def test_a_huge_gap_is_told_briefly(tmp_path: Path) -> None:
    folder = touch(tmp_path / "scan", "s1.tif", "s2.tif", "s3.tif", "s999999999.tif")
    with pytest.raises(FileFormatError, match=r"gaps: 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 and 99,990 more missing"):
        input_files(folder)


@pytest.mark.parametrize("numbers", [(0, 10, 20, 30), (5,), (7, 9), (1712, 1725, 1731, 1760)])
def test_even_steps_and_time_stamps_have_no_gaps(numbers: tuple[int, ...], tmp_path: Path) -> None:
    folder = touch(tmp_path / "scan", *(f"s{number}.tif" for number in numbers))
    assert len(input_files(folder)) == len(numbers)


def test_a_time_stamp_beside_the_slice_number_does_not_matter(tmp_path: Path) -> None:
    folder = touch(tmp_path / "scan", "s1_1200.tif", "s2_1207.tif", "s3_1208.tif", "s4_1209.tif", "s5_1301.tif")
    assert len(input_files(folder)) == 5


def test_two_series_in_one_folder_are_refused(tmp_path: Path) -> None:
    by_name = touch(tmp_path / "names", "a1.tif", "a2.tif", "b1.tif", "b2.tif")
    with pytest.raises(FileFormatError, match=r"2 different schemes \(first of each: 'a1.tif', 'b1.tif'\)"):
        input_files(by_name)
    by_number = touch(tmp_path / "numbers", "scan1_1.tif", "scan1_2.tif", "scan2_1.tif", "scan2_2.tif")
    with pytest.raises(FileFormatError, match=r"like several series.*scan1_\*.tif"):
        input_files(by_number)
    assert names(by_number / "scan2_*.tif") == ["scan2_1.tif", "scan2_2.tif"]


def test_a_missing_path_tells_what_is_nearby(tmp_path: Path) -> None:
    touch(tmp_path, "cell_vol.tif", "notes.txt")
    with pytest.raises(
        MissingFileError, match=r"the folder '.*' has 'cell_vol.tif', 'notes.txt'. Did you mean 'cell_vol.tif'\?"
    ):
        input_files(tmp_path / "cel_vol.tif")


def test_a_missing_folder_tells_the_nearest_one_there_is(tmp_path: Path) -> None:
    touch(tmp_path / "scans", "a.tif")
    with pytest.raises(MissingFileError, match=r"has 'scans'. Did you mean 'scans'\?"):
        input_files(tmp_path / "scan" / "deep" / "a.tif")


def test_a_pattern_without_match_tells_what_is_there(tmp_path: Path) -> None:
    touch(tmp_path, "slice_1.tiff")
    with pytest.raises(MissingFileError, match=r"no file matches .*slice_\*.tif'; .* has 'slice_1.tiff'"):
        input_files(tmp_path / "slice_*.tif")
    with pytest.raises(MissingFileError, match=r"there is no"):
        input_files(tmp_path / "nowhere" / "*.tif")


def test_a_name_with_brackets_that_exists_is_no_pattern(tmp_path: Path) -> None:
    touch(tmp_path, "scan[1].tif")
    assert names(tmp_path / "scan[1].tif") == ["scan[1].tif"]


def test_an_empty_folder_and_one_without_slices(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"the folder has no files; expected TIFF slices"):
        input_files(touch(tmp_path / "empty"))
    with pytest.raises(FileFormatError, match=r"expected .tif or .tiff, found 2 files with .jpg, .png"):
        input_files(touch(tmp_path / "photos", "a.png", "b.jpg"))


def test_an_unknown_suffix_lists_the_known_ones(tmp_path: Path) -> None:
    touch(tmp_path, "scan.tfi", "scan")
    with pytest.raises(FileFormatError, match=r"unknown suffix '.tfi'; known are .tif, .tiff.*Did you mean '.tif'\?"):
        input_files(tmp_path / "scan.tfi")
    with pytest.raises(FileFormatError, match=r"has no suffix; known are"):
        input_files(tmp_path / "scan")


@pytest.mark.parametrize("target", ["nowhere.tif", "scan.tif"])
def test_a_link_that_leads_nowhere_is_said_to_be_one(target: str, tmp_path: Path) -> None:
    (tmp_path / "scan.tif").symlink_to(target)
    with pytest.raises(MissingFileError, match=rf"scan.tif' is a link to '{target}', where nothing is. Mend the link"):
        input_files(tmp_path / "scan.tif")

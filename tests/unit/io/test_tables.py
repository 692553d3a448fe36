from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import voltome as vt
from voltome.errors import FileFormatError, MissingFileError, ParameterError


def table() -> vt.data.ResultTable:
    columns = (
        vt.data.Column("phase", "", "Name, with a , and a µ.", "key"),
        vt.data.Column("area_um2", "um2", "Crofton area.", "measure"),
        vt.data.Column("area_error_um2", "um2", "Its standard error.", "standard_error", of="area_um2"),
        vt.data.Column("voxels", "1", "Count."),
        vt.data.Column("touches_border", "", "Whether.", "flag"),
    )
    frame = pd.DataFrame(
        {
            "phase": ["pore, big", 'so "called"'],
            "area_um2": [0.1 + 0.2, 1e-300],
            "area_error_um2": np.array([1 / 3, 2], np.float32),
            "voxels": [2**60 + 1, 0],
            "touches_border": [True, False],
        }
    )
    return vt.data.ResultTable(
        frame,
        columns=columns,
        kind="surfaces",
        measured_on="phases",
        method="crofton13",
        history=("crop", "otsu"),
        warnings=("Two of them are small.",),
    )


def test_parquet_gives_everything_back(tmp_path: Path) -> None:
    back = vt.io.read_table(vt.io.write(table(), tmp_path / "t.parquet"))
    pd.testing.assert_frame_equal(back.frame, table().frame, check_exact=True)
    for name in ("columns", "kind", "measured_on", "method", "history", "warnings"):
        assert getattr(back, name) == getattr(table(), name)


def test_an_empty_table_comes_back(tmp_path: Path) -> None:
    empty = vt.data.ResultTable(table().frame[:0], columns=table().columns, kind="surfaces")
    for name in ("t.parquet", "t.zarr"):
        back = vt.io.read(vt.io.write(empty, tmp_path / name))
        assert isinstance(back, vt.data.ResultTable)
        pd.testing.assert_frame_equal(back.frame, empty.frame)


def test_csv_has_every_digit(tmp_path: Path) -> None:
    path = vt.io.write(table(), tmp_path / "t.csv")
    assert path.read_text(encoding="utf-8").splitlines() == [
        "phase,area_um2,area_error_um2,voxels,touches_border",
        '"pore, big",0.30000000000000004,0.33333334,1152921504606846977,True',
        '"so ""called""",1e-300,2.0,0,False',
    ]


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_the_same_table_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    first = vt.io.write(table(), tmp_path / name).read_bytes()
    assert vt.io.write(table(), tmp_path / name).read_bytes() == first


def test_describe_a_table(tmp_path: Path) -> None:
    for name, form, noun in (("t.parquet", "Parquet", "ResultTable"), ("t.csv", "CSV", "")):
        found = vt.io.describe(vt.io.write(table(), tmp_path / name))
        assert (found.format, found.noun, found.shape, found.axes) == (form, noun, (2, 5), ("row", "column"))
        assert "area_um2" in str(found)
        assert found.missing == ()


def test_attributes_are_stored_along(tmp_path: Path) -> None:
    path = vt.io.write(table(), tmp_path / "t.parquet", attributes={"key": "3f", "n": [1, None, 0.1]})
    assert vt.io.read_attributes(path) == {"key": "3f", "n": [1, None, 0.1]}
    assert vt.io.read_attributes(vt.io.write(table(), path)) == {}
    with pytest.raises(ParameterError, match=r"t.csv: CSV cannot hold attributes; expected one of .*.parquet"):
        vt.io.write(table(), tmp_path / "t.csv", attributes={"key": "3f"})


def test_a_table_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    table().frame.to_parquet(path)
    with pytest.raises(FileFormatError, match=r"t.parquet: a Parquet file that voltome did not write.*ResultTable"):
        vt.io.read_table(path)
    assert vt.io.read_attributes(path) == {}


def test_csv_is_not_read_back(tmp_path: Path) -> None:
    path = vt.io.write(table(), tmp_path / "t.csv")
    with pytest.raises(FileFormatError, match=r"t.csv: a CSV file .* read the .parquet file"):
        vt.io.read_table(path)


def test_an_image_is_no_table(tmp_path: Path) -> None:
    path = vt.io.write(vt.data.Volume(np.ones((2, 2)), voxel_size_um=1), tmp_path / "v.zarr")
    with pytest.raises(FileFormatError, match=r"v.zarr: holds a Volume; expected a ResultTable"):
        vt.io.read_table(path)
    with pytest.raises(FileFormatError, match=r"t.parquet: holds a ResultTable; expected an image"):
        vt.io.read_volume(vt.io.write(table(), tmp_path / "t.parquet"), voxel_size_um=1)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"text"])
def test_a_damaged_table_is_named(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_bytes(content)
    with pytest.raises(FileFormatError, match=r"t.parquet: cannot be read"):
        vt.io.read_table(tmp_path / "t.parquet")


def test_a_missing_table(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"there is no .*t.parquet"):
        vt.io.read_table(tmp_path / "t.parquet")


def test_an_empty_csv_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("")
    with pytest.raises(FileFormatError, match=r"t.csv: has no names of columns in its first line"):
        vt.io.describe(tmp_path / "t.csv")

"""RAW files: the side-car, every mistake in it, and a file that has another length."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import voltome as vt
from voltome.errors import FileFormatError, ResultsFolderError, ValuesError

VALUES = np.arange(24, dtype="<u2").reshape(2, 3, 4)

GOOD = {"shape": [2, 3, 4], "dtype": "uint16", "byte_order": "little", "voxel_size_um": 0.5}


def scan(folder: Path, data: bytes = VALUES.tobytes(), name: str = "scan.raw.yaml", **said: Any) -> Path:
    (folder / "scan.raw").write_bytes(data)
    text = said.pop("text", None) or yaml.safe_dump({**GOOD, **said})
    (folder / name).write_text(text, encoding="utf-8")
    return folder / "scan.raw"


@pytest.mark.parametrize("name", ["scan.raw.yaml", "scan.yaml"])
def test_the_sidecar_says_what_the_bytes_are(name: str, tmp_path: Path) -> None:
    path = scan(
        tmp_path, name=name, voxel_size_um=[1, 0.5, 0.25], origin_um=[3, 2, 1], quantity="attenuation", unit="1/cm"
    )
    volume = vt.io.read_volume(path)
    assert np.array_equal(volume.values, VALUES)
    assert (volume.voxel_size_um, volume.origin_um) == ((1, 0.5, 0.25), (3, 2, 1))
    assert (volume.quantity, volume.unit) == ("attenuation", "1/cm")
    described = vt.io.describe(path)
    assert (described.format, described.shape, described.dtype, described.noun) == (
        "RAW",
        (2, 3, 4),
        "uint16",
        "Volume",
    )
    assert described.files == (path, tmp_path / name)
    assert vt.io.input_files(path) == [path, tmp_path / name]


def test_the_sidecar_with_the_whole_name_goes_first(tmp_path: Path) -> None:
    scan(tmp_path, name="scan.yaml", voxel_size_um=9)
    assert vt.io.describe(scan(tmp_path)).voxel_size_um == (0.5, 0.5, 0.5)


@pytest.mark.parametrize("order", ["C", "zyx", "F", "xyz"])
@pytest.mark.parametrize("byte_order", ["little", "big"])
def test_orders_and_headers(order: str, byte_order: str, tmp_path: Path) -> None:
    values = VALUES.astype("<u2" if byte_order == "little" else ">u2")
    data = b"header" + values.tobytes(order="C" if order in ("C", "zyx") else "F")
    path = scan(tmp_path, data, order=order, byte_order=byte_order, header_bytes=6)
    assert np.array_equal(vt.io.read_volume(path).values, VALUES)


def test_labels(tmp_path: Path) -> None:
    labels = (VALUES % 2).astype(np.uint8)
    path = scan(tmp_path, labels.tobytes(), dtype="uint8", phases={0: "pore", 1: "sulfur"})
    assert vt.io.read(path).phases == {0: "pore", 1: "sulfur"}
    path = scan(tmp_path, phase="sulfur")
    assert vt.io.read(path).phase == "sulfur"
    assert vt.io.describe(path).noun == "ParticleImage"


def test_every_mistake_is_said_at_once(tmp_path: Path) -> None:
    text = (
        "shape: [2, 3]\ndtype: uint17\nvoxel_size_um: -1\norder: yxz\nheader_bytes: -3\n"
        "origin_um: here\nphases: {0: pore, 1: pore}\nvoxelsize: 3\n"
    )
    with pytest.raises(FileFormatError) as caught:
        vt.io.describe(scan(tmp_path, text=text))
    said = str(caught.value)
    assert "scan.raw: 8 mistakes in the side-car scan.raw.yaml:" in said
    for fragment in (
        "line 1: shape: found [2, 3]; expected three whole numbers above 0, voxels along [z, y, x]",
        "line 2: dtype: found 'uint17'; expected one of uint8, int8",
        "line 3: voxel_size_um: found -1; expected one number above 0",
        "line 4: order: found 'yxz'; expected C or zyx (x runs fastest)",
        "line 5: header_bytes: found -3; expected a whole number",
        "line 6: origin_um: found 'here'; expected three numbers",
        "line 7: phases: found {0: 'pore', 1: 'pore'}; the phase names ['pore'] are used twice",
        "line 8: unknown key 'voxelsize'; expected one of shape",
    ):
        assert fragment in said, said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "shape: [2, 3, 4]",
            "2 mistakes .*dtype: missing; expected one of uint8.*voxel_size_um: missing; .*no default",
        ),
        ("", "holds 'None'; expected 'shape: ...'"),
        ("[1, 2]", "expected 'shape: ...'"),
        ("a: [", "is not valid YAML"),
        ("d: 2020-13-45", "is not valid YAML: month must be"),
        ("[" * 1000, "is nested more than 20 levels deep"),
        ("shape: &a [2, *a]", r"refers to itself \(an alias"),
        ("dtype: uint8\ndtype: int8", "says 'dtype' twice, in lines 1 and 2"),
        ("shape: [2, 3, 4]\ndtype: uint16\nvoxel_size_um: 1", "byte_order is missing: uint16 has several bytes"),
        ("shape: [2, 3, 4]\ndtype: uint8\nvoxel_size_um: .nan", "voxel_size_um: found nan"),
        ("shape: [2, 3, 4]\ndtype: uint8\nvoxel_size_um: 1\nphase: a\nphases: {0: b}", "it says 'phases' and 'phase'"),
        ("shape: [2, 3, 4]\ndtype: uint8\nvoxel_size_um: 1\nphase: a\nunit: b", "a quantity or a unit of labels"),
        ("shape: [2, 3, 4]\ndtype: uint8\nvoxel_size_um: 1\ngrey_intervals: {a: [1, 2]}", "without 'phases'"),
        ("shape: [true, 3, 4]\ndtype: uint8\nvoxel_size_um: 1", "line 1: shape: found"),
    ],
)
def test_sidecars_that_are_wrong(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=rf"(?s)scan.raw: .*{says}"):
        vt.io.describe(scan(tmp_path, **({"text": text} if text else {"text": "\n"})))


def test_a_sidecar_that_is_no_text(tmp_path: Path) -> None:
    path = scan(tmp_path)
    (tmp_path / "scan.raw.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FileFormatError, match="no text in UTF-8"):
        vt.io.describe(path)
    (tmp_path / "scan.raw.yaml").write_bytes(b"#" * (2**22 + 1))
    with pytest.raises(FileFormatError, match="more than 4,194,304 bytes"):
        vt.io.describe(path)


@pytest.mark.parametrize(
    ("data", "fits"),
    [
        (bytes(24), r"It would fit with a dtype of 1 bytes \(uint8\) or shape: \[1, 3, 4\]"),
        (bytes(96), r"header_bytes: 48 or a dtype of 4 bytes \(float32\) or shape: \[4, 3, 4\]"),
        (bytes(53), r"header_bytes: 5\. Correct"),
        (bytes(5), "No shape, type or header near these fits"),
    ],
)
def test_another_length_names_what_would_fit(data: bytes, fits: str, tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=rf"has {len(data)} bytes; scan.raw.yaml says 48 .*{fits}"):
        vt.io.describe(scan(tmp_path, data))


def test_a_missing_sidecar_is_shown_with_a_guess_that_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "cell_4x3x2_16bit_BE.raw"
    path.write_bytes(VALUES.tobytes())
    with pytest.raises(FileFormatError) as caught:
        vt.io.describe(path)
    said = str(caught.value)
    assert "there is no side-car 'cell_4x3x2_16bit_BE.raw.yaml' beside it" in said
    assert "guessed from the name of the file, so check every line" in said
    assert "shape: [2, 3, 4]  # (z, y, x); the name says 4x3x2, usually x, y, z" in said
    suggested = yaml.safe_load(said.partition("check every line:\n")[2])
    assert suggested == {"shape": [2, 3, 4], "dtype": "uint16", "byte_order": "big", "voxel_size_um": 0.78}
    (tmp_path / f"{path.name}.yaml").write_text(yaml.safe_dump(suggested))
    assert vt.io.describe(path).shape == (2, 3, 4)


def test_a_guess_without_bits_takes_the_size_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "cell-4x3x2.raw").write_bytes(bytes(96))
    with pytest.raises(FileFormatError, match="dtype: float32"):
        vt.io.describe(tmp_path / "cell-4x3x2.raw")
    (tmp_path / "cell.raw").write_bytes(bytes(96))
    with pytest.raises(FileFormatError, match=r"with your numbers:\n  shape: \[100, 200, 300\]"):
        vt.io.describe(tmp_path / "cell.raw")


def test_the_values_of_another_header_say_so(tmp_path: Path) -> None:
    vt.io.write(vt.data.Volume(VALUES, voxel_size_um=1), tmp_path / "v.mhd")
    with pytest.raises(FileFormatError, match=r"v.raw: has the values of v.mhd, .*Read that file"):
        vt.io.describe(tmp_path / "v.raw")


def test_what_is_written_can_be_read_by_people(tmp_path: Path) -> None:
    phases = vt.data.PhaseImage(
        VALUES > 3, voxel_size_um=(1, 0.5, 0.5), phases={0: "pore", 1: "µ: sulfur"}, grey_intervals={"pore": (None, 3)}
    )
    path = vt.io.write(phases, tmp_path / "scan.raw")
    assert path.read_bytes() == (VALUES > 3).tobytes()
    said = yaml.safe_load((tmp_path / "scan.raw.yaml").read_text(encoding="utf-8"))
    assert said["shape"] == [2, 3, 4]
    assert said["phases"] == {0: "pore", 1: "µ: sulfur"}
    assert said["grey_intervals"] == {"pore": [None, 3]}
    assert vt.io.read(path).grey_intervals == phases.grey_intervals


def test_the_values_of_another_header_are_not_replaced(tmp_path: Path) -> None:
    volume = vt.data.Volume(VALUES, voxel_size_um=1)
    for name in ("v.mhd", "w.nhdr"):
        header = vt.io.write(volume, tmp_path / name)
        values = header.with_suffix(".raw")
        with pytest.raises(
            ResultsFolderError, match=rf"{values.name}: it holds the values of '{name}', which names it"
        ):
            vt.io.write(vt.data.Volume(VALUES + 1, voxel_size_um=5), values)
        assert np.array_equal(vt.io.read_volume(header).values, VALUES)


def test_a_killed_run_leaves_no_values_under_the_sidecar_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    volume = vt.data.Volume(VALUES, voxel_size_um=1)
    path = vt.io.write(volume, tmp_path / "scan.raw")
    moves = []

    def move(part: Path, target: Path) -> None:
        moves.append((target.name, (tmp_path / "scan.raw").exists()))
        part.replace(target)

    monkeypatch.setattr("voltome.io._atomic._swap", move)
    vt.io.write(volume, path)
    assert moves == [("scan.raw.yaml", False), ("scan.raw", False)]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["scan.raw", "scan.raw.yaml"]


def test_a_mask_is_not_dropped_silently(tmp_path: Path) -> None:
    masked = vt.data.Volume(VALUES, voxel_size_um=1, mask=VALUES > 3)
    for name in ("v.raw", "v.nrrd", "v.mha"):
        with pytest.raises(
            ValuesError, match=rf"{name}: the image has a mask, which .* cannot hold. Write .ome.zarr or .h5"
        ):
            vt.io.write(masked, tmp_path / name)
    assert list(tmp_path.iterdir()) == []

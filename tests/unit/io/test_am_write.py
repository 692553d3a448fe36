"""What is written for Avizo: read back bit for bit, and looked at byte by byte, as another program would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra.numpy import arrays

import voltome as vt
from voltome.errors import ValuesError
from voltome.io import _kernels_byte_rle

RNG = np.random.default_rng(8)

GREY = RNG.integers(0, 200, (4, 5, 6))

TYPES = {"u1": "byte", "i2": "short", "u2": "ushort", "i4": "int", "f4": "float", "f8": "double"}

NAMES = {0: "pore", 2: "NMC 811", 5: 'carbon "C65" + \\ binder, µ', 6: "NMC_811"}


def parts_of(path: Path) -> tuple[str, bytes]:
    """Return header and data of a file."""
    head, mark, data = path.read_bytes().partition(b"\n@1\n")
    assert mark
    return head.decode("ascii"), data


@pytest.mark.parametrize("dtype", TYPES)
def test_grey_values_come_back_bit_for_bit(dtype: str, tmp_path: Path) -> None:
    volume = vt.data.Volume(GREY.astype(dtype), voxel_size_um=(1.1, 0.39, 1 / 3), origin_um=(-3.3, 0.1, 1e4))
    path = vt.io.write(volume, tmp_path / "v.am")
    back = vt.io.read_volume(path)
    assert back.values.dtype == volume.values.dtype
    assert np.array_equal(back.values, volume.values)
    assert (back.voxel_size_um, back.origin_um) == (volume.voxel_size_um, volume.origin_um)
    head, data = parts_of(path)
    assert "define Lattice 6 5 4\n" in head
    assert f"Lattice {{ {TYPES[dtype]} Data }} @1\n" in head
    assert data == GREY.astype(np.dtype(dtype).newbyteorder("<")).tobytes() + b"\n"


def test_the_box_is_that_of_the_centres(tmp_path: Path) -> None:
    volume = vt.data.Volume(GREY.astype("u1"), voxel_size_um=(2, 0.25, 0.5), origin_um=(1, -3.125, 9.75))
    head, _ = parts_of(vt.io.write(volume, tmp_path / "v.am"))
    assert "BoundingBox 10.0 12.5 -3.0 -2.0 2.0 8.0,\n" in head
    assert 'Coordinates "um"' in head
    assert 'CoordType "uniform"' in head
    # another program reads no more than the box: without voltome's own numbers it says the same
    bare = head.replace("    Voltome {", "    Other {")
    (tmp_path / "bare.am").write_bytes(bare.encode() + b"\n@1\n" + volume.values.tobytes())
    found = vt.io.describe(tmp_path / "bare.am")
    assert (found.voxel_size_um, found.origin_um) == (volume.voxel_size_um, volume.origin_um)


def test_where_the_box_was_changed_afterwards_it_counts(tmp_path: Path) -> None:
    volume = vt.data.Volume(GREY.astype("u1"), voxel_size_um=(2, 0.25, 0.5), origin_um=(1, -3.125, 9.75))
    head, data = parts_of(vt.io.write(volume, tmp_path / "v.am"))
    for box, size, corner in (
        ("10 15 -3 -2 2 8", (2, 0.25, 1), (1, -3.125, 9.5)),
        ("0 2.5 -3 -2 2 8", (2, 0.25, 0.5), (1, -3.125, -0.25)),
    ):
        changed = head.replace("10.0 12.5 -3.0 -2.0 2.0 8.0", box).encode()
        (tmp_path / "v.am").write_bytes(changed + b"\n@1\n" + data)
        found = vt.io.describe(tmp_path / "v.am")
        assert (found.voxel_size_um, found.origin_um) == (size, corner)


@pytest.mark.parametrize("shape", [(1, 4, 5), (3, 1, 1), (1, 1, 1)])
def test_single_slices_and_single_voxels(shape: tuple[int, int, int], tmp_path: Path) -> None:
    image = vt.data.Volume(np.ones(shape, np.float32), voxel_size_um=(2, 1, 0.3), origin_um=(7, 8, 9))
    back = vt.io.read_volume(vt.io.write(image, tmp_path / "v.am"))
    assert (back.shape, back.voxel_size_um, back.origin_um) == (shape, (2, 1, 0.3), (7, 8, 9))


def test_phases_come_back_with_their_names_and_labels(tmp_path: Path) -> None:
    values = RNG.choice(np.array(list(NAMES), np.uint8), (7, 20, 30))
    image = vt.data.PhaseImage(values, voxel_size_um=0.5, phases=NAMES, history=("threshold", 'say "a"\nb'))
    path = vt.io.write(image, tmp_path / "p.am")
    back = vt.io.read(path)
    assert isinstance(back, vt.data.PhaseImage)
    assert (back.phases, back.voxel_size_um) == (NAMES, (0.5, 0.5, 0.5))
    assert np.array_equal(back.values, values)
    head, data = parts_of(path)
    materials = head.partition("Materials {")[2].partition("    Voltome")[0]
    # label n is the material at place n: those without a phase keep the places of those after them
    assert [line.split()[0] for line in materials.splitlines() if line.endswith(" {")] == [
        "pore", "Unused1", "NMC_811", "Unused3", "Unused4", "carbon_C65_binder_", "NMC_811_",
    ]  # fmt: skip
    assert f"Lattice {{ byte Labels }} @1(HxByteRLE,{len(data) - 1})\n" in head
    assert vt.io.describe(path).metadata["Voltome.History1"] == "threshold"


def test_a_phase_image_without_label_0_has_an_exterior(tmp_path: Path) -> None:
    image = vt.data.PhaseImage(np.ones((2, 3, 4), np.uint8), voxel_size_um=1, phases={1: "3 µm"})
    path = vt.io.write(image, tmp_path / "p.am")
    assert vt.io.read(path).phases == {1: "3 µm"}  # type: ignore[attr-defined]
    assert "Exterior {" in parts_of(path)[0]
    assert "Material_3_m {" in parts_of(path)[0]


def test_booleans_are_the_labels_0_and_1(tmp_path: Path) -> None:
    image = vt.data.PhaseImage(GREY > 100, voxel_size_um=1, phases={0: "pore", 1: "solid"})
    assert np.array_equal(vt.io.read(vt.io.write(image, tmp_path / "p.am")).values, GREY > 100)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("dtype", "stored"), [("u1", "u1"), ("u2", "u2"), ("i4", "i4"), ("u4", "i4"), ("i8", "i4")])
def test_particles_keep_every_label(dtype: str, stored: str, tmp_path: Path) -> None:
    image = vt.data.ParticleImage(GREY.astype(dtype), voxel_size_um=1, phase="NMC")
    back = vt.io.read_particles(vt.io.write(image, tmp_path / "p.am"), phase="NMC")
    assert back.values.dtype == np.dtype(stored)
    assert np.array_equal(back.values, GREY)


def test_values_that_avizo_lacks_are_refused(tmp_path: Path) -> None:
    many = vt.data.ParticleImage(GREY.astype("i8") + 2**31, voxel_size_um=1, phase="NMC")
    for image in (many, vt.data.Volume(GREY.astype("u4"), voxel_size_um=1)):
        with pytest.raises(ValuesError, match=r"v.am: its values are u?int\d+, which Avizo does not have; .*cast"):
            vt.io.write(image, tmp_path / "v.am")
    masked = vt.data.Volume(GREY, voxel_size_um=1, mask=GREY > 1)
    with pytest.raises(ValuesError, match=r"v.am: the image has a mask, which an Avizo file cannot hold"):
        vt.io.write(masked, tmp_path / "v.am")
    assert list(tmp_path.iterdir()) == []


def test_the_same_noun_gives_the_same_bytes(tmp_path: Path) -> None:
    image = vt.data.PhaseImage(GREY.astype("u1") % 2, voxel_size_um=1, phases={0: "pore", 1: "NMC"})
    first = vt.io.write(image, tmp_path / "a.am").read_bytes()
    assert vt.io.write(image, tmp_path / "b.am").read_bytes() == first


def test_through_avizo_and_back_nothing_of_a_label_field_is_lost(tmp_path: Path) -> None:
    image = vt.data.PhaseImage(GREY.astype("u1") % 3, voxel_size_um=(1, 2, 3), phases={0: "a", 1: "b", 2: "c"})
    source = vt.io.write(image, tmp_path / "p.zarr")
    back = vt.io.read(vt.io.convert(vt.io.convert(source, tmp_path / "p.am"), tmp_path / "q.zarr"))
    assert isinstance(back, vt.data.PhaseImage)
    assert (back.phases, back.voxel_size_um) == (image.phases, image.voxel_size_um)
    assert np.array_equal(back.values, image.values)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(arrays(np.uint8, some.integers(1, 700), elements=some.sampled_from([0, 0, 0, 1, 7, 255])))
def test_runs_of_bytes_come_back_and_take_no_more_room_than_they_may(values: Any) -> None:
    room = np.full(values.size + values.size // 127 + 1, 99, np.uint8)
    used = _kernels_byte_rle.pack(values, room)
    back = np.full(values.size, 99, np.uint8)
    assert _kernels_byte_rle.unpack(room[:used], back) == (used, values.size)
    assert np.array_equal(back, values)


@pytest.mark.parametrize(
    ("values", "packed"),
    [
        ([5], [129, 5]),
        ([5] * 127, [127, 5]),
        ([5] * 128, [127, 5, 129, 5]),
        ([1, 2, 2, 2, 3, 3], [129, 1, 3, 2, 130, 3, 3]),
        (list(range(128)), [255, *range(127), 129, 127]),
    ],
)
def test_runs_of_bytes_as_the_format_defines_them(values: list[int], packed: list[int]) -> None:
    room = np.empty(len(values) + 3, np.uint8)
    used = _kernels_byte_rle.pack(np.array(values, np.uint8), room)
    assert room[:used].tolist() == packed

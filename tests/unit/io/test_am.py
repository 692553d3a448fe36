"""Files of Avizo and Amira, put together by the test: what they hold is known without reading them."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from avizo_file import MATERIALS, avizo_file

import voltome as vt
from voltome.errors import FileFormatError, GeometryError, MemoryEstimateError, PhaseError, ValuesError, VoxelSizeError

GREY = np.random.default_rng(4).integers(0, 4000, (4, 5, 6)).astype(np.uint16)

LABELS = (np.arange(4 * 5 * 6).reshape(4, 5, 6) // 7 % 3).astype(np.uint8)


def am(folder: Path, values: np.ndarray = GREY, **parts: Any) -> Path:
    """Write an Avizo file."""
    path = folder / "scan.am"
    path.write_bytes(avizo_file(values, **parts))
    return path


def labels(folder: Path, values: np.ndarray = LABELS, parameters: str = MATERIALS, **parts: Any) -> Path:
    """Write a label field."""
    return am(folder, values, kind="byte", name="Labels", parameters=parameters, **parts)


class TestGrey:
    @pytest.mark.parametrize("order", ["<", ">"])
    @pytest.mark.parametrize(
        ("kind", "dtype"),
        [("byte", "u1"), ("short", "i2"), ("ushort", "u2"), ("int", "i4"), ("float", "f4"), ("double", "f8")],
    )
    def test_every_type_in_both_byte_orders(self, kind: str, dtype: str, order: str, tmp_path: Path) -> None:
        values = (GREY.astype(np.float64) - (2000 if dtype[0] != "u" else 0)).astype(dtype)
        found = vt.io.read_volume(am(tmp_path, values, kind=kind, order=order))
        assert found.values.dtype == np.dtype(dtype)
        assert np.array_equal(found.values, values)

    def test_x_is_the_fastest_axis(self, tmp_path: Path) -> None:
        # the first six numbers of the file are the row y = 0, z = 0
        found = vt.io.read_volume(am(tmp_path, data=np.arange(120, dtype="<u2").tobytes()))
        assert found.values[0, 0].tolist() == [0, 1, 2, 3, 4, 5]
        assert found.values[0, 1, 0] == 6
        assert found.values[1, 0, 0] == 30

    def test_zipped(self, tmp_path: Path) -> None:
        packed = zlib.compress(GREY.astype(">u2").tobytes())
        path = am(tmp_path, order=">", encoding=f"(HxZip,{len(packed)})", data=packed)
        assert np.array_equal(vt.io.read_volume(path).values, GREY)

    def test_text(self, tmp_path: Path) -> None:
        text = "\n".join(map(str, GREY.ravel())).encode()
        assert np.array_equal(vt.io.read_volume(am(tmp_path, order="", data=text)).values, GREY)
        decimals = GREY.astype(np.float32) / 7
        text = " ".join(repr(float(value)) for value in decimals.ravel()).encode()
        path = am(tmp_path, decimals, order="", kind="float", data=text)
        assert np.array_equal(vt.io.read_volume(path).values, decimals)

    def test_text_longer_than_one_piece(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("voltome.io._am_codec.PIECE", 50)
        text = "\n".join(map(str, GREY.ravel())).encode()
        assert np.array_equal(vt.io.read_volume(am(tmp_path, order="", data=text)).values, GREY)
        packed = zlib.compress(GREY.tobytes())
        path = am(tmp_path, encoding=f"(HxZip,{len(packed)})", data=packed)
        assert np.array_equal(vt.io.read_volume(path).values, GREY)

    @pytest.mark.parametrize("first", ["# Avizo BINARY-LITTLE-ENDIAN 2.1", "# AmiraMesh BINARY-LITTLE-ENDIAN 3.0"])
    def test_first_lines_of_other_versions(self, first: str, tmp_path: Path) -> None:
        found = vt.io.describe(am(tmp_path, first_line=first))
        assert found.metadata["first line"] == first.lstrip("# ")

    def test_lines_of_windows_and_an_equals_sign(self, tmp_path: Path) -> None:
        head, mark, data = avizo_file(GREY).partition(b"\n@1\n")
        text = (head.replace(b"} @1", b"} = @1") + mark).replace(b"\n", b"\r\n")
        (tmp_path / "scan.am").write_bytes(text + data)
        assert np.array_equal(vt.io.read_volume(tmp_path / "scan.am").values, GREY)

    def test_more_values_in_memory_than_there_is_are_refused_before(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = am(tmp_path)
        monkeypatch.setattr("voltome.runtime.available_memory_bytes", lambda: 100)
        with pytest.raises(MemoryEstimateError, match=r"reading .*scan.am needs about"):
            vt.io.read_volume(path)


class TestVoxelSize:
    def test_the_box_is_that_of_centres(self, tmp_path: Path) -> None:
        # spacing (x1 - x0) / (nx - 1); corner half a voxel before x0
        box = (10, 10 + 5 * 0.5, -3, -3 + 4 * 0.25, 2, 2 + 3 * 2)
        found = vt.io.describe(am(tmp_path, box=box))
        assert found.voxel_size_um == (2, 0.25, 0.5)
        assert found.origin_um == (1, -3.125, 9.75)
        volume = vt.io.read_volume(am(tmp_path, box=box))
        assert (volume.voxel_size_um, volume.origin_um) == (found.voxel_size_um, found.origin_um)

    @pytest.mark.parametrize(
        ("unit", "factor"),
        [("um", 1), ("µm", 1), ("μm", 1), ("microns", 1), ("mm", 1000), ("nm", 0.001), ("m", 1e6), ("Å", 1e-4)],
    )
    def test_units(self, unit: str, factor: float, tmp_path: Path) -> None:
        found = vt.io.describe(am(tmp_path, unit=unit, box=(0, 10, 0, 8, 0, 6)))
        assert found.voxel_size_um == pytest.approx((2 * factor,) * 3, rel=1e-15)

    def test_a_micro_sign_of_one_byte(self, tmp_path: Path) -> None:
        path = am(tmp_path, unit="µm")
        path.write_bytes(path.read_bytes().replace("µ".encode(), b"\xb5"))
        assert vt.io.describe(path).voxel_size_um == (1, 1, 1)

    def test_no_unit_is_no_voxel_size(self, tmp_path: Path) -> None:
        path = am(tmp_path, unit=None, box=(0, 5 * 0.4, 0, 4 * 0.4, 0, 3 * 0.8))
        (sentence,) = vt.io.describe(path).missing
        assert "0.8 x 0.4 x 0.4 (z, y, x), in a unit that it does not name" in sentence
        with pytest.raises(VoxelSizeError, match=r"does not name .*voxel_size_um=0.78 in Python, .*--voxel-size-um"):
            vt.io.read_volume(path)
        assert vt.io.read_volume(path, voxel_size_um=(1.6, 0.8, 0.8)).voxel_size_um == (1.6, 0.8, 0.8)
        with pytest.raises(VoxelSizeError, match=r"has not the proportions of the file's, \(0.8, 0.4, 0.4\)"):
            vt.io.read_volume(path, voxel_size_um=0.8)

    def test_the_origin_has_the_unit_of_the_voxel_size(self, tmp_path: Path) -> None:
        # the box begins at 10, 20, 30 in a unit of which 0.5 um are 2: the corner is (30 - 1, 20 - 1, 10 - 1) / 4 um
        path = am(tmp_path, unit=None, box=(10, 20, 20, 28, 30, 36))
        assert vt.io.read_volume(path, voxel_size_um=0.5).origin_um == (7.25, 4.75, 2.25)
        written = vt.io.read(vt.io.convert(path, tmp_path / "v.zarr", voxel_size_um=0.5))
        assert written.origin_um == (7.25, 4.75, 2.25)  # type: ignore[attr-defined]

    def test_numbers_beyond_those_of_a_computer(self, tmp_path: Path) -> None:
        path = am(tmp_path, unit="m", box=(0, 1e308, 0, 4, 0, 3))
        with pytest.raises(VoxelSizeError, match=r"the numbers of its bounding box are too large"):
            vt.io.read_volume(path)

    def test_a_unit_that_is_no_length(self, tmp_path: Path) -> None:
        with pytest.raises(VoxelSizeError, match=r"in the unit 'px', which is no length"):
            vt.io.read_volume(am(tmp_path, unit="px"))

    @pytest.mark.parametrize(
        "again", ['    Units { Coordinates "mm" }\n', '}\nParameters {\n    Units { Coordinates "mm" }\n']
    )
    def test_units_that_contradict_each_other_are_not_chosen_from(self, again: str, tmp_path: Path) -> None:
        path = am(tmp_path)
        path.write_bytes(path.read_bytes().replace(b"    Content", again.encode() + b"    Content", 1))
        with pytest.raises(VoxelSizeError, match=r"in 2 units that contradict each other: 'um', 'mm'"):
            vt.io.read_volume(path)
        path.write_bytes(path.read_bytes().replace(b'"mm"', b'"um"'))
        assert vt.io.describe(path).voxel_size_um == (1.0, 1.0, 1.0)

    def test_no_box(self, tmp_path: Path) -> None:
        path = am(tmp_path)
        path.write_bytes(path.read_bytes().replace(b"BoundingBox", b"Box"))
        with pytest.raises(VoxelSizeError, match=r"it has no BoundingBox"):
            vt.io.read_volume(path)
        assert vt.io.read_volume(path, voxel_size_um=2).voxel_size_um == (2, 2, 2)

    def test_of_a_single_slice_the_box_does_not_say_the_thickness(self, tmp_path: Path) -> None:
        path = am(tmp_path, GREY[:1], box=(0, 2.5, 0, 2, 0, 1))
        with pytest.raises(VoxelSizeError, match=r"y = 0.5 um and x = 0.5 um but not .* along z \(one voxel along z"):
            vt.io.read_volume(path)
        assert vt.io.read_volume(path, voxel_size_um=(3, 0.5, 0.5)).voxel_size_um == (3, 0.5, 0.5)

    @pytest.mark.parametrize(
        ("box", "says"),
        [
            ((5, 0, 0, 4, 0, 3), r"from 5.0 to 0.0 along x, which has 6"),
            ((0, 5, 2, 2, 0, 3), r"from 2.0 to 2.0 along y"),
        ],
    )
    def test_a_box_that_is_reversed_or_flat(self, box: Any, says: str, tmp_path: Path) -> None:
        with pytest.raises(GeometryError, match=rf"scan.am: its BoundingBox runs {says}.*above that of the first"):
            vt.io.describe(am(tmp_path, box=box))

    @pytest.mark.parametrize("text", ["0 1 0 1 0", "0 1 0 1 0 nan", "0 1 0 1 0 1e999"])
    def test_a_box_that_is_none(self, text: str, tmp_path: Path) -> None:
        path = am(tmp_path)
        path.write_bytes(path.read_bytes().replace(b"BoundingBox 0 5 0 4 0 3", f"BoundingBox {text}".encode()))
        with pytest.raises(GeometryError, match=r"expected six finite numbers x0 x1 y0 y1 z0 z1"):
            vt.io.describe(path)

    @pytest.mark.parametrize("kind", ["rectilinear", "stacked", "curvilinear"])
    def test_other_coordinates_are_refused(self, kind: str, tmp_path: Path) -> None:
        with pytest.raises(GeometryError, match=rf"its coordinates are '{kind}'; expected 'uniform'.*Resample"):
            vt.io.describe(am(tmp_path, coordinates=kind))

    def test_a_transformation_may_turn_but_not_stretch(self, tmp_path: Path) -> None:
        turned = "    TransformationMatrix 0 1 0 0 -1 0 0 0 0 0 1 0 5 6 7 1,\n"
        assert vt.io.describe(am(tmp_path, parameters=turned)).voxel_size_um == (1, 1, 1)
        for wrong in ("2 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1", "1 0 0"):
            with pytest.raises(GeometryError, match=r"TransformationMatrix stretches or shears.*Apply it first"):
                vt.io.describe(am(tmp_path, parameters=f"    TransformationMatrix {wrong},\n"))


class TestLabels:
    def test_labels_are_the_places_of_the_materials(self, tmp_path: Path) -> None:
        found = vt.io.read(labels(tmp_path))
        assert isinstance(found, vt.data.PhaseImage)
        assert found.phases == {0: "Exterior", 1: "NMC", 2: "Inside"}
        assert np.array_equal(found.values, LABELS)
        described = vt.io.describe(labels(tmp_path))
        assert described.noun == "PhaseImage"
        assert described.metadata["Materials"] == "0 = Exterior, 1 = NMC, 2 = Inside"

    def test_materials_without_an_id_are_counted_all_the_same(self, tmp_path: Path) -> None:
        bare = (
            "    Materials {\n        pore { }\n        NMC {\n Color 1 0 0\n}\n        carbon binder { Id 7 }\n    }\n"
        )
        found = vt.io.read(labels(tmp_path, parameters=bare))
        assert found.phases == {0: "pore", 1: "NMC", 2: "carbon binder"}  # type: ignore[attr-defined]

    def test_labels_beyond_the_list_are_the_ids_where_all_are(self, tmp_path: Path) -> None:
        found = vt.io.read(labels(tmp_path, np.array([1, 12, 3], np.uint8)[LABELS]))
        assert found.phases == {1: "Exterior", 3: "Inside", 12: "NMC"}  # type: ignore[attr-defined]
        with pytest.raises(
            PhaseError,
            match=r"voxels hold \[85\], .* 3 materials .*0 to 2, and their Id are 1, 12, 3, which do not fit",
        ):
            vt.io.read(labels(tmp_path, np.array([1, 85, 0], np.uint8)[LABELS]))

    def test_the_first_files_of_amira(self, tmp_path: Path) -> None:
        # materials without a name before their block, outside of the parameters: there the Id is the label
        text = (
            '# AmiraMesh ASCII 1.0\ndefine Lattice 2 3 2\n\nParameters {\n\tCoordType "uniform",\n'
            "\t# BoundingBox is xmin xmax ymin ymax zmin zmax\n\tBoundingBox 0 1 0 1 0 1\n}\nMaterials {\n"
            '\t{ Id 0, Name "pore" }\n\t{ Id 2, Name "carbon binder" }\n\t{ Id 1, Name "NMC", Color 12 4 5 }\n}\n'
            "Lattice { byte Labels } = @1\nLattice { byte Probability } = @2\n\n@1\n0 0 0 1 2 0\n1 0 0 2 0 2\n\n"
            "@2\n255 255 130 180 9 9\n255 200 190 230 9 9\n"
        )
        (tmp_path / "scan.am").write_text(text)
        assert vt.io.describe(tmp_path / "scan.am").metadata["Materials"] == "0 = pore, 2 = carbon binder, 1 = NMC"
        written = vt.io.read(vt.io.convert(tmp_path / "scan.am", tmp_path / "p.zarr", voxel_size_um=(1, 0.5, 1)))
        assert isinstance(written, vt.data.PhaseImage)
        assert written.phases == {0: "pore", 1: "NMC", 2: "carbon binder"}
        assert written.values.ravel().tolist() == [0, 0, 0, 1, 2, 0, 1, 0, 0, 2, 0, 2]
        (tmp_path / "scan.am").write_text(text.replace("Id 2", "Id 7"))
        with pytest.raises(PhaseError, match=r"holds? \[0, 1, 2\].* their Id are 0, 7, 1\. Say"):
            vt.io.convert(tmp_path / "scan.am", tmp_path / "p.zarr", voxel_size_um=(1, 0.5, 1))

    def test_a_header_as_amira_5_writes_it(self, tmp_path: Path) -> None:
        # the first material without an Id, seeds that nobody needs, and a box that begins elsewhere
        materials = MATERIALS.replace("            Id 1\n", "")
        seeds = "    Seeds {\n        Slice0142 {\n            S0172x0109 2 0 2000 12,\n            S1 2 0 2000 12\n"
        path = labels(tmp_path, parameters=f"{materials}{seeds}        }}\n    }}\n", box=(118, 123, 281, 285, 0, 3))
        found = vt.io.read(path)
        assert isinstance(found, vt.data.PhaseImage)
        assert found.phases == {0: "Exterior", 1: "NMC", 2: "Inside"}
        assert found.origin_um == (-0.5, 280.5, 117.5)
        assert vt.io.describe(path).metadata["Seeds.Slice0142.S1"] == "2 0 2000 12"

    def test_two_materials_of_one_name(self, tmp_path: Path) -> None:
        with pytest.raises(FileFormatError, match=r"it has two materials named 'NMC'"):
            vt.io.describe(labels(tmp_path, parameters=MATERIALS.replace("Inside", "NMC")))

    def test_other_readers_of_labels(self, tmp_path: Path) -> None:
        phases = {0: "pore", 1: "NMC", 2: "binder"}
        assert vt.io.read_phases(labels(tmp_path), phases=phases).phases == phases
        with pytest.raises(
            FileFormatError, match=r"scan.am: holds a PhaseImage; expected grey values or labels. Use v"
        ):
            vt.io.read_volume(labels(tmp_path))
        # labels without materials, or with more than a phase image may have, are particles
        assert vt.io.read_particles(labels(tmp_path, parameters=""), phase="NMC").particle_count == 2
        many = "    Materials {\n" + "".join(f"        P{number} {{ }}\n" for number in range(300)) + "    }\n"
        path = am(tmp_path, GREY, kind="ushort", name="Labels", parameters=many)
        assert vt.io.describe(path).noun == ""
        assert vt.io.read_particles(path, phase="NMC").values.dtype == np.uint16

    def test_a_grey_file_is_no_noun(self, tmp_path: Path) -> None:
        with pytest.raises(FileFormatError, match=r"does not say which noun it holds; expected a label field"):
            vt.io.read(am(tmp_path))

    def test_labels_without_a_unit(self, tmp_path: Path) -> None:
        path = labels(tmp_path, unit=None)
        with pytest.raises(VoxelSizeError, match=r"voltome.io.read takes no voxel size: give it to read_phases, or to"):
            vt.io.read(path)
        written = vt.io.read(vt.io.convert(path, tmp_path / "labels.zarr", voxel_size_um=0.5))
        assert isinstance(written, vt.data.PhaseImage)
        assert (written.voxel_size_um, written.phases[1]) == ((0.5, 0.5, 0.5), "NMC")
        with pytest.raises(VoxelSizeError, match=r"has not the proportions"):
            vt.io.convert(path, tmp_path / "labels.zarr", voxel_size_um=(1, 2, 3))

    def test_the_probability_beside_the_labels_is_passed_over(self, tmp_path: Path) -> None:
        path = labels(tmp_path)
        two = path.read_bytes().replace(b"@1\n\n", b"@1\nLattice { byte Probability } @2\n\n") + b"@2\n" + bytes(120)
        path.write_bytes(two)
        assert np.array_equal(vt.io.read(path).values, LABELS)  # type: ignore[attr-defined]

    def test_runs_of_bytes(self, tmp_path: Path) -> None:
        # 40 zeros, the five bytes 1 2 1 2 1, 75 twos, and a run of none, which other programs may write
        packed = bytes([40, 0, 128 + 5, 1, 2, 1, 2, 1, 0, 9, 75, 2])
        path = labels(tmp_path, encoding=f"(HxByteRLE,{len(packed)})", data=packed)
        expected = [0] * 40 + [1, 2, 1, 2, 1] + [2] * 75
        assert vt.io.read(path).values.ravel().tolist() == expected  # type: ignore[attr-defined]


FAULTY_DATA = [
    ({"data": GREY.tobytes()[:-2]}, r"the file is truncated: .* 4 x 5 x 6 ushort values \(z, y, x\), 240 bytes; the "),
    ({"data": GREY.tobytes() * 2}, r"should end at byte .* by its lattice 4 x 5 x 6 .*the header contradicts the data"),
    ({"lattice": "6 5 5"}, r"the file is truncated: its header states a lattice of 5 x 5 x 6"),
    ({"lattice": "6 5 2"}, r"contradicts the data"),
    ({"lattice": "6 5 0"}, r"its lattice is 6 x 5 x 0; expected three extents above 0 \(x, y, z\)"),
    ({"lattice": "6 5"}, r"its lattice is 6 x 5; expected three"),
    ({"lattice": "999999999 999999999 999999999"}, r"the file is truncated"),
    ({"kind": "complex"}, r"its values are 'complex'; expected one of byte, short, ushort, int, float, double"),
    ({"kind": "float[3]"}, r"3 values per voxel \(float\[3\] Data\); expected one"),
    ({"encoding": "(HxLzma,12)"}, r"encoded as 'HxLzma' in a file 'AmiraMesh BIN.*of HxByteRLE, HxZip"),
    ({"encoding": "(HxZip)"}, r"it does not say how many bytes its HxZip has"),
    ({"encoding": "(HxZip,12)", "order": ""}, r"encoded as 'HxZip' in a file 'AmiraMesh 3D ASCII 2.0'"),
    ({"encoding": "(HxByteRLE,12)"}, r"its ushort values are encoded as HxByteRLE; expected byte values"),
    ({"encoding": "(HxZip,9999)"}, r"truncated: its header states 9,999 bytes of HxZip"),
    ({"encoding": "(HxZip,2)", "data": b"ab"}, r"cannot be unzipped"),
    ({"encoding": "(HxZip,12)", "lattice": "6000 5000 4000", "data": bytes(12)}, r"12 bytes of HxZip cannot hold the"),
    ({"order": "", "data": b"1 2 3 " * 40 + b"x"}, r"its data are no text of numbers, as its first line says"),
    ({"order": "", "data": b"1 " * 121}, r"it has more than the 120 numbers of its lattice"),
    ({"order": "", "data": b"10000 " * 119}, r"truncated: its header states 120 numbers"),
    ({"order": "", "data": b"70000 " * 120}, r"the number 70000.0 is no uint16 that its header states"),
    ({"order": "", "data": b"0.5 " * 120}, r"0.5 is no uint16"),
    ({"order": "", "data": b"nan " * 120}, r"nan is no uint16"),
    ({"parameters": "    Materials {\n"}, r"its parameters have no closing '}'"),
    ({"parameters": "    {\n    }\n"}, r"a '{' in its parameters without a name before it"),
    ({"parameters": "    a { " * 40 + "} " * 40}, r"or too many inside each other"),
    ({"parameters": "}\nLattice { byte Labels } @2\nParameters {\n"}, r"2 arrays on its lattice \(Labels @2, Data"),
    ({"parameters": "}\ndefine Lattice 1 2 3\nParameters {\n"}, r"2 lines 'define Lattice'; expected one: an image on"),
    ({"first_line": "# HyperSurface 0.1 BINARY"}, r"not an Avizo file: it begins with .*HyperSurf.*expected '# Amira"),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "says"), FAULTY_DATA, ids=lambda value: str(value)[:40])
def test_a_file_that_contradicts_itself_is_refused(parts: dict[str, Any], says: str, tmp_path: Path) -> None:
    path = am(tmp_path, **parts)
    with pytest.raises((FileFormatError, ValuesError), match=rf"scan.am: .*{says}"):
        vt.io.read_volume(path, voxel_size_um=1)


@pytest.mark.parametrize(
    ("packed", "says"),
    [
        (bytes([100, 1]), r"give 100 of 120 voxels and use 2 of 2 bytes"),
        (bytes([120, 1, 3, 1]), r"give 120 of 120 voxels and use 2 of 4"),
        (bytes([121, 1]), r"give 0 of 120"),
        (bytes([100, 1, 128 + 20, 1, 2]), r"give 100 of 120 voxels and use 2 of 5"),
        (bytes([1]), r"1 bytes of HxByteRLE cannot hold the 120 bytes of its lattice"),
    ],
)
def test_runs_that_do_not_fill_the_lattice(packed: bytes, says: str, tmp_path: Path) -> None:
    path = labels(tmp_path, encoding=f"(HxByteRLE,{len(packed)})", data=packed)
    with pytest.raises(FileFormatError, match=says):
        vt.io.read(path)


def test_zipped_data_that_are_longer_or_shorter_than_the_lattice(tmp_path: Path) -> None:
    for size, says in ((10**6, "longer than the 240 bytes"), (100, "give 100 bytes; expected 240")):
        packed = zlib.compress(bytes(size))
        path = am(tmp_path, encoding=f"(HxZip,{len(packed)})", data=packed)
        with pytest.raises(FileFormatError, match=says):
            vt.io.read_volume(path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", r"the file is empty"),
        (b"# AmiraMesh BINARY-LITTLE-ENDIAN 2.1\n", r"no line '@1' marks the beginning of its data"),
        (b"# AmiraMesh 3D ASCII 2.0\nnVertices 3\n@1\n", r"0 lines 'define Lattice'; expected one.*meshes.*no images"),
        (b"# AmiraMesh 3D ASCII 2.0\ndefine Lattice 1 1 1\n@1\n3\n", r"no line such as 'Lattice \{ ushort Data \} @1'"),
        (
            b"# AmiraMesh 3D ASCII 2.0\ndefine Lattice 1 1 1\nLattice { byte a } @2\n@1\n3\n",
            r"begin with section @1, but",
        ),
    ],
)
def test_files_without_an_image(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "scan.am"
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match=rf"scan.am: .*{says}"):
        vt.io.describe(path)


def test_a_disk_that_fails_is_an_error_that_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = am(tmp_path)

    def fail(*args: Any, **options: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "open", fail)
    with pytest.raises(FileFormatError, match=r"scan.am: cannot be read: Input/output error"):
        vt.io.describe(path)

"""OME-Zarr: written for everybody, read from anybody."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import ome_zarr_models.v04
import ome_zarr_models.v05
import pytest
import zarr

import voltome as vt
from voltome.errors import AxisError, FileFormatError, MemoryEstimateError, VoxelSizeError

NGFF = ("0.5", "0.4")

VALUES = np.random.default_rng(1).integers(0, 60000, (5, 30, 300)).astype(np.uint16)


def volume(**more: Any) -> vt.data.Volume:
    fields: dict[str, Any] = {"voxel_size_um": (1.5, 0.1, 0.3), "origin_um": (10.0, 0.7, -3.0), **more}
    return vt.data.Volume(VALUES, **fields)


def images() -> list[vt.data.ImageNoun]:
    mask = VALUES > 1000
    return [
        volume(mask=mask, history=("simulated: spheres", "median: 3"), quantity="attenuation", unit="1/cm"),
        vt.data.PhaseImage(
            (VALUES % 3).astype(np.uint8) * 85,
            voxel_size_um=0.1,
            phases={0: "pore", 85: "NMC", 170: "binder", 255: "nothing"},
            grey_intervals={"NMC": (100.5, None), "pore": (None, 3)},
            mask=mask,
        ),
        vt.data.ParticleImage(VALUES.astype(np.int64) << 33, voxel_size_um=0.1, phase="sulfur"),
    ]


def same(left: Any, right: Any) -> bool:
    """Say whether two field values are equal, type and bits."""
    if isinstance(left, np.ndarray):
        return left.dtype == right.dtype and left.shape == right.shape and left.tobytes() == right.tobytes()
    return type(left) is type(right) and left == right


@pytest.mark.parametrize("ngff", NGFF)
@pytest.mark.parametrize("image", images(), ids=lambda image: type(image).__name__)
def test_every_field_of_an_image_comes_back_bit_for_bit(image: Any, ngff: Any, tmp_path: Path) -> None:
    back = vt.io.read(vt.io.write(image, tmp_path / "image.ome.zarr", ngff=ngff))
    assert type(back) is type(image)
    for name in type(image).__dataclass_fields__:
        assert same(getattr(image, name), getattr(back, name)), name


@pytest.mark.parametrize("dtype", ["u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f4", "f8"])
def test_every_type_of_grey_value_comes_back(dtype: str, tmp_path: Path) -> None:
    values = VALUES.astype(dtype)
    back = vt.io.read(vt.io.write(vt.data.Volume(values, voxel_size_um=1), tmp_path / "image.zarr"))
    assert isinstance(back, vt.data.Volume)
    assert back.values.dtype == np.dtype(dtype).newbyteorder("=")
    assert np.array_equal(back.values, values)


def test_values_not_contiguous_come_back(tmp_path: Path) -> None:
    image = vt.data.Volume(VALUES.transpose(2, 0, 1)[::2, ::-1], voxel_size_um=1)
    back = vt.io.read_volume(vt.io.write(image, tmp_path / "image.zarr"))
    assert np.array_equal(back.values, image.values)


@pytest.mark.parametrize("image", images(), ids=lambda image: type(image).__name__)
def test_what_is_written_is_valid_ome_zarr(image: Any, tmp_path: Path) -> None:
    new = zarr.open_group(vt.io.write(image, tmp_path / "new.ome.zarr"), mode="r")
    old = zarr.open_group(vt.io.write(image, tmp_path / "old.ome.zarr", ngff="0.4"), mode="r")
    model = ome_zarr_models.v05.Image.from_zarr(new)
    assert model.ome_attributes.version == "0.5"
    assert len(model.ome_attributes.multiscales[0].datasets) == 2
    assert len(ome_zarr_models.v04.Image.from_zarr(old).attributes.multiscales[0].datasets) == 2
    assert new.metadata.zarr_format == 3
    assert old.metadata.zarr_format == 2


@pytest.mark.parametrize("ngff", NGFF)
def test_the_pyramid_lies_where_the_image_lies(ngff: Any, tmp_path: Path) -> None:
    path = vt.io.write(volume(), tmp_path / "image.ome.zarr", ngff=ngff)
    attributes = dict(zarr.open_group(path, mode="r").attrs)
    levels = attributes.get("ome", attributes)["multiscales"][0]["datasets"]
    scales = [np.array(level["coordinateTransformations"][0]["scale"]) for level in levels]
    centres = [np.array(level["coordinateTransformations"][1]["translation"]) for level in levels]
    assert scales[1] == pytest.approx(2 * scales[0])
    # the outer corner of the first voxel, centre - half a voxel, is the same for all levels
    for scale, centre in zip(scales, centres, strict=True):
        assert centre - scale / 2 == pytest.approx(np.array([10.0, 0.7, -3.0]))


def test_chunks_are_cubes_of_64_to_128_voxels(tmp_path: Path) -> None:
    for dtype, edge in ((np.uint8, 128), (np.uint16, 128), (np.float32, 64)):
        image = vt.data.Volume(np.zeros((130, 131, 132), dtype), voxel_size_um=1)
        group = zarr.open_group(vt.io.write(image, tmp_path / "image.zarr"), mode="r")
        assert group["0"].chunks == (edge,) * 3


@pytest.mark.parametrize("ngff", NGFF)
def test_read_volume_keeps_what_the_file_knows(ngff: Any, tmp_path: Path) -> None:
    image = images()[0]
    path = vt.io.write(image, tmp_path / "image.ome.zarr", ngff=ngff)
    back = vt.io.read_volume(path)
    assert (back.quantity, back.unit, back.history) == ("attenuation", "1/cm", image.history)
    assert back.origin_um == (10.0, 0.7, -3.0)
    assert back.mask is not None
    assert vt.io.read_volume(path, quantity="density", unit="g/cm3").quantity == "density"
    with pytest.raises(VoxelSizeError, match=r"two voxel sizes"):
        vt.io.read_volume(path, voxel_size_um=0.5)


def test_labels_are_not_read_as_grey_values(tmp_path: Path) -> None:
    path = vt.io.write(images()[1], tmp_path / "image.zarr")
    with pytest.raises(FileFormatError, match=r"image.zarr: holds a PhaseImage; expected grey values"):
        vt.io.read_volume(path)
    names = {0: "void", 85: "active", 170: "carbon"}
    assert vt.io.read_phases(path, phases=names).phases == names


# --- what other programs write -------------------------------------------------------------------------------------


def foreign(path: Path, shape: tuple[int, ...], axes: str, ngff: str = "0.5", **more: Any) -> Path:
    """Write OME-Zarr as other programs do: units and scales by axis, levels called s0, s1."""
    group = zarr.open_group(path, mode="w", zarr_format=3 if ngff == "0.5" else 2)
    values = np.arange(np.prod(shape), dtype=np.uint16).reshape(shape)
    group.create_array("s0", data=values)
    unit = more.get("unit", "nanometer")
    kinds = {"t": "time", "c": "channel"}
    named = [{"name": axis, "type": kinds.get(axis, "space")} for axis in axes]
    for axis in named:
        if axis["type"] == "space" and unit:
            axis["unit"] = unit
    scale = [1.0 if axis in "tc" else more.get("scale", {}).get(axis, 500.0) for axis in axes]
    steps = [{"type": "scale", "scale": scale}, *more.get("steps", [])]
    multiscale = {
        "axes": named,
        "datasets": [{"path": "s0", "coordinateTransformations": steps}],
        **more.get("top", {}),
    }
    if ngff == "0.5":
        group.attrs["ome"] = {"version": more.get("version", "0.5"), "multiscales": [multiscale]}
    else:
        group.attrs["multiscales"] = [{"version": more.get("version", "0.4"), **multiscale}]
    return path


@pytest.mark.parametrize("ngff", NGFF)
@pytest.mark.parametrize(("shape", "axes"), [((3, 4, 5), "zyx"), ((1, 1, 3, 4, 5), "tczyx"), ((1, 3, 4, 5), "czyx")])
def test_images_of_other_programs(ngff: str, shape: tuple[int, ...], axes: str, tmp_path: Path) -> None:
    path = foreign(tmp_path / "image.ome.zarr", shape, axes, ngff, scale={"z": 1500.0})
    found = vt.io.describe(path)
    assert (found.format, found.shape, found.dtype, found.noun) == (f"OME-Zarr {ngff}", (3, 4, 5), "uint16", "")
    image = vt.io.read_volume(path)
    assert image.voxel_size_um == (1.5, 0.5, 0.5)
    assert np.array_equal(image.values.ravel(), np.arange(60))


@pytest.mark.parametrize("ngff", NGFF)
def test_a_single_slice_lacks_z(ngff: str, tmp_path: Path) -> None:
    path = foreign(tmp_path / "image.ome.zarr", (4, 5), "yx", ngff)
    with pytest.raises(VoxelSizeError, match=r"y = 0.5 um and x = 0.5 um but not the voxel size along z"):
        vt.io.read_volume(path)
    assert vt.io.read_volume(path, voxel_size_um=0.5).shape == (1, 4, 5)


def test_scale_and_translation_of_all_levels_are_combined(tmp_path: Path) -> None:
    # 2 um voxels whose first centre is at 3 um, then everything x 10 and moved by 100: 20 um, centre 130, corner 120
    path = foreign(
        tmp_path / "image.ome.zarr",
        (3, 4, 5),
        "zyx",
        unit="micrometer",
        scale={"z": 2.0, "y": 2.0, "x": 2.0},
        steps=[{"type": "translation", "translation": [3.0, 3.0, 3.0]}],
        top={
            "coordinateTransformations": [
                {"type": "scale", "scale": [10.0, 10.0, 10.0]},
                {"type": "translation", "translation": [100.0, 100.0, 100.0]},
            ]
        },
    )
    image = vt.io.read_volume(path)
    assert image.voxel_size_um == (20.0, 20.0, 20.0)
    assert image.origin_um == (120.0, 120.0, 120.0)


def test_an_image_without_translation_begins_at_zero(tmp_path: Path) -> None:
    assert vt.io.read_volume(foreign(tmp_path / "image.zarr", (3, 4, 5), "zyx")).origin_um == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(("unit", "scale"), [("", 1.0), ("pixel", 1.0), ("micrometer", 0.0), ("micrometer", -1.0)])
def test_a_scale_that_is_no_length_is_not_a_voxel_size(unit: str, scale: float, tmp_path: Path) -> None:
    path = foreign(tmp_path / "image.zarr", (3, 4, 5), "zyx", unit=unit, scale={"z": scale, "y": scale, "x": scale})
    with pytest.raises(VoxelSizeError, match=rf"its z axis has the scale {scale} and (no )?unit"):
        vt.io.read_volume(path)
    assert vt.io.read_volume(path, voxel_size_um=2).voxel_size_um == (2, 2, 2)


def test_a_group_inside_a_group_and_missing_chunks_of_others_are_fill_values(tmp_path: Path) -> None:
    path = foreign(tmp_path / "image.zarr", (3, 4, 5), "zyx")
    shutil.rmtree(path / "s0" / "c")
    assert not vt.io.read_volume(path).values.any()


@pytest.mark.parametrize(
    ("shape", "axes", "message"),
    [
        ((1, 2, 3, 4, 5), "tczyx", "5 axes .* with 2 channels; expected 3"),
        ((2, 1, 3, 4, 5), "tczyx", "5 axes .* with 2 time points; expected 3"),
        ((3, 4, 5), "xyz", "its axes are x, y, z; expected z, y, x"),
    ],
)
def test_other_axes_are_refused(shape: tuple[int, ...], axes: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(AxisError, match=rf"image.zarr: .*{message}"):
        vt.io.describe(foreign(tmp_path / "image.zarr", shape, axes))


def test_metadata_and_array_that_disagree_are_refused(tmp_path: Path) -> None:
    path = foreign(tmp_path / "image.zarr", (3, 4, 5), "zyx")
    zarr.open_group(path).create_array("s0", data=np.zeros((2, 2)), overwrite=True)
    with pytest.raises(FileFormatError, match=r"its metadata name 3 axes, its array has 2"):
        vt.io.describe(path)


def test_other_versions_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"OME-Zarr 0.9; expected 0.4 or 0.5"):
        vt.io.describe(foreign(tmp_path / "image.zarr", (3, 4, 5), "zyx", version="0.9"))


def test_a_collection_says_where_the_image_is(tmp_path: Path) -> None:
    group = zarr.open_group(tmp_path / "many.zarr", mode="w", zarr_format=2)
    group.attrs["bioformats2raw.layout"] = 3
    foreign(tmp_path / "many.zarr" / "0", (3, 4, 5), "zyx", "0.4")
    with pytest.raises(FileFormatError, match=r"give its sub-folder '0'"):
        vt.io.describe(tmp_path / "many.zarr")
    assert vt.io.describe(tmp_path / "many.zarr" / "0").shape == (3, 4, 5)


# --- damage --------------------------------------------------------------------------------------------------------


def test_a_folder_that_is_no_group(tmp_path: Path) -> None:
    (tmp_path / "image.zarr").mkdir()
    with pytest.raises(FileFormatError, match=r"image.zarr: not a zarr group that can be read: no group metadata"):
        vt.io.describe(tmp_path / "image.zarr")


def test_a_file_called_zarr(tmp_path: Path) -> None:
    (tmp_path / "image.zarr").write_bytes(b"PK")
    with pytest.raises(FileFormatError, match=r"image.zarr: a file; expected a folder.*Unpack it"):
        vt.io.describe(tmp_path / "image.zarr")


def test_an_array_is_no_group(tmp_path: Path) -> None:
    zarr.create_array(tmp_path / "image.zarr", data=np.zeros((2, 2)))
    with pytest.raises(FileFormatError, match=r"a single zarr array, not a group"):
        vt.io.describe(tmp_path / "image.zarr")


def test_a_group_without_an_image(tmp_path: Path) -> None:
    zarr.open_group(tmp_path / "image.zarr", mode="w")
    with pytest.raises(FileFormatError, match=r"a zarr group without OME-Zarr metadata"):
        vt.io.describe(tmp_path / "image.zarr")
    with pytest.raises(FileFormatError, match=r"not written by voltome.*read_volume"):
        vt.io.read(tmp_path / "image.zarr")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"zarr_format": 7, "node_type": "group"}', "\x00"])
def test_bad_json(text: str, tmp_path: Path) -> None:
    path = vt.io.write(volume(), tmp_path / "image.zarr")
    (path / "zarr.json").write_text(text)
    with pytest.raises(FileFormatError, match=r"image.zarr"):
        vt.io.read_volume(path)


@pytest.mark.parametrize("ngff", NGFF)
def test_a_missing_array_is_named(ngff: Any, tmp_path: Path) -> None:
    path = vt.io.write(volume(mask=VALUES > 3), tmp_path / "image.zarr", ngff=ngff)
    shutil.rmtree(path / "0")
    with pytest.raises(FileFormatError, match=r"name the array '0', which is missing; it has '1', 'mask'"):
        vt.io.describe(path)


@pytest.mark.parametrize("ngff", NGFF)
def test_a_missing_chunk_is_an_error_and_not_zeros(ngff: Any, tmp_path: Path) -> None:
    path = vt.io.write(vt.data.Volume(np.zeros((3, 4, 300), np.uint8), voxel_size_um=1), tmp_path / "i.zarr", ngff=ngff)
    chunk = next(file for file in vt.io.input_files(path) if file.name == "2")
    chunk.unlink()
    with pytest.raises(FileFormatError, match=r"array '0' has 2 of 3 chunks; the copy is incomplete"):
        vt.io.read(path)


@pytest.mark.parametrize("ngff", NGFF)
def test_a_truncated_chunk_is_an_error(ngff: Any, tmp_path: Path) -> None:
    path = vt.io.write(volume(), tmp_path / "image.zarr", ngff=ngff)
    chunk = max((file for file in (path / "0").rglob("*") if file.is_file()), key=lambda file: file.stat().st_size)
    chunk.write_bytes(chunk.read_bytes()[:100])
    with pytest.raises(
        FileFormatError, match=r"image.zarr: chunk .* of array '0' has 100 bytes; expected [\d,]+: the copy is incompl"
    ):
        vt.io.read(path)


def test_a_flipped_bit_is_an_error(tmp_path: Path) -> None:
    path = vt.io.write(volume(), tmp_path / "image.zarr")
    for chunk in [file for file in (path / "0").rglob("*") if file.is_file() and file.name != "zarr.json"]:
        whole = bytearray(chunk.read_bytes())
        whole[len(whole) // 2] ^= 1
        chunk.write_bytes(whole)
        with pytest.raises(FileFormatError, match=r"image.zarr: not a sound zarr group: .*[Cc]hecksum"):
            vt.io.read(path)


def test_more_than_fits_in_memory_is_said_before(tmp_path: Path) -> None:
    path = foreign(tmp_path / "image.zarr", (3, 4, 5), "zyx")
    told = json.loads((path / "s0" / "zarr.json").read_text())
    told["shape"] = [10**5, 10**5, 10**5]
    (path / "s0" / "zarr.json").write_text(json.dumps(told))
    with pytest.raises(MemoryEstimateError, match=r"reading .*image.zarr needs about \d+"):
        vt.io.read_volume(path)


def test_a_newer_voltome_and_an_unknown_noun_say_so(tmp_path: Path) -> None:
    path = vt.io.write(volume(), tmp_path / "image.zarr")
    group = zarr.open_group(path)
    own = dict(group.attrs["voltome"])
    group.attrs["voltome"] = {**own, "format": 99}
    with pytest.raises(FileFormatError, match=r"image.zarr: written by a newer voltome \(format 99"):
        vt.io.read(path)
    group.attrs["voltome"] = {**own, "noun": "Spectrum"}
    with pytest.raises(FileFormatError, match=r"image.zarr: holds a 'Spectrum', which is not known here"):
        vt.io.read(path)


@pytest.mark.parametrize("attributes", ["[]", '{"voltome": []}', '{"voltome": {"attributes": 3}}'])
def test_odd_attributes_are_refused_by_name(attributes: str, tmp_path: Path) -> None:
    (tmp_path / "image.zarr").mkdir()
    text = f'{{"zarr_format": 3, "node_type": "group", "attributes": {attributes}}}'
    (tmp_path / "image.zarr" / "zarr.json").write_text(text)
    with pytest.raises(FileFormatError, match=r"image.zarr: not a sound zarr group"):
        vt.io.read_attributes(tmp_path / "image.zarr")

"""Every image format of voltome, alike: what is written comes back bit for bit; refusals; a study on them."""

import string
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import voltome as vt
from voltome.errors import FileFormatError, ParameterError
from voltome.io._units import centre_of_first_voxel, corner_um

NAMES = ("v.h5", "v.nxs::/entry/data", "v.nrrd", "v.nhdr", "v.mha", "v.mhd", "v.raw")

TYPES = ("u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8")

LENGTHS = st.floats(1e-6, 1e6, allow_subnormal=False)
# a femtometre is 1e-9 um
PLACES = st.floats(-1e9, 1e9).map(lambda place: place if abs(place) > 1e-9 else 0.0)
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12)


def same(one: vt.data.ImageNoun, other: vt.data.ImageNoun) -> bool:
    """Say whether two images are the same, bit for bit."""
    fields = [name for name in one.__dataclass_fields__ if name not in ("values", "mask")]
    return (
        type(one) is type(other)
        and one.values.dtype == other.values.dtype
        and one.values.tobytes() == other.values.tobytes()
        and one.shape == other.shape
        and all(getattr(one, name) == getattr(other, name) for name in fields)
    )


@st.composite
def images(draw: st.DrawFn) -> vt.data.ImageNoun:
    """Draw an image of any kind, type and grid."""
    shape = draw(st.tuples(*[st.integers(1, 4)] * 3))
    grid: dict[str, Any] = {
        "voxel_size_um": draw(st.tuples(LENGTHS, LENGTHS, LENGTHS)),
        "origin_um": draw(st.tuples(PLACES, PLACES, PLACES)),
        "history": tuple(draw(st.lists(TEXTS, max_size=3))),
    }
    rng = np.random.default_rng(draw(st.integers(0, 9)))
    kind = draw(st.sampled_from(["Volume", "PhaseImage", "ParticleImage"]))
    if kind == "PhaseImage":
        names = draw(
            st.lists(
                st.text(string.ascii_letters + ' :µ"', min_size=1).filter(str.strip),
                min_size=2,
                max_size=2,
                unique=True,
            )
        )
        intervals = draw(st.sampled_from([None, {names[0]: (None, 3), names[1]: (3.5, None)}]))
        values = rng.integers(0, 2, shape).astype(np.uint8) * 200
        return vt.data.PhaseImage(values, phases={0: names[0], 200: names[1]}, grey_intervals=intervals, **grid)
    if kind == "ParticleImage":
        values = rng.integers(0, 99, shape).astype(draw(st.sampled_from(TYPES[:8])))
        return vt.data.ParticleImage(values, phase="sulfur", **grid)
    dtype = np.dtype(draw(st.sampled_from(TYPES)))
    bits = rng.integers(0, 256, (*shape, dtype.itemsize)).astype(np.uint8)
    values = bits.view(dtype).reshape(shape)
    if dtype.kind == "f":
        values = np.where(np.isfinite(values), values, dtype.type(-0.0))
    return vt.data.Volume(values, quantity=draw(TEXTS), unit=draw(TEXTS), **grid)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=20, deadline=None, derandomize=True)
@given(image=images(), compressed=st.booleans())
def test_every_image_comes_back_bit_for_bit(
    name: str, image: vt.data.ImageNoun, compressed: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    can = not name.startswith(("v.h5", "v.nxs", "v.raw"))
    path = vt.io.write(image, tmp_path_factory.mktemp("v") / name, compressed=compressed and can)
    assert same(vt.io.read(path), image)
    described = vt.io.describe(path)
    assert (described.noun, described.shape) == (type(image).__name__, image.shape)
    assert (described.voxel_size_um, described.origin_um) == (image.voxel_size_um, image.origin_um)
    assert described.dtype == image.values.dtype.name
    assert described.missing == ()


@settings(max_examples=200, derandomize=True)
@given(PLACES, LENGTHS)
def test_the_centre_of_a_voxel_gives_its_corner_back(place: float, size: float) -> None:
    assert corner_um(centre_of_first_voxel(place, size), size) == place


@pytest.mark.parametrize("name", NAMES)
def test_grey_values_and_labels_are_read_as_such(name: str, tmp_path: Path) -> None:
    values = np.arange(24, dtype=np.uint8).reshape(2, 3, 4) % 3
    volume = vt.data.Volume(values, voxel_size_um=(2, 1, 1), origin_um=(5, 0, 0), unit="1/cm", quantity="attenuation")
    path = vt.io.write(volume, tmp_path / name)
    assert same(vt.io.read_volume(path), volume)
    assert vt.io.read_volume(path, voxel_size_um=(2, 1, 1)).unit == "1/cm"
    assert vt.io.read_phases(path, phases={0: "a", 1: "b", 2: "c"}).origin_um == (5, 0, 0)
    assert vt.io.read_particles(path, phase="a").voxel_size_um == (2, 1, 1)
    path = vt.io.write(vt.data.PhaseImage(values, voxel_size_um=1, phases={0: "a", 1: "b", 2: "c"}), tmp_path / name)
    with pytest.raises(FileFormatError, match="holds a PhaseImage; expected grey values or labels"):
        vt.io.read_volume(path)


@pytest.mark.parametrize("name", NAMES)
def test_conversion_keeps_the_noun(name: str, tmp_path: Path) -> None:
    volume = vt.data.Volume(np.ones((2, 3, 4), np.float32), voxel_size_um=1, history=("a",))
    source = vt.io.write(volume, tmp_path / "source.ome.zarr")
    target = vt.io.convert(source, tmp_path / name)
    assert same(vt.io.read(target), volume)
    wrong = vt.io.convert(target, tmp_path / "back.zarr", voxel_size_um=2, overrule=True)
    assert vt.io.read(wrong).history[-1].startswith("voxel size overruled")


@pytest.mark.parametrize("name", ["v.tif", "v.zarr", "v.h5", "v.raw"])
def test_packing_is_a_choice_of_some_formats_only(name: str, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"leaves no choice; expected one of .nrrd, .nhdr, .mha, .mhd"):
        vt.io.write(vt.data.Volume(np.ones((2, 3, 4)), voxel_size_um=1), tmp_path / name, compressed=True)


@pytest.mark.parametrize("name", ["v.nrrd", "v.nhdr", "v.mha", "v.mhd"])
def test_packed_files_are_smaller_and_the_same_every_time(name: str, tmp_path: Path) -> None:
    volume = vt.data.Volume(np.zeros((20, 30, 40), np.uint16), voxel_size_um=1)
    sizes = [
        vt.io.describe(vt.io.write(volume, tmp_path / folder / name, compressed=folder != "plain")).size_bytes
        for folder in ("plain", "packed", "again")
    ]
    assert sizes[0] > 20 * sizes[1]
    files = [sorted(file.read_bytes() for file in (tmp_path / folder).iterdir()) for folder in ("packed", "again")]
    assert files[0] == files[1]


@pytest.mark.parametrize("name", NAMES[2:])
def test_a_damaged_line_of_voltome_is_refused(name: str, tmp_path: Path) -> None:
    if name == "v.raw":
        return
    path = vt.io.write(vt.data.Volume(np.ones((2, 3, 4)), voxel_size_um=1), tmp_path / name)
    whole = path.read_bytes()
    for old, new, says in (
        (b'"Volume"', b'"Valume"', "holds a 'Valume', which is not known"),
        (b'"format": 1', b'"format": 9', "written by a newer voltome"),
        (b'"quantity"', b'"quantify"', "field 'voltome' is damaged: TypeError"),
        (b'"noun"', b'"nown"', "field 'voltome' is damaged: KeyError"),
        (b'"Volume"', b'"ResultTable"', "holds a ResultTable, which is no image"),
    ):
        path.write_bytes(whole.replace(old, new))
        with pytest.raises(FileFormatError, match=says):
            vt.io.read(path)


def test_a_study_tells_two_images_of_one_file_apart(tmp_path: Path) -> None:
    low = vt.data.Volume(np.arange(64, dtype=np.uint8).reshape(4, 4, 4), voxel_size_um=1)
    vt.io.write(low, tmp_path / "all.h5::/first/grey")
    vt.io.write(low.derive("brighter", values=low.values + 20), tmp_path / "all.h5::/second/grey")
    (tmp_path / "study.yaml").write_text(
        "study: x\nscans:\n  a: {source: 'all.h5::/first/grey'}\n  b: {source: 'all.h5::/second/grey'}\n"
        "pipeline:\n  - threshold: {intervals: {solid: [40, null]}, rest: pore}\n  - phase_fractions\n"
    )
    results = vt.study.run(vt.study.load(tmp_path / "study.yaml"))
    frame = results.tables()["phase_fractions"].frame
    solid = frame[frame.phase == "solid"].set_index("scan").fraction
    # of 64 values 0 to 63, 24 are 40 or more; of 20 to 83, 44
    assert solid.to_dict() == {"a": 24 / 64, "b": 44 / 64}


@pytest.mark.parametrize("name", NAMES)
def test_describing_never_reads_the_voxels(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = vt.io.write(vt.data.Volume(np.ones((2, 3, 4)), voxel_size_um=1), tmp_path / name)
    monkeypatch.setattr("voltome.io._flat.read", None)
    monkeypatch.setattr("h5py.Dataset.__getitem__", None)
    monkeypatch.setattr("h5py.Dataset.read_direct", None)
    assert vt.io.describe(path).shape == (2, 3, 4)

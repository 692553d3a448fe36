"""Damaged NRRD, MetaImage, RAW and HDF5: read as their header says, or refused by an error that names the file."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import pytest

import voltome as vt
from voltome.errors import VoltomeError

RNG = np.random.default_rng(3)

VOLUME = vt.data.Volume(
    RNG.integers(0, 4000, (3, 7, 5)).astype(np.uint16),
    voxel_size_um=(1, 0.5, 0.25),
    origin_um=(3, 0.5, -2),
    quantity="attenuation",
    unit="1/cm",
    history=("median",),
)

MASKED = vt.data.Volume(VOLUME.values, voxel_size_um=0.5, mask=VOLUME.values > 100)

PHASES = vt.data.PhaseImage(VOLUME.values > 2000, voxel_size_um=0.5, phases={0: "pore", 1: "sulfur"})

ROUNDS, FEWER = 150, 60
"""Spoilt files of each case: NRRD and RAW, and the others."""

EDITS = (
    "0",
    "-1",
    "7",
    "3.5",
    "nan",
    "inf",
    "1e400",
    "9" * 30,
    "",
    "um",
    "uint8",
    "big",
    "True",
    "x" * 300,
    "%d",
    "LIST",
)
"""What a field of a header is replaced by."""


@dataclass(frozen=True)
class Case:
    """A file, those of its parts that are spoilt, and whether their beginning is text."""

    name: str
    noun: vt.data.Noun
    parts: tuple[str, ...]
    text: bool = True
    compressed: bool = False

    @property
    def rounds(self) -> int:
        """How many spoilt files are tried."""
        return ROUNDS if Path(self.name).suffix in (".nrrd", ".nhdr", ".raw") else FEWER


CASES = (
    Case("whole.nrrd", VOLUME, ("whole.nrrd",)),
    Case("packed.nrrd", PHASES, ("packed.nrrd",), compressed=True),
    Case("apart.nhdr", VOLUME, ("apart.nhdr", "apart.nhdr", "apart.raw")),
    Case("whole.mha", VOLUME, ("whole.mha",)),
    Case("packed.mha", PHASES, ("packed.mha",), compressed=True),
    Case("apart.mhd", VOLUME, ("apart.mhd", "apart.mhd", "apart.zraw"), compressed=True),
    Case("plain.raw", PHASES, ("plain.raw.yaml", "plain.raw.yaml", "plain.raw")),
    Case("volume.raw", VOLUME, ("volume.raw.yaml",)),
    Case("image.h5", VOLUME, ("image.h5",), text=False),
    Case("mask.h5", MASKED, ("mask.h5",), text=False),
)


def flip(data: bytes, rng: np.random.Generator) -> bytes:
    """Change one to eight bytes, most of them near the beginning."""
    spoilt = bytearray(data)
    for _ in range(rng.integers(1, 9)):
        end = min(len(data), 600) if rng.random() < 0.7 else len(data)
        spoilt[int(rng.integers(0, end))] = int(rng.integers(0, 256))
    return bytes(spoilt)


def cut(data: bytes, rng: np.random.Generator) -> bytes:
    """Cut the end off, or add to it."""
    length = int(rng.integers(0, len(data) + 20))
    return data[:length] + b"\0" * max(0, length - len(data))


def edit(data: bytes, rng: np.random.Generator) -> bytes:
    """Remove, double, move or change a line of a header, or one number in it."""
    lines = data.split(b"\n")
    first = [number for number, line in enumerate(lines[:20]) if line.isascii() and line]
    place = int(rng.choice(first))
    line = lines[place]
    other = str(rng.choice(EDITS)).encode()
    match int(rng.integers(0, 5)):
        case 0:
            del lines[place]
        case 1:
            lines.insert(int(rng.choice(first)), line)
        case 2:
            words = line.split(b" ")
            words[int(rng.integers(0, len(words)))] = other
            lines[place] = b" ".join(words)
        case 3:
            name, mark, _ = line.partition(b":" if b":" in line else b"=")
            lines[place] = name + mark + b" " + other
        case 4:
            lines.insert(place, line.partition(b" ")[0] + b" " + other)
    return b"\n".join(lines)


def complaint(path: Path) -> str:
    """Read a file as what it says it is; return why it was refused, or nothing. Other errors are bugs."""
    try:
        described = vt.io.describe(path)
        read: Callable[..., vt.data.Noun] = vt.io.read if described.noun else vt.io.read_volume
        size = {} if described.noun or described.voxel_size_um else {"voxel_size_um": (1, 0.5, 0.25)}
        image = read(path, **size)
    except VoltomeError as error:
        return str(error)
    assert image.shape == described.shape
    return ""


def read_or_refuse(path: Path) -> bool:
    """Read a file; True where it was refused, by an error that names it."""
    message = complaint(path)
    assert not message or path.name in message, f"the message does not name the file: {message}"
    return bool(message)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_spoilt_file_is_read_or_refused_by_name(case: Case, tmp_path: Path) -> None:
    path = vt.io.write(case.noun, tmp_path / case.name, **({"compressed": True} if case.compressed else {}))
    rng = np.random.default_rng(13)
    refused = 0
    for _ in range(case.rounds):
        victim = tmp_path / str(rng.choice(case.parts))
        whole = victim.read_bytes()
        spoil = rng.choice([flip, cut, edit] if case.text else [flip, flip, cut])
        victim.write_bytes(spoil(whole, rng))
        refused += read_or_refuse(path)
        victim.write_bytes(whole)
    assert refused > case.rounds // 5  # the loop does reach the faults
    assert not read_or_refuse(path)


def test_a_spoilt_file_of_another_program_is_read_or_refused_by_name(tmp_path: Path) -> None:
    # without the checksums that voltome's own HDF5 files have
    path = tmp_path / "other.h5"
    with h5py.File(path, "w") as file:
        file["entry/data"] = VOLUME.values
        file["entry/data"].attrs["element_size_um"] = [1.0, 0.5, 0.25]
        file["entry/x_pixel_size"] = 0.25
        file["entry/x_pixel_size"].attrs["units"] = "um"
    whole = path.read_bytes()
    rng = np.random.default_rng(17)
    refused = 0
    for _ in range(FEWER):
        path.write_bytes(rng.choice([flip, flip, cut])(whole, rng))
        refused += read_or_refuse(path)
    assert refused > FEWER // 5


def test_so_many_are_spoilt() -> None:
    # with the 1,290 of test_fuzz_avizo_zeiss.py, more than 2,000 of .am, NRRD, side-cars and .txm
    counts = dict.fromkeys((".nrrd", ".nhdr", ".raw", ".mha", ".mhd", ".h5"), 0)
    for case in CASES:
        counts[Path(case.name).suffix] += case.rounds
    assert counts == {".nrrd": 300, ".nhdr": 150, ".raw": 300, ".mha": 120, ".mhd": 60, ".h5": 120}

"""Spoilt raw scans: read, or refused by name, in little memory, the same ones every time.

A format joins by a row in `SCANS`; every row gets its share of the 10,000 files of the long test.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import raw_scans
from compound_file import compound_file, zeiss_scan
from spoiling import Rng, bytes_changed, fields_changed, numbers_changed

import voltome as vt
from voltome.errors import VoltomeError

COUNTS = np.random.default_rng(22).integers(100, 4000, (5, 12, 11)).astype(np.uint16)

LARGE = np.tile(COUNTS, (1, 5, 5))
"""Images of several sectors, which lie by themselves."""

LARGEST_PEAK = 64 * 2**20
"""Bytes; the files have some thousands."""

ROUNDS, FEW, LONG_ROUNDS = 120, 60, 10_000
"""Spoilt files of each row, and of all rows together in the long test."""


@dataclass(frozen=True)
class Scan:
    """A scan that is written, and how its files are spoilt.

    Attributes
    ----------
    make : callable
        Writes the scan into an empty folder and returns the path to read.
    spoil : tuple of callable
        (bytes, generator) -> bytes; one is drawn for each file.
    victims : tuple of str
        Names of the files that are spoilt, the one that is read where there are none here.
    rounds : int
        How many of its files are spoilt in the quick test.
    """

    make: Callable[[Path], Path]
    spoil: tuple[Callable[[bytes, Rng], bytes], ...]
    victims: tuple[str, ...] = ()
    rounds: int = ROUNDS


def zeiss(name: str, streams: dict[str, bytes], sector: int = 512) -> Scan:
    """Return a row for a file of Zeiss."""

    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(compound_file(streams, sector=sector))
        return path

    return Scan(make, (bytes_changed, numbers_changed, fields_changed))


CONE = {"geometry": 1, "distances_mm": (-13.5, 40.5), "shifts": np.ones((5, 2))}


def own(name: str) -> Callable[[Path], Path]:
    """Return what writes a scan as voltome does."""

    def make(folder: Path) -> Path:
        scan = raw_scans.data_exchange(folder / "first.h5")
        return vt.io.write(vt.io.read_projections(scan), folder / name)

    return make


SIDE_CAR_WORDS = (
    b"0",
    b"-1",
    b"1e400",
    b".nan",
    b"[",
    b"{",
    b"}",
    b":",
    b"*a",
    b"&a",
    b"~",
    b"..",
    b"counts",
    b"views",
)


def words_changed(data: bytes, rng: Rng) -> bytes:
    """Put something else for one word of a text, or double or drop a line."""
    lines = data.splitlines(keepends=True)
    number = int(rng.integers(len(lines)))
    what = rng.choice(["word", "double", "drop"])
    if what == "word":
        words = lines[number].split(b" ")
        words[int(rng.integers(len(words)))] = SIDE_CAR_WORDS[int(rng.integers(len(SIDE_CAR_WORDS)))]
        lines[number] = b" ".join(words)
    else:
        lines[number] = lines[number] * (2 if what == "double" else 0)
    return b"".join(lines)


SCANS = {
    "data exchange": Scan(lambda folder: raw_scans.data_exchange(folder / "scan.h5"), (bytes_changed,), rounds=FEW),
    "nexus": Scan(lambda folder: raw_scans.nexus(folder / "scan.nxs"), (bytes_changed,), rounds=FEW),
    "nexus, linked": Scan(
        lambda folder: raw_scans.nexus(folder / "scan.nxs", link=folder / "raw.h5"),
        (bytes_changed,),
        ("scan.nxs", "raw.h5"),
        FEW,
    ),
    "own hdf5": Scan(own("scan.h5"), (bytes_changed,), rounds=FEW),
    "side-car": Scan(raw_scans.tiff_stack, (bytes_changed, words_changed), rounds=FEW),
    "tiff": Scan(raw_scans.tiff_stack, (bytes_changed,), ("scan.tif", "flats.tif"), FEW),
    "matlab": Scan(lambda folder: raw_scans.matlab(folder / "scan.mat"), (bytes_changed,), rounds=FEW),
    "zeiss parallel": zeiss("scan.txrm", zeiss_scan(COUNTS, references=COUNTS[:1], energy_ev=9200.0)),
    "zeiss cone": zeiss("scan.txrm", zeiss_scan(LARGE, references=LARGE[:2], several=True, **CONE), sector=4096),
    "zeiss single": zeiss("view.xrm", zeiss_scan(LARGE[:1], exposures_s=np.ones(1))),
}


def answer(path: Path) -> str:
    """Describe and read a scan; return the message of the voltome error that refused it, or nothing."""
    try:
        vt.io.describe(path)
        found = vt.io.read_projections(path)
        lazy = vt.io.read_projections(path, lazy=True)
        middle = found.row_count // 2
        assert np.array_equal(lazy.rows(middle, found.row_count).values, found.values[:, middle:])
    except VoltomeError as error:
        return str(error)
    assert found.values.shape[0] == found.angles_deg.size
    return ""


def measured(path: Path) -> tuple[str, int]:
    """Return the answer, and the largest memory that Python and numpy held meanwhile."""
    tracemalloc.start()
    try:
        return answer(path), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def refused(scan: Scan, folder: Path, count: int, seed: int) -> int:
    """Return how many of `count` spoilt scans were refused; each by an error that names it, in little memory."""
    rng = np.random.default_rng(seed)
    path = scan.make(folder)
    assert answer(path) == ""
    victims = [folder / name for name in scan.victims] or [path]
    total = 0
    for number in range(count):
        victim = victims[int(rng.integers(len(victims)))]
        whole = victim.read_bytes()
        victim.write_bytes(scan.spoil[int(rng.integers(len(scan.spoil)))](whole, rng))
        # measuring the memory takes longer than reading
        message, peak = measured(path) if number % 5 == 0 else (answer(path), 0)
        assert not message or path.name in message, f"the message does not name the file: {message}"
        assert peak < LARGEST_PEAK
        total += bool(message)
        victim.write_bytes(whole)
    return total


@pytest.mark.parametrize("kind", SCANS)
def test_a_spoilt_scan_is_read_or_refused_by_name(kind: str, tmp_path: Path) -> None:
    rounds = SCANS[kind].rounds
    assert rounds // 5 < refused(SCANS[kind], tmp_path, rounds, seed=13) < rounds


@pytest.mark.long
@pytest.mark.parametrize("kind", SCANS)
def test_ten_thousand_spoilt_scans_are_read_or_refused_by_name(kind: str, tmp_path: Path) -> None:
    share = -(-LONG_ROUNDS // len(SCANS))
    assert share // 5 < refused(SCANS[kind], tmp_path, share, seed=29) < share


@pytest.mark.parametrize("kind", [kind for kind in SCANS if kind.startswith("zeiss")])
def test_a_zeiss_scan_cut_anywhere_is_an_error_and_never_zeros(kind: str, tmp_path: Path) -> None:
    path = SCANS[kind].make(tmp_path)
    whole, expected = path.read_bytes(), vt.io.read_projections(path).values[:]
    for length in np.linspace(0, len(whole) - 1, 40).astype(int):
        path.write_bytes(whole[:length])
        if answer(path) == "":
            assert np.array_equal(vt.io.read_projections(path).values[:], expected)


def test_so_many_are_spoilt() -> None:
    assert (sum(scan.rounds for scan in SCANS.values()), LONG_ROUNDS) == (780, 10_000)

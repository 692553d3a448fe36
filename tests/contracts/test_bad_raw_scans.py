"""Bad raw scans, as a user meets them: `voltome run` on a whole study says what is wrong and how to mend it.

Either one clear message, exit code 1 and no traceback; or, where a scan can still be reconstructed, a stated note.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import pytest
from compound_file import compound_file, zeiss_streams

from voltome.app.cli import main

Build = Callable[[Path], None]

VIEWS, ROWS, COLUMNS = 24, 4, 32

ANGLES = np.arange(VIEWS) * 7.5

CHAIN = "  - inspect_views\n  - normalise\n  - absorbance\n  - set_rotation_axis\n  - fbp\n"
GIVEN = CHAIN.replace("set_rotation_axis", "set_rotation_axis: {rotation_axis_px: 15.2}")
SCAN = "scan.h5, as: projections, pixel_size_um: 1"
CONE = SCAN + ", beam: cone, source_to_axis_um: 10000, source_to_detector_um: 30000"


def rod_and_core(views: int = VIEWS) -> np.ndarray:
    """Return counts[view, row, column] of a rod of 400/cm with a core; the beam has 20,000 above a dark of 100."""
    angles, columns = np.deg2rad(np.arange(views) * 180 / views), np.arange(COLUMNS) - 15.2
    absorbance = np.zeros((views, COLUMNS))
    for y, x, radius, attenuation_per_cm in ((0, 0, 10, 400.0), (3, -4, 3, 900.0)):
        away = columns - (x * np.cos(angles) + y * np.sin(angles))[:, np.newaxis]
        absorbance += attenuation_per_cm * 1e-4 * 2 * np.sqrt(np.maximum(radius**2 - away**2, 0))
    seen = 100 + 20_000 * np.exp(-absorbance)[:, np.newaxis] * np.ones((1, ROWS, 1))
    return np.random.default_rng(3).poisson(seen).astype(np.uint16)


def scan(
    *, views: int = VIEWS, angles: np.ndarray | None = None, units: str = "degrees", flat: int = 20_100, white: int = 0
) -> Build:
    """Write a scan as Data Exchange; the first columns are `white` where that is above 0."""

    def build(folder: Path) -> None:
        counts = rod_and_core(views)
        counts[:, :, :8] = white or counts[:, :, :8]
        with h5py.File(folder / "scan.h5", "w") as file:
            file["exchange/data"] = counts
            file["exchange/data_white"] = np.full((5, ROWS, COLUMNS), flat, np.uint16)
            file["exchange/data_dark"] = np.full((5, ROWS, COLUMNS), 100, np.uint16)
            file["exchange/theta"] = np.arange(views) * 180 / views if angles is None else angles
            file["exchange/theta"].attrs["units"] = units

    return build


def cut(name: str, build: Build, share: float) -> Build:
    """Write only the first part of a file."""

    def truncated(folder: Path) -> None:
        build(folder)
        whole = (folder / name).read_bytes()
        (folder / name).write_bytes(whole[: int(len(whole) * share)])

    return truncated


def zeiss(folder: Path) -> None:
    """Write a scan as a Zeiss microscope does."""
    streams = zeiss_streams(rod_and_core(), angles_deg=ANGLES)
    (folder / "scan.txrm").write_bytes(compound_file(streams))


@dataclass(frozen=True)
class Case:
    """What is wrong, how it is made, the source, the steps, and what the message must say."""

    name: str
    build: Build
    source: str
    pipeline: str
    says: tuple[str, ...]


REFUSED = [
    Case("truncated HDF5", cut("scan.h5", scan(), 0.5), SCAN, CHAIN, ("scan.h5", "truncated", "Copy it again")),
    Case(
        "truncated OLE",
        cut("scan.txrm", zeiss, 0.5),
        "scan.txrm, as: projections",
        CHAIN,
        ("scan.txrm: not a sound Zeiss file", "Copy or export it again"),
    ),
    Case(
        "angles of other views",
        scan(angles=np.arange(20) * 9.0),
        SCAN,
        CHAIN,
        ("'/exchange/theta' has 20 angles for 24 views", "Give angles_deg=(first, last)"),
    ),
    Case(
        "three angles by hand",
        scan(),
        SCAN + ", angles_deg: [0, 90, 180]",
        CHAIN,
        ("(3,) for 24 views", "(first, last)"),
    ),
    Case(
        "angles in radians",
        scan(angles=np.deg2rad(ANGLES)),
        SCAN,
        CHAIN,
        ("24 angles run over 3.011", "in radians; expected degrees", "numpy.degrees(angles)"),
    ),
    Case(
        "flats without beam",
        scan(flat=0),
        SCAN,
        CHAIN,
        ("5 of 5 flats hold no beam", "flats and darks are not swapped", "in scan: normalise"),
    ),
    Case(
        "saturated frames",
        scan(white=65_535),
        SCAN,
        CHAIN,
        ("25.00% of the pixels of the views are saturated", "at most 1.00%", "shorter exposure", "in scan: normalise"),
    ),
    Case(
        "an axis outside the detector",
        scan(),
        SCAN,
        GIVEN.replace("15.2", "99"),
        ("at column 99", "columns 0 to 31", "find_rotation_axis", "in scan: set_rotation_axis"),
    ),
    Case(
        "an axis before the first column",
        scan(),
        SCAN,
        GIVEN.replace("15.2", "-3"),
        ("rotation_axis_px: found -3", "0"),
    ),
    Case(
        "an axis to be found from two views",
        scan(views=2),
        SCAN,
        CHAIN,
        ("2 different angles", "at least 4", "in scan: set_rotation_axis"),
    ),
    Case("one view", scan(views=1), SCAN, GIVEN, ("fbp needs views from several directions", "have 1", "in scan: fbp")),
    Case(
        "fbp on counts",
        scan(),
        SCAN,
        "  - fbp\n",
        (
            "needs a Projections of kind 'absorbance'",
            "of kind 'counts'",
            "retrieve_phase, correct_halo, absorbance, project",
        ),
    ),
    Case(
        "fbp before the axis is known",
        scan(),
        SCAN,
        "  - normalise\n  - absorbance\n  - fbp\n",
        ("fbp needs the axis of rotation", "find_rotation_axis", "set_rotation_axis", "in scan: fbp"),
    ),
    Case(
        "a cone beam given to fbp",
        scan(),
        CONE,
        "  - normalise\n  - absorbance\n  - fbp\n",
        ("fbp is for a parallel beam", "from a cone beam", "the result would be wrong", "in scan: fbp"),
    ),
    Case("pixel size absent", scan(), "scan.h5, as: projections", CHAIN, ("pixel_size_um", "no default", "Give pixel")),
    Case("a scan read as a volume", scan(), "scan.h5, voxel_size_um: 1", "  - median\n", ("as: projections",)),
]

NOTED = [
    Case(
        "a repeated view",
        scan(angles=np.where(np.arange(VIEWS) == 7, 6, np.arange(VIEWS)) * 7.5),
        SCAN,
        GIVEN,
        ("1 view repeats the angle of an earlier one, number 7.", "1 view is missing: between 45 and 60 degrees"),
    ),
    Case(
        "missing views",
        scan(views=20, angles=np.delete(ANGLES, [10, 11, 12, 13])),
        SCAN,
        GIVEN,
        ("4 views are missing: between 67.5 and 105 degrees there is none, where the usual step is 7.5 degrees.",),
    ),
    Case("too few views", scan(views=6), SCAN, GIVEN, ("There are 6 directions for 32 columns",)),
    Case("a sound scan", scan(), SCAN, GIVEN, ()),
]


def run(case: Case, folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run the study of a case; return the exit code."""
    case.build(folder)
    (folder / "study.yaml").write_text(
        f"study: x\nscans:\n  scan: {{source: {case.source}}}\npipeline:\n{case.pipeline}"
    )
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["voltome", "run", "study.yaml"])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_a_bad_scan_gets_one_clear_message(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    code = run(case, tmp_path, monkeypatch)
    said = capsys.readouterr().err
    assert code == 1, said
    assert said.startswith("voltome: ")
    assert "Traceback" not in said
    assert [fragment for fragment in case.says if fragment not in said] == [], said
    assert not (tmp_path / "study-results" / "provenance.json").exists()


@pytest.mark.parametrize("case", NOTED, ids=lambda case: case.name)
def test_what_a_scan_lacks_is_noted_and_in_the_report(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert run(case, tmp_path, monkeypatch) == 0
    notes = [line for line in capsys.readouterr().out.splitlines() if line.startswith("note: ")]
    assert len(notes) == len(case.says)
    report = (tmp_path / "study-results" / "report.html").read_text()
    for fragment in case.says:
        assert any(fragment in note for note in notes), notes
        assert fragment in report

"""Bad input, as a user meets it: `voltome run` says what was found, what was expected and how to mend it.

Every case is a whole study on files in a folder. It must end with exit code 1 and one message that has all the
fragments named: no traceback, and no results that look finished.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import remounted
import tifffile
from scipy.ndimage import gaussian_filter

import voltome as vt
from voltome.app.cli import main

Build = Callable[[Path], None]


@dataclass(frozen=True)
class Case:
    """What is wrong, how it is made, the study, and what the message must say."""

    name: str
    build: Build
    scan: str
    pipeline: str
    says: tuple[str, ...]


def ball(folder: Path, name: str = "scan.tif", size: int = 12) -> vt.data.Volume:
    """Write a grey ball that lies inside its image."""
    grid = np.indices((size,) * 3) + 0.5
    inside = ((grid - size / 2) ** 2).sum(axis=0) <= (size / 3) ** 2
    volume = vt.data.Volume(np.where(inside, 200, 100).astype(np.uint16), voxel_size_um=0.5)
    vt.io.write(volume, folder / name)
    return volume


def nothing(folder: Path) -> None:
    """Make no file at all."""


def good(folder: Path) -> None:
    ball(folder)


def raw_tiff(values: np.ndarray, **options: object) -> Build:
    """Write a TIFF without a voxel size."""

    def build(folder: Path) -> None:
        tifffile.imwrite(folder / "scan.tif", values, photometric="minisblack", **options)

    return build


def content(data: bytes, name: str = "scan.tif") -> Build:
    """Write these bytes."""
    return lambda folder: (folder / name).write_bytes(data) and None


def truncated(folder: Path) -> None:
    ball(folder)
    whole = (folder / "scan.tif").read_bytes()
    (folder / "scan.tif").write_bytes(whole[: len(whole) // 2])


def broken_zarr(folder: Path) -> None:
    ball(folder, "scan.ome.zarr")
    (folder / "scan.ome.zarr" / "zarr.json").write_text("{ not json")


def slices(shapes: list[tuple[int, int]], numbers: list[int]) -> Build:
    """Write one TIFF for each slice."""

    def build(folder: Path) -> None:
        (folder / "stack").mkdir()
        for shape, number in zip(shapes, numbers, strict=True):
            tifffile.imwrite(folder / "stack" / f"slice_{number}.tif", np.zeros(shape, np.uint8))

    return build


def spoilt(value: float) -> np.ndarray:
    """Return grey values with one that is no number."""
    values = np.zeros((4, 5, 6), np.float32)
    values[2, 3, 4] = value
    return values


def locked(folder: Path) -> None:
    ball(folder)
    (folder / "study-results").write_text("a file where the folder should be")


SCAN = "scan.tif"
SIZED = "scan.tif, voxel_size_um: 0.5"
CUT = "  - threshold: {intervals: {solid: [150, null]}, rest: pore}\n"

CASES = [
    Case("missing file", nothing, SCAN, "  - median\n", ("scan.tif", "study.yaml:3")),
    Case("empty file", content(b""), SIZED, "  - median\n", ("scan.tif", "empty")),
    Case("truncated file", truncated, SCAN, "  - median\n", ("scan.tif", "truncated", "Copy it again")),
    Case("no TIFF inside", content(b"not a tiff at all" * 9), SIZED, "  - median\n", ("scan.tif", "TIFF")),
    Case(
        "corrupt OME-Zarr",
        broken_zarr,
        "scan.ome.zarr",
        "  - median\n",
        ("scan.ome.zarr", "not a sound zarr group", "line 1"),
    ),
    Case("unknown format", content(b"x", "scan.xyz"), "scan.xyz", "  - median\n", (".xyz", ".tif", ".ome.zarr")),
    Case("empty folder", lambda f: (f / "stack").mkdir(), "stack", "  - median\n", ("stack", "slices")),
    Case("glob without match", nothing, '"stack/*.tif"', "  - median\n", ("there is no 'stack'", "study.yaml")),
    Case(
        "slices of two shapes",
        slices([(4, 5), (4, 6)], [1, 2]),
        "stack, voxel_size_um: 1",
        "  - median\n",
        ("slice_2.tif", "4 x 6", "4 x 5", "pattern"),
    ),
    Case(
        "a slice missing", slices([(4, 5)] * 3, [1, 2, 4]), "stack, voxel_size_um: 1", "  - median\n", ("3", "missing")
    ),
    Case("four axes", raw_tiff(np.zeros((2, 3, 4, 5), np.uint8)), SIZED, "  - median\n", ("scan.tif", "(z, y, x)")),
    Case("NaN", raw_tiff(spoilt(np.nan)), SIZED, "  - median\n", ("1 NaN or infinite", "(2, 3, 4)", "nan_to_num")),
    Case("infinity", raw_tiff(spoilt(np.inf)), SIZED, "  - median\n", ("1 NaN or infinite", "(2, 3, 4)", "nan_to_num")),
    Case(
        "voxel size absent",
        raw_tiff(np.zeros((3, 4, 5), np.uint8)),
        SCAN,
        "  - median\n",
        ("does not say its voxel size", "no default", "add 'voxel_size_um: 0.78'"),
    ),
    Case("voxel size zero", good, "scan.tif, voxel_size_um: 0", "  - median\n", ("found 0", "greater than 0")),
    Case("voxel size negative", good, "scan.tif, voxel_size_um: -1", "  - median\n", ("found -1", "greater than 0")),
    Case("voxel size of two numbers", good, "scan.tif, voxel_size_um: [1, 2]", "  - median\n", ("[1, 2]", "missing")),
    Case("voxel size as a text", good, "scan.tif, voxel_size_um: 1 um", "  - median\n", ("'1 um'", "valid number")),
    Case(
        "voxel size contradictory",
        good,
        "scan.tif, voxel_size_um: 0.78",
        "  - median\n",
        ("0.5", "0.78", "--overrule"),
    ),
    Case("unknown phase", good, SCAN, CUT + "  - surface_area: {phase: sold}\n", ("'sold'", "Did you mean 'solid'?")),
    Case(
        "overlapping intervals",
        good,
        SCAN,
        "  - threshold: {intervals: {a: [1, 50], b: [50, 90]}, rest: pore}\n",
        ("'a'", "'b'", "overlap"),
    ),
    Case(
        "interval upside down",
        good,
        SCAN,
        "  - threshold: {intervals: {a: [50, 1]}, rest: pore}\n",
        ("'a'", "50", "1"),
    ),
    Case(
        "phase without a voxel",
        good,
        SCAN,
        "  - threshold: {intervals: {solid: [5000, null]}, rest: pore}\n",
        ("'solid'", "100", "200", "in scan: threshold"),
    ),
    Case(
        "label without a name",
        raw_tiff(np.eye(4, dtype=np.uint8)[None] * 7),
        "scan.tif, as: phases, phases: {0: pore}, voxel_size_um: 1",
        "  - phase_fractions\n",
        ("[7]", "Name every label"),
    ),
    Case(
        "three mistakes at once",
        good,
        SCAN,
        "  - medain\n  - threshold: {rest: pore}\n  - gaussian: {sigma_um: -1}\n",
        ("3 mistakes", "Did you mean 'median'?", "'intervals' is missing", "greater than 0"),
    ),
    Case(
        "density absent",
        good,
        SCAN,
        CUT + "  - areal_loading: {phase: solid}\n",
        ("pipeline.1.areal_loading", "the parameter 'density_g_per_cm3' is missing"),
    ),
    Case(
        "smallest radius above all particles",
        good,
        SCAN,
        CUT
        + "  - separate_particles: {phase: solid}\n  - measure_particles\n"
        + "  - size_distribution: {minimum_radius_um: 40}\n",
        ("no particle has", "minimum_radius_um = 40 um", "in scan: size_distribution"),
    ),
    Case(
        "particles too small for a shape",
        good,
        SCAN,
        CUT + "  - separate_particles: {phase: solid}\n  - measure_shapes\n",
        ("no particle has", "minimum_radius_voxels = 5", "the largest of 1 has 4.06", "in scan: measure_shapes"),
    ),
    Case(
        "shapes of a single slice",
        good,
        SCAN,
        "  - crop: {box_voxels: [[6, 7], [0, 12], [0, 12]]}\n"
        + CUT
        + "  - separate_particles: {phase: solid}\n  - measure_shapes: {minimum_radius_voxels: 0}\n",
        ("at least two voxels along every axis", "in scan: measure_shapes"),
    ),
    Case(
        "thickness of a phase that fills the image",
        good,
        SCAN,
        CUT + "  - crop: {box_voxels: [[5, 7], [5, 7], [5, 7]]}\n  - local_thickness: {phase: solid}\n",
        ("'solid' fills the sample whole", "in scan: local_thickness"),
    ),
    Case(
        "an iso-surface without its grey values",
        good,
        SCAN,
        CUT + "  - surface_area: {phase: solid, estimator: iso_surface}\n",
        ("iso_surface needs the grey values", "expected grey=", "in scan: surface_area"),
    ),
    Case(
        "a triple-phase boundary of two phases",
        good,
        SCAN,
        CUT + "  - triple_phase_boundary\n",
        ("2 phases ('pore', 'solid')", "expected three different ones", "in scan: triple_phase_boundary"),
    ),
    Case(
        "an inlet at which the phase has no voxel",
        good,
        SCAN,
        CUT + "  - mercury_intrusion: {phase: solid, inlet: z-}\n",
        ("'solid' has no voxel at the inlet, the first face along z", "Choose another inlet", "in scan: mercury"),
    ),
    Case(
        "a level that is not at the surface",
        good,
        SCAN,
        CUT + "  - local_thickness: {phase: solid, grey: source, level: 5000}\n",
        ("grey value 5000 lies between the two sides", "at 0 % of it", "in scan: local_thickness"),
    ),
    Case(
        "no whole particle",
        good,
        SCAN,
        CUT
        + "  - crop: {box_voxels: [[3, 9], [3, 9], [3, 9]]}\n  - separate_particles: {phase: solid}\n"
        + "  - measure_particles\n  - size_distribution: {border: killed}\n",
        ("touch the border, so none is left", "Measure a larger image", "in scan: size_distribution"),
    ),
    Case(
        "a depth of nothing",
        good,
        SCAN,
        CUT + "  - separation_curve: {phase: solid, depths_um: [0.5, 0]}\n",
        ("pipeline.1.separation_curve", "depths_um.1", "greater than 0"),
    ),
    Case(
        "separation of a phase that is not in the crop",
        good,
        SCAN,
        CUT + "  - crop: {box_voxels: [[0, 2], [0, 2], [0, 2]]}\n  - separation_curve: {phase: solid}\n",
        ("'solid' has no voxel", "phase_fractions", "in scan: separation_curve"),
    ),
    Case("misspelt parameter", good, SCAN, "  - median: {size_voxel: 3}\n", ("Did you mean 'size_voxels'?",)),
    Case("chain that does not fit", good, SCAN, "  - measure_particles\n", ("ParticleImage", "separate_particles")),
    Case("broken YAML", good, SCAN, "  - median: {size_voxels: 3\n", ("not valid YAML", "line")),
    Case("results folder not writable", locked, SCAN, "  - median\n", ("study-results", "--results FOLDER")),
    Case(
        "a swept threshold above all grey values",
        good,
        SCAN,
        CUT + "  - sweep: {over: threshold.intervals.solid.0, values: [150, 5000], steps: [phase_fractions]}\n",
        ("'solid' [5000.0, ...] selects no voxel", "from 100 to 200", "in scan: threshold@sweep-2"),
    ),
    Case(
        "a band without values of the sweep",
        good,
        SCAN,
        CUT
        + "  - sweep: {over: threshold.intervals.solid.0, values: [150], band: [10, 20], steps: [phase_fractions]}\n",
        ("0 of the values 150.0 lie from 10 to 20", "at least two", "study.yaml"),
    ),
    Case(
        "a single threshold against which to measure",
        good,
        SCAN,
        "  - threshold_sensitivity: {phase: solid, interval: [150, null], values: [150]}\n",
        ("found 1 value", "2 to 250 grey values", "study.yaml"),
    ),
    Case(
        "weak threshold above the strong one",
        good,
        SCAN,
        "  - hysteresis_threshold: {phase: solid, strong: 120, weak: 180, rest: pore}\n",
        ("weak is 180", "strong is 120", "exchange them"),
    ),
    Case(
        "no current collector",
        lambda folder: ball(folder, size=20) and None,
        SCAN,
        "  - level: {collector: [5000, null]}\n",
        ("no voxel", "[5000, ...]", "100", "in scan: level"),
    ),
    Case(
        "clean-up smaller than a voxel",
        good,
        SCAN,
        CUT + "  - remove_artefacts: {phase: solid, radius_um: 0.2}\n",
        ("0.2", "0.5 um", "in scan: remove_artefacts"),
    ),
    Case(
        "voids with the name of a phase",
        good,
        SCAN,
        CUT + "  - internal_voids: {phase: solid, void: pore}\n",
        ("has a phase 'pore' already", "expected a new name", "in scan: internal_voids"),
    ),
    Case(
        "merging a phase that is not there",
        good,
        SCAN,
        CUT + "  - merge_phases: {phases_to_merge: [solid, viod], into: solid}\n",
        ("unknown phase 'viod'", "'pore', 'solid'", "pipeline.1.merge_phases.phases_to_merge"),
    ),
    Case(
        "three phases that meet, one of them misspelt",
        good,
        SCAN,
        CUT + "  - triple_phase_boundary: {phases_of_interest: [pore, solid, biner], connected: {sold: first}}\n",
        ("unknown phase 'biner'", "unknown phase 'sold'", "pipeline.1.triple_phase_boundary.connected"),
    ),
    Case(
        "voids of an image that has none",
        good,
        SCAN,
        CUT + "  - separate_particles: {phase: solid}\n  - measure_voids: {phases: threshold}\n",
        ("unknown phase 'internal void'", "'pore', 'solid'", "in scan: measure_voids"),
    ),
    Case(
        "cracks narrower than a voxel",
        good,
        SCAN,
        CUT + "  - separate_particles: {phase: solid}\n  - measure_cracks: {crack_width_um: 0.1}\n",
        ("crack_width_um is 0.1", "0.5 um", "in scan: measure_cracks"),
    ),
    Case(
        "a grey level outside the data",
        good,
        SCAN,
        CUT
        + "  - separate_particles: {phase: solid}\n"
        + "  - particle_radii: {grey: source, level: 5000, minimum_radius_voxels: 0}\n",
        ("find no edge", "Choose level between", "in scan: particle_radii"),
    ),
    Case(
        "crop outside the image",
        good,
        SCAN,
        "  - crop: {box_voxels: [[0, 99], [0, 5], [0, 5]]}\n",
        ("99", "12", "in scan: crop"),
    ),
    Case(
        "no particle left",
        good,
        SCAN,
        CUT
        + "  - crop: {box_voxels: [[0, 12], [0, 12], [5, 12]]}\n  - separate_particles: {phase: solid}\n"
        + "  - drop_touching_border\n",
        ("1 particle", "border", "in scan: drop_touching_border"),
    ),
    Case(
        "sub-volume larger than the image",
        good,
        SCAN,
        CUT + "  - subvolumes: {edges_um: [60], steps: [phase_fractions]}\n",
        ("60 um", "6 x 6 x 6", "smaller edges_um"),
    ),
    Case(
        "interval of a phase that is everywhere",
        good,
        SCAN,
        CUT + "  - crop: {box_voxels: [[5, 7], [5, 7], [5, 7]]}\n  - fraction_confidence: {phase: solid}\n",
        ("'solid' has 8 of the 8 voxels", "somewhere and not everywhere", "in scan: fraction_confidence"),
    ),
    Case(
        "connectivity along an axis of one layer",
        good,
        SCAN,
        CUT + "  - crop: {box_voxels: [[6, 7], [0, 12], [0, 12]]}\n  - label_connectivity: {phase: solid, axis: z}\n",
        ("along z", "single layer", "Choose another axis"),
    ),
    Case(
        "comparison without the attribute", good, SCAN, "  - median\ncompare: {by: cycle}\n", ("'cycle'", "add 'cycle:")
    ),
]


@dataclass(frozen=True)
class Scans:
    """Several scans, how they are made, what the study does with them, and what the message must say."""

    name: str
    scans: Callable[[], dict[str, vt.data.Volume]]
    pipeline: str
    says: tuple[str, ...]


FIELD = (16, 32, 32)
CELL = remounted.cell(FIELD, fibre_layer_um=(0, 16), fibres=60, particles=1, seed=2)


def seen(shift_um: tuple[float, float, float], seed: int) -> vt.data.Volume:
    """Return a scan of the cell that shows another place of it."""
    return remounted.scan(CELL.moved(vt.data.Transform((0, 0, 0), shift_um=shift_um)), FIELD, seed=seed)


def two() -> dict[str, vt.data.Volume]:
    return {"fresh": seen((0, 0, 0), 1), "aged": seen((0.4, 1, -2), 2)}


def texture(seed: int) -> np.ndarray:
    return gaussian_filter(np.random.default_rng(seed).standard_normal(FIELD), 1.2).astype(np.float32)


def as_scans(fresh: np.ndarray, aged: np.ndarray) -> dict[str, vt.data.Volume]:
    return {"fresh": vt.data.Volume(fresh, voxel_size_um=1), "aged": vt.data.Volume(aged, voxel_size_um=1)}


def far_away() -> dict[str, vt.data.Volume]:
    return {"fresh": two()["fresh"], "aged": two()["aged"].derive("elsewhere", origin_um=(500, 0, 0))}


def three_corners() -> dict[str, vt.data.Volume]:
    """Two scans share 30 % each with the first: 10 x 22 x 22 of 16 x 32 x 32 um; all three 4 x 12 x 12, or 3.5 %."""
    return {"fresh": seen((0, 0, 0), 1), "low": seen((6, 10, 10), 2), "high": seen((-6, -10, -10), 3)}


def same_after_half_a_turn() -> dict[str, vt.data.Volume]:
    half = texture(1)
    both = half + half[:, ::-1, ::-1]
    return as_scans(both, both)


def darker() -> dict[str, vt.data.Volume]:
    return as_scans(two()["fresh"].values, two()["aged"].values // 4)


def cropped() -> dict[str, vt.data.Volume]:
    return as_scans(two()["fresh"].values, two()["aged"].values[:, 2:])


CUT_FIBRES = "  - threshold: {intervals: {fibre: [110, null]}, rest: pore}\n"
MANY = [
    Scans(
        "a scan that lies elsewhere",
        far_away,
        "  - align: {to: fresh}\n",
        ("scan 'aged', aligned to 'fresh'", "z 500 to 516", "expected an overlap", "max_shift_um"),
    ),
    Scans(
        "scans without a common field",
        three_corners,
        "  - align: {to: fresh, region: {box_um: [[4, 12], [8, 24], [8, 24]]}, max_shift_um: 8, "
        "start_deg: {low: 0, high: 0}}\n",
        ("of 'fresh' in common", "'low'", "'high'", "at least 5%", "Leave out the scan"),
    ),
    Scans(
        "two rotations that fit equally well",
        same_after_half_a_turn,
        "  - align: {to: fresh}\n",
        (
            "scan 'aged'",
            "two rotations fit",
            " 0.0 degrees",
            " -180.0 degrees",
            "Give start_deg",
            "in all scans: align",
        ),
    ),
    Scans(
        "no rotation stands out",
        lambda: as_scans(texture(1), texture(2)),
        "  - align: {to: fresh}\n",
        ("scan 'aged'", "no rotation stands out", "5 spreads above chance", "Give start_deg"),
    ),
    Scans(
        "states in the wrong order of cycle",
        lambda: dict(reversed(two().items())),
        "  - align: {to: fresh}\ncompare: {by: cycle}\n",
        ("aged (10), fresh (0)", "expected rising 'cycle': fresh, aged", "Change the order"),
    ),
    Scans(
        "a region whose grey values one scan lacks",
        darker,
        "  - align: {to: fresh, region: {grey: [120, null]}}\n",
        ("scan 'aged'", "no voxel of the region's grey values (at least 120)", "one grey scale"),
    ),
    Scans(
        "a region outside the scan",
        two,
        "  - align: {to: fresh, region: {box_um: [[500, 510], [null, null], [null, null]]}}\n",
        ("z 500 to 510", "no voxel along z", "z 0 to 16", "expected a region within it"),
    ),
    Scans(
        "a region without structure",
        lambda: as_scans(np.where(np.indices(FIELD)[0] < 6, 7, texture(1)), texture(1)),
        "  - align: {to: fresh, region: {box_um: [[0, 6], [null, null], [null, null]]}}\n",
        ("scan 'aged'", "no rotation stands out", "another region"),
    ),
    Scans(
        "states of scans that were not aligned",
        cropped,
        CUT_FIBRES + "  - states: {phase: fibre}\n",
        ("different grids", "(16, 32, 32) in 'fresh'", "(16, 30, 32) in 'aged'", "voltome.registration.align"),
    ),
    Scans(
        "particles of scans that were not aligned",
        cropped,
        CUT_FIBRES + "  - separate_particles: {phase: fibre}\n  - match_particles\n",
        ("different grids", "(16, 32, 32) in 'fresh'", "voltome.registration.align", "in all scans: match_particles"),
    ),
    Scans(
        "the mass balance of a phase that no scan has",
        two,
        CUT_FIBRES + "  - mass_balance: {phase: sulphur, density_g_per_cm3: 2}\n",
        ("mass_balance.phase", "sulphur", "fibre"),
    ),
    Scans(
        "a mass balance without a density",
        two,
        CUT_FIBRES + "  - mass_balance: {phase: fibre}\n",
        ("mass_balance", "density_g_per_cm3"),
    ),
    Scans(
        "labels corrected on another grid",
        cropped,
        CUT_FIBRES + "  - correct_phases: {corrected: aged/threshold, by: A. Person, why: a fibre was missed}\n",
        ("different grids", "(16, 32, 32) in 'phases'", "uncropped", "in fresh: correct_phases"),
    ),
    Scans(
        "a plane taken from a scan on another grid",
        cropped,
        "  - level: {collector: [150, null], like: aged/source}\n",
        ("different grids", "Align the scans before", "in fresh: level"),
    ),
]


CASES += [
    Case(
        "a network of a pore space without walls",
        good,
        "scan.tif",
        "  - threshold: {intervals: {pore: [0, 150]}, rest: solid}\n"
        "  - crop: {box_voxels: [[0, 4], [0, 4], [0, 4]]}\n"
        "  - separate_particles: {phase: pore}\n"
        "  - extract_network: {}\n",
        ("fill",),
    ),
    Case(
        "a network held against another image",
        good,
        "scan.tif",
        "  - threshold: {intervals: {pore: [0, 150]}, rest: solid}\n"
        "  - separate_particles: {phase: pore}\n"
        "  - extract_network: {}\n"
        "  - crop: {of: threshold, box_voxels: [[0, 8], [0, 12], [0, 12]], name: piece}\n"
        "  - network_transport: {phases: piece}\n",
        ("network_transport", "the network has size_um = (6.0, 6.0, 6.0)", "expected the image from which the network"),
    ),
]


@pytest.mark.parametrize("case", MANY, ids=lambda case: case.name)
def test_scans_that_do_not_fit_get_one_clear_message(
    case: Scans, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    lines = []
    for name, volume in case.scans().items():
        vt.io.write(volume, tmp_path / f"{name}.nrrd")
        lines.append(f"  {name}: {{source: {name}.nrrd, cycle: {0 if name == 'fresh' else 10}}}\n")
    (tmp_path / "study.yaml").write_text(f"study: x\nscans:\n{''.join(lines)}pipeline:\n{case.pipeline}")
    check_message(case.says, tmp_path, monkeypatch, capsys)


def contradictory(sizes: str) -> Build:
    """Write an NRRD file whose header speaks of another image than its 4 x 5 x 6 bytes."""

    def build(folder: Path) -> None:
        head = f"NRRD0004\ntype: uint8\ndimension: 3\nsizes: {sizes}\nspacings: 1 1 1\n"
        head += 'space units: "um" "um" "um"\nspace dimension: 3\nencoding: raw\n\n'
        (folder / "scan.nrrd").write_bytes(head.encode() + bytes(range(120)))

    return build


CASES += [
    Case(
        "diffusion in a phase that conducts nothing",
        good,
        SCAN,
        CUT + "  - effective_diffusivity: {diffusivities: {pore: 0.0}}\n",
        ("found 0", "greater than 0"),
    ),
    Case(
        "diffusion along an axis of a single layer",
        raw_tiff(8 * np.arange(30, dtype=np.uint8).reshape(1, 5, 6)),
        SIZED,
        CUT + "  - tortuosity: {phase: solid}\n",
        ("along z the sample has a single layer", "Choose another axis"),
    ),
    Case(
        "a tolerance below single precision",
        good,
        SCAN,
        CUT + "  - tortuosity: {phase: pore, tolerance: 1.0e-12}\n",
        ("tolerance is 1e-12", "1e-07 or more"),
    ),
    Case(
        "one phase brushed",
        good,
        SCAN,
        CUT + "  - train_classifier: {brush: threshold}\n",
        ("brushed phases: ['solid']", "two phases or more", "label 0 is not brushed"),
    ),
    Case(
        "corrected by nobody",
        good,
        SCAN,
        CUT + "  - correct_phases: {corrected: threshold, by: '', why: no reason}\n",
        ("by is ''", "name of the person"),
    ),
    Case(
        "corrected labels that are grey values",
        good,
        SCAN,
        CUT + "  - correct_phases: {corrected: source, by: A. Person, why: no reason}\n",
        ("'source' is a Volume; expected a PhaseImage",),
    ),
    Case(
        "pressure that does not fall",
        good,
        SCAN,
        CUT + "  - permeability: {phase: pore, inlet_pressure_pa: 1000, outlet_pressure_pa: 2000}\n",
        ("permeability", "inlet_pressure_pa is 1000", "expected the pressure to fall"),
    ),
    Case(
        "flow righter than its numbers",
        good,
        SCAN,
        CUT + "  - flow_field: {phase: pore, tolerance: 1.0e-9}\n",
        ("flow_field", "tolerance is 1e-09", "1e-06"),
    ),
    Case(
        "NRRD with more voxels than data",
        contradictory("6 5 40"),
        "scan.nrrd, voxel_size_um: 1",
        "  - median\n",
        ("scan.nrrd", "the header states", "1,200", "found 120 bytes", "Copy or export both again"),
    ),
    Case(
        "NRRD with fewer sizes than axes",
        contradictory("6 20"),
        "scan.nrrd, voxel_size_um: 1",
        "  - median\n",
        ("scan.nrrd", "sizes", "6 20"),
    ),
    Case(
        "streamlines of one component",
        good,
        SCAN,
        "  - streamlines: {axis: z}\n",
        ("the noun 'along_y' is missing", "the noun 'along_x' is missing", "name a Volume of this scan"),
    ),
    Case(
        "streamlines where nothing percolates",
        good,
        SCAN,
        CUT + "  - diffusion_field: {phase: solid, axis: z}\n"
        "  - streamlines: {of: diffusion_field-flux_z, along_y: diffusion_field-flux_y, "
        "along_x: diffusion_field-flux_x}\n",
        ("the field is 0 everywhere: nothing moves", "Take a phase that percolates"),
    ),
    Case(
        "an uncertainty from a table that is no sweep",
        good,
        SCAN,
        CUT + "  - phase_fractions\n  - combined_uncertainty: {of: phase_fractions, threshold: phase_fractions}\n",
        ("threshold is a table of phase_fractions", "expected the table of a sweep over numbers (sweep)"),
    ),
    Case(
        "a growing cube that does not fit",
        good,
        SCAN,
        CUT + "  - growing_volume: {phase: solid, edges_um: [100]}\n",
        ("a cube of 100 um does not fit in the image", "give smaller edges_um"),
    ),
]


def test_there_are_thirty_of_them():
    assert len({case.name for case in CASES}) == len(CASES) >= 30


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad_input_gets_one_clear_message(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    case.build(tmp_path)
    (tmp_path / "study.yaml").write_text(
        f"study: x\nscans:\n  scan: {{source: {case.scan}}}\npipeline:\n{case.pipeline}"
    )
    check_message(case.says, tmp_path, monkeypatch, capsys)


def check_message(
    says: tuple[str, ...], folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Run the study of a folder on the command line, which must fail with one message."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["voltome", "run", "study.yaml"])
    with pytest.raises(SystemExit) as left:
        main()
    said = capsys.readouterr().err
    assert left.value.code == 1, said
    assert said.startswith("voltome: ")
    assert "Traceback" not in said
    lacking = [fragment for fragment in says if fragment not in said]
    assert lacking == [], said
    assert not (folder / "study-results" / "provenance.json").exists()

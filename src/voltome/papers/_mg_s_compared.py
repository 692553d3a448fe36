"""What the Mg-S study on the twin recovered, beside what is true and what was published."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from voltome.data import ResultTable
from voltome.papers._mg_s_published import (
    BINDER,
    LOCAL_POROSITY,
    PORE,
    SIZES_OF_SULFUR,
    SULFUR,
    SWEPT,
    TABLE_1,
    TABLE_2,
    TABLE_3,
    TPB_PER_UM2,
)
from voltome.papers._mg_s_truth import AXES, RESOLVED_VOXELS, Truth

__all__ = ["Row", "cathode_rows", "compared", "separator_rows"]

Tables = Mapping[str, ResultTable]

WHY = (
    "why they differ",
    "  sulfur too little, pores too few: blur shaves off what is round, and particles of a few voxels vanish",
    "  binder too much, triple-phase boundary too short: from sulfur to pore, blur passes through the grey value of "
    "the binder; the film is thinner than a voxel, and no threshold mends it",
    "  deposit too much, fibre too little, permeability too low after the cycle: such a film of deposit on every fibre",
    "  true tortuosity and permeability: solved on the true phases without blur and noise, on the same voxels; what "
    "the voxels cost is not in the difference",
)
"""What makes recovered and true differ, with the sign."""

_SURFACES = {PORE: "pore-surface", BINDER: "binder-surface", SULFUR: "sulfur-surface"}


@dataclass(frozen=True, slots=True)
class Row:
    """One number: what it is, true, recovered and published; NaN where it is not known."""

    what: str
    true: float
    found: float
    published: float = math.nan
    in_points: bool = False  # a share: the difference is one of shares, as few of few are many percent

    @property
    def line(self) -> str:
        """The row in print."""
        apart = self.found / self.true - 1 if self.true else math.nan
        cells = (f"{value:>12.4g}" if math.isfinite(value) else f"{'':>12}" for value in (self.true, self.found))
        difference = f"{apart:>+12.1%}" if math.isfinite(apart) else f"{'':>12}"
        if self.in_points:
            difference = f"{self.found - self.true:>+12.4f}"
        published = f"{self.published:>12.4g}" if math.isfinite(self.published) else ""
        return f"  {self.what:42}{''.join(cells)}{difference}{published}".rstrip()


def compared(tables: Tables, truths: Mapping[str, Truth]) -> list[str]:
    """Return everything that was recovered beside truth and publication, as lines of text."""
    head = f"{'':44}{'true':>12}{'recovered':>12}{'difference':>12}{'published':>12}"
    lines = ["simulated twin: recovered against true; published of the study's own samples", head]
    for scan, truth in truths.items():
        rows = cathode_rows if scan.startswith("cathode") else separator_rows
        lines += [scan, *(row.line for row in rows(tables, scan, truth))]
        if scan.startswith("separator"):
            lines.append(_reynolds(tables, scan))
    lines.append("cube of the middle: porosity")
    for scan, published in LOCAL_POROSITY.items():
        true = truths[scan.replace("local", "cathode")].local_fractions[PORE]
        lines.append(Row(scan, true, _fraction(tables, scan, PORE), published).line)
    return [*lines, *_swept(tables), *_sizes(tables), *_uncertain(tables), *WHY]


def cathode_rows(tables: Tables, scan: str, truth: Truth) -> list[Row]:
    """Return the numbers of one cathode: Table 3, and Figs. 5 to 7."""
    published = TABLE_3.get(scan, {})
    rows = [
        Row(f"{phase} fraction", truth.fractions[phase], _fraction(tables, scan, phase), _of(published, phase, 0))
        for phase in (SULFUR, PORE, BINDER)
    ]
    rows += [
        Row(
            f"{phase} surface / its volume, 1/um",
            truth.surfaces[phase],
            _value(tables, name, scan, "area_per_phase_volume_per_um"),
            _of(published, phase, 1),
        )
        for phase, name in _SURFACES.items()
    ]
    boundary = _value(tables, "triple_phase_boundary", scan, "length_per_total_volume_per_um2")
    rows.append(
        Row(
            "triple-phase boundary, 1/um2",
            truth.tpb_per_um2,
            boundary,
            TPB_PER_UM2[1] if scan == "cathode-0" else math.nan,
        )
    )
    rows += [
        Row(f"tortuosity along {axis}", truth.tortuosity.get(axis, math.nan), _tortuosity(tables, scan, axis))
        for axis in AXES
    ]
    particles = _rows(tables, "measure_particles", scan)
    diameter = particles["equivalent_diameter_um"]
    resolved = particles[particles["voxels"] >= math.pi / 6 * RESOLVED_VOXELS**3]
    sphericity = float(resolved["sphericity"].mean()) if len(resolved) else math.nan
    sizes = SIZES_OF_SULFUR.get(scan, (math.nan, math.nan))
    assert truth.particles is not None  # noqa: S101 - every cathode has them
    return [
        *rows,
        Row("particles of 10 voxels and more", truth.particles.count, float(len(particles))),
        Row("mean diameter / um", truth.particles.mean_um, float(diameter.mean())),
        Row("largest diameter / um", truth.particles.largest_um, float(diameter.max()), sizes[0]),
        Row("share of particles below 1 um", truth.particles.below_1_um, float((diameter < 1).mean()), sizes[1], True),
        Row("mean sphericity, 10 voxels wide", truth.particles.sphericity, sphericity),
    ]


def separator_rows(tables: Tables, scan: str, truth: Truth) -> list[Row]:
    """Return the numbers of one separator: Tables 1 and 2."""
    published = TABLE_1[scan]
    rows = [
        Row(f"{phase} fraction", fraction, _fraction(tables, scan, phase), _of(published, phase, 0))
        for phase, fraction in truth.fractions.items()
    ]
    areas = _rows(tables, "separator-surfaces", scan)
    for phase in truth.fractions:
        both = areas[(areas["phase_a"] == phase) | (areas["phase_b"] == phase)]
        found = float(both["area_per_total_volume_per_um"].sum()) / _fraction(tables, scan, phase)
        true = truth.surfaces.get(phase, math.nan)
        rows.append(Row(f"{phase} surface / its volume, 1/um", true, found, _of(published, phase, 1)))
    for axis in AXES:
        name = "flow_field-permeability" if axis == "z" else f"permeability-{axis}"
        found = _value(tables, name, scan, "permeability_um2")
        true = truth.permeability_um2[axis]
        rows.append(Row(f"permeability along {axis} / um2", true, found, TABLE_2[scan][axis]))
    return rows


def _reynolds(tables: Tables, scan: str) -> str:
    """Return the Reynolds numbers of the flow at 30 kPa."""
    names = {axis: "flow_field-permeability" if axis == "z" else f"permeability-{axis}" for axis in AXES}
    numbers = (f"{_value(tables, name, scan, 'reynolds_number'):.2g} along {axis}" for axis, name in names.items())
    return f"  Reynolds number at 30 kPa: {', '.join(numbers)} (the study states less than 0.1)"


def _swept(tables: Tables) -> list[str]:
    """Return the sweep over the threshold of the pores, Fig. 6."""
    flow = _rows(tables, "sweep-tortuosity", "limits")
    over = flow.columns[list(flow.columns).index("scan") + 1 :]
    swept = next(name for name in over if name.startswith("threshold"))
    pores = _rows(tables, "sweep-phase_fractions", "limits").query("phase == @PORE").set_index(swept)
    areas = _rows(tables, "sweep-surface_area", "limits").set_index(swept)
    lines = [
        "threshold of the pores, uncycled cathode",
        f"{'':12}{'porosity':>10}{'D/D0':>10}{'tortuosity':>12}{'surface':>10}",
    ]
    for row in flow.sort_values(swept).to_dict("records"):
        grey = row[swept]
        lines.append(
            f"  {grey:<10g}{pores.loc[grey, 'fraction']:>10.3f}{row['relative_diffusivity']:>10.4f}"
            f"{row['tortuosity']:>12.2f}{areas.loc[grey, 'area_per_total_volume_per_um']:>10.2f}"
        )
    printed = ", ".join(f"{what} {low:g} to {high:g}" for what, (low, high) in SWEPT.items())
    return [*lines, f"  published: {printed} (surface by faces of voxels; per total volume, in 1/um)"]


def _sizes(tables: Tables) -> list[str]:
    """Return how the measures of cubes hang on their edge, Fig. 7."""
    edges = _rows(tables, "subvolumes-tortuosity", "limits").groupby("edge_um")["tortuosity"].agg(["mean", "std"])
    boundary = _rows(tables, "subvolumes-triple_phase_boundary", "limits").groupby("edge_um")
    surface = _rows(tables, "subvolumes-surface_area", "limits").groupby("edge_um")
    fractions = _rows(tables, "subvolumes-phase_fractions", "limits").query("phase == @SULFUR").groupby("edge_um")
    lines = [
        "cubes of the uncycled cathode, mean of each edge",
        f"{'':12}{'sulfur':>10}{'its surface':>12}{'TPB':>10}{'tortuosity':>12}{'scatter':>10}",
    ]
    means = (
        fractions["fraction"].mean(),
        surface["area_per_phase_volume_per_um"].mean(),
        boundary["length_per_total_volume_per_um2"].mean(),
    )
    for edge, row in edges.iterrows():
        sulfur, area, length = (table.get(edge, math.nan) for table in means)
        scatter = f"{row['std']:>10.2f}" if math.isfinite(row["std"]) else f"{'one':>10}"
        lines.append(f"  {edge:<5.4g} um  {sulfur:>10.3f}{area:>12.2f}{length:>10.3f}{row['mean']:>12.2f}{scatter}")
    return [
        *lines,
        f"  published: TPB {TPB_PER_UM2[0]} to {TPB_PER_UM2[1]} 1/um2; representative from 20 um (8200 um3) on",
    ]


def _uncertain(tables: Tables) -> list[str]:
    """Return the tortuosity of the uncycled cathode with all that is known of its error."""
    row = _rows(tables, "combined_uncertainty", "limits").iloc[0]
    value, error = float(row["tortuosity"]), float(row["tortuosity_standard_uncertainty"])
    return [f"tortuosity along x, uncycled: {value:.2f} +- {error:.2f} (threshold, sub-volumes, solver together)"]


def _rows(tables: Tables, table: str, scan: str) -> pd.DataFrame:
    """Return the rows of one scan."""
    frame = tables[table].frame
    return frame[frame["scan"] == scan] if "scan" in frame else frame


def _value(tables: Tables, table: str, scan: str, column: str) -> float:
    """Return the one number of a scan in a table."""
    return float(_rows(tables, table, scan)[column].iloc[0])


def _fraction(tables: Tables, scan: str, phase: str) -> float:
    """Return the fraction of a phase; 0 where the image has none."""
    rows = _rows(tables, "phase_fractions", scan)
    rows = rows[rows["phase"] == phase]
    return float(rows["fraction"].iloc[0]) if len(rows) else 0.0


def _tortuosity(tables: Tables, scan: str, axis: str) -> float:
    """Return the tortuosity along an axis."""
    return _value(tables, f"tortuosity-{axis}", scan, "tortuosity")


def _of(published: Mapping[str, tuple[float, float]], phase: str, index: int) -> float:
    """Return a published number, NaN where there is none."""
    return published[phase][index] if phase in published else math.nan

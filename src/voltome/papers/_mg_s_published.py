"""What the Mg-S study printed, where its numbers contradict each other, and what became of its tables and figures."""

from __future__ import annotations

import math
from collections.abc import Mapping

from voltome.papers.published import Panel, Status

__all__ = [
    "BINDER",
    "DEPOSIT",
    "DIFFUSIVITY_RATIO",
    "FIBRE",
    "LOCAL_POROSITY",
    "PANELS",
    "PORE",
    "SIZES_OF_SULFUR",
    "SULFUR",
    "SWEPT",
    "TABLE_1",
    "TABLE_2",
    "TABLE_3",
    "TPB_PER_UM2",
    "between_phases",
    "doubts_in_print",
    "mat_permeability",
    "reynolds_number",
]

PORE, BINDER, SULFUR = "pore", "carbon-binder", "sulfur"
FIBRE, DEPOSIT = "fibre", "deposit"

TABLE_1: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "separator-0": {PORE: (0.8501, 0.26), FIBRE: (0.1499, 1.61)},
    "separator-1": {PORE: (0.7282, 0.89), FIBRE: (0.1408, 2.08), DEPOSIT: (0.1310, 1.82)},
}
"""Volume fraction, and surface in um2 per um3 as printed, of the phases of the separator."""

TABLE_2: Mapping[str, Mapping[str, float]] = {
    "separator-0": {"x": 0.98, "y": 0.25, "z": 0.13},
    "separator-1": {"x": 0.84, "y": 0.21, "z": 0.21},
}
"""Permeability in um2."""

TABLE_3: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "cathode-0": {PORE: (0.31, 5.43), BINDER: (0.55, 4.38), SULFUR: (0.135, 2.91)},
    "cathode-1": {PORE: (0.28, 4.37), BINDER: (0.62, 5.68), SULFUR: (0.10, float("nan"))},
    "cathode-3": {PORE: (0.30, 2.06), BINDER: (0.66, 1.13), SULFUR: (0.03, 1.74)},
    "cathode-10": {SULFUR: (0.007, float("nan"))},
}
"""Volume fraction and surface as printed, of the cathode; those of sulfur stand in the text. NaN: not printed."""

SWEPT = {
    "porosity": (0.21, 0.30),
    "tortuosity": (4.0, 8.5),
    "surface": (2.62, 3.15),
}
"""Lowest and highest over the pore threshold 21,900 to 23,100 (Fig. 6, text)."""

DIFFUSIVITY_RATIO = (0.25, 0.75)
"""Effective diffusivity over that sweep as printed, "m2 s-1"."""

TPB_PER_UM2 = (1.23, 1.41)
"""Triple-phase boundary of the smallest and of the largest cube (Fig. 7k, text)."""

SIZES_OF_SULFUR: Mapping[str, tuple[float, float]] = {
    "cathode-0": (4.5, 0.9),
    "cathode-1": (20.0, float("nan")),
    "cathode-3": (11.5, 0.0),
}
"""Largest diameter in um, and share of particles below 1 um (Fig. 5m, text). NaN: not printed."""

LOCAL_POROSITY = {"local-0": 0.22, "local-3": 0.10}
"""Porosity of 120 x 120 x 120 voxels (Fig. 8c, f)."""

_TWIN: Status = "reproduced on the twin"
_QUOTED: Status = "quoted as published"
_NO: Status = "impossible"
_SEM = "electron microscopy is not simulated, and its images are no numbers"
_CELL = "no cycling data are published, and none simulated"

PANELS = (
    Panel("Table 1, 0", "fractions and surfaces, fresh separator", _TWIN, "separator-0 above; published beside"),
    Panel("Table 1, 1", "fractions and surfaces, cycled separator", _TWIN, "separator-1 above; published beside"),
    Panel("Table 2, 0", "permeability, fresh separator", _TWIN, "separator-0 above; published beside"),
    Panel("Table 2, 1", "permeability, cycled separator", _TWIN, "separator-1 above; published beside"),
    Panel("Table 3, 0", "fractions and surfaces, cathode", _TWIN, "cathode-0 above; published beside"),
    Panel("Table 3, 1", "fractions and surfaces, cycle 1", _TWIN, "cathode-1 above; published beside"),
    Panel("Table 3, 3", "fractions and surfaces, cycle 3", _TWIN, "cathode-3 above; published beside"),
    Panel("Table 4", "settings of the scanners", _QUOTED, "voxels of 126 and 390 nm are the twin's"),
    Panel("Fig. 1", "scheme of the work", _NO, "a drawing, not a result"),
    *(Panel(f"Fig. 2{panel}", "electron images of the cathode", _NO, _SEM) for panel in "abcde"),
    *(Panel(f"Fig. 2{panel}", "EDX spectra of the cathode", _NO, _SEM) for panel in "fghij"),
    *(Panel(f"Fig. 2{panel}", "electron images of the anode", _NO, _SEM) for panel in "klmno"),
    *(Panel(f"Fig. 2{panel}", "EDX spectra of the anode", _NO, _SEM) for panel in "pqrst"),
    Panel("Fig. 3", "XPS of sulfur", _NO, "spectra of photoelectrons are no image"),
    Panel("Fig. 4a", "slice, fresh separator", _TWIN, "images of separator-0"),
    Panel("Fig. 4b", "rendering, fresh separator", _TWIN, "renderings of separator-0"),
    Panel("Fig. 4c", "streamlines along z, fresh", _TWIN, "streamlines of separator-0"),
    Panel("Fig. 4d", "slice, cycled separator", _TWIN, "images of separator-1"),
    Panel("Fig. 4e", "rendering, cycled separator", _TWIN, "renderings of separator-1"),
    Panel("Fig. 4f", "streamlines along z, cycled", _TWIN, "streamlines of separator-1"),
    *(
        Panel(f"Fig. 5{letter}", f"{what}, cycle {cycle}", _TWIN, f"{where} of cathode-{cycle}")
        for letters, cycle in (("abc", 0), ("def", 1), ("ghi", 3), ("jkl", 10))
        for letter, what, where in zip(
            letters, ("slice x-y", "slice x-z", "particles"), ("images", "images", "renderings"), strict=True
        )
    ),
    Panel("Fig. 5m", "diameters of sulfur", _TWIN, "size distributions"),
    Panel("Fig. 5n", "volume and surface of sulfur", _TWIN, "fractions and surfaces"),
    Panel("Fig. 5o", "sphericity of sulfur", _TWIN, "means in the particle statistics"),
    Panel("Fig. 6a", "slice after unsharp masking", _TWIN, "images of the cathodes"),
    Panel("Fig. 6b", "pores at 21,900", _TWIN, "numbers: first row of the sweep; no picture"),
    Panel("Fig. 6c", "pores at 23,100", _TWIN, "numbers: last row of the sweep; no picture"),
    Panel("Fig. 6d", "diffusivity, porosity against threshold", _TWIN, "sweep; published range beside"),
    Panel("Fig. 6e", "tortuosity, surface against threshold", _TWIN, "sweep; published range beside"),
    *(
        Panel(f"Fig. 7{panel}", "cubes of 60 to 200 voxels", _TWIN, "numbers: sub-volumes of limits; no pictures")
        for panel in "abcdef"
    ),
    *(
        Panel(f"Fig. 7{panel}", f"tortuosity along {axis} of growing cubes", _TWIN, "growing volume of limits")
        for panel, axis in zip("ghi", "xyz", strict=True)
    ),
    Panel("Fig. 7j", "tortuosity against diffusivity", _TWIN, "growing volume of limits, its largest cube"),
    Panel("Fig. 7k", "triple-phase boundary against volume", _TWIN, "sub-volumes of limits"),
    Panel("Fig. 7l", "surface against volume", _TWIN, "sub-volumes of limits"),
    Panel("Fig. 7m", "fractions against volume", _TWIN, "sub-volumes of limits"),
    Panel("Fig. 8a", "flux, projected, uncycled", _TWIN, "projection of local-0"),
    Panel("Fig. 8b", "flux in 3-D, uncycled", _TWIN, "slices of the flux of local-0; not in 3-D"),
    Panel("Fig. 8c", "pores of 120^3 voxels, uncycled", _TWIN, "porosity of local-0; published beside"),
    Panel("Fig. 8d", "flux, projected, cycle 3", _TWIN, "projection of local-3"),
    Panel("Fig. 8e", "flux in 3-D, cycle 3", _TWIN, "slices of the flux of local-3; not in 3-D"),
    Panel("Fig. 8f", "pores of 120^3 voxels, cycle 3", _TWIN, "porosity of local-3; published beside"),
    Panel("Fig. 9a", "cyclic voltammetry", _NO, _CELL),
    Panel("Fig. 9b", "charge and discharge curves", _NO, _CELL),
    Panel("Fig. 9c", "capacity against cycle", _NO, _CELL),
    Panel("Fig. S1", "XPS of the anode", _NO, "spectra of photoelectrons are no image"),
    Panel("Fig. S2", "histogram of the uncycled cathode", _TWIN, "histogram of cathode-0"),
    Panel("Fig. S3", "histograms over cycles, and an electron image", _TWIN, "histograms; the electron image is not"),
    Panel("Fig. S4", "Zernike images of binder pores", _NO, "phase contrast is not simulated"),
    Panel("Fig. S5", "super-P against the anode", _NO, _CELL),
    *(Panel(f"Movie S{number}", "turning renderings", _TWIN, "voltome report --movies") for number in range(1, 6)),
)


def between_phases(
    surfaces: Mapping[str, tuple[float, float]], *, per: str = "phase"
) -> Mapping[tuple[str, str], float]:
    """Return the surface between every two of three phases that printed surfaces leave, in um2 per um3 of the whole.

    The surface of each phase is the sum of those with the two others: three equations for three unknowns. A negative
    one cannot be.

    Parameters
    ----------
    surfaces : mapping of str to pair of float
        Volume fraction and printed surface of each of the three phases.
    per : {"phase", "total"}
        What the printed surface is divided by: the volume of the phase, or that of the whole.
    """
    names = tuple(surfaces)
    whole = {name: area * (part if per == "phase" else 1.0) for name, (part, area) in surfaces.items()}
    half = sum(whole.values()) / 2
    return {
        (one, other): half - whole[third]
        for one, other, third in (
            (names[0], names[1], names[2]),
            (names[0], names[2], names[1]),
            (*names[1:], names[0]),
        )
    }


def reynolds_number(
    permeability_um2: float,
    *,
    length_um: float,
    diameter_um: float,
    porosity: float,
    pressure_drop_pa: float = 30e3,
    viscosity_pa_s: float = 1e-3,
    density_kg_per_m3: float = 1000.0,
) -> float:
    """Return the Reynolds number of Darcy's law, with the velocity in the pores and a length of the pores."""
    velocity = permeability_um2 * 1e-12 / viscosity_pa_s * pressure_drop_pa / (length_um * 1e-6) / porosity
    return density_kg_per_m3 * velocity * diameter_um * 1e-6 / viscosity_pa_s


def mat_permeability(fraction: float, radius_um: float) -> float:
    """Return the permeability in um2 of long fibres in all directions, by the formula of Jackson and James (1986).

    k = 3 r^2 / (20 p) (-ln p - 0.931), p the fraction of the fibres and r their radius.
    """
    return 3 * radius_um**2 / (20 * fraction) * (-math.log(fraction) - 0.931)


def _doubts_of_the_cathode() -> list[str]:
    """Return what of the cathode's fractions and surfaces does not go together."""
    (pore, pore_area), (binder, binder_area), (sulfur, _) = TABLE_3["cathode-1"].values()
    rest = binder * binder_area - pore * pore_area
    whole = {state: TABLE_3[state][PORE][0] for state in ("cathode-0", "cathode-3")}
    return [
        f"  At cycle 1 the binder has {binder * binder_area:.2f} and the pores {pore * pore_area:.2f} um2/um3 of the "
        f"whole. At least the rest, {rest:.2f}, is left to sulfur, {rest / sulfur:.0f} um2/um3 of its {sulfur:.0%}, "
        f"where the fresh sulfur has {TABLE_3['cathode-0'][SULFUR][1]}.",
        f"  The pores are {whole['cathode-0']:.0%} in Table 3, more than the sweep of the same scan has at its highest "
        f"threshold, {SWEPT['porosity'][1]:.0%} at 23,100; chosen was 22,500.",
        f"  The local porosities of {LOCAL_POROSITY['local-0']:.0%} and {LOCAL_POROSITY['local-3']:.0%} are of a cube "
        f"each, of {(120 * 0.126) ** 3:.0f} um3, less than the 8200 um3 that the study asks for; the whole scans have "
        f"{whole['cathode-0']:.0%} and {whole['cathode-3']:.0%}.",
    ]


def _doubt_of_the_permeability() -> str:
    """Return how the permeability of the fresh fibres stands to that of a mat of such fibres."""
    fraction, area = TABLE_1["separator-0"][FIBRE]
    radius = 2 / area
    printed = TABLE_2["separator-0"].values()
    return (
        f"  Fibres with {area} um2/um3 of their own volume have a radius of {radius:.2f} um. A random mat with "
        f"{fraction:.0%} of them has {mat_permeability(fraction, radius):.1f} um2 (Jackson and James, 1986); "
        f"the three published permeabilities are {sum(printed) / len(printed):.2f} in the mean. The twin is near their "
        "formula, and so above what is published."
    )


def doubts_in_print() -> list[str]:
    """Return what of the study's numbers cannot be as printed, with the sums that show it."""
    (air, air_area), (fibre, fibre_area) = TABLE_1["separator-0"].values()
    pore, area = TABLE_3["cathode-0"][PORE]
    sulfur, sulfur_area = TABLE_3["cathode-0"][SULFUR]
    low, high = SWEPT["surface"]
    worst = {state: min(between_phases(TABLE_3[state]).values()) for state in ("cathode-0", "cathode-3")}
    cycled = min(between_phases(TABLE_1["separator-1"]).values())
    numbers = {axis: 275 * 0.39 if axis == "x" else 180 * 0.39 if axis == "y" else 135 * 0.39 for axis in "xyz"}
    reynolds = [
        reynolds_number(
            TABLE_2["separator-0"][axis], length_um=length, diameter_um=4 * air / (air * air_area), porosity=air
        )
        for axis, length in numbers.items()
    ]
    first, last = DIFFUSIVITY_RATIO
    apart = {name: f"{value:.2f}" for name, value in {**worst, "separator-1": cycled}.items()}
    ratio = [
        f"{SWEPT['porosity'][0] / SWEPT['tortuosity'][1]:.3f}",
        f"{SWEPT['porosity'][1] / SWEPT['tortuosity'][0]:.3f}",
    ]
    return [
        "what of the published numbers cannot be as printed",
        '  "Surface area per volume" is per volume of the phase. Two phases share one surface, so per total volume the '
        f"fresh separator's {air_area} and {fibre_area} would be equal; times their fractions they are "
        f"{air * air_area:.2f} and {fibre * fibre_area:.2f}.",
        f"  Per total volume, {sulfur_area} um2/um3 of sulfur at {sulfur:.1%} would be spheres of "
        f"{6 * sulfur / sulfur_area:.2f} um, below the smallest particle (0.5 um), and the pores' {area} twice what "
        f"Fig. 6e has for the same scan ({low} to {high}). Per phase volume the pores have {pore * area:.2f} per total "
        "volume. Fig. 6e is 1.6 to 1.9 times that: faces of voxels count 1.5 times a surface.",
        "  Even so no three phases have these surfaces. What they leave between pores and sulfur is "
        f"{apart['cathode-0']} um2/um3 (cycle 0) and {apart['cathode-3']} (cycle 3), between fibre and deposit "
        f"{apart['separator-1']}; a surface is not below 0.",
        *_doubts_of_the_cathode(),
        f"  Effective diffusivities of {first} to {last} m2/s: in a liquid they are of the order of 1e-10. Porosity "
        f"over tortuosity of the same figure is {ratio[0]} to {ratio[1]} of the diffusivity in the liquid, ten times "
        "less.",
        "  30 kPa over the sub-volume does not keep the Reynolds number below 0.1: with the published "
        f"permeabilities, and 4 volumes over surface as the width of the pores, it is {reynolds[2]:.1f} along z, "
        f"{reynolds[1]:.1f} along "
        f"y and {reynolds[0]:.1f} along x. The permeability does not depend on the pressure as long as inertia is "
        "small.",
        "  Along z the permeability rises from 0.13 to 0.21 um2 with the deposit, and the text infers hindered "
        "transport. "
        "A higher permeability hinders nothing; and more solid between the same fibres lowers it along every axis, as "
        "the twin shows. The study compares two samples, and the rise is not what deposit does to one.",
        _doubt_of_the_permeability(),
        "  Along x it is said to be high because the flow is parallel to the layers of fibres: so it is along y.",
        "  The abstract gives the sulfur's surface, 2.91 to 1.74 um2/um3, beside ten cycles; in the text 1.74 is "
        "that of "
        "cycle 3.",
        '  The tortuosity along Y is compared with "the X- and Y-" directions (X and Z are meant).',
    ]

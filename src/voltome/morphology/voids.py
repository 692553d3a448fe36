"""Voids inside particles: their size and shape, how many particles have them, how much volume they take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import cc3d
import fastremap
import numpy as np
import pandas as pd
from annotated_types import Ge
from numpy.typing import NDArray

from voltome.data import Column, ParticleImage, PhaseImage, PhaseName, ResultTable, Volume
from voltome.data._grids import check_one_grid
from voltome.errors import ParameterError
from voltome.morphology._dead_volumes import dead_volumes_um3
from voltome.morphology._shares import Confidence, check_confidence, wilson_interval
from voltome.morphology.columns_powder import PARTICLES_WITH_VOIDS, VOID_STATISTICS, VOIDS
from voltome.morphology.particles import measure_particles

MinimumVoxels = Annotated[int, Ge(1)]

VOID = "internal void"

FEWEST_VOXELS_OF_A_SHAPE = 10
"""A smaller void has a volume but no shape that means anything."""

_MEANS = {
    "volume_um3": "volume_um3",
    "diameter_um": "equivalent_diameter_um",
    "surface_area_um2": "surface_area_um2",
    "sphericity": "sphericity",
    "surface_to_volume_per_um": "surface_to_volume_per_um",
}


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredVoids:
    """The voids inside particles.

    Attributes
    ----------
    statistics : ResultTable
        Kind ``void_statistics``, one row: frequency with its confidence interval, dead volume, means of voids and of
        particles.
    voids : ResultTable
        Kind ``voids``, one row per void of 10 voxels or more.
    particles_with_voids : ResultTable
        Kind ``particles_with_voids``, one row per particle, with the voids inside it.
    """

    statistics: ResultTable
    voids: ResultTable
    particles_with_voids: ResultTable


def measure_voids(
    particles: ParticleImage,
    *,
    phases: PhaseImage,
    void: PhaseName = VOID,
    grey: Volume | None = None,
    minimum_voxels: MinimumVoxels = FEWEST_VOXELS_OF_A_SHAPE,
    confidence: Confidence = 0.95,
) -> MeasuredVoids:
    """Measure the voids inside particles: how many particles have them, and how much of their volume is dead.

    Internal voids cannot be reached by the electrolyte: what they take is lost to the capacity. The particles must hold
    their voids: make them a phase by `voltome.segmentation.internal_voids`, join them with the solid by `merge_phases`,
    and separate the particles then. Drop particles that touch the border before, as of these a part is not seen.

    Parameters
    ----------
    particles : ParticleImage
        The particles with the voids inside them filled.
    phases : PhaseImage
        The image on the same grid in which the voids are a phase.
    void : str
        Name of that phase.
    grey : Volume, optional
        The grey volume on the same grid: the volume of the voids of a particle is then that of the grey values that
        they take from it, which blur does not change. Default: voxels counted.
    minimum_voxels : int
        Voxels of the smallest void that counts, 1 or above. Smaller ones, as noise makes them, count neither in the
        frequency nor in the dead volume. The default is a ball of 1.3 voxels radius.
    confidence : float
        Level of the confidence interval of the frequency, above 0 and below 1.

    Returns
    -------
    MeasuredVoids
        Three tables: `statistics` of one row, `voids` with one row per void, `particles_with_voids` with one row per
        particle; lengths in um.

    Raises
    ------
    PhaseError
        The image has no phase of this name.
    GeometryError
        Particles and phases on different grids.
    ParameterError
        A smallest void that is no whole number above 0, or a confidence level outside 0 to 1.
    ValuesError
        No particle, or grey values in which solid and voids do not differ.

    Notes
    -----
    A void is a piece of the void phase inside one particle, connected by faces. Void voxels outside all particles do
    not count. No void at all is a result: frequency 0, with the upper end of its interval, and means of 0.

    Dead volume of voided particles: volume of all voids over that of all particles that have one, voids included (the
    3.8 % of the study: 9 um3 of 238 um3). The interval is Wilson's [1]_: it is right for few particles and for shares
    near 0 and 1, and holds the chance of the sample alone, neither what is too small to be seen nor the segmentation.

    Blur moves a threshold halfway between void and solid: a void of radius r reads a radius smaller by s^2 / r, s the
    standard deviation of the blur; at 4 voxels and a blur of 0.7 that is 9 % of its volume. With `grey`, the dead
    volume is instead the sum of (solid - value) / (solid - void) over the voids and 3 voxels around them, inside the
    particle and 2 voxels away from its own surface; solid and void are the medians in the solid of the particle and in
    voids and pores around, more than 2 voxels from any edge. The table `voids` has volumes by voxels in both cases.
    Which voids are seen at all is in ``docs/powder-measures.md`` (simulated).

    Voids of fewer than 10 voxels count if `minimum_voxels` lets them, but have no row and no part in the means, as
    their shape means nothing. Surfaces as in `measure_particles`.

    Time: two passes of `measure_particles` and one of connected components. Memory: 12 bytes per voxel, 14 with
    grey values.

    References
    ----------
    .. [1] Wilson E. B., J. Am. Stat. Assoc. 22, 209 (1927).
    .. [2] Heenan T. M. M. et al., Adv. Sci. 7, 2000362 (2020), Table 1 and Figure 3.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> z, y, x = np.ogrid[-12:13, -12:13, -12:13]
    >>> distance = np.sqrt(z**2 + y**2 + x**2)
    >>> phases = vt.data.PhaseImage(
    ...     ((distance <= 10).astype(np.uint8) + (distance <= 4)), voxel_size_um=0.5,
    ...     phases={0: "pore", 1: "NMC", 2: "internal void"})
    >>> particles = vt.data.ParticleImage((distance <= 10).astype(np.int32), voxel_size_um=0.5, phase="NMC")
    >>> found = vt.morphology.measure_voids(particles, phases=phases).statistics.frame
    >>> float(found.void_frequency[0]), round(float(found.dead_volume_fraction_of_voided_particles[0]), 3)
    (1.0, 0.062)
    """
    minimum, level = _check_minimum(minimum_voxels), check_confidence(confidence)
    _check_grids(particles, phases, grey)
    bodies = measure_particles(particles).frame
    pieces, found = _all_voids(particles, phases, void)
    counted = found[found["voxels"] >= minimum]
    shown = counted[counted["voxels"] >= FEWEST_VOXELS_OF_A_SHAPE]
    with_voids = _with_voids(bodies, counted)
    if grey is not None and len(counted):
        chosen = np.isin(np.arange(len(found) + 1), counted["void"].to_numpy())
        voids = _where(pieces, chosen)
        del pieces  # four bytes per voxel that are needed no more
        dead = dead_volumes_um3(particles, grey, voids, bodies, (with_voids["voids"] > 0).to_numpy())
        with_voids = with_voids.assign(void_volume_um3=dead, dead_volume_fraction=dead / with_voids["volume_um3"])
    warnings = _warnings_of(counted, shown, bodies)
    counting = "voxels counted" if grey is None else "grey values that the voids take"
    method = (
        f"pieces of {void} inside one particle, connected by faces, of at least {minimum} voxels; dead volume: "
        f"{counting}; surface: crofton13; interval of the frequency: Wilson, {level:.3g}"
    )

    def table(frame: pd.DataFrame, columns: tuple[Column, ...], kind: str) -> ResultTable:
        return ResultTable(
            frame[[column.name for column in columns]].reset_index(drop=True),
            columns=columns,
            kind=kind,
            measured_on=f"particles of {particles.phase} in {particles.grid_in_words}",
            method=method,
            history=particles.history,
            warnings=warnings,
        )

    return MeasuredVoids(
        table(_statistics(with_voids, found, counted, shown, level), VOID_STATISTICS, "void_statistics"),
        table(shown, VOIDS, "voids"),
        table(with_voids, PARTICLES_WITH_VOIDS, "particles_with_voids"),
    )


def _where(pieces: NDArray[np.int32], chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return where the chosen pieces are."""
    found = np.empty(pieces.shape, np.bool_)
    for layer, into in zip(pieces, found, strict=True):  # layer by layer: looking up makes 8 bytes of every voxel
        into[...] = chosen[layer]
    return found


def _check_grids(particles: ParticleImage, phases: PhaseImage, grey: Volume | None) -> None:
    """Refuse images that do not lie on one grid."""
    check_one_grid({"particles": particles, "phases": phases}, mend="Make the particles from these phases.")
    if grey is not None:
        check_one_grid({"particles": particles, "grey": grey}, mend="Give the volume that was segmented.")


def _check_minimum(minimum: Any) -> int:
    """Return a whole number above 0, and refuse anything else."""
    if isinstance(minimum, bool) or not isinstance(minimum, int | np.integer) or minimum < 1:
        raise ParameterError(f"minimum_voxels is {minimum!r}; expected a whole number, 1 or above.")
    return int(minimum)


def _all_voids(particles: ParticleImage, phases: PhaseImage, void: str) -> tuple[NDArray[np.int32], pd.DataFrame]:
    """Return the pieces of the void phase inside particles, numbered from 1, and one row for each."""
    here = phases.is_phase(void)
    if particles.mask is not None:
        here &= particles.mask
    owners = particles.values * here
    pieces = cc3d.connected_components(np.ascontiguousarray(owners), connectivity=6).astype(np.int32, copy=False)
    if not pieces.any():
        none = pd.DataFrame({column.name: np.zeros(0) for column in VOIDS})
        return pieces, none.astype({"void": np.int64, "particle": np.int64, "voxels": np.int64})
    image = ParticleImage(pieces, voxel_size_um=particles.voxel_size_um, origin_um=particles.origin_um, phase=void)
    frame = measure_particles(image).frame.rename(columns={"label": "void"})
    owner_of = fastremap.component_map(pieces, np.ascontiguousarray(owners))
    return pieces, frame.assign(particle=[int(owner_of[piece]) for piece in frame["void"]])


def _with_voids(bodies: pd.DataFrame, counted: pd.DataFrame) -> pd.DataFrame:
    """Return the particles with number and volume of the voids inside them."""
    own = counted.groupby("particle")["volume_um3"].agg(["size", "sum"]).reindex(bodies["label"], fill_value=0)
    volume: NDArray[np.float64] = own["sum"].to_numpy(np.float64)
    return bodies.rename(columns={"label": "particle"}).assign(
        voids=own["size"].to_numpy(np.int64),
        void_volume_um3=volume,
        dead_volume_fraction=volume / bodies["volume_um3"].to_numpy(),
    )


def _statistics(
    bodies: pd.DataFrame, found: pd.DataFrame, counted: pd.DataFrame, shown: pd.DataFrame, confidence: float
) -> pd.DataFrame:
    """Return the row of the statistics."""
    voided = bodies[bodies["voids"] > 0]
    low, high = wilson_interval(len(voided) / len(bodies), len(bodies), confidence)
    dead, all_voids = float(bodies["void_volume_um3"].sum()), float(found["volume_um3"].sum())
    left_out = float(found["volume_um3"].sum() - counted["volume_um3"].sum())
    row = {
        "particles": len(bodies),
        "voided_particles": len(voided),
        "void_frequency": len(voided) / len(bodies),
        "void_frequency_low": low,
        "void_frequency_high": high,
        "dead_volume_fraction_of_voided_particles": dead / float(voided["volume_um3"].sum()) if len(voided) else 0.0,
        "dead_volume_fraction_of_all_particles": dead / float(bodies["volume_um3"].sum()),
        "voids": len(counted),
        "excluded_voids": len(found) - len(counted),
        "excluded_void_volume_fraction": left_out / all_voids if all_voids else 0.0,
    }
    for name, column in _MEANS.items():
        row[f"mean_void_{name}"] = float(shown[column].mean()) if len(shown) else 0.0
        row[f"mean_particle_{name}"] = float(bodies[column].mean())
    return pd.DataFrame([row])


def _warnings_of(counted: pd.DataFrame, shown: pd.DataFrame, bodies: pd.DataFrame) -> tuple[str, ...]:
    """Return what a reader must know of voids without a shape and of particles that the border cuts."""
    said = []
    small = len(counted) - len(shown)
    if small:
        share = 1 - float(shown["volume_um3"].sum()) / float(counted["volume_um3"].sum())
        said.append(
            f"{small} of {len(counted)} voids ({share:.2%} of their volume) have fewer than {FEWEST_VOXELS_OF_A_SHAPE} "
            f"voxels: they count in frequency and dead volume, not in the means of shape; many are noise."
        )
    cut = int(bodies["touches_border"].sum())
    if cut:
        said.append(
            f"{cut} of {len(bodies)} particles touch the border, and voids that the border cuts are not internal; "
            f"leave such particles out with drop_touching_border."
        )
    return tuple(said)

"""How the particles of a table are distributed: over their size, and over their surface per volume."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal, get_args

import numpy as np
import pandas as pd
from annotated_types import Ge
from numpy.typing import NDArray

from voltome.data import NonNegative, ResultTable
from voltome.data._parameters import check_choice, check_seed
from voltome.errors import ParameterError
from voltome.morphology import columns
from voltome.morphology._bootstrap import bands
from voltome.morphology._particle_borders import Border, border_weights
from voltome.morphology._particle_tables import (
    BinCount,
    Counted,
    ParticleSurface,
    Scale,
    bin_edges,
    bin_middles,
    counted_particles,
    derived,
    phase_of,
    surface_um2,
)

Weight = Literal["number", "volume"]
WeightOrArea = Literal["number", "volume", "area"]

FEWEST_FOR_BANDS = 20
"""Number of particles below which a bootstrap sees too little of the scatter."""


def size_distribution(
    table: ResultTable,
    *,
    weight: Weight = "volume",
    bins: BinCount = 30,
    scale: Scale = "log",
    minimum_radius_um: NonNegative = 0.0,
    border: Border = "kept",
    resamples: Annotated[int, Ge(1)] = 1000,
    seed: Annotated[int, Ge(0)] = 0,
) -> ResultTable:
    """Sort particles into bins of equivalent diameter (the discrete size distribution).

    It needs separated particles. For a phase that is no set of particles, such as pores, see
    `continuous_size_distribution`.

    Parameters
    ----------
    table : ResultTable
        A table of kind ``particles``, from `measure_particles`.
    weight : {"number", "volume"}
        What a share is of: the number of particles, or their volume (as laser diffraction reports).
    bins : int
        Number of bins, at least 1, from the smallest to the largest particle.
    scale : {"linear", "log"}
        Whether bins are equally wide in diameter or in its logarithm.
    minimum_radius_um : float
        Particles of a smaller equivalent radius, in um, are left out; how much is in the table. 0: none.
    border : {"kept", "killed", "miles_lantuejoul"}
        What is done with particles that touch the border of the image. ``kept``: measured as far as they are seen, so
        too small. ``killed``: left out; large particles are whole less often, so that they come out too rare.
        ``miles_lantuejoul``: left out, and each whole one weighted by 1 over the chance to be whole: without bias.
    resamples : int
        Number of bootstrap resamples for the bands, at least 1; a thousand fix the ends to a few per cent of the width.
    seed : int
        Seed of the resamples, 0 or above: the same seed gives the same bands.

    Returns
    -------
    ResultTable
        Kind ``size_distribution``, one row per bin: middle and edges in um, `share` (adds up to 1),
        `density_per_um` (share over the width of the bin), `cumulative_share` up to the upper edge; the same in
        every row, `excluded_particles` and `excluded_volume_fraction` of all particles of the table; and the bands
        `share_low`, `share_high`, `cumulative_low`, `cumulative_high` that hold 95 % of the resamples.

    Raises
    ------
    ValuesError
        Another kind of table, no particle of the smallest radius, none that is whole where those at the border are left
        out, or no Miles-Lantuejoul weights, as under a mask that is no box.
    ParameterError
        Fewer than one bin or resample, an unknown weight, scale or border, a smallest radius or a seed below 0.

    Notes
    -----
    Where all particles have one diameter d, the bins run from d / sqrt(2) to d sqrt(2). Shares are of the particles
    that count; those left out are in none of them. `excluded_particles` are those below the smallest radius; how many
    touch the border is in the method.

    Bands: as many particles as count are drawn from them with replacement, `resamples` times over; the band of a bin
    holds the shares of the middle 95 %. It takes the particles as a random sample and holds no error of the
    segmentation; of fewer than 20 particles it is too narrow, which a warning of the table says. Shares of one bin are
    not independent of the next. Time: some 20 ns per particle and resample.

    Miles-Lantuejoul weight: a particle whose bounding box has n voxels along an axis of N is seen whole at N - 1 - n
    of N places, so it stands for the product over the axes of N / (N - 1 - n). It needs whole particles of every size:
    what is as large as the image is never whole, and no weight brings it back.

    References
    ----------
    C. Lantuéjoul, Microsc. Acta Suppl. 4 (1980) 266; R. E. Miles, Bull. Int. Stat. Inst. 45 (1974) 1 (weights of whole
    particles); B. Efron, R. J. Tibshirani, An Introduction to the Bootstrap, Chapman & Hall (1993), ch. 13 (bands).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((9, 9, 9), np.int32)
    >>> labels[1:3, 1:3, 1:3], labels[5:8, 5:8, 5:8] = 1, 2
    >>> particles = vt.morphology.measure_particles(vt.data.ParticleImage(labels, voxel_size_um=1, phase="sulfur"))
    >>> vt.morphology.size_distribution(particles, weight="number", bins=2).frame.share.tolist()
    [0.5, 0.5]
    """
    counted = counted_particles(table, minimum_radius_um)
    check_choice("weight", weight, get_args(Weight))
    _check_resamples(resamples)
    whole, at_border = border_weights(counted.frame, border)
    kept = whole > 0
    diameter = counted.frame["equivalent_diameter_um"].to_numpy()[kept]
    weights = whole[kept] * (1.0 if weight == "number" else counted.frame["volume_um3"].to_numpy()[kept])
    declared = columns.SIZE_DISTRIBUTION
    frame = _binned(counted, diameter, weights, bins, scale, [column.name for column in declared[:-4]])
    edges = np.append(frame[declared[2].name].to_numpy(), frame[declared[3].name].iloc[-1])
    found = bands(diameter, weights, edges, resamples=resamples, seed=check_seed(seed))
    for column in declared[-4:]:
        frame[column.name] = getattr(found, column.name)
    how = (
        f"shares by {weight} in {bins} bins of equivalent diameter, {scale} scale; {len(diameter)} particles"
        f"{at_border}; bands: 95 % of {resamples} bootstrap resamples, seed {seed}"
    )
    made = derived(table, frame, declared, "size_distribution", how + counted.in_words)
    return replace(made, warnings=(*made.warnings, *_warnings(len(diameter))))


def surface_to_volume_distribution(
    table: ResultTable,
    *,
    weight: WeightOrArea = "number",
    bins: BinCount = 30,
    scale: Scale = "log",
    minimum_radius_um: NonNegative = 0.0,
    surface: ParticleSurface = "crofton13",
) -> ResultTable:
    """Sort particles into bins of surface over volume (the distribution of volume-specific surface area).

    Small particles lie at large values. Shifts to smaller values over cycles show that particles grow together.

    Parameters
    ----------
    table : ResultTable
        A table of kind ``particles``, from `measure_particles`.
    weight : {"number", "volume", "area"}
        What a share is of: the number of particles, their volume, or their surface (where reactions take place).
    bins : int
        Number of bins, at least 1, from the smallest to the largest surface over volume.
    scale : {"linear", "log"}
        Whether bins are equally wide in surface over volume or in its logarithm.
    minimum_radius_um : float
        Particles of a smaller equivalent radius, in um, are left out; how much is in the table. 0: none.
    surface : {"crofton13", "corrected"}
        ``crofton13``: `surface_area_um2`, which reads 1.9 % too little on spheres of 3 voxels radius, 0.7 % at 5.
        ``corrected``: `surface_area_corrected_um2`, without that bias on rounded particles.

    Returns
    -------
    ResultTable
        Kind ``surface_to_volume_distribution``, one row per bin: middle and edges in 1/um, `share` (adds up to 1),
        `density_um` (share over the width of the bin), `cumulative_share` up to the upper edge; the same in every
        row, `excluded_particles` and `excluded_volume_fraction` of all particles of the table.

    Raises
    ------
    ValuesError
        Another kind of table, or no particle of the smallest radius.
    ParameterError
        Fewer than one bin, an unknown weight, scale or surface, a smallest radius below 0.

    Notes
    -----
    Each particle has A / V, 3 / r for a sphere of radius r. Its means by number, area and volume are in
    `particle_statistics`. Where all particles have one value s, the bins run from s / sqrt(2) to s sqrt(2).

    References
    ----------
    Yermukhambetova et al., Sci. Rep. 6 (2016) 35291, Fig. 5 (of sulfur, over cycles).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((9, 9, 9), np.int32)
    >>> labels[1:3, 1:3, 1:3], labels[5:8, 5:8, 5:8] = 1, 2
    >>> particles = vt.morphology.measure_particles(vt.data.ParticleImage(labels, voxel_size_um=1, phase="sulfur"))
    >>> found = vt.morphology.surface_to_volume_distribution(particles, weight="volume", bins=2).frame
    >>> found.share.round(3).tolist()
    [0.771, 0.229]
    """
    counted = counted_particles(table, minimum_radius_um)
    check_choice("weight", weight, get_args(WeightOrArea))
    area, volume = surface_um2(counted.frame, surface), counted.frame["volume_um3"].to_numpy()
    weights = {"number": np.ones(len(area)), "volume": volume, "area": area}[weight]
    declared = columns.SURFACE_TO_VOLUME_DISTRIBUTION
    frame = _binned(counted, area / volume, weights, bins, scale, [column.name for column in declared])
    how = (
        f"shares by {weight} in {bins} bins of surface over volume, {scale} scale; {len(area)} particles; "
        f"by the {surface} surface{counted.in_words}"
    )
    return derived(table, frame, declared, "surface_to_volume_distribution", how)


def _check_resamples(resamples: Any) -> None:
    """Refuse a number of resamples that is not whole or below 1."""
    if not isinstance(resamples, int | np.integer) or isinstance(resamples, bool) or resamples < 1:
        raise ParameterError(f"resamples is {resamples!r}; expected a whole number, 1 or above.")


def _warnings(particles: int) -> tuple[str, ...]:
    """Return what a reader must know before using the bands."""
    if particles >= FEWEST_FOR_BANDS:
        return ()
    return (
        f"The size distribution is of {particles} particle{'s' if particles > 1 else ''}: its bands are too narrow "
        f"below {FEWEST_FOR_BANDS}. Measure a larger image, or read the table of particles itself.",
    )


def _binned(
    counted: Counted,
    values: NDArray[np.float64],
    weights: NDArray[np.float64],
    bins: int,
    scale: str,
    names: list[str],
) -> pd.DataFrame:
    """Return the distribution of `values` with these names of columns."""
    edges = bin_edges(values, bins, scale)
    share = np.histogram(values, edges, weights=weights)[0] / weights.sum()
    measures = [
        phase_of(counted.frame),
        bin_middles(edges, scale),
        edges[:-1],
        edges[1:],
        share,
        share / np.diff(edges),
        np.cumsum(share),
        counted.excluded_particles,
        counted.excluded_volume_fraction,
    ]
    return pd.DataFrame(dict(zip(names, measures, strict=True)))

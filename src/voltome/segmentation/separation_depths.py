"""How many particles there are, against the depth of the necks at which they are told apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import Column, PhaseImage, PhaseName, Positive, ResultTable
from voltome.data._parameters import check_positive
from voltome.errors import ParameterError
from voltome.segmentation._basins import Basins, basins_of
from voltome.segmentation.separation import DEFAULT_DEPTH_EDGES, DIGITS, default_depth_um, in_edges

MOST_DEPTHS = 200
"""Depths of a curve of which none were asked for: enough for a smooth line."""

MUCH = 0.1
"""Relative change of the count between the default depth and twice that, from which on readers are warned."""

ALL_MERGED = " (the pieces that do not touch)"

_AGAIN = "The same in every row."

COLUMNS = (
    Column("phase", "", "Name of the phase.", "key"),
    Column("depth_um", "um", "Depth: necks that are shallower are no necks.", "position"),
    Column("particles", "1", "Particles that are told apart at that depth."),
    Column(
        "plateau_from_um", "um", f"Depth above which the count does not change for the widest range of depths. {_AGAIN}"
    ),
    Column("plateau_to_um", "um", f"Depth up to which it does not change, itself included. {_AGAIN}"),
    Column("plateau_particles", "1", f"Particles within that range. {_AGAIN}"),
    Column("default_depth_um", "um", f"Depth that separate_particles takes where none is given. {_AGAIN}"),
    Column("default_particles", "1", f"Particles at that depth. {_AGAIN}"),
)


def separation_curve(
    phases: PhaseImage, *, phase: PhaseName, depths_um: tuple[Positive, ...] | None = None
) -> ResultTable:
    """Count the particles of a phase for every depth of the necks between them.

    Use it to choose `min_depth_um` of `separate_particles`, and to see whether there is a choice: where the curve has a
    wide plateau, any depth in it gives the same particles; where it falls steadily, the number of particles is a
    matter of definition, and so is every size of a particle.

    Parameters
    ----------
    phases : PhaseImage
        The image; voxels may be anisotropic.
    phase : str
        The phase that the particles are made of.
    depths_um : tuple of float, optional
        Depths at which to count, in um, above 0. Default: all at which the count changes, thinned to at most 200.

    Returns
    -------
    ResultTable
        Kind ``separation_curve``, one row per depth in rising order: `phase`, `depth_um`, `particles`; and the same in
        every row `plateau_from_um`, `plateau_to_um`, `plateau_particles`, `default_depth_um` and `default_particles`.

    Raises
    ------
    PhaseError
        A phase that the image does not name, or that has no voxel (inside the mask).
    ParameterError
        No depth, or one that is not a finite number above 0.
    ValuesError
        More particles than int32 can count.

    Notes
    -----
    The count at a depth is the `particle_count` of `separate_particles` at that `min_depth_um`: basins of the distance
    to the surface merge in one tree, and every depth is a cut of it; a basin ends at its dynamics [1]_, the height
    of its maximum above the pass to a higher one. The last row, at the largest distance of all, counts the pieces that
    do not touch each other.

    The plateau is the range of depths that is widest as a ratio, each depth counted with half the smallest voxel edge
    added, for what is below is made by the grid. It says where the count does not hang on the choice, not that
    the count is true: bodies that overlap by half have no neck to speak of.

    Cost and memory: those of `separate_particles`, whatever the number of depths.

    References
    ----------
    .. [1] Grimaud M., New measure of contrast: the dynamics, Proc. SPIE 1769, 292-305 (1992).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> z, y, x = np.ogrid[:20, :20, :34]
    >>> left, right = ((z - 10) ** 2 + (y - 10) ** 2 + (x - centre) ** 2 < 64 for centre in (10, 23))
    >>> values = (left | right).astype(np.uint8)
    >>> phases = vt.data.PhaseImage(values, voxel_size_um=0.5, phases={0: "pore", 1: "sulfur"})
    >>> print(vt.segmentation.separation_curve(phases, phase="sulfur", depths_um=(0.25, 1, 2)).frame.iloc[:, :3])
        phase  depth_um  particles
    0  sulfur      0.25          2
    1  sulfur      1.00          2
    2  sulfur      2.00          1
    """
    asked = None if depths_um is None else _checked(depths_um)
    basins, edge_um = basins_of(phases, phase=phase), min(phases.voxel_size_um)
    ends = _ends(basins)
    plateau = _widest(ends)
    depths = _thinned(ends, plateau) * edge_um if asked is None else asked
    default_um = default_depth_um(phases)
    frame = pd.DataFrame(
        {
            "phase": phase,
            "depth_um": depths,
            "particles": [basins.particle_count(in_edges(depth, phases)) for depth in depths],
            "plateau_from_um": (ends[plateau - 1] if plateau else 0.0) * edge_um,
            "plateau_to_um": ends[plateau] * edge_um,
            "plateau_particles": basins.particle_count(ends[plateau]),
            "default_depth_um": default_um,
            "default_particles": basins.particle_count(in_edges(default_um, phases)),
        }
    )
    return ResultTable(
        frame,
        columns=COLUMNS,
        kind="separation_curve",
        measured_on=f"phases of {phases.grid_in_words}",
        method=_method(frame.iloc[0], is_last=plateau == ends.size - 1),
        history=phases.history,
        warnings=_warnings(
            frame.iloc[0], basins.particle_count(2.0 * in_edges(default_um, phases)), is_last=plateau == ends.size - 1
        ),
    )


def _checked(depths_um: Any) -> NDArray[np.float64]:
    """Return depths in rising order, each once, or say what is wrong with them."""
    if isinstance(depths_um, str) or not isinstance(depths_um, Sequence | np.ndarray) or len(depths_um) == 0:
        raise ParameterError(
            f"depths_um is {depths_um!r}; expected depths in um such as (0.5, 1.0), or leave it out for all depths."
        )
    for number, depth in enumerate(depths_um):
        check_positive(f"depths_um[{number}]", depth)
    return np.unique(np.array(depths_um, np.float64))


def _ends(basins: Basins) -> NDArray[np.float64]:
    """Return the depths up to which one count holds, rising; the last is the largest distance of all.

    Rounded down as `in_edges` rounds, so that the count at such a depth is that of `separate_particles`.
    """
    every = np.append(basins.depths, np.float64(basins.peaks.max()))
    ends: NDArray[np.float64] = np.unique(np.maximum(np.floor(every * 10.0**DIGITS), 1.0)) / 10.0**DIGITS
    return ends


def _widest(ends: NDArray[np.float64]) -> int:
    """Return which range between two ends is the widest as a ratio, what the grid makes left aside."""
    above = np.log(np.append(0.0, ends) + DEFAULT_DEPTH_EDGES)
    return int(np.argmax(np.diff(above)))


def _thinned(ends: NDArray[np.float64], plateau: int) -> NDArray[np.float64]:
    """Return at most `MOST_DEPTHS` of the ends: evenly by number and by logarithm, with both ends of the plateau."""
    if ends.size <= MOST_DEPTHS:
        return ends
    half = MOST_DEPTHS // 2 - 1
    by_number = np.rint(np.linspace(0, ends.size - 1, half)).astype(np.int64)
    by_depth = np.searchsorted(ends, np.geomspace(ends[0], ends[-1], half)[:-1])
    kept = np.unique([*by_number, *by_depth, max(plateau - 1, 0), plateau])
    thinned: NDArray[np.float64] = ends[kept]
    return thinned


def _method(row: pd.Series, *, is_last: bool) -> str:
    """Return what was found, in words; `is_last` if the plateau is that of pieces that do not touch."""
    return (
        f"particles of {row['phase']} told apart at necks at least as deep as the depth; widest range of one count: "
        f"above {row['plateau_from_um']:.4g} up to {row['plateau_to_um']:.4g} um, {row['plateau_particles']} particles"
        f"{ALL_MERGED if is_last else ''}; default of separate_particles: "
        f"{row['default_depth_um']:.4g} um, {row['default_particles']} particles"
    )


def _warnings(row: pd.Series, twice: int, *, is_last: bool) -> tuple[str, ...]:
    """Return the warning that the number of particles hangs on the depth, where it does."""
    count = row["default_particles"]
    if count - twice <= MUCH * count:
        return ()
    advice = (
        "No depth below the thickness of the particles stands out: say the number for several depths, or measure what "
        "needs no particles, such as voltome.morphology.local_thickness."
        if is_last
        else f"It is the same, {row['plateau_particles']}, above {row['plateau_from_um']:.4g} up to "
        f"{row['plateau_to_um']:.4g} um: give separate_particles a min_depth_um in between, or say the number for "
        f"several depths."
    )
    return (
        f"The number of particles of {row['phase']} hangs on the depth of their necks: {count} at "
        f"{row['default_depth_um']:.4g} um, the default, and {twice} at twice that. {advice}",
    )

"""Tortuosity of cubes that grow from one face: from which volume on it is that of the whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import numpy as np
import pandas as pd
from annotated_types import MinLen

from voltome.data import AxisName, PhaseImage, PhaseName, Positive, ResultTable
from voltome.data._parameters import Share, axis_index, check_positive, check_share
from voltome.errors import AxisError, GeometryError, ParameterError
from voltome.filters import crop
from voltome.transport._sample import box_of
from voltome.transport._steady import Boundary, Sides
from voltome.transport.columns_growing import GROWING_VOLUME
from voltome.transport.tortuosity import Tortuosity, tortuosity

Box = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]

FEWEST_LAYERS = 2
"""Layers of voxels between whose two ends something can flow."""


def growing_volume(
    phases: PhaseImage,
    *,
    phase: PhaseName,
    edges_um: Annotated[tuple[Positive, ...], MinLen(1)],
    axes: Annotated[tuple[AxisName, ...], MinLen(1)] = ("z", "y", "x"),
    shares: Annotated[tuple[Share, ...], MinLen(1)] = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
    within: Positive = 0.05,
    boundary: Boundary = "face",
    sides: Sides = "no-flux",
    tolerance: Positive = 1e-4,
) -> ResultTable:
    """Measure the tortuosity of cubes that grow layer by layer from one of their faces.

    Use it to see how large a piece must be to speak for the electrode: the curve of a cube that is large enough is flat
    long before its end, and those of larger cubes end at the same value. It looks at one place, the middle of the
    image; how much places differ, `subvolumes` shows.

    Parameters
    ----------
    phases : PhaseImage
        The segmented image. Cubes must lie inside its mask, or cut it in the same cross-section in every layer.
    phase : str
        Name of the phase that conducts.
    edges_um : tuple of float
        Edges of the cubes in um, each rounded to whole voxels; all are centred in the image.
    axes : tuple of {"z", "y", "x"}
        Axes along which a cube grows from its first face, and along which the tortuosity is measured.
    shares : tuple of float
        Shares of the cube's volume at which is measured, above 0, at most 1; at least two layers.
    within : float
        A curve has settled where it stays within this share of its last value.
    boundary, sides, tolerance
        As for `tortuosity`.

    Returns
    -------
    ResultTable
        Kind ``growing_volume``, one row for each axis, edge and share: the share as it was cut, the volume, porosity,
        relative diffusivity and tortuosity (infinite where nothing percolates), and `settled_share`: the smallest share
        from which on the tortuosity stays `within` that of the largest share; the same in every row of a curve.
        A warning counts the pieces that do not percolate.

    Raises
    ------
    PhaseError
        An unknown phase.
    AxisError
        A cube that does not fit in the image, or has fewer than two layers.
    ParameterError
        Edges or shares that are not positive numbers, or shares above 1.
    GeometryError, ConvergenceError, MemoryEstimateError
        A cube outside the mask; else as for `tortuosity`.

    Notes
    -----
    Pieces that lie outside the mask are left out. A thin piece has the low tortuosity of a slice that paths cross
    without turning, and the high one of chance: the curve begins anywhere. Cost: one `tortuosity` for each row, of 10
    shares together as much as 5.5 of the whole cube. Memory: that of `tortuosity` for the largest cube.

    References
    ----------
    S. J. Cooper et al., TauFactor: an open-source application for calculating tortuosity factors from tomographic data,
    SoftwareX 5, 203 (2016), section 2.4 (representative volume analysis).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((8, 8, 8), np.uint8)
    >>> labels[:, 2:6, 2:6] = 1  # a straight channel along z
    >>> image = vt.data.PhaseImage(labels, voxel_size_um=1, phases={0: "solid", 1: "pore"})
    >>> table = vt.transport.growing_volume(image, phase="pore", edges_um=(8,), axes=("z",), shares=(0.5, 1))
    >>> table.frame[["share", "tortuosity", "settled_share"]].round(6).to_numpy().tolist()
    [[0.5, 1.0, 0.5], [1.0, 1.0, 0.5]]
    """
    phases.label_of(phase)
    check_positive("within", within)
    for share in shares:
        check_share("a share", share)
    curves = []
    for axis in dict.fromkeys(axes):
        for edge_um in sorted(dict.fromkeys(edges_um)):
            pieces = _pieces(phases, axis_index(axis), check_positive("an edge of edges_um", edge_um), sorted(shares))
            rows = [
                _row(edge_um, share, piece, tortuosity(piece, phase=phase, axis=axis, boundary=boundary, sides=sides,
                                                       tolerance=tolerance))
                for share, piece in pieces
            ]  # fmt: skip
            if not rows:
                raise GeometryError(
                    f"the cube of {edge_um:g} um in the middle of the image lies outside its mask; expected sample in "
                    f"it. Crop the image to the sample, or give larger edges_um."
                )
            curves.append(pd.DataFrame(rows).assign(settled_share=_settled(rows, within)))
    if not curves:
        raise ParameterError("edges_um or axes is empty; expected at least one edge of a cube in um, and one axis.")
    frame = pd.concat(curves, ignore_index=True)[[column.name for column in GROWING_VOLUME]]
    return ResultTable(
        frame,
        columns=GROWING_VOLUME,
        kind="growing_volume",
        measured_on=f"phases of {phases.grid_in_words}",
        method=f"tortuosity of cubes in the middle of the image that grow from one face; {boundary} boundary, {sides} "
        f"sides; settled within {within:g} of the last value",
        history=phases.history,
        warnings=_warnings(frame, phase),
    )


def _pieces(
    phases: PhaseImage, axis: int, edge_um: float, shares: Sequence[float]
) -> Iterator[tuple[float, PhaseImage]]:
    """Yield the pieces of one cube with the share of it that they are, each share once."""
    edges = [round(edge_um / size) for size in phases.voxel_size_um]
    if any(edge > count for edge, count in zip(edges, phases.shape, strict=True)):
        raise AxisError(
            f"a cube of {edge_um:g} um does not fit in the image, which measures "
            f"{' x '.join(f'{size:g}' for size in phases.size_um)} um (z, y, x); give smaller edges_um."
        )
    if min(edges) < FEWEST_LAYERS:
        raise AxisError(
            f"a cube of {edge_um:g} um has fewer than {FEWEST_LAYERS} layers of voxels ({phases.grid_in_words}); give "
            f"larger edges_um."
        )
    lows = [(count - edge) // 2 for count, edge in zip(phases.shape, edges, strict=True)]
    for layers in dict.fromkeys(max(FEWEST_LAYERS, round(share * edges[axis])) for share in shares):
        sizes = [layers if index == axis else edge for index, edge in enumerate(edges)]
        z, y, x = ((low, low + size) for low, size in zip(lows, sizes, strict=True))
        if phases.mask is None or phases.mask[slice(*z), slice(*y), slice(*x)].any():
            yield layers / edges[axis], crop(phases, box_voxels=(z, y, x))


def _row(edge_um: float, share: float, piece: PhaseImage, found: Tortuosity) -> dict[str, Any]:
    """Return the row of one piece."""
    return {
        "phase": found.phase,
        "axis": found.axis,
        "edge_um": float(edge_um),
        "share": share,
        "volume_um3": box_of(piece).voxels * float(np.prod(piece.voxel_size_um)),
        "porosity": found.porosity,
        "relative_diffusivity": found.relative_diffusivity,
        "tortuosity": found.value,
        "relative_error_bound": found.relative_error_bound,
    }


def _settled(rows: Sequence[dict[str, Any]], within: float) -> float:
    """Return the smallest share from which on the tortuosity stays close to its last value."""
    last, settled = rows[-1]["tortuosity"], rows[-1]["share"]
    for row in reversed(rows):
        if np.isinf(last) or abs(row["tortuosity"] - last) > within * last:
            break
        settled = row["share"]
    return float(settled)


def _warnings(frame: pd.DataFrame, phase: str) -> tuple[str, ...]:
    """Return how many pieces do not percolate."""
    endless = int(np.isinf(frame["tortuosity"]).sum())
    if not endless:
        return ()
    return (
        f"In {endless} of {len(frame)} pieces {phase!r} does not percolate: their tortuosity is infinite. Choose "
        f"larger cubes (edges_um), or check the threshold.",
    )

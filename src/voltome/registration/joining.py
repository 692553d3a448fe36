"""Volumes of neighbouring places, joined to one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from voltome.data import Positive, ResultTable, Volume
from voltome.data._parameters import check_choice, check_positive
from voltome.errors import GeometryError, ParameterError, VoxelSizeError
from voltome.registration._sampling import Interpolation
from voltome.registration.blending import as_type, blend
from voltome.registration.columns_joining import JOINS
from voltome.registration.neighbours import Link, left_px, link, neighbours, settle
from voltome.runtime import check_memory

BYTES_PER_VOXEL = 40
"""Peak above the inputs, of the voxels of the joined volume."""

ROUND_OFF = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class JoinedVolumes:
    """One volume made of several, and how well they fit.

    Attributes
    ----------
    join_volumes : Volume
        All places; the mask is False where no scan was.
    joins : ResultTable
        Kind ``joins``, one row for each two scans that overlap.
    """

    join_volumes: Volume
    joins: ResultTable


def join_volumes(
    volumes: Mapping[str, Volume], *, max_shift_um: Positive, interpolation: Interpolation = "cubic"
) -> JoinedVolumes:
    """Join volumes of neighbouring, overlapping places of one object to one volume.

    For a field that was scanned in parts without the sample being taken out: the parts are shifted a little against
    where the stage says, and not turned. Scans that were mounted again are for `align`. Their origins say where the
    parts nominally lie.

    Parameters
    ----------
    volumes : dict of str to Volume
        The parts by name, two or more, of one voxel size, quantity and unit; their `origin_um` in one frame.
    max_shift_um : float
        Largest shift between two parts along each axis, beyond what their origins say, in um, above 0.
    interpolation : {'cubic', 'linear'}
        How values between voxels are made: cubic B-spline, or linear, which smooths more.

    Returns
    -------
    JoinedVolumes
        The volume, of the type of the parts, in the frame of the first part, which is not moved; and the table of
        the overlaps.

    Raises
    ------
    ParameterError
        No mapping of two volumes or more, or a parameter out of its range.
    VoxelSizeError
        Voxel sizes that differ.
    GeometryError
        Quantities that differ, or a part that overlaps with no other.
    MemoryEstimateError
        A joined volume that would not fit.

    Notes
    -----
    Each two parts that share a face are laid over each other where their fine structure correlates best, then to a
    share of a voxel by least squares with contrast and brightness free; of an overlap wider than 256 voxels along an
    axis the middle counts. All places follow from all overlaps by weighted least squares; an overlap known to worse
    than half a voxel, or that contradicts the others by more than a voxel and five spreads, is left out. Where several
    parts lie, each weighs as much as the voxel is away from the nearest face of it. Contrast and brightness are not
    changed. Values beyond the range of the parts, from splines beside edges, are set to its end, and the history
    counts them. Memory: 40 bytes per voxel of the result.

    References
    ----------
    S. Preibisch, S. Saalfeld, P. Tomancak, Globally optimal stitching of tiled 3D microscopic image acquisitions,
    Bioinformatics 25, 1463 (2009): places of all from overlaps of two. D. Padfield, Masked object registration in the
    Fourier domain, IEEE Trans. Image Process. 21, 2706 (2012).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> from scipy.ndimage import gaussian_filter
    >>> whole = gaussian_filter(np.random.default_rng(0).standard_normal((20, 24, 60)), 1.5).astype(np.float32)
    >>> left = vt.data.Volume(whole[:, :, :36], voxel_size_um=0.5)
    >>> right = vt.data.Volume(whole[:, :, 22:58], voxel_size_um=0.5, origin_um=(0, 0, 12))  # 11 um in truth
    >>> joined = vt.registration.join_volumes({"left": left, "right": right}, max_shift_um=2)
    >>> joined.join_volumes.shape, round(float(joined.joins.frame.shift_x_um[0]), 2)
    ((20, 24, 58), -1.0)
    """
    _check(volumes)
    most = check_positive("max_shift_um", max_shift_um)
    check_choice("interpolation", interpolation, ("cubic", "linear"))
    names, parts = list(volumes), list(volumes.values())
    edge = np.asarray(parts[0].voxel_size_um)
    nominal = np.array([(np.asarray(part.origin_um) - parts[0].origin_um) / edge for part in parts])
    shapes = np.array([part.shape for part in parts], np.float64)
    most_px = float(most / edge.min())
    size = np.ceil((nominal + shapes).max(axis=0) - nominal.min(axis=0) + 2 * most_px)
    voxels = int(np.prod(size))
    check_memory(BYTES_PER_VOXEL * voxels, task="join_volumes", voxels=voxels)
    pairs = neighbours(nominal, shapes)
    alone = [name for number, name in enumerate(names) if not any(number in pair for pair in pairs)]
    if alone:
        raise GeometryError(
            f"{', '.join(map(repr, alone))} shares no face with another scan; expected scans that overlap by a voxel "
            f"or more where their origins say they are. Give the right origin_um, or leave the scan out."
        )
    links = [
        link(
            pair,
            (parts[pair[0]].values, parts[pair[1]].values),
            (parts[pair[0]].mask, parts[pair[1]].mask),
            nominal[pair[1]] - nominal[pair[0]],
            most_px,
        )
        for pair in pairs
    ]
    corners, links = settle(nominal, links, most_px)
    table = _table(names, parts, nominal, corners, links)
    return JoinedVolumes(_joined(names, parts, corners, interpolation), table)


def _joined(names: Sequence[str], parts: Sequence[Volume], corners: Any, interpolation: Interpolation) -> Volume:
    """Return one volume of all parts."""
    first = parts[0]
    values, known, corner = blend(
        [part.values for part in parts], [part.mask for part in parts], corners, interpolation
    )
    typed, remark = as_type(values, [part.values for part in parts])
    origin = np.asarray(first.origin_um) + corner * np.asarray(first.voxel_size_um)
    return first.derive(
        f"join_volumes: {len(parts)} scans ({', '.join(names)}), {interpolation} interpolation{remark}",
        values=typed,
        origin_um=tuple(float(place) for place in origin),
        mask=None if known.all() else known,
    )


def _check(volumes: Any) -> None:
    """Refuse what cannot be joined."""
    if not isinstance(volumes, Mapping) or not all(isinstance(volume, Volume) for volume in volumes.values()):
        raise ParameterError(f"volumes is a {type(volumes).__name__}; expected {{name: Volume}}, two scans or more.")
    if len(volumes) < 2:
        raise ParameterError(f"join_volumes got {len(volumes)} scan; expected two or more, which overlap.")
    (name, first), *others = volumes.items()
    for other, volume in others:
        if not np.allclose(volume.voxel_size_um, first.voxel_size_um, rtol=ROUND_OFF):
            raise VoxelSizeError(
                f"{other!r} has voxels of {volume.voxel_size_um} um, {name!r} of {first.voxel_size_um} um; expected "
                f"one size. Scan or reconstruct them alike, or resample one with voltome.registration.apply_transform."
            )
        if (volume.quantity, volume.unit) != (first.quantity, first.unit):
            raise GeometryError(
                f"{other!r} holds {volume.quantity} {volume.unit!r}, {name!r} {first.quantity} {first.unit!r}; "
                f"expected the same quantity in all scans that are joined."
            )


def _table(
    names: Sequence[str], parts: Sequence[Volume], nominal: Any, corners: Any, links: Sequence[Link]
) -> ResultTable:
    """Return the table of the overlaps."""
    edge = np.asarray(parts[0].voxel_size_um)
    rows, warnings = [], []
    for each in links:
        pair = names[each.first], names[each.second]
        shift = (each.offset_px - nominal[each.second] + nominal[each.first]) * edge
        left = float(np.linalg.norm(left_px(each, corners) * edge)) if each.used else 0.0
        error = each.error_px * float(np.sqrt((edge**2).mean()))
        rows.append((*pair, *shift, error, left, each.correlation, each.used))
        if not each.used:
            warnings.append(
                f"The overlap of {pair[0]} and {pair[1]} was left out: correlation {each.correlation:.2f}, or it "
                f"contradicts the others. Their places come from other overlaps, or else from their origins."
            )
    return ResultTable(
        pd.DataFrame(rows, columns=[column.name for column in JOINS]),
        columns=JOINS,
        kind="joins",
        measured_on=f"overlaps of {', '.join(names)}: voxels of {' x '.join(f'{size:g}' for size in edge)} um",
        method="correlation of fine structure, then least squares; all places by weighted least squares",
        history=parts[0].history,
        warnings=tuple(warnings),
    )

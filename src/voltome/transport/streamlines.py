"""Paths that a flux or a flow takes through the sample, and how long they are."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

import numpy as np
import pandas as pd
from annotated_types import Ge
from numpy.typing import NDArray

from voltome.data import AxisName, Positive, ResultTable, Volume
from voltome.data._grids import check_one_grid
from voltome.data._parameters import axis_index, check_choice, check_positive, check_seed
from voltome.errors import ParameterError, ValuesError
from voltome.runtime import check_memory
from voltome.transport import _kernels_streamlines as kernels
from voltome.transport.columns_streamlines import (
    ENDS,
    STREAMLINE_STATISTICS,
    STREAMLINE_STATISTICS_OF_FLOW,
    STREAMLINES,
    STREAMLINES_OF_FLOW,
)

Sides = Literal["closed", "open"]
LineCount = Annotated[int, Ge(1)]

STEP = 0.25
"""Length of a step in shortest edges of a voxel."""

AT_REST = 1e-6
"""Share of the largest size of the field at and below which it is at rest."""

VELOCITY = "m/s"
FEWEST_CROSSING = 0.9
"""Share of the lines below which a reader is told how many do not cross the sample."""

BYTES_PER_VOXEL = 19


def streamlines(
    along_z: Volume,
    *,
    along_y: Volume,
    along_x: Volume,
    axis: AxisName = "z",
    count: LineCount = 200,
    seed: int = 0,
    sides: Sides = "closed",
    longest: Positive = 20.0,
) -> ResultTable:
    """Follow the lines of a flux or a flow from the face where it enters the sample.

    Every line begins with the same share of the flux, so that where lines are dense, much is transported. A picture of
    the paths and their lengths; the factor by which transport is slowed is `voltome.transport.tortuosity` or
    `voltome.transport.permeability`, not the length of lines. For its mean see `streamline_statistics`.

    Parameters
    ----------
    along_z : Volume
        Component of the field along z on the centres of voxels, as `voltome.transport.flow_field` and
        `voltome.transport.diffusion_field` give it. Where all three components are 0, or outside a mask, is wall.
    along_y : Volume
        Component along y, on the same grid and in the same unit.
    along_x : Volume
        Component along x, on the same grid and in the same unit.
    axis : {"z", "y", "x"}
        Along which axis the transport runs: that of the field. Lines begin on the first face along it or, where the
        transport runs backwards, on the last.
    count : int
        Number of lines.
    seed : int
        Seed of the places at which lines begin: the same gives the same lines.
    sides : {"closed", "open"}
        Whether nothing crosses the four other faces of the image (sealed, no-flux or mirrored sides), or lines end
        there (periodic sides).
    longest : float
        Length at which a line is given up, in lengths of the sample along `axis`.

    Returns
    -------
    ResultTable
        Kind ``streamlines``: points of every line about a voxel apart, with `line`, `distance_um` along it, `z_um`,
        `y_um`, `x_um`, the size of the field (`speed_m_per_s` and `travel_time_s` where the unit is m/s, otherwise
        `magnitude`), and why the line ends. A warning where less than 90 % of the lines reach the other face.

    Raises
    ------
    GeometryError
        Components on different grids.
    ValuesError
        Components of different units; a field that is 0 everywhere, or enters through neither face along `axis`.
    AxisError
        An unknown axis.
    ParameterError
        Fewer than one line, a seed below 0, an unknown kind of sides, a `longest` that is not above 0.

    Notes
    -----
    Definition: the component that crosses the face between two voxels is the mean of the two, and 0 where one of them
    is a wall; from the faces each component is interpolated linearly along its own axis and bilinearly across it. Along
    walls a field in m/s falls to 0 on the face of the wall (no slip), and what leaves the wall then grows with the
    square of the distance; any other field slips along walls. So nothing points through a wall. In flows solved to a
    tolerance of 1e-5 through pores 7.6 voxels wide 97 % of the lines crossed the sample, of diffusion 99 %.

    Lines are followed in steps of a quarter of the shortest edge by the Runge-Kutta method of the fourth order, halved
    where a step would end in a wall. They begin at equal steps of the summed flux through the inlet, each shifted at
    random within its step, and anywhere in the voxel. Lines end where the field is below a millionth of its largest.

    Exact in a uniform field and in solid-body rotation; otherwise the error of a place falls with the square of the
    voxel. Time: about 40 us for each voxel that a line passes. Memory: 19 bytes per voxel.

    References
    ----------
    D. W. Pollock, Ground Water 26 (1988) 743 (interpolation from the faces of cells, linear along each axis).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> still = vt.data.Volume(np.zeros((4, 3, 3), np.float32), voxel_size_um=0.5, quantity="velocity", unit="m/s")
    >>> down = still.derive("flow", values=np.full((4, 3, 3), 1e-6, np.float32))
    >>> lines = vt.transport.streamlines(down, along_y=still, along_x=still, count=2)
    >>> print(lines.frame.groupby("line")[["distance_um", "travel_time_s"]].max().round(6))
          distance_um  travel_time_s
    line
    1             2.0            2.0
    2             2.0            2.0
    """
    components = {"along_z": along_z, "along_y": along_y, "along_x": along_x}
    number = axis_index(axis)
    _check(components, count, sides)
    check_seed(seed)
    most = check_positive("longest", longest)
    check_memory(BYTES_PER_VOXEL * along_z.values.size, task="streamlines", voxels=along_z.values.size)
    field, wall = _field_and_wall(components)
    forward, starts = _starts(field, wall, number, count, seed)
    flow = along_z.unit == VELOCITY
    is_closed, length_um = sides == "closed", along_z.size_um[number]
    lines = _followed(field, wall, along_z, starts, number, forward, is_closed, flow, most * length_um)
    frame = _frame(lines, along_z, flow=flow)
    crossing = sum(end == 0 for _, _, end in lines)
    return ResultTable(
        frame,
        columns=STREAMLINES_OF_FLOW if flow else STREAMLINES,
        kind="streamlines",
        measured_on=f"{_of(along_z)} of {along_z.grid_in_words}",
        method=f"{count} lines along {axis} from the {'first' if forward else 'last'} face over {length_um:.6g} um, "
        f"begun in proportion to the flux (seed {seed}); Runge-Kutta of the fourth order in steps of {STEP} voxels; "
        f"sides {sides}; walls {'without' if flow else 'with'} slip",
        history=along_z.history,
        warnings=_warnings(lines, crossing, count),
    )


def streamline_statistics(streamlines: ResultTable) -> ResultTable:
    """Count over streamlines how long the paths through the sample are, against the straight distance.

    The flux-weighted mean length of paths: a number for pictures and for comparison with other programs. It is not the
    tortuosity factor of `voltome.transport.tortuosity`, which also holds what narrow and wide places do.

    Parameters
    ----------
    streamlines : ResultTable
        Of kind ``streamlines``, of one scan, from `voltome.transport.streamlines`.

    Returns
    -------
    ResultTable
        Kind ``streamline_statistics``, one row: field and axis, number of lines, the share that cross the sample, mean,
        standard error and deciles of the geometric tortuosity and, of a velocity, of the travel time in s; of lines
        that cross only.

    Raises
    ------
    ValuesError
        A table of another kind, or no line that crosses the sample.

    Notes
    -----
    Lines begin in proportion to the flux, so that each stands for the same share of it and the plain mean over the
    lines is weighted by flux. The standard error is that of the choice of lines (deviation over root of their number)
    and says nothing of the image. The straight distance is that between the faces where lines begin and end.

    References
    ----------
    A. Duda, Z. Koza, M. Matyka, Phys. Rev. E 84 (2011) 036319 (tortuosity of a flow: mean over the flux through a
    plane).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> still = vt.data.Volume(np.zeros((4, 3, 3), np.float32), voxel_size_um=0.5, quantity="velocity", unit="m/s")
    >>> down = still.derive("flow", values=np.full((4, 3, 3), 1e-6, np.float32))
    >>> lines = vt.transport.streamlines(down, along_y=still, along_x=still, count=5)
    >>> round(float(vt.transport.streamline_statistics(lines).frame.geometric_tortuosity[0]), 6)
    1.0
    """
    if streamlines.kind != "streamlines":
        raise ValuesError(
            f"a table of {streamlines.kind}; expected one of streamlines, as voltome.transport.streamlines gives it."
        )
    frame = streamlines.frame
    flow = "travel_time_s" in frame
    ends = frame.groupby("line", sort=True).last()
    crossing = ends[ends["end"] == ENDS[0]]
    if not len(crossing):
        raise ValuesError(
            f"none of {len(ends)} streamlines crosses the sample; expected at least one. Take the axis along which the "
            f"field runs, or sides 'closed' where nothing leaves through them."
        )
    starts = frame.groupby("line", sort=True).first().loc[crossing.index]
    axis = _axis_of(streamlines)
    place = ("z_um", "y_um", "x_um")[axis]
    straight = np.abs(crossing[place].to_numpy(np.float64) - starts[place].to_numpy(np.float64))
    lengths = crossing["distance_um"].to_numpy(np.float64) / straight
    row = {
        "field": streamlines.measured_on.partition(" of ")[0],
        "axis": "zyx"[axis],
        "lines": len(ends),
        "crossing_fraction": len(crossing) / len(ends),
        "geometric_tortuosity": float(lengths.mean()),
        "geometric_tortuosity_standard_error": _standard_error(lengths),
        **_deciles(lengths, "geometric_tortuosity_d{}"),
        **(_deciles(crossing["travel_time_s"].to_numpy(np.float64), "travel_time_d{}_s") if flow else {}),
    }
    return ResultTable(
        pd.DataFrame([row]),
        columns=STREAMLINE_STATISTICS_OF_FLOW if flow else STREAMLINE_STATISTICS,
        kind="streamline_statistics",
        measured_on=streamlines.measured_on,
        method=f"mean over lines that cross; {streamlines.method}",
        history=streamlines.history,
        warnings=streamlines.warnings,
    )


def _axis_of(streamlines: ResultTable) -> int:
    """Return the axis along which the lines run, which their method says."""
    return axis_index(streamlines.method.partition("lines along ")[2][:1])


def _standard_error(values: NDArray[np.float64]) -> float:
    return float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0


def _deciles(values: NDArray[np.float64], name: str) -> dict[str, float]:
    """Return three deciles under their names."""
    found = np.percentile(values, (10, 50, 90))
    return {name.format(share): float(value) for share, value in zip((10, 50, 90), found, strict=True)}


def _check(components: dict[str, Volume], count: Any, sides: str) -> None:
    """Refuse components that are not of one field, and parameters outside their range."""
    check_one_grid(components, mend="Take the three components of one field.")
    units = {name: volume.unit for name, volume in components.items()}
    if len(set(units.values())) > 1:
        said = ", ".join(f"{unit!r} ({name})" for name, unit in units.items())
        raise ValuesError(
            f"the components have the units {said}; expected the same. Take the three components of one field."
        )
    whole = isinstance(count, int | np.integer) and not isinstance(count, bool)
    if not whole or count < 1:
        raise ParameterError(f"count is {count!r}; expected a whole number of lines, 1 or above.")
    check_choice("sides", sides, get_args(Sides))


def _of(along_z: Volume) -> str:
    return along_z.quantity.removesuffix(" along z")


def _field_and_wall(components: dict[str, Volume]) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Return the three components in one array, and where nothing moves."""
    field = np.stack([volume.values.astype(np.float32, copy=False) for volume in components.values()])
    wall = np.ones(field.shape[1:], np.uint8)
    for component in field:
        wall[component != 0] = 0
    for volume in components.values():
        if volume.mask is not None:
            wall[~volume.mask] = 1
    if wall.all():
        raise ValuesError(
            "the field is 0 everywhere: nothing moves, so there are no streamlines. Take a phase that percolates along "
            "the axis, and the components of a field as voltome.transport.flow_field gives them."
        )
    return field, wall


def _starts(
    field: NDArray[np.float32], wall: NDArray[np.uint8], axis: int, count: int, seed: int
) -> tuple[bool, NDArray[np.float64]]:
    """Return whether lines begin on the first face, and where they begin, in voxels."""
    along = field[axis]
    total = float(np.sum(np.where(wall == 0, along, 0), dtype=np.float64))
    forward = total >= 0
    layer = 0 if forward else along.shape[axis] - 1
    face = np.take(along, layer, axis=axis).astype(np.float64) * (1 if forward else -1)
    entering = np.where(np.take(wall, layer, axis=axis) == 0, np.maximum(face, 0.0), 0.0)
    summed = np.cumsum(entering.ravel())
    if not summed[-1] > 0:
        raise ValuesError(
            f"nothing enters through the {'first' if forward else 'last'} face along {'zyx'[axis]}; expected the axis "
            f"along which the field runs: give that one."
        )
    random = np.random.default_rng(seed)
    shares = (np.arange(count) + random.random(count)) / count * summed[-1]
    chosen = np.minimum(np.searchsorted(summed, shares, side="right"), np.flatnonzero(entering.ravel())[-1])
    rows, columns = np.unravel_index(chosen, entering.shape)
    across = np.stack([rows, columns], axis=1) + random.random((count, 2))
    return forward, np.insert(across, axis, 0.0 if forward else float(along.shape[axis]), axis=1)


def _followed(
    field: NDArray[np.float32],
    wall: NDArray[np.uint8],
    like: Volume,
    starts: NDArray[np.float64],
    axis: int,
    forward: bool,
    closed: bool,
    flow: bool,
    longest_um: float,
) -> list[tuple[NDArray[np.float64], NDArray[np.float64], int]]:
    """Return for every line its points in voxels; length, size and time at them; and why it ends."""
    edges = np.array(like.voxel_size_um)
    spacing = float(edges.min())
    step = STEP * spacing
    largest = float(np.sqrt(max((field[:, layer] ** 2).sum(axis=0).max() for layer in range(field.shape[1]))))
    most = int(longest_um / spacing) + 3
    places, ways = np.empty((most, 3)), np.empty((most, 3))
    lines = []
    for start in starts:
        points, end = kernels.trace(
            field, wall, start, edges, step, spacing, longest_um, AT_REST * largest, axis, forward, closed, not flow,
            places, ways,
        )  # fmt: skip
        lines.append((places[:points].copy(), ways[:points].copy(), int(end)))
    return lines


def _frame(
    lines: list[tuple[NDArray[np.float64], NDArray[np.float64], int]], like: Volume, *, flow: bool
) -> pd.DataFrame:
    """Return the points of all lines as a table, places in um in the frame of the scan."""
    counts = [len(places) for places, _, _ in lines]
    numbers = np.repeat(np.arange(1, len(lines) + 1), counts)
    places = np.concatenate([places for places, _, _ in lines]) * like.voxel_size_um + like.origin_um
    ways = np.concatenate([ways for _, ways, _ in lines])
    ends = np.repeat(np.array([ENDS[end] for _, _, end in lines], dtype=object), counts)
    frame: dict[str, NDArray[np.generic] | NDArray[np.object_]] = {"line": numbers, "distance_um": ways[:, 0]}
    frame |= {f"{name}_um": places[:, number] for number, name in enumerate("zyx")}
    if flow:
        frame |= {"speed_m_per_s": ways[:, 1], "travel_time_s": ways[:, 2] * 1e-6}
    else:
        frame["magnitude"] = ways[:, 1]
    return pd.DataFrame({**frame, "end": ends})


def _warnings(
    lines: list[tuple[NDArray[np.float64], NDArray[np.float64], int]], crossing: int, count: int
) -> tuple[str, ...]:
    """Return what a reader must know: how many lines do not cross the sample, and why."""
    if crossing >= FEWEST_CROSSING * count:
        return ()
    others = [sum(end == number for _, _, end in lines) for number in range(len(ENDS))]
    why = ", ".join(f"{found} {ENDS[number]}" for number, found in enumerate(others) if number and found)
    return (
        f"{crossing} of {count} streamlines cross the sample; the others end on their way ({why}). Where many end at a "
        f"side, the sides of the field are not closed; where many are stagnant or end at a wall, solve the field to a "
        f"smaller tolerance.",
    )

"""Scans of one object on one grid, cropped to the field that all of them have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import AxisName, Column, Positive, ResultTable, ScanName, Transform, Volume
from voltome.data._parameters import AXES, axis_index, check_choice
from voltome.errors import GeometryError, ParameterError, VoltomeError, did_you_mean
from voltome.registration._fields import Box, box_around, box_inside
from voltome.registration._sampling import Interpolation, Sampler, grid_of
from voltome.registration.applying import moved
from voltome.registration.finding import find_transform
from voltome.registration.regions import Region

LEAST_COMMON = 0.05
"""Share of the reference that all scans must have in common."""


@dataclass(frozen=True, slots=True, eq=False)
class Aligned:
    """Scans on one grid, and how each was moved.

    Attributes
    ----------
    volumes : dict of str to Volume
        The scans, all of the same shape, voxel size and origin: those of the reference, cropped.
    motions : ResultTable
        Kind ``motions``, one row per scan: rotation, tilt, shift, residual, correlation, and what was kept.
    """

    volumes: Mapping[str, Volume]
    motions: ResultTable


def align(
    volumes: Mapping[str, Volume],
    *,
    to: ScanName,
    about: AxisName = "z",
    region: Region | None = None,
    field: Literal["box", "mask"] = "box",
    start_deg: Mapping[str, float] | None = None,
    max_shift_um: Positive | None = None,
    interpolation: Interpolation = "cubic",
) -> Aligned:
    """Bring scans of one object, mounted again in between, onto the grid of one of them.

    Use it before anything is compared between states of a cell, so that differences are not those of the place that was
    looked at. Name a region that does not change: the rest may. The same limits hold as for `find_transform`.

    Parameters
    ----------
    volumes : dict of str to Volume
        The scans by name, two or more.
    to : str
        Name of the reference: its grid is kept, and its voxels are cropped and never resampled.
    about : {'z', 'y', 'x'}
        Axis about which scans may be turned by any angle.
    region : Region, optional
        The part of the reference that is the same in all scans; None: all of it.
    field : {'box', 'mask'}
        ``box`` crops to the largest box of voxels that all scans have. ``mask`` keeps every voxel that all scans have:
        the box around them, with the mask False elsewhere.
    start_deg : dict of str to float, optional
        Rotation in degrees, right to 8 degrees, of the scans for which it cannot be found from nothing.
    max_shift_um : float, optional
        Largest shift along `about` in um, above 0; None: a quarter of the reference.
    interpolation : {'cubic', 'linear'}
        How grey values between voxels are made: cubic B-spline, or linear, which smooths more.

    Returns
    -------
    Aligned
        The scans on one grid, and the table of their motions. Histories and table say what share of each scan was kept.

    Raises
    ------
    ParameterError
        No mapping of volumes, one scan only, an unknown reference or name, or a parameter of a wrong kind.
    GeometryError
        The scans have less than 5 % of the reference in common, or the region is not in one of them.
    ConvergenceError, ValuesError, AxisError
        As for `find_transform`, with the name of the scan.

    Notes
    -----
    Each scan is aligned to the reference directly, not to the one before it, so errors do not add up. A voxel of the
    reference is common if its centre lies in every moved scan and its mask. The box is the one with the most voxels:
    every pair of layers is tried (in steps of a few voxels above 48 layers or 192 voxels across), with the largest
    rectangle common to all layers between. Interpolation lowers noise: a resampled scan is a little smoother than the
    reference. Memory: beside the scans, one byte per voxel and about 20 bytes per voxel of the largest scan.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> random = np.random.default_rng(1)
    >>> balls = [vt.twins.Sphere(tuple(place), 2.2) for place in random.uniform([3, 3, 3], [9, 37, 37], (60, 3))]
    >>> grey = {"pore": 50, "solid": 200}
    >>> scene = vt.twins.Scene(tuple(balls), size_um=(12, 40, 40))
    >>> first = vt.twins.grey_volume(scene, voxel_size_um=1, grey=grey, blur_um=0.7, seed=1)
    >>> places = [(z, x, 40 - y) for z, y, x in (ball.centre_um for ball in balls)]  # by 90 degrees: x goes to y
    >>> turned = [vt.twins.Sphere(place, 2.2) for place in places]
    >>> scene = vt.twins.Scene(tuple(turned), size_um=(12, 40, 40))
    >>> second = vt.twins.grey_volume(scene, voxel_size_um=1, grey=grey, blur_um=0.7, seed=2)
    >>> aligned = vt.registration.align({"new": first, "cycled": second}, to="new")
    >>> aligned.motions.frame[["scan", "rotation_z_deg"]].round(0).to_numpy().tolist()
    [['new', 0.0], ['cycled', 90.0]]
    >>> {volume.shape for volume in aligned.volumes.values()} == {aligned.volumes["new"].shape}
    True
    """
    _check(volumes, to, field, start_deg)
    check_choice("interpolation", interpolation, ("cubic", "linear"))
    reference = volumes[to]
    motions: dict[str, Transform | None] = {}
    inside: dict[str, NDArray[np.bool_]] = {}
    for name, volume in volumes.items():
        if name == to:
            motions[name] = None
            continue
        start = None if start_deg is None else start_deg.get(name)
        try:
            motion = find_transform(
                volume, to=reference, about=about, region=region, start_deg=start, max_shift_um=max_shift_um
            )
        except VoltomeError as error:
            raise type(error)(f"scan {name!r}, aligned to {to!r}: {error}") from error
        motions[name], inside[name] = motion, Sampler(volume, motion, grid_of(reference)).inside()
    box, common = _common(reference, to, inside, field)
    made = {
        name: _placed(volume, name, to, motions[name], reference, box, common, interpolation)
        for name, volume in volumes.items()
    }
    return Aligned(made, _table(volumes, to, about, motions, made, region))


def _check(volumes: Any, to: Any, field: str, start_deg: Any) -> None:
    """Refuse what are no scans, and names that no scan has."""
    if not isinstance(volumes, Mapping) or not all(isinstance(volume, Volume) for volume in volumes.values()):
        raise ParameterError(f"volumes is {_kinds(volumes)}; expected {{name: Volume}}, two scans or more.")
    if len(volumes) < 2:
        raise ParameterError(
            f"align got {len(volumes)} scan{'' if len(volumes) == 1 else 's'}; expected two or more: one is the "
            f"reference, and the others are brought onto it."
        )
    given = {} if start_deg is None else start_deg
    if not isinstance(given, Mapping):
        raise ParameterError(f"start_deg is {start_deg!r}; expected {{scan: degrees}} or None.")
    for what, name in (("to", to), *(("start_deg", name) for name in given)):
        if name not in volumes:
            known = ", ".join(map(repr, volumes))
            raise ParameterError(
                f"{what} names the scan {name!r}; there are {known}.{did_you_mean(str(name), list(volumes))}"
            )
    check_choice("field", field, ("box", "mask"))


def _kinds(volumes: Any) -> str:
    """Return in words what was given instead of volumes by name."""
    if not isinstance(volumes, Mapping):
        return f"a {type(volumes).__name__}"
    return ", ".join(f"{name!r}: {type(volume).__name__}" for name, volume in volumes.items())


def _common(
    reference: Volume, to: str, inside: Mapping[str, NDArray[np.bool_]], field: str
) -> tuple[Box, NDArray[np.bool_]]:
    """Return the box to crop to, and which voxels of the reference all scans have."""
    common = np.ones(reference.shape, np.bool_) if reference.mask is None else reference.mask.copy()
    for each in inside.values():
        common &= each
    kept = np.count_nonzero(common)
    if kept < LEAST_COMMON * reference.sample_voxels:
        shares = ", ".join(f"{name!r} {each.mean():.1%}" for name, each in inside.items())
        raise GeometryError(
            f"the scans have {kept / reference.sample_voxels:.1%} of {to!r} in common (alone: {shares}); expected at "
            f"least {LEAST_COMMON:.0%}. Leave out the scan that shows another place, or align to another one."
        )
    return (box_inside(common) if field == "box" else box_around(common)), common


def _placed(
    volume: Volume,
    name: str,
    to: str,
    motion: Transform | None,
    reference: Volume,
    box: Box,
    common: NDArray[np.bool_],
    interpolation: Interpolation,
) -> Volume:
    """Return one scan in the common field."""
    grid = grid_of(reference).part(box)
    kept = common[box]
    mask = None if kept.all() else kept
    share = np.count_nonzero(kept) * reference.voxel_volume_um3 / volume.sample_volume_um3
    field = f"the field that all scans have, {share:.1%} of this scan"
    if motion is None:
        return volume.derive(
            f"align: the reference, cropped to {field}", values=volume.values[box], origin_um=grid.origin_um, mask=mask
        )
    found = replace(volume, history=(*volume.history, f"align to {to}: {motion.history[0]}; {_fit_in_words(motion)}"))
    return moved(found, motion, grid, interpolation).derive(f"align: cropped to {field}", mask=mask)


def _fit_in_words(motion: Transform) -> str:
    """Return what was found of a motion."""
    return f"region {motion.region}; residual {motion.residual_um:.3g} um, correlation {motion.correlation:.3f}"


def _table(
    volumes: Mapping[str, Volume],
    to: str,
    about: AxisName,
    motions: Mapping[str, Transform | None],
    made: Mapping[str, Volume],
    region: Region | None,
) -> ResultTable:
    """Return the table of the motions."""
    columns = _columns(to, about)
    rows = []
    for name, volume in volumes.items():
        motion = motions[name]
        kept = made[name].sample_volume_um3 / volume.sample_volume_um3
        if motion is None:
            rows.append((name, *([0.0] * 7), 1.0, kept))
            continue
        turn, tilt = turn_and_tilt_deg(motion, about)
        rows.append((name, turn, *tilt, *motion.shift_um, motion.residual_um, motion.correlation, kept))
    words = "the whole scan" if region is None else region.in_words()
    return ResultTable(
        pd.DataFrame(rows, columns=[column.name for column in columns]),
        columns=columns,
        kind="motions",
        measured_on=f"{words} of {to}: {volumes[to].grid_in_words}",
        method="angle from polar spectra, then correlation with six free numbers; residual from shifts of parts",
        history=volumes[to].history,
    )


def turn_and_tilt_deg(motion: Transform, about: AxisName) -> tuple[float, tuple[float, float]]:
    """Return a rotation as a turn about one axis, followed by a tilt about the two others, in degrees."""
    from scipy.spatial.transform import Rotation

    axis = axis_index(about)
    rotation = Rotation.from_matrix(motion.matrix)
    quaternion = rotation.as_quat()
    turn = (2 * np.degrees(np.arctan2(quaternion[axis], quaternion[3])) + 180) % 360 - 180
    vector = np.zeros(3)
    vector[axis] = turn
    tilt = (rotation * Rotation.from_rotvec(vector, degrees=True).inv()).as_rotvec(degrees=True)
    first, second = (float(tilt[other]) for other in range(3) if other != axis)
    return float(turn), (first, second)


def _columns(to: str, about: AxisName) -> tuple[Column, ...]:
    """Return the declarations of the table of motions."""
    across = [axis for axis in AXES if axis != about]
    turns = {"z": "y towards x", "y": "x towards z", "x": "z towards y"}
    return (
        Column("scan", "", "Name of the scan.", "key"),
        Column(
            f"rotation_{about}_deg",
            "deg",
            f"By how much the scan was turned about {about}, the first part of its motion; positive turns "
            f"{turns[about]}.",
        ),
        *(
            Column(
                f"tilt_{axis}_deg",
                "deg",
                f"By how much it was then tilted about {axis}; positive turns {turns[axis]}.",
            )
            for axis in across
        ),
        *(
            Column(
                f"shift_{axis}_um",
                "um",
                f"By how much it was then shifted along {axis}: where the point at the middle of {to} went.",
            )
            for axis in AXES
        ),
        Column(
            "residual_um",
            "um",
            f"Root mean square shift that parts of the region still have against {to}; 0 for {to} itself.",
        ),
        Column("correlation", "1", f"Correlation of grey values with {to} in the region; 1 for {to} itself."),
        Column("kept_fraction", "1", "Volume of the common field per volume of this scan."),
    )

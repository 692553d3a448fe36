"""A tilted electrode made level: z = 0 at the surface of its current collector."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from scipy.spatial.transform import Rotation

from voltome.data import Transform, Volume
from voltome.data._grids import check_one_grid
from voltome.data._intervals import GreyInterval, check_interval, in_words
from voltome.data._parameters import check_choice
from voltome.data.transforms import triple
from voltome.errors import GeometryError
from voltome.registration._sampling import Grid, Interpolation
from voltome.registration.applying import moved
from voltome.registration.collector import CollectorPlane, find_collector

Array = NDArray[np.float64]

ROUND_OFF = 1e-9


def level(
    volume: Volume, *, collector: GreyInterval, like: Volume | None = None, interpolation: Interpolation = "cubic"
) -> Volume:
    """Turn a tilted electrode so that its current collector is level, with z = 0 at the collector's surface.

    Before profiles along z, and before layers are compared between scans: a tilt of 1 degree over 500 um smears a
    profile over 9 um. The collector is at the side of low z. Before noise is filtered and phases are cut, as the
    grey values are interpolated once.

    Parameters
    ----------
    volume : Volume
        Grey values of any kind; voxels may be anisotropic.
    collector : (float or None, float or None)
        Lowest and highest grey value of the collector, both included, in the unit of the volume; null or None is an
        open end. Its ends decide only where the surface is looked for.
    like : Volume, optional
        The volume in which the collector is looked for, on the grid of `volume`: of scans that are aligned, levelled by
        the plane of one of them, every voxel stays at the same place in all. None: `volume` itself.
    interpolation : {"cubic", "linear"}
        ``cubic``: B-splines, which keep detail, with overshoot of a few per cent at sharp edges. ``linear``: none,
        but it blurs.

    Returns
    -------
    Volume
        The largest upright box of the turned image in which every voxel has data; same voxel size, type and unit.
        Its `origin_um` is a whole number of layers along z, and z = 0 is the surface of the collector. The history says
        tilt, rms distance of the surface from the plane, and the share that was cropped.

    Raises
    ------
    ParameterError
        An interval without an end, or an unknown interpolation.
    AxisError, ValuesError
        No collector, or one in too few columns; see `find_collector`.
    GeometryError
        A tilt of more than 15 degrees, a surface that is not a plane, a turned image without the surface, or `like` on
        another grid.

    Notes
    -----
    The plane is that of `find_collector`. The image is turned about its centre by the smallest rotation that makes
    the plane's normal the z axis, so it does not turn about z. Nothing is filled in: the box that remains is that of
    the largest volume, and a flat image loses its sides before its height. The mask is turned with it, each voxel
    taking the nearest. Interpolation lowers the noise of neighbouring
    voxels unevenly, so a test of noise belongs before. Memory: 24 bytes per voxel.

    References
    ----------
    .. [1] Unser M., Aldroubi A., Eden M., IEEE Trans. Signal Process. 41, 821-833 (1993) (B-spline interpolation).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> z, y, x = np.ogrid[:40, :50, :50]
    >>> height = 12 + np.tan(np.radians(4)) * (x + 0.5 - 25) + 0 * y
    >>> grey = 100 + 100 * np.clip(height - z, 0, 1)  # partial volumes
    >>> upright = vt.registration.level(vt.data.Volume(grey, voxel_size_um=0.5), collector=(180, None))
    >>> found = vt.registration.find_collector(upright, collector=(180, None))
    >>> abs(found.tilt_y_deg) < 0.02, abs(found.height_um + upright.origin_um[0]) < 0.02
    (True, True)
    """
    interval = check_interval("collector", collector)
    check_choice("interpolation", interpolation, ("cubic", "linear"))
    if like is not None:
        check_one_grid(
            {"volume": volume, "like": like}, mend="Align the scans before, so that one plane holds for all."
        )
    found = find_collector(volume if like is None else like, collector=interval)
    turn = _turned_upright(found)
    centre = np.array(volume.size_um) / 2
    surface = float((turn @ (np.array([found.height_um, centre[1], centre[2]]) - centre))[0])
    first, shape = _largest_box(volume, turn, surface)
    below = round((first[0] - surface) / volume.voxel_size_um[0]) * volume.voxel_size_um[0]
    middle = np.add(volume.origin_um, centre)
    motion = Transform(
        triple(Rotation.from_matrix(turn).as_rotvec(degrees=True)),
        centre_um=triple(middle),
        shift_um=(-float(middle[0]) - surface, 0.0, 0.0),
    )
    y, x = (float(place) for place in (middle + first)[1:])
    upright = moved(volume, motion, Grid(shape, volume.voxel_size_um, (below, y, x)), interpolation)
    return upright.derive(_in_words(volume, found, interval, upright.values.size, like))


def _turned_upright(found: CollectorPlane) -> Array:
    """Return the smallest rotation, as a matrix on (z, y, x), that turns the plane's normal to the z axis."""
    along_y, along_x = math.tan(math.radians(found.tilt_x_deg)), math.tan(math.radians(found.tilt_y_deg))
    z, y, x = np.array([1.0, -along_y, -along_x]) / math.hypot(1.0, along_y, along_x)
    turn: Array = np.array(
        [
            [z, y, x],
            [-y, 1.0 - y * y / (1.0 + z), -y * x / (1.0 + z)],
            [-x, -y * x / (1.0 + z), 1.0 - x * x / (1.0 + z)],
        ]
    )
    return turn


def _largest_box(volume: Volume, turn: Array, surface: float) -> tuple[Array, tuple[int, int, int]]:
    """Return the lower corner, in um from the centre, and the shape of the largest box with data everywhere.

    Faces between layers lie at whole numbers of layers from the surface of the collector.
    """
    edges, shape = np.array(volume.voxel_size_um), np.array(volume.shape)
    reach = _half_widths(np.abs(turn.T), (shape - 1) * edges / 2)
    counts = np.floor(2 * reach / edges + ROUND_OFF).astype(int) + 1
    first = -counts * edges / 2
    lowest = math.ceil((-reach[0] - surface) / edges[0] - 0.5 - ROUND_OFF)
    highest = math.floor((reach[0] - surface) / edges[0] - 0.5 + ROUND_OFF)
    first[0] = surface + lowest * edges[0]
    if not lowest <= -1 < highest:
        raise GeometryError(
            f"turned upright, the largest box with data everywhere runs from {lowest * edges[0]:.4g} to "
            f"{(highest + 1) * edges[0]:.4g} um from the surface of the collector; expected it on both sides of it. "
            f"Crop less before, or crop the sides first, as the tilt takes most of the height there."
        )
    return first, (highest - lowest + 1, int(counts[1]), int(counts[2]))


def _half_widths(spread: Array, half: Array) -> Array:
    """Return the half widths w of the largest box with spread @ w <= half: all corners stay in the turned image."""
    start = 0.5 * half.max(initial=0.0) * np.minimum(1.0, half / half.max(initial=0.0))
    start = np.maximum(start, 1e-6 * half.max(initial=0.0))
    start *= 0.5 / float((spread @ start / half).max())
    scale = half  # widths in units of the image's, so that all are of order 1
    found = optimize.minimize(
        lambda w: -float(np.log(w).sum()),
        start / scale,
        jac=lambda w: -1.0 / w,
        bounds=[(1e-9, None)] * 3,
        constraints={
            "type": "ineq",
            "fun": lambda w: 1.0 - spread @ (w * scale) / half,
            "jac": lambda _: -spread * scale / half[:, np.newaxis],
        },
        method="SLSQP",
        options={"ftol": 1e-12, "maxiter": 200},
    )
    widths: Array = found.x * scale
    return widths / max(1.0, float((spread @ widths / half).max()))


def _in_words(volume: Volume, found: CollectorPlane, interval: GreyInterval, voxels: int, like: Volume | None) -> str:
    """Return what the history says."""
    where = "" if like is None else " of another scan on this grid"
    return (
        f"level: collector {in_words(interval)}{where} tilted by {found.tilt_y_deg:.4f} deg about y and "
        f"{found.tilt_x_deg:.4f} deg about x, rms {found.rms_um:.3g} um over {found.columns_used:,} of "
        f"{found.columns:,} columns; {1 - voxels / volume.values.size:.2%} cropped"
    )

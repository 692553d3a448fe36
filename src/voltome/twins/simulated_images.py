"""Images of a scene: grey values with partial volumes, blur and noise; the true phases; the true particles."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from voltome.data import Column, NonNegative, PhaseImage, ResultTable, Volume
from voltome.data._checks import voxel_size
from voltome.data._parameters import check_choice, check_not_negative, check_seed
from voltome.data.images import SIMULATED
from voltome.errors import ParameterError, PhaseError, did_you_mean
from voltome.runtime import check_memory
from voltome.twins._kernels_filling import fill
from voltome.twins.scenes import Scene
from voltome.twins.solids import Numbers, Solid, Triple

Box = tuple[slice, slice, slice]

TRUE_PARTICLE_COLUMNS = (
    Column("label", "1", "Number of the solid in its scene, from 1.", "label"),
    Column("material", "", "Name of the material.", "key"),
    Column("volume_um3", "um3", "Exact volume of the whole solid."),
    Column("surface_area_um2", "um2", "Exact surface area of the whole solid."),
    Column("equivalent_diameter_um", "um", "Diameter of the sphere of the same volume."),
    Column("sphericity", "1", "Surface area of the sphere of the same volume over that of the solid; 1 for a sphere."),
    Column("z_um", "um", "Centre along z, from the corner of the scene."),
    Column("y_um", "um", "Centre along y, from the corner of the scene."),
    Column("x_um", "um", "Centre along x, from the corner of the scene."),
    Column("touches_border", "", "Whether a part of the solid lies outside the scene.", "flag"),
)


def grey_volume(
    scene: Scene,
    *,
    voxel_size_um: float | tuple[float, float, float],
    grey: Mapping[str, float],
    blur_um: NonNegative = 0.0,
    noise: NonNegative = 0.0,
    supersampling: int = 3,
    seed: int,
    dtype: Literal["uint8", "uint16"] = "uint16",
) -> Volume:
    """Simulate a grey volume of a scene: partial volumes, then blur, then noise, then rounding.

    Use it to test segmentation and measurement against a known truth. It simulates the image and not the
    instrument: there are no rings, streaks or phase fringes.

    Parameters
    ----------
    scene : Scene
        What is in the image.
    voxel_size_um : float or tuple of float
        Edge lengths of a voxel along (z, y, x) in um; the scene must be a whole number of voxels.
    grey : mapping of str to float
        Grey value of every material of the scene and of its background, within the range of `dtype`.
    blur_um : float
        Standard deviation of the Gaussian blur in um, 0 or above (half width at half maximum / 1.18).
    noise : float
        Standard deviation of the Gaussian noise in grey values, 0 or above.
    supersampling : int
        Points along each edge of a voxel at which the scene is sampled, 1 to 16.
    seed : int
        Seed of the noise, 0 or above: the same seed gives the same image.
    dtype : {'uint16', 'uint8'}
        Integer type of the grey values; values beyond its range are clipped.

    Returns
    -------
    Volume
        Grey values, shape (z, y, x); the first line of its history begins with ``simulated:``.

    Raises
    ------
    ParameterError
        A parameter outside its range, or a scene that is not a whole number of voxels.
    PhaseError
        A material without a grey value, or a grey value for none.

    Notes
    -----
    A voxel of which a solid fills the fraction f has f times the grey of the solid and 1 - f times that of the
    background. The fraction of points inside has an error of about 1 / supersampling^2 in one voxel, which
    averages out over a surface. Memory: 12 bytes per voxel. Where solids of a scene overlap, the earlier
    takes its share first.

    Examples
    --------
    >>> import voltome as vt
    >>> scene = vt.twins.Scene((vt.twins.Sphere((8, 8, 8), 5),), size_um=(16, 16, 16))
    >>> volume = vt.twins.grey_volume(scene, voxel_size_um=1, grey={"pore": 100, "solid": 200}, seed=0)
    >>> volume.values.max(), volume.simulated
    (np.uint16(200), True)
    """
    size, shape = _grid(scene, voxel_size_um)
    _check_image(scene, grey, supersampling, dtype)
    sigma = check_not_negative("blur_um", blur_um)
    check_not_negative("noise", noise)
    check_seed(seed)
    check_memory(12 * math.prod(shape), task="grey_volume", voxels=math.prod(shape))
    values = partial_volumes(scene, size, shape, grey, supersampling)
    if sigma:
        values = gaussian_filter(values, [sigma / edge for edge in size], mode="nearest")
    if noise:
        values += np.float32(noise) * np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)
    limits = np.iinfo(dtype)
    rounded = np.clip(np.rint(values), limits.min, limits.max).astype(dtype)
    how = f"blur {blur_um:g} um, noise {noise:g}, supersampling {supersampling}, seed {seed}"
    return Volume(rounded, voxel_size_um=size, history=(f"{SIMULATED} {scene.in_words}; {how}",))


def true_phases(scene: Scene, *, voxel_size_um: float | tuple[float, float, float]) -> PhaseImage:
    """Return the phase at the centre of every voxel of a scene.

    Parameters
    ----------
    scene : Scene
        What is in the image.
    voxel_size_um : float or tuple of float
        Edge lengths of a voxel along (z, y, x) in um; the scene must be a whole number of voxels.

    Returns
    -------
    PhaseImage
        Phase 0 is the background, the materials follow in the order of `Scene.materials`.

    Raises
    ------
    ParameterError
        A scene that is not a whole number of voxels, or of more than 255 materials.

    Examples
    --------
    >>> import voltome as vt
    >>> scene = vt.twins.Scene((vt.twins.Sphere((8, 8, 8), 5),), size_um=(16, 16, 16))
    >>> vt.twins.true_phases(scene, voxel_size_um=1).phases
    {0: 'pore', 1: 'solid'}
    """
    size, shape = _grid(scene, voxel_size_um)
    names = (scene.background, *scene.materials)
    if len(names) > 256:
        raise ParameterError(f"the scene has {len(names) - 1} materials; expected at most 255.")
    labels = np.zeros(shape, np.uint8)
    for solid in scene.solids:
        box, share = _filled(solid, size, shape, 1)
        here = labels[box]
        here[(share > 0) & (here == 0)] = names.index(solid.material)
    did = f"{SIMULATED} {scene.in_words}; phase at the centre of each voxel"
    return PhaseImage(labels, voxel_size_um=size, phases=dict(enumerate(names)), history=(did,))


def true_particles(scene: Scene) -> ResultTable:
    """Return the exact measures of every solid of a scene.

    The measures are those of the whole solid: a solid that the border of the scene cuts is flagged, not cut,
    and overlap of solids is not subtracted.

    Parameters
    ----------
    scene : Scene
        The scene.

    Returns
    -------
    ResultTable
        Kind ``true_particles``, one row per solid, lengths in um.

    Examples
    --------
    >>> import voltome as vt
    >>> scene = vt.twins.Scene((vt.twins.Sphere((8, 8, 8), 5),), size_um=(16, 16, 16))
    >>> vt.twins.true_particles(scene).frame.equivalent_diameter_um.round(6).tolist()
    [10.0]
    """
    rows = [_true_row(scene, label, solid) for label, solid in enumerate(scene.solids, start=1)]
    names = [column.name for column in TRUE_PARTICLE_COLUMNS]
    return ResultTable(
        pd.DataFrame(rows, columns=names),
        columns=TRUE_PARTICLE_COLUMNS,
        kind="true_particles",
        measured_on=scene.in_words,
        method="analytic",
        history=(f"{SIMULATED} {scene.in_words}",),
    )


def _true_row(scene: Scene, label: int, solid: Solid) -> tuple[Any, ...]:
    """Return the exact measures of one solid, in the order of the columns."""
    volume, area = solid.volume_um3, solid.surface_area_um2
    diameter = (6 * volume / math.pi) ** (1 / 3)
    sphericity = math.pi * diameter**2 / area
    return (label, solid.material, volume, area, diameter, sphericity, *solid.centre_um, scene.crosses_border(solid))


def _grid(scene: Scene, size: Any) -> tuple[Triple, tuple[int, int, int]]:
    """Return voxel size and shape of the image of a scene."""
    edges = voxel_size(size)
    counts = [length / edge for length, edge in zip(scene.size_um, edges, strict=True)]
    if any(abs(count - round(count)) > 1e-6 * count or round(count) < 1 for count in counts):
        raise ParameterError(
            f"the scene of {scene.size_um} um is {tuple(round(count, 3) for count in counts)} voxels of {edges} um; "
            f"expected whole numbers: choose a voxel size that divides the scene."
        )
    z, y, x = (round(count) for count in counts)
    return edges, (z, y, x)


def _check_image(scene: Scene, grey: Mapping[str, float], supersampling: Any, dtype: str) -> None:
    """Refuse grey values that do not fit the scene or the type."""
    check_choice("dtype", dtype, ("uint8", "uint16"))
    if not isinstance(supersampling, int) or not 1 <= supersampling <= 16:
        raise ParameterError(f"supersampling is {supersampling!r}; expected a whole number from 1 to 16.")
    needed = (scene.background, *scene.materials)
    missing = [name for name in needed if name not in grey]
    if missing:
        raise PhaseError(f"grey has no value for {missing}; expected one for each of {list(needed)}.")
    for name, value in grey.items():
        if name not in needed:
            raise PhaseError(f"grey has a value for {name!r}, which is not in the scene.{did_you_mean(name, needed)}")
        if not np.iinfo(dtype).min <= value <= np.iinfo(dtype).max:
            raise ParameterError(
                f"the grey value of {name!r} is {value}; expected 0 to {np.iinfo(dtype).max} ({dtype})."
            )


def partial_volumes(
    scene: Scene, size: Triple, shape: tuple[int, int, int], grey: Mapping[str, float], points: int
) -> NDArray[np.float32]:
    """Return the mean grey of every voxel."""
    free = np.ones(shape, np.float32)  # share of each voxel that no solid has taken yet
    values = np.full(shape, grey[scene.background], np.float32)
    for solid in scene.solids:
        contrast = np.float32(grey[solid.material] - grey[scene.background])
        box, share = _filled(solid, size, shape, points)
        taken = np.minimum(share, free[box])
        free[box] -= taken
        values[box] += contrast * taken
    return values


def _filled(solid: Solid, size: Triple, shape: tuple[int, int, int], points: int) -> tuple[Box, NDArray[np.float32]]:
    """Return the box of a solid in the image and the share of each of its voxels that it fills."""
    low, high = solid.bounds_um
    first = [max(0, math.floor(bottom / edge)) for bottom, edge in zip(low, size, strict=True)]
    last = [min(n, math.ceil(top / edge)) for top, edge, n in zip(high, size, shape, strict=True)]
    box = (slice(first[0], last[0]), slice(first[1], last[1]), slice(first[2], last[2]))
    share = np.empty([end - start for start, end in zip(first, last, strict=True)], np.float32)
    numbers = getattr(solid, "numbers", None)
    if isinstance(numbers, Numbers):
        fill(*numbers, np.array(first, np.int64), np.asarray(size), points, share)
    else:
        _fill_by_points(solid, first, last, size, points, share)
    return box, share


def _fill_by_points(
    solid: Solid, first: list[int], last: list[int], size: Triple, points: int, share: NDArray[np.float32]
) -> None:
    """Write the share of each voxel that a solid of another kind fills, as its own `contains` says, slice by slice."""
    y, x = (_sample_points(first[i], last[i], size[i], points) for i in (1, 2))
    place = np.empty((len(y), len(x), 3))
    place[..., 1], place[..., 2] = y[:, None], x[None, :]
    for index, inside in enumerate(share, start=first[0]):
        inside[:] = 0
        for z in _sample_points(index, index + 1, size[0], points):
            place[..., 0] = z
            inside += solid.contains(place).reshape(inside.shape[0], points, inside.shape[1], points).sum((1, 3))
        inside /= np.float32(points**3)


def _sample_points(first: int, last: int, edge: float, points: int) -> NDArray[np.float64]:
    """Return the sample points of the voxels `first` to `last` along one axis: centres of equal parts."""
    numbers = np.arange(first * points, last * points, dtype=np.float64)
    return (numbers + 0.5) * (edge / points)

"""Part of an image: a box in voxels or um, or a cylinder."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from voltome.data import AxisName, ParticleImage, PhaseImage, Positive, Volume
from voltome.data._parameters import AXES, axis_index, check_positive
from voltome.errors import AxisError, ParameterError, ValuesError

ImageT = TypeVar("ImageT", Volume, PhaseImage, ParticleImage)

BoxVoxels = tuple[tuple[int | None, int | None], tuple[int | None, int | None], tuple[int | None, int | None]]
BoxUm = tuple[tuple[float | None, float | None], tuple[float | None, float | None], tuple[float | None, float | None]]

ROUND_OFF = 1e-6
"""Share of a voxel by which a length in um may miss the face or the centre of a voxel and still mean it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cylinder:
    """A cylinder through the whole image along one of its axes.

    Attributes
    ----------
    axis : str
        Axis along which it runs: z, y or x.
    centre_um : tuple of float
        Where its axis is along the two other axes, in their order (for z: y, x), in um from the corner of the image.
    radius_um : float
        Its radius in um, above 0.

    Examples
    --------
    >>> Cylinder(axis="z", centre_um=(150, 160), radius_um=120)
    Cylinder(axis='z', centre_um=(150, 160), radius_um=120)
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}  # a typo in a study file is no default

    axis: AxisName
    centre_um: tuple[float, float]
    radius_um: Positive


def crop(
    image: ImageT,
    *,
    box_voxels: BoxVoxels | None = None,
    box_um: BoxUm | None = None,
    cylinder_um: Cylinder | None = None,
) -> ImageT:
    """Cut a box or a cylinder out of an image.

    Lengths and voxels count from the corner of this image, not from the origin of the scan; the crop's `origin_um`
    says where it was. Exactly one of the three parameters is given.

    Parameters
    ----------
    image : Volume, PhaseImage or ParticleImage
        The image to cut from.
    box_voxels : three pairs of int or None, optional
        ((z0, z1), (y0, y1), (x0, x1)): first voxel, and first voxel that is no longer in the box. null or None is the
        end of the image. Negative numbers do not count from the end.
    box_um : three pairs of float or None, optional
        ((z0, z1), (y0, y1), (x0, x1)) in um from the corner of the image; the voxels whose centres lie inside, the
        lower face included. null or None is the end of the image.
    cylinder_um : Cylinder, optional
        Axis, centre and radius: {axis: z, centre_um: [150, 160], radius_um: 120}. The image is cut to the box around
        the cylinder, and voxels whose centres lie outside the cylinder are masked.

    Returns
    -------
    Volume, PhaseImage or ParticleImage
        The same noun, smaller, with `origin_um` moved along. A cylinder sets the mask (where there is one already:
        inside both); values outside it are kept.

    Raises
    ------
    ParameterError
        None or several of the three given, or numbers of a wrong kind.
    AxisError
        A box or cylinder that is empty, reversed, or reaches beyond the image.
    ValuesError
        Not one voxel of the sample inside.

    Notes
    -----
    The values are a view of the image, not a copy. A cylinder adds one byte per voxel for the mask.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> volume = vt.data.Volume(np.zeros((40, 50, 60), np.uint8), voxel_size_um=0.5)
    >>> part = vt.filters.crop(volume, box_um=((5, 15), (None, None), (10, None)))
    >>> part.shape, part.origin_um
    ((20, 50, 40), (5.0, 0.0, 10.0))
    >>> vt.filters.crop(volume, box_voxels=((0, 41), (None, None), (None, None)))
    Traceback (most recent call last):
    voltome.errors.AxisError: box_voxels along z is from 0 to 41, beyond the image; expected within 0 to 40 voxels ...
    """
    given = [
        name
        for name, value in (("box_voxels", box_voxels), ("box_um", box_um), ("cylinder_um", cylinder_um))
        if value is not None
    ]
    if len(given) != 1:
        raise ParameterError(
            f"crop got {' and '.join(given) or 'no region'}; expected exactly one of box_voxels, box_um, cylinder_um."
        )
    if cylinder_um is not None:
        return _cut_cylinder(image, cylinder_um)
    if box_um is not None:
        return _cut(image, _box_of_lengths(image, box_um, "box_um"), None, f"box {_in_words(box_um)} um")
    return _cut(image, _box_of_voxels(image, box_voxels), None, f"box {_in_words(box_voxels)} voxels")


def _cut(image: ImageT, box: tuple[slice, slice, slice], inside: NDArray[np.bool_] | None, region: str) -> ImageT:
    """Return the box of the image, masked by `inside` as well as by the mask there is."""
    mask = None if image.mask is None else image.mask[box]
    if inside is not None:
        mask = inside if mask is None else mask & inside
    if mask is not None and not mask.any():
        raise ValuesError(
            f"crop: the {region} holds no voxel of the sample: its mask is empty there; expected at least one. "
            f"Choose a region where the mask is True."
        )
    starts = zip(image.origin_um, box, image.voxel_size_um, strict=True)
    origin = tuple(origin + part.start * edge for origin, part, edge in starts)
    return image.derive(f"crop: {region}", values=image.values[box], origin_um=origin, mask=mask)


def _cut_cylinder(image: ImageT, cylinder: Cylinder) -> ImageT:
    """Return the box around the cylinder with the mask set to the cylinder."""
    if not isinstance(cylinder, Cylinder):
        raise ParameterError(
            f"cylinder_um is {cylinder!r}; expected voltome.filters.Cylinder(axis='z', centre_um=(y, x), radius_um=r)."
        )
    along, centre = axis_index(cylinder.axis), _pair("cylinder_um.centre_um", cylinder.centre_um)
    radius = check_positive("cylinder_um.radius_um", cylinder.radius_um)
    across = [axis for axis in range(3) if axis != along]
    extent: list[tuple[float | None, float | None]] = [(None, None)] * 3
    for axis, middle in zip(across, centre, strict=True):
        extent[axis] = (middle - radius, middle + radius)
    # a centre on the surface is inside on either side, while a box leaves out those on its upper face
    box = _box_of_lengths(image, (extent[0], extent[1], extent[2]), "cylinder_um", upper_face=True)
    squared: Any = 0.0
    for axis, middle in zip(across, centre, strict=True):
        centres = (np.arange(box[axis].start, box[axis].stop) + 0.5) * image.voxel_size_um[axis] - middle
        squared = squared + np.expand_dims(centres**2, [other for other in range(3) if other != axis])
    reach = radius + ROUND_OFF * min(image.voxel_size_um)
    shape = tuple(part.stop - part.start for part in box)
    inside = np.ascontiguousarray(np.broadcast_to(squared <= reach**2, shape))
    region = f"cylinder along {cylinder.axis}, centre ({centre[0]:.10g}, {centre[1]:.10g}) um, radius {radius:.10g} um"
    return _cut(image, box, inside, region)


def _box_of_voxels(image: ImageT, box: Any) -> tuple[slice, slice, slice]:
    """Return the slices of a box in voxels, or say what is wrong with it."""
    parts = []
    for axis, pair in enumerate(_three_pairs("box_voxels", box)):
        for end in pair:
            if end is not None and (isinstance(end, bool) or not isinstance(end, int | np.integer)):
                raise ParameterError(f"box_voxels is {box!r}; expected whole numbers or None (for um: box_um).")
        start = 0 if pair[0] is None else int(pair[0])
        stop = image.shape[axis] if pair[1] is None else int(pair[1])
        if start < 0 or stop > image.shape[axis] or start >= stop:
            raise AxisError(_outside("box_voxels", image, axis, start, stop, start >= stop))
        parts.append(slice(start, stop))
    return parts[0], parts[1], parts[2]


def _box_of_lengths(image: ImageT, box: Any, name: str, *, upper_face: bool = False) -> tuple[slice, slice, slice]:
    """Return the slices of the voxels whose centres lie in a box in um, or say what is wrong with it.

    Centres on the lower face lie in it, those on the upper face only with `upper_face`.
    """
    parts = []
    for axis, pair in enumerate(_three_pairs(name, box)):
        edge, size = image.voxel_size_um[axis], image.size_um[axis]
        for end in pair:
            _check_number(name, box, end)
        low = 0.0 if pair[0] is None else float(pair[0])
        high = size if pair[1] is None else float(pair[1])
        if low < -ROUND_OFF * edge or high > size + ROUND_OFF * edge or low >= high:
            raise AxisError(_outside(name, image, axis, low, high, low >= high))
        start = _first_centre_from(low / edge)
        stop = _first_centre_beyond(high / edge) if upper_face else _first_centre_from(high / edge)
        if start >= stop:
            raise AxisError(
                f"{name} along {AXES[axis]} is from {low:g} to {high:g} um, which holds no centre of a voxel of "
                f"{edge:g} um; expected at least one. The image has {_extent(image, axis)}."
            )
        parts.append(slice(start, stop))
    return parts[0], parts[1], parts[2]


def _first_centre_from(position: float) -> int:
    """Return the first voxel whose centre is at or beyond `position`, which is counted in voxels from the corner."""
    return max(0, math.ceil(position - 0.5 - ROUND_OFF))


def _first_centre_beyond(position: float) -> int:
    """Return the first voxel whose centre is beyond `position`, which is counted in voxels from the corner."""
    return max(0, math.floor(position - 0.5 + ROUND_OFF) + 1)


def _three_pairs(name: str, box: Any) -> list[tuple[Any, Any]]:
    """Return the three pairs of a box."""
    try:
        (z0, z1), (y0, y1), (x0, x1) = box
    except (TypeError, ValueError):
        raise ParameterError(
            f"{name} is {box!r}; expected three pairs ((z0, z1), (y0, y1), (x0, x1)), None for the end of the image."
        ) from None
    return [(z0, z1), (y0, y1), (x0, x1)]


def _pair(name: str, value: Any) -> tuple[float, float]:
    """Return two finite numbers."""
    try:
        first, second = value
    except (TypeError, ValueError):
        raise ParameterError(f"{name} is {value!r}; expected two numbers in um.") from None
    for number in (first, second):
        if number is None:
            raise ParameterError(f"{name} is {value!r}; expected two numbers in um.")
        _check_number(name, value, number)
    return float(first), float(second)


def _check_number(name: str, whole: Any, number: Any) -> None:
    """Refuse what is neither None nor a finite number."""
    if number is None:
        return
    if isinstance(number, bool) or not isinstance(number, int | float | np.number) or not math.isfinite(number):
        raise ParameterError(f"{name} is {whole!r}; expected finite numbers in um, or None for the end of the image.")


def _outside(name: str, image: ImageT, axis: int, low: float, high: float, reversed_: bool) -> str:
    """Return the message for an extent that is not in the image."""
    fault = "empty or reversed" if reversed_ else "beyond the image"
    return (
        f"{name} along {AXES[axis]} is from {low:g} to {high:g}, {fault}; expected within {_extent(image, axis)}, "
        f"the lower end first. Both count from the corner of this image."
    )


def _extent(image: ImageT, axis: int) -> str:
    """Return the extent of the image along an axis in voxels and um."""
    return f"0 to {image.shape[axis]} voxels (0 to {image.size_um[axis]:g} um)"


def _in_words(box: Any) -> str:
    """Return a box as the history says it: ``z 5..15, x 10..``."""
    parts = []
    for axis, (low, high) in zip(AXES, box, strict=True):
        ends = ["" if end is None else f"{end:.10g}" for end in (low, high)]
        if any(ends):
            parts.append(f"{axis} {ends[0]}..{ends[1]}")
    return ", ".join(parts) or "of the whole image"

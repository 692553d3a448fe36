"""From a seed to the motion, right to a fraction of a voxel: all six numbers at once, on a part of the region."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import Transform, Volume
from voltome.data.transforms import triple
from voltome.errors import ConvergenceError, GeometryError
from voltome.registration.regions import Place, extent_in_words

LAST_SMOOTHING = 1.2
FIRST_SMOOTHING = 2.0
"""Width of the smoothing of both scans in voxels, at the last level and at least at the first."""

MARGIN_VOXELS = 10
"""What is read around the region, so that smoothing sees no edge."""

MOST_SAMPLES = 60_000
"""Voxels that are compared in one iteration."""

MOST_ITERATIONS = 300
SMALLEST_STEP = 1e-3
"""Step at which a level ends, as a share of its first one."""

MOST_TURN_DEG = 5.0
"""A refinement that turns further has left its seed."""

LEAST_INSIDE = 0.4
"""Share of the region that must lie in the moving scan."""


def refine(fixed: Volume, moving: Volume, place: Place, seed: Transform, pitch_um: float) -> Transform:
    """Return the motion with the highest correlation near the seed.

    The seed is kept as it is, and a small motion after it is sought: so no angle is ever near one at which the three
    angles of a rotation are not its own.
    """
    itk = _itk()

    share = share_inside(fixed, moving, place, seed)
    if share < LEAST_INSIDE:
        raise GeometryError(
            f"only {share:.0%} of the region lies in the moving scan, which has {extent_in_words(moving)} in its own "
            f"frame; expected at least {LEAST_INSIDE:.0%}. Choose a region that lies in both scans."
        )
    near = _widened(place, fixed)
    image, mask = _fixed_images(fixed, place, near)
    other, other_mask = _moving_images(fixed, moving, near, seed)
    begin = _to_itk(seed.inverse())
    small = itk.Euler3DTransform()
    small.SetCenter(tuple(reversed(_middle(fixed, place))))
    voxel = min(fixed.voxel_size_um)
    sigmas = _smoothing_um(voxel, pitch_um)
    for sigma in sigmas:
        last = sigma == sigmas[-1]
        method = _method(int(np.count_nonzero(place.inside)), step_um=sigma / 2)
        method.SetInterpolator(itk.sitkLinear)
        method.SetMetricFixedMask(mask)
        if other_mask is not None:
            method.SetMetricMovingMask(other_mask)
        method.SetMovingInitialTransform(begin)
        method.SetInitialTransform(small, inPlace=True)
        method.SetNumberOfThreads(1)
        smooth = [_smoothed(each, sigma) for each in (image, other)]
        _execute(method, smooth[0], smooth[1])
        if last and method.GetOptimizerIteration() >= MOST_ITERATIONS:
            raise ConvergenceError(
                f"the refinement did not settle in {MOST_ITERATIONS} iterations; expected steps below "
                f"{sigma / 2 * SMALLEST_STEP:.2g} um by then. {_MEND}"
            )
    return _combined(seed, small, fixed, pitch_um)


_MEND = "Choose a region with more structure, or one that did not change between the scans."


def _itk() -> Any:
    """Return SimpleITK, which takes half a second to load: when it is first needed."""
    import SimpleITK

    loaded: Any = SimpleITK
    return loaded


def _smoothing_um(voxel_um: float, pitch_um: float) -> list[float]:
    """Return the widths of the smoothing: from what the seed may be wrong by, to less than a voxel."""
    widths = [max(FIRST_SMOOTHING * voxel_um, pitch_um)]
    while widths[-1] > 2.5 * FIRST_SMOOTHING * voxel_um:
        widths.append(widths[-1] / 2.5)
    return [*widths, LAST_SMOOTHING * voxel_um]


def _smoothed(image: Any, sigma_um: float) -> Any:
    """Return an image with noise lowered."""
    itk = _itk()

    filtered = itk.SmoothingRecursiveGaussianImageFilter()
    filtered.SetSigma(sigma_um)
    filtered.SetNumberOfThreads(1)
    return filtered.Execute(image)


def _execute(method: Any, image: Any, other: Any) -> None:
    """Run one level; what ITK raises becomes an error with words."""
    try:
        method.Execute(image, other)
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1]
        raise ConvergenceError(f"the refinement stopped: {reason}. {_MEND}") from error


def share_inside(fixed: Volume, moving: Volume, place: Place, motion: Transform) -> float:
    """Return which share of the region lies in the moving scan (of a few thousand of its voxels)."""
    numbers = np.argwhere(place.inside)
    numbers = numbers[:: max(1, len(numbers) // 5000)] + [part.start for part in place.box]
    points = fixed.origin_um + (numbers + 0.5) * fixed.voxel_size_um
    voxels = np.floor((motion.inverse().apply(points) - moving.origin_um) / moving.voxel_size_um + 1e-6).astype(
        np.int64
    )
    inside = np.all((voxels >= 0) & (voxels < moving.shape), axis=1)
    if moving.mask is not None:
        inside[inside] = moving.mask[tuple(voxels[inside].T)]
    return float(inside.mean())


def _method(voxels: int, *, step_um: float) -> Any:
    """Return the registration: correlation, by steps that halve where the gradient turns."""
    itk = _itk()

    method = itk.ImageRegistrationMethod()
    method.SetMetricAsCorrelation()
    if voxels > MOST_SAMPLES:
        method.SetMetricSamplingStrategy(method.REGULAR)
        method.SetMetricSamplingPercentage(MOST_SAMPLES / voxels, 1)
    method.SetOptimizerAsRegularStepGradientDescent(
        learningRate=step_um,
        minStep=step_um * SMALLEST_STEP,
        numberOfIterations=MOST_ITERATIONS,
        relaxationFactor=0.5,
        gradientMagnitudeTolerance=1e-12,
    )
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([1])
    method.SetSmoothingSigmasPerLevel([0])
    return method


def _widened(place: Place, volume: Volume) -> tuple[slice, slice, slice]:
    """Return the box of the region with a margin, within the scan."""
    parts = [
        slice(max(0, part.start - MARGIN_VOXELS), min(count, part.stop + MARGIN_VOXELS))
        for part, count in zip(place.box, volume.shape, strict=True)
    ]
    return parts[0], parts[1], parts[2]


def _fixed_images(fixed: Volume, place: Place, near: tuple[slice, slice, slice]) -> tuple[Any, Any]:
    """Return the fixed scan around the region, and the region, as ITK's images."""
    values = fixed.values[near]
    mask = np.zeros(values.shape, np.uint8)
    inner = tuple(slice(p.start - n.start, p.stop - n.start) for p, n in zip(place.box, near, strict=True))
    mask[inner] = place.inside
    return _to_image(values.astype(np.float32), fixed, near), _to_image(mask, fixed, near)


def _moving_images(
    fixed: Volume, moving: Volume, near: tuple[slice, slice, slice], seed: Transform
) -> tuple[Any, Any | None]:
    """Return the part of the moving scan that the seed brings onto the region, and its mask."""
    ends = [
        (origin + part.start * edge, origin + part.stop * edge)
        for origin, part, edge in zip(fixed.origin_um, near, fixed.voxel_size_um, strict=True)
    ]
    corners = seed.inverse().apply(np.stack(np.meshgrid(*ends, indexing="ij"), axis=-1).reshape(-1, 3))
    low = np.floor((corners.min(axis=0) - moving.origin_um) / moving.voxel_size_um).astype(int) - MARGIN_VOXELS
    high = np.ceil((corners.max(axis=0) - moving.origin_um) / moving.voxel_size_um).astype(int) + MARGIN_VOXELS
    z, y, x = (slice(max(0, int(a)), min(n, int(b))) for a, b, n in zip(low, high, moving.shape, strict=True))
    mask = None if moving.mask is None else _to_image(moving.mask[z, y, x].astype(np.uint8), moving, (z, y, x))
    return _to_image(moving.values[z, y, x].astype(np.float32), moving, (z, y, x)), mask


def _to_image(values: NDArray[Any], volume: Volume, box: tuple[slice, slice, slice]) -> Any:
    """Return a part of a scan as ITK's image, in um."""
    itk = _itk()

    image = itk.GetImageFromArray(values)
    corner = [
        origin + (part.start + 0.5) * edge
        for origin, part, edge in zip(volume.origin_um, box, volume.voxel_size_um, strict=True)
    ]
    image.SetOrigin(tuple(reversed(corner)))
    image.SetSpacing(tuple(reversed(volume.voxel_size_um)))
    return image


def _to_itk(motion: Transform) -> Any:
    """Return a motion as ITK writes it: axes (x, y, z)."""
    itk = _itk()

    written = itk.AffineTransform(3)
    written.SetMatrix(motion.matrix[::-1, ::-1].ravel().tolist())
    written.SetCenter(tuple(reversed(motion.centre_um)))
    written.SetTranslation(tuple(reversed(motion.shift_um)))
    return written


def _middle(volume: Volume, place: Place) -> list[float]:
    """Return the middle of the region's box in um."""
    return [
        origin + (part.start + part.stop) / 2 * edge
        for origin, part, edge in zip(volume.origin_um, place.box, volume.voxel_size_um, strict=True)
    ]


def _combined(seed: Transform, small: Any, fixed: Volume, pitch_um: float) -> Transform:
    """Return the seed with the small motion, about the middle of the fixed scan; a large one is refused."""
    from scipy.spatial.transform import Rotation

    matrix = np.asarray(small.GetMatrix()).reshape(3, 3)[::-1, ::-1]
    turn = Rotation.from_matrix(matrix)
    middle = np.asarray(fixed.origin_um) + np.asarray(fixed.size_um) / 2
    # ITK leads from fixed to moving points, so the motion to the fixed frame is its inverse
    back = Transform(
        triple(turn.as_rotvec(degrees=True)),
        centre_um=tuple(reversed(small.GetCenter())),
        shift_um=tuple(reversed(small.GetTranslation())),
    ).inverse()
    angle, shift = float(turn.magnitude()) * 180 / np.pi, float(np.linalg.norm(back.shift_um))
    if angle > MOST_TURN_DEG or shift > 6 * pitch_um:
        raise ConvergenceError(
            f"the refinement went {angle:.1f} degrees and {shift:.3g} um away from where it began; expected at most "
            f"{MOST_TURN_DEG:g} degrees and {6 * pitch_um:.3g} um. {_MEND}"
        )
    whole = seed.then(back)
    return Transform(whole.rotation_deg, shift_um=triple(whole.apply(middle) - middle), centre_um=triple(middle))

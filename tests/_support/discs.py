"""Discs and what a parallel beam sees of them, in closed form: the truth for sinograms and for slices made of them.

The absorbance of a pixel is the mean of the line integrals over its width, not the integral through its middle. A disc
that lies on another adds to it: a body with inclusions is one large disc and small ones of the contrast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

import voltome as vt

PER_CM = 1e-4
"""An attenuation in 1/cm times this is one in 1/um."""


@dataclass(frozen=True)
class Disc:
    """A disc about (y, x) in um from the axis of rotation, of an attenuation in 1/cm that adds to what is below."""

    y_um: float
    x_um: float
    radius_um: float
    attenuation_per_cm: float


def sinogram(
    discs: Sequence[Disc],
    *,
    angles_deg: ArrayLike,
    columns: int,
    pixel_size_um: float = 1.0,
    rotation_axis_px: float | None = None,
) -> NDArray[np.float64]:
    """Return the exact absorbance (angle, column); the axis is in the middle of the detector where none is given."""
    angles = np.deg2rad(np.asarray(angles_deg, np.float64))
    axis = (columns - 1) / 2 if rotation_axis_px is None else rotation_axis_px
    edges_um = (np.arange(columns + 1) - 0.5 - axis) * pixel_size_um
    seen = np.zeros((angles.size, columns))
    for disc in discs:
        centres = disc.x_um * np.cos(angles) + disc.y_um * np.sin(angles)
        areas = _area_left_of(edges_um[np.newaxis] - centres[:, np.newaxis], disc.radius_um)
        seen += disc.attenuation_per_cm * PER_CM * np.diff(areas, axis=1) / pixel_size_um
    return seen


def _area_left_of(distance_um: NDArray[np.float64], radius_um: float) -> NDArray[np.float64]:
    """Return the area of a disc to the left of a line at this signed distance from its centre: the integral of chords.

    The chord at s is 2 sqrt(r^2 - s^2), its antiderivative s sqrt(r^2 - s^2) + r^2 arcsin(s / r).
    """
    s = np.clip(distance_um, -radius_um, radius_um)
    return s * np.sqrt(np.maximum(radius_um**2 - s**2, 0)) + radius_um**2 * (np.arcsin(s / radius_um) + np.pi / 2)


def true_slice(discs: Sequence[Disc], *, size: int, pixel_size_um: float = 1.0, finer: int = 8) -> NDArray[np.float64]:
    """Return the slice (size, size) in 1/cm, the axis in its middle, every voxel the mean of `finer`^2 points in it."""
    points = (np.arange(size * finer) + 0.5) / finer - size / 2
    y_um, x_um = points[:, np.newaxis] * pixel_size_um, points[np.newaxis] * pixel_size_um
    values = np.zeros((size * finer, size * finer))
    for disc in discs:
        inside = (y_um - disc.y_um) ** 2 + (x_um - disc.x_um) ** 2 <= disc.radius_um**2
        values += disc.attenuation_per_cm * inside
    return values.reshape(size, finer, size, finer).mean(axis=(1, 3))


def body_with_inclusions(
    *, radius_um: float, inclusions: int, seed: int, attenuation_per_cm: float = 100.0
) -> list[Disc]:
    """Return a disc about the axis with discs in it that touch neither each other nor its edge.

    Their contrasts are -0.6, 0.5, 1 and 2 times the attenuation of the body, in turn; their radii 3 to 10 % of its.
    """
    random = np.random.default_rng(seed)
    discs: list[Disc] = []
    while len(discs) < inclusions:
        radius = radius_um * random.uniform(0.03, 0.10)
        reach, turn = (radius_um * 0.97 - radius) * np.sqrt(random.random()), random.uniform(0, 2 * np.pi)
        y_um, x_um = float(reach * np.sin(turn)), float(reach * np.cos(turn))
        if all(np.hypot(y_um - d.y_um, x_um - d.x_um) > radius + d.radius_um for d in discs):
            contrast = (-0.6, 0.5, 1.0, 2.0)[len(discs) % 4]
            discs.append(Disc(y_um, x_um, radius, contrast * attenuation_per_cm))
    return [Disc(0.0, 0.0, radius_um, attenuation_per_cm), *discs]


def scan(
    slices: Sequence[Sequence[Disc]],
    *,
    angles_deg: ArrayLike,
    columns: int,
    pixel_size_um: float = 1.0,
    rotation_axis_px: float | None = None,
    kind: vt.data.ProjectionKind = "absorbance",
) -> vt.data.Projections:
    """Return float32 projections of these slices, one row each: absorbance, or the transmission it means.

    Their axis of rotation is known: the middle of the detector, or what is given.
    """
    axis = (columns - 1) / 2 if rotation_axis_px is None else rotation_axis_px
    angles = np.asarray(angles_deg, np.float64)
    seen = np.stack(
        [
            sinogram(discs, angles_deg=angles, columns=columns, pixel_size_um=pixel_size_um, rotation_axis_px=axis)
            for discs in slices
        ],
        axis=1,
    )
    return vt.data.Projections(
        (seen if kind == "absorbance" else np.exp(-seen)).astype(np.float32),
        angles_deg=angles,
        geometry=vt.data.ParallelBeam(pixel_size_um, rotation_axis_px=axis),
        kind=kind,
    )

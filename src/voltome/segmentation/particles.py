"""Which particles to keep: away from the border, and of the right size."""

from __future__ import annotations

import math
from typing import Any

import fastremap
import numpy as np
from numpy.typing import NDArray

from voltome.data import ParticleImage, Positive
from voltome.data._parameters import check_positive
from voltome.errors import ParameterError, ValuesError

Labels = NDArray[np.integer]


def drop_touching_border(particles: ParticleImage) -> ParticleImage:
    """Remove the particles that the border of the image may have cut.

    Use it before sizes and shapes are measured. Large particles touch the border more often than small ones, so what
    is left is biased towards small ones: compare with the uncorrected distribution where particles are not small
    against the image. Not for phase fractions.

    Parameters
    ----------
    particles : ParticleImage
        The labelled particles.

    Returns
    -------
    ParticleImage
        The particles with no voxel on a face of the image or at the edge of its mask; they keep their numbers. The
        history says how many were removed and what share of the particles' volume they had.

    Raises
    ------
    ValuesError
        No particle in the image, or none that is away from the border.

    Notes
    -----
    Border: the six faces, along axes of more than one voxel (a one-slice image has four edges), and where there is a
    mask, voxels inside it with a face neighbour outside. Voxels outside the mask do not count as particle and
    become 0 with it. Memory: one copy of the image and one byte per voxel.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((5, 5, 5), np.int32)
    >>> labels[2, 2, 2], labels[0, 0, :] = 4, 7
    >>> inside = vt.segmentation.drop_touching_border(vt.data.ParticleImage(labels, voxel_size_um=1, phase="sulfur"))
    >>> np.unique(inside.values), inside.history
    (array([0, 4], dtype=int32), ('drop_touching_border: removed 1 of 2 particles, 83.33 % of their volume',))
    """
    labels, counts = particle_voxel_counts(particles)
    keep = ~np.isin(labels, _labels_at_border(particles))
    if not keep.any():
        raise ValuesError(
            f"all {labels.size} particles touch the border of the image or of its mask; expected at least one that "
            f"does not. Take a larger crop, or separate the particles further with a smaller min_depth_um."
        )
    return _keep(particles, labels, counts, keep, "drop_touching_border")


def filter_by_size(
    particles: ParticleImage,
    *,
    min_diameter_um: Positive | None = None,
    max_diameter_um: Positive | None = None,
    min_voxels: int | None = None,
) -> ParticleImage:
    """Remove the particles that are too small or too large.

    Use it to remove noise (`min_voxels`) and what is no particle (`max_diameter_um`). It cuts the size distribution:
    say the bounds wherever the distribution is shown.

    Parameters
    ----------
    particles : ParticleImage
        The labelled particles.
    min_diameter_um : float, optional
        Smallest equivalent diameter to keep, in um, itself included; above 0.
    max_diameter_um : float, optional
        Largest equivalent diameter to keep, in um, itself included; above 0.
    min_voxels : int, optional
        Smallest number of voxels to keep, itself included; 1 or above.

    Returns
    -------
    ParticleImage
        The particles within all bounds; they keep their numbers. The history says how many were removed and what
        share of the particles' volume they had.

    Raises
    ------
    ParameterError
        No bound at all, a bound outside its range, or a minimum above the maximum.
    ValuesError
        No particle in the image, or none within the bounds.

    Notes
    -----
    Equivalent diameter: that of the sphere of the same volume, (6 V / pi)^(1/3), also in an image of one slice,
    whose voxels have a thickness. Only voxels inside the mask count. Memory: one copy of the image.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> particles = vt.data.ParticleImage(np.array([[0, 1, 2, 2, 2]]), voxel_size_um=1, phase="sulfur")
    >>> vt.segmentation.filter_by_size(particles, min_diameter_um=1.5).history
    ('filter_by_size (equivalent diameter at least 1.5 um): removed 1 of 2 particles, 25.00 % of their volume',)
    """
    bounds = _checked_bounds(min_diameter_um, max_diameter_um, min_voxels)
    labels, counts = particle_voxel_counts(particles)
    diameters = np.cbrt(6.0 * counts * particles.voxel_volume_um3 / math.pi)
    keep = np.ones(labels.size, np.bool_)
    if min_diameter_um is not None:
        keep &= diameters >= min_diameter_um
    if max_diameter_um is not None:
        keep &= diameters <= max_diameter_um
    if min_voxels is not None:
        keep &= counts >= min_voxels
    if not keep.any():
        raise ValuesError(
            f"no particle has {bounds}; the {labels.size} particles have equivalent diameters from "
            f"{diameters.min():.4g} to {diameters.max():.4g} um ({counts.min():,} to {counts.max():,} voxels). "
            f"Choose bounds within that range."
        )
    return _keep(particles, labels, counts, keep, f"filter_by_size ({bounds})")


def particle_voxel_counts(particles: ParticleImage) -> tuple[Labels, NDArray[np.int64]]:
    """Return the labels that have voxels inside the sample, ascending, and how many each has."""
    values = particles.values if particles.mask is None else particles.values[particles.mask]
    labels, counts = fastremap.unique(_native(values), return_counts=True)
    particle = labels != 0
    if not particle.any():
        where = "" if particles.mask is None else " inside its mask"
        raise ValuesError(
            f"the image has no particle of {particles.phase}{where}; expected at least one label above 0."
        )
    return labels[particle], counts[particle].astype(np.int64)


def _keep(
    particles: ParticleImage, labels: Labels, counts: NDArray[np.int64], keep: NDArray[np.bool_], did: str
) -> ParticleImage:
    """Return the image with only the labels to keep, and what went in its history."""
    values = fastremap.mask_except(np.array(_native(particles.values), order="C"), list(labels[keep]), in_place=True)
    removed = int(np.count_nonzero(~keep))
    share = 100.0 * counts[~keep].sum() / counts.sum()
    return particles.derive(
        f"{did}: removed {removed} of {labels.size} particles, {share:.2f} % of their volume", values=values
    )


def _native(values: NDArray[Any]) -> NDArray[Any]:
    """Return the labels contiguous and in the byte order of the machine, copied only where they are not."""
    return np.ascontiguousarray(values, values.dtype.newbyteorder("="))


def _labels_at_border(particles: ParticleImage) -> Labels:
    """Return the labels with a voxel, inside the sample, on a face of the image or beside the outside of the mask."""
    found = []
    for axis, length in enumerate(particles.shape):
        if length == 1:
            continue
        values = np.moveaxis(particles.values, axis, 0)
        mask = None if particles.mask is None else np.moveaxis(particles.mask, axis, 0)
        found += [np.unique(values[end] if mask is None else values[end][mask[end]]) for end in (0, -1)]
        if mask is not None:
            found.append(np.unique(values[:-1][mask[:-1] & ~mask[1:]]))
            found.append(np.unique(values[1:][mask[1:] & ~mask[:-1]]))
    return np.unique(np.concatenate(found)) if found else np.zeros(0, particles.values.dtype)


def _checked_bounds(min_diameter_um: float | None, max_diameter_um: float | None, min_voxels: int | None) -> str:
    """Return the bounds in words, or say what is wrong with them."""
    words = []
    if min_diameter_um is not None:
        check_positive("min_diameter_um", min_diameter_um)
        words.append(f"equivalent diameter at least {min_diameter_um:g} um")
    if max_diameter_um is not None:
        check_positive("max_diameter_um", max_diameter_um)
        words.append(f"equivalent diameter at most {max_diameter_um:g} um")
    if min_voxels is not None:
        _check_min_voxels(min_voxels)
        words.append(f"at least {min_voxels} voxels")
    if not words:
        raise ParameterError("no bound is given; expected min_diameter_um, max_diameter_um or min_voxels.")
    if min_diameter_um is not None and max_diameter_um is not None and min_diameter_um > max_diameter_um:
        raise ParameterError(
            f"min_diameter_um {min_diameter_um:g} is above max_diameter_um {max_diameter_um:g}; expected it below."
        )
    return ", ".join(words)


def _check_min_voxels(min_voxels: Any) -> None:
    """Refuse what is not a whole number, 1 or above."""
    if isinstance(min_voxels, bool) or not isinstance(min_voxels, int | np.integer) or min_voxels < 1:
        raise ParameterError(f"min_voxels is {min_voxels!r}; expected a whole number, 1 or above.")

"""The shape of every particle that is resolved: calipers, convex hull, enclosed pores."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import NonNegative, ParticleImage, ResultTable
from voltome.data._parameters import check_not_negative
from voltome.errors import AxisError, ValuesError
from voltome.morphology import _kernels_hulls as hulls
from voltome.morphology import _kernels_labels as kernels
from voltome.morphology._kernels_pores import enclosed_voxels
from voltome.morphology._particle_sums import Summed, ellipsoid, summed
from voltome.morphology._resolution import SHAPE_RADIUS_VOXELS, radius_voxels, too_small_to_show_shape
from voltome.morphology.columns_shapes import PARTICLE_SHAPES


def measure_shapes(
    particles: ParticleImage, *, minimum_radius_voxels: NonNegative = SHAPE_RADIUS_VOXELS
) -> ResultTable:
    """Measure the shape of every resolved particle: Feret diameters, elongation, solidity, pores inside.

    For sizes and surfaces of all particles use `measure_particles`, which is faster. Particles cut by the border have
    the shape of what is seen of them; leave them out (`touches_border`, `voltome.segmentation.drop_touching_border`).

    Parameters
    ----------
    particles : ParticleImage
        One number per particle, not necessarily consecutive. Voxels outside the mask are not measured.
    minimum_radius_voxels : float
        Particles of a smaller equivalent radius, in voxels, are left out, as their shape is that of the grid; 5 is a
        diameter of 10 voxels. How many and how much of the volume is in `warnings`. 0: none; ``docs/particles.md`` has
        the biases down to 3.

    Returns
    -------
    ResultTable
        Kind ``particle_shapes``, one row per particle in the order of their numbers: `feret_maximum_um`,
        `feret_minimum_um`, `feret_mean_um`, `elongation`, `flatness`, `sphericity`, `solidity`, `porosity`,
        `volume_um3`, `convex_hull_volume_um3`, `enclosed_volume_um3`, the directions of the largest and the smallest
        Feret diameter, `radius_voxels`, `touches_border`, `phase`.

    Raises
    ------
    ValuesError
        There is no particle, or none is large enough and thicker than a layer of voxels.
    AxisError
        The image has an axis of a single voxel.
    ParameterError
        A smallest radius below 0.
    VoxelSizeError
        Voxels more than 1000 times as long as wide.

    Notes
    -----
    Calipers are measured on the convex hull of the centres of the voxels, exactly, and then widened by the gap between
    the outermost centres and the surface, which depends on how many centres lie near it. A rounded body of n voxels, in
    a direction that is none of the grid, has its outermost centre at the share q = sqrt(pi / (3 n)) inside its support:
    half a centre lies in that cap. On a ball that is 0.5 / sqrt(r) voxels, 0.16 at r = 10.

    * `feret_mean_um`: mean breadth of the hull over (1 - q).
    * `feret_minimum_um`: the smallest distance between a face of the hull and the plane opposite. Faces lie along
      planes of the grid, so the gap is that of a body anywhere between two such planes: half their distance where they
      are full of centres, as on a box along the axes.
    * `feret_maximum_um`: the longest distance between centres, L, plus q L (1 - (b / a)^4), with the semi-axes a >= b:
      a long body has one longest direction with its gap, a ball finds one without among all.

    Bias on ellipsoids of radius 10: within 0.02 voxel for the mean, -0.05 to +0.05 for the maximum (-0.12 where a = b)
    and -0.4 (balls) to 0 for the minimum. Sharp corners are cut: a box in any direction reads 0.7 voxel short from
    corner to corner and 0.8 in the mean, one along the axes up to 1.7 and 1.5. See ``docs/particles.md``.

    `convex_hull_volume_um3` counts the voxels whose centres lie in the hull of the centres. `solidity` is the volume
    over it; it is 1 for every convex body at any resolution, and below 1 by roughness and by enclosed pores.

    `elongation` = b / a and `flatness` = c / b of the ellipsoid of equal inertia, a >= b >= c (Zingg's ratios): 1, 1
    for a ball, 0.5, 1 for a rod of two to one.

    `enclosed_volume_um3` counts background, connected by faces, that touches one particle only and neither an end of
    the image nor the edge of the mask. A pore with another particle inside is not counted. `porosity` is that volume
    over the sum of it and `volume_um3`.

    Time: 20 ns per voxel of the image, and about 0.3 ms per particle of 8 voxels radius, on one core. Memory: 5 bytes
    per voxel.

    References
    ----------
    C. B. Barber, D. P. Dobkin, H. Huhdanpaa, ACM Trans. Math. Softw. 22 (1996) 469 (hull);
    T. Zingg, Schweiz. Mineral. Petrogr. Mitt. 15 (1935) 39 (ratios of axes).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> z, y, x = np.ogrid[-15:16, -15:16, -25:26]
    >>> labels = (z**2 + y**2 + (x / 2) ** 2 <= 11.6**2).astype(np.int32)
    >>> image = vt.data.ParticleImage(labels, voxel_size_um=0.1, phase="sulfur")
    >>> row = vt.morphology.measure_shapes(image).frame.iloc[0]
    >>> [round(float(value), 1) for value in (row.feret_maximum_um, row.feret_minimum_um, row.elongation, row.solidity)]
    [4.6, 2.3, 0.5, 1.0]
    """
    smallest = check_not_negative("minimum_radius_voxels", minimum_radius_voxels)
    if min(particles.shape) < 2:
        raise AxisError(
            f"the image has {particles.grid_in_words}; expected at least two voxels along every axis, as a single "
            f"layer shows no shape in three dimensions. Measure a volume, or take measure_particles."
        )
    found = summed(particles)
    size = radius_voxels(found.sums[:, kernels.COUNT])
    covariance = found.covariances_um2(particles.voxel_size_um)
    large = size >= smallest * (1 - 1e-9)
    calipers = np.zeros((len(size), hulls.WIDTH))
    if large.any():
        calipers[large] = _calipers(particles, found, covariance, large)
    kept = calipers[:, hulls.HULL_VOXELS] > 0
    if not kept.any():
        mend = "; minimum_radius_voxels: 0 measures what there is" if smallest > 0 else ""
        raise ValuesError(
            f"no particle has an equivalent radius of minimum_radius_voxels = {smallest:g} or more and is thicker than "
            f"a layer of voxels; the largest of {len(size)} has {size.max():.3g} voxels. Smaller voxels would resolve "
            f"shapes{mend}."
        )
    frame = _frame(particles, found, covariance, calipers)
    return ResultTable(
        frame[kept].reset_index(drop=True),
        columns=PARTICLE_SHAPES,
        kind="particle_shapes",
        measured_on=f"particles of {particles.phase} in {particles.grid_in_words}",
        method=f"hull of the voxel centres, widened by the gap expected; radius of at least {smallest:g} voxels",
        history=particles.history,
        warnings=too_small_to_show_shape(frame, kept, smallest),
    )


def _calipers(
    particles: ParticleImage, found: Summed, covariance: NDArray[np.float64], large: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return what the hulls of the large particles say, in the order of `hulls`."""
    edges = np.array(particles.voxel_size_um)
    return hulls.measure_hulls(
        found.values,
        particles.mask,
        found.indices[large],
        found.sums[large, kernels.LOWEST],
        found.sums[large, kernels.HIGHEST],
        edges,
        # never flat: a layer of voxels has their thickness
        5 * (covariance[large] + np.diag(edges**2 / 12)),
    )


def _frame(
    particles: ParticleImage, found: Summed, covariance: NDArray[np.float64], calipers: NDArray[np.float64]
) -> pd.DataFrame:
    """Turn calipers and sums into measures; rows of particles without calipers mean nothing."""
    voxels, each = found.sums[:, kernels.COUNT], particles.voxel_volume_um3
    area = found.surfaces_um2(particles.voxel_size_um)
    semi_axes, _ = ellipsoid(covariance)
    a, b, c = np.maximum(semi_axes, np.finfo(np.float64).tiny).T
    # a single voxel is smaller than its own gap, but it has no hull either
    gap = np.minimum(np.sqrt(np.pi / (3 * voxels)), 0.5)
    longest = calipers[:, hulls.MAXIMUM] * (1 + gap * (1 - (b / a) ** 4))
    enclosed = enclosed_voxels(found.values, particles.mask, found.label_count)[found.indices]
    volume, hull = voxels * each, np.maximum(calipers[:, hulls.HULL_VOXELS], 1)
    measures = [
        found.labels,
        longest,
        # what is as wide in all directions must not be wider than long
        np.minimum(calipers[:, hulls.MINIMUM], longest),
        calipers[:, hulls.MEAN] / (1 - gap),
        b / a,
        c / b,
        np.cbrt(np.pi) * np.cbrt(6 * volume) ** 2 / area,
        voxels / hull,
        enclosed / (voxels + enclosed),
        volume,
        hull * each,
        enclosed * each,
        *_without_sign(calipers[:, hulls.MAXIMUM_DIRECTION]).T,
        *_without_sign(calipers[:, hulls.MINIMUM_DIRECTION]).T,
        radius_voxels(voxels),
        found.touches_border,
        [particles.phase] * len(voxels),
    ]
    return pd.DataFrame({column.name: measure for column, measure in zip(PARTICLE_SHAPES, measures, strict=True)})


def _without_sign(directions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each direction with its largest component positive."""
    largest = np.take_along_axis(directions, np.abs(directions).argmax(axis=1)[:, np.newaxis], axis=1)
    signed: NDArray[np.float64] = directions * np.where(largest < 0, -1.0, 1.0)
    return signed

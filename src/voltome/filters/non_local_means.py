"""Non-local means: an average over voxels whose surroundings look alike."""

from __future__ import annotations

from typing import Literal

from voltome.data import Positive, Volume
from voltome.data._parameters import check_positive
from voltome.errors import ParameterError, ValuesError
from voltome.filters._kernels_nlm import MOST_RADIUS, non_local_means
from voltome.filters._rounding import check_exact
from voltome.filters.noise import estimate_noise

SEARCH_VOXELS = 3
WEAKEST, STRONGEST = 0.01, 100.0
RESOLVED = 1e-7
"""Share of the range of grey values that single precision resolves."""


def denoise_nlm(
    volume: Volume,
    *,
    strength: Positive = 0.8,
    search_radius_um: Positive | None = None,
    patch_voxels: Literal[3, 5] = 3,
    noise: Positive | None = None,
) -> Volume:
    """Replace each voxel by the mean of the voxels nearby whose surroundings look like its own.

    For noise that is independent from voxel to voxel, before a threshold: it lowers the noise of flat regions as a
    large box would and keeps edges, as the surroundings of voxels across an edge differ. Structures whose contrast is
    near the noise fade. Smooth noise is taken for structure, and its estimate is too low: give `noise` then, and
    patches of 5.

    Parameters
    ----------
    volume : Volume
        Grey values of any kind; voxels may be anisotropic.
    strength : float
        How unlike surroundings may be, as a multiple of the noise, 0.01 to 100. 0.5 to 1 is usual; large values come
        near the mean of the search box.
    search_radius_um : float or None
        Half the edge of the search box in um, rounded to whole voxels along each axis, at most 15. None: 3 voxels along
        every axis.
    patch_voxels : int
        Edge of the cube of voxels whose likeness counts, 3 or 5, along every axis whatever the voxel size.
    noise : float or None
        Standard deviation of the noise in grey values, above 0. None: `estimate_noise`, which the history then says.

    Returns
    -------
    Volume
        The means, of the same shape, type and unit; integers are rounded, halves to even.

    Raises
    ------
    ParameterError
        A number out of its range, a noise above the range of grey values or too small for single precision, a search
        radius below half a voxel along every axis or above 15 voxels along one, or a patch other than 3 or 5.
    ValuesError
        An estimated noise of 0 in an image that is not constant, an image too small to estimate it, or 64-bit
        integers beyond 2^53.

    Notes
    -----
    A voxel q counts for p with the weight exp(-max(d^2 - 2 s^2, 0) / (strength s)^2), where s is the noise and d^2 the
    mean squared difference of the voxels around p and around q: 2 s^2 is what noise alone makes of it. A constant
    image stays as it is. Only voxels of the image are searched; around them, beyond the faces, the nearest voxel is
    repeated. The mask is kept and used for the estimate of the noise only: voxels outside it take part as they are.

    Computed in single precision from the middle of the grey values; weights are off by less than 6e-5. Each pair is
    looked at once for both its voxels. Cost on one core (AMD EPYC), for a search of 7^3: about 300 ns per voxel with
    patches of 3 and 380 with 5, in proportion to the voxels searched. Slabs of layers run on all cores. Memory: the
    result, and about 4 MB for each thread.

    References
    ----------
    A. Buades, B. Coll, J.-M. Morel, A non-local algorithm for image denoising, Proc. IEEE CVPR 2, 60 (2005), eq. 2, and
    with the noise taken off the distance Image Process. On Line 1, 208 (2011). J. Darbon, A. Cunha, T. Chan, S. Osher,
    G. Jensen, Fast nonlocal filtering applied to electron cryomicroscopy, Proc. IEEE ISBI, 1331 (2008): distances of
    all pairs at one displacement.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> flat = np.random.default_rng(0).normal(100, 5, (20, 20, 20)).astype(np.float32)
    >>> smooth = vt.filters.denoise_nlm(vt.data.Volume(flat, voxel_size_um=0.5), noise=5)
    >>> bool(smooth.values.std() < 1)
    True
    >>> smooth.history
    ('denoise_nlm: strength 0.8, search 7 x 7 x 7 voxels, patch 3 voxels, noise 5',)
    """
    check_positive("strength", strength)
    if not WEAKEST <= strength <= STRONGEST:
        raise ParameterError(f"strength is {strength:g}; expected {WEAKEST:g} to {STRONGEST:g} times the noise.")
    if isinstance(patch_voxels, bool) or patch_voxels not in (3, 5):
        raise ParameterError(f"patch_voxels is {patch_voxels!r}; expected 3 or 5.")
    radius = _radius_voxels(volume, search_radius_um)
    check_exact(volume.values)
    lowest, highest = float(volume.values.min()), float(volume.values.max())
    if noise is not None:
        _check_noise(check_positive("noise", noise), highest - lowest)
    search = " x ".join(str(2 * voxels + 1) for voxels in radius)
    did = f"denoise_nlm: strength {strength:.10g}, search {search} voxels, patch {patch_voxels} voxels"
    if lowest == highest:
        return volume.derive(f"{did}; the image is constant and stays so")
    found, how = (_estimate(volume), " (estimated)") if noise is None else (float(noise), "")
    values = non_local_means(volume.values, radius, int(patch_voxels), found, float(strength))
    return volume.derive(f"{did}, noise {found:.6g}{how}", values=values)


def _radius_voxels(volume: Volume, search_radius_um: float | None) -> tuple[int, int, int]:
    """Return the search radius along each axis in voxels, 0 along an axis of one voxel."""
    if search_radius_um is None:
        z, y, x = (min(SEARCH_VOXELS, length - 1) for length in volume.shape)
        return z, y, x
    check_positive("search_radius_um", search_radius_um)
    wanted = [round(search_radius_um / edge) for edge in volume.voxel_size_um]
    edges = " x ".join(f"{edge:g}" for edge in volume.voxel_size_um)
    if max(wanted) > MOST_RADIUS:
        raise ParameterError(
            f"search_radius_um is {search_radius_um:g}, {max(wanted)} voxels of {edges} um (z, y, x); expected at most "
            f"{MOST_RADIUS} voxels along each axis. Is it in micrometres?"
        )
    z, y, x = (min(voxels, length - 1) for voxels, length in zip(wanted, volume.shape, strict=True))
    if z == y == x == 0 and max(volume.shape) > 1:
        raise ParameterError(
            f"search_radius_um is {search_radius_um:g}, less than half a voxel of {edges} um (z, y, x); expected at "
            f"least one voxel along an axis. Is it in micrometres?"
        )
    return z, y, x


def _check_noise(noise: float, grey_range: float) -> None:
    """Refuse a noise that cannot be one of this image."""
    if grey_range and not RESOLVED * grey_range <= noise <= grey_range:
        raise ParameterError(
            f"noise is {noise:g}, while the grey values have a range of {grey_range:g}; expected a standard deviation "
            f"between {RESOLVED:g} of the range and the range, in the unit of the grey values."
        )


def _estimate(volume: Volume) -> float:
    """Return the estimated noise of an image, or say that it has none to see."""
    found = estimate_noise(volume)
    if found == 0:
        raise ValuesError(
            "the noise is estimated as 0, as most of the image is exactly smooth (an empty border?), though it is not "
            "constant; expected noise everywhere. Crop or mask what was not measured, or give the noise."
        )
    return found

"""The resolution of a volume from two measurements of it: correlation in shells of its Fourier transform."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd
import scipy.fft
from numpy.typing import NDArray

from voltome.data import ResultTable, Volume
from voltome.data._grids import check_one_grid
from voltome.data._parameters import check_choice
from voltome.errors import AxisError, ValuesError
from voltome.reconstruction.columns_judging import SHELL_CORRELATION
from voltome.runtime import check_memory

Window = Literal["hann", "none"]

FEWEST_VOXELS = 8
"""Along the axes that are transformed."""

HALF_BIT = (np.sqrt(2) - 1) / 2
"""Signal over noise, in power, of each half where the mean of both carries half a bit per voxel."""

ONE_SEVENTH = 0.143


def fourier_shell_correlation(volume: Volume, *, other: Volume, window: Window = "hann") -> ResultTable:
    """Measure the resolution from two volumes of one sample: how far their Fourier transforms agree, shell by shell.

    The two are halves of one scan (`split_views`, each reconstructed in the same way) or two scans on one grid. Where
    the correlation falls below a threshold, finer structure is not told from noise. It is blind to what is wrong in
    both alike: blur of the optics, a wrong axis, rings.

    Parameters
    ----------
    volume : Volume
        One reconstruction, not smoothed.
    other : Volume
        The other, on the same grid.
    window : {"hann", "none"}
        Whether values fall to zero at the border of the image, which otherwise counts as structure, the same in both.

    Returns
    -------
    ResultTable
        Kind ``fourier_shell_correlation``, one row per shell: `frequency_per_um`, `correlation`, the threshold
        `half_bit`, `shell_voxels`; and the same in every row `half_bit_resolution_um`, `one_seventh_resolution_um`.

    Raises
    ------
    GeometryError
        Volumes on different grids.
    AxisError
        Fewer than 8 voxels along an axis that has several.
    ValuesError
        A volume without any structure: one value everywhere.
    ParameterError
        An unknown window.
    MemoryEstimateError
        Volumes that do not fit.

    Notes
    -----
    ``sum F conj(G) / sqrt(sum |F|^2 sum |G|^2)`` over shells as wide as one over the shortest edge of the image, up to
    half a period per longest edge of a voxel. Resolution is the length of a whole period, one over the frequency, of
    the mean of both: half of it is the smallest distance. The threshold of half a bit counts on the number n of
    independent voxels in a shell, of which chance alone correlates by 1 / sqrt(n). It is that of the voxels, times
    ``((sum w^2)^2 / (N sum w^4))^((D - 1) / D)`` for the window and the mask w in D dimensions: neighbours in the shell
    are alike then, D - 1 of its directions lie in it. Checked by pairs of noise. Voxels outside either mask count as
    the mean.

    An image of one slice gives the ring correlation. Where the correlation never falls below a threshold, resolution
    is that of the last shell, with a warning; where it is below from the first on, infinite.

    Cost: two Fourier transforms. Memory: about 24 bytes per voxel.

    References
    ----------
    M. van Heel, M. Schatz, J. Struct. Biol. 151, 250 (2005) (equation 17, half a bit); P. B. Rosenthal, R. Henderson,
    J. Mol. Biol. 333, 721 (2003) (0.143).

    Examples
    --------
    >>> import numpy as np, scipy.ndimage, voltome as vt
    >>> random = np.random.default_rng(0)
    >>> sample = scipy.ndimage.gaussian_filter(random.normal(size=(32, 32, 32)), 2)
    >>> one, other = (vt.data.Volume(sample + noise, voxel_size_um=0.5)
    ...               for noise in random.normal(0, 0.05, (2, *sample.shape)))
    >>> table = vt.reconstruction.fourier_shell_correlation(one, other=other)
    >>> print(f"{table.frame.half_bit_resolution_um[0]:.1f} um")
    2.3 um
    """
    check_one_grid({"volume": volume, "other": other}, mend="Align and crop them to one grid before.")
    check_choice("window", window, get_args(Window))
    lengths = [count * edge for count, edge in zip(volume.shape, volume.voxel_size_um, strict=True) if count > 1]
    if not lengths or min(count for count in volume.shape if count > 1) < FEWEST_VOXELS:
        raise AxisError(
            f"the volumes have {' x '.join(map(str, volume.shape))} voxels; expected {FEWEST_VOXELS} or more along "
            f"each axis that has several."
        )
    check_memory(24 * volume.values.size, task="fourier_shell_correlation", voxels=volume.values.size)
    weights = _weights(volume, other, window)
    share = _independent_share(weights, len(lengths))
    transforms = [_transform(each, weights, name) for each, name in ((volume, "volume"), (other, "other"))]
    finest = max(edge for count, edge in zip(volume.shape, volume.voxel_size_um, strict=True) if count > 1)
    width = 1 / min(lengths)
    frequency, correlation, voxels = _in_shells(transforms, volume, width, int(1 / (2 * finest) / width + 1e-9))
    independent = voxels * share
    half_bit = _half_bit(independent)
    crossings = {
        "half a bit": _resolution(frequency, correlation - half_bit),
        "0.143": _resolution(frequency, correlation - ONE_SEVENTH),
    }
    frame = pd.DataFrame(
        {
            "frequency_per_um": frequency,
            "correlation": correlation,
            "half_bit": half_bit,
            "shell_voxels": independent,
            "half_bit_resolution_um": crossings["half a bit"][0],
            "one_seventh_resolution_um": crossings["0.143"][0],
        }
    )
    return ResultTable(
        frame,
        columns=SHELL_CORRELATION,
        kind="fourier_shell_correlation",
        measured_on=f"{volume.quantity} of {volume.grid_in_words}",
        method=f"Fourier shell correlation of two volumes, window {window}",
        history=volume.history,
        warnings=tuple(
            f"The correlation never falls below the threshold of {name}: {found:.3g} um is what the voxels allow, not "
            f"what the noise does."
            for name, (found, falls) in crossings.items()
            if not falls
        )
        + tuple(
            f"The correlation is below the threshold of {name} from the coarsest shell on: the volumes have nothing in "
            f"common. Check that they lie on one grid."
            for name, (found, _) in crossings.items()
            if np.isinf(found)
        ),
    )


def _weights(volume: Volume, other: Volume, window: Window) -> NDArray[np.float32]:
    """Return what each voxel counts: the window, and 0 outside of the masks."""
    weights = np.ones(volume.shape, np.float32)
    for axis, count in enumerate(volume.shape):
        if window == "hann" and count > 1:
            falling = np.sin(np.pi * (np.arange(count) + 0.5) / count) ** 2
            weights *= np.moveaxis(falling.astype(np.float32)[:, np.newaxis, np.newaxis], 0, axis)
    for each in (volume, other):
        if each.mask is not None:
            weights *= each.mask
    if not weights.any():
        raise ValuesError("the masks of the two volumes have no voxel in common; expected the same sample in both.")
    return weights


def _independent_share(weights: NDArray[np.float32], dimensions: int) -> float:
    """Return what share of the voxels of a shell is independent, where a window makes neighbours alike."""
    squares = np.square(weights, dtype=np.float64)
    share = float(squares.sum() ** 2 / (weights.size * np.square(squares).sum()))
    return float(share ** ((dimensions - 1) / dimensions))


def _transform(volume: Volume, weights: NDArray[np.float32], name: str) -> NDArray[np.complex64]:
    """Return the Fourier transform of the values about their mean."""
    mean = np.average(volume.values, weights=weights)
    away = (volume.values - mean).astype(np.float32) * weights
    if not away.any():
        raise ValuesError(f"{name} has the value {mean:g} in every voxel; expected an image with structure.")
    away /= np.abs(away).max()
    transform: NDArray[np.complex64] = scipy.fft.rfftn(away, workers=1)
    return transform


def _in_shells(
    transforms: list[NDArray[np.complex64]], volume: Volume, width: float, shells: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the middle of every shell, the correlation in it and its voxels, plane by plane."""
    one, other = transforms
    (nz, ny, nx), (dz, dy, dx) = volume.shape, volume.voxel_size_um
    z, y, x = scipy.fft.fftfreq(nz, dz), scipy.fft.fftfreq(ny, dy), scipy.fft.rfftfreq(nx, dx)
    # of real values half of the transform is kept: what has a partner there counts twice
    twice = np.full(x.size, 2.0)
    twice[0] = 1
    if nx % 2 == 0:
        twice[-1] = 1
    sums = np.zeros((4, shells + 1))
    for plane in range(nz):
        radius = np.sqrt(z[plane] ** 2 + y[:, np.newaxis] ** 2 + x**2)
        shell = np.minimum(np.rint(radius / width).astype(np.int64), shells + 1).ravel()
        f, g = one[plane].astype(np.complex128), other[plane].astype(np.complex128)
        parts = ((f * g.conj()).real, np.abs(f) ** 2, np.abs(g) ** 2, np.ones(f.shape))
        for total, part in zip(sums, parts, strict=True):
            total += np.bincount(shell, (part * twice).ravel(), shells + 2)[: shells + 1]
    cross, of_one, of_other, voxels = sums[:, 1:]
    power = np.sqrt(of_one * of_other)
    correlation = np.divide(cross, power, out=np.zeros_like(cross), where=power > 0)
    frequency = np.arange(1, shells + 1, dtype=np.float64) * np.float64(width)
    return frequency, correlation, voxels


def _half_bit(independent: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the correlation expected of voxels that carry half a bit, with what chance adds in a shell."""
    chance = 1 / np.sqrt(np.maximum(independent, 1))
    both = HALF_BIT + 2 * np.sqrt(HALF_BIT) * chance
    threshold: NDArray[np.float64] = (both + chance) / (both + 1)
    return threshold


def _resolution(frequency: NDArray[np.float64], above: NDArray[np.float64]) -> tuple[float, bool]:
    """Return one over the frequency at which it first falls below 0, and whether it does."""
    below = np.flatnonzero(above < 0)
    if not below.size:
        return float(1 / frequency[-1]), False
    last = int(below[0])
    if last == 0:
        return np.inf, True
    part = above[last - 1] / (above[last - 1] - above[last])
    return float(1 / (frequency[last - 1] + part * (frequency[last] - frequency[last - 1]))), True

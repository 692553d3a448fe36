"""How well a phase stands out of the noise: signal to noise, and contrast to noise."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import scipy.ndimage
from numpy.typing import NDArray

from voltome.data import NonNegative, PhaseImage, PhaseName, ResultTable, Volume
from voltome.errors import ParameterError, ValuesError
from voltome.reconstruction._interiors import FEWEST_VOXELS, interior, mean_and_deviation
from voltome.reconstruction.columns_judging import CONTRAST_TO_NOISE, SIGNAL_TO_NOISE

FEW_VOXELS = 1000


def signal_to_noise(volume: Volume, *, phases: PhaseImage, phase: PhaseName, erode_um: NonNegative) -> ResultTable:
    """Measure the signal to noise of a phase: mean over standard deviation of the grey values inside it.

    It compares scans of one material, or exposures of one sample. The mean counts from the zero of the grey values,
    so these are to be attenuation, or have air at zero (`calibrate_attenuation`); if not, use
    `contrast_to_noise`. What varies inside the phase for another reason than noise (cupping, rings, porosity)
    counts as noise: a phase of several particles whose pieces differ has less than each of them for itself.

    Parameters
    ----------
    volume : Volume
        The reconstructed volume, not smoothed: a filter changes noise, not what can be known.
    phases : PhaseImage
        The segmented image on the same grid.
    phase : str
        Name of the phase, such as that of the particles.
    erode_um : float
        Voxels nearer than this to what is not the phase are left out, in um, 0 or above: about three voxels, where
        blur mixes grey values.

    Returns
    -------
    ResultTable
        Kind ``signal_to_noise``, one row: `signal_to_noise` over all voxels together, `mean`, `deviation`; and of the
        pieces of the phase, each for itself, the median and what a tenth lies below and above.

    Raises
    ------
    PhaseError
        An unknown phase.
    GeometryError
        Images on different grids.
    ParameterError
        An `erode_um` below 0.
    ValuesError
        Fewer than 100 voxels away from the edges, or grey values that do not vary at all.

    Notes
    -----
    Pieces are parts of the phase joined by faces before the edge was left out, numbered by those of their voxels that
    remain; those with fewer than 100 are not counted. Where none has as many, the numbers of the pieces are those of
    all voxels together, and a warning says so.

    Cost: one distance transform and a few passes. Memory: about 13 bytes per voxel.

    References
    ----------
    A. Rose, J. Opt. Soc. Am. 38, 196 (1948) (an object is seen where this ratio, over its area, is above about 5).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> grey = np.random.default_rng(0).normal(50, 5, (20, 20, 20)).astype(np.float32)
    >>> volume = vt.data.Volume(grey, voxel_size_um=1, quantity="attenuation", unit="1/cm")
    >>> labels = np.zeros(grey.shape, np.uint8)
    >>> labels[4:16, 4:16, 4:16] = 1
    >>> phases = vt.data.PhaseImage(labels, voxel_size_um=1, phases={0: "air", 1: "NMC"})
    >>> row = vt.reconstruction.signal_to_noise(volume, phases=phases, phase="NMC", erode_um=2).frame.iloc[0]
    >>> print(f"{row.signal_to_noise:.1f} in {row.voxels} voxels")
    10.0 in 512 voxels
    """
    inside = interior(volume, phases, phase, erode_um)
    values = volume.values[inside].astype(np.float64)
    mean, deviation = _spread(values, phase)
    ratio = mean / deviation
    of_pieces = _ratios_of_pieces(volume, phases.is_phase(phase), inside)
    low, middle, high = np.quantile(of_pieces, (0.1, 0.5, 0.9)) if of_pieces.size else (ratio,) * 3
    row = {
        "phase": phase,
        "signal_to_noise": ratio,
        # of the mean, 1 / n in units of the deviation; of the deviation, ratio^2 / 2 n
        "signal_to_noise_standard_error": math.sqrt((1 + ratio**2 / 2) / values.size),
        "mean": mean,
        "deviation": deviation,
        "pieces": of_pieces.size,
        "piece_signal_to_noise": middle,
        "piece_signal_to_noise_low": low,
        "piece_signal_to_noise_high": high,
        "voxels": values.size,
        "erode_um": float(erode_um),
    }
    return ResultTable(
        pd.DataFrame([row]),
        columns=SIGNAL_TO_NOISE,
        kind="signal_to_noise",
        measured_on=f"{volume.quantity} of {volume.grid_in_words}",
        method=f"mean over standard deviation, more than {erode_um:g} um inside {phase}",
        history=volume.history,
        warnings=(*_few(phase, values.size), *_no_pieces(phase, of_pieces.size), *_below_zero(phase, mean)),
    )


def contrast_to_noise(
    volume: Volume, *, phases: PhaseImage, phase: PhaseName, background: PhaseName, erode_um: NonNegative
) -> ResultTable:
    """Measure the contrast to noise of a phase: what it is brighter than a background, over the noise there.

    It says whether a threshold can tell the two, and does not depend on where the grey values have their zero.

    Parameters
    ----------
    volume : Volume
        The reconstructed volume, not smoothed.
    phases : PhaseImage
        The segmented image on the same grid.
    phase, background : str
        Names of the phase and of what it lies in, such as air or pore.
    erode_um : float
        Voxels nearer than this to the edge of either phase are left out, in um, 0 or above.

    Returns
    -------
    ResultTable
        Kind ``contrast_to_noise``, one row: `contrast_to_noise`, the difference over the standard deviation in the
        background; `contrast`, both deviations, and `misclassified_share`.

    Raises
    ------
    PhaseError
        An unknown phase.
    GeometryError
        Images on different grids.
    ParameterError
        An `erode_um` below 0, or twice the same phase.
    ValuesError
        Fewer than 100 voxels away from the edges, or grey values that do not vary at all.

    Notes
    -----
    (mean of the phase - mean of the background) / standard deviation of the background. `misclassified_share` is the
    mean over both phases of the share of normal noise beyond the middle between the means; of no use where noise is not
    normal.

    Cost: two distance transforms and a few passes. Memory: about 10 bytes per voxel.

    References
    ----------
    X. Song, B. W. Pogue et al., Med. Phys. 31, 1111 (2004) (contrast-to-noise ratio).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((20, 20, 20), np.uint8)
    >>> labels[10:] = 1
    >>> grey = 40.0 * labels + np.random.default_rng(0).normal(0, 10, labels.shape)
    >>> volume = vt.data.Volume(grey.astype(np.float32), voxel_size_um=1)
    >>> phases = vt.data.PhaseImage(labels, voxel_size_um=1, phases={0: "air", 1: "NMC"})
    >>> row = vt.reconstruction.contrast_to_noise(volume, phases=phases, phase="NMC", background="air",
    ...                                           erode_um=1).frame.iloc[0]
    >>> print(f"{row.contrast_to_noise:.1f}")
    4.0
    """
    if phase == background:
        raise ParameterError(f"phase and background are both {phase!r}; expected two phases.")
    values = volume.values[interior(volume, phases, phase, erode_um)].astype(np.float64)
    behind = volume.values[interior(volume, phases, background, erode_um)].astype(np.float64)
    mean, deviation = mean_and_deviation(values)
    ground, noise = _spread(behind, background)
    row = {
        "phase": phase,
        "background": background,
        "contrast_to_noise": (mean - ground) / noise,
        "contrast": mean - ground,
        "background_deviation": noise,
        "phase_deviation": deviation,
        "misclassified_share": (_beyond(mean - ground, noise) + _beyond(mean - ground, deviation)) / 2,
        "voxels": values.size,
        "background_voxels": behind.size,
        "erode_um": float(erode_um),
    }
    return ResultTable(
        pd.DataFrame([row]),
        columns=CONTRAST_TO_NOISE,
        kind="contrast_to_noise",
        measured_on=f"{volume.quantity} of {volume.grid_in_words}",
        method=f"difference of means over the deviation of {background}, more than {erode_um:g} um inside each",
        history=volume.history,
        warnings=(*_few(phase, values.size), *_few(background, behind.size)),
    )


def _spread(values: NDArray[np.float64], phase: str) -> tuple[float, float]:
    """Return mean and standard deviation; values that are all the same are no measurement."""
    mean, deviation = mean_and_deviation(values)
    if deviation == 0:
        raise ValuesError(
            f"the {values.size:,} grey values of {phase} are all {mean:g}; expected noise. Take the volume as it was "
            f"reconstructed, not one that was segmented or cut off at a bound."
        )
    return mean, deviation


def _ratios_of_pieces(volume: Volume, here: NDArray[np.bool_], inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return mean over standard deviation of every piece that has enough voxels inside."""
    labels, count = scipy.ndimage.label(here)
    found, values = labels[inside], volume.values[inside].astype(np.float64)
    voxels = np.bincount(found, minlength=count + 1)
    many = voxels >= FEWEST_VOXELS
    means = np.bincount(found, values, count + 1) / np.maximum(voxels, 1)
    squares = np.bincount(found, (values - means[found]) ** 2, count + 1) / np.maximum(voxels - 1, 1)
    many &= squares > 0
    ratios: NDArray[np.float64] = means[many] / np.sqrt(squares[many])
    return ratios


def _beyond(distance: float, deviation: float) -> float:
    """Return the share of normal noise that lies beyond half of the distance to the other mean."""
    return 0.5 * math.erfc(abs(distance) / 2 / max(deviation, np.finfo(np.float64).tiny) / math.sqrt(2))


def _few(phase: str, voxels: int) -> tuple[str, ...]:
    """Return the warning of few voxels."""
    if voxels >= FEW_VOXELS:
        return ()
    return (
        f"Only {voxels:,} voxels of {phase} lie away from its edges; its deviation is known to "
        f"{1 / math.sqrt(2 * voxels):.0%}.",
    )


def _no_pieces(phase: str, pieces: int) -> tuple[str, ...]:
    """Return the warning that no piece is large enough."""
    if pieces:
        return ()
    return (
        f"No piece of {phase} has {FEWEST_VOXELS} voxels away from its edges; the numbers of the pieces are those of "
        f"all voxels together.",
    )


def _below_zero(phase: str, mean: float) -> tuple[str, ...]:
    """Return the warning that grey values have no zero where air has none."""
    if mean > 0:
        return ()
    return (
        f"The mean of {phase} is {mean:.3g}, not above 0, so that its signal to noise means nothing. Calibrate the "
        f"grey values with voltome.reconstruction.calibrate_attenuation.",
    )

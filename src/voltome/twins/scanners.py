"""Simulated scanners: beam, optics and camera, each of their faults with a number."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from typing import Any, Literal

import numpy as np

from voltome.data import NonNegative, ParallelBeam, Positive
from voltome.data._parameters import check_choice, check_not_negative, check_positive
from voltome.errors import ParameterError

__all__ = ["ParallelNanoCT", "ParallelScanner", "SynchrotronScanner"]

Contrast = Literal["absorption", "zernike"]

_POSITIVE = ("energy_kev", "pixel_size_um", "photons_per_pixel", "counts_per_photon", "exposure_s")
_NOT_NEGATIVE = (
    "beam_flicker",
    "blur_um",
    "offset_counts",
    "readout_noise_counts",
    "gain_scatter",
    "ring_scatter",
    "jitter_px",
)
_SHARES = ("beam_falloff", "beam_decay", "zinger_share")
_TOLD = (
    "blur_um",
    "beam_decay",
    "beam_flicker",
    "gain_scatter",
    "ring_scatter",
    "dead_pixels",
    "drifting_pixels",
    "zinger_share",
    "jitter_px",
)
MOST_PHOTONS = 1e15

_COUNTS = ("dead_pixels", "drifting_pixels", "flats", "darks")


@dataclass(frozen=True)
class ParallelScanner:
    """A scanner with a parallel beam of one energy, and a camera that counts photons.

    Every fault has a number; 0 takes it away. The values by default are a good camera without faults.

    Parameters
    ----------
    energy_kev : float
        Energy of the photons in keV.
    pixel_size_um : float
        Edge of a pixel at the sample in um, before binning.
    rows, columns : int
        Pixels of the camera before binning; whole multiples of `binning`.
    binning : int
        Edge of the square of pixels that are read as one, 1 or above.
    rotation_axis_px : float, optional
        Column, of the binned image, at which the axis is seen; None: the middle.
    photons_per_pixel : float
        Photons in a binned pixel of an image without sample, in the middle of the beam.
    beam_falloff : float
        Share by which the beam is weaker in the corners, below 1.
    beam_decay : float
        Share of the beam that is lost from the first to the last frame, on a straight line, below 1.
    beam_flicker : float
        Standard deviation of the beam from frame to frame, as a share of it.
    blur_um : float
        Standard deviation of the Gaussian point spread of optics and scintillator at the sample, in um.
    counts_per_photon : float
        Counts for each photon.
    offset_counts, readout_noise_counts : float
        Counts without beam, and their standard deviation; at least the rounding to whole counts is there.
    gain_scatter : float
        Standard deviation of the response of the pixels; flats see it as well, so that it cancels.
    ring_scatter : float
        Standard deviation of what changes in the response of the pixels after the flats: rings.
    dead_pixels, drifting_pixels : int
        Pixels that see nothing; pixels whose response changes by up to a fifth while the sample turns.
    zinger_share : float
        Share of the pixels of a view that a stray photon makes bright, below 1.
    jitter_px : float
        Standard deviation of the shift of each view on the detector, in binned pixels along rows and columns.
    jitter_recorded : bool
        Whether the scanner says these shifts (`Projections.shifts_px`); a scan with the same seed has the same ones.
    flats, darks : int
        Frames without sample, of which half are taken before the views and half after; frames without beam.
    exposure_s : float
        Time for each frame in s.

    Raises
    ------
    ParameterError
        A number outside its range, or pixels that binning does not divide.
    GeometryError
        An axis of rotation that is no number.

    Examples
    --------
    >>> scanner = ParallelScanner(pixel_size_um=0.5, rows=64, columns=64, binning=2)
    >>> scanner.shape, scanner.geometry.voxel_size_um
    ((32, 32), (1.0, 1.0, 1.0))
    """

    _: KW_ONLY
    energy_kev: Positive = 20.0
    pixel_size_um: Positive = 1.0
    rows: int = 128
    columns: int = 128
    binning: int = 1
    rotation_axis_px: float | None = None
    photons_per_pixel: Positive = 1000.0
    beam_falloff: NonNegative = 0.0
    beam_decay: NonNegative = 0.0
    beam_flicker: NonNegative = 0.0
    blur_um: NonNegative = 0.0
    counts_per_photon: Positive = 1.0
    offset_counts: NonNegative = 100.0
    readout_noise_counts: NonNegative = 0.0
    gain_scatter: NonNegative = 0.0
    ring_scatter: NonNegative = 0.0
    dead_pixels: int = 0
    drifting_pixels: int = 0
    zinger_share: NonNegative = 0.0
    jitter_px: NonNegative = 0.0
    jitter_recorded: bool = True
    flats: int = 10
    darks: int = 10
    exposure_s: Positive = 1.0

    def __post_init__(self) -> None:
        for name in _POSITIVE:
            object.__setattr__(self, name, check_positive(name, getattr(self, name)))
        for name in (*_NOT_NEGATIVE, *_SHARES):
            object.__setattr__(self, name, check_not_negative(name, getattr(self, name)))
        for name in _SHARES:
            if getattr(self, name) >= 1:
                raise ParameterError(f"{name} is {getattr(self, name):g}; expected a share, 0 or above and below 1.")
        if self.photons_per_pixel > MOST_PHOTONS:
            raise ParameterError(
                f"photons_per_pixel is {self.photons_per_pixel:g}; expected at most {MOST_PHOTONS:g}, which random "
                f"numbers can still count."
            )
        for name in _COUNTS:
            object.__setattr__(self, name, check_count(name, getattr(self, name), 0))
        for name in ("rows", "columns", "binning"):
            object.__setattr__(self, name, check_count(name, getattr(self, name), 1))
        if self.rows % self.binning or self.columns % self.binning:
            raise ParameterError(
                f"the camera has {self.rows} x {self.columns} pixels, binning is {self.binning}; expected rows and "
                f"columns that it divides."
            )
        pixels = math.prod(self.shape)
        if self.dead_pixels + self.drifting_pixels > pixels:
            raise ParameterError(
                f"{self.dead_pixels} pixels are dead and {self.drifting_pixels} drift; expected at most the "
                f"{pixels} of the image."
            )
        object.__setattr__(self, "rotation_axis_px", ParallelBeam(1.0, self.rotation_axis_px).rotation_axis_px)  # type: ignore[arg-type]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of an image, after binning."""
        return self.rows // self.binning, self.columns // self.binning

    @property
    def geometry(self) -> ParallelBeam:
        """Pixel size after binning, and the axis of rotation."""
        edge = self.pixel_size_um * self.binning
        axis = (self.shape[1] - 1) / 2 if self.rotation_axis_px is None else self.rotation_axis_px
        return ParallelBeam((edge, edge), rotation_axis_px=axis)

    @property
    def margin_um(self) -> float:
        """How far from a place the optics still carry its light."""
        return 4 * self.blur_um

    @property
    def in_words(self) -> str:
        """The scanner and its faults, as histories say them."""
        rows, columns = self.shape
        said = [
            f"{type(self).__name__}, {self.energy_kev:g} keV, {rows} x {columns} pixels of "
            f"{self.geometry.pixel_size_um[1]:g} um, {self.photons_per_pixel:g} photons"
        ]
        said += [f"{name} {getattr(self, name):g}" for name in _TOLD if getattr(self, name)]
        return ", ".join(said)


@dataclass(frozen=True)
class ParallelNanoCT(ParallelScanner):
    """A laboratory X-ray microscope with a zone plate at 5.4 keV, with or without Zernike's phase contrast.

    The values by default are those of the scan of Heenan et al. (2020): 1024 x 1024 pixels of 64 nm, binned by 8 to
    512 nm. Numbers of the optics and of the camera are typical of such an instrument, not measured on one.

    Parameters
    ----------
    contrast : {"absorption", "zernike"}
        Absorption: the share exp(-mu t) of the beam, blurred. Zernike: the wave exp(-mu t / 2 - i k delta t) through
        the aperture of the zone plate, where a ring, onto which the hollow cone of the illumination falls, shifts the
        light that was not scattered.
    zone_width_um : float
        Width of the outermost zone in um; the aperture passes 1 / (2 width) periods per um.
    ring_inner, ring_outer : float
        Radii of the ring, and of the hollow cone, as shares of the aperture: 0 up to 1, the outer above the inner. The
        narrower, the wider the halo: its length is about 1 / (width of the ring).
    ring_shift_deg : {90, -90}
        By how much the ring advances the wave. With 90 matter is dark: to first order in the phase a thin object
        that is finer than the halo has the intensity 1 - 2 k delta t / sqrt(ring_transmission). With -90 it is bright.
    ring_transmission : float
        Share of the intensity that the ring passes, above 0, at most 1.
    illumination_points : int
        Points of the hollow cone whose images are added, 4 or above; each costs one Fourier transform per view.

    Raises
    ------
    ParameterError
        A number outside its range.

    Notes
    -----
    The image is Abbe's: the points of the hollow cone shine without coherence between them, each with a plane wave;
    the image of each is |inverse Fourier (pupil(q + s) Fourier (wave))|^2, where s is the point's place in the aperture
    and the pupil is sqrt(ring_transmission) exp(i shift) on the ring, 1 beside it and 0 outside the aperture. Light
    that was scattered by less than the width of the ring passes it as well and gives no contrast: hence the halo around
    things and the shade-off within large ones. In the weak limit, contrast at the frequency q is multiplied
    by the share of s for which s + q misses the ring. Phases are only as right as the rays are dense: the phase should
    change by less than 1 from ray to ray.

    References
    ----------
    M. Born and E. Wolf, Principles of Optics, 7th edition, sections 8.6.3 (phase contrast) and 10.6.2 (Abbe);
    T. M. M. Heenan et al., Adv. Sci. 7, 2000362 (2020), experimental section.

    Examples
    --------
    >>> ParallelNanoCT(contrast="zernike").shape
    (128, 128)
    """

    _: KW_ONLY
    energy_kev: Positive = 5.4
    pixel_size_um: Positive = 0.064
    rows: int = 1024
    columns: int = 1024
    binning: int = 8
    photons_per_pixel: Positive = 500.0
    blur_um: NonNegative = 0.1
    offset_counts: NonNegative = 100.0
    counts_per_photon: Positive = 20.0
    readout_noise_counts: NonNegative = 5.0
    contrast: Contrast = "absorption"
    zone_width_um: Positive = 0.07
    ring_inner: NonNegative = 0.75
    ring_outer: Positive = 0.85
    ring_shift_deg: Literal[90, -90] = 90
    ring_transmission: Positive = 1.0
    illumination_points: int = 36

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice("contrast", self.contrast, ("absorption", "zernike"))
        for name in ("zone_width_um", "ring_transmission"):
            object.__setattr__(self, name, check_positive(name, getattr(self, name)))
        inner, outer = check_not_negative("ring_inner", self.ring_inner), check_positive("ring_outer", self.ring_outer)
        if not inner < outer <= 1:
            raise ParameterError(f"the ring runs from {inner:g} to {outer:g} of the aperture; expected 0 to 1, rising.")
        if self.ring_shift_deg not in (90, -90):
            raise ParameterError(f"ring_shift_deg is {self.ring_shift_deg!r}; expected 90 or -90.")
        if self.ring_transmission > 1:
            raise ParameterError(f"ring_transmission is {self.ring_transmission:g}; expected above 0, at most 1.")
        object.__setattr__(self, "illumination_points", check_count("illumination_points", self.illumination_points, 4))

    @property
    def aperture_per_um(self) -> float:
        """Largest frequency that the aperture passes from a plane wave along its axis, in periods per um."""
        return 1 / (2 * self.zone_width_um)

    @property
    def margin_um(self) -> float:
        """How far from a place the optics still carry its light: two lengths of the halo."""
        if self.contrast == "absorption":
            return super().margin_um
        return super().margin_um + 2 / ((self.ring_outer - self.ring_inner) * self.aperture_per_um)

    @property
    def in_words(self) -> str:
        """The scanner and its faults, as histories say them."""
        if self.contrast == "absorption":
            return f"{super().in_words}, absorption contrast"
        return (
            f"{super().in_words}, Zernike contrast: zones of {self.zone_width_um:g} um, ring {self.ring_inner:g} to "
            f"{self.ring_outer:g} of the aperture, {self.ring_shift_deg:+g} degrees, passing {self.ring_transmission:g}"
        )


@dataclass(frozen=True)
class SynchrotronScanner(ParallelScanner):
    """A camera behind a scintillator in a monochromatic synchrotron beam, the axis near its edge.

    The values by default are those of Leung et al. (2024): 114.64 keV, 3.24 um, 9 ms, an axis off the middle,
    so that views over 360 degrees see nearly twice the width (`voltome.projections.join_off_axis`). Numbers of the
    camera are typical of a PCO.edge 5.5 (2560 x 2160 pixels), not measured on one. Give fewer rows for a slab.

    Examples
    --------
    >>> scanner = SynchrotronScanner(rows=8, columns=256, rotation_axis_px=30)
    >>> scanner.shape, scanner.geometry.rotation_axis_px
    ((8, 256), 30.0)
    """

    _: KW_ONLY
    energy_kev: Positive = 114.64
    pixel_size_um: Positive = 3.24
    rows: int = 2160
    columns: int = 2560
    rotation_axis_px: float | None = 200.0
    photons_per_pixel: Positive = 2500.0
    blur_um: NonNegative = 2.5
    counts_per_photon: Positive = 15.0
    readout_noise_counts: NonNegative = 5.0
    gain_scatter: NonNegative = 0.02
    flats: int = 50
    darks: int = 50
    exposure_s: Positive = 0.009


def check_count(name: str, value: Any, lowest: int) -> int:
    """Return a whole number that is not below the lowest."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < lowest:
        raise ParameterError(f"{name} is {value!r}; expected a whole number, {lowest} or above.")
    return int(value)

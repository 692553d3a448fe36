"""Raw scans -> projections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from voltome.data import Positive, ProjectionKind, Projections
from voltome.data._parameters import check_choice, check_positive
from voltome.errors import FileFormatError, ParameterError
from voltome.io import _hdf5_scan, _matlab, _tiff_scan, _txrm, _zarr_read
from voltome.io._paths import StrPath
from voltome.io._scan import AxisFrom, BeamName, FlatsFrom, PixelSize, ScanOptions
from voltome.io.formats import (
    HDF5,
    MATLAB,
    SLICES,
    TIFF,
    TIFF_SCAN,
    ZARR,
    ZEISS,
    ZEISS_PROJECTIONS,
    Format,
    format_of,
)

Reader = Callable[[Path, ScanOptions], Projections]

READERS: dict[str, Reader] = {
    HDF5.name: _hdf5_scan.read_projections_of,
    MATLAB.name: _matlab.read_projections_of,
    TIFF_SCAN.name: _tiff_scan.read_projections_of,
    TIFF.name: _tiff_scan.read_plain_of,
    SLICES.name: _tiff_scan.read_plain_of,
    ZARR.name: _zarr_read.read_projections_of,
    ZEISS.name: _txrm.read_projections_of,
    ZEISS_PROJECTIONS.name: _txrm.read_projections_of,
}
"""Name of a format -> what reads its scans."""


def read_projections(
    path: StrPath,
    *,
    pixel_size_um: PixelSize = None,
    angles_deg: Sequence[float] | None = None,
    kind: ProjectionKind | None = None,
    beam: BeamName | None = None,
    source_to_axis_um: Positive | None = None,
    source_to_detector_um: Positive | None = None,
    energy_kev: Positive | None = None,
    lazy: bool = False,
    flats: FlatsFrom = "file",
    rotation_axis: AxisFrom = "unknown",
    incomplete: bool = False,
) -> Projections:
    """Read a raw scan: what the detector saw under many angles, with flats, darks, times and geometry.

    Use it for the raw data of a scan: NeXus, Data Exchange, Zeiss, TIFF with a side-car, sinograms of MATLAB, and what
    voltome wrote. Reconstructed images are read by `read_volume`. `describe` says what a file has before.

    Parameters
    ----------
    path : str or path
        An HDF5 file (NeXus or Data Exchange), or the scan in it where there are several (``"scan.nxs::/entry/tomo"``);
        ``.txrm`` or ``.xrm``; a side-car (``"scan.yaml"``) or a folder with ``projections.yaml``; ``.mat``; ``.zarr``.
        TIFF images alone (a file, a folder, a pattern) need kind, beam, angles and pixel size from the caller.
    pixel_size_um : float or (float, float), optional
        Edges of a pixel along (row, column) in um, above 0: at the sample for a parallel beam, of the detector for a
        cone. Needed where the file does not say; where it does, it must agree within 0.1 %.
    angles_deg : sequence of float, optional
        Angles in degrees: two numbers are those of the first and the last of evenly spaced views; otherwise one for
        every view. Needed where the file does not say; where it does, they must agree within 0.001 degrees.
    kind : {"counts", "transmission", "absorbance"}, optional
        What the values are. Files of NeXus and Data Exchange hold counts where nobody says otherwise.
    beam : {"parallel", "cone"}, optional
        How the rays run. Files of NeXus and Data Exchange are of parallel beams where nobody says otherwise and no
        tube is named as the source.
    source_to_axis_um, source_to_detector_um : float, optional
        Distances from the source in um, above 0, of a cone beam.
    energy_kev : float, optional
        Photon energy in keV, above 0.
    lazy : bool
        Leave the views in the file; slices of them, such as ``scan.rows(0, 16)``, are read when they are asked for.
    flats : {"file", "ignored"}
        Zeiss alone: whether to read the reference images.
    rotation_axis : {"unknown", "scanner"}
        Zeiss alone: whether to take the axis from the scanner's own reconstruction (CenterShift).
    incomplete : bool
        Zeiss alone: read the views of a scan that was stopped.

    Returns
    -------
    Projections
        Values (angle, row, column) of the type in the file. The last line of the history says what was taken from
        where. What voltome wrote comes back as it was.

    Raises
    ------
    GeometryError
        Pixel size, angles, beam or distances that nobody says, all of them at once; two statements that differ; angles
        that look like radians, or are not one for each view.
    MissingFileError, FileFormatError
        Nothing at the path, or linked files that are missing; damaged, no scan, or several of them.
    AxisError, ValuesError, MemoryEstimateError
        Views that are not (angle, row, column); NaN or infinity; more than there is memory for (see `lazy`).
    ParameterError
        A choice that the format does not have.

    Notes
    -----
    NeXus: frames are sorted by ``image_key`` (0 views, 1 flats, 2 darks, 3 left out; alignment views, -1 in
    ``image_key_control``, are left out too). Angles are ``rotation_angle`` with its unit; lengths need a unit. A
    parallel beam takes the pixel size of the sample group, or else that of the detector, divided by its magnification
    where it has one. Data Exchange: ``exchange/data``, ``data_white``, ``data_dark`` and ``theta``, in degrees where no
    unit is stated. External links are followed; a file that is missing is an error that names it. MATLAB: a struct
    with ``sinogram`` and ``parameters``, as the Helsinki challenge of 2022 has it.
    Zeiss: the beam by ``XrayGeometry`` (1 a cone, 2 parallel) or by real distances; the pixel size of the file is that
    at the sample, and is magnified onto the detector of a cone; reference images are flats, brought to the exposure
    time of the views; views of several exposure times are scaled to their median; ``shifts_px`` is the opposite of
    ``X-Shifts`` and ``Y-Shifts``, which move a view back.

    Flats and darks are read at once, also with `lazy`; lazy values may be sliced by several threads. Lazy values are
    checked for NaN by the functions that use them. Memory: the result; with `lazy`, flats and darks.

    Examples
    --------
    >>> import tempfile, numpy as np, voltome as vt
    >>> counts = np.full((181, 4, 64), 1000, np.uint16)
    >>> scan = vt.data.Projections(counts, angles_deg=np.arange(181.0), geometry=vt.data.ParallelBeam(0.5))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = vt.io.write(scan, f"{folder}/scan.h5")
    ...     vt.io.read_projections(path, lazy=True).rows(0, 2).values.shape
    (181, 2, 64)
    """
    place = Path(path)
    found = format_of(place)
    reader = READERS.get(found.name)
    if reader is None:
        raise FileFormatError(
            f"{place}: {found.name} holds no raw scans; expected .h5, .nxs, .txrm, .mat, .zarr, or TIFF with a "
            f"side-car (scan.yaml, projections.yaml). Images are read with voltome.io.read_volume."
        )
    _check_choices(kind, beam, flats, rotation_axis)
    _check_zeiss_only(found, flats, rotation_axis, incomplete=incomplete)
    lengths = {"source_to_axis_um": source_to_axis_um, "source_to_detector_um": source_to_detector_um}
    for name, value in {**lengths, "energy_kev": energy_kev}.items():
        if value is not None:
            check_positive(name, value)
    options = ScanOptions(
        pixel_size_um,
        angles_deg,
        kind,
        beam,
        source_to_axis_um,
        source_to_detector_um,
        energy_kev,
        lazy,
        flats,
        rotation_axis,
        incomplete,
    )
    return reader(place, options)


def _check_choices(kind: str | None, beam: str | None, flats: str, rotation_axis: str) -> None:
    """Refuse choices that there are not."""
    if kind is not None:
        check_choice("kind", kind, ("counts", "transmission", "absorbance"))
    if beam is not None:
        check_choice("beam", beam, ("parallel", "cone"))
    check_choice("flats", flats, ("file", "ignored"))
    check_choice("rotation_axis", rotation_axis, ("unknown", "scanner"))


def _check_zeiss_only(found: Format, flats: str, rotation_axis: str, *, incomplete: bool) -> None:
    """Refuse choices that other formats do not have."""
    asked = {"flats": flats != "file", "rotation_axis": rotation_axis != "unknown", "incomplete": incomplete}
    if found not in (ZEISS, ZEISS_PROJECTIONS) and any(asked.values()):
        listed = ", ".join(name for name, chosen in asked.items() if chosen)
        raise ParameterError(f"{listed}: only scans of Zeiss leave this choice, not {found.name}. Drop it.")

"""Raw scans -> projections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from voltome.data import Positive, ProjectionKind, Projections
from voltome.errors import FileFormatError
from voltome.io import _hdf5_scan, _matlab, _tiff_scan, _zarr_read
from voltome.io._paths import StrPath
from voltome.io._scan import BeamName, PixelSize, ScanOptions
from voltome.io.formats import HDF5, MATLAB, SLICES, TIFF, TIFF_SCAN, ZARR, format_of

Reader = Callable[[Path, ScanOptions], Projections]

READERS: dict[str, Reader] = {
    HDF5.name: _hdf5_scan.read_projections_of,
    MATLAB.name: _matlab.read_projections_of,
    TIFF_SCAN.name: _tiff_scan.read_projections_of,
    TIFF.name: _tiff_scan.read_plain_of,
    ZARR.name: _zarr_read.read_projections_of,
    SLICES.name: _tiff_scan.read_plain_of,
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
) -> Projections:
    """Read a raw scan: what the detector saw, with angles, flats, darks and geometry.

    Parameters
    ----------
    path : str or path
        An HDF5 file, or a group in one (``"scan.nxs::/entry/tomo"``).
    pixel_size_um : float or (float, float), optional
        Edges of a pixel along (row, column) in um.
    angles_deg : sequence of float, optional
        Angles in degrees: of the first and the last of evenly spaced views, or of every view.
    kind : {"counts", "transmission", "absorbance"}, optional
        What the values are.
    beam : {"parallel", "cone"}, optional
        How the rays run.
    source_to_axis_um, source_to_detector_um : float, optional
        Distances of a cone beam in um.
    energy_kev : float, optional
        Photon energy in keV.
    lazy : bool
        Leave the values in the file until they are sliced.

    Returns
    -------
    Projections
        Values (angle, row, column) of the type in the file.
    """
    place = Path(path)
    found = format_of(place)
    reader = READERS.get(found.name)
    if reader is None:
        raise FileFormatError(f"{place}: {found.name} holds no scans that are known.")
    options = ScanOptions(
        pixel_size_um, angles_deg, kind, beam, source_to_axis_um, source_to_detector_um, energy_kev, lazy
    )
    return reader(place, options)

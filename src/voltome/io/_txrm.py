"""Reading the projections of Zeiss (Xradia) X-ray microscopes: scans (``.txrm``) and single views (``.xrm``).

Image k of n is view k - 1; rows are those of the image from its top. Values are as the detector gave them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voltome.data import LazyArray, Projections
from voltome.errors import FileFormatError, GeometryError, VoltomeError
from voltome.io._headers import Header
from voltome.io._scan import ScanOptions, StoredScan, header_of, projections_of
from voltome.io._txrm_geometry import Stated, state_angles, state_geometry, state_shifts
from voltome.io._txrm_references import dates_of, exposures_of, factors_of, references_of
from voltome.io._zeiss_images import RECONSTRUCTED, Layout, image_name, layout
from voltome.io._zeiss_streams import Streams, opened
from voltome.io._zeiss_views import images_of

SUFFIXES = (".txrm", ".xrm")

FORMAT = "Zeiss projections"

LOWEST_ENERGY_EV = 100.0
"""What is less in ImageInfo/Energy is no energy in eV."""

NO_VOLUME = (
    "These are projections, not a volume: read them with voltome.io.read_projections, or read the reconstruction that "
    "belongs to them (.txm), which Zeiss's Reconstructor writes."
)


def read_projections_of(path: Path, options: ScanOptions) -> Projections:
    """Return the projections of a file."""
    with opened(path) as streams:
        stored = stored_scan(streams, options)
    return projections_of(stored, options)


def header_of_projections(streams: Streams, metadata: Mapping[str, str]) -> Header:
    """Return the header of a scan: what would be read of it, what would have to be given, and its fields."""
    options, why = ScanOptions(), list[str]()
    try:
        stored = stored_scan(streams, options)
    except GeometryError as error:
        # of its references alone; a file that contradicts itself otherwise is refused
        stored = stored_scan(streams, replace(options, flats="ignored"))
        why.append(_unnamed(error, streams.path))
    header = header_of(replace(stored, metadata=metadata))
    return replace(header, remarks=(NO_VOLUME, *header.remarks[1:], *why))


def stored_scan(streams: Streams, options: ScanOptions) -> StoredScan:
    """Return what a file says about its scan."""
    _refuse_reconstruction(streams)
    found = layout(streams, taken_only=options.incomplete)
    stated = _stated(streams, found, options)
    counts = (options.kind or stated.fields.get("kind")) == "counts"
    exposures = exposures_of(streams, found[0][0]) if counts else None
    values = _values(streams, stated, found, exposures)
    flats = _flats(streams, stated, found, exposures) if counts and options.flats == "file" else None
    return StoredScan(
        path=streams.path,
        format=FORMAT,
        files=(streams.path,),
        values=values,
        flats=flats,
        fields=stated.fields,
        sources=stated.sources,
        lacks=stated.lacks,
    )


def _stated(streams: Streams, found: Layout, options: ScanOptions) -> Stated:
    """Return every field but the images."""
    (views, _, columns), _ = found
    stated = Stated()
    try:
        state_geometry(streams, stated, columns, options)
        state_angles(streams, stated, views)
        state_shifts(streams, stated, views)
    except VoltomeError as error:
        raise type(error)(f"{streams.path}: {_unnamed(error, streams.path)}") from error
    _state_kind(streams, stated)
    _state_energy(streams, stated, views)
    times = dates_of(streams, "ImageInfo", views)
    if times is not None:
        stated.put("frame_times_s", times - times[0], "ImageInfo/Date, from the first view on")
    return stated


def _values(streams: Streams, stated: Stated, found: Layout, exposures: NDArray[np.float64] | None) -> LazyArray:
    """Return the views where they lie, as if all had one exposure time, and say what is special about them."""
    views, announced = found[0][0], streams.integer("ImageInfo/NoOfImages") or 0
    tiles = [streams.integer(f"ImageInfo/Mosiac{name}") or 0 for name in ("Rows", "Columns")]  # as Zeiss spells it
    if views < announced:
        stated.sources["views"] = f"ImageInfo/ImagesTaken, {views} of {announced}"
    elif streams.integer("ImageInfo/MosiacMode") and min(tiles) > 0:
        stated.sources["views"] = f"ImageInfo/MosiacMode: a mosaic of {tiles[0]} rows x {tiles[1]} columns"
    factors = factors_of(exposures)
    if exposures is not None and factors is not None:
        stated.sources["values"] = (
            f"ImageData, scaled to the median exposure time {np.median(exposures):.6g} s of {exposures.min():.6g} to "
            f"{exposures.max():.6g} s"
        )
    return images_of(streams, [image_name(number) for number in range(1, views + 1)], found, factors)


def _flats(streams: Streams, stated: Stated, found: Layout, exposures: NDArray[np.float64] | None) -> LazyArray | None:
    """Return the reference images where they lie, as if exposed like the views; None: there are none."""
    (views, rows, columns), _ = found
    exposure = None if exposures is None else float(str(np.float32(np.median(exposures))))
    references = references_of(streams, rows, columns, exposure)
    if references is None:
        return None
    stated.sources["flats"] = references.source
    times = dates_of(streams, "ImageInfo", views)
    if references.dates is not None and times is not None:
        stated.put("flat_times_s", references.dates - times[0], "the dates of the flats, from the first view on")
    return references.flats


def _refuse_reconstruction(streams: Streams) -> None:
    """Refuse a volume."""
    mode, volume = streams.integer("ImageInfo/AcquisitionMode"), streams.path.suffix.lower() == ".txm"
    if mode == RECONSTRUCTED or (volume and streams.has("ReconSettings")):
        raise FileFormatError(
            f"{streams.path}: holds a reconstruction (ImageInfo/AcquisitionMode {mode}); expected projections (.txrm). "
            f"Read it with voltome.io.read_volume, under the suffix .txm."
        )


def _state_kind(streams: Streams, stated: Stated) -> None:
    """Note what the values are: counts, unless the scanner has divided them by a reference already."""
    name = "ImageInfo/OriginalDataRefCorrected"
    corrected = streams.integer(name)
    if corrected:
        stated.lacks["kind"] = f"the images were divided by a reference already ({name}), and it does not say how"
    else:
        absent = f"a file without {name}"
        stated.put("kind", "counts", absent if corrected is None else f"{name} {corrected}")


def _state_energy(streams: Streams, stated: Stated, views: int) -> None:
    """Note the photon energy; there is none for a tube, and none for views of several energies."""
    found = streams.floats("ImageInfo/Energy")[:views]
    found = found[np.isfinite(found) & (found >= LOWEST_ENERGY_EV)]
    if found.size and np.ptp(found) <= 1e-3 * found.max():
        stated.put("energy_kev", float(Decimal(str(found[0])) / 1000), "ImageInfo/Energy, in eV")


def _unnamed(error: VoltomeError, path: Path) -> str:
    """Return the message of an error without the name of the file before it."""
    return str(error).removeprefix(f"{path}: ")

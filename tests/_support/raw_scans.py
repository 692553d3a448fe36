"""Raw scans as files, made for tests: NeXus, Data Exchange, TIFF with a side-car, MATLAB."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import scipy.io
import tifffile

RNG = np.random.default_rng(77)

VIEWS, ROWS, COLUMNS = 31, 5, 8

VALUES = RNG.integers(100, 60_000, (VIEWS, ROWS, COLUMNS)).astype(np.uint16)

FLATS = RNG.integers(50_000, 60_000, (4, ROWS, COLUMNS)).astype(np.uint16)

DARKS = RNG.integers(90, 110, (3, ROWS, COLUMNS)).astype(np.uint16)

ANGLES = np.linspace(0, 180, VIEWS)

SINOGRAM = RNG.random((VIEWS, 12))


def put(file: Any, address: str, value: Any, **attributes: Any) -> None:
    """Write a dataset with attributes."""
    file[address] = value
    for name, each in attributes.items():
        file[address].attrs[name] = each


def data_exchange(path: Path) -> Path:
    """Write a scan as the Advanced Photon Source does."""
    with h5py.File(path, "w") as file:
        put(file, "exchange/data", VALUES, units="counts", axes="theta:y:x")
        put(file, "exchange/data_white", FLATS, units="counts")
        put(file, "exchange/data_dark", DARKS, units="counts")
        put(file, "exchange/theta", ANGLES, units="degrees")
        put(file, "measurement/instrument/detection_system/objective/resolution", 0.65, units="microns")
        put(file, "measurement/instrument/monochromator/energy", 25.5, units="keV")
    return path


KEYS = np.array([1, 1, 2, 2, 2, *[0] * 15, 3, *[0] * 16, 1, 1])
"""Flats, darks, views, one invalid frame among them, views, flats."""

FRAMES = np.zeros((len(KEYS), ROWS, COLUMNS), np.uint16)
FRAMES[KEYS == 0], FRAMES[KEYS == 1], FRAMES[KEYS == 2] = VALUES, FLATS, DARKS

FRAME_ANGLES = np.zeros(len(KEYS))
FRAME_ANGLES[KEYS == 0] = ANGLES


def nexus(path: Path, *, entry: str = "entry", link: Path | None = None) -> Path:
    """Write or add a scan as NXtomo; with `link`, the frames lie in that file."""
    with h5py.File(path, "a") as file:
        group = f"{entry}/instrument/detector"
        if link is None:
            put(file, f"{group}/data", FRAMES)
        else:
            with h5py.File(link, "w") as other:
                other["frames"] = FRAMES
            file.require_group(group)["data"] = h5py.ExternalLink(link.relative_to(path.parent).as_posix(), "frames")
        put(file, f"{group}/image_key", KEYS)
        put(file, f"{group}/x_pixel_size", 0.00065, units="mm")
        put(file, f"{group}/y_pixel_size", 0.00065, units="mm")
        put(file, f"{group}/distance", 0.25, units="m")
        put(file, f"{group}/start_time", np.arange(len(KEYS)) * 500.0, units="ms")
        put(file, f"{entry}/sample/rotation_angle", np.radians(FRAME_ANGLES), units="rad")
        put(file, f"{entry}/instrument/beam/incident_energy", 25_500.0, units="eV")
        put(file, f"{entry}/definition", "NXtomo")
    return path


SIDE_CAR = """\
kind: counts
pixel_size_um: 0.65
angles_deg: {first: 0, last: 180}
beam: parallel
views: views/view_*.tif
flats: flats.tif
darks: darks.tif
energy_kev: 25.5
"""


def tiff(folder: Path, sidecar: str = SIDE_CAR) -> Path:
    """Write a scan as TIFF with a side-car."""
    (folder / "views").mkdir(parents=True)
    for number, view in enumerate(VALUES):
        tifffile.imwrite(folder / "views" / f"view_{number:03d}.tif", view, photometric="minisblack")
    tifffile.imwrite(
        folder / "flats.tif", FLATS, compression="zlib", photometric="minisblack", metadata={"axes": "ZYX"}
    )
    tifffile.imwrite(folder / "darks.tif", DARKS, imagej=True, metadata={"axes": "ZYX"})
    (folder / "projections.yaml").write_text(sidecar)
    return folder


FEW = 7
"""Views of a small scan."""


def tiff_stack(folder: Path) -> Path:
    """Write few views as one TIFF file, packed, with flats and a side-car."""
    tifffile.imwrite(folder / "scan.tif", VALUES[:FEW], photometric="minisblack", metadata={"axes": "ZYX"})
    tifffile.imwrite(folder / "flats.tif", FLATS[:2], compression="zlib", photometric="minisblack")
    lines = [line for line in SIDE_CAR.splitlines(keepends=True) if not line.startswith(("views", "darks"))]
    (folder / "scan.yaml").write_text("".join([*lines, "frame_times_s: {first: 0, step: 0.5}\n"]))
    return folder / "scan.yaml"


PARAMETERS = {
    "angles": ANGLES,
    "geometryType": "Cone",
    "distanceSourceOrigin": 410.66,
    "distanceSourceDetector": 553.74,
    "distanceUnit": "mm",
    "pixelSize": 0.05,
    "binningPost": 4,
    "pixelSizePost": 0.2,
}


def matlab(path: Path, **changes: Any) -> Path:
    """Write a sinogram as the University of Helsinki does; None leaves a parameter out."""
    told = {name: value for name, value in {**PARAMETERS, **changes}.items() if value is not None}
    scipy.io.savemat(
        path, {"CtDataFull": {"type": "2D", "sinogram": SINOGRAM, "parameters": told}}, do_compression=True
    )
    return path

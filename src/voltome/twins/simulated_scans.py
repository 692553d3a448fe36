"""Scans of a scene by a simulated scanner, and what a perfect reconstruction of them would be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voltome.data import Projections, Transform, Volume
from voltome.data._kernels_slabs import in_slabs
from voltome.data._parameters import check_seed
from voltome.data.images import SIMULATED
from voltome.errors import ParameterError, PhaseError, did_you_mean
from voltome.physics import HC_KEV_UM, Material, attenuation_per_cm, refractive_index
from voltome.runtime import check_memory
from voltome.twins._camera import LARGEST, Camera
from voltome.twins._optics import Optics, optics_of
from voltome.twins._rays import Rays, box_of, check_points, mean_of_pixels, place_of_axis, rays_of
from voltome.twins.path_lengths import UM_PER_CM, checked_angles
from voltome.twins.scanners import ParallelScanner, check_count
from voltome.twins.scenes import Scene, scene_of
from voltome.twins.simulated_images import partial_volumes

__all__ = ["simulate", "true_attenuation"]


def simulate(
    scene: Scene,
    scanner: ParallelScanner,
    *,
    angles_deg: Any,
    materials: Mapping[str, Material],
    axis_um: tuple[float, float] | None = None,
    supersampling: int = 2,
    seed: int,
) -> Projections:
    """Simulate a scan: what a scanner's camera counts while a scene turns, with flats and darks.

    Use it to test a whole chain from counts to numbers against a known truth. `line_integrals` is the exact scan
    without an instrument.

    Parameters
    ----------
    scene : Scene
        The sample. Solids count whole, also where the box cuts them.
    scanner : ParallelScanner
        A `ParallelNanoCT`, a `SynchrotronScanner`, or a plain one.
    angles_deg : sequence of float
        Angle of every view in degrees, in the order in which they are taken.
    materials : mapping of str to Material
        What every material of the scene is made of; its background only where it is not empty.
    axis_um : tuple of float, optional
        Place (y, x) of the axis of rotation in the scene in um; None: the middle of the box.
    supersampling : int
        Rays along each edge of a binned pixel, 1 to 16. The shares of the beam are averaged over the pixel, not the
        path lengths, as a real pixel does.
    seed : int
        Seed of all random numbers, 0 or above: the same seed gives the same scan.

    Returns
    -------
    Projections
        Counts, uint16, with flats, darks, times, energy and, where the scanner records them, shifts; the
        first line of the history begins with ``simulated:``.

    Raises
    ------
    ParameterError
        A parameter outside its range, or a solid through which no ray can be traced.
    PhaseError
        A material of the scene that `materials` lacks, or one that is not in the scene.
    MemoryEstimateError
        More than the memory that is free.

    Notes
    -----
    Counts are offset + response * counts_per_photon * photons + noise, photons Poisson with the mean beam * share. The
    share is that of Beer and Lambert, or of `ParallelNanoCT` with phase contrast. Photons that are scattered do not
    come back. Darks are taken first, then half of the flats, the views, the other flats; times count from the first
    dark. Row k looks at z = (k + 1/2) pixel. Every frame has its own stream of random numbers: the same bits for any
    number of threads. Cost: `line_integrals`, and for phase contrast one Fourier transform for each view and point of
    the illumination. Memory: 2 bytes per pixel of the scan, on each thread 30 bytes per ray of a view.

    Examples
    --------
    >>> import voltome as vt
    >>> scene = vt.twins.Scene((vt.twins.Sphere((8, 8, 8), 5, material="NMC"),), size_um=(16, 16, 16))
    >>> scanner = vt.twins.ParallelNanoCT(rows=256, columns=256, flats=4, darks=2)
    >>> nmc = vt.physics.Material("LiNi0.6Mn0.2Co0.2O2", 4.7)
    >>> scan = vt.twins.simulate(scene, scanner, angles_deg=[0, 60, 120], materials={"NMC": nmc}, seed=1)
    >>> scan.values.shape, scan.simulated, len(scan.flats)
    ((3, 32, 32), True, 4)
    """
    check_scanner(scanner)
    angles, seed = checked_angles(angles_deg), check_seed(seed)
    camera = camera_of(scanner, seed, views=len(angles), points=check_points(supersampling))
    shifts = camera.jitter(len(angles))
    exposed = expose(
        scene, camera, angles=angles, shifts=shifts, materials=materials, axis_um=axis_um, points=supersampling
    )
    did = f"{SIMULATED} {scene.in_words}; {scanner.in_words}; supersampling {supersampling}, seed {seed}"
    did += saturated_in_words(exposed)
    recorded = shifts if scanner.jitter_px and scanner.jitter_recorded else None
    return scan_of(exposed, camera, angles, shifts=recorded, did=did)


def true_attenuation(
    scene: Scene,
    scanner: ParallelScanner,
    *,
    materials: Mapping[str, Material],
    columns: int | None = None,
    axis_um: tuple[float, float] | None = None,
    supersampling: int = 3,
) -> Volume:
    """Return the attenuation of every voxel that a reconstruction of a scan of the scene would have.

    Parameters
    ----------
    scene : Scene
        The sample.
    scanner : ParallelScanner
        The scanner; its energy, pixel size, rows and columns are taken.
    materials : mapping of str to Material
        What every material of the scene is made of; its background only where it is not empty.
    columns : int, optional
        Voxels along y and x; None: the columns of the scanner. A joined off-axis scan has more.
    axis_um : tuple of float, optional
        Place (y, x) of the axis of rotation in the scene in um; None: the middle of the box.
    supersampling : int
        Points along each edge of a voxel, 1 to 16.

    Returns
    -------
    Volume
        float32 in 1/cm, quantity ``attenuation``, shape (rows, columns, columns) with the axis in the middle of y and
        x: the shares of its materials times their attenuation.

    Raises
    ------
    ParameterError
        A parameter outside its range.
    PhaseError
        A material of the scene that `materials` lacks, or one that is not in the scene.
    MemoryEstimateError
        More than the memory that is free.

    Notes
    -----
    Shares are counted at points, with an error of about 1 / supersampling^2 in one voxel. Memory: 12 bytes per voxel.

    Examples
    --------
    >>> import voltome as vt
    >>> scene = vt.twins.Scene((vt.twins.Sphere((8, 8, 8), 5, material="NMC"),), size_um=(16, 16, 16))
    >>> scanner = vt.twins.ParallelNanoCT(rows=256, columns=256)
    >>> nmc = vt.physics.Material("LiNi0.6Mn0.2Co0.2O2", 4.7)
    >>> truth = vt.twins.true_attenuation(scene, scanner, materials={"NMC": nmc})
    >>> truth.unit, round(float(truth.values.max()))
    ('1/cm', 431)
    """
    check_scanner(scanner)
    points = check_points(supersampling)
    width = scanner.shape[1] if columns is None else check_count("columns", columns, 1)
    used = _checked_materials(scene, materials)
    shape, edges = (scanner.shape[0], width, width), scanner.geometry.voxel_size_um
    check_memory(12 * math.prod(shape), task="true_attenuation", voxels=math.prod(shape))
    corner = np.array([0.0, *(place_of_axis(scene, axis_um) - width * edges[1] / 2)])
    box = (shape[0] * edges[0], shape[1] * edges[1], shape[2] * edges[2])
    solids = (*scene.solids, box_of(scene)) if scene.background in used else scene.solids
    here = scene_of(solids, Transform((0, 0, 0), shift_um=tuple(-corner)), size_um=box, background="nothing")
    greys = {name: attenuation_per_cm(each, energy_kev=scanner.energy_kev) for name, each in used.items()}
    values = partial_volumes(here, edges, shape, {**greys, "nothing": 0.0}, points)
    did = f"{SIMULATED} {scene.in_words}; true attenuation at {scanner.energy_kev:g} keV"
    return Volume(values, voxel_size_um=edges, quantity="attenuation", unit="1/cm", history=(did,))


def camera_of(scanner: ParallelScanner, seed: int, *, views: int, points: int) -> Camera:
    """Return the camera of a scan that fits in memory."""
    frames, pixels = scanner.darks + scanner.flats + views, math.prod(scanner.shape)
    check_memory((2 * frames + 40 + 60 * points**2) * pixels, task="simulate", voxels=views * pixels)
    return Camera(scanner, seed, frames)


@dataclass(frozen=True)
class Exposed:
    """The frames of a scan, and when they were taken."""

    views: NDArray[np.uint16]
    flats: NDArray[np.uint16] | None
    darks: NDArray[np.uint16] | None
    view_times_s: NDArray[Any]
    flat_times_s: NDArray[Any]
    dark_times_s: NDArray[Any]


def expose(
    scene: Scene,
    camera: Camera,
    *,
    angles: NDArray[np.float64],
    shifts: NDArray[np.float64],
    materials: Mapping[str, Material],
    axis_um: Any,
    points: int,
) -> Exposed:
    """Return all frames of a scan."""
    scanner = camera.scanner
    used = _checked_materials(scene, materials)
    rays = rays_of(
        scene,
        pixel_um=scanner.geometry.pixel_size_um,
        rotation_axis_px=float(scanner.geometry.rotation_axis_px or 0.0),
        axis_um=axis_um,
        with_background=scene.background in used,
    )
    before = scanner.darks + (scanner.flats + 1) // 2
    views = np.empty((len(angles), *scanner.shape), np.uint16)
    _expose_views(views, rays, camera, angles, shifts, materials=used, points=points, before=before)
    flat_frames = [
        scanner.darks + number + (len(angles) if scanner.darks + number >= before else 0)
        for number in range(scanner.flats)
    ]
    darks = [camera.dark(number) for number in range(scanner.darks)]
    flats = [camera.flat(number, frame) for number, frame in enumerate(flat_frames)]
    return Exposed(
        views,
        np.stack(flats) if flats else None,
        np.stack(darks) if darks else None,
        (before + np.arange(len(angles))) * scanner.exposure_s,
        np.array(flat_frames) * scanner.exposure_s,
        np.arange(scanner.darks) * scanner.exposure_s,
    )


def saturated_in_words(exposed: Exposed) -> str:
    """Return how many pixels of the views are held at the largest number of the camera, where there are any."""
    count = int(np.count_nonzero(exposed.views == LARGEST))
    return f", {count:,} pixels saturated at {LARGEST}" if count else ""


def scan_of(
    exposed: Exposed, camera: Camera, angles: NDArray[np.float64], *, shifts: NDArray[np.float64] | None, did: str
) -> Projections:
    """Return the frames of a scan as projections."""
    scanner = camera.scanner
    return Projections(
        exposed.views,
        angles_deg=angles,
        geometry=scanner.geometry,
        kind="counts",
        flats=exposed.flats,
        darks=exposed.darks,
        frame_times_s=exposed.view_times_s,
        flat_times_s=exposed.flat_times_s if exposed.flats is not None else None,
        dark_times_s=exposed.dark_times_s if exposed.darks is not None else None,
        shifts_px=shifts,
        energy_kev=scanner.energy_kev,
        history=(did,),
    )


def _expose_views(
    views: NDArray[np.uint16],
    rays: Rays,
    camera: Camera,
    angles: NDArray[np.float64],
    shifts: NDArray[np.float64],
    *,
    materials: Mapping[str, Material],
    points: int,
    before: int,
) -> None:
    """Write all views, some on each thread."""
    scanner = camera.scanner
    margin = math.ceil(scanner.margin_um / scanner.geometry.pixel_size_um[1])
    optics = _optics(scanner, rays, materials, points, margin)
    kept = slice(margin * points, -margin * points or None)
    shape = scanner.shape

    def work(_: int, first: int, stop: int) -> None:
        for view in range(first, stop):
            shift = (float(shifts[view, 0]), float(shifts[view, 1]))
            lengths = rays.lengths(float(angles[view]), shift, shape, points=points, margin=margin)
            share = mean_of_pixels(optics(lengths)[kept, kept].astype(np.float64), points)
            views[view] = camera.view(view, before + view, share, view / max(len(views) - 1, 1))

    in_slabs((len(angles), shape[0] * points, shape[1] * points), work)


def _optics(
    scanner: ParallelScanner, rays: Rays, materials: Mapping[str, Material], points: int, margin: int
) -> Optics:
    """Return the optics of a scanner for the materials of a scene."""
    energy = scanner.energy_kev
    made_of = [materials[name] for name in rays.materials]
    attenuation = [attenuation_per_cm(each, energy_kev=energy) / UM_PER_CM for each in made_of]
    delta = [refractive_index(each, energy_kev=energy)[0] for each in made_of]
    wave_number = 2 * math.pi * energy / HC_KEV_UM
    rows, columns = ((count + 2 * margin) * points for count in scanner.shape)
    return optics_of(
        scanner,
        np.array(attenuation),
        wave_number * np.array(delta),
        shape=(rows, columns),
        pitch_um=scanner.geometry.pixel_size_um[1] / points,
    )


def check_scanner(scanner: Any) -> None:
    """Refuse what is no scanner."""
    if not isinstance(scanner, ParallelScanner):
        raise ParameterError(f"scanner is {scanner!r}; expected a ParallelNanoCT, SynchrotronScanner, ParallelScanner.")


def _checked_materials(scene: Scene, materials: Any) -> dict[str, Material]:
    """Return the materials of a scene, or refuse names and things that do not fit."""
    if not isinstance(materials, Mapping) or not all(isinstance(each, Material) for each in materials.values()):
        raise ParameterError(
            f"materials is {materials!r}; expected a name and a voltome.physics.Material for each material."
        )
    missing = [name for name in scene.materials if name not in materials]
    if missing:
        raise PhaseError(
            f"materials says nothing of {missing}; expected a Material for each of {list(scene.materials)}."
        )
    known = (*scene.materials, scene.background)
    for name in materials:
        if name not in known:
            raise PhaseError(f"materials has {name!r}, which is not in the scene.{did_you_mean(str(name), known)}")
    return dict(materials)

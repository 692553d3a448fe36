"""Particles or phases that a reader turns by hand: meshes for k3d, inside the report, without a network."""

from __future__ import annotations

import base64
import importlib.util
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from voltome.errors import MissingDependencyError
from voltome.report.fields import FIELDS, scale_of
from voltome.report.paths import ROBUST, Paths
from voltome.report.rendering import Bodies, View, extent_um, reduced

MOST_TRIANGLES = 200_000
MOST_BYTES = 16_000_000
"""Of all scenes of a report together, as they stand in its page."""

HOW_TO_GET_IT = "pip install 'voltome[report3d]'"
SMOOTHING = 0.8
PLACE, CAMERA = "[THE-SCENE]", "[THE-CAMERA]"
"""What stands in the viewer where the scene and the place of the camera belong."""

FIELD_DEG = 30.0
ROOM = 1.3
"""How much wider than the box the camera sees, for the numbers along its edges and for perspective."""

FINEST, COARSEST = 128, 16
"""Voxels along the longest edge at the first try, and at least."""

MOST_TRIES = 5
MOST_POINTS = 60_000
"""Of the streamlines of a scene."""

PALE = 0.22
"""Opacity of bodies around streamlines."""

PADDING = 3
PARTS = 64
"""Parts of a voxel to which the corners of triangles are rounded."""


@dataclass(frozen=True, slots=True)
class Mesh:
    """Triangles with a colour at every corner: places (x, y, z) in um, corners of triangles, colours 0xRRGGBB."""

    places_um: NDArray[np.float32]
    triangles: NDArray[np.uint32]
    colours: NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Scene:
    """One scan as the page holds it.

    Attributes
    ----------
    scan : str
        Its name.
    triangles : int
        Of its mesh.
    data : str
        What the viewer loads, in base64.
    camera : str
        Where the camera is, what it looks at, and what is up: nine numbers.
    """

    scan: str
    triangles: int
    data: str
    camera: str


def is_available() -> bool:
    """Say whether k3d is installed."""
    return importlib.util.find_spec("k3d") is not None


def scenes_of(
    bodies: Mapping[str, Bodies], view: View, paths: Mapping[str, Paths] | None = None
) -> tuple[list[Scene], list[str]]:
    """Return the scenes that fit into a page, and the scans that do not; streamlines run inside a pale body.

    Raises
    ------
    MissingDependencyError
        k3d is not installed.
    """
    _import_k3d()
    scenes: list[Scene] = []
    left_out: list[str] = []
    room = MOST_BYTES - len(viewer()) if bodies else 0
    lines = dict(paths or {})
    for scan, body in bodies.items():
        scene = scene_of(scan, body, view, lines.get(scan))
        room -= len(scene.data)
        if room >= 0:
            scenes.append(scene)
        else:
            left_out.append(scan)
            room += len(scene.data)
    return scenes, left_out


def scene_of(scan: str, bodies: Bodies, view: View, paths: Paths | None = None) -> Scene:
    """Return one scan as the viewer loads it, seen from the same side as in the figure."""
    k3d = _import_k3d()
    mesh = mesh_of(bodies)
    plot = _plot(bodies)
    drawn = k3d.mesh(
        mesh.places_um,
        mesh.triangles,
        colors=mesh.colours,
        flat_shading=False,
        side="double",
        name=scan,
        roughness=0.75,
        opacity=1.0 if paths is None else PALE,
    )
    drawn.id = 1  # k3d counts on; the same scene has the same bytes
    plot += drawn
    if paths is not None:
        lines = _lines(bodies, paths)
        lines.id = 2
        plot += lines
    data = base64.b64encode(plot.get_binary_snapshot(9)).decode()
    return Scene(scan, len(mesh.triangles), data, _camera(bodies, view))


def viewer() -> str:
    """Return the page that shows a scene, with `PLACE` and `CAMERA` where these belong: the same for all scenes."""
    plot = _import_k3d().plot(snapshot_type="full")
    page = plot.get_snapshot(9, additional_js_code=f"K3DInstance.setCamera([{CAMERA}]);")
    page = re.sub(r"var data = '[^']*'", f"var data = '{PLACE}'", page)
    return re.sub(r"<title>[^<]*</title>", "<title>voltome</title>", page)


def as_script_text(text: str) -> str:
    r"""Return a text as JSON that cannot end the element of a page in which it stands.

    Examples
    --------
    >>> as_script_text("</script>")
    '"\\u003c/script>"'
    """
    return json.dumps(text).replace("<", "\\u003c")


def mesh_of(bodies: Bodies) -> Mesh:
    """Return the surface of every body as triangles, as fine as fits into the page."""
    edge = FINEST
    for _ in range(MOST_TRIES):
        mesh = _mesh(reduced(bodies, edge))
        if len(mesh.triangles) <= MOST_TRIANGLES:
            break
        # triangles grow with the square of the edge; a little less, so that the next try fits
        edge = max(COARSEST, int(0.95 * edge * (MOST_TRIANGLES / len(mesh.triangles)) ** 0.5))
    return mesh


def _mesh(bodies: Bodies) -> Mesh:
    """Return the surfaces of bodies at their own resolution, each body by itself, so that neighbours stay apart."""
    found, numbers = np.unique(bodies.labels, return_inverse=True)
    first = int(found[0] == 0)
    boxes = ndimage.find_objects(numbers.reshape(bodies.labels.shape) + 1 - first)
    places, triangles, tints = [], [], []
    count = 0
    for label, colour, box in zip(found[first:], bodies.colours(found[first:]), boxes, strict=True):
        corners, faces = _surface_of(bodies.labels[box] == label)
        places.append(corners + [part.start for part in box])
        triangles.append(faces + count)
        red, green, blue = (int(part) for part in colour)
        tints.append(np.full(len(corners), (red << 16) | (green << 8) | blue, np.uint32))
        count += len(corners)
    places_um = np.concatenate(places) * bodies.spacing_um
    return Mesh(
        np.ascontiguousarray(places_um[:, ::-1], np.float32),
        np.ascontiguousarray(np.concatenate(triangles), np.uint32),
        np.concatenate(tints),
    )


def _surface_of(body: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return corners and triangles of the smoothed surface of one body, in voxels from the corner of its box."""
    from skimage.measure import marching_cubes

    soft = ndimage.gaussian_filter(np.pad(body, PADDING).astype(np.float32), SMOOTHING, mode="constant")
    level = min(0.5, 0.5 * float(soft.max()))  # of specks that smoothing lowers below one half
    places, triangles, _, _ = marching_cubes(soft, level)  # type: ignore[no-untyped-call]
    rounded = np.round(places * PARTS) / PARTS  # packs well
    return rounded - PADDING + 0.5, triangles.astype(np.int64)


def _lines(bodies: Bodies, paths: Paths) -> Any:
    """Return streamlines in the colours of the size of the field, in the box of the bodies."""
    step = max(1, -(-len(paths.points_um) // MOST_POINTS))
    keep = paths.every(step)
    points = keep.points_um - np.array(bodies.origin_um)
    tints = np.round(255 * keep.colours(scale_of(keep.values, FIELDS["speed"], "", robust=ROBUST))[:, :3]).astype(
        np.uint32
    )
    return _import_k3d().lines(
        np.ascontiguousarray(points[:, ::-1], np.float32),
        np.stack([keep.joined, keep.joined + 1], axis=1).astype(np.uint32),
        indices_type="segment",
        colors=(tints[:, 0] << 16) | (tints[:, 1] << 8) | tints[:, 2],
        shader="simple",
        name="streamlines",
    )


def _plot(bodies: Bodies) -> Any:
    """Return an empty plot with the box of the scan."""
    z, y, x = bodies.size_um
    return _import_k3d().plot(
        grid=(0.0, 0.0, 0.0, x, y, z), grid_auto_fit=False, camera_auto_fit=False, camera_fov=FIELD_DEG,
        camera_mode="orbit", axes=["x", "y", "z"], axes_helper=0.0, menu_visibility=False, background_color=0xFFFFFF,
        name="voltome",
    )  # fmt: skip


def _camera(bodies: Bodies, view: View) -> str:
    """Return where the camera is, what it looks at, and what is up, so that the whole box is seen."""
    z, y, x = bodies.size_um
    middle = np.array((x, y, z)) / 2
    distance = ROOM * max(extent_um(bodies, view)) / (2 * np.tan(np.radians(FIELD_DEG / 2)))
    return ", ".join(f"{number:.5g}" for number in (*(middle + distance * view.axes[2][::-1]), *middle, 0, 0, 1))


def _import_k3d() -> Any:
    """Return k3d, or say how to get it."""
    try:
        import k3d
    except ImportError as error:
        raise MissingDependencyError(
            f"scenes that are turned by hand need the package k3d, which is not installed; expected it for "
            f"'interactive: true'. Install it with {HOW_TO_GET_IT}."
        ) from error
    return k3d

"""The surface of a phase as triangles, for printing, meshing and viewers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voltome.data import PhaseImage, PhaseName
from voltome.errors import FileFormatError, PhaseError
from voltome.io._atomic import write_atomically
from voltome.runtime import check_memory

BYTES_PER_VOXEL = 60
"""Of the image and of its triangles, for a phase with much surface."""

_TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])


def write_stl(phases: PhaseImage, path: str | Path, *, phase: PhaseName) -> Path:
    """Write the closed surface of a phase as a binary STL file, in um.

    For pictures, prints and meshes. Areas are not to be taken from it: `voltome.morphology.surface_area` has less bias.

    Parameters
    ----------
    phases : PhaseImage
        The segmented image. Voxels outside its mask do not belong to the phase.
    path : str or pathlib.Path
        The file, which is replaced if it is there; it ends in ``.stl``.
    phase : str
        Name of the phase.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    PhaseError
        An unknown phase, or one without a voxel in the sample.
    FileFormatError
        Another ending.
    MemoryEstimateError
        An image whose surface would not fit in memory.
    ResultsFolderError
        A place at which nothing can be written.

    Notes
    -----
    Marching cubes half-way between voxels of the phase and others; where the phase meets the face of the image or the
    mask it is closed there, half a voxel outside its centres. Corners and edges are cut by half a voxel, so the volume
    inside is a little less than that of the voxels. Normals point out of the phase. Places are in the frame of the
    scan; a file of STL has no place for the unit. 50 bytes per triangle; memory about 60 bytes per voxel.

    References
    ----------
    T. Lewiner, H. Lopes, A. W. Vieira, G. Tavares, J. Graph. Tools 8 (2003) 1 (marching cubes).

    Examples
    --------
    >>> import tempfile, numpy as np, voltome as vt
    >>> labels = np.zeros((5, 5, 5), np.uint8)
    >>> labels[2, 2, 2] = 1
    >>> image = vt.data.PhaseImage(labels, voxel_size_um=1, phases={0: "pore", 1: "solid"})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     vt.export.write_stl(image, f"{folder}/solid.stl", phase="solid").stat().st_size
    484
    """
    target = Path(path)
    if target.suffix.lower() != ".stl":
        raise FileFormatError(
            f"{target}: ends in {target.suffix!r}; expected '.stl'. Call it {target.with_suffix('.stl').name}."
        )
    check_memory(BYTES_PER_VOXEL * phases.values.size, task="write_stl", voxels=phases.values.size)
    inside = phases.is_phase(phase)
    if not inside.any():
        raise PhaseError(
            f"phase {phase!r} has no voxel in the sample, so it has no surface. Check the intervals of the threshold."
        )
    triangles = _triangles(inside, phases)
    head = f"surface of {phase} in um, written by voltome".encode("ascii", "replace")[:80].ljust(80)
    content = head + np.uint32(len(triangles)).tobytes() + triangles.tobytes()

    def fill(part: Path) -> None:
        part.write_bytes(content)

    write_atomically(target, fill)
    return target


def _triangles(inside: NDArray[np.bool_], phases: PhaseImage) -> NDArray[np.void]:
    """Return the triangles of the surface with their normals, places (x, y, z) in um."""
    from skimage.measure import marching_cubes

    padded = np.pad(inside, 1).astype(np.float32)
    places, faces, _, _ = marching_cubes(padded, 0.5)  # type: ignore[no-untyped-call]
    edges, origin = np.array(phases.voxel_size_um), np.array(phases.origin_um)
    places_um = ((places - 0.5) * edges + origin)[:, ::-1]
    corners = places_um[faces[:, ::-1]] if _points_inwards(places_um, faces, origin[::-1]) else places_um[faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    size = np.linalg.norm(across, axis=1, keepdims=True)
    found = np.zeros(len(corners), _TRIANGLE)
    found["corners"] = corners
    found["normal"] = np.divide(across, size, out=np.zeros_like(across), where=size > 0)
    return found


def _points_inwards(places: NDArray[np.float64], faces: NDArray[np.int64], origin: NDArray[np.float64]) -> bool:
    """Say whether the volume that the triangles enclose comes out below 0."""
    a, b, c = (places[faces[:, corner]] - origin for corner in range(3))
    return float(np.einsum("ij,ij->", a, np.cross(b, c))) < 0

"""Images, fields and streamlines as files of VTK, which ParaView and most viewers of volumes open."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from voltome.data import ImageNoun, Noun, ParticleImage, PhaseImage, ResultTable, Volume
from voltome.data._grids import check_one_grid
from voltome.errors import FileFormatError, ParameterError, ValuesError
from voltome.export._vtk_xml import Array, Section, write_file
from voltome.io._atomic import write_atomically

Vector = tuple[Volume, Volume, Volume]
"""Components along z, y and x of one field."""

Fields = Mapping[str, Volume | PhaseImage | ParticleImage | Vector]

IMAGE, LINES = ".vti", ".vtp"
STREAMLINES = "streamlines"


def write_vtk(noun: Noun | Fields, path: str | Path) -> Path:
    """Write an image, several on one grid, or streamlines as a file of VTK.

    For ParaView, VisIt, 3D Slicer and other programs that draw. To keep a noun with all it says, and to read it back,
    take `voltome.io.write`: voltome does not read files of VTK.

    Parameters
    ----------
    noun : Volume, PhaseImage, ParticleImage, ResultTable or mapping of str to these images
        An image, written as ``.vti``; streamlines, as `voltome.transport.streamlines` gives them, as ``.vtp``; or
        several images on one grid by the names that they shall have. In a mapping, three volumes in a tuple are the
        components along z, y and x of a vector.
    path : str or pathlib.Path
        The file, which is replaced if it is there; it ends in ``.vti`` for images, ``.vtp`` for streamlines.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    FileFormatError
        Another ending, or a noun that such a file cannot hold.
    GeometryError
        Images on different grids.
    ParameterError
        An empty mapping.
    ValuesError
        A table without rows, or components of a vector in different units.
    ResultsFolderError
        A place at which nothing can be written.

    Notes
    -----
    Lengths are in um, which the file says in a text named ``unit of length``. Voxels are cells, not points, so that a
    voxel is drawn as large as it is; the origin is the outer corner of the first. A unit stands in brackets behind the
    name of its array, the names of the phases in the text ``phases``, a mask as an array ``sample`` of 0 and 1, and the
    history in a text of its own. Vectors are in the order x, y, z. Arrays are packed without loss (zlib) and appended
    raw, in blocks of 1 MiB: the memory above that of the noun is a few MiB.

    References
    ----------
    W. Schroeder, K. Martin, B. Lorensen, The Visualization Toolkit, Kitware (2006) (file formats; XML).

    Examples
    --------
    >>> import tempfile, numpy as np, voltome as vt
    >>> speed = vt.data.Volume(np.ones((4, 3, 2), np.float32), voxel_size_um=0.5, quantity="speed", unit="m/s")
    >>> still = speed.derive("no flow across", values=np.zeros((4, 3, 2), np.float32))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = vt.export.write_vtk({"speed": speed, "velocity": (speed, still, still)}, f"{folder}/flow.vti")
    ...     b'Name="velocity (m/s)" NumberOfComponents="3"' in written.read_bytes()
    True
    """
    target = Path(path)
    if isinstance(noun, ResultTable):
        _check(target, LINES, "streamlines")
        write_atomically(target, lambda part: _write_lines(noun, part, target))
        return target
    if isinstance(noun, Mapping):
        fields = noun
    elif isinstance(noun, Volume | PhaseImage | ParticleImage):
        fields = {_name_of(noun): noun}
    else:
        raise FileFormatError(
            f"{target}: a file of VTK cannot hold a {type(noun).__name__}; expected an image, images by their names, "
            f"or a table of streamlines. Keep it with voltome.io.write."
        )
    _check(target, IMAGE, "images")
    images = _images(fields)
    write_atomically(target, lambda part: _write_images(fields, images, part))
    return target


def _check(path: Path, suffix: str, what: str) -> None:
    """Refuse a file whose ending says something else."""
    if path.suffix.lower() != suffix:
        raise FileFormatError(
            f"{path}: ends in {path.suffix!r}; expected {suffix!r} for {what}. Call it {path.with_suffix(suffix).name}."
        )


def _name_of(image: ImageNoun) -> str:
    """Return what an image is called that was given no name."""
    if isinstance(image, Volume):
        return image.quantity
    return "phase" if isinstance(image, PhaseImage) else "particle"


def _images(fields: Fields) -> dict[str, ImageNoun]:
    """Return every image of a mapping by its name, checked to lie on one grid."""
    if not fields:
        raise ParameterError("the mapping of images is empty; expected at least one image by its name.")
    images: dict[str, ImageNoun] = {}
    for name, given in fields.items():
        if isinstance(given, tuple) and len(given) != len("zyx"):
            raise ValuesError(f"the vector {name!r} has {len(given)} components; expected three volumes (z, y, x).")
        parts: dict[str, Any] = dict(zip("zyx", given, strict=True)) if isinstance(given, tuple) else {"": given}
        units = [getattr(part, "unit", None) for part in parts.values()]
        if len(set(units)) > 1:
            raise ValuesError(
                f"the vector {name!r} has components in {', '.join(map(repr, units))}; expected three volumes (z, y, "
                f"x) in one unit."
            )
        for axis, part in parts.items():
            if not isinstance(part, ImageNoun):
                raise FileFormatError(
                    f"{name!r} is a {type(part).__name__}; expected a Volume, a PhaseImage, a ParticleImage, or three "
                    f"volumes (z, y, x) in a tuple."
                )
            images[f"{name} along {axis}" if axis else name] = part
    check_one_grid(images, mend="Crop them alike, or write one file for each.")
    return images


def _write_images(fields: Fields, images: Mapping[str, ImageNoun], path: Path) -> None:
    """Write images on one grid as cells of a regular grid."""
    like = next(iter(images.values()))
    arrays = [_array(name, given) for name, given in fields.items()]
    mask = next((image.mask for image in images.values() if image.mask is not None), None)
    if mask is not None:
        arrays.append(Array("sample", [mask]))
    extent = " ".join(f"0 {count}" for count in reversed(like.shape))
    place = " ".join(repr(float(corner)) for corner in reversed(like.origin_um))
    edges = " ".join(repr(float(edge)) for edge in reversed(like.voxel_size_um))
    write_file(
        path,
        "ImageData",
        dataset=f' WholeExtent="{extent}" Origin="{place}" Spacing="{edges}"',
        piece=f' Extent="{extent}"',
        sections=[Section("PointData", []), Section("CellData", arrays)],
        notes=_notes(images),
    )


def _array(name: str, given: ImageNoun | Vector) -> Array:
    """Return an image or a vector under its name and unit."""
    if isinstance(given, tuple):
        return Array(_with_unit(name, given[0].unit), [part.values for part in reversed(given)])
    return Array(_with_unit(name, given.unit if isinstance(given, Volume) else ""), [given.values])


def _with_unit(name: str, unit: str) -> str:
    return f"{name} ({unit})" if unit not in ("", "1") else name


def _notes(images: Mapping[str, ImageNoun]) -> list[tuple[str, str]]:
    """Return the texts that go with images: unit of length, names of phases, whether simulated, history."""
    notes = [("unit of length", "um")]
    for name, image in images.items():
        if isinstance(image, PhaseImage):
            said = "; ".join(f"{label} = {phase}" for label, phase in image.phases.items())
            notes.append(("phases" if len(images) == 1 else f"phases of {name}", said))
    history = dict.fromkeys(line for image in images.values() for line in image.history)
    return [*notes, ("history", "\n".join(history))]


def _write_lines(table: ResultTable, path: Path, target: Path) -> None:
    """Write streamlines as lines with what is known at their points."""
    if table.kind != STREAMLINES:
        raise FileFormatError(
            f"{target}: a file of VTK cannot hold a table of {table.kind}; expected one of streamlines. Write it as "
            f".csv with voltome.io.write."
        )
    frame = table.frame
    if not len(frame):
        raise ValuesError("the table of streamlines has no rows; expected at least one line.")
    numbers = frame["line"].to_numpy(np.int64)
    begins = np.flatnonzero(np.diff(numbers, prepend=numbers[0] - 1))
    ends = np.append(begins[1:], len(numbers))
    points = Array("points", [frame[name].to_numpy(np.float64) for name in ("x_um", "y_um", "z_um")])
    measures = [name for name in ("distance_um", "magnitude", "speed_m_per_s", "travel_time_s") if name in frame]
    crosses = (frame["end"].to_numpy() == "outlet")[begins]
    sections = [
        Section("PointData", [Array(name, [frame[name].to_numpy(np.float64)]) for name in measures]),
        Section("CellData", [Array("line", [numbers[begins]]), Array("crosses", [crosses])]),
        Section("Points", [points]),
        Section("Lines", [Array("connectivity", [np.arange(len(numbers))]), Array("offsets", [ends.astype(np.int64)])]),
    ]
    piece = f' NumberOfPoints="{len(numbers)}" NumberOfVerts="0" NumberOfLines="{len(begins)}" NumberOfStrips="0"'
    notes = [("unit of length", "um"), ("method", table.method), ("history", "\n".join(table.history))]
    write_file(path, "PolyData", dataset="", piece=piece + ' NumberOfPolys="0"', sections=sections, notes=notes)

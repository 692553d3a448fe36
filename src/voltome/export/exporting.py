"""Everything of a finished study that other programs can draw, in one folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast, get_args

from voltome.data import ResultTable, Volume
from voltome.data._parameters import check_choice
from voltome.errors import MissingFileError, ResultsFolderError, ValuesError
from voltome.export.vtk import IMAGE, LINES, STREAMLINES, Fields, write_vtk
from voltome.runtime import Progress, ProgressEvent, silent

if TYPE_CHECKING:
    from voltome.study import Results, StoredNoun

Format = Literal["vtk"]

FOLDER = "export"
IMAGES = ("Volume", "PhaseImage", "ParticleImage")

_COMPONENTS = ("z", "y", "x")


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written for other programs.

    Attributes
    ----------
    folder : pathlib.Path
        The folder that has one folder for each scan.
    files : tuple of pathlib.Path
        Every file, in the order of the study.
    left_out : tuple of str
        What could not be exported, and why, one sentence each.
    """

    folder: Path
    files: tuple[Path, ...]
    left_out: tuple[str, ...]


def export_results(
    results: Results, *, folder: str | Path | None = None, file_format: Format = "vtk", progress: Progress = silent
) -> Exported:
    r"""Write all images, fields and streamlines of a finished study as files of VTK.

    Images that one step gives, such as a flow with its components and its pressure, go into one file, three components
    as a vector. Tables are in the folder ``tables`` of the results, as CSV, and are not written again.

    Parameters
    ----------
    results : Results
        A finished study, from `voltome.study.run` or `voltome.study.load_results`.
    folder : str or pathlib.Path, optional
        Where files go, in a folder for each scan; by default ``export`` in the results folder. Files of the same name
        are replaced, others stay.
    file_format : {"vtk"}
        Images as ``.vti``, streamlines as ``.vtp``.
    progress : callable, optional
        Is told of every file; by default nobody is.

    Returns
    -------
    Exported
        The files, and what was left out.

    Raises
    ------
    ParameterError
        An unknown format.
    ValuesError
        A study without an image or streamlines.
    ResultsFolderError
        A folder in which nothing can be written.

    Notes
    -----
    One file is read and written at a time: memory is that of the images of one step. Of the image that a scan begins
    with, only what is still at its place is exported; for what is not, `Exported.left_out` says so.

    Examples
    --------
    >>> import tempfile, numpy as np, voltome as vt
    >>> from pathlib import Path
    >>> text = "study: ramp\nscans: {ramp: {source: ramp.tif}}\n"
    >>> text += "pipeline: [threshold: {intervals: {solid: [32, null]}, rest: pore}]"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     volume = vt.data.Volume(np.arange(64, dtype=np.uint8).reshape(4, 4, 4), voxel_size_um=1)
    ...     _ = vt.io.write(volume, f"{folder}/ramp.tif")
    ...     _ = Path(folder, "study.yaml").write_text(text)
    ...     exported = vt.export.export_results(vt.study.run(vt.study.load(f"{folder}/study.yaml")))
    ...     [file.name for file in exported.files]
    ['source.vti', 'threshold.vti']
    """
    check_choice("file_format", file_format, get_args(Format))
    target = Path(folder) if folder is not None else results.folder / FOLDER
    jobs = list(_jobs(results))
    if not jobs:
        raise ValuesError(
            f"{results.folder} has no image and no streamlines, so there is nothing to export; its tables are in "
            f"{results.folder / 'tables'} as CSV."
        )
    if target.exists() and not target.is_dir():
        raise ResultsFolderError(f"cannot write into {str(target)!r}: a file is there. Choose a folder.")
    files, left_out = [], list(_others(results))
    for number, (name, job) in enumerate(jobs):
        progress(ProgressEvent("export", number, len(jobs), f"{job[0].scan}: {name}"))
        try:
            files.append(_write(results, job, target / job[0].scan / name))
        except MissingFileError as error:
            left_out.append(f"{job[0].scan}: {name} is left out: {error}")
    progress(ProgressEvent("export", len(jobs), len(jobs)))
    return Exported(target, tuple(files), tuple(left_out))


def _jobs(results: Results) -> Iterator[tuple[str, list[StoredNoun]]]:
    """Yield name and nouns of every file: the images of one step together, and every table of streamlines."""
    together: dict[tuple[str, str], list[StoredNoun]] = {}
    for stored in results.nouns:
        if stored.noun in IMAGES:
            together.setdefault((stored.scan, _step_of(stored, results.nouns)), []).append(stored)
        elif stored.kind == STREAMLINES:
            together[stored.scan, f"{stored.name}{LINES}"] = [stored]
    for (_, name), nouns in together.items():
        yield name if name.endswith(LINES) else f"{name}{IMAGE}", nouns


def _step_of(stored: StoredNoun, nouns: Sequence[StoredNoun]) -> str:
    """Return the name of the main noun of the step that made an image: what stands before its own behind a ``-``."""
    mains = [
        other.name
        for other in nouns
        if other.scan == stored.scan and other.step == stored.step and other.noun in IMAGES
        if stored.name.startswith(f"{other.name}-")
    ]
    return max(mains, key=len, default=stored.name)


def _write(results: Results, job: Sequence[StoredNoun], path: Path) -> Path:
    """Read the nouns of one file and write it."""
    if job[0].kind == STREAMLINES and job[0].noun not in IMAGES:
        return write_vtk(cast(ResultTable, results.load(job[0])), path)
    images = {stored.name: cast(Volume, results.load(stored)) for stored in job}
    if len(images) == 1:
        return write_vtk(next(iter(images.values())), path)
    return write_vtk(_fields(images, path.stem), path)


def _fields(images: dict[str, Volume], main: str) -> Fields:
    """Return the images of a step by short names, components along three axes as one vector."""
    short = {name.removeprefix(f"{main}-"): image for name, image in images.items()}
    fields: dict[str, Volume | tuple[Volume, Volume, Volume]] = {}
    for name, image in short.items():
        stem = name[:-2]
        parts = [f"{stem}_{axis}" for axis in _COMPONENTS]
        if name in parts and all(part in short for part in parts):
            fields[stem] = (short[parts[0]], short[parts[1]], short[parts[2]])
        else:
            fields[image.quantity if name == main and isinstance(image, Volume) else name] = image
    return fields


def _others(results: Results) -> Iterator[str]:
    """Yield a sentence for every noun that is neither image nor table: no file of VTK holds it."""
    for stored in results.nouns:
        if stored.noun not in (*IMAGES, ResultTable.__name__):
            yield (
                f"{stored.scan}: {stored.name} is left out: a file of VTK cannot hold a {stored.noun}; it is in the "
                f"store."
            )

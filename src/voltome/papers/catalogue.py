"""The demonstrations there are, by name."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from voltome.errors import ParameterError, did_you_mean
from voltome.runtime import Progress, silent
from voltome.study import Results

__all__ = ["DEMONSTRATIONS", "Demonstration", "Shown", "demonstration"]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a demonstration made.

    Attributes
    ----------
    study_file : Path
        The study that was run.
    results : Results
        Its results.
    text : str
        Recovered against true, to print.
    """

    study_file: Path
    results: Results
    text: str


@dataclass(frozen=True, slots=True)
class Demonstration:
    """One row of the catalogue.

    Attributes
    ----------
    name : str
        What follows ``voltome demo``.
    module : str
        Module of this room with a function ``demonstrate(folder, progress=...)``.
    summary : str
        What it shows, in one sentence.
    """

    name: str
    module: str
    summary: str

    def run(self, folder: str | Path, *, progress: Progress = silent) -> Shown:
        """Make the twin in `folder`, run the study on it, and hold it against the truth."""
        module = importlib.import_module(f"voltome.papers.{self.module}")
        shown: Shown = module.demonstrate(Path(folder), progress=progress)
        return shown


DEMONSTRATIONS: Mapping[str, Demonstration] = {
    row.name: row
    for row in (
        Demonstration(
            "spheres", "spheres", "Spheres and ellipsoids of known size, in two scans between which they shrink."
        ),
        Demonstration(
            "li-s", "li_s", "Sulfur of a Li-S cathode over ten cycles: scans aligned, phases and particles measured."
        ),
        Demonstration(
            "mg-s",
            "mg_s",
            "Cathode and separator of a Mg-S cell: phases, sulfur, diffusion and flow, and how far to trust them.",
        ),
    )
}


def demonstration(name: str) -> Demonstration:
    """Return a demonstration by its name.

    Parameters
    ----------
    name : str
        One of `DEMONSTRATIONS`.

    Returns
    -------
    Demonstration
        Run it with ``.run(folder)``.

    Raises
    ------
    ParameterError
        There is none of this name.

    Examples
    --------
    >>> import voltome as vt
    >>> vt.papers.demonstration("spheres").summary
    'Spheres and ellipsoids of known size, in two scans between which they shrink.'
    """
    if name not in DEMONSTRATIONS:
        listed = ", ".join(DEMONSTRATIONS)
        raise ParameterError(
            f"there is no demonstration {name!r}; expected one of {listed}.{did_you_mean(name, DEMONSTRATIONS)}"
        )
    return DEMONSTRATIONS[name]

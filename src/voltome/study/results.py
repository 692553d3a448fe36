"""A finished results folder, from which nouns and tables are read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voltome.data import Noun, ResultTable
from voltome.errors import MissingFileError, ResultsFolderError
from voltome.io import read, read_table
from voltome.study.provenance import PROVENANCE
from voltome.study.report_options import ReportOptions
from voltome.study.steps import SOURCES, Source

__all__ = ["Results", "StoredNoun", "load_results"]


@dataclass(frozen=True, slots=True)
class StoredNoun:
    """One noun of a finished study, not yet read.

    Attributes
    ----------
    scan, name : str
        The scan it belongs to, and its name there; the noun that a scan begins with is called ``source``.
    noun : str
        Class name: ``Volume``, ``PhaseImage``, ``ParticleImage``, ``ResultTable``.
    kind : str
        Kind of a table, quantity of a volume.
    step : str
        The step that made it; ``source`` for what the scan begins with.
    parameters : dict
        Parameters of that step.
    path : Path
        Where it lies.
    """

    scan: str
    name: str
    noun: str
    kind: str
    step: str
    parameters: dict[str, Any]
    path: Path


@dataclass(frozen=True, slots=True)
class Results:
    """A finished results folder.

    Attributes
    ----------
    folder : Path
        The folder.
    title : str
        Title of the study.
    scans : dict of str to dict
        Every scan with its attributes, in the order of the study file.
    compare_by : str or None
        The attribute by which scans are compared.
    nouns : tuple of StoredNoun
        In the order of the run.
    provenance : dict
        What ``provenance.json`` holds.
    """

    folder: Path
    title: str
    scans: dict[str, dict[str, Any]]
    compare_by: str | None
    nouns: tuple[StoredNoun, ...]
    provenance: dict[str, Any]

    @property
    def report(self) -> ReportOptions:
        """What the study file asks of the report beside tables and figures."""
        return ReportOptions.model_validate(self.provenance.get("report", {}))

    def find(
        self, *, scan: str | None = None, noun: str | None = None, kind: str | None = None, name: str | None = None
    ) -> list[StoredNoun]:
        """Return the nouns that fit everything asked for, in the order of the run."""
        wanted = {"scan": scan, "noun": noun, "kind": kind, "name": name}
        asked = {field: value for field, value in wanted.items() if value is not None}
        return [stored for stored in self.nouns if all(getattr(stored, f) == v for f, v in asked.items())]

    def load(self, stored: StoredNoun, *, sources: Mapping[str, Source] = SOURCES) -> Noun:
        """Read a noun; the source of a scan is read from where it was at the time of the run.

        Raises
        ------
        MissingFileError
            The file of a source is no longer there.
        """
        reader = stored.parameters.get("as") if stored.step == "source" else None
        if reader is None:
            return read(stored.path)
        parameters = {name: value for name, value in stored.parameters.items() if name != "as"}
        source = sources[reader]
        checked = source.signature.parameters.model_validate(parameters, strict=False)
        given = {name: getattr(checked, name) for name in type(checked).model_fields}
        noun: Noun = source.call(str(stored.path), **given)
        return noun

    def tables(self) -> dict[str, ResultTable]:
        """Return every table by its name: all scans together, comparisons and sweeps included."""
        return {path.stem: read_table(path) for path in sorted((self.folder / "tables").glob("*.parquet"))}


def load_results(folder: str | Path) -> Results:
    """Open a finished results folder.

    Parameters
    ----------
    folder : str or pathlib.Path
        Where a study was run.

    Returns
    -------
    Results
        What is in it; nouns and tables are read when asked for.

    Raises
    ------
    MissingFileError
        There is no such folder.
    ResultsFolderError
        It holds no finished run.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise MissingFileError(f"there is no results folder {str(folder)!r}; run the study first (voltome run STUDY).")
    path = folder / PROVENANCE
    if not path.is_file():
        raise ResultsFolderError(
            f"{folder} holds no finished run (no {PROVENANCE} in it); run the study, or run it again to the end."
        )
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        nouns = tuple(_stored(folder, entry) for entry in content["nouns"])
        ReportOptions.model_validate(content.get("report", {}))
        return Results(folder, content["study"], content["scans"], content["compare_by"], nouns, content)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ResultsFolderError(
            f"{path} is damaged ({error}); run the study again, what is cached is kept."
        ) from error


def _stored(folder: Path, entry: Mapping[str, Any]) -> StoredNoun:
    """Return one entry of the provenance as it is offered."""
    return StoredNoun(**{**entry, "path": folder / entry["path"]})

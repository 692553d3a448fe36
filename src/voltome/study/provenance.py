"""Where every number comes from: inputs with their hashes, steps with their parameters, versions, human decisions."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from voltome.io import read_attributes
from voltome.study.bands import bands_of
from voltome.study.keys import plain
from voltome.study.model import SOURCE, Node, Output, Ref, Study
from voltome.study.operations import ReadSource, step_of
from voltome.study.store import PROVENANCE, Store

__all__ = ["PROVENANCE", "InputFile", "Run", "StepRecord", "write_provenance"]

_PACKAGES = (
    "numpy",
    "scipy",
    "numba",
    "scikit-image",
    "scikit-learn",
    "edt",
    "fastremap",
    "zarr",
    "tifffile",
    "imagecodecs",
    "pandas",
)
"""Packages whose version can change a number."""


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file that was read."""

    scan: str
    path: Path
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One piece of work as it was done."""

    scans: tuple[str, ...]
    name: str
    step: str
    version: int
    parameters: dict[str, Any]
    inputs: dict[str, Any]
    key: str
    seconds: float
    cached: bool
    inner: bool
    decision: str
    references: tuple[str, ...]

    @classmethod
    def of(cls, node: Node, keys: Mapping[Ref, str], seconds: float, *, cached: bool) -> StepRecord:
        """Return the record of a node."""
        step = step_of(node)
        return cls(
            scans=tuple(dict.fromkeys(output.ref.scan for output in node.outputs)),
            name=node.outputs[0].ref.name,
            step=node.operation.name,
            version=node.operation.version,
            parameters=plain(node.parameters),
            inputs={port: _words(taken) for port, taken in node.inputs.items()},
            key=keys[node.outputs[0].ref],
            seconds=round(seconds, 3),
            cached=cached,
            inner=node.inner,
            decision=step.decision if step else "",
            references=step.references if step else (),
        )


@dataclass(frozen=True, slots=True)
class Run:
    """One run: when, how long, what it read and did."""

    started: datetime
    seconds: float
    inputs: tuple[InputFile, ...]
    steps: tuple[StepRecord, ...]


def write_provenance(study: Study, run: Run, store: Store, outputs: Iterable[Output]) -> None:
    """Write ``provenance.json``, complete or not at all."""
    stored = [_stored(study, store, output) for output in outputs if not study.graph.maker_of(output.ref).inner]
    sources = [_source(study, node) for node in study.graph.nodes if isinstance(node.operation, ReadSource)]
    content = {
        "study": study.title,
        "study_file": study.text,
        "voltome_version": version("voltome"),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": _versions(),
        "started": run.started.isoformat(timespec="seconds"),
        "seconds": round(run.seconds, 3),
        "scans": {name: {"source": str(scan.path), **scan.attributes} for name, scan in study.scans.items()},
        "compare_by": study.compare_by,
        "report": study.report.model_dump(mode="json"),
        "inputs": [{**asdict(file), "path": str(file.path)} for file in run.inputs],
        "steps": [asdict(record) for record in run.steps],
        "decisions": _decisions(run),
        "simulated": sorted({noun["scan"] for noun in stored if noun.pop("simulated")} & set(study.scans)),
        "references": _references(run),
        "bands": bands_of(study.graph),
        "nouns": [*sources, *stored],
    }
    temporary = store.folder / f".{PROVENANCE}.new"
    temporary.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    temporary.replace(store.folder / PROVENANCE)


def _stored(study: Study, store: Store, output: Output) -> dict[str, Any]:
    """Return what is known of one noun in the store."""
    node = study.graph.maker_of(output.ref)
    path = store.path(output)
    return {
        "scan": output.ref.scan,
        "name": output.ref.name,
        "noun": output.noun.__name__,
        "kind": output.kind,
        "step": node.operation.name,
        "parameters": plain(node.parameters),
        "path": str(path.relative_to(store.folder)),
        "simulated": bool(read_attributes(path).get("simulated")),
    }


def _source(study: Study, node: Node) -> dict[str, Any]:
    """Return what is known of the noun that a scan begins with, which stays where it is."""
    output = node.outputs[0]
    operation = node.operation
    source = operation.source if isinstance(operation, ReadSource) else None
    return {
        "scan": output.ref.scan,
        "name": output.ref.name,
        "noun": output.noun.__name__,
        "kind": output.kind,
        "step": "source",
        "parameters": {"as": source.name if source else None, **plain(node.parameters)},
        "path": str(study.scans[output.ref.scan].path.resolve()),
    }


def _decisions(run: Run) -> list[dict[str, Any]]:
    """Return the choices that a person made."""
    return [
        {
            "scan": scan,
            "name": record.name,
            "step": record.step,
            "meaning": record.decision,
            "parameters": record.parameters,
            "files": _named_files(run, record),
        }
        for record in run.steps
        if record.decision and not record.inner
        for scan in record.scans
    ]


def _named_files(run: Run, record: StepRecord) -> list[dict[str, Any]]:
    """Return the files of other scans that a step was given by name as they are: what a person brushed or corrected."""
    named = {taken.rpartition("/")[0] for taken in record.inputs.values() if _is_source(taken)} - set(record.scans)
    return [{"path": str(file.path), "sha256": file.sha256} for file in run.inputs if file.scan in named]


def _is_source(taken: Any) -> bool:
    """Say whether the name of a noun is that of what a scan begins with."""
    return isinstance(taken, str) and taken.endswith(f"/{SOURCE}")


def _references(run: Run) -> list[dict[str, Any]]:
    """Return what to cite, with the steps that it was used in."""
    used: dict[str, list[str]] = {}
    for record in run.steps:
        for reference in record.references:
            used.setdefault(reference, []).append(record.step)
    return [{"citation": citation, "steps": sorted(set(steps))} for citation, steps in used.items()]


def _versions() -> dict[str, str]:
    """Return the versions of the packages that can change a number."""
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "absent"
    return found


def _words(taken: Ref | Mapping[str, Ref]) -> Any:
    """Return the names of the nouns that a port takes."""
    return str(taken) if isinstance(taken, Ref) else {scan: str(ref) for scan, ref in taken.items()}

"""From a study file to a checked study: every mistake is said at once, and nothing is run before there is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from voltome.data import ImageNoun, Projections, Volume, _checks, noun_types
from voltome.errors import VoltomeError, did_you_mean
from voltome.io import Description, describe
from voltome.study.entries import Entry, entry_of
from voltome.study.model import ALL_SCANS, SOURCE, Graph, Node, Output, Ref, Scan, Study
from voltome.study.operations import ReadSource
from voltome.study.planning import Planner
from voltome.study.problems import Place, Problems, validated
from voltome.study.report_options import ReportOptions
from voltome.study.scan_states import ScanState
from voltome.study.steps import SOURCES, STEPS, Source, StepTable
from voltome.study.wrappers import WRAPPERS
from voltome.study.yaml_lines import read_yaml

__all__ = ["load"]

TOP_LEVEL = ("study", "scans", "pipeline", "pipelines", "compare", "report")
SCAN_KEYS = ("source", "as", "pipeline", "set")

_AGREEMENT = 1e-3
"""Two statements of one voxel size may differ by this fraction, as in `voltome.io`."""

_TOO_LARGE = 2**63
"""Of a whole number, for a table."""

_SCAN_NAME = re.compile(r"\w[\w .+-]*")


def load(path: str | Path, *, steps: StepTable = STEPS, sources: Mapping[str, Source] = SOURCES) -> Study:
    r"""Read a study file and check it completely.

    Everything is checked before anything runs: keys, parameters with their ranges, the chain of types, names of
    phases, that every file is there and says its voxel size.

    Parameters
    ----------
    path : str or pathlib.Path
        The YAML file. Paths in it are relative to its folder.
    steps : mapping of str to Step, optional
        The steps there are; voltome's own by default.
    sources : mapping of str to Source, optional
        The kinds of scan there are.

    Returns
    -------
    Study
        Ready for `voltome.study.run`.

    Raises
    ------
    StudyFileError
        Every mistake at once: line, place, what was found, what was expected.
    MissingFileError
        There is no such study file.

    Notes
    -----
    Reads only the headers of the scans: a fraction of a second for any size.

    Examples
    --------
    >>> import pathlib, tempfile, numpy as np, voltome as vt
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> volume = vt.data.Volume(np.arange(64, dtype=np.uint8).reshape(4, 4, 4), voxel_size_um=0.5)
    >>> _ = vt.io.write(volume, folder / "scan.tif")
    >>> _ = (folder / "study.yaml").write_text(
    ...     "study: A cube\nscans: {first: {source: scan.tif}}\n"
    ...     "pipeline:\n  - threshold: {intervals: {solid: [32, null]}, rest: pore}\n  - phase_fractions\n"
    ... )
    >>> vt.study.load(folder / "study.yaml").title
    'A cube'
    """
    path = Path(path)
    text, content, problems = read_yaml(path)
    if not isinstance(content, Mapping):
        problems.add((), f"found {content!r}; expected 'study', 'scans' and 'pipeline'.")
        problems.raise_if_any()
    planner = Planner(steps, Graph(), problems, WRAPPERS)
    _check_top_level(content, steps, problems)
    pipelines = _pipelines(content, steps, problems)
    scans = _scans(content, path.parent, pipelines, planner, sources)
    planner.plan()
    compare_by = _compare_by(content, scans, problems)
    report = validated(ReportOptions, content.get("report"), ("report",), problems)
    problems.raise_if_any()
    folder = path.parent / f"{path.stem}-results"
    options = ReportOptions(**(report or {}))
    return Study(str(content["study"]), path, text, scans, planner.graph, compare_by, folder, options)


def _check_top_level(content: Mapping[str, Any], steps: StepTable, problems: Problems) -> None:
    """Note unknown keys at the top, and those that are missing."""
    across = [name for name, step in steps.items() if step.signature.across]
    for key in content:
        if key not in TOP_LEVEL and key not in across:
            problems.add_unknown((key,), [*TOP_LEVEL, *across], "key")
    if not isinstance(content.get("study"), str) or not content["study"].strip():
        problems.add(
            ("study",) if "study" in content else (), "the title is missing; expected 'study: What it is about'."
        )
    if not isinstance(content.get("scans"), Mapping) or not content["scans"]:
        problems.add(
            ("scans",) if "scans" in content else (),
            "no scans; expected 'scans:' with a name and a source for each, such as 'cell-1: {source: cell-1.tif}'.",
        )
    if ("pipeline" in content) == ("pipelines" in content):
        found = "both" if "pipeline" in content else "neither"
        problems.add((), f"found {found} of 'pipeline' and 'pipelines'; expected one of them.")


def _pipelines(content: Mapping[str, Any], steps: StepTable, problems: Problems) -> dict[str, list[Entry]]:
    """Return the entries of every pipeline; a single one has the name ''."""
    written: dict[str, tuple[Place, Any]] = {}
    if "pipeline" in content:
        written[""] = (("pipeline",), content["pipeline"])
    named = content.get("pipelines")
    if isinstance(named, Mapping):
        written.update({str(name): (("pipelines", name), items) for name, items in named.items()})
    elif "pipelines" in content:
        problems.add(("pipelines",), f"found {named!r}; expected a list of steps under a name for each pipeline.")
    first = [Entry(name, content[name], ()) for name in content if name not in TOP_LEVEL and name in steps]
    entries: dict[str, list[Entry]] = {}
    for name, (place, items) in written.items():
        if not isinstance(items, list) or not items:
            problems.add(place, f"found {items!r}; expected a list of steps, each beginning with '- '.")
            items = []
        parsed = [entry_of(item, (*place, index), problems) for index, item in enumerate(items)]
        entries[name] = [*first, *(entry for entry in parsed if entry is not None)]
    return entries


def _scans(
    content: Mapping[str, Any],
    folder: Path,
    pipelines: Mapping[str, list[Entry]],
    planner: Planner,
    sources: Mapping[str, Source],
) -> dict[str, Scan]:
    """Plan the source of every scan, and set it at the start of its pipeline."""
    scans: dict[str, Scan] = {}
    written = content.get("scans")
    for name, given in written.items() if isinstance(written, Mapping) else ():
        place: Place = ("scans", name)
        if not isinstance(name, str) or not _SCAN_NAME.fullmatch(name) or name == ALL_SCANS:
            planner.problems.add(
                place, f"{name!r} is no name for a scan; expected a text of letters, digits, spaces and . + - _."
            )
            continue
        scan = {"source": given} if isinstance(given, str) else given
        if not isinstance(scan, Mapping) or not isinstance(scan.get("source"), str):
            planner.problems.add(place, f"found {given!r}; expected 'source: FILE' and how to read it.")
            continue
        state = ScanState(
            name, _pipeline_of(scan, place, pipelines, planner.problems), _overrides(scan, place, planner)
        )
        planner.states[name] = state
        source_path = folder / scan["source"]
        attributes = _plan_source(state, scan, source_path, place, planner, sources)
        scans[name] = Scan(name, source_path, attributes)
    return scans


def _pipeline_of(
    scan: Mapping[str, Any], place: Place, pipelines: Mapping[str, list[Entry]], problems: Problems
) -> list[Entry]:
    """Return the pipeline that a scan says, or the only one; none for what other scans take as it is."""
    if scan.get("pipeline", "") is None:
        return []
    if "pipeline" in scan:
        if str(scan["pipeline"]) in pipelines:
            return pipelines[str(scan["pipeline"])]
        names = ", ".join(name for name in pipelines if name) or "(there are no named pipelines)"
        problems.add(
            (*place, "pipeline"),
            f"unknown pipeline {scan['pipeline']!r}; expected one of {names}."
            f"{did_you_mean(scan['pipeline'], pipelines)}",
        )
    elif len(pipelines) == 1:
        return next(iter(pipelines.values()))
    elif pipelines:
        problems.add(place, f"says no pipeline; expected 'pipeline:' with one of {', '.join(pipelines)}.")
    return []


def _overrides(scan: Mapping[str, Any], place: Place, planner: Planner) -> dict[str, tuple[Place, Any]]:
    """Return what a scan sets differently."""
    given = scan.get("set", {})
    if not isinstance(given, Mapping):
        planner.problems.add((*place, "set"), f"found {given!r}; expected 'STEP.PARAMETER: value'.")
        return {}
    for key in given:  # a fault inside STEP.PARAMETER is placed under STEP, on the same line
        step = (*place, "set", str(key).partition(".")[0])
        planner.problems.lines.setdefault(step, planner.problems.lines.get((*place, "set", key), 0))
    return {str(key): ((*place, "set", key), value) for key, value in given.items()}


def _plan_source(
    state: ScanState,
    scan: Mapping[str, Any],
    path: Path,
    place: Place,
    planner: Planner,
    sources: Mapping[str, Source],
) -> dict[str, Any]:
    """Add the node that reads a scan, and return the attributes of the scan."""
    problems = planner.problems
    described = _described(path, (*place, "source"), problems)
    source, known = _source_of(scan, described, place, sources, problems)
    if source is None and known is not None and issubclass(known[0], ImageNoun):
        scan = _without_stored_voxel_size(scan, described, place, problems)
    readers = source.signature.parameters if source else None
    parameter_names = list(readers.model_fields) if readers else []
    given = {key: value for key, value in scan.items() if key in parameter_names}
    attributes = {key: value for key, value in scan.items() if key not in SCAN_KEYS and key not in parameter_names}
    _check_attributes(attributes, [*SCAN_KEYS, *parameter_names], place, problems)
    parameters = validated(readers, given, place, problems) if readers else {}
    if source is None and described is not None and described.missing:
        problems.add(
            (*place, "source"),
            f"{described.path}: {' '.join(described.missing)} For a label field, 'as: phases' and "
            f"'phases: {{0: NAME ...}}' stand beside it.",
        )
    if known is None:
        state.certain = False
        return attributes
    noun, kind = known
    if parameters is not None:
        kind = str(parameters.get("quantity") or kind)
        if source is not None and issubclass(noun, Projections) and described is not None:
            kind = _kind_of_scan(source, path, parameters, place, problems) or kind
        _check_voxel_size(parameters, parameter_names, described, place, problems)
    phases = tuple(parameters["phases"].values()) if parameters and "phases" in parameters else None
    output = Output(Ref(state.name, SOURCE), noun, kind, phases)
    state.made.append(output)
    planner.graph.add(Node(ReadSource(source, path), parameters or {}, {}, (output,), transient=True, place=place))
    return attributes


def _described(path: Path, place: Place, problems: Problems) -> Description | None:
    """Return what the headers of a scan's file say, or note what is wrong with it."""
    try:
        return describe(str(path))
    except VoltomeError as error:
        problems.add(place, str(error))
        return None


def _source_of(
    scan: Mapping[str, Any],
    described: Description | None,
    place: Place,
    sources: Mapping[str, Source],
    problems: Problems,
) -> tuple[Source | None, tuple[Any, str] | None]:
    """Return how a scan is read (None: as the noun that voltome wrote) and which noun of which kind it gives."""
    said = scan.get("as")
    if said is None and described is not None and described.noun in noun_types():
        noun = noun_types()[described.noun]
        stated = described.metadata.get("kind" if issubclass(noun, Projections) else "quantity", noun.__name__)
        return None, (noun, stated.strip('"'))
    source = sources.get(str(said or "volume"))
    if source is None:
        problems.add_unknown((*place, "as", str(said)), sources, "kind of source")
        return None, None
    noun = source.signature.products[0].noun or Volume
    return source, (noun, source.kind or noun.__name__)


def _kind_of_scan(source: Source, path: Path, parameters: Mapping[str, Any], place: Place, problems: Problems) -> str:
    """Return what the values of a raw scan are, from its file and the study file, or note what is missing."""
    try:
        return str(source.call(str(path), **{**parameters, "lazy": True}).kind)
    except VoltomeError as error:
        problems.add((*place, "source"), str(error))
        return ""


def _check_attributes(attributes: Mapping[Any, Any], keys: list[str], place: Place, problems: Problems) -> None:
    """Note an attribute that looks like a mistyped key, or that is no plain value."""
    for key, value in attributes.items():
        hint = did_you_mean(str(key), keys)
        if not isinstance(key, str) or not key.strip():
            problems.add((*place, key), f"{key!r} is no name for an attribute; expected a text, in quotes if need be.")
        elif hint:
            problems.add((*place, key), f"unknown key {key!r}.{hint} (Attributes of your own need another name.)")
        elif not isinstance(value, str | int | float) or isinstance(value, bool):
            problems.add(
                (*place, key), f"found {value!r}; expected a number or a text, as for every attribute of a scan."
            )
        elif not isinstance(value, str) and not abs(value) < _TOO_LARGE:
            problems.add((*place, key), f"found {value!r}; expected a finite number below 2^63, or a text in quotes.")


def _check_voxel_size(
    parameters: Mapping[str, Any], names: list[str], described: Description | None, place: Place, problems: Problems
) -> None:
    """Note a voxel size that neither the file nor the study file says, or that they say differently."""
    if described is None or "voxel_size_um" not in names:
        return
    if described.axes != ("z", "y", "x"):
        held = f"holds {described.format} with axes {', '.join(described.axes) or 'unknown'}"
        problems.add(
            (*place, "source"),
            f"{described.path} {held}; expected an image (z, y, x). {' '.join(described.missing)}".rstrip(),
        )
        return
    given, stored = parameters.get("voxel_size_um"), described.voxel_size_um
    if given is None and stored is None:
        problems.add(
            place,
            f"{described.path} does not say its voxel size, and there is no default; "
            f"add 'voxel_size_um: 0.78' (or [z, y, x]) with the size of this scan.",
        )
    if given is not None:
        _must_agree(_checks.voxel_size(given), given, described, place, problems)


def _without_stored_voxel_size(
    scan: Mapping[str, Any], described: Description | None, place: Place, problems: Problems
) -> Mapping[str, Any]:
    """Return a scan whose file voltome wrote without its voxel size, which may only repeat what the file says."""
    if "voxel_size_um" not in scan:
        return scan
    try:
        given = _checks.voxel_size(scan["voxel_size_um"])
    except VoltomeError as fault:
        problems.add((*place, "voxel_size_um"), str(fault))
    else:
        _must_agree(given, scan["voxel_size_um"], described, place, problems)
    return {key: value for key, value in scan.items() if key != "voxel_size_um"}


def _must_agree(
    given: tuple[float, ...], written: Any, described: Description | None, place: Place, problems: Problems
) -> None:
    """Note a voxel size that the file contradicts."""
    stored = described.voxel_size_um if described is not None else None
    if described is None or stored is None:
        return
    if any(abs(a - b) > _AGREEMENT * b for a, b in zip(given, stored, strict=True)):
        problems.add(
            (*place, "voxel_size_um"),
            f"{described.path} says {stored} um (z, y, x), the study file {written}; expected the same: drop one, or "
            f"correct the file with 'voltome convert --voxel-size-um ... --overrule'.",
        )


def _compare_by(content: Mapping[str, Any], scans: Mapping[str, Scan], problems: Problems) -> str | None:
    """Return the attribute by which scans are compared."""
    given = content.get("compare")
    if given is None:
        return None
    if not isinstance(given, Mapping) or set(given) != {"by"}:
        problems.add(
            ("compare",), f"found {given!r}; expected 'by: ATTRIBUTE' with an attribute of the scans, or 'by: scan'."
        )
        return None
    by = str(given["by"])
    if by == "scan":
        return by
    lacking = [name for name, scan in scans.items() if by not in scan.attributes]
    if lacking:
        known = list(dict.fromkeys(key for scan in scans.values() for key in scan.attributes))
        problems.add(
            ("compare", "by"),
            f"the scans {', '.join(lacking)} have no attribute {by!r}; add '{by}: VALUE' to each."
            f"{did_you_mean(by, known)}",
        )
    kinds = {isinstance(scan.attributes.get(by), str) for scan in scans.values() if by in scan.attributes}
    if len(kinds) > 1:
        problems.add(("compare", "by"), f"{by!r} is a text for some scans and a number for others; expected one kind.")
    elif kinds == {False}:
        _check_order(by, scans, problems)
    return by


def _check_order(by: str, scans: Mapping[str, Scan], problems: Problems) -> None:
    """Note scans that do not stand in the order of the number that they are compared by.

    Tables, figures and overlays follow the order of the file: states in another order would be read wrongly.
    """
    numbers = {name: scan.attributes[by] for name, scan in scans.items() if by in scan.attributes}
    found = list(numbers)
    expected = sorted(found, key=lambda name: numbers[name])
    if found != expected:
        listed = ", ".join(f"{name} ({numbers[name]:g})" for name in found)
        problems.add(
            ("compare", "by"),
            f"the scans stand in the order {listed}; expected rising {by!r}: {', '.join(expected)}. Change the order "
            f"under 'scans', or correct the {by!r} of a scan.",
        )

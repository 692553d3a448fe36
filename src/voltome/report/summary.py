"""What was done, in a paragraph, from the record of the steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from voltome.data._parameters import AXES
from voltome.report.formatting import (
    grid_in_print,
    listed,
    name_in_print,
    parameter_in_print,
    parameters_in_words,
    value_in_print,
    whole_in_print,
)
from voltome.report.phrases_of_scans import MEASURES_OF_SCANS, PHRASES_OF_SCANS, with_parameters

if TYPE_CHECKING:
    from voltome.study import Results

Record = Mapping[str, Any]

MEASURES: Mapping[str, str] = {
    **MEASURES_OF_SCANS,
    "phase_fractions": "volume fractions of the phases",
    "phase_profile": "profiles of the phases",
    "surface_area": "surface areas",
    "surface_areas": "surface areas by every estimator",
    "interface_areas": "interface areas of every two phases",
    "triple_phase_boundary": "lengths of the triple-phase boundary",
    "measure_particles": "size, surface and shape of every particle",
    "measure_shapes": "calipers and convexity of the particles",
    "particle_contacts": "the contacts between particles",
    "particle_neighbours": "neighbours and free surface of every particle",
    "separation_curve": "the number of particles against the depth of their necks",
    "particle_statistics": "statistics of the particles",
    "size_distribution": "the size distribution of the particles",
    "surface_to_volume_distribution": "the distribution of the particles over surface per volume",
    "continuous_size_distribution": "continuous size distributions",
    "mercury_intrusion": "simulated mercury intrusion",
    "areal_loading": "areal loadings",
    "mass_balance": "the mass lost and gained in every layer",
    "threshold_sensitivity": "fraction, surface and percolation of a phase against its threshold",
    "particle_radii": "radii of every particle in three planes, and its roughness",
    "measure_voids": "the voids inside particles",
    "measure_cracks": "the cracks of particles",
    "find_collector": "the height and tilt of the current collector",
    "connectivity": "which share of a phase is connected to the faces of the sample",
    "measure_pores": "size and coordination number of every pore of a network",
    "measure_throats": "size and length of every throat of a network",
    "network_transport": "diffusion and flow through a pore network, held against the voxels",
    "fraction_confidence": "confidence intervals of volume fractions",
    "two_point_correlation": "two-point correlations",
    "tortuosity": "tortuosity factors",
    "effective_diffusivity": "effective diffusivities",
    "diffusivity_tensor": "the tensor of the effective diffusivity",
    "electrode_tortuosity": "electrode tortuosity factors",
    "tortuosity_refinement": "what the size of the voxels adds to the tortuosity",
    "permeability": "permeabilities",
    "permeability_refinement": "how far the voxels change a permeability",
    "streamlines": "streamlines",
    "streamline_statistics": "the lengths of streamlines",
    "growing_volume": "the tortuosity of growing volumes",
    "combined_uncertainty": "uncertainties with all that is known of them",
}

OTHERS = {"sweep": "how results change with the {}", "subvolumes": "how results scatter among sub-volumes"}
COUNTS = ("", "One scan", "Two scans", "Three scans", "Four scans", "Five scans", "Six scans")


def paragraph(results: Results, grids: Mapping[str, str]) -> str:
    """Return the summary of a study.

    Parameters
    ----------
    results : Results
        The finished study.
    grids : mapping of str to str
        Scan -> voxels and voxel size of its image, in words, for the scans that were looked at.
    """
    sentences = [_scans(results), *_grids(grids), *_work(results), *_measured(results)]
    return " ".join(sentence for sentence in sentences if sentence)


def work_of(results: Results) -> list[Record]:
    """Return the records of the steps proper: without reading, and without the copies that a sweep makes."""
    steps = results.provenance.get("steps", [])
    return [step for step in steps if not str(step["step"]).startswith("read ") and not step["inner"]]


def _scans(results: Results) -> str:
    """Return the sentence that names the scans and what they are compared by."""
    names = []
    by = results.compare_by or ""
    worked = worked_scans(results)
    for scan, attributes in results.scans.items():
        if scan not in worked:
            continue
        names.append(f"{scan} ({name_in_print(by)} {value_in_print(attributes[by])})" if by in attributes else scan)
    if len(names) == 1:
        return f"One scan, {names[0]}, was analysed."
    count = COUNTS[len(names)] if len(names) < len(COUNTS) else f"{len(names)} scans"
    return f"{count}, {listed(names)}, were analysed."


def worked_scans(results: Results) -> set[str]:
    """Return the scans that steps worked on: all but those that others take as they are, such as brushed labels."""
    worked = {scan for record in work_of(results) for scan in record["scans"]}
    across = [taken for record in work_of(results) for taken in record.get("inputs", {}).values()]
    worked |= {scan for taken in across if isinstance(taken, Mapping) for scan in taken}
    return worked & set(results.scans) or set(results.scans)


def _grids(grids: Mapping[str, str]) -> list[str]:
    """Return the sentences that give voxels and voxel size."""
    different = dict.fromkeys(grids.values())
    if len(different) == 1:
        return [f"Measured were {grid_in_print(next(iter(different)))}."]
    return [f"Of {scan}: {grid_in_print(grid)}." for scan, grid in grids.items()]


def _work(results: Results) -> list[str]:
    """Return one sentence for each step that makes an image."""
    made = {(noun.scan, noun.name): noun.noun for noun in results.nouns}
    records = [record for record in work_of(results) if not _is_measure(record, made)]
    names = dict.fromkeys((record["name"], record["step"]) for record in records)
    return [_step([r for r in records if (r["name"], r["step"]) == name]) for name in names]


def _measured(results: Results) -> list[str]:
    """Return the sentence that lists what was measured."""
    made = {(noun.scan, noun.name): noun.noun for noun in results.nouns}
    steps = dict.fromkeys(record["step"] for record in work_of(results) if _is_measure(record, made))
    measures = [MEASURES.get(step, name_in_print(step)) for step in steps if step not in OTHERS]
    swept = dict.fromkeys(record["parameters"].get("over", "parameters") for record in work_of(results))
    names = listed([_swept_in_words(str(name)) for name in swept if name != "parameters"])
    others = [OTHERS[step].format(names) for step in steps if step in OTHERS]
    sentences = [f"The results are {listed(measures)}."] if measures else []
    return [*sentences, *([f"It was also measured {listed(others)}."] if others else [])]


def _swept_in_words(over: str) -> str:
    """Return a parameter that was varied in words: ``min depth of separate particles``."""
    step, _, parameter = over.partition(".")
    words = name_in_print(over)
    return words if " · " not in words else f"{name_in_print(parameter)} of {name_in_print(step)}"


def _is_measure(record: Record, made: Mapping[tuple[str, str], str]) -> bool:
    """Say whether a step gives a table."""
    nouns = {made.get((scan, record["name"])) for scan in record["scans"]}
    return nouns == {"ResultTable"} or record["step"] in MEASURES or record["step"] in OTHERS


def _step(records: Sequence[Record]) -> str:
    """Return the sentence of one step; where its parameters differ between scans, it says so scan by scan."""
    variants: dict[str, list[str]] = {}
    for record in records:
        variants.setdefault(_words(record["step"], record["parameters"]), []).extend(record["scans"])
    if len(variants) == 1:
        return f"{next(iter(variants))}."
    return " ".join(f"{words} ({listed(scans)})." for words, scans in variants.items())


def _words(step: str, parameters: Mapping[str, Any]) -> str:
    """Return a step in words, or its name and parameters where there are none for it."""
    in_words = PHRASES.get(step)
    if in_words is not None:
        return in_words(parameters)
    shown = parameters_in_words(parameters)
    return f"Step {name_in_print(step)}" + (f" ({shown})" if shown else "")


def _threshold(parameters: Mapping[str, Any]) -> str:
    """Return the phrase of a threshold by named intervals."""
    intervals = parameters.get("intervals") or {}
    parts = [f"{phase} {_interval(ends)}" for phase, ends in intervals.items()]
    rest = f", the rest {parameters['rest']}" if parameters.get("rest") else ""
    return f"By grey value, voxels were taken as {listed(parts)}{rest}"


def _interval(ends: Iterable[float | None]) -> str:
    """Return an interval of grey values, both ends inclusive."""
    low, high = ends
    if low is None and high is None:
        return "at any grey value"
    if high is None:
        return f"from {_grey(low)} up"
    return f"up to {_grey(high)}" if low is None else f"from {_grey(low)} to {_grey(high)}"


def _grey(value: float | None) -> str:
    """Return a grey value as it is printed."""
    whole = value is not None and float(value).is_integer()
    return whole_in_print(int(value)) if whole and value is not None else parameter_in_print(value)


def _hysteresis(parameters: Mapping[str, Any]) -> str:
    """Return the phrase of a threshold with hysteresis."""
    strong, weak = _grey(parameters["strong"]), _grey(parameters["weak"])
    neighbours = parameters.get("connectivity", 26)
    return (
        f"Voxels from grey value {strong} up were taken as {parameters['phase']}, and with them those from {weak} up "
        f"that are connected to them ({neighbours} neighbours), the rest as {parameters['rest']}"
    )


def _levelling(parameters: Mapping[str, Any]) -> str:
    """Return the phrase of the levelling."""
    collector = _interval(parameters["collector"])
    return (
        f"The image was turned until the current collector (grey values {collector}) was level, with "
        f"{parameters.get('interpolation', 'cubic')} interpolation"
    )


def _electrode(parameters: Mapping[str, Any]) -> str:
    """Return the phrase of the selection of the electrode."""
    collector = _interval(parameters["collector"])
    by = "separator" if parameters.get("separator") is not None else "active"
    until = "the separator" if by == "separator" else "the end of the active material"
    return (
        f"The electrode was cut out between the current collector (grey values {collector}) and {until} "
        f"({_interval(parameters[by])}), without {parameter_in_print(parameters.get('margin_um', 0))} µm beside each"
    )


def _cleaning(words: str) -> Callable[[Mapping[str, Any]], str]:
    """Return what makes a phrase of a clean-up: the words, with the phase, and the other parameters."""

    def phrase(parameters: Mapping[str, Any]) -> str:
        others = {name: value for name, value in parameters.items() if name != "phase"}
        return f"{words.format(parameters['phase'])} ({parameters_in_words(others)})"

    return phrase


def _otsu(parameters: Mapping[str, Any]) -> str:
    """Return the phrase of Otsu's method."""
    names = [str(name) for name in parameters.get("phases") or []]
    return f"Otsu's method divided the voxels into {listed(names)}" if names else "Otsu's method divided the voxels"


def _separation(parameters: Mapping[str, Any]) -> str:
    """Return the phrase of the separation of particles."""
    others = {name: value for name, value in parameters.items() if name != "phase"}
    shown = parameters_in_words(others)
    return f"Touching particles of {parameters.get('phase', 'the solid')} were separated" + (
        f" ({shown})" if shown else ""
    )


def _alignment(parameters: Mapping[str, Any]) -> str:
    """Return the phrase of the alignment of scans."""
    others = {name: value for name, value in parameters.items() if name not in ("to", "region")}
    parts = [_region(parameters.get("region")), parameters_in_words(others)]
    shown = ", ".join(part for part in parts if part)
    return f"The scans were aligned to {parameters.get('to', 'one of them')}" + (f" ({shown})" if shown else "")


def _region(region: Any) -> str:
    """Return a region of a scan: the limits that it has, and nothing of what it leaves open."""
    if not isinstance(region, Mapping):
        return ""
    parts = [_limits(axis, ends, " µm") for axis, ends in zip(AXES, region.get("box_um") or [], strict=False)]
    radius, grey = region.get("radius_um"), region.get("grey")
    parts += [f"within {parameter_in_print(radius)} µm of the axis"] if radius is not None else []
    parts += [_limits("grey values", grey, "")] if grey is not None else []
    said = [part for part in parts if part]
    return f"by the region {', '.join(said)}" if said else ""


def _limits(of: str, ends: Iterable[float | None] | None, unit: str) -> str:
    """Return two limits as words, or nothing where both are open."""
    low, high = ends if ends is not None else (None, None)
    if low is None and high is None:
        return ""
    if high is None or low is None:
        return (
            f"{of} from {parameter_in_print(low)}{unit}"
            if high is None
            else f"{of} up to {parameter_in_print(high)}{unit}"
        )
    return f"{of} {parameter_in_print(low)} to {parameter_in_print(high)}{unit}"


def _classified(parameters: Mapping[str, Any]) -> str:
    """Return the phrase of a classification."""
    return "Every voxel was given the phase that a classifier, trained on voxels brushed by hand, found most probable"


def _probability(parameters: Mapping[str, Any]) -> str:
    """Return the phrase of the probability of a phase."""
    of = parameters.get("phase") or "the phase that was chosen"
    return f"How probable {of} is was found for every voxel by a trained classifier"


def _correction(what: str) -> Callable[[Mapping[str, Any]], str]:
    """Return what makes the phrase of a correction by hand."""

    def phrase(parameters: Mapping[str, Any]) -> str:
        return f"The {what} were corrected by hand by {parameters['by']} ({parameters['why']})"

    return phrase


def _thickness(parameters: Mapping[str, Any]) -> str:
    """Return the phrase of the local thickness."""
    return f"For every voxel of {parameters.get('phase', 'the phase')} the largest ball that holds it was found"


def _intrusion(parameters: Mapping[str, Any]) -> str:
    """Return the phrase of the intrusion radius."""
    inlet = parameters.get("inlet", "all")
    through = "all faces" if inlet == "all" else f"the {'first' if inlet[1] == '-' else 'last'} face along {inlet[0]}"
    phase = parameters.get("phase", "the phase")
    return f"For every voxel of {phase} the largest ball that can be pressed to it through {through} was found"


def _diffusion(parameters: Mapping[str, Any]) -> str:
    """Return the phrase of the field of diffusion."""
    return f"Diffusion through {parameters.get('phase', 'the phase')} along {parameters.get('axis', 'z')} was solved"


PHRASES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    **PHRASES_OF_SCANS,
    "crop": with_parameters("The image was cropped"),
    "median": with_parameters("Noise was lowered by a median filter"),
    "gaussian": with_parameters("Noise was lowered by a Gaussian filter"),
    "box": with_parameters("Noise was lowered by the mean of a cube"),
    "unsharp_mask": with_parameters("Edges were sharpened by an unsharp mask"),
    "equalise_histogram": with_parameters("The histogram was equalised"),
    "equalise_adaptive": with_parameters("Contrast was equalised tile by tile"),
    "level": _levelling,
    "select_electrode": _electrode,
    "denoise_nlm": with_parameters("Noise was lowered by non-local means"),
    "threshold": _threshold,
    "hysteresis_threshold": _hysteresis,
    "train_classifier": with_parameters("A classifier was trained on voxels brushed by hand"),
    "classify": _classified,
    "phase_probability": _probability,
    "correct_phases": _correction("phases"),
    "correct_particles": _correction("particles"),
    "open_phase": _cleaning("The {} was opened by a ball"),
    "close_phase": _cleaning("The {} was closed by a ball"),
    "remove_artefacts": _cleaning("Specks of {} were removed and its pinholes filled"),
    "internal_voids": lambda parameters: (
        f"Voids inside {parameters['phase']}, which a flood from outside does not reach, were made a phase"
    ),
    "merge_phases": lambda parameters: (
        f"{listed([str(name) for name in parameters['phases_to_merge']])} were taken together as {parameters['into']}"
    ),
    "otsu": _otsu,
    "separate_particles": _separation,
    "align": _alignment,
    "states": lambda parameters: f"The states of {parameters.get('phase', 'the phase')} were laid over each other",
    "drop_touching_border": with_parameters("Particles that touch the border were left out"),
    "filter_by_size": with_parameters("Particles were kept by their size"),
    "local_thickness": _thickness,
    "match_particles": with_parameters("Particles were matched from scan to scan"),
    "label_connectivity": lambda parameters: (
        f"The {parameters['phase']} was divided by its connection to both faces along {parameters.get('axis', 'z')}"
    ),
    "intrusion_radius": _intrusion,
    "extract_network": lambda parameters: "The pore space was made a network of pores and throats",
    "diffusion_field": _diffusion,
    "flow_field": lambda parameters: (
        f"Speed and pressure of a liquid that flows through {parameters['phase']} along {parameters.get('axis', 'z')} "
        f"were computed from Stokes' equations"
    ),
    "project": lambda parameters: (
        f"A volume was seen through along {parameters['axis']} ({parameters.get('take', 'mean')} of every column)"
    ),
}

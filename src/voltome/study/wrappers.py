"""Entries of a pipeline that wrap other steps: `sweep` over a parameter, `subvolumes` of an image.

So threshold sensitivity and representative volume exist once, for every measure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from annotated_types import Ge, MinLen
from pydantic import BaseModel, ConfigDict, Field

from voltome.data import ImageNoun, Positive, ResultTable
from voltome.errors import VoltomeError, did_you_mean
from voltome.study.cubes import Arrangement
from voltome.study.entries import Entry, entry_of, parameter_path, replaced, wanted_name
from voltome.study.model import SOURCE, Batch, Graph, Node, Output, Ref
from voltome.study.operations import CollectSweep, RunStep, step_of
from voltome.study.planning import Planner, Wrapper
from voltome.study.problems import Place, Problems, validated
from voltome.study.scan_states import ScanState
from voltome.study.settling import KIND as SETTLING
from voltome.study.subvolumes import SubVolumes
from voltome.study.trends import KIND as TREND

__all__ = ["WRAPPERS", "WRAPPER_PARAMETERS", "SubVolumesParameters", "SweepParameters"]

NestedSteps = Annotated[tuple[str | Mapping[str, Any], ...], MinLen(1)]


class SweepParameters(BaseModel):
    """Measure again for other values of one parameter of an earlier step."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    over: str = Field(description="The parameter, as STEP.PARAMETER, such as threshold.intervals.sulfur.0.")
    values: Annotated[tuple[float | str, ...], MinLen(1)] = Field(description="Its values, one measurement for each.")
    steps: NestedSteps = Field(description="What to measure for each value: steps that give a table.")
    band: tuple[float, float] | None = Field(
        None,
        description="Lowest and highest value that may be right, both included: the report says how far every result "
        "changes between them. By default all values.",
    )


class SubVolumesParameters(BaseModel):
    """Measure cubes cut from the images, to see at which size a measure settles."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    edges_um: Annotated[tuple[Positive, ...], MinLen(1)] = Field(
        description="Edges of the cubes in um, each rounded to whole voxels; best such that cubes fill the image."
    )
    steps: NestedSteps = Field(description="What to measure in each cube: steps that give a table.")
    at_most: Annotated[int, Ge(1)] = Field(
        512, description="At most so many cubes of each edge, drawn at random from those that fill the image."
    )
    seed: Annotated[int, Ge(0)] = Field(0, description="Seed of that draw.")
    arrangement: Arrangement = Field(
        "disjoint",
        description="disjoint: cubes that do not overlap; nested: cubes that grow from the middle and from the corners "
        "of the image; both.",
    )
    settles_within: Positive = Field(
        0.05,
        description="A measure has settled where the mean of the cubes lies within this share of the value of the "
        "whole image, and their standard deviation is no larger, from that edge on.",
    )


WRAPPER_PARAMETERS: Mapping[str, type[BaseModel]] = {"sweep": SweepParameters, "subvolumes": SubVolumesParameters}


def plan_sweep(planner: Planner, state: ScanState, entry: Entry) -> list[Node]:
    """Plan one measurement for each value of a parameter, and a table that collects them."""
    place = (*entry.place, entry.step)
    given = planner.mapping(entry.given, place)
    name = planner.name_of(state, given, "sweep", place, front=True)
    checked = validated(SweepParameters, given, place, planner.problems)
    if checked is None:
        return []
    nested, graph, labels = _plan_nested(planner, state, checked["steps"], place)
    target = _swept_node(planner, state, checked["over"], (*place, "over"))
    variants = _variants(target, checked, place, planner.problems) if target is not None else None
    if target is None or variants is None or not _band_fits(checked, place, planner.problems):
        return []
    nodes: list[Node] = []
    for measure in (output.ref for node in nested for output in node.outputs if output.noun is ResultTable):
        nodes += _sweep_of(measure, labels[measure], target, variants, graph, checked, name, entry, planner.problems)
    if nested and not nodes:
        planner.problems.add(place, "the steps in it measure nothing that can be swept; add one that gives a table.")
    added: list[Node] = []
    for node in nodes:  # two measures share the copies of what they are made from
        if node.outputs[0].ref not in planner.graph:
            planner.graph.add(node)
            added.append(node)
    state.made.extend(node.outputs[0] for node in added if isinstance(node.operation, CollectSweep))
    return added


def plan_subvolumes(planner: Planner, state: ScanState, entry: Entry) -> list[Node]:
    """Plan one node that measures all cubes."""
    place = (*entry.place, entry.step)
    given = planner.mapping(entry.given, place)
    name = planner.name_of(state, given, "subvolumes", place, front=True)
    checked = validated(SubVolumesParameters, given, place, planner.problems)
    if checked is None:
        return []
    nested, graph, labels = _plan_nested(planner, state, checked["steps"], place)
    inside = {output.ref for node in nested for output in node.outputs}
    taken = dict.fromkeys(ref for node in nested for ref in node.refs if ref not in inside)
    tables = [output for node in nested for output in node.outputs if output.noun is ResultTable]
    others = [ref for ref in taken if not issubclass(graph.output(ref).noun, ImageNoun)]
    if others:
        planner.problems.add(place, f"sub-volumes are cut from images, but a step in it works on {others[0].name!r}.")
    elif nested and not tables:
        planner.problems.add(place, "the steps in it measure nothing; add one that gives a table.")
    if others or not tables:
        return []
    names = [f"{name}-{labels[table.ref]}" for table in tables]
    outputs = (
        *(Output(Ref(state.name, name), ResultTable, "subvolumes") for name in names),
        *(Output(Ref(state.name, f"{name}-{SETTLING}"), ResultTable, SETTLING) for name in names),
        *(Output(Ref(state.name, f"{name}-{TREND}"), ResultTable, TREND) for name in names),
    )
    node = planner.add(SubVolumes(tuple(nested)), checked, {str(ref): ref for ref in taken}, outputs, entry)
    state.made.extend(outputs)
    return [node]


WRAPPERS: Mapping[str, Wrapper] = {"sweep": plan_sweep, "subvolumes": plan_subvolumes}


def _plan_nested(
    planner: Planner, state: ScanState, steps: Sequence[Any], place: Place
) -> tuple[list[Node], Graph, dict[Ref, str]]:
    """Plan the steps inside a wrapper on a copy of the scan's state, in a graph of their own.

    Returns the nodes, the graph, and the name by which the user knows what each node gives: inside the graph a nested
    step has another name than the same step in the pipeline.
    """
    inner = replace(planner, graph=planner.graph.copy())
    copy = replace(state, made=list(state.made), overrides={})
    nodes: list[Node] = []
    labels: dict[Ref, str] = {}
    for index, item in enumerate(steps):
        entry = entry_of(item, (*place, "steps", index), planner.problems)
        if entry is None:
            continue
        if entry.step in planner.wrappers or planner.works_across(entry):
            planner.problems.add(
                entry.place, f"{entry.step!r} cannot stand inside another step; put it in the pipeline."
            )
            continue
        for node in inner.plan_entry(copy, entry):
            nodes.append(node)
            main, *further = node.outputs
            labels[main.ref] = _unused(wanted_name(entry), labels)
            for output in further:
                labels[output.ref] = labels[main.ref] + output.ref.name.removeprefix(main.ref.name)
    return nodes, inner.graph, labels


def _unused(wanted: str, labels: Mapping[Ref, str]) -> str:
    """Return `wanted`, or with a number where it is taken."""
    taken = set(labels.values())
    return next(name for n in range(1, len(taken) + 2) if (name := wanted if n == 1 else f"{wanted}-{n}") not in taken)


def _swept_node(planner: Planner, state: ScanState, over: str, place: Place) -> Node | None:
    """Return the node whose parameter is swept."""
    step = over.partition(".")[0]
    names = [made.ref.name for made in state.made if made.ref.name != SOURCE]
    if step in names:
        return planner.graph.maker_of(Ref(state.name, step))
    if state.certain:
        planner.problems.add(
            place,
            f"no step before this is named {step!r}; expected STEP.PARAMETER, the step one of "
            f"{', '.join(names) or '(none yet)'}.{did_you_mean(step, names)}",
        )
    return None


def _variants(
    target: Node, checked: Mapping[str, Any], place: Place, problems: Problems
) -> list[Mapping[str, Any]] | None:
    """Return the parameters of the swept step for every value, or None where a value cannot be."""
    if isinstance(target.operation, RunStep) and not target.inputs:
        return None  # a step that has a problem of its own, which was noted there
    if not isinstance(target.operation, RunStep) or target.operation.step.signature.across or not target.parameters:
        why = "is a step across scans" if isinstance(target.operation, RunStep) and target.parameters else "has none"
        problems.add((*place, "over"), f"{checked['over']!r} names no parameter that can be swept: the step {why}.")
        return None
    step = target.operation.step
    variants: list[Mapping[str, Any]] = []
    for index, value in enumerate(checked["values"]):
        at = (*place, "values", index)
        try:
            changed = replaced(target.parameters, parameter_path(checked["over"]), _whole(value))
        except LookupError:
            known = ", ".join(target.parameters)
            problems.add((*place, "over"), f"{checked['over']!r} names no parameter; {step.name} has {known}.")
            return None
        variant = validated(step.signature.parameters, changed, at, problems)
        if variant is None:
            return None
        try:
            if step.check is not None:
                step.check(variant)
        except VoltomeError as error:
            problems.add(at, str(error))
            return None
        variants.append(variant)
    return variants


def _band_fits(checked: Mapping[str, Any], place: Place, problems: Problems) -> bool:
    """Say whether at least two of the values lie in the band, or note that they do not."""
    if checked["band"] is None:
        return True
    low, high = checked["band"]
    inside = [value for value in checked["values"] if not isinstance(value, str) and low <= value <= high]
    if len(inside) < 2:
        listed = ", ".join(str(value) for value in checked["values"])
        problems.add(
            (*place, "band"),
            f"{len(inside)} of the values {listed} lie from {low:g} to {high:g}; expected at least two, the lower end "
            f"of the band first.",
        )
    return len(inside) >= 2


def _whole(value: float | str) -> float | int | str:
    """Return a float without a fraction as an int, so that a whole-number parameter can be swept."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _sweep_of(
    wanted: Ref,
    label: str,
    target: Node,
    variants: Sequence[Mapping[str, Any]],
    graph: Graph,
    checked: Mapping[str, Any],
    name: str,
    entry: Entry,
    problems: Problems,
) -> list[Node]:
    """Return, for every variant, copies of all nodes from the swept one to the measure; then the collecting table."""
    if not graph.depends_on(wanted, target.outputs[0].ref):
        problems.add(
            (*entry.place, entry.step),
            f"{label!r} does not depend on {checked['over']!r}: sweeping changes nothing.",
        )
        return []
    nodes: dict[Ref, Node] = {}
    inputs: dict[str, Ref | Mapping[str, Ref]] = {}
    together: dict[Ref, Mapping[str, Any]] = {}
    for index, variant in enumerate(variants):
        inputs[str(index)] = _copied(wanted, target, variant, f"{name}-{index + 1}", graph, nodes)
        measured = _renamed(graph.maker_of(wanted).outputs[0].ref, f"{name}-{index + 1}")
        nodes[measured] = replace(nodes[measured], transient=False)
        together[measured] = variant
    batch = _batch_of(graph.maker_of(wanted), target, together)
    nodes |= {ref: replace(nodes[ref], batch=batch) for ref in together}
    output = Output(Ref(wanted.scan, f"{name}-{label}"), ResultTable, "sweep")
    collector = CollectSweep(checked["over"], checked["values"])
    return [*nodes.values(), Node(collector, checked, inputs, (output,), transient=False, place=entry.place)]


def _batch_of(measure: Node, target: Node, variants: Mapping[Ref, Mapping[str, Any]]) -> Batch | None:
    """Return how the measures of all values are made in one go, where the measure offers it and works on the swept."""
    step, swept = step_of(measure), step_of(target)
    fast = step.sweeps.get(swept.name) if step is not None and swept is not None else None
    if fast is None or [*measure.inputs.values()] != [target.outputs[0].ref] or len(target.refs) != 1:
        return None
    if fast.fits is not None and not fast.fits(measure.parameters):
        return None
    return Batch(partial(fast.call, **measure.parameters), target.refs[0], variants, in_order=fast.in_order)


def _copied(
    ref: Ref, target: Node, variant: Mapping[str, Any], suffix: str, graph: Graph, nodes: dict[Ref, Node]
) -> Ref:
    """Return what stands for `ref` in one variant: itself where it does not depend on the swept step, or a copy."""
    node = graph.maker_of(ref)
    if not graph.depends_on(ref, target.outputs[0].ref):
        return ref
    key = _renamed(node.outputs[0].ref, suffix)
    if key not in nodes:
        inputs = {
            port: _copied_inputs(taken, target, variant, suffix, graph, nodes) for port, taken in node.inputs.items()
        }
        outputs = tuple(replace(output, ref=_renamed(output.ref, suffix)) for output in node.outputs)
        parameters = variant if node is target else node.parameters
        nodes[key] = replace(node, parameters=parameters, inputs=inputs, outputs=outputs, transient=True, inner=True)
    return _renamed(ref, suffix)


def _renamed(ref: Ref, suffix: str) -> Ref:
    """Return the name of a noun in one variant."""
    return Ref(ref.scan, f"{ref.name}@{suffix}")


def _copied_inputs(
    taken: Ref | Mapping[str, Ref],
    target: Node,
    variant: Mapping[str, Any],
    suffix: str,
    graph: Graph,
    nodes: dict[Ref, Node],
) -> Ref | Mapping[str, Ref]:
    """Return the inputs of a copied node."""
    if isinstance(taken, Ref):
        return _copied(taken, target, variant, suffix, graph, nodes)
    return {scan: _copied(ref, target, variant, suffix, graph, nodes) for scan, ref in taken.items()}

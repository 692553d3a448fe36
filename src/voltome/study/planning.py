"""From the pipelines of a study file to the graph of nodes, checking every parameter and the chain of types.

All scans advance together, so that a step across scans finds every scan at the same point, and a step that names
another scan's noun waits until that is planned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from voltome.data import PhaseImage, Projections
from voltome.errors import VoltomeError, did_you_mean
from voltome.study.entries import Entry, is_noun_name, named_in_other_scans, parameter_path, replaced, wanted_name
from voltome.study.known_names import note_unknown_phases, note_unknown_scans
from voltome.study.model import ALL_SCANS, SOURCE, Graph, Node, Operation, Output, Ref, with_phases
from voltome.study.operations import RunStep
from voltome.study.problems import Place, Problems, validated
from voltome.study.scan_states import ScanState
from voltome.study.signatures import Port, Product, Signature
from voltome.study.steps import Step, StepTable

__all__ = ["Planner", "Wrapper"]


class Wrapper(Protocol):
    """Plans an entry that wraps other steps, such as a sweep."""

    def __call__(self, planner: Planner, state: ScanState, entry: Entry) -> list[Node]:
        """Return the nodes planned (none where the entry has a problem)."""


@dataclass(slots=True)
class Planner:
    """Plans the pipelines of all scans into one graph, noting every problem."""

    steps: StepTable
    graph: Graph
    problems: Problems
    wrappers: Mapping[str, Wrapper]
    states: dict[str, ScanState] = field(default_factory=dict)

    def plan(self) -> None:
        """Advance every scan to the end of its pipeline."""
        while any(state.current is not None for state in self.states.values()):
            further = False
            for state in self.states.values():
                further |= self._advance(state)
            if not further:
                self._explain_stop()
        for state in self.states.values():
            self._unused_overrides(state)

    def _advance(self, state: ScanState) -> bool:
        """Plan the entries of one scan as far as they do not wait for another; say whether it got further."""
        start = state.cursor
        while (entry := state.current) is not None:
            if self.works_across(entry):
                if not self._plan_across(entry):
                    break
            elif self._waits(entry):
                break
            else:
                self.plan_entry(state, entry)
                state.cursor += 1
        return state.cursor > start

    def plan_entry(self, state: ScanState, entry: Entry) -> list[Node]:
        """Plan one entry for one scan and return its nodes (none where it has a problem)."""
        if entry.step in self.wrappers:
            return self.wrappers[entry.step](self, state, entry)
        step = self.steps.get(entry.step)
        if step is None:
            self.problems.add_unknown((*entry.place, entry.step), [*self.steps, *self.wrappers], "step")
            state.certain = False
            return []
        return self._plan_step(state, step, entry)

    def name_of(
        self,
        state: ScanState,
        given: dict[str, Any],
        default: str,
        place: Place,
        *,
        front: bool = False,
        fields: Sequence[str] = (),
    ) -> str:
        """Take the name out of what is given and return it, or a free one; two nouns never have the same."""
        if "name" not in given:
            return state.free_name(default, front=front, fields=fields)
        name = given.pop("name")
        if not is_noun_name(name):
            self.problems.add(
                (*place, "name"),
                f"{name!r} is no name for a result; expected a text of letters, digits, spaces and + - _ that is not "
                f"{SOURCE!r} and does not begin with 'comparison-'.",
            )
            return state.free_name(default, front=front, fields=fields)
        if state.has_name(name, front=front, fields=fields):
            self.problems.add((*place, "name"), f"the name {name!r} is taken by a step before this; choose another.")
        return state.free_name(name, front=front, fields=fields)

    # --- one step on one scan -------------------------------------------------------------------------------------

    def _plan_step(self, state: ScanState, step: Step, entry: Entry) -> list[Node]:
        place, signature = (*entry.place, entry.step), step.signature
        given = self.mapping(entry.given, place)
        name = self.name_of(state, given, step.name, place, fields=_fields(signature))
        of = given.pop("of", None)
        others = {port.name: given.pop(port.name) for port in signature.inputs[1:] if port.name in given}
        parameters = self._parameters(state, step, name, given, place)
        first = self._choose(state, step, signature.inputs[0], of, place)
        inputs = self._further(state, signature, others, place)
        if first is not None:
            inputs[signature.inputs[0].name] = first.ref
        outputs = self._outputs(step, signature, name, {state.name: first}, parameters)
        said = inputs.get(step.phases_of)
        if isinstance(said, Ref) and said in self.graph:
            outputs = with_phases(outputs, self.graph.output(said).phases)
        if first is None or not outputs:
            state.certain = False
        state.made.extend(outputs)
        if parameters is not None and first is not None and first.phases is not None:
            note_unknown_phases(self.problems, signature, parameters, first.phases, place)
        if parameters is not None:
            note_unknown_scans(self.problems, signature, parameters, list(self.states), place)
        if parameters is None or first is None or not outputs:
            # what follows is still checked against the types that this would have given
            if outputs:
                self.add(RunStep(step), {}, {}, outputs, entry)
            return []
        return [self.add(RunStep(step), parameters, inputs, outputs, entry)]

    def _parameters(
        self, state: ScanState, step: Step, name: str, given: dict[str, Any], place: Place
    ) -> dict[str, Any] | None:
        """Return the checked parameters, with what the scan sets differently."""
        where = place
        checked = validated(step.signature.parameters, given, place, self.problems)
        for key, (override_place, value) in state.overrides.items():
            if key.partition(".")[0] != name:
                continue
            state.used_overrides.add(key)
            where = override_place
            try:
                given = replaced(given, parameter_path(key), value)
            except LookupError:
                self.problems.add(override_place, f"{key!r} names no parameter that {name} has in the pipeline.")
                continue
            checked = validated(step.signature.parameters, given, (*override_place[:-1], name), self.problems)
        if checked is not None and step.check is not None:
            try:
                step.check(checked)
            except VoltomeError as error:
                self.problems.add(where, str(error))
                return None
        return checked

    def _choose(self, state: ScanState, step: Step, port: Port, of: Any, place: Place) -> Output | None:
        """Return the noun that a step works on: the latest that fits, or the one named by ``of``."""
        if of is not None:
            return self._named(state, str(of), port, (*place, "of"))
        fitting = [made for made in state.made if issubclass(made.noun, port.types)]
        if step.takes:
            fitting = [made for made in fitting if made.kind == step.takes]
        if not fitting:
            if state.certain:
                self.problems.add(place, self._nothing_fits(state, step, port))
            return None
        latest = fitting[-1]
        kinds = list(dict.fromkeys(made.kind for made in fitting if made.noun is latest.noun))
        # the kind of projections says how far they have come, from counts to absorbance: the latest are meant
        if len(kinds) > 1 and not issubclass(latest.noun, Projections):
            names = ", ".join(f"{made.ref.name} ({made.kind})" for made in fitting if made.noun is latest.noun)
            self.problems.add(place, f"several {latest.noun.__name__}s fit: {names}; say which with 'of: NAME'.")
            return None
        return latest

    def _nothing_fits(self, state: ScanState, step: Step, port: Port) -> str:
        """Say what a step needs and what the scan has at this point."""
        needed = " or ".join(noun.__name__ for noun in port.types) + (f" of kind {step.takes!r}" if step.takes else "")
        have = ", ".join(f"{made.ref.name} ({_in_words(made, step)})" for made in state.made) or "nothing"
        makers = [
            name
            for name, other in self.steps.items()
            if any(product.noun in port.types for product in other.signature.products)
            and (not step.takes or (other.kind == step.takes and other.takes != step.takes))
        ]
        mend = f" Put one of these steps before it: {', '.join(makers)}." if makers else ""
        return f"needs a {needed}, but scan {state.name!r} has at this point {have}.{mend}"

    def _named(self, state: ScanState, name: str, port: Port, place: Place) -> Output | None:
        """Return the noun called `name` (``noun`` of this scan, or ``scan/noun``)."""
        scan, _, noun = name.rpartition("/")
        owner = self.states.get(scan) if scan else state
        if owner is None:
            self.problems.add_unknown((*place, scan), self.states, "scan")
            return None
        known = {made.ref.name: made for made in owner.made}
        if noun not in known:
            if owner.certain and state.certain:
                listed = ", ".join(known)
                self.problems.add(
                    place, f"scan {owner.name!r} has no {noun!r}; it has {listed}.{did_you_mean(noun, known)}"
                )
            return None
        if not issubclass(known[noun].noun, port.types):
            wanted = " or ".join(allowed.__name__ for allowed in port.types)
            self.problems.add(place, f"{name!r} is a {known[noun].noun.__name__}; expected a {wanted}.")
            return None
        return known[noun]

    def _further(
        self, state: ScanState, signature: Signature, others: Mapping[str, Any], place: Place
    ) -> dict[str, Ref | Mapping[str, Ref]]:
        """Return the nouns that a step takes beside the first."""
        inputs: dict[str, Ref | Mapping[str, Ref]] = {}
        for port in signature.inputs[1:]:
            if port.name in others:
                found = self._named(state, str(others[port.name]), port, (*place, port.name))
                if found is not None:
                    inputs[port.name] = found.ref
            elif port.required:
                wanted = " or ".join(noun.__name__ for noun in port.types)
                self.problems.add(
                    place, f"the noun {port.name!r} is missing; name a {wanted} of this scan, or SCAN/NAME."
                )
        return inputs

    def _outputs(
        self,
        step: Step,
        signature: Signature,
        name: str,
        firsts: Mapping[str, Output | None],
        parameters: Mapping[str, Any] | None,
    ) -> tuple[Output, ...]:
        """Return what is known of the nouns that a step gives, product by product, scan by scan.

        The main one has the name of the step, the others have the name of their field behind it.
        """
        made: list[Output | None] = []
        for number, product in enumerate(signature.products):
            full = name if number == 0 else f"{name}-{product.field}"
            scans = list(firsts) if product.across or not signature.across else [ALL_SCANS]
            for scan in scans:
                first = firsts[scan] if scan in firsts else next(iter(firsts.values()))
                made.append(self._output(step, product, Ref(scan, full), first, parameters, is_main=number == 0))
        return tuple(output for output in made if output is not None)

    def _output(
        self,
        step: Step,
        product: Product,
        ref: Ref,
        first: Output | None,
        parameters: Mapping[str, Any] | None,
        *,
        is_main: bool,
    ) -> Output | None:
        """Return what is known of one noun that a step gives, or None where even its type is unknown."""
        noun = product.noun or (first.noun if first else None)
        if noun is None:
            return None
        same = first is not None and noun is first.noun
        said = step.kind if is_main else product.field
        kind = said or (first.kind if same and first else noun.__name__)
        phases = first.phases if same and first else None
        if step.phases is not None and is_main:
            unknown = parameters is None or (same and phases is None)
            phases = None if unknown else tuple(step.phases(parameters or {}, phases or ()))
        return Output(ref, noun, kind, phases if issubclass(noun, PhaseImage) else None)

    def add(
        self,
        operation: Operation,
        parameters: Mapping[str, Any],
        inputs: Mapping[str, Ref | Mapping[str, Ref]],
        outputs: tuple[Output, ...],
        entry: Entry,
    ) -> Node:
        """Append a node to the graph."""
        node = Node(operation, parameters, inputs, outputs, transient=False, place=entry.place)
        self.graph.add(node)
        return node

    def mapping(self, given: Any, place: Place) -> dict[str, Any]:
        """Return what stands behind a step's name as a mapping."""
        if given is None:
            return {}
        if not isinstance(given, Mapping):
            self.problems.add(place, f"found {given!r}; expected parameters as 'name: value' lines, or {{}} for none.")
            return {}
        return dict(given)

    # --- steps across scans ---------------------------------------------------------------------------------------

    def works_across(self, entry: Entry) -> bool:
        """Say whether an entry is a step across scans."""
        step = self.steps.get(entry.step)
        return step is not None and step.signature.across

    def _plan_across(self, entry: Entry) -> bool:
        """Plan a step across all scans whose pipeline has it, once each of them has come to it."""
        sharing = [state for state in self.states.values() if entry in state.entries]
        if any(state.current != entry for state in sharing):
            return False
        step = self.steps[entry.step]
        place, signature = (*entry.place, entry.step), step.signature
        given = self.mapping(entry.given, place)
        name = self._name_across(sharing, given, step, place)
        parameters = validated(signature.parameters, given, place, self.problems)
        chosen = {state.name: self._choose(state, step, signature.inputs[0], None, place) for state in sharing}
        found = {scan: output for scan, output in chosen.items() if output is not None}
        for state in sharing:
            state.cursor += 1
        if parameters is not None:
            note_unknown_scans(self.problems, signature, parameters, list(chosen), place)
            for known in dict.fromkeys(output.phases for output in found.values() if output.phases is not None):
                note_unknown_phases(self.problems, signature, parameters, known, place)
        if len(found) < len(chosen) or parameters is None:
            for state in sharing:
                state.certain = False
            return True
        outputs = self._outputs(step, signature, name, found, parameters)
        for output in outputs:
            if output.ref.scan in self.states:
                self.states[output.ref.scan].made.append(output)
        inputs = {signature.inputs[0].name: {scan: output.ref for scan, output in found.items()}}
        self.add(RunStep(step), parameters, inputs, outputs, entry)
        return True

    def _name_across(self, sharing: Sequence[ScanState], given: dict[str, Any], step: Step, place: Place) -> str:
        """Return a name that is free in every scan that shares the step, and in the study as a whole."""
        whole = [output for node in self.graph.nodes for output in node.outputs if output.ref.scan == ALL_SCANS]
        made = [*whole, *(output for state in sharing for output in state.made)]
        return self.name_of(ScanState("", (), {}, made), given, step.name, place, fields=_fields(step.signature))

    def _waits(self, entry: Entry) -> bool:
        """Say whether an entry names a noun of another scan that is not planned yet but will be."""
        return any(self._comes_later(ref) for ref in named_in_other_scans(entry))

    def _comes_later(self, ref: Ref) -> bool:
        """Say whether a noun is not planned yet, but its scan still has a step of this name before it."""
        owner = self.states.get(ref.scan)
        if owner is None or ref in self.graph:
            return False
        return ref.name in {wanted_name(entry) for entry in owner.entries[owner.cursor :]}

    def _explain_stop(self) -> None:
        """Note that scans wait for each other, and give them up."""
        for state in self.states.values():
            if state.current is None:
                continue
            self.problems.add(
                (*state.current.place, state.current.step),
                f"scan {state.name!r} waits here for another scan, which waits for it; expected no circle: "
                f"take the noun from an earlier step.",
            )
            state.cursor, state.certain = len(state.entries), False

    def _unused_overrides(self, state: ScanState) -> None:
        """Note what a scan sets for a step that its pipeline does not have."""
        names = [output.ref.name for output in state.made if output.ref.name != SOURCE]
        for key, (place, _) in state.overrides.items():
            if key not in state.used_overrides:
                step = key.partition(".")[0]
                self.problems.add(
                    place,
                    f"no step is named {step!r} here; expected one of {', '.join(names)}.{did_you_mean(step, names)}",
                )


def _in_words(made: Output, step: Step) -> str:
    """Return which noun an output is, and of which kind where the step asks for one."""
    is_of_kind = step.takes and made.kind not in ("", made.noun.__name__)
    return f"{made.noun.__name__} of kind {made.kind!r}" if is_of_kind else made.noun.__name__


def _fields(signature: Signature) -> list[str]:
    """Return the fields that name the further nouns of a step."""
    return [product.field for product in signature.products[1:]]

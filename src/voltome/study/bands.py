"""Which sweep says how far a result hangs on a choice: the sweeps of a study matched with the tables that it reports.

A sweep belongs to a table if both are made by the same steps from the same source, with the same parameters but for the
one that is swept.
"""

from __future__ import annotations

from typing import Any

from voltome.data import ResultTable
from voltome.study.entries import parameter_path, replaced
from voltome.study.keys import plain
from voltome.study.model import Graph, Ref
from voltome.study.operations import CollectSweep, RunStep

__all__ = ["bands_of"]


def bands_of(graph: Graph) -> list[dict[str, Any]]:
    """Return, for every sweep over numbers and every table that it belongs to, the band that the study gives it.

    Each has ``scan``, ``sweep`` and ``table`` (their names), ``over`` (the swept parameter), ``low`` and ``high``.
    """
    found: list[dict[str, Any]] = []
    steps = [node for node in graph.nodes if isinstance(node.operation, RunStep) and not node.inner]
    tables = [output.ref for node in steps for output in node.outputs if output.noun is ResultTable]
    for node in graph.nodes:
        if not isinstance(node.operation, CollectSweep) or any(isinstance(v, str) for v in node.operation.values):
            continue
        over, first = node.operation.over, node.refs[0]
        swept = Ref(first.scan, over.partition(".")[0])
        low, high = node.parameters["band"] or (min(node.operation.values), max(node.operation.values))
        band = {"scan": first.scan, "sweep": node.outputs[0].ref.name, "over": over, "low": low, "high": high}
        made = _recipe(graph, first, swept, over)
        of_scan = [ref for ref in tables if ref.scan == first.scan]
        found += [{**band, "table": ref.name} for ref in of_scan if _recipe(graph, ref, swept, over) == made]
    return found


def _recipe(graph: Graph, ref: Ref, swept: Ref, over: str) -> Any:
    """Return how a noun is made, without the value of the swept parameter and without names."""
    node = graph.maker_of(ref)
    parameters = plain(node.parameters)
    main = node.outputs[0].ref
    if Ref(main.scan, main.name.partition("@")[0]) == swept:  # itself, or its copy for one value
        parameters = replaced(parameters, parameter_path(over), None)
    inputs = {
        port: _recipe(graph, taken, swept, over)
        if isinstance(taken, Ref)
        else {scan: _recipe(graph, each, swept, over) for scan, each in taken.items()}
        for port, taken in node.inputs.items()
    }
    which = [output.ref for output in node.outputs].index(ref)
    source = ref if not inputs else None
    return [node.operation.name, parameters, inputs, which, source]

"""Keys of cached results: what was put in, what was done to it, and with which parameters.

The key of a source is a hash of its files' bytes and of how they are read; the key of everything else is a hash of
the step, its version, its parameters and the keys of its inputs. So a result is reused exactly when nothing that
could change it has changed, wherever the folder is and whatever the clock says.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

from voltome.study.model import Graph, Node, Ref
from voltome.study.operations import ReadSource
from voltome.study.subvolumes import SubVolumes

__all__ = ["file_hash", "keys_of", "plain"]

_CHUNK_BYTES = 1 << 22


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_CHUNK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def keys_of(graph: Graph, source_hashes: Callable[[Node], list[str]]) -> dict[Ref, str]:
    """Return the key of every noun in the graph.

    Parameters
    ----------
    graph : Graph
        The nodes, in an order in which they can be worked.
    source_hashes : callable
        From a node that reads a source to the hashes of its files, in reading order.
    """
    keys: dict[Ref, str] = {}
    for node in graph.nodes:
        recipe: dict[str, Any] = {
            "step": node.operation.name,
            "version": node.operation.version,
            "parameters": plain(node.parameters),
            "inputs": {port: _keys(taken, keys) for port, taken in node.inputs.items()},
        }
        if isinstance(node.operation, SubVolumes):
            recipe["nested"] = [_nested(nested) for nested in node.operation.nested]
        if node.batch is not None and node.batch.in_order:
            recipe["after"] = plain(node.batch.until(node.outputs[0].ref))
        if isinstance(node.operation, ReadSource):
            recipe["files"] = source_hashes(node)
        for output in node.outputs:
            keys[output.ref] = _hash({**recipe, "output": _position(node, output.ref)})
    return keys


def plain(value: Any) -> Any:
    """Return parameters as JSON can hold them."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def _keys(taken: Ref | Mapping[str, Ref], keys: Mapping[Ref, str]) -> Any:
    """Return the keys of one input."""
    return keys[taken] if isinstance(taken, Ref) else {scan: keys[ref] for scan, ref in taken.items()}


def _nested(node: Node) -> dict[str, Any]:
    """Return the recipe of a step inside sub-volumes, which has no key of its own."""
    return {
        "step": node.operation.name,
        "version": node.operation.version,
        "parameters": plain(node.parameters),
        "inputs": {port: _names(taken) for port, taken in node.inputs.items()},
        "outputs": [output.ref.name for output in node.outputs],
    }


def _names(taken: Ref | Mapping[str, Ref]) -> Any:
    """Return the names of what one input takes."""
    return taken.name if isinstance(taken, Ref) else {scan: ref.name for scan, ref in taken.items()}


def _position(node: Node, ref: Ref) -> Any:
    """Return which output of its node a noun is: its number, and the scan where a step gives it for each."""
    names = list(dict.fromkeys(output.ref.name for output in node.outputs))
    scans = {output.ref.scan for output in node.outputs}
    return [ref.scan, names.index(ref.name)] if len(scans) > 1 else names.index(ref.name)


def _hash(recipe: Mapping[str, Any]) -> str:
    """Return the hash of a recipe, whose mappings keep their order where order has a meaning."""
    return hashlib.sha256(json.dumps(recipe, ensure_ascii=False).encode()).hexdigest()

"""The JSON schema of a study file, for editors that complete and check while one types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voltome.study.report_options import ReportOptions
from voltome.study.steps import SOURCES, STEPS, Source, Step, StepTable
from voltome.study.wrappers import WRAPPER_PARAMETERS

__all__ = ["schema"]


_REPORT = "What the report shows beside tables and figures."


def schema(*, steps: StepTable = STEPS, sources: Mapping[str, Source] = SOURCES) -> dict[str, Any]:
    """Return the JSON schema of a study file.

    Parameters
    ----------
    steps : mapping of str to Step, optional
        The steps there are; voltome's own by default.
    sources : mapping of str to Source, optional
        The kinds of scan there are.

    Returns
    -------
    dict
        JSON schema, draft 2020-12.

    Examples
    --------
    >>> from voltome.study.schema import schema
    >>> "threshold" in schema()["$defs"]["pipeline"]["items"]["anyOf"][-1]["properties"]
    True
    """
    entries = {name: _of_step(step) for name, step in steps.items()}
    entries |= {name: _of_model(model.model_json_schema()) for name, model in WRAPPER_PARAMETERS.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "voltome study",
        "type": "object",
        "required": ["study", "scans"],
        "additionalProperties": False,
        "properties": {
            "study": {"type": "string", "description": "What the study is about: the title of its report."},
            "scans": {"type": "object", "additionalProperties": {"anyOf": [{"type": "string"}, _of_scan(sources)]}},
            "pipeline": {"$ref": "#/$defs/pipeline"},
            "pipelines": {"type": "object", "additionalProperties": {"$ref": "#/$defs/pipeline"}},
            "compare": {"type": "object", "required": ["by"], "properties": {"by": {"type": "string"}}},
            "report": {**_of_model(ReportOptions.model_json_schema()), "description": _REPORT},
            **{name: entries[name] for name, step in steps.items() if step.signature.across},
        },
        "$defs": {
            "pipeline": {
                "type": "array",
                "items": {
                    "anyOf": [
                        {"enum": list(entries)},
                        {"type": "object", "maxProperties": 1, "additionalProperties": False, "properties": entries},
                    ]
                },
            }
        },
    }


def _of_step(step: Step) -> dict[str, Any]:
    """Return the schema of one step: its parameters, and the keys that every step has."""
    described = _of_model(step.signature.parameters.model_json_schema())
    described["description"] = step.signature.summary
    properties = described.setdefault("properties", {})
    properties["name"] = {"type": "string", "description": "A name of its own for what the step gives."}
    properties["of"] = {"type": "string", "description": "The noun it works on, where it is not the latest that fits."}
    for port in step.signature.inputs[1:]:
        properties[port.name] = {"type": "string", "description": "A noun of this scan, or SCAN/NAME."}
    return described


def _of_model(described: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a model without titles, which only repeat the names."""
    described.pop("title", None)
    for entry in described.get("properties", {}).values():
        entry.pop("title", None)
    return {**described, "type": ["object", "null"]}


def _of_scan(sources: Mapping[str, Source]) -> dict[str, Any]:
    """Return the schema of one scan: its own keys, and whatever its reader takes."""
    properties: dict[str, Any] = {
        "source": {"type": "string", "description": "File, folder or glob, relative to the study file."},
        "as": {"enum": list(sources), "description": "What the source is, where the file does not say."},
        "pipeline": {"type": "string", "description": "Which of the pipelines."},
        "set": {"type": "object", "description": "Parameters that differ for this scan: 'STEP.PARAMETER: value'."},
    }
    for source in sources.values():
        for name, described in source.signature.parameters.model_json_schema().get("properties", {}).items():
            described.pop("title", None)
            properties.setdefault(name, described)
    return {"type": "object", "required": ["source"], "properties": properties}

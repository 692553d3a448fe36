"""What a study would do, in words."""

from __future__ import annotations

from voltome.data import ResultTable
from voltome.study import Study

__all__ = ["plan_in_words"]


def plan_in_words(study: Study) -> str:
    """Return the scans and the steps of a study, one line each."""
    lines = [f"{study.path.name}: {study.title}", "no mistakes found; nothing was run", ""]
    for name, scan in study.scans.items():
        attributes = ", ".join(f"{key} {value}" for key, value in scan.attributes.items())
        lines.append(f"scan {name}: {scan.path}" + (f" ({attributes})" if attributes else ""))
    lines.append("")
    for node in study.graph.nodes:
        if node.transient:
            continue
        for output in node.outputs:
            what = f"table of {output.kind}" if output.noun is ResultTable else output.noun.__name__
            lines.append(f"{node.title} -> {what}")
    lines += ["", f"results: {study.results_folder}"]
    return "\n".join(lines)

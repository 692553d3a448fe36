"""Phases and scans that a step names, held against those there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from voltome.errors import did_you_mean
from voltome.study.problems import Place, Problems
from voltome.study.signatures import Signature

__all__ = ["note_unknown_phases", "note_unknown_scans"]


def note_unknown_phases(
    problems: Problems, signature: Signature, parameters: Mapping[str, Any], known: tuple[str, ...], place: Place
) -> None:
    """Note a phase that the image will not have."""
    for name in signature.phase_parameters:
        given = parameters.get(name)
        named = () if given is None else (given,) if isinstance(given, str) else given
        for phase in named:
            if phase not in known:
                listed = ", ".join(map(repr, known))
                problems.add(
                    (*place, name), f"unknown phase {phase!r}; the image has {listed}.{did_you_mean(phase, known)}"
                )


def note_unknown_scans(
    problems: Problems, signature: Signature, parameters: Mapping[str, Any], known: Sequence[str], place: Place
) -> None:
    """Note a scan that the study does not have."""
    for name in signature.scan_parameters:
        scan = parameters.get(name)
        if scan is not None and scan not in known:
            listed = ", ".join(known)
            problems.add((*place, name), f"unknown scan {scan!r}; expected one of {listed}.{did_you_mean(scan, known)}")

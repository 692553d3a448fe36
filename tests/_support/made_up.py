"""Small nouns and steps that are no image processing: the engine serves every later noun too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voltome.data import Column, Noun, PhaseImage, PhaseName, Positive, ResultTable, ScanName, Volume
from voltome.errors import ParameterError
from voltome.study import SOURCES, STEPS, Source, Step

CALLS: list[str] = []
"""Names of the made-up steps in the order in which they were really called."""


@dataclass(frozen=True, slots=True, eq=False)
class Trace(Noun):
    """A made-up one-dimensional noun."""

    values: NDArray[np.float64]
    _: KW_ONLY
    label: str = ""
    limits: tuple[float, float] | None = None
    history: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Peak:
    """A made-up result of more than one number."""

    height: float
    place: int

    def to_table(self) -> ResultTable:
        columns = (
            Column("what", "", "What was found.", "key"),
            Column("height", "1", "Height of the peak."),
            Column("place", "1", "Index of the peak."),
        )
        frame = pd.DataFrame({"what": ["peak"], "height": [self.height], "place": [self.place]})
        return ResultTable(frame, columns=columns, kind="peak", measured_on="a trace", method="maximum")


def read_trace(path: str | Path, *, label: str = "") -> Trace:
    """Read a trace.

    Parameters
    ----------
    label : str
        Label of the trace.
    """
    return Trace(np.loadtxt(path, delimiter=",").ravel(), label=label)


def scale(trace: Trace, *, factor: Positive = 2.0, mode: Literal["up", "down"] = "up") -> Trace:
    """Scale a trace.

    Parameters
    ----------
    factor : float
        What the values are multiplied with, above 0.
    mode : str
        ``up`` multiplies, ``down`` divides.
    """
    CALLS.append("scale")
    by = factor if mode == "up" else 1 / factor
    return Trace(trace.values * by, label=trace.label, limits=(0.0, by), history=(*trace.history, "scaled"))


def subtract(trace: Trace, *, standard: Trace, weight: float = 1.0) -> Trace:
    """Subtract another trace."""
    CALLS.append("subtract")
    return Trace(trace.values - weight * standard.values, label=trace.label)


def find_peak(trace: Trace, *, above: float = 0.0) -> Peak:
    """Find the highest value."""
    CALLS.append("find_peak")
    if trace.values.max() <= above:
        raise ParameterError(f"no value above {above}; the highest is {trace.values.max()}.")
    return Peak(float(trace.values.max()), int(trace.values.argmax()))


def normalise_together(traces: Mapping[str, Trace], *, to: str) -> dict[str, Trace]:
    """Divide all traces by the maximum of one."""
    CALLS.append("normalise_together")
    reference = traces[to].values.max()
    return {scan: Trace(trace.values / reference, label=trace.label) for scan, trace in traces.items()}


@dataclass(frozen=True, slots=True)
class Centred:
    """Traces of all scans about one level, and how far each was shifted."""

    traces: dict[str, Trace]
    shifts: ResultTable


def centre(traces: Mapping[str, Trace], *, to: ScanName) -> Centred:
    """Shift all traces to the mean of one."""
    CALLS.append("centre")
    level = traces[to].values.mean()
    shifts = {scan: float(level - trace.values.mean()) for scan, trace in traces.items()}
    columns = (Column("scan", "", "Name of the scan.", "key"), Column("shift", "1", "What was added."))
    table = ResultTable(
        pd.DataFrame({"scan": list(shifts), "shift": list(shifts.values())}), columns=columns, kind="shifts"
    )
    return Centred({scan: Trace(trace.values + shifts[scan]) for scan, trace in traces.items()}, table)


@dataclass(frozen=True, slots=True)
class Halves:
    """A trace cut at a level, and its peak."""

    low: Trace
    high: Trace
    peak: Peak


def split(trace: Trace, *, at: float = 2.0) -> Halves:
    """Cut a trace at a level."""
    CALLS.append("split")
    low, high = np.minimum(trace.values, at), np.maximum(trace.values, at)
    return Halves(Trace(low), Trace(high), Peak(float(low.max()), int(low.argmax())))


def spread(traces: Mapping[str, Trace]) -> ResultTable:
    """Measure how far the traces of all scans lie apart."""
    CALLS.append("spread")
    tops = [float(trace.values.max()) for trace in traces.values()]
    columns = (Column("spread", "1", "Largest maximum minus the smallest."),)
    return ResultTable(pd.DataFrame({"spread": [max(tops) - min(tops)]}), columns=columns, kind="spread")


def trace_of(phases: PhaseImage, *, phase: PhaseName) -> Trace:
    """Return the share of a phase in every slice."""
    CALLS.append("trace_of")
    return Trace(phases.is_phase(phase).mean(axis=(1, 2)))


def attenuation(volume: Volume, *, per_grey: float = 0.1) -> Volume:
    """Turn grey values into attenuation."""
    values = (volume.values * per_grey).astype(np.float32)
    return Volume(values, **volume.grid, quantity="attenuation", unit="1/cm")


STEP_TABLE = {
    **STEPS,
    **{
        step.name: step
        for step in (
            Step("scale", scale),
            Step("subtract", subtract),
            Step("find_peak", find_peak, kind="peak", decision="the height above which a peak counts"),
            Step("normalise_together", normalise_together),
            Step("spread", spread, kind="spread"),
            Step("centre", centre),
            Step("split", split),
            Step("trace_of", trace_of),
            Step("attenuation", attenuation, kind="attenuation"),
        )
    },
}

SOURCE_TABLE = {**SOURCES, "trace": Source("trace", read_trace)}

__all__ = ["CALLS", "SOURCE_TABLE", "STEP_TABLE", "Trace"]

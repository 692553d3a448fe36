"""The figures of surfaces and interfaces, with their captions."""

from __future__ import annotations

from collections.abc import Iterator

from voltome.data import ResultTable
from voltome.report.drawn import Drawn, Looked
from voltome.report.figures_surfaces import figure_interfaces, figure_surface_estimators
from voltome.report.formatting import listed


def surface_estimators(name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield the surface of a phase by every estimator."""
    phases = listed(list(dict.fromkeys(table.frame["phase"])))
    caption = (
        f"Surface of {phases} over the volume of the sample, by every estimator; bars: standard error from octants "
        f"of each image. Diamonds: what the estimator would read if the surface were smooth at the size of a voxel and "
        f"faced all ways, from crofton13 and its known bias."
    )
    yield Drawn(name, "comparison", figure_surface_estimators(table), caption)


def interfaces(name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield the surface between every two phases."""
    caption = (
        "Surface between every two phases that touch, over the volume of the sample; bars: standard error from octants "
        "of each image."
    )
    yield Drawn(name, "comparison", figure_interfaces(table), caption)

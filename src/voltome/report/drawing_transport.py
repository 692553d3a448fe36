"""The figures of transport with their captions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from voltome.data import ResultTable
from voltome.report.drawn import Drawn, Looked
from voltome.report.figures_transport import figure_tortuosity
from voltome.report.formatting import grid_in_print, listed, number_in_print, title_in_print


def draw_tortuosity(name: str, table: ResultTable, looked: Looked) -> Iterator[Drawn]:
    """Yield the bars of tortuosity and relative diffusivity."""
    frame = table.frame
    phases = listed(list(dict.fromkeys(frame["phase"])))
    axes = listed(list(dict.fromkeys(frame["axis"])))
    blocked = int(np.isinf(frame["tortuosity"].to_numpy(np.float64)).sum())
    none = f" ∞: {phases} does not percolate, and nothing diffuses through." if blocked else ""
    bound = number_in_print(100 * float(frame["relative_error_bound"].max()), 1)
    caption = (
        f"{title_in_print(name)}. Tortuosity factor (porosity over relative diffusivity) of {phases} along {axes}, and "
        f"relative diffusivity. Dashes: what the relation of Bruggeman expects of this porosity, tortuosity = "
        f"1/√porosity; triangles: the bound of Hashin and Shtrikman, (3 − porosity)/2, below which no isotropic "
        f"medium lies.{none} Error of the solver: at most {bound} %; that of voxels, threshold and size of the sample "
        f"is not in it. Method: {grid_in_print(table.method)}."
    )
    yield Drawn(f"tortuosity-{name}", "comparison", figure_tortuosity(table), caption)

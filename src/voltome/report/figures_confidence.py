"""Fractions with their confidence intervals."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from voltome.data import ResultTable
from voltome.errors import ValuesError
from voltome.report import style
from voltome.report.formatting import name_in_print
from voltome.report.lines import MOST_LINES, names_of_lines

NEEDED = {"fraction", "fraction_low", "fraction_high"}


@style.styled
def figure_confidence(table: ResultTable) -> Figure:
    """Draw the fraction of a phase with its confidence interval, scan by scan.

    Parameters
    ----------
    table : ResultTable
        A table of kind ``fraction_confidence``; a first column `scan` may say which scan a row belongs to.

    Returns
    -------
    matplotlib.figure.Figure
        One point with its interval for each of the first twenty scans and phases.

    Raises
    ------
    ValuesError
        A table of another kind, or without rows.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.random.default_rng(0).integers(0, 2, (12, 12, 12)).astype(np.uint8)
    >>> image = vt.data.PhaseImage(labels, voxel_size_um=1, phases={0: "pore", 1: "solid"})
    >>> figure_confidence(vt.morphology.fraction_confidence(image, phase="solid")).axes[0].get_ylabel()
    'fraction of solid'
    """
    if not set(table.frame.columns) >= NEEDED or not len(table.frame):
        raise ValuesError(f"a table of {table.kind} has no rows with confidence intervals; nothing can be drawn.")
    frame = table.frame.head(MOST_LINES)
    names = list(names_of_lines(frame))
    middle, low, high = (frame[name].to_numpy(np.float64) for name in ("fraction", "fraction_low", "fraction_high"))
    figure, (axis,) = style.panels(1)
    places = np.arange(len(frame))
    axis.errorbar(places, middle, yerr=[middle - low, high - middle], fmt="o", color="#222222", capsize=3)
    turned = len(names) > 3
    axis.set_xticks(places, names, rotation=35 if turned else 0, ha="right" if turned else "center")
    axis.set_xlim(-0.6, len(names) - 0.4)
    axis.set_xlabel("scan" if "scan" in frame and frame["scan"].nunique() > 1 else "phase")
    phases = frame["phase"].unique()
    axis.set_ylabel(f"fraction of {name_in_print(str(phases[0]))}" if len(phases) == 1 else "fraction")
    style.plain_numbers(axis.yaxis)
    return figure

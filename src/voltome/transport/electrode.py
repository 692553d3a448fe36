"""The electrode tortuosity factor: how the pores hinder a current that ends on their walls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import numpy as np
import pandas as pd

from voltome.data import AxisName, PhaseImage, PhaseName, Positive, ResultTable
from voltome.data._parameters import axis_index, check_choice
from voltome.errors import ParameterError
from voltome.runtime import check_memory
from voltome.transport import columns_diffusion as columns
from voltome.transport._pores import Pores, Separator
from voltome.transport._sample import sample_along, warnings_of_sections
from voltome.transport._steady import BESIDE, Sides, check_tolerance

BYTES_PER_VOXEL = 32


@dataclass(frozen=True, slots=True)
class ElectrodeTortuosity:
    """How much the shape of the pores hinders a current from the separator to the surface of the active material.

    Attributes
    ----------
    phase : str
        Name of the phase that conducts.
    axis : str
        Axis of the thickness.
    separator : str
        The end of the axis at which the separator is.
    reactive : str
        The phases on whose surface the current ends.
    sides : str
        What is beside the axis.
    value : float
        Electrode tortuosity factor; infinite where no reactive surface is connected to the separator.
    porosity, reached_porosity : float
        Volume of the phase, and of its part that is connected to the separator, over that of the sample.
    reached_reactive_share : float
        Share of the reactive faces of the phase that is connected to the separator.
    relative_error_bound : float
        The solver is not further than this from the exact solution on these voxels, as a share of `value`.
    iterations : int
        Iterations of the solver.
    warnings : tuple of str
        What a reader must know before using the numbers.
    measured_on, method : str
        The image, and how it was measured.
    history : tuple of str
        What was done to the image, oldest first.
    """

    phase: str
    axis: AxisName
    separator: Separator
    reactive: str
    sides: Sides
    value: float
    porosity: float
    reached_porosity: float
    reached_reactive_share: float
    relative_error_bound: float
    iterations: int
    warnings: tuple[str, ...]
    measured_on: str
    method: str
    history: tuple[str, ...]

    def to_table(self) -> ResultTable:
        """Return the numbers as a table of one row, kind ``electrode_tortuosity``."""
        row = {
            column.name: [self.value if column.name == "electrode_tortuosity" else getattr(self, column.name)]
            for column in columns.ELECTRODE_TORTUOSITY
        }
        return ResultTable(
            pd.DataFrame(row),
            columns=columns.ELECTRODE_TORTUOSITY,
            kind="electrode_tortuosity",
            measured_on=self.measured_on,
            method=self.method,
            history=self.history,
            warnings=self.warnings,
        )


def electrode_tortuosity(
    phases: PhaseImage,
    *,
    phase: PhaseName,
    reactive: PhaseName | None = None,
    axis: AxisName = "z",
    separator: Separator = "last",
    sides: Sides = "no-flux",
    tolerance: Positive = 1e-4,
) -> ElectrodeTortuosity:
    """Measure the electrode tortuosity factor, in which pores that end inside the electrode count as they work.

    Ions enter an electrode at the separator and end on the surface of the active material; nothing has to reach the
    current collector. Blind pores that `tortuosity` leaves out carry current here, and the pores near the separator
    carry most. It is what a symmetric cell with blocking electrodes measures by impedance. For a separator, and for
    models that want D_eff = D_0 porosity / tortuosity between two faces, take `tortuosity`.

    Parameters
    ----------
    phases : PhaseImage
        The segmented image. Outside its mask is wall without reaction; the mask must leave the same cross-section in
        every layer along the axis.
    phase : str
        Name of the phase that conducts: the pores.
    reactive : str, optional
        The phase on whose surface the current ends, evenly per area of voxel faces. None: every other phase.
    axis : {"z", "y", "x"}
        Axis of the thickness.
    separator : {"first", "last"}
        The end of the axis at which the separator is. In voltome z = 0 is at the current collector, so along z it is
        the last layer.
    sides : {"no-flux", "periodic"}
        What is beside the axis: walls without reaction, or the opposite side.
    tolerance : float
        Largest relative error of the factor that the solver may leave, above 0.

    Returns
    -------
    ElectrodeTortuosity
        `value` without unit, the porosities, and the share of the reactive surface that is reached. Where the phase is
        not connected from the separator to any reactive surface the value is infinite, and a warning says so.

    Raises
    ------
    PhaseError
        An unknown phase.
    ParameterError
        An unknown end, a reactive phase that is the conducting one, or a tolerance that cannot be reached.
    AxisError
        An unknown axis, or a single layer of voxels along it.
    GeometryError
        A mask with another cross-section in one layer than in the next.
    ConvergenceError
        The solver does not reach the tolerance.
    MemoryEstimateError
        The image does not fit in memory.

    Notes
    -----
    The definition is that of the symmetric cell at low frequency: tau_e = 3 R porosity conductivity area / thickness,
    where R is the limit of the real part of the impedance of an electrode whose reactive surface only stores charge,
    the same everywhere. To first order in the frequency every reactive face takes the same current, so that one real
    Poisson equation gives the limit itself, without a choice of frequencies: R = b' A^-1 b / (1' b)^2, with the
    reactive area b of every voxel and its operator A, potential 0 on the separator's face. A straight pore has 1, and
    somewhat more if it is wide against its length.

    TauFactor divides by the impedance of a ladder of as many rungs as layers, at a finite frequency, and reads about
    1.5 layers in 100 less: 0.987 and 0.593 where this gives 1.002 and 0.601 (its two tests).

    Memory: about 31 bytes per voxel.

    References
    ----------
    T.-T. Nguyen, A. Demortière, B. Fleutot, B. Delobel, C. Delacourt, S. J. Cooper, The electrode tortuosity factor,
    npj Comput. Mater. 6, 123 (2020).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((40, 1, 6), np.uint8)
    >>> labels[:, :, 2:4] = 1  # a straight channel
    >>> image = vt.data.PhaseImage(labels, voxel_size_um=0.5, phases={0: "solid", 1: "pore"})
    >>> round(vt.transport.electrode_tortuosity(image, phase="pore").value, 2)
    1.0
    """
    check_choice("separator", separator, get_args(Separator))
    check_choice("sides", sides, get_args(Sides))
    check_tolerance(tolerance)
    sample = sample_along(phases, axis, what="electrode_tortuosity", joined=sides == "periodic")
    voxels = int(np.prod(sample.shape))
    check_memory(BYTES_PER_VOXEL * voxels, task="electrode_tortuosity", voxels=voxels)
    names = _reactive_phases(phases, phase, reactive)
    pores = Pores(sample, sample.is_phase(phase), axis_index(axis), separator, sides)
    area, reached = pores.reactive_area_um2(names), pores.reached()
    there = float(area.sum(dtype=np.float64))
    area *= reached
    found = float(area.sum(dtype=np.float64))
    porosity = np.count_nonzero(pores.conducting) / sample.voxels
    value, bound, iterations = float("inf"), 0.0, 0
    if found > 0:
        resistance, bound, iterations = pores.resistance_per_um(reached, area, tolerance)
        value = float(3 * resistance * porosity * pores.area_um2 / pores.thickness_um)
    return ElectrodeTortuosity(
        phase=phase,
        axis=axis,
        separator=separator,
        reactive=", ".join(names),
        sides=sides,
        value=value,
        porosity=porosity,
        reached_porosity=np.count_nonzero(reached) / sample.voxels,
        reached_reactive_share=found / there if there else 0.0,
        relative_error_bound=bound,
        iterations=iterations,
        warnings=(*_unreached(found, phase, names, separator, axis), *warnings_of_sections(sample)),
        measured_on=f"phases of {phases.grid_in_words}",
        method=f"low-frequency limit of a blocking symmetric cell, finite volumes on voxels, potential held on the "
        f"{separator} face along {axis}, {BESIDE[sides]}, surface of {' and '.join(names)}",
        history=phases.history,
    )


def _reactive_phases(phases: PhaseImage, phase: str, reactive: str | None) -> list[str]:
    """Return the phases on whose surface the current ends."""
    phases.label_of(phase)
    if reactive is None:
        return [name for name in phases.phases.values() if name != phase]
    phases.label_of(reactive)
    if reactive == phase:
        raise ParameterError(
            f"reactive is {reactive!r}, the phase that conducts; expected another, on whose surface the current ends, "
            f"or none for all others."
        )
    return [reactive]


def _unreached(found: float, phase: str, names: list[str], separator: str, axis: str) -> tuple[str, ...]:
    """Return the warning of an electrode into which no current flows."""
    if found > 0:
        return ()
    surfaces = " or ".join(map(repr, names)) or "another phase"
    return (
        f"No voxel of {phase!r} that touches {surfaces} is connected to the separator at the {separator} layer along "
        f"{axis}; so the electrode tortuosity is infinite. Check the axis, the end and the threshold.",
    )

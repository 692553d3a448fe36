"""Coarser and coarser grids of a seven-point operator: one cycle through them nearly inverts it.

A field holds zero in every voxel that does not take part. Coarse cells are blocks of up to 2 x 2 x 2 voxels; the
conductance between two of them is the sum over the faces they share, halved where they are twice as long.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from voltome.transport._faces import Faces, Field, Triple, of_conductances
from voltome.transport._lattice import Lattice, of_mask

__all__ = ["Field", "Multigrid", "Operator", "of_conductances", "of_mask"]

Operator = Faces | Lattice
"""An operator on a box of voxels: with a conductance for every face, or on the voxels of a mask."""


MOST_SMOOTHINGS = 8
"""Smoothings on the coarsest grids; each grid has twice as many as the finer one beside it, up to so many.

The operators of coarse cells are only near to what the fine one would be on them, so that their equations are worth
solving better than those of the voxels, and they are cheap: all grids together cost a third more than with one
smoothing each, and take half the iterations.
"""


@dataclass(frozen=True, slots=True)
class _Level:
    """One grid with its fields; `factors` are the voxels in a cell of the next coarser grid along each axis."""

    operator: Faces
    factors: Triple
    smoothings: int
    source: Field
    values: Field


@dataclass(frozen=True, slots=True)
class Multigrid:
    """Coarser and coarser grids of one operator, down to a single cell.

    `cycle` is symmetric and linear, so that it may precondition conjugate gradients and MINRES. Singular operators
    (no ends of known value) are allowed; the residual should then sum to zero over every connected part.
    """

    operator: Operator
    levels: tuple[_Level, ...] = field(init=False)
    first_factors: Triple = field(init=False)

    def __post_init__(self) -> None:
        levels: list[_Level] = []
        found = self.operator.coarser()
        object.__setattr__(self, "first_factors", (1, 1, 1) if found is None else found[1])
        while found is not None:
            operator = found[0]
            found = operator.coarser()
            source, values = (np.zeros(operator.shape, np.float32) for _ in range(2))
            smoothings = min(2 ** (len(levels) + 1), MOST_SMOOTHINGS)
            levels.append(_Level(operator, (1, 1, 1) if found is None else found[1], smoothings, source, values))
        object.__setattr__(self, "levels", tuple(levels))

    def cycle(self, residual: Field, out: Field) -> float:
        """Write to `out` nearly the solution of ``A out = residual``, and return the product of both.

        One symmetric V-cycle from zero, with more smoothings on coarser grids.

        `out` is another array than `residual`; both are zero where the operator's voxels do not take part.
        """
        self.operator.start(residual, out)
        if not self.levels:
            return self.operator.finish(residual, out, np.zeros(self.operator.shape, np.float32), (1, 1, 1))
        below = self.levels[0]
        self.operator.restrict_residual(residual, out, below.source, self.first_factors)
        _correct(self.levels)
        return self.operator.finish(residual, out, below.values, self.first_factors)


def _correct(levels: Sequence[_Level]) -> None:
    """Smooth on the first of these grids, correct from the coarser ones, and smooth in the opposite order."""
    here, coarser = levels[0], levels[1:]
    here.operator.start(here.source, here.values, here.smoothings)
    if not coarser:
        nothing = np.zeros(here.operator.shape, np.float32)
        here.operator.finish(here.source, here.values, nothing, here.factors, here.smoothings)
        return
    here.operator.restrict_residual(here.source, here.values, coarser[0].source, here.factors)
    _correct(coarser)
    here.operator.finish(here.source, here.values, coarser[0].values, here.factors, here.smoothings)

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


@dataclass(frozen=True, slots=True)
class _Level:
    """One grid with its fields; `factors` are the voxels in a cell of the next coarser grid along each axis."""

    operator: Faces
    factors: Triple
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
            levels.append(_Level(operator, (1, 1, 1) if found is None else found[1], source, values))
        object.__setattr__(self, "levels", tuple(levels))

    def cycle(self, residual: Field, out: Field) -> float:
        """Write to `out` nearly the solution of ``A out = residual``, and return the product of both.

        One symmetric V-cycle from zero.

        `out` is another array than `residual`; both are zero where the operator's voxels do not take part.
        """
        return _cycle(self.operator, self.first_factors, self.levels, residual, out)


def _cycle(operator: Operator, factors: Triple, coarser: Sequence[_Level], source: Field, values: Field) -> float:
    """Smooth, correct from the coarser grids, and smooth in the opposite order."""
    operator.start(source, values)
    if not coarser:
        return operator.finish(source, values, np.zeros(operator.shape, np.float32), factors)
    below = coarser[0]
    operator.restrict_residual(source, values, below.source, factors)
    _cycle(below.operator, below.factors, coarser[1:], below.source, below.values)
    return operator.finish(source, values, below.values, factors)

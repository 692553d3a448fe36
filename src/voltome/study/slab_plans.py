"""How a scan is worked on in slabs, and what all its slabs say of themselves."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

__all__ = ["SlabPlan", "agreed"]


@dataclass(frozen=True, slots=True)
class SlabPlan:
    """How a scan is worked on in slabs.

    Attributes
    ----------
    scan : str
        Name of the scan.
    steps : tuple of str
        What is done to each slab, in order.
    row_count, rows_per_slab, halo_rows : int
        Rows of the detector, of a slab, and those read beyond each of its ends.
    estimated_bytes : int
        Peak memory of the process at one slab, the interpreter and the libraries and all.
    """

    scan: str
    steps: tuple[str, ...]
    row_count: int
    rows_per_slab: int
    halo_rows: int
    estimated_bytes: int

    @property
    def slab_count(self) -> int:
        """Number of slabs."""
        return -(-self.row_count // self.rows_per_slab)

    def __str__(self) -> str:
        halo = f" and {self.halo_rows} beyond each end" if self.halo_rows else ""
        count, rows = self.slab_count, f"{self.rows_per_slab} row{'s' if self.rows_per_slab > 1 else ''}"
        slabs, each = (f"{count} slabs", " each") if count > 1 else ("1 slab", "")
        return (
            f"{self.scan}: {' -> '.join(self.steps)} in {slabs} of {rows}{halo}, about "
            f"{self.estimated_bytes / 1e9:.2f} GB{each}"
        )


def agreed(histories: list[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the history of all slabs: where its lines differ, as far as they agree."""
    lines = []
    for alike in zip(*histories, strict=False):
        same = itertools.takewhile(lambda letters: len(set(letters)) == 1, zip(*alike, strict=False))
        start = "".join(letters[0] for letters in same).rstrip(" ,:;0123456789")
        lines.append(alike[0] if len(set(alike)) == 1 else f"{start} ... (differs from slab to slab)")
    return tuple(lines)

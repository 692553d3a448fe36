"""What a study published and what became of it here: every table and figure panel, and the numbers as printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from voltome.errors import ParameterError

__all__ = ["Panel", "Status", "panels_in_print"]

Status = Literal["reproduced on the twin", "quoted as published", "impossible"]


@dataclass(frozen=True, slots=True)
class Panel:
    """One table or figure panel of a study.

    Attributes
    ----------
    name : str
        As the study numbers it: ``Fig. 2a``, ``Table 1, uncycled``.
    shows : str
        What it shows.
    status : str
        ``reproduced on the twin``: the same measure on simulated scans; ``quoted as published``: the numbers are
        repeated and not claimed; ``impossible``: neither, and `how` says why.
    how : str
        Where it is in the report, or why it is not.

    Raises
    ------
    ParameterError
        Another status.

    Examples
    --------
    >>> Panel("Fig. 1a", "charge curve", "impossible", "no cycling data").status
    'impossible'
    """

    name: str
    shows: str
    status: Status
    how: str

    def __post_init__(self) -> None:
        if self.status not in get_args(Status):
            raise ParameterError(f"the status of {self.name} is {self.status!r}; expected one of {get_args(Status)}.")


def panels_in_print(panels: Sequence[Panel]) -> list[str]:
    """Return one line for each panel, grouped by what became of it."""
    lines: list[str] = []
    width = max(len(panel.name) for panel in panels) + 2
    for status in get_args(Status):
        of_this = [panel for panel in panels if panel.status == status]
        if of_this:
            lines.append(f"{status}:")
            lines += [f"  {panel.name:{width}}{panel.shows}: {panel.how}" for panel in of_this]
    return lines

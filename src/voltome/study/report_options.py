"""What a study file asks of its report beside tables and figures: the keys of ``report:``."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["MOVIES", "Movie", "ReportOptions"]

Movie = Literal["slices", "turntable"]
MOVIES: tuple[Movie, Movie] = ("slices", "turntable")


class ReportOptions(BaseModel):
    """What the report of a study shows beside tables and figures.

    Attributes
    ----------
    renderings : bool
        A figure of the particles (or phases) of the scans in three dimensions.
    interactive : bool
        The same to be turned by hand, inside the report; needs ``pip install 'voltome[report3d]'`` when the report is
        written, and nothing when it is read. Adds some megabytes to the report.
    movies : tuple of {"slices", "turntable"}
        Movies of every drawn scan: through its slices, and around its particles (or phases).

    Examples
    --------
    >>> ReportOptions(movies=("turntable",)).renderings
    True
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    renderings: bool = Field(
        True, strict=True, description="A figure of the particles (or phases) of the scans in three dimensions."
    )
    interactive: bool = Field(
        False,
        strict=True,
        description="The same to be turned by hand, inside the report; needs the extra report3d when it is written.",
    )
    movies: tuple[Movie, ...] = Field(
        (), description="Movies of every drawn scan: through its slices, and around its particles (or phases)."
    )

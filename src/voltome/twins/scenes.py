"""A scene: solids in a box of a background material."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from voltome.data import Transform
from voltome.data._parameters import check_positive
from voltome.errors import ParameterError
from voltome.twins.solids import Solid, Triple, check_material, triple


@dataclass(frozen=True, slots=True)
class Scene:
    """Solids in a box; the truth that a simulated image is measured against.

    Where solids overlap, the earlier one is what is there.

    Parameters
    ----------
    solids : tuple of Solid
        The solids; their number in the scene, from 1, is their label in tables.
    size_um : tuple of float
        Edge lengths of the box along (z, y, x) in um. Its corner is the origin of all positions.
    background : str
        Name of what fills the box around the solids.

    Raises
    ------
    ParameterError
        A size not above 0, something that is no solid, a solid wholly outside the box, or a solid made of
        the background.

    Examples
    --------
    >>> from voltome.twins import Scene, Sphere
    >>> Scene((Sphere((5, 5, 5), 3, material="sulfur"),), size_um=(10, 10, 10)).materials
    ('sulfur',)
    """

    solids: tuple[Solid, ...]
    size_um: Triple
    background: str = "pore"

    def __post_init__(self) -> None:
        if not isinstance(self.solids, Sequence):
            raise ParameterError(f"solids is a {type(self.solids).__name__}; expected a tuple of solids.")
        object.__setattr__(self, "solids", tuple(self.solids))
        object.__setattr__(self, "size_um", triple("size_um", self.size_um))
        for edge in self.size_um:
            check_positive("each of size_um", edge)
        check_material(self.background)
        known: set[type] = set()
        for number, solid in enumerate(self.solids, start=1):
            self._check_solid(number, solid, known)

    def _check_solid(self, number: int, solid: Solid, known: set[type]) -> None:
        """Refuse what is no solid, lies outside the box, or is made of the background; note its type as known."""
        # asking an object whether it has all that a solid has works every measure out, so each type is asked once
        if type(solid) not in known and not isinstance(solid, Solid):
            raise ParameterError(f"solid {number} is {solid!r}; expected a Sphere, an Ellipsoid or another Solid.")
        known.add(type(solid))
        if solid.material == self.background:
            raise ParameterError(
                f"solid {number} is made of {solid.material!r}, the name of the background; expected another name."
            )
        if _lies_outside(solid, self.size_um):
            low, high = solid.bounds_um
            raise ParameterError(
                f"solid {number} lies outside the scene: it runs from {low} to {high} um, "
                f"the scene from 0 to {self.size_um} um. Move it, or leave it out."
            )

    @property
    def materials(self) -> tuple[str, ...]:
        """Names of the materials of the solids, each once, in the order in which they appear."""
        return tuple(dict.fromkeys(solid.material for solid in self.solids))

    def crosses_border(self, solid: Solid) -> bool:
        """Say whether a part of the solid lies outside the box."""
        low, high = solid.bounds_um
        return any(bottom < 0 or top > edge for bottom, top, edge in zip(low, high, self.size_um, strict=True))

    def moved(self, transform: Transform, *, size_um: Triple | None = None) -> Scene:
        """Return the scene after a rigid motion, as another scan with its own field of view would see it.

        Parameters
        ----------
        transform : Transform
            The motion, from the frame of this scene to that of the new one.
        size_um : tuple of float, optional
            Edge lengths (z, y, x) of the new box in um, its corner at the origin; None: those of this scene.

        Returns
        -------
        Scene
            The solids that reach into the new box, in the order of this scene; those wholly outside it are left out.

        Examples
        --------
        >>> from voltome.data import Transform
        >>> from voltome.twins import Scene, Sphere
        >>> scene = Scene((Sphere((5, 5, 2), 1), Sphere((5, 5, 8), 1)), size_um=(10, 10, 10))
        >>> scene.moved(Transform((0, 0, 0), shift_um=(0, 0, 4))).solids[0].centre_um
        (5.0, 5.0, 6.0)
        """
        size = self.size_um if size_um is None else triple("size_um", size_um)
        return scene_of(self.solids, transform, size_um=size, background=self.background)

    @property
    def in_words(self) -> str:
        """Number, materials and box of the scene, as histories say it."""
        size = " x ".join(f"{edge:g}" for edge in self.size_um)
        made_of = f" of {', '.join(self.materials)}" if self.solids else ""
        plural = "solid" if len(self.solids) == 1 else "solids"
        return f"{len(self.solids)} {plural}{made_of} in {self.background}, {size} um (z, y, x)"


def scene_of(solids: Iterable[Solid], transform: Transform, *, size_um: Triple, background: str) -> Scene:
    """Return what a box sees of solids after a rigid motion; where they were before, there need be no box."""
    moved = (solid.moved(transform) for solid in solids)
    inside = tuple(solid for solid in moved if not _lies_outside(solid, size_um))
    return Scene(inside, size_um=size_um, background=background)


def _lies_outside(solid: Solid, size_um: Triple) -> bool:
    """Say whether a solid lies wholly outside a box with its corner at the origin, as far as its bounds tell."""
    low, high = solid.bounds_um
    return any(top <= 0 or bottom >= edge for bottom, top, edge in zip(low, high, size_um, strict=True))

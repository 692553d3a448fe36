"""Where the cubes lie that are cut from an image."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Literal

import numpy as np

from voltome.data import ImageNoun
from voltome.errors import AxisError, ParameterError

__all__ = ["Arrangement", "Box", "Cube", "cubes_of"]

Box = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]
Arrangement = Literal["disjoint", "nested", "both"]


@dataclass(frozen=True, slots=True)
class Cube:
    """One sub-volume.

    Attributes
    ----------
    box : three pairs of int
        First voxel, and first that is no longer in it, along (z, y, x).
    nested : bool
        Whether it is one of those that grow from the middle or a corner of the image.
    """

    box: Box
    nested: bool = False


def cubes_of(image: ImageNoun, edge_um: float, arrangement: Arrangement, at_most: int, seed: int) -> list[Cube]:
    """Return the cubes of one edge: disjoint ones, those that grow from the middle and the corners, or both."""
    edges = _edges_in_voxels(image, edge_um)
    cubes = [Cube(box) for box in _disjoint(image, edges, at_most, seed)] if arrangement != "nested" else []
    if arrangement != "disjoint":
        cubes += [Cube(box, nested=True) for box in _nested(image, edges)]
    return cubes


def _edges_in_voxels(image: ImageNoun, edge_um: float) -> list[int]:
    """Return the edges of a cube in voxels, or say why it cannot be cut."""
    edges = [round(edge_um / size) for size in image.voxel_size_um]
    if any(edge < 1 for edge in edges):
        raise ParameterError(f"a sub-volume of {edge_um:g} um is smaller than a voxel ({image.grid_in_words}).")
    if any(edge > count for edge, count in zip(edges, image.shape, strict=True)):
        raise AxisError(
            f"a sub-volume of {edge_um:g} um does not fit in the image, which measures "
            f"{' x '.join(f'{size:g}' for size in image.size_um)} um (z, y, x); give smaller edges_um."
        )
    return edges


def _disjoint(image: ImageNoun, edges: list[int], at_most: int, seed: int) -> list[Box]:
    """Return disjoint cubes, as many as fit, centred in the image; of more than `at_most`, a random draw.

    At random, and not every n-th, because n may fall in step with the rows of cubes.
    """
    counts = [count // edge for count, edge in zip(image.shape, edges, strict=True)]
    starts = [(count - n * edge) // 2 for count, n, edge in zip(image.shape, counts, edges, strict=True)]
    places = list(itertools.product(*(range(n) for n in counts)))
    drawn = np.random.default_rng(seed).permutation(len(places))[:at_most]
    chosen = [places[index] for index in sorted(drawn.tolist())]
    return [
        _box_from([start + n * edge for start, n, edge in zip(starts, place, edges, strict=True)], edges)
        for place in chosen
    ]


def _nested(image: ImageNoun, edges: list[int]) -> list[Box]:
    """Return the cube in the middle of the image and those in its corners, each once."""
    room = [count - edge for count, edge in zip(image.shape, edges, strict=True)]
    middle = tuple(part // 2 for part in room)
    starts = [middle, *itertools.product(*((0, part) for part in room))]
    return [_box_from(list(start), edges) for start in dict.fromkeys(starts)]


def _box_from(lows: list[int], edges: list[int]) -> Box:
    """Return the box that begins at these voxels."""
    (z, y, x), (dz, dy, dx) = lows, edges
    return (z, z + dz), (y, y + dy), (x, x + dx)

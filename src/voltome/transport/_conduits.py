"""How well half a pore conducts, from its centre to a throat, and what a network of them carries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from voltome.data import PoreNetwork

Reals = NDArray[np.float64]

SHAPES = (np.sqrt(3) / 36, 1 / 16, 1 / (4 * np.pi))
"""Area over squared perimeter of the equilateral triangle, the square, the circle."""

FACTORS = (0.6, 0.5623, 0.5)
"""For these the hydraulic conductance of a unit of length is this, times shape, area squared, over viscosity."""


@dataclass(frozen=True, slots=True)
class Conduits:
    """Conductances of the ways through a network, for a unit diffusivity (um) and a unit viscosity (um3).

    Attributes
    ----------
    throats : numpy.ndarray
        (throat,): from the centre of the one pore to that of the other.
    faces : numpy.ndarray
        (pore, 6): from the centre of a pore to each face of the image; 0 where it does not reach it.
    """

    throats: Reals
    faces: Reals


@dataclass(frozen=True, slots=True)
class Carried:
    """What flows through a network between two opposite faces at a unit difference.

    Attributes
    ----------
    flow_in, flow_out : float
        In the unit of the conductances.
    values : numpy.ndarray
        Potential of every pore, 1 at the inlet, 0 at the outlet; 0 too where it is not connected to both.
    """

    flow_in: float
    flow_out: float
    values: Reals


def diffusive(network: PoreNetwork) -> Conduits:
    """Return how well the ways conduct: half of each by the cross-section of the pore, half by that of its end."""
    ends = network.throat_cross_section_um2[:, np.newaxis]
    halves = _stepped(network.half_cross_section_um2, ends) / network.half_length_um
    faces = _stepped(network.face_cross_section_um2, network.face_area_um2) / network.face_length_um
    return Conduits(_in_series(halves), faces)


def hydraulic(network: PoreNetwork) -> Conduits:
    """Return how well the ways carry a viscous flow: each like a duct that narrows evenly from the pore to its end."""
    pores = (network.half_cross_section_um2, network.inscribed_diameter_um[network.throat_pores] / 2)
    throats = (network.throat_cross_section_um2[:, np.newaxis], network.throat_inscribed_diameter_um[:, np.newaxis] / 2)
    halves = _tapered(_carrying(*pores), _carrying(*throats)) / network.half_length_um
    at_face = _carrying(network.face_area_um2, network.face_inscribed_diameter_um / 2)
    inside = _carrying(network.face_cross_section_um2, network.inscribed_diameter_um[:, np.newaxis] / 2)
    return Conduits(_in_series(halves), _tapered(inside, at_face) / network.face_length_um)


def percolating(network: PoreNetwork, axis: int) -> NDArray[np.bool_]:
    """Return the pores that are connected to both faces across an axis."""
    a, b = network.throat_pores.T
    links = coo_array((np.ones(len(a)), (a, b)), shape=(network.pore_count, network.pore_count))
    _, part = connected_components(links, directed=False)
    first, last = (network.face_area_um2[:, face] > 0 for face in (2 * axis, 2 * axis + 1))
    both: NDArray[np.bool_] = np.isin(part, np.intersect1d(part[first], part[last]))
    return both


def carried(network: PoreNetwork, conduits: Conduits, axis: int, pores: NDArray[np.bool_]) -> Carried:
    """Return what flows between the faces across an axis through the pores that are connected to both."""
    values = np.zeros(network.pore_count)
    if not pores.any():
        return Carried(0.0, 0.0, values)
    place = np.cumsum(pores) - 1
    inside = pores[network.throat_pores[:, 0]]
    (a, b), along = place[network.throat_pores[inside]].T, conduits.throats[inside]
    inlet, outlet = (conduits.faces[pores, face] for face in (2 * axis, 2 * axis + 1))
    count = int(np.count_nonzero(pores))
    here = np.arange(count)
    rows, columns = np.concatenate([a, b, a, b, here]), np.concatenate([b, a, a, b, here])
    entries = np.concatenate([-along, -along, along, along, inlet + outlet])
    matrix = coo_array((entries, (rows, columns)), shape=(count, count)).tocsc()
    solved = splu(matrix, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True}).solve(inlet)
    values[pores] = solved
    return Carried(float((inlet * (1 - solved)).sum()), float((outlet * solved).sum()), values)


def _stepped(one: Reals, other: Reals) -> Reals:
    """Return what conducts like one for half of a length and like the other for the rest: their harmonic mean."""
    whole = np.asarray(one + other)
    mean: Reals = np.divide(2 * one * other, whole, out=np.zeros_like(whole), where=whole > 0)
    return mean


def _tapered(one: Reals, other: Reals) -> Reals:
    """Return what a duct carries that narrows evenly from one end to the other, by what ducts like its ends carry.

    A tube of radius R carries as R^4; along a cone 1 / R^4 has the mean (a^2 + a b + b^2) / (3 a^3 b^3).
    """
    a, b = one**0.25, other**0.25
    whole = np.asarray(a * a + a * b + b * b)
    mean: Reals = np.divide(3 * (a * b) ** 3, whole, out=np.zeros_like(whole), where=whole > 0)
    return mean


def _carrying(area: Reals, radius: Reals) -> Reals:
    """Return the hydraulic conductance of a unit of length of a duct of this area and inscribed radius.

    For every polygon around a circle of radius r, area over squared perimeter is r^2 / (4 area).
    """
    fitting = np.minimum(radius * radius, area / np.pi)
    shape = np.divide(fitting, 4 * area, out=np.zeros_like(fitting), where=area > 0)
    carrying: Reals = np.interp(shape, SHAPES, FACTORS) * area * fitting / 4
    return carrying


def _in_series(halves: Reals) -> Reals:
    """Return the conductance of both halves one after the other."""
    whole: Reals = halves.prod(axis=1) / halves.sum(axis=1)
    return whole

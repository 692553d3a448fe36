"""What a correction of phase has to know of the beam and the sample."""

from __future__ import annotations

from voltome.data import ConeBeam, Projections
from voltome.data._parameters import check_positive
from voltome.errors import GeometryError, ParameterError
from voltome.physics import delta_over_beta as of_material


def energy_of(projections: Projections, energy_kev: float | None, *, task: str) -> float:
    """Return the energy that was given, or that of the scan."""
    if energy_kev is not None:
        return check_positive("energy_kev", energy_kev)
    if projections.energy_kev is None:
        raise GeometryError(
            f"{task} needs the energy of the photons, and the scan does not say it. Give energy_kev in keV."
        )
    return projections.energy_kev


def ratio_of(delta_over_beta: float | None, material: str | None, energy_kev: float) -> float:
    """Return delta over beta of the sample, given or by its formula."""
    if (delta_over_beta is None) == (material is None):
        raise ParameterError(
            f"delta_over_beta is {delta_over_beta!r} and material is {material!r}; expected one of them. Give the "
            f"formula of the sample, such as 'S', or the number."
        )
    if material is None:
        return check_positive("delta_over_beta", delta_over_beta or 0.0)
    found = of_material(material, energy_kev=energy_kev)
    if found <= 0:
        raise ParameterError(
            f"delta of {material!r} is below 0 at {energy_kev:g} keV, close to an absorption edge; expected one above "
            f"0. Give delta_over_beta."
        )
    return found


def pixels_at_the_sample(projections: Projections) -> tuple[float, float]:
    """Return the edges of a pixel (row, column) in um, seen at the axis of rotation."""
    row, column = projections.geometry.pixel_size_um
    return row / projections.geometry.magnification, column / projections.geometry.magnification


def effective_distance_um(projections: Projections, distance_um: float | None) -> float:
    """Return how far a parallel beam would have to travel for the same fringes."""
    beam = projections.geometry
    if distance_um is not None:
        return check_positive("distance_um", distance_um) / beam.magnification
    if not isinstance(beam, ConeBeam):
        raise GeometryError(
            "distance_um is missing: a parallel beam does not say how far the detector is from the sample. Give it in "
            "micrometres."
        )
    distance = beam.source_to_detector_um - beam.source_to_axis_um
    if distance <= 0:
        raise GeometryError("the detector is at the axis of rotation: there is no phase to retrieve. Give distance_um.")
    return distance / beam.magnification

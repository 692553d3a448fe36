"""Phases freed of noise: opened and closed by a ball, and rid of specks and pinholes without moving any surface."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from voltome.data import PhaseImage, PhaseName, Positive
from voltome.errors import PhaseError
from voltome.segmentation._balls import check_radius, dilated, eroded

Where = NDArray[np.bool_]
OtherPhase = Annotated[str | None, "phase"]  # a phase of the image, or none; the study checks it like a PhaseName

BY_FACES, BY_CORNERS = ndimage.generate_binary_structure(3, 1), ndimage.generate_binary_structure(3, 3)


def open_phase(phases: PhaseImage, *, phase: PhaseName, radius_um: Positive, rest: OtherPhase = None) -> PhaseImage:
    """Remove from a phase all that no ball of the radius fits into (erosion, then dilation).

    Takes away specks, thin bridges and spikes, and rounds convex edges and corners to the radius; what is left is a
    little smaller in surface and volume. To remove specks without a change to anything else, use `remove_artefacts`.

    Parameters
    ----------
    phases : PhaseImage
        The image; voxels may be anisotropic.
    phase : str
        The phase to open.
    radius_um : float
        Radius of the ball in um, at least the smallest voxel edge.
    rest : str, optional
        The phase that the removed voxels become. Needed where the image has more than two phases.

    Returns
    -------
    PhaseImage
        The image with the phase opened. The history says the share of the phase that was removed.

    Raises
    ------
    PhaseError
        An unknown phase, one without a voxel or of which nothing is left, or no `rest` among several phases.
    ParameterError
        A radius below the smallest voxel edge, or above the longest edge of the image.

    Notes
    -----
    Every voxel that lies in a ball of which all voxels are of the phase is kept; a ball is the voxels whose centres are
    within the radius r of a voxel's centre. So a plate of n layers of e um is kept if n is above 2 floor(r / e). A ball
    has its centre in the sample and is cut off at the faces of the image and at the edge of the mask: a particle that
    is cut there is not eroded from there. Opening twice changes nothing more.

    Exact, by two Euclidean distance transforms; the cost does not depend on the radius. Memory: 10 bytes per voxel.

    References
    ----------
    .. [1] Serra J., Image Analysis and Mathematical Morphology (1982), chapter II.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> line = np.array([[0, 1, 1, 1, 0, 0, 1, 0]], np.uint8)
    >>> image = vt.data.PhaseImage(line, voxel_size_um=2, phases={0: "pore", 1: "sulfur"})
    >>> vt.segmentation.open_phase(image, phase="sulfur", radius_um=2).values
    array([[[0, 1, 1, 1, 0, 0, 0, 0]]], dtype=uint8)
    """
    radius, here = check_radius(phases, radius_um), _voxels_of(phases, phase)
    becomes = _rest_of(phases, phase, rest)
    core = eroded(here, _others(phases, here), phases, radius)
    _check_left(core, phases, phase, radius)
    gone = here & ~dilated(core, phases, radius)
    did = f"open_phase: {phase} by a ball of {radius:.10g} um, {_share(gone, here)} of it removed to {becomes}"
    return _with(phases, {becomes: gone}, did)


def close_phase(phases: PhaseImage, *, phase: PhaseName, radius_um: Positive) -> PhaseImage:
    """Add to a phase all that no ball of the radius outside it reaches (dilation, then erosion).

    Fills pinholes, cracks and gaps, joins what is nearer than twice the radius, and rounds concave edges. To fill holes
    without a change to anything else, use `remove_artefacts`.

    Parameters
    ----------
    phases : PhaseImage
        The image; voxels may be anisotropic.
    phase : str
        The phase to close; it takes the voxels of every other phase.
    radius_um : float
        Radius of the ball in um, at least the smallest voxel edge.

    Returns
    -------
    PhaseImage
        The image with the phase closed. The history says how much was added, as a share of the phase before.

    Raises
    ------
    PhaseError
        An unknown phase, one without a voxel, or one that would fill the sample.
    ParameterError
        A radius below the smallest voxel edge, or above the longest edge of the image.

    Notes
    -----
    The opening of all that is not the phase: a voxel outside the phase stays if it lies in a ball that has no voxel of
    the phase. A ball is cut off at the faces of the image and at the edge of the mask, so nothing is added because it
    is near them. Closing twice changes nothing more. Cost and memory are those of `open_phase`.

    References
    ----------
    .. [1] Serra J., Image Analysis and Mathematical Morphology (1982), chapter II.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> line = np.array([[1, 1, 0, 1, 1, 0, 0, 0]], np.uint8)
    >>> image = vt.data.PhaseImage(line, voxel_size_um=2, phases={0: "pore", 1: "sulfur"})
    >>> vt.segmentation.close_phase(image, phase="sulfur", radius_um=2).values
    array([[[1, 1, 1, 1, 1, 0, 0, 0]]], dtype=uint8)
    """
    radius, here = check_radius(phases, radius_um), _voxels_of(phases, phase)
    outside = _others(phases, here)
    core = eroded(outside, here, phases, radius)
    if outside.any() and not core.any():
        raise PhaseError(
            f"closed by a ball of {radius:g} um, the phase {phase!r} would fill the whole sample; expected something "
            f"left outside it. Give a smaller radius_um."
        )
    added = outside & ~dilated(core, phases, radius)
    did = f"close_phase: {phase} by a ball of {radius:.10g} um, {_share(added, here)} of it added"
    return _with(phases, {phase: added}, did)


def remove_artefacts(
    phases: PhaseImage, *, phase: PhaseName, radius_um: Positive, rest: OtherPhase = None
) -> PhaseImage:
    """Remove the specks of a phase and fill its pinholes, and leave every other surface as it is.

    The clean-up by erosion and dilation after a threshold, without its side effect: a piece in which a ball of the
    radius fits anywhere keeps its exact shape, edges and thin parts included, and so does a hole. Where thin bridges
    and spikes are artefacts too, use `open_phase` and `close_phase`. It changes what counts small particles: keep the
    radius below that of the smallest particle that is to be measured.

    Parameters
    ----------
    phases : PhaseImage
        The image; voxels may be anisotropic.
    phase : str
        The phase to clean.
    radius_um : float
        Radius of the ball in um, at least the smallest voxel edge: pieces and holes stay if it fits into them.
    rest : str, optional
        The phase that specks become. Needed where the image has more than two phases.

    Returns
    -------
    PhaseImage
        The image without specks and pinholes. The history says which share of the phase they were.

    Raises
    ------
    PhaseError
        An unknown phase, one without a voxel or of which nothing is left, or no `rest` among several phases.
    ParameterError
        A radius below the smallest voxel edge, or above the longest edge of the image.

    Notes
    -----
    Specks: pieces of the phase, connected by faces, edges or corners, of which erosion by the ball leaves nothing.
    They are removed first. Pinholes: pieces of all that is not the phase then, connected by faces, of which erosion
    leaves nothing, whatever phases they hold. This is the opening, and then the closing, by reconstruction [1]_.
    A ball is cut off at the faces of the image and at the edge of the mask, as in `open_phase`; a hole that is open to
    the pores is no pinhole. Doing it twice changes nothing more, unless a mask cuts balls in two. Memory: 13 bytes per
    voxel.

    References
    ----------
    .. [1] Vincent L., Morphological grayscale reconstruction in image analysis, IEEE Trans. Image Process. 2, 176-201
       (1993), section II.

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> line = np.array([[1, 0, 0, 0, 1, 1, 1, 0, 1, 1, 1]], np.uint8)
    >>> image = vt.data.PhaseImage(line, voxel_size_um=2, phases={0: "pore", 1: "sulfur"})
    >>> vt.segmentation.remove_artefacts(image, phase="sulfur", radius_um=2).values
    array([[[0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1]]], dtype=uint8)
    """
    radius, here = check_radius(phases, radius_um), _voxels_of(phases, phase)
    becomes = _rest_of(phases, phase, rest)
    others = _others(phases, here)
    core = eroded(here, others, phases, radius)
    _check_left(core, phases, phase, radius)
    specks = here & ~_pieces_with(core, here, BY_CORNERS)
    kept, outside = here & ~specks, others | specks
    holes = outside & ~_pieces_with(eroded(outside, kept, phases, radius), outside, BY_FACES)
    removed, filled = specks & ~holes, holes & ~here
    did = (
        f"remove_artefacts: {phase} by a ball of {radius:.10g} um, specks of {_share(removed, here)} of it removed to "
        f"{becomes}, pinholes of {_share(filled, here)} of it filled"
    )
    return _with(phases, {becomes: removed, phase: filled}, did)


def _voxels_of(phases: PhaseImage, phase: str) -> Where:
    """Return where a phase is, inside the mask, or say that it is nowhere."""
    here = phases.is_phase(phase)
    if not here.any():
        where = "" if phases.mask is None else " inside the mask"
        raise PhaseError(
            f"the phase {phase!r} has no voxel{where}, so there is nothing to clean; expected at least one. "
            f"Look at voltome.morphology.phase_fractions."
        )
    return here


def _others(phases: PhaseImage, here: Where) -> Where:
    """Return where other phases are, inside the mask."""
    return ~here if phases.mask is None else phases.mask & ~here


def _rest_of(phases: PhaseImage, phase: str, rest: str | None) -> str:
    """Return the phase that removed voxels become."""
    others = [name for name in phases.phases.values() if name != phase]
    if rest is None:
        if len(others) == 1:
            return others[0]
        raise PhaseError(
            f"the image has {len(others)} phases beside {phase!r} ({', '.join(map(repr, others))}); expected rest to "
            f"say which of them removed voxels become."
        )
    phases.label_of(rest)
    if rest == phase:
        raise PhaseError(f"rest is {rest!r}, the phase that is cleaned; expected another one: {others}.")
    return rest


def _check_left(core: Where, phases: PhaseImage, phase: str, radius_um: float) -> None:
    """Refuse a radius at which nothing of a phase is left."""
    if not core.any():
        raise PhaseError(
            f"no ball of {radius_um:g} um fits into the phase {phase!r} anywhere, so nothing of it would be left; "
            f"expected something. Give a smaller radius_um; the image has {phases.grid_in_words}."
        )


def _pieces_with(core: Where, pieces: Where, structure: Where) -> Where:
    """Return the connected pieces that hold a voxel of the core."""
    labels, count = ndimage.label(pieces, structure)
    holds = np.zeros(count + 1, np.bool_)
    holds[labels[core]] = True
    found: Where = holds[labels]
    return found


def _share(part: Where, whole: Where) -> str:
    """Return the size of a part beside a whole, as the history says it."""
    return f"{np.count_nonzero(part) / np.count_nonzero(whole):.4%}"


def _with(phases: PhaseImage, changes: dict[str, Where], did: str) -> PhaseImage:
    """Return the image in which some voxels have another phase."""
    values = phases.values.copy()
    for name, where in changes.items():
        values[where] = phases.label_of(name)
    return phases.derive(did, values=values)

"""Diffusion and flow through a pore network, held against the same on the voxels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from voltome.data import AxisName, Column, PhaseImage, PoreNetwork, ResultTable
from voltome.data._parameters import axis_index, check_choice
from voltome.errors import GeometryError
from voltome.transport import _conduits as conduits
from voltome.transport._sample import box_of
from voltome.transport.columns_network import NETWORK_TRANSPORT, VOXEL_DIFFUSION, VOXEL_FLOW
from voltome.transport.network import measured_on

VoxelSolve = Literal["diffusion", "diffusion and flow"]

FAR_OFF = 0.3
"""By how much a network may be off before a reader is warned."""

Row = dict[str, Any]


def network_transport(
    network: PoreNetwork,
    *,
    phases: PhaseImage | None = None,
    axis: AxisName = "z",
    voxel_solve: VoxelSolve = "diffusion",
) -> ResultTable:
    """Compute diffusion and viscous flow through a pore network, and how far they are off the same on the voxels.

    Tells whether a network may stand for its image before it is used for more, in OpenPNM or elsewhere. The values
    on the voxels (`tortuosity`, `permeability`) are the better ones: give `phases` and trust the network as far as
    the ratios are near 1.

    Parameters
    ----------
    network : PoreNetwork
        The network.
    phases : PhaseImage, optional
        The image that the network was made from. With it diffusion is solved on the voxels too.
    axis : {"z", "y", "x"}
        From the first to the last face along this axis.
    voxel_solve : {"diffusion", "diffusion and flow"}
        With `phases`: what is solved on the voxels. Flow takes minutes where diffusion takes a second.

    Returns
    -------
    ResultTable
        Kind ``network_transport``, one row: `porosity`, `network_relative_diffusivity` (effective over free),
        `network_tortuosity` (porosity over that; infinite without a path), `network_permeability_um2`,
        `flux_imbalance`, counts of pores; with `phases` also `voxel_relative_diffusivity` and
        `diffusivity_ratio`, and with flow `voxel_permeability_um2` and `permeability_ratio` (network over voxels; 1
        where both are 0). Where no pores connect the faces, diffusivity and permeability are 0 and a warning says so.

    Raises
    ------
    AxisError
        An unknown axis.
    ParameterError
        An unknown `voxel_solve`.
    GeometryError
        Phases on another grid than the network.
    PhaseError
        Phases without the phase of the network.

    Notes
    -----
    Every throat is two ways in series, from the centre of each of its pores to its own, of length l. At the pore a way
    is as wide as the mean cross-section of the pore, A = V / sqrt(12 n.C.n), at its end as the throat. The face of the
    image is the end of a way too; the other faces let nothing through. Straight channels are exact.

    Diffusion: each end for half of the length, so A B / (A + B) * 2 / l with both areas. Viscous flow, for a unit
    viscosity: a duct of area A carries c / l with c = F G A^2, where G = r^2 / (4 A), r the inscribed radius, is area
    over squared perimeter for every polygon around a circle [2]_, and F lies between 3/5 for triangles, 0.5623 for
    squares and 1/2 for circles [3]_, for which that is Hagen and Poiseuille's law. It narrows evenly from the pore to
    its end like a cone, c^(1/4) standing for its radius. Which of both ways to narrow is taken for which of both, was
    decided by comparison with the voxels.

    Solved directly in double precision; effective values refer to the sample (inside the mask).

    What to expect: on two random media of 100^3 voxels, of porosity 0.45 and 0.4 and a mean thickness of 8 and 12
    voxels, the diffusivity was 0.88 to 0.97 times that on the voxels and the permeability 0.88 to 1.01 times; with
    `min_depth_um` of two voxels instead of half a one 0.96 to 1.11, and 1.23 to 1.57. See ``docs/network.md``.

    Time: 10,648 pores and 30,492 throats took 0.7 s of processor time, without the voxels.

    References
    ----------
    .. [1] J. Gostick, Phys. Rev. E 96 (2017) 023307 (network from a watershed).
    .. [2] G. Mason, N. R. Morrow, J. Colloid Interface Sci. 141 (1991) 262 (shape factor).
    .. [3] T. W. Patzek, D. B. Silin, J. Colloid Interface Sci. 236 (2001) 295 (conductance by shape);
       P. H. Valvatne, M. J. Blunt, Water Resour. Res. 40 (2004) W07406 (pore, throat and pore in series).

    Examples
    --------
    >>> import numpy as np, voltome as vt
    >>> labels = np.zeros((12, 12, 24), np.int32)
    >>> labels[2:10, 2:10, :12], labels[2:10, 2:10, 12:] = 1, 2
    >>> network = vt.transport.extract_network(vt.data.ParticleImage(labels, voxel_size_um=0.5, phase="pore"))
    >>> row = vt.transport.network_transport(network, axis="x").frame.iloc[0]
    >>> round(float(row.network_relative_diffusivity), 6), round(float(row.porosity), 6)  # a straight channel
    (0.444444, 0.444444)
    """
    check_choice("voxel_solve", voxel_solve, get_args(VoxelSolve))
    along = axis_index(axis)
    if phases is not None:
        _check_grid(network, phases)
    found = _solved(network, axis, along)
    row = found.row
    columns: tuple[Column, ...] = NETWORK_TRANSPORT
    if phases is not None:
        row, columns = row | _diffusion_on_voxels(found, phases, network, axis), (*columns, *VOXEL_DIFFUSION)
        if voxel_solve == "diffusion and flow":
            row, columns = row | _flow_on_voxels(found, phases, network, axis), (*columns, *VOXEL_FLOW)
    return ResultTable(
        pd.DataFrame([row])[[column.name for column in columns]],
        columns=columns,
        kind="network_transport",
        measured_on=measured_on(network),
        method="ways from pores to throats: diffusion by steps, flow by cones with shape factors (Mason and Morrow)",
        history=network.history,
        warnings=_warnings(network, axis, row),
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found on the network."""

    row: Row

    def ratio(self, name: str, on_voxels: float) -> float:
        """Return a value of the network over that on the voxels; 1 where both are 0."""
        own = float(self.row[name])
        if on_voxels == 0:
            return 1.0 if own == 0 else float("inf")
        return own / on_voxels


def _solved(network: PoreNetwork, axis: AxisName, along: int) -> _Found:
    """Solve diffusion and flow on the network."""
    pores = conduits.percolating(network, along)
    carried = [
        conduits.carried(network, way(network), along, pores) for way in (conduits.diffusive, conduits.hydraulic)
    ]
    length = network.size_um[along]
    per_conductance = length**2 / network.sample_volume_um3  # length over the mean cross-section of the sample
    diffusivity, permeability = (each.flow_in * per_conductance for each in carried)
    imbalance = [abs(each.flow_in - each.flow_out) / max(each.flow_in, each.flow_out, 1e-300) for each in carried]
    at_ends = [int(np.count_nonzero(pores & (network.face_area_um2[:, 2 * along + end] > 0))) for end in (0, 1)]
    return _Found(
        {
            "phase": network.phase,
            "axis": axis,
            "porosity": network.porosity,
            "percolating_porosity": float(network.volume_um3[pores].sum()) / network.sample_volume_um3,
            "network_relative_diffusivity": diffusivity,
            "network_tortuosity": network.porosity / diffusivity if diffusivity > 0 else float("inf"),
            "network_permeability_um2": permeability,
            "flux_imbalance": max(imbalance),
            "percolating_pores": int(np.count_nonzero(pores)),
            "inlet_pores": at_ends[0],
            "outlet_pores": at_ends[1],
        }
    )


def _check_grid(network: PoreNetwork, phases: PhaseImage) -> None:
    """Refuse phases of another size or place than the network."""
    phases.label_of(network.phase)
    edges, box = np.array(phases.voxel_size_um), box_of(phases)
    origin = np.array(phases.origin_um) + edges * [extent.start for extent in box.box]
    for what, own, other in (
        ("size_um", network.size_um, tuple((edges * box.shape).tolist())),
        ("origin_um", network.origin_um, tuple(origin.tolist())),
        ("voxel_size_um", network.voxel_size_um, phases.voxel_size_um),
    ):
        if not np.allclose(own, other, rtol=1e-6, atol=1e-9):
            raise GeometryError(
                f"the network has {what} = {own}, the sample of the phases "
                f"{other} (z, y, x); expected the image from which the "
                f"network was made. Give that image as phases, or none."
            )


def _diffusion_on_voxels(found: _Found, phases: PhaseImage, network: PoreNetwork, axis: AxisName) -> Row:
    """Solve diffusion on the voxels."""
    from voltome.transport import tortuosity

    solved = tortuosity(phases, phase=network.phase, axis=axis).relative_diffusivity
    return {
        "voxel_relative_diffusivity": solved,
        "diffusivity_ratio": found.ratio("network_relative_diffusivity", solved),
    }


def _flow_on_voxels(found: _Found, phases: PhaseImage, network: PoreNetwork, axis: AxisName) -> Row:
    """Solve flow on the voxels."""
    from voltome.transport import permeability

    solved = permeability(phases, phase=network.phase, axis=axis, mode="tensor", sides="mirrored").value
    return {"voxel_permeability_um2": solved, "permeability_ratio": found.ratio("network_permeability_um2", solved)}


def _warnings(network: PoreNetwork, axis: AxisName, row: Row) -> tuple[str, ...]:
    """Return what a reader must know: that nothing flows, or that the network is far off."""
    if row["percolating_pores"] == 0:
        return (
            f"No pores of {network.phase} connect the first and the last face along {axis}, so the diffusivity and the "
            f"permeability are 0 and the tortuosity is infinite. Check the threshold, or try another axis.",
        )
    said = []
    for name, words in (("diffusivity_ratio", "diffusivity"), ("permeability_ratio", "permeability")):
        ratio = row.get(name, 1.0)
        if abs(ratio - 1) > FAR_OFF:
            said.append(
                f"The {words} of the network along {axis} is {ratio:.2f} times that on the voxels. Use the value on "
                f"the voxels, and separate the pores with another min_depth_um before the network is used for more."
            )
    return tuple(said)

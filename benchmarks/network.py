"""Pore networks: voltome and PoreSpy's snow2, end to end, and how far the diffusivity of both is off the voxels.

Both start from the pore space and end with pores and throats. The diffusivity of snow2's network is OpenPNM's, with the
size factors of its example of an extracted network (pyramids and cuboids). ``python -m benchmarks network --edge 200``.
"""

from __future__ import annotations

import argparse
import multiprocessing
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

import voltome as vt
from benchmarks.measuring import best_of, machine, peak_bytes

Space = NDArray[np.bool_]

OWN, SNOW = "voltome", "porespy snow2"
AXES = ("z", "y", "x")


def images(edge: int) -> dict[str, Space]:
    import porespy

    return {
        "spheres r = 8": porespy.generators.overlapping_spheres([edge] * 3, r=8, porosity=0.4, seed=2),
        "blobs": porespy.generators.blobs([edge] * 3, porosity=0.45, blobiness=edge / 100, seed=1),
    }


def image_of(space: Space) -> vt.data.PhaseImage:
    return vt.data.PhaseImage(space.view(np.uint8), voxel_size_um=1, phases={0: "solid", 1: "pore"})


def by_voltome(space: Space) -> vt.data.PoreNetwork:
    return vt.transport.extract_network(vt.segmentation.separate_particles(image_of(space), phase="pore"))


def by_snow(space: Space) -> dict[str, Any]:
    import porespy

    return dict(porespy.networks.snow2(space, voxel_size=1).network)


PROGRAMS: dict[str, Callable[[Space], Any]] = {OWN: by_voltome, SNOW: by_snow}


def memory_of(program: str, name: str, edge: int) -> int:
    warnings.simplefilter("ignore")
    space = images(edge)[name]
    PROGRAMS[program](space[:40, :40, :40].copy())
    return peak_bytes(lambda: PROGRAMS[program](space))


def in_fresh_process(program: str, name: str, edge: int) -> int:
    """Return the memory that a program takes above the image, where nothing was freed before that it could use."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(memory_of, (program, name, edge))


def size_of(network: Any) -> tuple[int, int]:
    if isinstance(network, vt.data.PoreNetwork):
        return network.pore_count, network.throat_count
    at_faces = network["pore.boundary"]
    return int((~at_faces).sum()), int((~at_faces[network["throat.conns"]].any(axis=1)).sum())


def diffusivities_of_snow(network: dict[str, Any], edge: int) -> list[float]:
    """Return the relative diffusivity along z, y, x by OpenPNM."""
    import openpnm

    pores = openpnm.io.network_from_porespy(network)
    pores["pore.diameter"] = pores["pore.equivalent_diameter"]
    pores["throat.diameter"] = pores["throat.inscribed_diameter"]
    pores["throat.spacing"] = pores["throat.total_length"]
    openpnm.topotools.trim(pores, pores=openpnm.utils.check_network_health(pores)["disconnected_pores"])
    factors = openpnm.models.geometry.diffusive_size_factors.pyramids_and_cuboids
    pores.add_model(propname="throat.diffusive_size_factors", model=factors)
    phase = openpnm.phase.Phase(network=pores)
    phase["pore.diffusivity"], phase["throat.diffusivity"] = 1.0, 1.0
    conductance = openpnm.models.physics.diffusive_conductance.generic_diffusive
    phase.add_model(propname="throat.diffusive_conductance", model=conductance)
    found = []
    for first, last in (("xmin", "xmax"), ("ymin", "ymax"), ("zmin", "zmax")):  # snow2 calls the first axis x
        fickian = openpnm.algorithms.FickianDiffusion(network=pores, phase=phase)
        fickian.set_value_BC(pores=pores.pores(first), values=1.0)
        fickian.set_value_BC(pores=pores.pores(last), values=0.0)
        fickian.run()
        found.append(float(fickian.rate(pores=pores.pores(first))[0]) / edge)
    return found


def ratios(network: Any, on_voxels: list[float], edge: int) -> str:
    if isinstance(network, vt.data.PoreNetwork):
        rows = [vt.transport.network_transport(network, axis=axis).frame for axis in AXES]
        found = [float(row["network_relative_diffusivity"].iloc[0]) for row in rows]
    else:
        found = diffusivities_of_snow(network, edge)
    return ", ".join(f"{own / voxels:.2f}" for own, voxels in zip(found, on_voxels, strict=True))


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks network")
    parser.add_argument("--edge", type=int, default=100)
    parser.add_argument("--times", type=int, default=2)
    chosen = parser.parse_args(arguments)
    report(chosen.edge, chosen.times)


def report(edge: int, times: int) -> None:
    warnings.simplefilter("ignore")  # of the peers
    print(f"{edge}^3 voxels; {machine()}\n")
    print("| image | program | s | ratio | MB | pores | throats | D of the network over that on the voxels (z, y, x) |")
    print("|---|---|---|---|---|---|---|---|")
    for name, space in images(edge).items():
        phases = image_of(space)
        on_voxels = [vt.transport.tortuosity(phases, phase="pore", axis=axis).relative_diffusivity for axis in AXES]
        for program in PROGRAMS.values():
            program(space[:40, :40, :40].copy())  # compiled
        cases = {each: (lambda space=space, run=run: run(space)) for each, run in PROGRAMS.items()}
        seconds, networks = best_of(cases, times)
        for program in PROGRAMS:
            pores, throats = size_of(networks[program])
            print(
                f"| {name} | {program} | {seconds[program]:.2f} | {seconds[program] / seconds[OWN]:.1f} | "
                f"{in_fresh_process(program, name, edge) / 1e6:.0f} | {pores} | {throats} | "
                f"{ratios(networks[program], on_voxels, edge)} |"
            )

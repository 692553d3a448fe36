"""One call for every step that works on an image: for tests of all of them, and for their memory.

A step that is new has no call here and fails `tests/properties/test_threads.py` until it has one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import remounted
import scanned
from collectors import ABOVE, STEEL, tilted_collector

import voltome as vt

PORE, SOLID, BINDER, VOID = 0, 1, 2, 3
NAMES = {PORE: "pore", SOLID: "solid", BINDER: "binder", VOID: "internal void"}
GREYS = np.array([60, 170, 110, 60], np.float32)

ON_TABLES = {
    "combined_uncertainty",
    "particle_statistics",
    "size_distribution",
    "streamline_statistics",
    "surface_to_volume_distribution",
}
"""Steps that work on tables: what they do, no number of threads and no size of an image changes."""

Step = Callable[..., Any]


@dataclass(frozen=True)
class Scene:
    """Images of the same balls with voids in them, touching each other, and binder beside them."""

    grey: vt.data.Volume
    phases: vt.data.PhaseImage
    particles: vt.data.ParticleImage

    @property
    def scans(self) -> dict[str, vt.data.PhaseImage]:
        """Two states of the phases: in the second the balls are a voxel further along y."""
        moved = np.roll(self.phases.values, 1, axis=1)
        return {"first": self.phases, "second": vt.data.PhaseImage(moved, **self.phases.grid, phases=NAMES)}

    @property
    def cycled(self) -> dict[str, vt.data.ParticleImage]:
        """Two states of the particles."""
        moved = np.roll(self.particles.values, 1, axis=1)
        return {"first": self.particles, "second": vt.data.ParticleImage(moved, **self.particles.grid, phase="solid")}


def scene(shape: tuple[int, int, int], *, voxel_size_um: tuple[float, float, float], masked: bool) -> Scene:
    """Make balls of 4 to 7 voxels, about a third of the volume; the mask is a cylinder along z."""
    random = np.random.default_rng(7)
    labels, phases = np.zeros(shape, np.int32), np.zeros(shape, np.uint8)
    phases[random.random(shape, np.float32) > 0.9] = BINDER
    number = 0
    for _ in range(int(np.prod(shape)) // 1800 + 4):
        centre, radius = random.uniform(0, shape), random.uniform(4, 7)
        low = np.maximum(np.floor(centre - radius).astype(int), 0)
        box = tuple(slice(a, int(c + radius) + 2) for a, c in zip(low, centre, strict=True))
        away = sum(
            (index + first - c) ** 2 for index, first, c in zip(np.ogrid[_size(labels[box])], low, centre, strict=True)
        )
        free = (away <= radius**2) & (labels[box] == 0)
        if free.any():
            number += 1
            labels[box][free], phases[box][free] = number, SOLID
            phases[box][free & (away <= (radius / 3) ** 2)] = VOID
    grey = GREYS[phases] + 12 * random.standard_normal(shape, np.float32)
    y, x = (np.linspace(-1, 1, count) for count in shape[1:])
    mask = np.broadcast_to(np.hypot(y[:, None], x) <= 1.05, shape).copy() if masked else None
    grid: dict[str, Any] = {"voxel_size_um": voxel_size_um, "mask": mask}
    return Scene(
        vt.data.Volume(np.clip(np.rint(grey), 0, 255).astype(np.uint8), **grid),
        vt.data.PhaseImage(phases, **grid, phases=NAMES),
        vt.data.ParticleImage(labels, **grid, phase="solid"),
    )


def _size(box: np.ndarray) -> tuple[slice, ...]:
    return tuple(slice(0, count) for count in box.shape)


def _with_grey(step: Step, scene: Scene, **parameters: Any) -> Callable[[], Any]:
    return lambda: step(scene.grey, **parameters)


def _classifier(scene: Scene) -> vt.data.PixelClassifier:
    return vt.segmentation.train_classifier(scene.grey, brush=_brush(scene), trees=20).classifier


def _brush(scene: Scene) -> vt.data.PhaseImage:
    """Return stripes in which the phases of the scene are known."""
    z, y, x = np.ogrid[_size(scene.phases.values)]
    known = ((z // 3 + y // 5) % 4 == 0) & (x % 3 == 0)
    strokes = np.where(known & (scene.phases.values < BINDER), scene.phases.values + 1, 0).astype(np.uint8)
    return vt.data.PhaseImage(strokes, **scene.phases.grid, phases={0: "not brushed", 1: "pore", 2: "solid"})


def _collector(scene: Scene) -> vt.data.Volume:
    """Return a scan of a tilted collector of the same size, above it a layer of separator."""
    shape = scene.grey.shape
    found = tilted_collector(
        shape=shape, voxel_size_um=scene.grey.voxel_size_um, height_um=0.4 * scene.grey.size_um[0], tilt_y_deg=2
    )
    values = found.values.copy()
    values[-shape[0] // 4 :, ::2] = 1000
    return vt.data.Volume(values, **found.grid)


def _remounted(scene: Scene) -> dict[str, vt.data.Volume]:
    """Return two scans of fibres, the second turned."""
    shape = scene.grey.shape
    cell = remounted.cell(shape, fibre_layer_um=(0, shape[0]), fibres=shape[1] * 3 // 2, particles=1, seed=2)
    middle = tuple(count / 2 for count in shape)
    motion = remounted.motion(3.0, shift_um=(0.4, 1.0, -1.5), centre_um=middle)
    moved = remounted.scan(cell.moved(motion.inverse()), shape, seed=2)
    return {"uncycled": remounted.scan(cell, shape, seed=1), "cycled": moved}


_UP = (STEEL - 2000, None)
_OF_SOLID = {"phase": "solid"}

ON_GREY: Mapping[str, dict[str, Any]] = {
    "median": {},
    "gaussian": {"sigma_um": 1.0},
    "box": {},
    "unsharp_mask": {"sigma_um": 1.0},
    "equalise_histogram": {},
    "equalise_adaptive": {},
    "denoise_nlm": {"search_radius_um": 2.0},
    "threshold": {"intervals": {"solid": (140, None)}, "rest": "pore"},
    "hysteresis_threshold": {"phase": "solid", "strong": 170, "weak": 140, "rest": "pore"},
    "otsu": {"phases": ["pore", "binder", "solid"]},
    "threshold_sensitivity": {"phase": "solid", "interval": (140, None), "values": [120, 130, 140, 150]},
    "crop": {"box_voxels": ((2, 20), (1, 25), (3, 24))},
    "project": {"axis": "y"},
}
ON_PHASES: Mapping[str, dict[str, Any]] = {
    "open_phase": {**_OF_SOLID, "radius_um": 2.0, "rest": "pore"},
    "close_phase": {**_OF_SOLID, "radius_um": 2.0},
    "remove_artefacts": {**_OF_SOLID, "radius_um": 2.0, "rest": "pore"},
    "internal_voids": {"phase": "solid", "void": "void"},
    "merge_phases": {"phases_to_merge": ("solid", "internal void"), "into": "all solid"},
    "separate_particles": _OF_SOLID,
    "separation_curve": _OF_SOLID,
    "label_connectivity": _OF_SOLID,
    "phase_fractions": {},
    "phase_profile": {"axis": "y"},
    "areal_loading": {**_OF_SOLID, "density_g_per_cm3": 2.0},
    "local_thickness": _OF_SOLID,
    "continuous_size_distribution": _OF_SOLID,
    "intrusion_radius": {"phase": "pore"},
    "mercury_intrusion": {"phase": "pore", "inlet": "z-"},
    "surface_area": _OF_SOLID,
    "surface_areas": _OF_SOLID,
    "interface_areas": {},
    "triple_phase_boundary": {"phases_of_interest": ["pore", "solid", "binder"]},
    "connectivity": _OF_SOLID,
    "fraction_confidence": _OF_SOLID,
    "two_point_correlation": {**_OF_SOLID, "maximum_um": 4.0},
    "tortuosity": {"phase": "pore"},
    "effective_diffusivity": {"diffusivities": {"pore": 1.0, "solid": 0.1}},
    "electrode_tortuosity": {"phase": "pore", "reactive": "solid"},
    "diffusion_field": {"phase": "pore"},
    "tortuosity_refinement": {"phase": "pore"},
    "permeability": {"phase": "pore"},
    "flow_field": {"phase": "pore", "mode": "experiment", "buffer_voxels": 2},
    "permeability_refinement": {"phase": "pore", "tolerance": 0.1},
    "growing_volume": {"phase": "pore", "edges_um": (10.0,), "axes": ("z",), "shares": (0.5, 1.0)},
}
ON_PARTICLES: Mapping[str, dict[str, Any]] = {
    "drop_touching_border": {},
    "filter_by_size": {"min_diameter_um": 9.0},
    "measure_particles": {},
    "measure_shapes": {"minimum_radius_voxels": 3.0},
    "particle_contacts": {},
    "particle_neighbours": {},
    "particle_radii": {},
    "extract_network": {},
    "measure_cracks": {"crack_width_um": 2.0},
}


def calls(scene: Scene, name: str) -> Callable[[], Any]:
    """Return the call of a step on the scene; what it needs beside is made before."""
    if name in scanned.KNOWN:
        return scanned.calls(name)
    step = vt.study.STEPS[name].call
    for noun, parameters in ((scene.grey, ON_GREY), (scene.phases, ON_PHASES), (scene.particles, ON_PARTICLES)):
        if name in parameters:
            given = parameters[name]
            return lambda noun=noun: step(noun, **given)
    return _SPECIAL[name](step, scene)


def _align(step: Step, scene: Scene) -> Callable[[], Any]:
    scans = _remounted(scene)
    return lambda: step(scans, to="uncycled")


def _on_collector(**parameters: Any) -> Callable[[Step, Scene], Callable[[], Any]]:
    def make(step: Step, scene: Scene) -> Callable[[], Any]:
        volume = _collector(scene)
        return lambda: step(volume, collector=_UP, **parameters)

    return make


def _train(step: Step, scene: Scene) -> Callable[[], Any]:
    brush = _brush(scene)
    return lambda: step(scene.grey, brush=brush, trees=20)


def _classify(step: Step, scene: Scene) -> Callable[[], Any]:
    classifier = _classifier(scene)
    return lambda: step(scene.grey, classifier=classifier)


def _on_scans(**parameters: Any) -> Callable[[Step, Scene], Callable[[], Any]]:
    def make(step: Step, scene: Scene) -> Callable[[], Any]:
        scans = scene.scans
        return lambda: step(scans, phase="solid", **parameters)

    return make


def _corrected(step: Step, before: vt.data.ImageNoun, after: vt.data.ImageNoun) -> Callable[[], Any]:
    return lambda: step(before, corrected=after, by="A. Person", why="a ball was missed")


def _tensor(step: Step, scene: Scene) -> Callable[[], Any]:
    """A tensor wants a whole box."""
    whole = vt.data.PhaseImage(scene.phases.values, voxel_size_um=scene.phases.voxel_size_um, phases=NAMES)
    return lambda: step(whole, diffusivities={"pore": 1.0, "solid": 0.1})


def _streamlines(step: Step, scene: Scene) -> Callable[[], Any]:
    """Return lines through the pores, in a field that looks like none that was solved but runs along z everywhere."""
    random = np.random.default_rng(3)
    pore = scene.phases.values == PORE
    z, y, x = (
        vt.data.Volume((pore * (random.random(pore.shape) + along)).astype(np.float32), **scene.grey.grid, unit="m/s")
        for along in (1.0, -0.5, -0.5)
    )
    return lambda: step(z, along_y=y, along_x=x, count=20)


def _match(step: Step, scene: Scene) -> Callable[[], Any]:
    cycled = scene.cycled
    return lambda: step(cycled)


def _on_network(step: Step, scene: Scene) -> Callable[[], Any]:
    network = vt.transport.extract_network(scene.particles)
    return lambda: step(network)


def _on_attenuation(**parameters: Any) -> Callable[[Step, Scene], Callable[[], Any]]:
    def make(step: Step, scene: Scene) -> Callable[[], Any]:
        volume = vt.data.Volume(
            scene.grey.values / np.float32(100), voxel_size_um=1.0, quantity="attenuation", unit="1/cm"
        )
        return lambda: step(volume, **parameters)

    return make


def _judged(**parameters: Any) -> Callable[[Step, Scene], Callable[[], Any]]:
    return lambda step, scene: lambda: step(scene.grey, phases=scene.phases, **parameters)


_SPECIAL: Mapping[str, Callable[[Step, Scene], Callable[[], Any]]] = {
    "align": _align,
    "find_collector": _on_collector(),
    "level": _on_collector(),
    "select_electrode": _on_collector(separator=(None, ABOVE // 2)),
    "train_classifier": _train,
    "classify": _classify,
    "phase_probability": _classify,
    "correct_phases": lambda step, scene: _corrected(step, scene.phases, scene.scans["second"]),
    "correct_particles": lambda step, scene: _corrected(step, scene.particles, scene.cycled["second"]),
    "states": _on_scans(),
    "diffusivity_tensor": _tensor,
    "mass_balance": _on_scans(density_g_per_cm3=2.0),
    "match_particles": _match,
    "streamlines": _streamlines,
    "measure_pores": _on_network,
    "measure_throats": _on_network,
    "network_transport": _on_network,
    "project_views": _on_attenuation(angles_deg=[0.0, 40.0, 90.0]),
    "signal_to_noise": _judged(phase="solid", erode_um=1.0),
    "contrast_to_noise": _judged(phase="solid", background="pore", erode_um=0.0),
    "calibrate_attenuation": _judged(attenuations_per_cm={"pore": 0.0, "solid": 100.0}),
    "fourier_shell_correlation": lambda step, scene: (
        lambda: step(scene.grey, other=dataclasses.replace(scene.grey, values=np.roll(scene.grey.values, 1, axis=1)))
    ),
    "measure_voids": lambda step, scene: lambda: step(scene.particles, phases=scene.phases, grey=scene.grey),
}

KNOWN = {*ON_GREY, *ON_PHASES, *ON_PARTICLES, *_SPECIAL, *scanned.KNOWN}
"""Steps that have a call."""

from .bodies import Block, Capsule
from .packing import pack
from .scenes import Scene
from .simulated_images import grey_volume, true_particles, true_phases
from .solids import Ellipsoid, Solid, Sphere

__all__ = [
    "Block",
    "Capsule",
    "Ellipsoid",
    "Scene",
    "Solid",
    "Sphere",
    "grey_volume",
    "pack",
    "true_particles",
    "true_phases",
]

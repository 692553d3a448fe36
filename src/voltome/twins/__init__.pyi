from .bodies import Block, Capsule
from .packing import pack
from .scenes import Scene
from .simulated_images import grey_volume, true_particles, true_phases
from .solids import Ellipsoid, Solid, Sphere
from .textures import porous_texture, texture_boundary_per_um2, texture_surface_per_um

__all__ = [
    "Block",
    "Capsule",
    "Ellipsoid",
    "Scene",
    "Solid",
    "Sphere",
    "grey_volume",
    "pack",
    "porous_texture",
    "texture_boundary_per_um2",
    "texture_surface_per_um",
    "true_particles",
    "true_phases",
]

from .bodies import Block, Capsule, Cylinder
from .packing import pack
from .path_lengths import PathLengths, line_integrals
from .rough_spheres import RoughSphere
from .scenes import Scene
from .shells import Shell
from .simulated_images import grey_volume, true_particles, true_phases
from .solids import Ellipsoid, Solid, Sphere
from .textures import porous_texture, texture_boundary_per_um2, texture_surface_per_um

__all__ = [
    "Block",
    "Capsule",
    "Cylinder",
    "Ellipsoid",
    "PathLengths",
    "RoughSphere",
    "Scene",
    "Shell",
    "Solid",
    "Sphere",
    "grey_volume",
    "line_integrals",
    "pack",
    "porous_texture",
    "texture_boundary_per_um2",
    "texture_surface_per_um",
    "true_particles",
    "true_phases",
]

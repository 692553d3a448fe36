from .bodies import Block, Capsule, Cylinder
from .mosaics import MosaicScan, simulate_mosaic
from .packing import pack
from .path_lengths import PathLengths, line_integrals
from .rough_spheres import RoughSphere
from .scanners import ParallelNanoCT, ParallelScanner, SynchrotronScanner
from .scenes import Scene
from .shells import Shell
from .simulated_images import grey_volume, true_particles, true_phases
from .simulated_scans import simulate, true_attenuation
from .solids import Ellipsoid, Solid, Sphere
from .textures import porous_texture, texture_boundary_per_um2, texture_surface_per_um

__all__ = [
    "Block",
    "Capsule",
    "Cylinder",
    "Ellipsoid",
    "MosaicScan",
    "ParallelNanoCT",
    "ParallelScanner",
    "PathLengths",
    "RoughSphere",
    "Scene",
    "Shell",
    "Solid",
    "Sphere",
    "SynchrotronScanner",
    "grey_volume",
    "line_integrals",
    "pack",
    "porous_texture",
    "simulate",
    "simulate_mosaic",
    "texture_boundary_per_um2",
    "texture_surface_per_um",
    "true_attenuation",
    "true_particles",
    "true_phases",
]

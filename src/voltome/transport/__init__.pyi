from .effective import EffectiveDiffusivity, effective_diffusivity
from .electrode import ElectrodeTortuosity, electrode_tortuosity
from .fields import DiffusionField, diffusion_field
from .growing import growing_volume
from .refinement import TortuosityRefinement, tortuosity_refinement
from .tensor import DiffusivityTensor, diffusivity_tensor
from .tortuosity import Tortuosity, tortuosity
from .uncertainty import combined_uncertainty

__all__ = [
    "DiffusionField",
    "DiffusivityTensor",
    "EffectiveDiffusivity",
    "ElectrodeTortuosity",
    "Tortuosity",
    "TortuosityRefinement",
    "combined_uncertainty",
    "diffusion_field",
    "diffusivity_tensor",
    "effective_diffusivity",
    "electrode_tortuosity",
    "growing_volume",
    "tortuosity",
    "tortuosity_refinement",
]

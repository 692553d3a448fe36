from .effective import EffectiveDiffusivity, effective_diffusivity
from .electrode import ElectrodeTortuosity, electrode_tortuosity
from .fields import DiffusionField, diffusion_field
from .refinement import TortuosityRefinement, tortuosity_refinement
from .tensor import DiffusivityTensor, diffusivity_tensor
from .tortuosity import Tortuosity, tortuosity

__all__ = [
    "DiffusionField",
    "DiffusivityTensor",
    "EffectiveDiffusivity",
    "ElectrodeTortuosity",
    "Tortuosity",
    "TortuosityRefinement",
    "diffusion_field",
    "diffusivity_tensor",
    "effective_diffusivity",
    "electrode_tortuosity",
    "tortuosity",
    "tortuosity_refinement",
]

from .effective import EffectiveDiffusivity, effective_diffusivity
from .electrode import ElectrodeTortuosity, electrode_tortuosity
from .fields import DiffusionField, diffusion_field
from .projection import project
from .refinement import TortuosityRefinement, tortuosity_refinement
from .streamlines import streamline_statistics, streamlines
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
    "project",
    "streamline_statistics",
    "streamlines",
    "tortuosity",
    "tortuosity_refinement",
]

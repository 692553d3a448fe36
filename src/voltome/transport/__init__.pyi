from .effective import EffectiveDiffusivity, effective_diffusivity
from .electrode import ElectrodeTortuosity, electrode_tortuosity
from .fields import DiffusionField, diffusion_field
from .flow import FlowField, flow_field
from .growing import growing_volume
from .network import extract_network, measure_pores, measure_throats
from .network_transport import network_transport
from .permeability import Permeability, permeability
from .permeability_refinement import permeability_refinement
from .projection import project
from .refinement import TortuosityRefinement, tortuosity_refinement
from .streamlines import streamline_statistics, streamlines
from .tensor import DiffusivityTensor, diffusivity_tensor
from .tortuosity import Tortuosity, tortuosity
from .uncertainty import combined_uncertainty

__all__ = [
    "DiffusionField",
    "DiffusivityTensor",
    "EffectiveDiffusivity",
    "ElectrodeTortuosity",
    "FlowField",
    "Permeability",
    "Tortuosity",
    "TortuosityRefinement",
    "combined_uncertainty",
    "diffusion_field",
    "diffusivity_tensor",
    "effective_diffusivity",
    "electrode_tortuosity",
    "extract_network",
    "flow_field",
    "growing_volume",
    "measure_pores",
    "measure_throats",
    "network_transport",
    "permeability",
    "permeability_refinement",
    "project",
    "streamline_statistics",
    "streamlines",
    "tortuosity",
    "tortuosity_refinement",
]

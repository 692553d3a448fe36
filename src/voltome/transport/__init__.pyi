from .flow import FlowField, flow_field
from .permeability import Permeability, permeability
from .permeability_refinement import permeability_refinement

__all__ = ["FlowField", "Permeability", "flow_field", "permeability", "permeability_refinement"]

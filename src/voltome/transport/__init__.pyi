from .permeability import Permeability, permeability

__all__ = ["Permeability", "permeability"]

"""Projections -> a volume of attenuation, and the forward model from a volume to its projections."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

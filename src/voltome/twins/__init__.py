"""Twins: scenes of analytic solids whose truth is known, simulated images and simulated scans of them."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

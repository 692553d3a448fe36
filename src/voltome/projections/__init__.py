"""Projections -> projections: cleaned, centred, joined, ready to be made a volume."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

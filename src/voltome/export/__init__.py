"""Files for other programs: images, fields and streamlines for ParaView (VTK), surfaces (STL)."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

"""Scans of one cell -> one frame: the rigid motion between two scans, and images moved by it."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

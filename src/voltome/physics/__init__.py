"""What X-rays do in matter: materials, attenuation, refraction, spectra. Numbers, no images."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

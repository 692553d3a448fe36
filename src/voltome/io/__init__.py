"""Files <-> nouns: TIFF, OME-Zarr, HDF5, NRRD, MetaImage, RAW, tables; what is in a file and what is missing."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

from .exporting import Exported, export_results
from .openpnm import write_openpnm
from .stl import write_stl
from .vtk import write_vtk

__all__ = ["Exported", "export_results", "write_openpnm", "write_stl", "write_vtk"]

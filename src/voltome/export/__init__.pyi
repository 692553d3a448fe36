from .exporting import Exported, export_results
from .stl import write_stl
from .vtk import write_vtk

__all__ = ["Exported", "export_results", "write_stl", "write_vtk"]

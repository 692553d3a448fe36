from .describing import Description, describe, input_files, place_in_file, read_attributes
from .reading import read, read_particles, read_phases, read_table, read_volume
from .slabs import write_slabs
from .writing import convert, write

__all__ = [
    "Description",
    "convert",
    "describe",
    "input_files",
    "place_in_file",
    "read",
    "read_attributes",
    "read_particles",
    "read_phases",
    "read_table",
    "read_volume",
    "write",
    "write_slabs",
]

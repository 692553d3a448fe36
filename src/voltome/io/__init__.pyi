from .describing import Description, describe
from .files import convert, input_files, read, read_particles, read_phases, read_table, read_volume, write

__all__ = [
    "Description",
    "convert",
    "describe",
    "input_files",
    "read",
    "read_particles",
    "read_phases",
    "read_table",
    "read_volume",
    "write",
]

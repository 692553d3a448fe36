from .openpnm import write_openpnm

__all__ = ["write_openpnm"]

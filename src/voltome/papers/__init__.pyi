from .catalogue import DEMONSTRATIONS

__all__ = ["DEMONSTRATIONS"]

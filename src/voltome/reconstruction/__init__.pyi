from .fbp import fbp

__all__ = ["fbp"]

from .fbp import fbp
from .projecting import backproject, project

__all__ = ["backproject", "fbp", "project"]

from .projection import project
from .streamlines import streamline_statistics, streamlines

__all__ = ["project", "streamline_statistics", "streamlines"]

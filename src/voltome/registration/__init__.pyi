from .aligning import Aligned, align
from .applying import apply_transform
from .finding import find_transform
from .regions import Region

__all__ = ["Aligned", "Region", "align", "apply_transform", "find_transform"]

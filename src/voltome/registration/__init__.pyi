from .aligning import Aligned, align
from .applying import apply_transform
from .collector import CollectorPlane, find_collector
from .finding import find_transform
from .joining import JoinedVolumes, join_volumes
from .levelling import level
from .regions import Region

__all__ = [
    "Aligned",
    "CollectorPlane",
    "JoinedVolumes",
    "Region",
    "align",
    "apply_transform",
    "find_collector",
    "find_transform",
    "join_volumes",
    "level",
]

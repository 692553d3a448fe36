from ._noun import Noun, noun_types
from ._parameters import AxisName, NonNegative, PhaseName, Positive, ScanName, Share
from .beams import ConeBeam, ParallelBeam
from .classifiers import PixelClassifier
from .images import ImageNoun, ParticleImage, PhaseImage, Volume
from .lazy import LazyArray
from .networks import PoreNetwork
from .projections import ProjectionKind, Projections
from .tables import Column, ResultTable
from .transforms import Transform

__all__ = [
    "AxisName",
    "Column",
    "ConeBeam",
    "ImageNoun",
    "LazyArray",
    "NonNegative",
    "Noun",
    "ParallelBeam",
    "ParticleImage",
    "PhaseImage",
    "PhaseName",
    "PixelClassifier",
    "PoreNetwork",
    "Positive",
    "ProjectionKind",
    "Projections",
    "ResultTable",
    "ScanName",
    "Share",
    "Transform",
    "Volume",
    "noun_types",
]

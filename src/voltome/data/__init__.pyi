from ._noun import Noun, noun_types
from ._parameters import AxisName, NonNegative, PhaseName, Positive, ScanName, Share
from .classifiers import PixelClassifier
from .images import ImageNoun, ParticleImage, PhaseImage, Volume
from .networks import PoreNetwork
from .tables import Column, ResultTable
from .transforms import Transform

__all__ = [
    "AxisName",
    "Column",
    "ImageNoun",
    "NonNegative",
    "Noun",
    "ParticleImage",
    "PhaseImage",
    "PhaseName",
    "PixelClassifier",
    "PoreNetwork",
    "Positive",
    "ResultTable",
    "ScanName",
    "Share",
    "Transform",
    "Volume",
    "noun_types",
]

from .normalising import normalise
from .transmission import absorbance

__all__ = ["absorbance", "normalise"]

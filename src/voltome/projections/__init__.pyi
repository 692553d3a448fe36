from .transmission import absorbance

__all__ = ["absorbance"]

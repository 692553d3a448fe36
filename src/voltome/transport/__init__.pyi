from .uncertainty import combined_uncertainty

__all__ = ["combined_uncertainty"]

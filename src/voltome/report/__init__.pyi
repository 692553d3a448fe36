from .writing import write

__all__ = ["write"]

from .catalogue import DEMONSTRATIONS, Demonstration, Shown, demonstration

__all__ = ["DEMONSTRATIONS", "Demonstration", "Shown", "demonstration"]

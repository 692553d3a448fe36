from .model import Study
from .reading import load
from .results import Results, StoredNoun, load_results
from .running import run
from .steps import STEPS, Step, StepTable

__all__ = ["STEPS", "Results", "Step", "StepTable", "StoredNoun", "Study", "load", "load_results", "run"]

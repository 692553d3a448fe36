from .model import Study
from .reading import load
from .report_options import MOVIES, ReportOptions
from .results import Results, StoredNoun, load_results
from .running import run
from .schema import schema
from .slab_plans import SlabPlan
from .slabs import plan_slabs, reconstruct
from .step import Rows
from .steps import SOURCES, STEPS, Source, Step, StepTable

__all__ = [
    "MOVIES",
    "SOURCES",
    "STEPS",
    "ReportOptions",
    "Results",
    "Rows",
    "SlabPlan",
    "Source",
    "Step",
    "StepTable",
    "StoredNoun",
    "Study",
    "load",
    "load_results",
    "plan_slabs",
    "reconstruct",
    "run",
    "schema",
]
